"""Agreements in plain English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from incident.rules import conditions as c
from incident.rules.terms import as_text, load, render
from incident.rules.terms.plain_language import said
from tests.rules.test_terms_json_schema import FULL

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


def _texts(value: Any) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, str):
        yield value
    for each in inner:
        yield from _texts(each)


def _at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def test_every_number_links_to_its_clause_and_to_its_place_in_the_document() -> None:
    agreement = load(json.dumps(FULL))
    clauses = render(agreement)
    ids = {each.id for each in clauses}
    words = sorted({word for each in _texts(FULL) for word in (each, each.removeprefix("fact:").replace("_", " "))}, key=len, reverse=True)
    for each in clauses:
        assert "".join(part.text for part in each.parts) == each.text
        assert _at(FULL, each.pointer)
        for part in each.parts:
            assert not part.clause or part.clause in ids
            assert not part.clause or _at(FULL, part.pointer)
            said_by_document = re.compile("|".join(map(re.escape, words)))
            assert part.clause or not re.search(r"\d", said_by_document.sub("", part.text)), part.text
    numbers = {part.text: part.pointer for part in clauses[0].parts if part.clause}
    assert numbers["2 business days"] == "/commitments/0/within"
    assert numbers["5"] == "/commitments/0/when/all/2/at_least"
    assert numbers["1 business day"] == "/commitments/0/on_miss/cure"
    assert "2 business days [/commitments/0/within]" in as_text(agreement, places=True)


def test_what_the_new_keys_of_a_clause_say_is_said() -> None:
    text = render(load(json.dumps(FULL)))[0].text
    for words in (
        "It is owed again after each submission of it, until the severity is low.",
        "A recipient acknowledges within 9 minutes of delivery; the first that does so does it for all.",
        "On call is the deputy on Monday and Sunday from 08:00 to 07:30 of the next day in the zone of the creditor; otherwise whoever",
        "It carries the summary only up to TLP:GREEN and to EE.",
        "To https://one.example/#party and https://two.example/#party it carries nothing that is labelled above TLP:GREEN and",
        "May be extended under cl. 8 by both sides on the ground of injunction, by at most 2 days.",
        "The debtor may stop the clock on the ground of force majeure, for at most 2 hours (cl. 8).",
        "After a miss, the creditor gives notice of breach within 1 hour, the debtor cures it within 1 business day",
        "It is about the duty eu.gdpr.art33.authority.",
        "A national layer may give more time for it, up to 9 hours (cl. 9).",
        "A sector layer may put a clause of its own in its place (cl. 9).",
    ):
        assert words in text


def test_every_article_is_said() -> None:
    said_of = {each.id: each.text for each in render(load(json.dumps(FULL)))}
    assert said_of["told"].startswith("Any one of the members of the group certs owes the party https://one.example/#party a plan")
    assert said_of["article:layer"] == "It is of the national layer, above the baseline, multilateral and bilateral layers."
    assert said_of["includes:eu.nis2.art23"] == "The regime eu.nis2.art23 is included as of version 2022/2555."
    assert said_of["relaxation:1"] == "For clause plan of base there are 9 hours, as far as it allows more time."
    assert said_of["displacement:0"] == "“Mitigation plan” (cl. 4) stands in the place of clause plan of base, as far as that allows it."
    assert said_of["stays"] == (
        "Whatever a clause tells, the summary may leave to NO alone, as long as it may be that the TLP label is RED."
    )
    assert said_of["article:exit"] == "A party may leave it by a notice of 3 months."
    assert said_of["article:suspension"] == "A party may suspend it by a notice of 3 days."
    assert said_of["article:survival"] == "“Mitigation plan” (cl. 4) binds beyond the end, for 6 months."
    assert said_of["article:languages"] == "The texts in en and pt-BR are authentic; en prevails."
    assert "https://one.example/#party signed on 2025-01-01, applies it provisionally from 2025-06-01" in said_of["article:transcription"]
    assert "It does not accept “Mitigation plan” (cl. 4): Not accepted." in said_of["article:transcription"]
