"""National CERT staff, over days: filing, correcting, closing, reopening."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase, Reclassify
from incident.actions.file_report import file_report
from incident.actions.preview_report import preview_report
from incident.actions.reclassify import reclassify
from incident.actions.reopen import reopen
from incident.errors import Conflict, Invalid, NotAllowed
from incident.rules.legaltime import moment
from tests.world import World, a_report


def clocks(answer: dict[str, object]) -> list[tuple[object, ...]]:
    return [
        (o["commitment"], o["owed_by"], o["owed_to"], o["target_at"], o["due_at"], o["verdict"], o["provisional"])
        for o in answer["obligations"]
    ]  # type: ignore[attr-defined]


def notices(answer: dict[str, object]) -> list[tuple[object, ...]]:
    return [(n["to"], n["released"], n["awaiting"], n["digest"], n["items"]) for n in answer["notices"]]  # type: ignore[attr-defined]


def test_a_preview_shows_exactly_what_filing_then_creates(world: World) -> None:
    report = a_report(affected_countries=("EE", "FR"), personal_data_breach=True)
    with world.work("cert-ee") as work:
        shown = preview_report(work, report)
    assert world.rows("select count(*) from demarche.incident")[0][0] == 0
    assert world.rows("select count(*) from demarche.evidence_entry where kind = 'report.filed'")[0][0] == 0
    with world.work("cert-ee") as work:
        filed = file_report(work, report).answer
    assert clocks(shown) == clocks(filed)
    assert notices(shown) == notices(filed)
    assert shown["incident_ref"] == filed["incident_ref"]


def test_a_preview_a_minute_earlier_freezes_the_same_words(world: World) -> None:
    report = a_report(personal_data_breach=True)
    with world.work("cert-ee") as work:
        shown = preview_report(work, report)
    world.forward(minutes=1)
    with world.work("cert-ee") as work:
        assert notices(file_report(work, report).answer) == notices(shown)


def test_the_clocks_of_a_friday_evening(world: World) -> None:
    world.clock.set(datetime.fromisoformat("2026-12-18T16:05:00+00:00"))
    filed = world.files(aware_at="2026-12-18T17:40:00+02:00", personal_data_breach=True)
    early = world.obligation(filed, "art23.early_warning")
    assert (early["target_at"], early["due_at"]) == ("2026-12-19T15:40:00Z", "2026-12-19T16:00:00Z")
    assert early["source"]["cite"].startswith("Küberturvalisuse seadus")
    assert any("1182/71" in (line["cite"] or "") for line in early["because"])
    breach = world.obligation(filed, "gdpr.art33.authority")
    assert (breach["owed_by"], breach["owed_to"]) == ("ee-ministry", "ee-dpa")
    assert breach["due_at"] == "2026-12-21T16:00:00Z"


def test_filing_twice_is_filing_once_and_another_body_is_a_contradiction(world: World) -> None:
    first = world.files()
    world.forward(hours=2)
    with world.work("cert-ee") as work:
        again = file_report(work, a_report())
    assert again.replayed
    assert again.answer == first
    with pytest.raises(Conflict, match="next revision"), world.work("cert-ee") as work:
        file_report(work, a_report(summary="Something else"))
    assert world.rows("select count(*) from demarche.incident")[0][0] == 1


def test_unknown_is_not_no_it_is_shown_and_tells_nobody(world: World) -> None:
    filed = world.files(personal_data_breach=None, significant_incident=None)
    warning = world.obligation(filed, "art23.early_warning")
    assert warning["provisional"]
    assert any(line["code"] == "unknown" and "significant_incident" in line["text"] for line in warning["because"])
    assert not [n for n in filed["notices"] for d in n["items"].get("duties", []) if "NIS2" in d["title"]]
    world.forward(days=5)
    world.sweep()
    assert world.verdict(filed, "art23.early_warning") == "unresolved"


def test_a_correction_supersedes_and_keeps_the_old_reasons(world: World) -> None:
    filed = world.files()
    world.sweep()
    before = world.obligation(filed, "art23.early_warning")
    world.forward(hours=1)
    world.files(revision=2, aware_at="2026-11-23T08:10:00+02:00")
    after = world.obligation(filed, "art23.early_warning")
    assert after["id"] != before["id"]
    assert after["due_at"] == "2026-11-24T07:00:00Z"
    old = next(o for o in world.incident(filed)["obligations"] if o["id"] == before["id"])
    assert (old["verdict"], old["superseded_by"], old["due_at"]) == ("superseded", after["id"], before["due_at"])
    facts = [f for f in world.incident(filed)["facts"] if f["name"] == "aware_at"]
    assert [f["superseded"] for f in facts] == [True, False]
    corrected = [n for n in world.incident(filed)["notices"] if n["kind"] == "correction" and n["to"] == "ee-ministry"]
    assert len(corrected) == 1
    world.sweep()
    assert any(subject.startswith("[Démarche] Correction") for subject in world.subjects("duty@ee-ministry.example"))


def test_a_miss_stands_when_the_awareness_is_corrected_later(world: World) -> None:
    filed = world.files()
    missed = world.obligation(filed, "art23.early_warning")
    world.forward(days=2)
    world.sweep()
    world.files(revision=2, aware_at="2026-11-23T10:50:00+02:00")
    old = next(o for o in world.incident(filed)["obligations"] if o["id"] == missed["id"])
    assert old["verdict"] == "missed"
    assert old["missed_at"] == missed["due_at"]


def test_a_fact_that_turns_out_untrue_lets_its_duties_lapse_and_says_so(world: World) -> None:
    filed = world.files(personal_data_breach=True)
    world.sweep()
    world.forward(hours=3)
    world.files(revision=2, personal_data_breach=False)
    assert world.verdict(filed, "gdpr.art33.authority") == "lapsed"
    assert world.verdict(filed, "art23.early_warning") == "running"


def test_severity_raised_tells_the_suppliers_and_a_second_time_nothing(world: World) -> None:
    filed = world.files(severity="low")
    assert not [n for n in filed["notices"] if n["to"] == "halden-compute" and n["released"]]
    case = uuid.UUID(filed["incident"])
    with world.work("cert-ee") as work:
        reclassify(work, case, Reclassify("It spreads", severity="critical"))
    told = [n for n in world.incident(filed)["notices"] if n["to"] == "halden-compute" and n["released"]]
    assert len(told) == 1
    with world.work("cert-ee") as work:
        reclassify(work, case, Reclassify("Said again", severity="critical"))
    assert len([n for n in world.incident(filed)["notices"] if n["to"] == "halden-compute" and n["released"]]) == 1


def test_closing_as_a_false_alarm_lapses_everything_and_tells_everyone_who_was_told(world: World) -> None:
    filed = world.files(affected_countries=("EE", "FR"))
    world.sweep()
    waiting = [n["id"] for n in filed["notices"] if n["awaiting"]]
    assert waiting
    with world.work("cert-ee") as work:
        close_case(work, uuid.UUID(filed["incident"]), CloseCase("false_alarm", "A test rig"))
    case = world.incident(filed)
    assert {o["verdict"] for o in case["obligations"] if o["settled_at"]} <= {"lapsed", "met"}
    assert all(n["cancelled_at"] for n in case["notices"] if n["id"] in waiting)
    world.sweep()
    told = {n["to"] for n in case["notices"] if n["kind"] == "correction"}
    assert told == {"ee-ministry", "halden-compute", "meridian-models"}
    world.forward(days=9)
    world.sweep()
    assert not [m for m in world.mail.messages() if "Missed" in m.subject]


def test_a_withdrawn_report_ends_no_legal_duty(world: World) -> None:
    filed = world.files()
    with world.work("cert-ee") as work:
        close_case(work, uuid.UUID(filed["incident"]), CloseCase("withdrawn", "Filed by the wrong desk"))
    assert world.verdict(filed, "art23.early_warning") == "running"
    agreed = [o for o in world.incident(filed)["obligations"] if o["source"]["kind"] == "agreement" and not o["provisional"]]
    assert {o["verdict"] for o in agreed} == {"lapsed"}


def test_reopening_runs_the_old_instants_again_and_records_what_passed_meanwhile(world: World) -> None:
    filed = world.files()
    case = uuid.UUID(filed["incident"])
    before = world.obligation(filed, "art23.incident_notification")
    with world.work("cert-ee") as work:
        close_case(work, case, CloseCase("false_alarm", "We thought so"))
    world.forward(days=2)
    with world.work("cert-ee") as work:
        reopen(work, case, "It was real")
    after = world.obligation(filed, "art23.incident_notification")
    assert (after["id"], after["due_at"], after["verdict"]) == (before["id"], before["due_at"], "running")
    assert world.verdict(filed, "art23.early_warning") == "missed"
    with pytest.raises(Conflict, match="open"), world.work("cert-ee") as work:
        reopen(work, case, "Again")


def test_an_exercise_is_marked_on_every_exit_and_never_converts(world: World) -> None:
    filed = world.files(exercise=True)
    world.sweep()
    assert all(n["items"]["exercise"] is True for n in filed["notices"] if n["items"])
    assert all("EXERCISE" in m.subject for m in world.mail.messages())
    with pytest.raises(Conflict, match="fixed"):
        world.files(revision=2, exercise=False)


def test_a_supplier_does_not_file_and_a_stranger_finds_no_deployment(world: World) -> None:
    with pytest.raises(NotAllowed, match="supplier"):
        world.files(by="meridian-models")
    with pytest.raises(Exception, match="no deployment"):
        world.files(by="cert-fr")


def test_the_future_has_not_been_noticed_yet(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        world.files(aware_at="2026-11-24T10:00:00+02:00", noticed_at=moment("2027-01-01T00:00:00Z"))
    assert {fault.pointer for fault in refused.value.faults} == {"/facts/aware_at", "/facts/noticed_at"}


def test_awareness_belongs_to_somebody(world: World) -> None:
    filed = world.files(
        about={"determined_at": ("meridian-models", moment("2026-11-23T08:00:00Z")), "material_to_investors": ("meridian-models", True)},
    )
    form = world.obligation(filed, "8k105.form_8k")
    assert form["owed_by"] == "meridian-models"
    assert form["due_at"] == "2026-11-30T22:30:00Z"  # Tue 24, Wed 25, (Thanksgiving), Fri 27, Mon 30 at 17:30 New York
