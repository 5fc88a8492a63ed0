"""Agreement documents: what is read, what is refused and where, and what keeps its digest."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incident.errors import Fault, Invalid
from incident.rules import conditions as c
from incident.rules.commitment import Anchor, Commitment, Counting, Discharge, Limits, Parties, Role, Rung, Tell
from incident.rules.legaltime.values import Basis, Period
from incident.rules.terms import MAX_BYTES, Agreement, load

HEAD = """
name: two-parties
version: "1.0"
title: Two parties
zone: Europe/Tallinn
in_force: {from: 2026-01-01}
parties: [https://one.example/#party, https://two.example/#party]
commitments:
"""
CLAUSE = """
  - id: plan
    title: Plan
    cite: cl. 1
    owed_by: {role: suppliers}
    owed_to: {role: operator}
    owes: a plan
    discharged_by: submitted
"""


def a_document(extra: str = "", head: str = HEAD) -> str:
    """The smallest agreement, with more lines in its only clause."""
    return head + CLAUSE + "".join(f"    {line}\n" for line in extra.splitlines())


def the_clause(extra: str = "") -> Commitment:
    return load(a_document(extra)).commitments[0]


def faults(text: str) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        load(text)
    assert refused.value.faults
    return refused.value.faults


def outcome_of(text: str) -> Agreement | list[Fault]:
    try:
        return load(text)
    except Invalid as refused:
        return refused.faults


def pointers(text: str) -> set[str]:
    return {fault.pointer for fault in faults(text)}


def test_the_smallest_document_means_its_defaults() -> None:
    agreement = load(a_document())
    (plan,) = agreement.commitments
    assert (agreement.name, agreement.version, agreement.title, agreement.zone) == ("two-parties", "1.0", "Two parties", "Europe/Tallinn")
    assert agreement.parties == ("https://one.example/#party", "https://two.example/#party")
    assert plan.signatories == frozenset(agreement.parties)
    assert (plan.source.kind, plan.source.name, plan.source.version) == ("agreement", "two-parties", "1.0")
    assert (plan.source.digest, plan.source.cite) == (agreement.digest, "cl. 1")
    assert (plan.when, plan.anchors, plan.combine, plan.period) == (c.ALWAYS, (Anchor("filing"),), "first", None)
    assert (plan.counting, plan.basis, plan.limits) == (Counting(), Basis.CONTRACT, Limits())
    assert (plan.tell, plan.acknowledge_within, plan.ladder, plan.extendable, plan.waivable) == (None, None, (), None, None)
    assert (plan.owed_by, plan.owed_to) == (Parties(Role.SUPPLIERS), Parties(Role.OPERATOR))


def test_every_key_of_a_clause_reaches_the_commitment() -> None:
    plan = the_clause("""\
when:
  all:
    - {fact: severity, in: [high, critical]}
    - not: {fact: cross_border, is: true, of: filer}
    - any: [{fact: affected_individuals, at_least: 500}, {fact: affected_individuals, at_most: 3, of: owed_to}]
    - {fact: affected_countries, includes: [NO, EE]}
    - {fact: ai_serious_incident, known: false}
anchor: {latest: [{fact: aware_at}, {fact: detected_at, of: operator}, {after: plan}, {delivery: plan}, {filing: true}]}
within: {business_days: 3, at: 17:30}
counting: {zone: Asia/Tokyo, calendar: JP:bank}
must_contain: [reference, "fact:cross_border"]
tell: {fields: [tlp, summary], release: pre_authorised, channels: [email]}
acknowledge_within: {minutes: 90}
ladder: [{contact: deputy, before: {hours: 1}}, {contact: manager, before: {minutes: 15}}]
handling: {max_tlp: GREEN, withhold: [facts], residency: [NO, EE]}
extendable: cl. 8
waivable: cl. 9
""")
    assert plan.when == c.All(
        (
            c.Test("severity", "in", ("high", "critical")),
            c.Not(c.Test("cross_border", "is", (True,), "filer")),
            c.Any((c.Test("affected_individuals", "at_least", (500,)), c.Test("affected_individuals", "at_most", (3,), "owed_to"))),
            c.Test("affected_countries", "includes", ("NO", "EE")),
            c.Not(c.Test("ai_serious_incident", "known", ())),
        )
    )
    assert plan.combine == "latest"
    assert plan.anchors == (
        Anchor("fact", "aware_at", "owed_by"),
        Anchor("fact", "detected_at", "operator"),
        Anchor("after", "plan"),
        Anchor("delivery", "plan"),
        Anchor("filing"),
    )
    assert plan.period == Period(3, "bd", "business_days", at="17:30")
    assert plan.counting == Counting("fixed:Asia/Tokyo", "fixed:JP:bank")
    assert plan.contains == ("reference", "fact:cross_border")
    assert plan.tell == Tell(("tlp", "summary"), "pre_authorised", ("email",))
    assert plan.acknowledge_within == Period(90, "min", "elapsed_hours")
    assert plan.ladder == (Rung("deputy", timedelta(hours=1)), Rung("manager", timedelta(minutes=15)))
    assert plan.limits == Limits("GREEN", ("facts",), ("NO", "EE"))
    assert (plan.extendable, plan.waivable, plan.discharged_by) == ("cl. 8", "cl. 9", Discharge.SUBMITTED)


@pytest.mark.parametrize(
    ("spoken", "period"),
    [
        ("{minutes: 30}", Period(30, "min", "elapsed_hours")),
        ("{hours: 4}", Period(4, "h", "elapsed_hours")),
        ("{days: 5}", Period(5, "d", "calendar_days")),
        ("{business_days: 2}", Period(2, "bd", "business_days")),
        ("{months: 1}", Period(1, "mo", "calendar_months")),
    ],
)
def test_each_unit_has_its_counting_rule(spoken: str, period: Period) -> None:
    assert the_clause(f"within: {spoken}").period == period


def test_the_calendar_may_stand_beside_the_business_days() -> None:
    assert the_clause("within: {business_days: 1, calendar: EE:public}").counting.calendar_of == "fixed:EE:public"
    both = "within: {business_days: 1, calendar: EE:public}\ncounting: {calendar: owed_by}"
    assert pointers(a_document(both)) == {"/commitments/0/within"}


def test_an_authority_is_named_by_its_competence_and_nobody_else_is() -> None:
    text = a_document().replace("{role: operator}", "{role: authority, competence: nis2.csirt}")
    assert load(text).commitments[0].owed_to == Parties(Role.AUTHORITY, "each", "nis2.csirt")
    assert pointers(a_document().replace("{role: operator}", "{role: authority}")) == {"/commitments/0/owed_to/competence"}
    assert pointers(a_document().replace("{role: operator}", "{role: filer, competence: x.y}")) == {"/commitments/0/owed_to/competence"}


def test_dates_mean_whole_days_in_the_zone_of_the_agreement() -> None:
    agreement = load(a_document(head=HEAD.replace("{from: 2026-01-01}", "{from: 2026-01-01, until: 2026-06-30}")))
    assert agreement.in_force_from == datetime(2025, 12, 31, 22, tzinfo=UTC)
    assert agreement.in_force_until == datetime(2026, 6, 30, 21, tzinfo=UTC)
    assert agreement.in_force(datetime(2026, 6, 30, 20, 59, 59, tzinfo=UTC))
    assert not agreement.in_force(datetime(2026, 6, 30, 21, tzinfo=UTC))
    assert not agreement.in_force(datetime(2025, 12, 31, 21, 59, tzinfo=UTC))


def test_instants_bound_it_to_the_second() -> None:
    head = HEAD.replace("{from: 2026-01-01}", "{from: 2026-01-01T12:00:00+02:00, until: 2026-01-02T00:00:00Z}")
    agreement = load(a_document(head=head))
    assert agreement.in_force_from == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert agreement.in_force_until == datetime(2026, 1, 2, tzinfo=UTC)
    assert load(a_document()).in_force(datetime(2400, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("force", ["{from: 2026-01-02, until: 2026-01-01}", "{from: 2026-01-01, until: 9999-12-31}"])
def test_an_end_before_the_beginning_or_beyond_the_calendar_is_refused(force: str) -> None:
    assert pointers(a_document(head=HEAD.replace("{from: 2026-01-01}", force))) == {"/in_force/until"}


def test_comments_layout_and_the_order_of_keys_do_not_change_the_digest() -> None:
    first = load(a_document("within: {hours: 4}\ncounting: {zone: owed_to, calendar: owed_by}"))
    plain: dict[str, Any] = yaml.load(a_document("within: {hours: 4}\ncounting: {zone: owed_to, calendar: owed_by}"), yaml.BaseLoader)
    plain["commitments"][0]["within"]["hours"] = 4
    again = load("# another hand\n" + yaml.safe_dump(dict(reversed(plain.items())), default_style=None))
    assert first.digest == again.digest
    assert first.document == again.document
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", first.digest)


@pytest.mark.parametrize(
    "change",
    [("hours: 4", "hours: 5"), ("cl. 1", "cl. 2"), ("two.example", "three.example"), ('"1.0"', '"1.1"'), ("{hours: 4}", "{minutes: 240}")],
)
def test_another_meaning_is_another_digest(change: tuple[str, str]) -> None:
    text = a_document("within: {hours: 4}")
    assert change[0] in text
    assert load(text).digest != load(text.replace(*change)).digest


def test_a_default_that_is_written_out_is_another_document_with_the_same_meaning() -> None:
    silent, spoken = load(a_document()), load(a_document("anchor: {filing: true}"))
    assert "anchor" not in silent.document["commitments"][0]
    assert silent.digest != spoken.digest
    assert silent.commitments[0].anchors == spoken.commitments[0].anchors


def test_norway_a_time_and_a_date_are_text_and_only_true_and_false_are_booleans() -> None:
    clause = the_clause(
        "handling: {residency: [NO]}\nwithin: {business_days: 1, at: 09:30}\nwhen: {fact: word, in: [yes, on, NO, 12:30, 2026-01-01]}"
    )
    assert clause.limits.residency == ("NO",)
    assert clause.period is not None
    assert clause.period.at == "09:30"
    assert clause.when == c.Test("word", "in", ("yes", "on", "NO", "12:30", "2026-01-01"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x", "yaml"),
        ("a: *nowhere", "yaml"),
        ("a: !!python/object/apply:os.system [id]", "yaml"),
        ("a: !!binary aGk=", "yaml"),
        ("a: ! b", "yaml"),
        ("[" * 5000, "yaml"),
        ("{a: " * 5000, "yaml"),
        ("a: {b: 1", "yaml"),
        ("a:\n\t- b", "yaml"),
        ("name: one\x00", "yaml"),
        ("name: one\ud800", "yaml"),
        ("a: 1\n---\nb: 2", "yaml"),
        ("# " + "é" * (MAX_BYTES // 2), "too_long"),
        ("", "type"),
        ("- 1", "type"),
        ("just text", "type"),
    ],
)
def test_what_is_not_a_plain_tree_is_refused_with_its_reason(text: str, code: str) -> None:
    (fault,) = faults(text)
    assert (fault.pointer, fault.code) == ("", code)
    assert fault.message


def test_a_fault_of_yaml_names_line_and_column() -> None:
    (fault,) = faults("name: one\ntitle: &x two")
    assert "line 2, column 8" in fault.message


def test_a_key_given_twice_is_refused_where_it_stands() -> None:
    found = faults(a_document("owes: another plan"))
    assert [(fault.pointer, fault.code) for fault in found] == [("/commitments/0/owes", "duplicate")]


@pytest.mark.parametrize(
    ("extra", "pointer"),
    [
        ("? 1\n: x", "/commitments/0"),
        ("? [a]\n: x", "/commitments/0"),
        ("? ''\n: x", "/commitments/0/"),
        ("a/b~c: x", "/commitments/0/a~1b~0c"),
        ("<<: {within: {hours: 1}}", "/commitments/0/<<"),
        ("waivable:", "/commitments/0/waivable"),
        ("waivable: ~", "/commitments/0/waivable"),
        ('waivable: "a\\u0007"', "/commitments/0/waivable"),
        ('waivable: "\\ud800"', "/commitments/0/waivable"),
        ("waivable: '  '", "/commitments/0/waivable"),
        ("waivable: 9", "/commitments/0/waivable"),
        ("within: 4", "/commitments/0/within"),
        ("within: {}", "/commitments/0/within"),
        ("within: {n: 4}", "/commitments/0/within/n"),
        ("within: {hours: 4, minutes: 3}", "/commitments/0/within"),
        ("within: {hours: 0}", "/commitments/0/within/hours"),
        ("within: {hours: 4.5}", "/commitments/0/within/hours"),
        ("within: {hours: true}", "/commitments/0/within/hours"),
        ("within: {hours: 99999999999999999999999999}", "/commitments/0/within/hours"),
        ("within: {hours: 4, at: 17:30}", "/commitments/0/within/at"),
        ("within: {hours: 4, calendar: EE:public}", "/commitments/0/within/calendar"),
        ("within: {business_days: 1, at: 24:00}", "/commitments/0/within/at"),
        ("within: {business_days: 1, calendar: Estonia}", "/commitments/0/within/calendar"),
        ("counting: {zone: Europe/Tartu}", "/commitments/0/counting/zone"),
        ("counting: {zone: Europe}", "/commitments/0/counting/zone"),
        ("counting: {zone: ../../etc/passwd}", "/commitments/0/counting/zone"),
        ("counting: {calendar: filer}", "/commitments/0/counting/calendar"),
        ("anchor: {}", "/commitments/0/anchor"),
        ("anchor: {filing: false}", "/commitments/0/anchor/filing"),
        ("anchor: {filing: true, after: plan}", "/commitments/0/anchor"),
        ("anchor: {after: plan, of: operator}", "/commitments/0/anchor/of"),
        ("anchor: {fact: aware_at, of: suppliers}", "/commitments/0/anchor/of"),
        ("anchor: {earliest: [{earliest: [{filing: true}]}]}", "/commitments/0/anchor/earliest/0/earliest"),
        ("when: {}", "/commitments/0/when"),
        ("when: true", "/commitments/0/when"),
        ("when: {fact: severity}", "/commitments/0/when"),
        ("when: {fact: severity, is: high, in: [high]}", "/commitments/0/when"),
        ("when: {fact: severity, is: [high]}", "/commitments/0/when/is"),
        ("when: {fact: severity, in: []}", "/commitments/0/when/in"),
        ("when: {fact: severity, at_least: high}", "/commitments/0/when/at_least"),
        ("when: {fact: severity, known: 1}", "/commitments/0/when/known"),
        ("when: {all: []}", "/commitments/0/when/all"),
        ("when: {all: [{fact: a, is: 1}], is: 1}", "/commitments/0/when"),
        ("when: {any: [{fact: a, is: 1}, {not: {fact: b}}]}", "/commitments/0/when/any/1/not"),
        ("when: {fact: __class__, is: 1}", "/commitments/0/when/fact"),
        ("tell: {}", "/commitments/0/tell/fields"),
        ("tell: {fields: [summry]}", "/commitments/0/tell/fields/0"),
        ("tell: {fields: ['fact:']}", "/commitments/0/tell/fields/0"),
        ("tell: {fields: [tlp, tlp]}", "/commitments/0/tell/fields"),
        ("tell: {fields: [tlp], release: anyone}", "/commitments/0/tell/release"),
        ("tell: {fields: [tlp], channels: [fax]}", "/commitments/0/tell/channels/0"),
        ("ladder: [{contact: boss, before: {hours: 1}}]", "/commitments/0/ladder/0/contact"),
        ("ladder: [{contact: deputy, before: {days: 1}}]", "/commitments/0/ladder/0/before/days"),
        ("handling: {max_tlp: TLP:RED}", "/commitments/0/handling/max_tlp"),
        ("handling: {max_tlp: red}", "/commitments/0/handling/max_tlp"),
        ("handling: {withhold: [nothing]}", "/commitments/0/handling/withhold/0"),
        ("handling: {residency: [Estonia]}", "/commitments/0/handling/residency/0"),
        ("extendible: cl. 3", "/commitments/0/extendible"),
    ],
)
def test_a_fault_in_a_clause_is_named_by_its_pointer(extra: str, pointer: str) -> None:
    assert pointers(a_document(extra)) == {pointer}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (("name: two-parties", "name: Two Parties"), "/name"),
        (('version: "1.0"', "version: 1"), "/version"),
        (("zone: Europe/Tallinn", "zone: EET+2"), "/zone"),
        (("2026-01-01", "2026-02-30"), "/in_force/from"),
        (("2026-01-01", "2026-01-01T10:00:00"), "/in_force/from"),
        (("2026-01-01", "tomorrow"), "/in_force/from"),
        (("https://one.example/#party", "one.example"), "/parties/0"),
        (("https://one.example/#party, ", ""), "/parties"),
        (("https://one.example/#party", "https://two.example/#party"), "/parties"),
        (("name: two-parties", "name: two-parties\nformat: agreement/2"), "/format"),
    ],
)
def test_a_fault_in_the_head_is_named_by_its_pointer(change: tuple[str, str], pointer: str) -> None:
    assert change[0] in HEAD
    assert pointers(a_document(head=HEAD.replace(*change))) == {pointer}


def test_every_fault_is_named_at_once() -> None:
    text = a_document("within: {hours: 0}\nladder: [{contact: boss}]\nowed: x").replace("title: Two parties\n", "")
    assert {(fault.pointer, fault.code) for fault in faults(text)} == {
        ("/title", "required"),
        ("/commitments/0/within/hours", "invalid"),
        ("/commitments/0/ladder/0/contact", "invalid"),
        ("/commitments/0/ladder/0/before", "required"),
        ("/commitments/0/owed", "unknown"),
    }


def test_an_unknown_key_is_answered_with_the_keys_that_are_known() -> None:
    (fault,) = faults(a_document("counting: {calender: EE:public}"))
    assert "calendar, zone" in fault.message


def test_a_flood_of_faults_is_cut_and_counted() -> None:
    found = faults(a_document("\n".join(f"wrong_{n}: x" for n in range(700))))
    assert len(found) == 501
    assert (found[-1].code, found[-1].message) == ("more", "200 more faults are not listed.")


def test_two_clauses_cannot_share_an_id() -> None:
    assert pointers(a_document() + CLAUSE.replace("a plan", "another")) == {"/commitments/1/id"}


@given(st.text(max_size=200))
def test_any_text_is_an_agreement_or_a_refusal_and_never_a_crash(text: str) -> None:
    outcome = outcome_of(text)
    assert isinstance(outcome, Agreement) or outcome


nested = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["fact", "is", "filing", "AMBER", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "not", "fact", "is", "role", "hours", "of", "x/y"]), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = ["when", "anchor", "within", "counting", "tell", "ladder", "handling", "owed_by", "must_contain", "acknowledge_within", "title"]


@given(st.dictionaries(st.sampled_from(KEYS), nested, min_size=1, max_size=3))
def test_any_value_in_any_place_is_accepted_or_refused_by_pointer(clause: dict[str, Any]) -> None:
    document = yaml.safe_load(HEAD.replace("2026-01-01", "'2026-01-01'") + CLAUSE)
    document["commitments"][0] |= clause
    outcome = outcome_of(yaml.safe_dump(document))
    if not isinstance(outcome, Agreement):
        assert outcome
        assert all(fault.pointer == "" or fault.pointer.startswith("/commitments/0") for fault in outcome)
