"""The lint: each finding on the smallest agreement that has it, and silence on one that does not."""

from __future__ import annotations

import pytest

from incident.rules.legaltime.values import Period
from incident.rules.terms import Finding, lint, load, render

HEAD = """
name: three-parties
version: "1"
title: Three parties
zone: UTC
in_force: {from: 2026-01-01}
parties: [https://one.example/#party, https://two.example/#party, https://three.example/#party]
commitments:
"""
TELL = "tell: {fields: [tlp, summary]}"


def a_clause(name: str, *lines: str, by: str = "home_cert", to: str = "suppliers", done: str = "submitted") -> str:
    body = [
        f"title: {name}",
        "cite: cl. 1",
        f"owed_by: {{role: {by}}}",
        f"owed_to: {{role: {to}}}",
        f"owes: the {name}",
        f"discharged_by: {done}",
        *lines,
    ]
    if not any(line.startswith(("within:", "extendable:", "ladder:")) for line in lines):
        body.append("within: {hours: 24}")
    return f"  - id: {name}\n" + "".join(f"    {line}\n" for line in body)


def findings(*clauses: str, known: set[str] | None = None) -> tuple[Finding, ...]:
    return lint(load(HEAD + "".join(clauses)), known)


def codes(*clauses: str, known: set[str] | None = None) -> list[tuple[str, str]]:
    return [(each.code, each.pointer) for each in findings(*clauses, known=known)]


def test_a_sound_agreement_has_no_findings() -> None:
    notice = a_clause(
        "notice",
        "within: {hours: 1}",
        TELL,
        "acknowledge_within: {hours: 4}",
        "ladder: [{contact: deputy, before: {hours: 1}}]",
        done="received",
    )
    plan = a_clause("plan", "anchor: {delivery: notice}", "within: {days: 2}", by="suppliers", to="home_cert")
    cause = a_clause("cause", "anchor: {after: plan}", "within: {months: 1}", "extendable: cl. 9", by="suppliers", to="home_cert")
    assert findings(notice, plan, cause, known=set()) == ()


@pytest.mark.parametrize(
    ("lines", "done", "code", "pointer"),
    [
        ([], "received", "no_notice", "/discharged_by"),
        (
            ["acknowledge_within: {hours: 1}", "ladder: [{contact: deputy, before: {minutes: 5}}]"],
            "submitted",
            "acknowledges_nothing",
            "/acknowledge_within",
        ),
        (["tell: {fields: [summary]}"], "received", "unlabelled_notice", "/tell/fields"),
        (
            ["tell: {fields: [tlp, summary], release: pre_authorised}", "handling: {withhold: [summary]}"],
            "sent",
            "pre_authorised_but_withheld",
            "/tell/fields/1",
        ),
        (
            ["tell: {fields: [tlp, 'fact:a'], release: pre_authorised}", "handling: {withhold: [facts]}"],
            "sent",
            "pre_authorised_but_withheld",
            "/tell/fields/1",
        ),
        ([TELL, "handling: {withhold: [summary]}"], "sent", "told_but_withheld", "/tell/fields/1"),
        ([TELL, "must_contain: [tlp, severity]"], "sent", "contains_untold", "/must_contain/1"),
        ([TELL, "acknowledge_within: {hours: 1}"], "sent", "no_ladder", "/acknowledge_within"),
        (["ladder: [{contact: deputy, before: {hours: 1}}]"], "submitted", "ladder_without_deadline", "/ladder"),
        (["within: {hours: 4}", "ladder: [{contact: deputy, before: {minutes: 0}}]"], "submitted", "rung_after_due", "/ladder/0/before"),
        (["within: {hours: 4}", "ladder: [{contact: deputy, before: {minutes: -5}}]"], "submitted", "rung_after_due", "/ladder/0/before"),
        (["within: {hours: 4}", "ladder: [{contact: deputy, before: {hours: 4}}]"], "submitted", "rung_before_start", "/ladder/0/before"),
        (
            ["within: {hours: 4}", "ladder: [{contact: deputy, before: {minutes: 5}}, {contact: manager, before: {hours: 1}}]"],
            "submitted",
            "ladder_out_of_order",
            "/ladder",
        ),
        (["anchor: {after: nothing}"], "submitted", "unknown_anchor", "/anchor"),
        (["anchor: {latest: [{filing: true}, {delivery: nothing}]}"], "submitted", "unknown_anchor", "/anchor"),
        (["anchor: {after: one}"], "submitted", "cycle", "/anchor"),
        (["extendable: cl. 2"], "submitted", "extends_nothing", "/extendable"),
    ],
)
def test_a_clause_that_cannot_work_is_found_where_it_stands(lines: list[str], done: str, code: str, pointer: str) -> None:
    assert codes(a_clause("one", *lines, done=done)) == [(code, f"/commitments/0{pointer}")]


def test_the_ladder_of_a_notice_counts_back_from_the_acknowledgement() -> None:
    lines = ["within: {hours: 1}", TELL, "acknowledge_within: {hours: 4}"]
    assert codes(a_clause("one", *lines, "ladder: [{contact: deputy, before: {hours: 3}}]", done="received")) == []
    too_early = a_clause("one", *lines, "ladder: [{contact: deputy, before: {hours: 4}}]", done="received")
    assert codes(too_early) == [("rung_before_start", "/commitments/0/ladder/0/before")]


def test_a_clause_cannot_follow_what_another_debtor_submits() -> None:
    plan, reply = (
        a_clause("plan", by="suppliers", to="home_cert"),
        a_clause("reply", "anchor: {after: plan}", by="operator", to="suppliers"),
    )
    assert codes(plan, reply) == [("after_another_debtor", "/commitments/1/anchor")]


def test_a_clause_cannot_start_at_the_delivery_of_no_notice_or_of_one_among_others() -> None:
    plan, reply = (
        a_clause("plan", by="suppliers", to="home_cert"),
        a_clause("reply", "anchor: {delivery: plan}", by="suppliers", to="home_cert"),
    )
    assert codes(plan, reply) == [("delivery_of_nothing", "/commitments/1/anchor")]
    notice, other = (
        a_clause("notice", TELL, done="received"),
        a_clause("other", "anchor: {delivery: notice}", by="operator", to="home_cert"),
    )
    assert codes(notice, other) == [("delivery_to_others", "/commitments/1/anchor")]


def test_every_clause_in_a_circle_is_named_and_those_outside_are_not() -> None:
    one, two, three = (
        a_clause(name, f"anchor: {{after: {after}}}") for name, after in (("one", "three"), ("two", "one"), ("three", "two"))
    )
    four = a_clause("four", "anchor: {after: one}")
    assert codes(one, two, three, four) == [("cycle", f"/commitments/{place}/anchor") for place in range(3)]


def test_the_earliest_of_a_circle_and_a_fact_still_starts() -> None:
    assert codes(a_clause("one", "anchor: {earliest: [{after: one}, {filing: true}]}")) == []
    assert codes(a_clause("one", "anchor: {latest: [{after: one}, {filing: true}]}")) == [("cycle", "/commitments/0/anchor")]


def test_unknown_facts_are_found_wherever_they_are_named() -> None:
    clause = a_clause(
        "one",
        "when: {all: [{fact: severity, is: high}, {not: {fact: cros_border, is: true}}]}",
        "anchor: {fact: awar_at}",
        "tell: {fields: [tlp, 'fact:serius', 'fact:cross_border']}",
        done="received",
    )
    found = findings(clause, known={"cross_border", "aware_at"})
    assert [(each.code, each.pointer, each.level) for each in found] == [
        ("unknown_fact", "/commitments/0/when", "error"),
        ("unknown_fact", "/commitments/0/anchor", "error"),
        ("unknown_fact", "/commitments/0/tell", "error"),
    ]
    assert ["cros_border" in found[0].message, "awar_at" in found[1].message, "serius" in found[2].message] == [True] * 3
    assert findings(clause) == ()


def test_a_role_that_owes_itself_is_found_but_two_authorities_are_not() -> None:
    assert codes(a_clause("one", by="operator", to="operator")) == [("owed_to_oneself", "/commitments/0/owed_to")]
    two = a_clause("one", by="authority, competence: a.b", to="authority, competence: c.d")
    assert codes(two) == []


def test_facts_as_a_whole_contain_each_fact() -> None:
    assert codes(a_clause("one", "tell: {fields: [tlp, facts]}", "must_contain: ['fact:cross_border']", done="sent")) == []


PLAN = a_clause("plan", "within: {days: 2}", by="suppliers", to="home_cert")
TARGET = "planning_targets:\n  - {for: %s, within: {hours: 12}, cite: Annex B}\n"


def test_a_planning_target_for_a_duty_that_nobody_has_is_found() -> None:
    duties = {"eu.gdpr.art33.processor_to_controller"}
    made = load(HEAD + PLAN + TARGET % "eu.gdpr.art33.processor_to_controler")
    assert [(each.code, each.pointer) for each in lint(made, None, duties)] == [("unknown_duty", "/planning_targets/0/for")]
    assert lint(load(HEAD + PLAN + TARGET % "eu.gdpr.art33.processor_to_controller"), None, duties) == ()


def test_a_planning_target_reads_as_no_law() -> None:
    made = load(HEAD + PLAN + TARGET % "eu.gdpr.art33.processor_to_controller")
    last = render(made)[-1]
    assert (last.cite, last.id) == ("Annex B", "planned:eu.gdpr.art33.processor_to_controller")
    assert "12 hours from its start. This is no legal instant" in last.text


OVERLAY = HEAD.replace("commitments:\n", "")
MORE = "  - {of: {duty: eu.gdpr.art33.notification}, within: {hours: %s}, cite: cl. 2}\n"


def test_a_document_without_clauses_is_looked_at_too() -> None:
    made = load(OVERLAY + "exit: {cite: cl. 9}\nrelaxations:\n" + MORE % 96)
    (finding,) = lint(made, None, {"eu.gdpr.art33.notification": Period(72, "h", "elapsed_hours")})
    assert (finding.code, finding.pointer) == ("relaxes_statute", "/relaxations/0/of")
    assert "eu.gdpr.art33.notification: the operator owes it; due 2026-01-10 09:00 UTC" in finding.counter_example[2]


def test_a_clause_about_a_duty_of_a_law_that_is_counted_in_hours_is_not_counted_in_days() -> None:
    duties = {"eu.gdpr.art33.notification": Period(72, "h", "elapsed_hours")}
    clause = a_clause("plan", "within: {days: 3}", "duty: eu.gdpr.art33.notification", by="suppliers", to="home_cert")
    (finding,) = lint(load(HEAD + clause), None, duties)
    assert (finding.code, finding.pointer) == ("days_for_hours", "/commitments/0/within")
    assert [each.as_document() for each in finding.fix] == [{"op": "replace", "path": "/commitments/0/within", "value": {"hours": 72}}]
    assert any(line.startswith("eu.gdpr.art33.notification:") for line in finding.counter_example)


ON_CALL = "{contact: %s, zone: %s, days: [%s], from: '%s', until: '%s'}"
WEEK = "mon, tue, wed, thu, fri, sat, sun"


@pytest.mark.parametrize(
    ("windows", "hours", "found"),
    [
        ([], 4, False),
        ([("deputy", "UTC", WEEK, "08:00", "08:00")], 4, False),
        ([("deputy", "UTC", WEEK, "08:00", "20:00")], 4, True),
        ([("deputy", "UTC", WEEK, "08:00", "20:00")], 13, False),
        ([("deputy", "UTC", WEEK, "08:00", "20:00"), ("manager", "owed_to", WEEK, "20:00", "08:00")], 4, False),
        ([("deputy", "UTC", WEEK, "08:00", "20:00"), ("manager", "Asia/Tokyo", WEEK, "05:00", "17:00")], 1, False),
        ([("deputy", "UTC", "mon, tue, wed, thu, fri", "00:00", "00:00")], 48, True),
        ([("deputy", "UTC", "mon, tue, wed, thu, fri", "00:00", "00:00")], 49, False),
    ],
)
def test_hours_in_which_an_acknowledgement_runs_out_with_nobody_on_call_are_found(
    windows: list[tuple[str, ...]], hours: int, found: bool
) -> None:
    lines = ["within: {hours: 1}", TELL, f"acknowledge_within: {{hours: {hours}}}", "ladder: [{contact: deputy, before: {minutes: 5}}]"]
    lines += [f"on_call: [{', '.join(ON_CALL % each for each in windows)}]"] if windows else []
    assert [each.code for each in findings(a_clause("one", *lines, done="received"))] == (["nobody_at_night"] if found else [])


def test_a_party_that_is_named_may_have_any_role_and_two_that_are_named_are_two() -> None:
    one, two = ("party, party: https://one.example/#party", "party, party: https://two.example/#party")
    plan = a_clause("plan", by=one, to="home_cert")
    assert codes(plan, a_clause("after", "anchor: {after: plan}", by="operator", to="home_cert")) == []
    assert codes(plan, a_clause("after", "anchor: {after: plan}", by=two, to="home_cert")) == [
        ("after_another_debtor", "/commitments/1/anchor")
    ]
    assert codes(a_clause("plan", by=one, to=one)) == [("owed_to_oneself", "/commitments/0/owed_to")]
    stranger = a_clause("plan", by="party, party: https://nine.example/#party", to="home_cert")
    assert codes(stranger) == [("group_of_strangers", "/commitments/0/owed_by/party")]


def test_many_strangers_are_one_finding_and_each_counter_example_plans_no_more_than_it_shows() -> None:
    members = ", ".join(f"https://x{number}.example/#party" for number in range(2000))
    group = f"groups:\n  - {{name: all, members: [{members}]}}\n"
    plans = "".join(a_clause(f"plan{number}", f"within: {{hours: {number + 2}}}", by="group, group: all") for number in range(20))
    found = lint(load(HEAD + plans + "relaxations:\n" + "".join(MORE % number for number in range(100, 140)) + group))
    assert [each.code for each in found if each.code != "relaxes_statute"] == ["group_of_strangers"]
    assert found[-1].message.startswith(
        "https://x0.example/#party, https://x1.example/#party, https://x2.example/#party and 1997 more are in"
    )
    assert all(len(each.counter_example) < 20 for each in found)  # of three strangers and two suppliers


def test_unknown_facts_are_found_in_restrictions_relaxations_and_what_ends_a_repetition() -> None:
    clause = a_clause(
        "one",
        "within: {hours: 8}",
        "repeat: {every: submission, until: {fact: overr, is: true}}",
        "handling: {fields: [{fields: ['fact:serius'], max_tlp: GREEN}]}",
    )
    text = (
        HEAD
        + clause
        + (
            "restrictions: [{id: stays, title: S, cite: c, fields: ['fact:kept'], only_to: [EE], when: {fact: secrt, is: true}}]\n"
            "relaxations: [{of: {agreement: base, clause: x}, within: {hours: 9}, cite: c, when: {fact: eazy, is: true}}]\n"
        )
    )
    found = [(each.pointer, each.message) for each in lint(load(text), {"cross_border"}) if each.code == "unknown_fact"]
    assert found == [
        ("/commitments/0/repeat/until", "one: no fact is called overr."),
        ("/commitments/0/handling", "one: no fact is called serius."),
        ("/restrictions/0", "no fact is called kept."),
        ("/restrictions/0", "no fact is called secrt."),
        ("/relaxations/0", "no fact is called eazy."),
    ]


def test_a_zone_that_names_no_place_is_found_where_it_stands() -> None:
    clause = a_clause("one", "on_call: [" + ON_CALL % ("deputy", "EST", WEEK, "00:00", "00:00") + "]")
    found = lint(load((HEAD + clause).replace("zone: UTC", "zone: CET")))
    assert [(each.code, each.pointer) for each in found] == [
        ("zone_ambiguous", "/commitments/0/on_call/0/zone"),
        ("zone_ambiguous", "/zone"),
    ]
