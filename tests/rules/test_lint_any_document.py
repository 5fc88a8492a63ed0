"""The lint on documents that nobody wrote with care: it never breaks, and every finding stands on a case."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules.planning import plan
from incident.rules.terms import RULES, lint, load, mended
from incident.rules.terms.linting.casting import cast_case
from incident.rules.terms.linting.finding import Stage
from incident.rules.terms.linting.staging import concerned
from incident.rules.vocabulary import vocabulary

NAMES = ("aa", "bb", "cc", "dd")
FIELDS = ("reference", "tlp", "summary", "system", "facts", "fact:personal_data_breach", "fact:nonsense", "duties", "affected_countries")


def some(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*strategies)


words = st.sampled_from
spans = some(
    *(st.builds(lambda n, unit=unit: {unit: n}, st.integers(1, 40)) for unit in ("minutes", "hours", "days", "months", "business_days")),
    st.just({"business_days": 2, "calendar": "EU:institution"}),
    st.just({"business_days": 2, "calendar": "QQ:public"}),
)
plain = some(*(st.builds(lambda n, unit=unit: {unit: n}, st.integers(1, 40)) for unit in ("minutes", "hours", "days", "business_days")))
parties = some(
    words(("operator", "suppliers", "filer", "home_cert", "affected_certs", "any_party")).map(lambda role: {"role": role}),
    words(("authority", "home_authority", "competent")).map(lambda role: {"role": role, "competence": "x.y"}),
)
tests = some(
    words(("low", "high", "hihg")).map(lambda word: {"fact": "severity", "is": word}),
    words(("GREEN", "AMBER", "RED")).map(lambda word: {"fact": "tlp", "is": word}),
    words(("EE", "FR", "QQ")).map(lambda word: {"fact": "jurisdiction", "of": "owed_by", "in": [word]}),
    words(("EE", "FR")).map(lambda word: {"fact": "affected_countries", "includes": [word]}),
    words((True, False)).map(lambda known: {"fact": "aware_at", "known": known}),
    st.integers(0, 5).map(lambda n: {"fact": "affected_individuals", "at_least": n}),
    words(("x", True, 3)).map(lambda value: {"fact": "nonsense", "is": value, "of": "filer"}),
)
conditions = st.recursive(
    tests,
    lambda inner: some(
        st.lists(inner, min_size=1, max_size=3, unique_by=json.dumps).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=2, unique_by=json.dumps).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
single = some(
    st.just({"filing": True}),
    words((*NAMES, "z")).map(lambda name: {"after": name}),
    words((*NAMES, "z")).map(lambda name: {"delivery": name}),
    words(("aware_at", "personal_data_breach", "nonsense")).map(lambda name: {"fact": name, "of": "operator"}),
)
anchors = some(single, st.lists(single, min_size=1, max_size=2, unique_by=json.dumps).map(lambda several: {"latest": several}))
rungs = st.builds(
    lambda who, n: {"contact": who, "before": {"minutes": n}}, words(("duty_desk", "deputy", "manager")), st.integers(-5, 900)
)
fields = st.lists(words(FIELDS), min_size=1, max_size=4, unique=True)


@st.composite
def clauses(draw: st.DrawFn, name: str) -> dict[str, Any]:
    clause: dict[str, Any] = {"id": name, "title": "T", "cite": "cl. 1", "owes": draw(words(("it", "that")))}
    clause |= {"owed_by": draw(parties), "owed_to": draw(parties)}
    clause["discharged_by"] = draw(words(("sent", "received", "acknowledged", "submitted", "confirmed")))
    optional = {
        "when": conditions, "anchor": anchors, "within": spans, "acknowledge_within": plain, "must_contain": fields,
        "ladder": st.lists(rungs, min_size=1, max_size=3, unique_by=json.dumps), "extendable": st.just("cl. 9"),
        "tell": st.builds(lambda told, how: {"fields": told, "release": how}, fields, words(("pre_authorised", "officer"))),
        "handling": st.builds(lambda held, top: {"withhold": held, "max_tlp": top, "residency": ["EE"]}, fields, words(("GREEN", "RED"))),
        "counting": words(("EST", "Europe/Tallinn", "owed_by")).map(lambda zone: {"zone": zone}),
    }  # fmt: skip
    for key, made in optional.items():
        if draw(st.booleans()):
            clause[key] = draw(made)
    return clause


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"name": "any", "version": "1", "title": "Any", "zone": draw(words(("UTC", "CET", "Asia/Tokyo")))}
    document["in_force"] = draw(words(({"from": "2026-01-01"}, {"from": "2026-01-01", "until": "2026-01-20"})))
    document["parties"] = [f"https://p{n}.example/#party" for n in range(draw(st.integers(2, 6)))]
    document["commitments"] = [draw(clauses(name)) for name in NAMES[: draw(st.integers(1, 4))]]
    if draw(st.booleans()):
        name = draw(words(("aa", "nobody.has.this", "x.law")))
        document["planning_targets"] = [{"for": name, "within": draw(plain), "cite": "B"}]
    return document


@given(documents())
@settings(max_examples=80, deadline=None)
def test_every_finding_of_any_document_has_a_rule_a_place_and_a_case(document: dict[str, Any]) -> None:
    found = lint(load(json.dumps(document)), vocabulary(), {"x.law": None})
    for each in found:
        assert each.level == RULES[each.code].level
        assert each.counter_example
        assert not any("Handling failed" in line for line in each.counter_example)
    assert len({(each.code, each.pointer, each.message) for each in found}) == len(found)


@given(documents())
@settings(max_examples=40, deadline=None)
def test_what_a_clause_waits_for_is_all_that_its_plan_depends_on(document: dict[str, Any]) -> None:
    agreement = load(json.dumps(document))
    for watched in agreement.commitments:
        case = cast_case(agreement, Stage((watched.id,)))
        alone, whole = (
            {
                each.key: (each.deadline, each.provisional, each.predicted)
                for each in plan(case, clauses)
                if each.commitment.id == watched.id
            }
            for clauses in (concerned(agreement, (watched.id,)), agreement.commitments)
        )
        assert alone == whole


@given(documents())
@settings(max_examples=25, deadline=None)
def test_mending_any_document_ends_and_brings_no_error(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    before = [each.level for each in lint(load(text), vocabulary())]
    done = mended(text, vocabulary())
    after = [each.level for each in lint(load(done.text), vocabulary())]
    assert after.count("error") <= before.count("error")
    assert (done.text == text) is (not done.mended)
