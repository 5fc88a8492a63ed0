"""A node on a real database whose clock is wound by hand, for stories that last for days."""

from __future__ import annotations

import atexit
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import sqlalchemy as sa
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy.engine import make_url

from incident import board, db
from incident.actions.commands import FileReport, StatedFact
from incident.actions.file_report import file_report
from incident.actor import Actor
from incident.canonical import digest
from incident.clock import HandWound
from incident.db.embedded import WEB, WORKER
from incident.records.parties import directory
from incident.rules.facts import Scalar
from incident.rules.legaltime import moment
from incident.rules.legaltime.values import Moment
from incident.settings import Settings
from incident.work import Node, Work, open_node
from tests import recycling
from tests.servers import postgres_admin_url
from web.demo import loader
from web.demo_mail import MailSink
from workers import post, sweeps

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


def new_database(template: str | None = None) -> str:
    """The name of a fresh database, a copy of `template` if one is given."""
    name = f"t_{uuid.uuid4().hex}"
    with _administration() as connection:
        connection.exec_driver_sql(f'create database "{name}"' + (f' template "{template}"' if template else ""))
    return name


def drop_database(name: str) -> None:
    """Remove it, whoever is still connected."""
    with _administration() as connection:
        connection.exec_driver_sql(f'drop database if exists "{name}" with (force)')


def url_of(role: str, database: str) -> str:
    """Where `role` finds `database`."""
    url = make_url(postgres_admin_url()).set(database=database)
    return (url if role == "admin" else url.set(username=role)).render_as_string(hide_password=False)


@cache
def empty_template() -> str:
    """A migrated database without rows, to be copied."""
    name = new_database()
    db.migrate(url_of("admin", name))
    return name


def behind(revision: str) -> tuple[str, loader.DemoWorld]:
    """A new database with the demo world, as it was at that revision; and the keys of that world."""
    empty_template()  # the roles of the cluster
    name = new_database()
    engine = sa.create_engine(url_of("admin", name), poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "incident.db:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        upgrade(config, revision)
        connection.exec_driver_sql("grant select on public.schema_version to demarche_web, demarche_worker")
    node = open_node(settings(), url_of(WORKER, name))
    world = loader.ensure(node)
    node.close()
    return name, world


@cache
def demo_template() -> tuple[str, loader.DemoWorld]:
    """A database with the demo world, to be copied, and the keys of that world."""
    name = new_database(empty_template())
    node = open_node(settings(), url_of(WORKER, name), clock=HandWound(MONDAY))
    world = loader.ensure(node)
    node.close()
    return name, world


@cache
def home() -> Path:
    """One private home for every node of this process: they share keys, not rows."""
    made = Path(mkdtemp(prefix="demarche-home-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def settings(**overrides: Any) -> Settings:
    """Settings that allow loopback receivers."""
    return Settings.from_environment(home=home(), egress_allow=("127.0.0.0/8",), **overrides)


@dataclass(slots=True)
class World:
    """The demo world at a time of the test's choosing: `web` and `worker` are the same node in its two roles."""

    web: Node
    worker: Node
    clock: HandWound
    database: str
    demo: loader.DemoWorld
    mail: MailSink
    _actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.clock.now()

    def forward(self, **spans: float) -> None:
        """Let time pass, with every worker down: nothing is swept."""
        self.clock.forward(**spans)

    def sweep(self) -> None:
        """Run every sweep until nothing is due, letters included."""
        before = -1
        while before != 0:
            before = sweeps.route(self.worker) + post.post_of(self.worker).run(patience=None) + sweeps.watch(self.worker)
        while sweeps.seal(self.worker):
            pass

    def actor(self, slug: str, name: str = "duty officer") -> Actor:
        """Somebody of that party, with a key."""
        if slug not in self._actors:
            with self.worker.work() as work:
                party = directory.by_slug(work.connection, slug)
            self._actors[slug] = Actor("key", party.id, party.slug, party.uri, name)
        return self._actors[slug]

    @contextmanager
    def work(self, slug: str) -> Iterator[Work]:
        """A unit of work of that party, behind its walls."""
        with self.web.work(self.actor(slug)) as work:
            yield work

    def files(self, by: str = "cert-ee", **given: Any) -> dict[str, Any]:
        """File `a_report(**given)` and give the answer."""
        with self.work(by) as work:
            return file_report(work, a_report(**given)).answer

    def incident(self, answer: dict[str, Any], by: str = "cert-ee") -> dict[str, Any]:
        """The incident as `by` sees it now."""
        with self.work(by) as work:
            return board.incident(work, uuid.UUID(answer["incident"]))

    def obligation(self, answer: dict[str, Any], commitment: str, *, owed_by: str | None = None, by: str = "cert-ee") -> dict[str, Any]:
        """The one live obligation under `commitment` (its id, or the end of it)."""
        live = [each for each in self.incident(answer, by)["obligations"] if each["superseded_by"] is None]
        found = [each for each in live if each["commitment"].endswith(commitment) and owed_by in (None, each["owed_by"])]
        assert len(found) == 1, f"{len(found)} obligations under {commitment}: {[each['commitment'] for each in live]}"
        return found[0]

    def verdict(self, answer: dict[str, Any], commitment: str, **which: Any) -> str:
        """Its verdict now."""
        return str(self.obligation(answer, commitment, **which)["verdict"])

    def subjects(self, address: str) -> list[str]:
        """The subjects of the mails to an address, oldest first."""
        return [each.subject for each in reversed(self.mail.messages()) if address in each.to]

    def rows(self, question: str, **parameters: Any) -> list[Any]:
        """What the worker's role reads: everything."""
        with self.worker.work() as work:
            return list(work.connection.execute(sa.text(question), parameters).all())


def a_report(
    *,
    deployment: str = "ee-citizen-assistant",
    reference: str = "EE-1",
    stage: str = "early_warning",
    summary: str = "A gateway returns prompts of other tenants",
    severity: str = "high",
    tlp: str = "AMBER",
    affected_countries: tuple[str, ...] = (),
    exercise: bool = False,
    revision: int = 1,
    aware_at: str | Moment | None = "2026-11-23T10:40:00+02:00",
    about: dict[str, tuple[str, Scalar | Moment]] | None = None,
    **facts: Scalar | Moment,
) -> FileReport:
    """A plausible report; facts by name are the operator's, `about` gives `{fact: (party, value)}` for others."""
    stated = {"significant_incident": True, "personal_data_breach": False, **facts}
    if aware_at is not None:
        stated["aware_at"] = moment(aware_at) if isinstance(aware_at, str) else aware_at
    made = tuple(StatedFact(name, value) for name, value in stated.items())
    made += tuple(StatedFact(name, value, party) for name, (party, value) in (about or {}).items())
    body = {
        "deployment": deployment, "reference": reference, "stage": stage, "summary": summary, "severity": severity, "tlp": tlp,
        "affected_countries": list(affected_countries), "exercise": exercise, "revision": revision,
        "facts": {each.name: str(each.value) for each in made},
    }  # fmt: skip
    return FileReport(
        deployment, reference, stage, summary, severity, tlp, affected_countries, made, exercise, revision, body, digest(body)
    )


@contextmanager
def a_world(at: datetime = MONDAY) -> Iterator[World]:
    """A world of its own; nothing of it is there for the next one."""
    _, demo = demo_template()
    database = recycling.take()
    mail = MailSink()
    mail.start()
    clock = HandWound(at)
    web = open_node(settings(smtp_url=mail.url), url_of(WEB, database), clock=clock, pool_size=4)
    worker = open_node(settings(smtp_url=mail.url), url_of(WORKER, database), clock=clock, pool_size=20)
    try:
        yield World(web, worker, clock, database, demo, mail)
    finally:
        post.close_post(worker)
        web.close()
        worker.close()
        mail.stop()
        recycling.give_back(database)


@contextmanager
def _administration() -> Iterator[sa.Connection]:
    made = sa.create_engine(url_of("admin", "postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with made.connect() as connection:
        yield connection
