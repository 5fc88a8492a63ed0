"""Planning and routing one case, on values alone."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import Anchor, Commitment, Discharge, Limits, Parties, Role, Source, Tell
from incident.rules.conditions import Test as Check
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime import moment
from incident.rules.legaltime.values import Period
from incident.rules.planning import Happened, plan
from incident.rules.routing import route

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AWARE = moment("2026-11-23T10:40:00+02:00")


def party(slug: str, kind: str = "operator", jurisdiction: str = "EE", **more: object) -> Party:
    zone = {"EE": "Europe/Tallinn", "US": "America/New_York", "FR": "Europe/Paris"}[jurisdiction]
    return Party(
        uuid.uuid5(uuid.NAMESPACE_URL, slug),
        f"https://{slug}.example/#party",
        slug,
        slug,
        kind,
        jurisdiction,
        zone,
        f"{jurisdiction}:public",
        **more,
    )  # type: ignore[arg-type]


CERT, MINISTRY, FRENCH = party("cert", "cert"), party("ministry"), party("cert-fr", "cert", "FR")
VENDOR, CLOUD = party("vendor", "vendor", "US"), party("cloud", "vendor", "FR")
EVERYBODY = (CERT, MINISTRY, FRENCH, VENDOR, CLOUD)


def case(*facts: tuple[str, object], **more: object) -> Case:
    deployment = Deployment(uuid.uuid4(), "d", "D", "EE", MINISTRY, (VENDOR, CLOUD), "S", "1", (), ("EE", "FR", "US"))
    said = [Fact(uuid.uuid4(), name, value, MINISTRY.id, CERT.id, NOW) for name, value in (("aware_at", AWARE), *facts)]  # type: ignore[arg-type]
    given: dict[str, object] = {"affected_countries": (), "tlp": "GREEN", **more}
    return Case(
        uuid.uuid4(), "INC-1", "R", "early_warning", "It leaks", "high", exercise=False, filed_at=NOW, filer=CERT, deployment=deployment,
        directory=EVERYBODY, facts=Facts.of(said), **given,  # type: ignore[arg-type]
    )  # fmt: skip


def commitment(id_: str = "notice", **more: object) -> Commitment:
    made = Commitment(
        id_, f"Title of {id_}", Source("agreement", "a", "1", "sha256:0", f"Art. {id_}"), Parties(Role.HOME_CERT), Parties(Role.SUPPLIERS),
        period=Period(4, "h", "elapsed_hours"), signatories=frozenset(each.uri for each in EVERYBODY),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


TELL = Tell(("incident_ref", "severity", "summary", "duties"), "pre_authorised")


def test_each_pair_has_its_own_obligation() -> None:
    planned = plan(case(), [commitment()])
    assert [(p.debtor.slug, p.creditor and p.creditor.slug) for p in planned] == [("cert", "vendor"), ("cert", "cloud")]


def test_a_lead_owes_and_is_owed_alone() -> None:
    planned = plan(case(), [commitment(owed_to=Parties(Role.SUPPLIERS, "lead"))])
    assert [p.creditor and p.creditor.slug for p in planned] == ["vendor"]


def test_joint_debtors_share_a_group_and_the_others_do_not() -> None:
    joint = plan(case(), [commitment(owed_by=Parties(Role.SUPPLIERS, "joint"), owed_to=Parties(Role.HOME_CERT))])
    assert len({p.group for p in joint}) == 1
    assert joint[0].group
    assert {p.group for p in plan(case(), [commitment()])} == {None}


def test_an_agreement_binds_only_its_signatories_and_a_law_everybody() -> None:
    assert plan(case(), [commitment(signatories=frozenset({CERT.uri}))]) == []
    law = commitment(signatories=None, owed_to=Parties(Role.AUTHORITY, competence="x"))
    assert [(p.debtor.slug, p.creditor) for p in plan(case(), [law])] == [("cert", None)]


def test_an_unknown_condition_gives_a_provisional_duty_and_a_false_one_none() -> None:
    when = Check("personal_data_breach", "is", (True,))
    assert [p.provisional for p in plan(case(), [commitment(when=when)])] == [True, True]
    assert plan(case(("personal_data_breach", False)), [commitment(when=when)]) == []
    assert [p.provisional for p in plan(case(("personal_data_breach", True)), [commitment(when=when)])] == [False, False]


def test_awareness_of_another_is_not_ours() -> None:
    theirs = commitment(owed_by=Parties(Role.SUPPLIERS), owed_to=Parties(Role.HOME_CERT), anchors=(Anchor("fact", "aware_at", "owed_by"),))
    assert {p.deadline for p in plan(case(), [theirs])} == {None}
    assert all(p.because[-1].code == "waits" for p in plan(case(), [theirs]))


def test_a_chain_is_dated_from_the_latest_lawful_instant_until_it_happens() -> None:
    first = commitment("first", anchors=(Anchor("fact", "aware_at", "operator"),))
    second = commitment("second", anchors=(Anchor("after", "first"),))
    predicted = {p.commitment.id: p for p in plan(case(), [second, first]) if p.creditor == VENDOR}
    assert predicted["second"].predicted
    assert predicted["second"].started_at == predicted["first"].deadline.due_at  # type: ignore[union-attr]
    at = NOW + timedelta(minutes=7)
    real = plan(case(), [second, first], Happened(submitted={("a", "first", CERT.id): (at,)}))
    assert {(p.predicted, p.started_at) for p in real if p.commitment.id == "second"} == {(False, at)}


def test_a_circle_is_planned_and_waits() -> None:
    one = commitment("one", anchors=(Anchor("after", "two"),))
    two = commitment("two", anchors=(Anchor("after", "one"),))
    assert len(plan(case(), [one, two])) == 4


def test_a_clause_that_cannot_be_planned_becomes_a_duty_to_look() -> None:
    broken = commitment("broken", period=Period(4, "h", "no_such_rule"))
    found = plan(case(), [broken, commitment()])
    look = [p for p in found if p.occurrence == "not planned"]
    assert [p.debtor.slug for p in look] == ["cert"]
    assert "no_such_rule" in look[0].because[0].text
    assert len([p for p in found if p.occurrence == "first"]) == 2


def test_a_notice_to_acknowledge_makes_a_second_duty_from_its_delivery() -> None:
    told = commitment(tell=TELL, acknowledge_within=Period(30, "min", "elapsed_hours"), discharged_by=Discharge.RECEIVED)
    planned = {(p.commitment.id, p.debtor.slug): p for p in plan(case(), [told])}
    assert planned["notice.acknowledge", "vendor"].predicted
    at = NOW + timedelta(hours=1)
    again = plan(case(), [told], Happened(delivered={("a", "notice", CERT.id, VENDOR.id): at}))
    real = next(p for p in again if p.commitment.id == "notice.acknowledge" and p.debtor == VENDOR)
    assert (real.predicted, real.deadline and real.deadline.due_at) == (False, at + timedelta(minutes=30))
    assert next(p for p in again if p.commitment.id == "notice.acknowledge" and p.debtor == CLOUD).predicted


def test_what_a_clause_pre_authorises_goes_at_once_and_the_rest_awaits_an_officer() -> None:
    asked = case()
    drafts = route(
        asked,
        plan(
            asked,
            [commitment(tell=TELL), commitment("later", tell=replace(TELL, release="officer"), owed_to=Parties(Role.SUPPLIERS, "lead"))],
        ),
    )
    assert [(d.recipient.slug, bool(d.pre_authorised_by)) for d in drafts] == [("cloud", True), ("vendor", True), ("vendor", False)]


def test_clauses_to_the_same_party_are_one_notice_under_the_strictest_limits() -> None:
    asked = case()
    strict = commitment("strict", tell=replace(TELL, fields=("reference", "summary")), limits=Limits(withhold=("summary",)))
    drafts = route(asked, plan(asked, [commitment(tell=TELL), strict]))
    assert [d.recipient.slug for d in drafts] == ["cloud", "vendor"]
    assert all("summary" not in d.items and "reference" in d.items for d in drafts)


def test_residencies_without_a_common_country_admit_nobody() -> None:
    asked = case()
    one = commitment("one", tell=TELL, limits=Limits(residency=("US",)))
    two = commitment("two", tell=TELL, limits=Limits(residency=("FR",)))
    assert all("summary" not in draft.items for draft in route(asked, plan(asked, [one, two])))


def test_a_provisional_duty_tells_nobody() -> None:
    asked = case()
    assert route(asked, plan(asked, [commitment(tell=TELL, when=Check("personal_data_breach", "is", (True,)))])) == []


def test_the_home_cert_is_the_filer_where_the_country_has_none() -> None:
    elsewhere = case()
    deployment = replace(elsewhere.deployment, jurisdiction="US")
    asked = replace(elsewhere, deployment=deployment, filer=FRENCH)
    assert {p.debtor.slug for p in plan(asked, [commitment()])} == {"cert-fr"}
