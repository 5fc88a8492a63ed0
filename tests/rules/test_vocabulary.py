"""The names of facts, their values, and the questions people are asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.legaltime import Moment
from incident.rules.vocabulary import VocabularyFault, check, vocabulary

NOON = Moment.exactly(datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_every_name_has_a_question_and_a_kind() -> None:
    for name, known in vocabulary().items():
        assert known.name == name
        assert known.question.endswith("?"), name
        assert known.kind in ("profile", "incident", "anchor", "case")
        assert (known.kind == "anchor") == (known.type == "instant"), name


def test_what_a_party_is_is_kept_apart_from_what_happened() -> None:
    assert all(known.kind == "profile" for name, known in vocabulary().items() if name.startswith("is_"))
    assert vocabulary()["personal_data_breach"].kind == "incident"
    assert vocabulary()["cross_border"].kind == "incident"


def test_the_cases_own_words_are_those_of_the_case() -> None:
    assert vocabulary()["severity"].domain == (*SEVERITIES, None)
    assert vocabulary()["stage"].domain == (*STAGES, None)
    assert vocabulary()["tlp"].domain == (*TLP, None)
    assert vocabulary()["exercise"].domain == (True, False, None)
    assert {vocabulary()[name].kind for name in ("severity", "stage", "tlp", "exercise")} == {"case"}
    assert vocabulary()["affected_countries"].type == "countries"
    assert vocabulary()["jurisdiction"].type == "country"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("personal_data_breach", True),
        ("personal_data_breach", None),
        ("risk_to_individuals", "unknown"),
        ("risk_to_individuals", None),
        ("ai_serious_incident", "none"),
        ("affected_individuals", 0),
        ("aware_at", NOON),
        ("authority_request_received", NOON),
        ("affected_countries", ["EE", "NO"]),
        ("jurisdiction", "EE"),
    ],
)
def test_a_value_of_the_right_type_is_accepted(name: str, value: object) -> None:
    check(name, value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("personal_data_breach", "yes", "expected true, false or null"),
        ("personal_data_breach", 1, "expected true, false or null"),
        ("risk_to_individuals", "huge", "one of none, risk, high, unknown"),
        ("risk_to_individuals", True, "one of none, risk, high, unknown"),
        ("affected_individuals", -1, "a whole number from 0"),
        ("affected_individuals", True, "a whole number from 0"),
        ("affected_individuals", 1.5, "a whole number from 0"),
        ("aware_at", "2026-11-20", "a moment"),
        ("aware_at", datetime(2026, 11, 20, tzinfo=UTC), "a moment"),
        ("affected_countries", "EE", "a list of ISO 3166 codes"),
        ("affected_countries", ["ee"], "a list of ISO 3166 codes"),
        ("jurisdiction", "Estonia", "two capitals"),
        ("awere_at", NOON, "did you mean 'aware_at'"),
        ("nonsense", True, "no fact that is known here"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(name: str, value: object, says: str) -> None:
    with pytest.raises(VocabularyFault, match=says):
        check(name, value)
