"""The two designs that are compared with ours, as they are usually written. Both are Celery apps on the broker of REDIS_URL.

The environment names the timers (a JSON file: id to due instant, seconds since the epoch), the ledger (a file to which each
effect appends its id and instant), and how long an hour is.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from celery import Celery

HOUR = float(os.environ.get("COMPARED_HOUR", "3600"))
hourly = Celery("hourly", broker=os.environ.get("REDIS_URL"))
hourly.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    worker_pool="threads",
    task_default_queue="hourly",
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={"look": {"task": "hourly.look", "schedule": HOUR}},
)
eta = Celery("eta", broker=os.environ.get("REDIS_URL"))
eta.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    worker_pool="threads",
    task_default_queue="eta",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_transport_options={"visibility_timeout": 20},
)


def timers() -> dict[str, float]:
    """Every timer with its instant."""
    found: dict[str, float] = json.loads(Path(os.environ["COMPARED_TIMERS"]).read_text(encoding="utf-8"))
    return found


def happened(id_: str) -> None:
    """The effect: a line in the ledger, written in one piece."""
    with Path(os.environ["COMPARED_LEDGER"]).open("ab", buffering=0) as ledger:
        ledger.write(f"{id_} {time.time()}\n".encode())


@hourly.task(name="hourly.look")  # type: ignore[untyped-decorator]
def look() -> None:
    """What is due in this very hour: the hours that are left, rounded down, are none."""
    now = time.time()
    for id_, due in timers().items():
        if int((now - due) // HOUR) == 0:
            happened(id_)


@eta.task(name="eta.fire")  # type: ignore[untyped-decorator]
def fire(id_: str) -> None:
    """One message for each timer, which the broker keeps until it is time."""
    happened(id_)
