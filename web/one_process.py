"""The whole node in one process: database, web, Celery worker, beat and timekeeper. The one module that sees both sides."""

from __future__ import annotations

import ctypes
import errno
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from incident import cluster, logs
from incident.errors import Refused
from incident.home import HomeLock, open_home
from incident.settings import Settings
from incident.told import Told

if TYPE_CHECKING:  # reading the libraries takes most of a start, and making a database most of the rest: it is begun first
    from flask import Flask

    from incident.db.embedded import EmbeddedPostgres
    from incident.work import Node, WakeUp
    from web.demo_mail import MailSink
    from web.wake import Wake
    from workers.rounds import Hands

THREADS = 8  # of the web server
KEPT = 3  # connections that the sweeps keep between two rounds: each holds 3 to 6 MB, and more are opened while there is more to do
LARGEST_REQUEST = 16 * 2**20  # bytes; the application refuses much sooner, with a proper answer
PATIENCE = 5.0  # seconds that a part may take to end what it is doing

_log = logs.get(__name__)


class PortTaken(Refused):
    """Another program listens there."""

    code = "port_taken"


@dataclass(frozen=True, slots=True)
class Running:
    """A node that answers requests: `web` and `worker` are it, each with its own database role."""

    web: Node
    worker: Node
    base_url: str
    adopted: bool


@dataclass(frozen=True, slots=True)
class _Databases:
    """The URL of each role; `ready` waits until they answer, with roles and schema, and raises what was in the way."""

    web: str
    worker: str
    embedded: EmbeddedPostgres | None
    ready: Callable[[], None]


def run(settings: Settings, *, on_ready: Callable[[Running], None], demo: bool = False) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP, then end every part in turn; return 0, or 1 when a part failed on its own.

    `on_ready` is called once, when requests are answered. For a `demo`, and with no SMTP server in the settings, mail
    goes to a sink on the loopback interface. Belongs to the main thread, because signals do.

    Raises:
        PortTaken: before anything was started.
        BadHome: the folder cannot be the node's.
        HomeTaken: when another process runs on this home.
    """
    with ExitStack() as parts:
        parts.enter_context(_no_collection())
        told = parts.enter_context(_until_told())
        listener = parts.enter_context(_bound(settings))
        settings = replace(_with_address(settings, listener), home=open_home(settings.home))
        databases = parts.enter_context(_databases(settings))
        sink = parts.enter_context(_mail_sink(settings, wanted=demo))
        if sink is not None:
            settings = replace(settings, smtp_url=sink.url)
        hands = _hands(lambda: worker)
        wake = parts.enter_context(closing(_wake(settings, databases.web, hands)))
        worker = parts.enter_context(closing(_node(settings, databases.worker, hands, KEPT)))
        parts.callback(_patiently, hands.close)
        node = parts.enter_context(closing(_node(settings, databases.web, wake, THREADS)))
        app = _application(node, sink, demo)
        gc.enable()
        databases.ready()
        threads = [
            *parts.enter_context(_celery(worker, hands)),
            parts.enter_context(_timekeeper(worker, hands)),
            parts.enter_context(_web_server(app, listener)),
        ]
        adopted = databases.embedded is not None and databases.embedded.adopted
        on_ready(Running(node, worker, settings.base_url, adopted))
        _tidy()
        return _watch(told, threads, databases.embedded)


def run_timekeeper(settings: Settings) -> int:
    """The timekeeper as a process of its own; see `workers.timekeeper.main`."""
    from workers import timekeeper

    return timekeeper.main(settings)


def run_audit(node: Node) -> int:
    """One audit, here and now; see `workers.auditing.audit`."""
    from workers import auditing

    return auditing.audit(node)


def _tidy() -> None:
    """Give back the memory that starting took: a node is idle most of the time."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # where the C library has it
    if trim is not None:
        trim(0)


def _watch(told: Told, threads: list[threading.Thread], database: EmbeddedPostgres | None) -> int:
    """Wait to be told to stop; bring the embedded PostgreSQL up again if something ended it."""
    while not told.wait(1.0):
        if database is not None and not database.running():
            _log.error("database_lost")
            database.start()
            _log.warning("database_back")
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            _log.critical("part_failed", state=dead)
            return 1
    return 0


@contextmanager
def _no_collection() -> Iterator[None]:
    """What is read stays, and nothing of it is worth looking for."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _until_told() -> Iterator[Told]:
    """Set by the first signal that asks to stop; a second one has its usual effect, for whoever cannot wait."""
    told = Told()
    asking = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def tell(number: int, _frame: object) -> None:
        told.tell()
        for each in asking:
            signal.signal(each, signal.SIG_DFL)

    before = {each: signal.signal(each, tell) for each in asking}
    yield told
    for each, handler in before.items():
        signal.signal(each, handler)


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket, taken before anything is started; whoever calls early waits until there is an answer."""
    family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(1024)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"Port {settings.port} on {settings.host} is taken by another program. Choose another with --port."
                ) from error
            raise Refused(f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.", code="bad_address") from error
        yield listener


def _with_address(settings: Settings, listener: socket.socket) -> Settings:
    """The settings with the port that was really taken, when 0 asked for any."""
    if settings.port != 0:
        return settings
    port = listener.getsockname()[1]
    return replace(settings, port=port, base_url=settings.base_url.removesuffix(":0") + f":{port}")


@contextmanager
def _databases(settings: Settings) -> Iterator[_Databases]:
    """Those of the settings, or the embedded one, which comes up while the program is read. The home is ours meanwhile."""
    lock = HomeLock(settings.home)
    lock.take()
    try:
        if settings.database_url is None:
            with _embedded(settings, lock) as databases:
                yield databases
        else:
            yield _outside(settings, settings.database_url)
    finally:
        lock.release()


@contextmanager
def _embedded(settings: Settings, lock: HomeLock) -> Iterator[_Databases]:
    """A new one gets its schema in the same thread. That thread imports nothing: two that import can meet half-way in one package."""
    with ThreadPoolExecutor(1, "database") as beside:
        new = not cluster.made(settings.home)
        making = beside.submit(cluster.make, settings.home)
        from incident.db.embedded import ADMIN, WEB, WORKER, EmbeddedPostgres

        if new:
            import_module("alembic.config")
        server = EmbeddedPostgres(settings.home, lock=lock)
        server.hold()
        migrating = partial(_migrate, settings, server.url(ADMIN))

        def bring_up() -> None:
            making.result()
            server.start()
            if new:
                migrating()

        def ready() -> None:
            up.result()
            if not new:
                migrating()

        up = beside.submit(bring_up)
        beside.shutdown(wait=False)  # its thread is not needed again
        try:
            yield _Databases(server.url(WEB), server.url(WORKER), server, ready)
        finally:
            beside.shutdown()
            server.stop()


def _migrate(settings: Settings, admin: str) -> None:
    from incident.db import migrate

    migrate(admin, web_password=settings.web_password, worker_password=settings.worker_password)


def _outside(settings: Settings, owner: str) -> _Databases:
    """The same server and database for every role, each with its own password if it has one."""
    from sqlalchemy.engine import make_url

    from incident.db.embedded import WEB, WORKER

    def of(role: str, password: str | None) -> str:
        url = make_url(owner).set(username=role)
        url = url.set(password=password) if password else url._replace(password=None)
        return url.render_as_string(hide_password=False)

    web, worker = of(WEB, settings.web_password), of(WORKER, settings.worker_password)
    return _Databases(web, worker, None, partial(_migrate, settings, owner))


def _application(node: Node, sink: MailSink | None, demo: bool) -> Flask:
    """The web application; with it is read what the other parts import, while the database is still coming up."""
    from web import create_app

    for name in ("celery.beat", "celery.worker", "waitress.server", "workers.tasks", "workers.timekeeper"):
        import_module(name)
    return create_app(node, mail=sink, demo=demo)


def _wake(settings: Settings, url: str, hands: Hands) -> Wake:
    from web.wake import open_wake

    return open_wake(url, settings.broker_url, here=hands)


def _node(settings: Settings, url: str, wake: WakeUp, connections: int) -> Node:
    from incident.work import open_node

    return open_node(settings, url, wake=wake, pool_size=connections)


def _hands(node: Callable[[], Node]) -> Hands:
    """One pair for worker and timekeeper, so that neither does what the other is at."""
    from workers import sweeps
    from workers.rounds import Hands, Rounds

    return Hands(node, Rounds(sweeps.SWEEPS))


@contextmanager
def _celery(node: Node, hands: Hands) -> Iterator[list[threading.Thread]]:
    """The worker, through the controller that installs no signal handlers, and beat; each in its thread."""
    from celery.beat import EmbeddedService
    from celery.worker import WorkController

    from workers import tasks

    tasks.use(node, hands)
    controller = WorkController(app=tasks.app, without_gossip=True, without_mingle=True)
    worker = threading.Thread(target=controller.start, name="celery worker", daemon=True)
    beat = EmbeddedService(tasks.app, thread=True, scheduler_cls="celery.beat:Scheduler")
    worker.start()
    beat.start()
    try:
        yield [worker, beat]
    finally:
        tasks.close()
        beat.service.stop()
        _patiently(controller.stop)
        for thread in (beat, worker):
            thread.join(PATIENCE)


def _patiently(end: Callable[[], None]) -> None:
    """Do what waits without a bound for what is under way, and wait no longer than the patience."""
    ending = threading.Thread(target=end, name="ending", daemon=True)
    ending.start()
    ending.join(PATIENCE)


class _Here:
    """The broker inside this process, as the timekeeper sees it."""

    def __init__(self, hint: Callable[[str], None]) -> None:
        self.hint = hint

    def answers(self) -> bool:
        return True


@contextmanager
def _timekeeper(node: Node, hands: Hands) -> Iterator[threading.Thread]:
    from workers import sweeps, tasks
    from workers.timekeeper import Timekeeper

    keeper = Timekeeper(node, sweeps, _Here(hands), hands, periods=tasks.PERIODS)
    thread = threading.Thread(target=keeper.run, name="timekeeper", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        keeper.stop()
        thread.join(PATIENCE)


@contextmanager
def _web_server(app: Flask, listener: socket.socket) -> Iterator[threading.Thread]:
    """Waitress on that socket. At the end it takes no new connections, answers what it has begun, and closes."""
    from waitress.server import create_server
    from waitress.wasyncore import close_all, dispatcher

    connections: dict[int, Any] = {}
    server = create_server(
        app,
        map=connections,
        sockets=[listener],
        threads=THREADS,
        max_request_body_size=LARGEST_REQUEST,
        channel_timeout=60,
        clear_untrusted_proxy_headers=True,
        ident=None,
    )
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        server.trigger.pull_trigger(lambda: dispatcher.close(server))
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        with suppress(OSError):  # with nothing left to serve it has closed everything by itself, the trigger too
            server.trigger.pull_trigger(lambda: close_all(connections))
        thread.join(PATIENCE)


@contextmanager
def _mail_sink(settings: Settings, *, wanted: bool) -> Iterator[MailSink | None]:
    """The demo's mail server, unless there is a real one; what it caught is kept in the home."""
    if not wanted or settings.smtp_url is not None:
        yield None
        return
    from web.demo_mail import MailSink

    sink = MailSink(folder=open_home(settings.home) / "mail")
    sink.start()
    try:
        yield sink
    finally:
        _patiently(sink.stop)
