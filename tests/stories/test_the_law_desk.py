"""An officer arms what ships unarmed; somebody doubts an instant years later and computes it again, whatever has changed since."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import tzdata

from incident import board
from incident.actions.arm_regime import arm_regime
from incident.actions.disarm_regime import disarm_regime
from incident.errors import Conflict, Invalid, NotFound
from tests.world import World, a_world, url_of

ROOT = Path(__file__).parents[2]
PART = "import sys; from web.cli import main; sys.argv = ['demarche', *sys.argv[1:]]; main()"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


@pytest.fixture(scope="module")
def filed(world: World) -> dict[str, Any]:
    return world.files(reference="EE-9", aware_at="2026-11-20T15:30:00+02:00", personal_data_breach=True, risk_to_individuals="high")


def say_it_is(world: World, slug: str, **facts: bool) -> None:
    with world.worker.work() as work:
        for name, value in facts.items():
            work.connection.execute(
                sa.text(
                    "insert into demarche.profile_fact select gen_random_uuid(), id, :name, cast(:value as jsonb), '2020-01-01', null,"
                    " 'declared', now() from demarche.party where slug = :slug"
                ),
                {"name": name, "value": json.dumps(value), "slug": slug},
            )


class TestArming:
    def test_what_ships_unarmed_starts_no_clock_until_an_officer_names_a_source(self, world: World) -> None:
        say_it_is(world, "us-agency", is_circia_covered=True)
        report: dict[str, Any] = {"deployment": "us-claims-assistant", "covered_cyber_incident": True, "reasonable_belief_at": None}
        before = world.files("cert-us", reference="US-1", aware_at="2026-11-20T09:00:00-05:00", **report)
        assert "us.circia" not in {each["source"]["name"] for each in before["obligations"]}
        world.forward(minutes=5)
        with world.work("cert-us") as work:
            armed = arm_regime(work, "us.circia", None, source="91 FR 12345, 6 CFR 226.3", binds_from=date(2026, 11, 1))
        after = world.files("cert-us", reference="US-2", aware_at="2026-11-20T09:00:00-05:00", **report)
        found = [each for each in after["obligations"] if each["commitment"] == "us.circia.covered_incident"]
        assert len(found) == 1
        assert "armed by an officer" in found[0]["because"][0]["text"]
        again = world.files("cert-us", reference="US-1", stage="incident_notification", aware_at="2026-11-20T09:00:00-05:00", **report)
        assert "us.circia" not in {each["source"]["name"] for each in again["obligations"]}, "a case keeps what it began under"
        world.forward(minutes=5)
        with world.work("cert-us") as work:
            disarm_regime(work, UUID(armed["id"]), because="the rule was stayed")
        third = world.files("cert-us", reference="US-3", aware_at="2026-11-20T09:00:00-05:00", **report)
        assert "us.circia" not in {each["source"]["name"] for each in third["obligations"]}
        assert world.obligation(after, "us.circia.covered_incident", by="cert-us")["verdict"] == "running"

    def test_it_is_another_partys_business_and_is_evidence(self, world: World) -> None:
        with world.work("cert-fr") as work:
            arm_regime(work, "ca.ccspa", None, source="Canada Gazette", binds_from=date(2026, 1, 1))
        with world.work("cert-de") as work:
            assert all(each["armed"] is None for each in board.regimes(work))
        kinds = [row[0] for row in world.rows("select kind from demarche.evidence_entry where kind like 'regime.%'")]
        assert "regime.armed" in kinds

    def test_what_no_source_makes_law_and_what_needs_none_is_refused(self, world: World) -> None:
        with world.work("cert-pt") as work:
            for regime, code in (("uk.csrb", "not_law"), ("tmpl.ihr2005", "not_law"), ("eu.gdpr.art33", "not_unarmed")):
                with pytest.raises(Conflict) as refused:
                    arm_regime(work, regime, None, source="somewhere", binds_from=date(2026, 1, 1))
                assert refused.value.code == code
            with pytest.raises(Invalid):
                arm_regime(work, "us.circia", None, source="  ", binds_from=date(2026, 1, 1))
            with pytest.raises(NotFound):
                arm_regime(work, "us.nothing", None, source="somewhere", binds_from=date(2026, 1, 1))


@pytest.mark.processes
class TestExplaining:
    """In a process of its own, with another program tree: other calendars, other zone data, another catalogue."""

    def explain(self, world: World, obligation: str, tree: Path | None = None) -> tuple[int, dict[str, Any]]:
        environment = {**os.environ, "DATABASE_URL": url_of("demarche_worker", world.database), "PYTHONDONTWRITEBYTECODE": "1"}
        if tree is not None:
            environment["PYTHONPATH"] = str(tree)
        done = subprocess.run(
            [sys.executable, "-c", PART, "due", "--explain", obligation, "--json", "--home", str(tree or ROOT / ".nowhere")],
            env=environment, cwd=tree or ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 3), done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, answer

    def test_it_comes_to_the_same_when_calendars_zone_data_and_law_have_changed(
        self, world: World, filed: dict[str, Any], tmp_path: Path
    ) -> None:
        tree = another_tree(tmp_path)
        for stage in ("early_warning", "final_report", "eu.gdpr.art33.authority"):
            obligation = world.obligation(filed, stage)
            code, answer = self.explain(world, obligation["id"], tree)
            assert (code, answer["differences"]) == (0, []), stage
            assert answer["computed"]["due_at"] == obligation["due_at"]
            assert {line["text"] for line in answer["because"]} <= {line["text"] for line in obligation["because"]}
        assert self.program_is_another_one(tree)

    def program_is_another_one(self, tree: Path) -> bool:
        """Filed today under that tree, the same report would come to another instant: the changes above are real ones."""
        asks = (
            "from incident.rules.legaltime import *; from incident.rules.legaltime.zones import tzdata_version;"
            "from incident.rules.regimes import regime; import datetime;"
            "print(zone('Europe/Tallinn').utcoffset(datetime.datetime(2026, 12, 1)), tzdata_version(), regime('eu.gdpr.art33'),"
            " calendar('EE:public').closed(datetime.date(2026, 12, 24)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", asks], env={**os.environ, "PYTHONPATH": str(tree)}, cwd=tree, capture_output=True, text=True, check=True
        )
        return done.stdout.split() == ["0:00:00", "2099z", "None", "None"]

    def test_a_changed_input_is_named_and_the_exit_code_is_three(self, world: World, filed: dict[str, Any]) -> None:
        obligation = world.obligation(filed, "eu.gdpr.art33.authority")
        with world.worker.work() as work:
            change = sa.text("update demarche.obligation set inputs = jsonb_set(inputs, '{period,n}', '71') where id = :id")
            work.connection.execute(change, {"id": obligation["id"]})
        code, answer = self.explain(world, obligation["id"])
        assert code == 3
        assert {"due_at", "the kept inputs (their digest)"} <= {each["what"] for each in answer["differences"]}

    def test_an_instant_changed_on_the_board_alone_is_named_too(self, world: World, filed: dict[str, Any]) -> None:
        obligation = world.obligation(filed, "early_warning")
        with world.worker.work() as work:
            change = sa.text("update demarche.obligation set due_at = due_at + interval '1 hour' where id = :id")
            work.connection.execute(change, {"id": obligation["id"]})
        code, answer = self.explain(world, obligation["id"])
        assert (code, [each["what"] for each in answer["differences"]]) == (3, ["due_at on the board"])


def another_tree(into: Path) -> Path:
    """A copy of the program in which Tallinn keeps Greenwich time, Christmas Eve is worked, and there is no GDPR."""
    for package in ("incident", "web", "workers"):
        shutil.copytree(ROOT / package, into / package, ignore=shutil.ignore_patterns("__pycache__"))
    (into / "incident/rules/regimes/laws/eu_gdpr_art33.yaml").unlink()
    shutil.copytree(Path(tzdata.__file__).parent, into / "tzdata", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(into / "tzdata/zoneinfo/Etc/UTC", into / "tzdata/zoneinfo/Europe/Tallinn")
    text = (into / "tzdata/__init__.py").read_text(encoding="utf-8")
    (into / "tzdata/__init__.py").write_text(text + "\nIANA_VERSION = '2099z'\n", encoding="utf-8")
    closing = into / "incident/rules/legaltime/closing_days"
    (closing / "ee_public.yaml").write_text(
        "id: EE:public\ntitle: Estonia\nversion: 2026-11-26\nbase: weekend\npublished_until: 2027\nsource: a test\nevidence: secondary\n",
        encoding="utf-8",
    )
    return into
