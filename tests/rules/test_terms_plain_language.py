"""Agreements in plain English."""

from __future__ import annotations

import pytest

from incident.rules import conditions as c
from incident.rules.terms import as_text, load, render
from incident.rules.terms.plain_language import said

DOCUMENT = """
name: two-parties
version: "1.0"
title: Two parties
zone: Europe/Tallinn
in_force: {from: 2026-01-01, until: 2027-12-31}
parties: [https://one.example/#party, https://two.example/#party]
commitments:
  - id: notice
    title: Notice
    cite: cl. 1
    owed_by: {role: home_cert}
    owed_to: {role: suppliers}
    owes: a notice
    when: {fact: severity, in: [high, critical]}
    within: {hours: 1}
    discharged_by: received
    tell: {fields: [reference, tlp, "fact:cross_border"], release: pre_authorised, channels: [webhook, email]}
    acknowledge_within: {hours: 4}
    ladder: [{contact: deputy, before: {hours: 1}}, {contact: manager, before: {minutes: 15}}]
    handling: {max_tlp: AMBER, withhold: [summary], residency: [EE, NO]}
  - id: plan
    title: Plan
    cite: cl. 2
    owed_by: {role: suppliers, mode: joint}
    owed_to: {role: authority, competence: nis2.csirt}
    owes: a plan, signed
    anchor: {earliest: [{delivery: notice}, {fact: aware_at}]}
    within: {business_days: 2, at: 17:30}
    counting: {zone: Asia/Tokyo, calendar: owed_by}
    must_contain: [summary]
    discharged_by: confirmed
    extendable: cl. 8
    waivable: cl. 9
"""


def test_a_notice_is_said_from_debtor_to_waiver() -> None:
    notice, _ = render(load(DOCUMENT))
    assert (notice.id, notice.cite, notice.title) == ("notice", "cl. 1", "Notice")
    assert notice.text == (
        "The national CERT of the deployment's country owes each supplier a notice within 1 hour of filing, "
        "when the severity is high or critical. "
        "Discharged when the notice is delivered. The notice tells the reference, the TLP label and the fact cross border. "
        "It goes out at once, without an officer's release, by webhook, then e-mail. It carries nothing that is labelled above TLP:AMBER. "
        "It never carries the summary. Outside EE and NO it is the minimal notice only. "
        "The recipient acknowledges within 4 hours of delivery. "
        "Until that is done, the deputy is told 60 minutes before and the manager is told 15 minutes before the due instant. "
        "It cannot be extended. It cannot be waived."
    )


def test_a_plan_is_said_with_its_anchors_and_its_calendar() -> None:
    _, plan = render(load(DOCUMENT))
    assert plan.text == (
        "The suppliers, jointly, owe the authority competent for nis2.csirt a plan, signed, within 2 business days, "
        "by 17:30 on the last of them, "
        "of the earliest of delivery of the notice “Notice” (cl. 1) and the moment when the debtor became aware. "
        "Counted in Asia/Tokyo; the calendar is that of the debtor. Discharged when the creditor confirms that it received the submission. "
        "It must contain the summary. May be extended under cl. 8. May be waived under cl. 9."
    )


def test_the_whole_text_has_the_head_the_parties_the_digest_and_every_clause() -> None:
    agreement = load(DOCUMENT)
    text = as_text(agreement)
    assert text.startswith(
        "Two parties (two-parties, version 1.0)\nIn force from 2026-01-01 until the end of 2027-12-31, Europe/Tallinn.\n"
    )
    assert agreement.digest in text
    assert all(uri in text for uri in agreement.parties)
    assert all(clause.text in text for clause in render(agreement))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (c.Test("severity", "is", ("high",)), "the severity is high"),
        (c.Test("personal_data_breach", "is", (True,), "owed_by"), "personal data breach of the debtor is true"),
        (c.Test("affected_individuals", "at_least", (500,)), "affected individuals is at least 500"),
        (c.Test("affected_countries", "includes", ("EE", "FR")), "the list of affected countries includes EE or FR"),
        (c.Test("cross_border", "known", ()), "cross border is known"),
        (c.Not(c.Test("cross_border", "known", ())), "cross border is not known yet"),
        (c.Not(c.Test("a", "is", (1,))), "it is not so that a is 1"),
        (
            c.All((c.Test("a", "is", (1,)), c.Any((c.Test("b", "is", (2,)), c.Test("d", "is", (3,)))), c.Test("e", "is", (4,)))),
            "a is 1, (b is 2 or d is 3) and e is 4",
        ),
    ],
)
def test_conditions_are_said_with_brackets_where_they_matter(condition: c.Condition, words: str) -> None:
    assert said(condition) == words
