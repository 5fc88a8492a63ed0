"""The Celery app: one task a sweep, and the beat schedule. A task carries no decision; it asks the database what is due."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery import Celery, signals
from kombu.exceptions import OperationalError

from incident import logs
from incident.errors import Unavailable
from incident.settings import BadSetting, Settings
from incident.work import Node, open_node
from workers.rounds import THREADS, Hands, Rounds, behind

QUEUE = "demarche"
PERIODS = {"route": 5.0, "deliver": 5.0, "watch": 5.0, "seal": 2.0, "rotas": 60.0, "audit": 300.0}
"""Seconds between two rounds that nobody asked for: the net beneath the wake-ups."""

_REST = 2.0  # seconds without a hint after one that failed
_log = logs.get(__name__)
_lost = logs.Lasting(_log, "broker_lost", "broker_back")
_SAID_SO = (
    *("consumer: Cannot connect to", "consumer: Connection to broker lost", "Frequent restarts detected"),
    *("beat: Connection error", "beat pidbox connection error", "Message Error: "),
)
"""How Celery's own lines begin, several a second, while its broker is away or takes nothing."""


def configuration(broker_url: str) -> dict[str, Any]:
    """The configuration of the app on that broker. Nothing that matters rests on the broker, so it keeps no results."""
    shared = not broker_url.startswith("memory://")
    return {
        # Read and write URL are named one by one: CELERY_BROKER_URL in the environment would win over `broker_url`.
        "broker_read_url": broker_url,
        "broker_write_url": broker_url,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_channel_error_retry": True,  # a Redis that answers but takes nothing is as one that is away
        "broker_transport_options": {"socket_connect_timeout": 1.0, "socket_keepalive": True} if shared else {"polling_interval": 0.02},
        "result_backend": None,
        "task_ignore_result": True,
        "task_acks_late": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": QUEUE,
        "worker_pool": "threads",
        "worker_concurrency": THREADS,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": shared,
        "beat_enable_remote_control": shared,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "timezone": "UTC",
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": {
            name: {"task": f"demarche.{name}", "schedule": every, "options": {"expires": every}} for name, every in PERIODS.items()
        },
    }


def _from_environment() -> Settings:
    """The settings of a process that Celery's own command line started; it would show a refusal as a long traceback."""
    try:
        return Settings.from_environment()
    except BadSetting as refusal:
        raise SystemExit(refusal.message) from refusal


app = Celery("demarche")
app.add_defaults(lambda: configuration(_from_environment().broker_url))

_node: Node | None = None
_hands: Hands | None = None
_opening = threading.RLock()


def use(node: Node, hands: Hands) -> None:
    """Work on this node, on the broker of its settings: for a process that runs worker and web together."""
    global _node, _hands
    _node, _hands = node, hands
    app.conf.update(configuration(node.settings.broker_url))


def close() -> None:
    """Let every sweep of this process end with the round that it is in; with more to do all the time it would never end."""
    if _hands is not None:
        _hands.rounds.close()


@app.task(name="demarche.route")  # type: ignore[untyped-decorator]
def route() -> int:
    """Turn released notices into notifications."""
    return _run("route")


@app.task(name="demarche.deliver")  # type: ignore[untyped-decorator]
def deliver() -> int:
    """Send what is due."""
    return _run("deliver")


@app.task(name="demarche.watch")  # type: ignore[untyped-decorator]
def watch() -> int:
    """Remind, escalate, record misses."""
    return _run("watch")


@app.task(name="demarche.seal")  # type: ignore[untyped-decorator]
def seal() -> int:
    """Put the evidence into its one order and sign it."""
    return _run("seal")


@app.task(name="demarche.rotas")  # type: ignore[untyped-decorator]
def rotas() -> int:
    """Read the calendars of rotas."""
    return _run("rotas")


@app.task(name="demarche.audit")  # type: ignore[untyped-decorator]
def audit() -> int:
    """Check the invariants."""
    return _run("audit")


def _run(sweep: str) -> int:
    _lost.is_over()  # a task came over it
    try:
        return _our_hands().rounds.run(_ours(), sweep)
    except Unavailable as older:
        behind.lasts(why=older.message)
        return 0
    except Exception:
        _log.exception("sweep_failed", sweep=sweep)
        raise


def _ours() -> Node:
    """This process's node, opened from the environment when first needed, which is after any fork.

    Raises:
        Unavailable: the schema is older than this program, to which every row would be one that it cannot handle.
    """
    global _node
    with _opening:
        if _node is None:
            settings = Settings.from_environment()
            node = open_node(settings, settings.needed_database_url(), wake=_our_hands())
            try:
                node.expect_schema()
            except BaseException:
                node.close()
                raise
            behind.is_over()
            _node = node
        return _node


def _our_hands() -> Hands:
    """This process's hands: what a worker has made to do it begins itself, and tells the others when it has no place."""
    from workers import sweeps  # not at the top: beat imports this module too and needs none of them

    global _hands
    with _opening:
        _hands = _hands or Hands(_ours, Rounds(sweeps.SWEEPS), Hints(_from_environment().needed_broker_url()))
        return _hands


class Hints:
    """Tells the workers that a sweep has something to do. A hint that cannot be sent is dropped: the rows stay.

    Takes about a millisecond, and at most half a second when the broker does not answer; then it is left in peace for
    two seconds.
    """

    def __init__(self, broker_url: str) -> None:
        self._quiet_until = 0.0
        self._dropped = logs.Lasting(_log, "hint_dropped", "hint_taken")
        self._app = Celery("demarche-hints", set_as_current=False)
        self._app.conf.update(configuration(broker_url))
        if not broker_url.startswith("memory://"):
            timeouts = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}
            self._app.conf.update(broker_transport_options=timeouts)

    def __call__(self, sweep: str) -> None:
        """Send one hint; never raises for a broker that is away."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._app.send_task(f"demarche.{sweep}", retry=False, expires=30)
            self._dropped.is_over()
        except (OperationalError, OSError) as error:
            self._quiet_until = time.monotonic() + _REST
            self._dropped.lasts(sweep=sweep, error=type(error).__name__)


def _needs_a_shared_broker(**_: object) -> None:
    """Without one, a worker or beat in a process of its own would wait for ever; say so instead."""
    if _node is None:
        try:
            _from_environment().needed_broker_url()
        except BadSetting as refusal:
            raise SystemExit(refusal.message) from refusal


def _spread_a_net(sender: object, **_: object) -> None:
    """Before the worker reaches for its broker, which may never answer. In the one process the timekeeper is the net."""
    if _node is not None:
        return
    from workers import sweeps
    from workers.net import Net

    hands = _our_hands()
    net = Net(_ours, hands, sweeps, PERIODS)
    net.start()

    def stop(**_: object) -> None:
        net.stop()
        hands.close()

    signals.worker_shutdown.connect(stop, sender=sender, weak=False)


def _log_like_the_others(**_: object) -> None:
    settings = _from_environment()
    logs.configure(settings.log_level, settings.log_format)
    for name in ("celery.worker.consumer.consumer", "celery.beat"):
        logging.getLogger(name).addFilter(_unless_the_broker_is_away)


def _unless_the_broker_is_away(record: logging.LogRecord) -> bool:
    """Whether that line is to be printed: those about the broker are said as one thing that lasts."""
    if not record.getMessage().startswith(_SAID_SO):
        return True
    given = record.args if isinstance(record.args, tuple) else ()
    why = next((each for each in (*given, (record.exc_info or (None, None))[1]) if isinstance(each, BaseException)), None)
    _lost.lasts(error=type(why).__name__, why=str(why).split("\n", 1)[0])
    return False


signals.celeryd_init.connect(_needs_a_shared_broker, weak=False)
signals.beat_init.connect(_needs_a_shared_broker, weak=False)
signals.worker_init.connect(_spread_a_net, weak=False)
signals.worker_shutting_down.connect(lambda **_: close(), weak=False)
signals.after_task_publish.connect(lambda **_: _lost.is_over(), weak=False)
signals.setup_logging.connect(_log_like_the_others, weak=False)
