"""Those who file reports while everything breaks, and the ledger of what they were promised."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

_INTEGRITY_NOTICE = timedelta(hours=8)  # of the demo's agreement on model weights, Art. 4(1); an officer releases it, and here nobody does


@dataclass(slots=True)
class Ledger:
    """`accepted`: references that were answered 2xx. `unknown`: those of which the last answer never came."""

    accepted: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    refused: int = 0
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)
    """Answers that are none of 2xx and 503."""


class Filer:
    """One client that files report after report, and repeats each until it is accepted; `stop` lets it finish the last."""

    def __init__(self, base_url: str, key: str, ledger: Ledger, *, name: str, seed: int, pause: float, clocks: timedelta) -> None:
        self._http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=15)
        self._ledger = ledger
        self._name = name
        self._chance = random.Random(seed)
        self._pause = pause
        self._clocks = clocks
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self, patience: float = 120) -> bool:
        """Whether it has ended in that time, its last report accepted."""
        self._stopping.set()
        self._thread.join(patience)
        self._http.close()
        return not self._thread.is_alive()

    def _run(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            self._file(f"{self._name}-{number}")
            self._stopping.wait(self._pause)

    def _file(self, reference: str) -> None:
        body = a_report(reference, self._chance, self._clocks)
        while True:
            self._ledger.tries += 1
            try:
                answer = self._http.post("/api/v1/reports", json=body, headers={"Idempotency-Key": reference})
            except httpx.HTTPError:
                self._ledger.unanswered += 1
            else:
                if answer.is_success:
                    self._ledger.accepted[reference] = answer.json()["incident"]
                    return
                self._ledger.refused += 1
                if answer.status_code != 503:
                    self._ledger.wrong.append(f"{reference}: {answer.status_code} {answer.text[:200]}")
                    return
            time.sleep(0.3)


def a_report(reference: str, chance: random.Random, clocks: timedelta) -> dict[str, object]:
    """A severe one, aware so long ago that its nearest clock ends within the next `clocks`."""
    aware = datetime.now(UTC) - _INTEGRITY_NOTICE + timedelta(seconds=chance.uniform(3, clocks.total_seconds()))
    facts = {"aware_at": aware.isoformat(timespec="seconds"), "serious_cyber_breach_of_model": True, "significant_incident": True}
    return {
        "deployment": "ee-citizen-assistant", "reference": reference, "stage": "early_warning", "summary": "Prompts leak",
        "severity": chance.choice(["high", "critical"]), "tlp": "GREEN", "facts": facts, "affected_countries": ["EE"],
    }  # fmt: skip
