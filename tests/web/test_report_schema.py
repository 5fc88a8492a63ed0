"""A report as it is sent: read strictly, every bad field named, and nothing ever raised but a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.actions.commands import FileReport, StatedFact
from incident.errors import Invalid
from incident.rules.legaltime import moment
from incident.rules.vocabulary import vocabulary
from tests.examples import examples
from tests.web.callers import a_body
from web.problems import Malformed
from web.schemas.reading import DEEPEST, read_json, understood
from web.schemas.report import report

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def refused(body: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        report(body, now=NOW)
    return {fault.pointer: fault.code for fault in caught.value.faults}


def sent(text: str) -> dict[str, str]:
    """The faults of a report that arrives as this JSON text."""
    value, odd = read_json(text.encode())
    with pytest.raises(Invalid) as caught:
        understood(value, odd, report)
    return {fault.pointer: fault.code for fault in caught.value.faults}


def stated(**facts: Any) -> tuple[StatedFact, ...]:
    return report(a_body(facts=facts), now=NOW).facts


def test_a_plain_report_is_read_as_it_was_meant() -> None:
    command = report(a_body())
    assert (command.deployment, command.stage, command.severity, command.tlp) == (
        "ee-citizen-assistant",
        "early_warning",
        "critical",
        "AMBER",
    )
    assert command.affected_countries == ("FR",)
    assert (command.exercise, command.revision) == (False, 1)
    assert command.facts[0] == StatedFact("aware_at", moment("2026-11-23T10:40:00+02:00"))
    assert command.facts[2] == StatedFact("cross_border", None)
    assert command.body == a_body()


def test_the_digest_is_of_what_was_sent_whatever_the_order() -> None:
    body = a_body()
    assert report(dict(reversed(body.items()))).digest == report(body).digest
    assert report({**body, "exercise": False}).digest != report(body).digest


def test_a_day_is_kept_as_a_day() -> None:
    (fact,) = stated(occurred_at={"at": "2014-05-03", "precision": "day", "zone": "Europe/Tallinn", "about": "ee-ministry"})
    assert fact == StatedFact("occurred_at", moment("2014-05-03", precision="day", zone="Europe/Tallinn"), "ee-ministry")


def test_one_fact_may_be_stated_about_several_parties() -> None:
    first, second = stated(aware_at=["2026-11-23T08:00:00Z", {"at": "2026-11-23T08:30:00Z", "about": "meridian-models"}])
    assert (first.about, second.about) == (None, "meridian-models")
    assert refused(a_body(facts={"aware_at": ["2026-11-23T08:00:00Z", "2026-11-23T08:30:00Z"]})) == {"/facts/aware_at/1": "repeated"}


def test_a_fact_that_is_no_instant_may_name_whom_it_is_about() -> None:
    assert stated(material_to_investors={"value": None, "about": "meridian-models"}) == (
        StatedFact("material_to_investors", None, "meridian-models"),
    )


def test_every_bad_field_is_named_at_once() -> None:
    body = a_body(
        reference="", stage="late", severity=3, tlp="red", affected_countries=["EE", "xx", "EE"], revision=True, exercise=0, sumary="x",
        summary="line\x07", facts={
            "aware_at": "2026-11-20T17:40:00", "detected_at": "2027-01-01T00:00:00Z", "personal_data_breach": 1, "no_such_fact": True,
            "severity": "low", "occurred_at": {"at": "2026-03-29T03:30:00", "zone": "Europe/Tallinn", "wher": 1},
        },
    )  # fmt: skip
    del body["deployment"]
    assert refused(body) == {
        "/deployment": "required", "/reference": "wrong_length", "/stage": "not_one_of", "/severity": "wrong_type", "/tlp": "not_one_of",
        "/affected_countries/1": "unknown_country", "/affected_countries/2": "repeated", "/revision": "wrong_type",
        "/exercise": "wrong_type",
        "/sumary": "unknown_field", "/summary": "control_character", "/facts/aware_at": "naive_time", "/facts/detected_at": "in_the_future",
        "/facts/personal_data_breach": "wrong_value", "/facts/no_such_fact": "unknown_fact", "/facts/severity": "not_a_fact",
        "/facts/occurred_at/wher": "unknown_field",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "where", "code"),
    [
        ("2026-11-20T17:40:00", "/facts/aware_at", "naive_time"),
        ("2026-11-20", "/facts/aware_at", "too_coarse"),
        ("20.11.2026 17:40", "/facts/aware_at", "not_a_time"),
        ("2026-13-20T17:40:00Z", "/facts/aware_at", "not_a_time"),
        ("2026-11-23T09:00:01Z", "/facts/aware_at", "in_the_future"),
        ({"at": "2026-11-23T09:00:01Z"}, "/facts/aware_at/at", "in_the_future"),
        (
            [{"at": "2026-11-23T08:00:00Z"}, {"at": "2026-11-23T09:00:01Z", "about": "meridian-models"}],
            "/facts/aware_at/1/at",
            "in_the_future",
        ),
        (1763653200, "/facts/aware_at", "wrong_type"),
        (True, "/facts/aware_at", "wrong_type"),
        ({"at": "2026-03-29T03:30:00", "zone": "Europe/Tallinn"}, "/facts/aware_at/at", "in_gap"),
        ({"at": "2026-10-25T03:30:00", "zone": "Europe/Tallinn"}, "/facts/aware_at/fold", "ambiguous"),
        ({"at": "2026-10-25", "precision": "day"}, "/facts/aware_at/zone", "zone_required"),
        ({"at": "2026-10-25T03:30:00", "zone": "Tallinn"}, "/facts/aware_at/zone", "unknown_zone"),
        ({"at": "2026-10-25", "precision": "week", "zone": "UTC"}, "/facts/aware_at/precision", "unknown_precision"),
        ({"at": "2026-10-25T03:30:00", "zone": "Europe/Tallinn", "fold": 2}, "/facts/aware_at/fold", "bad_fold"),
        ({"at": "2026-10-25T03:30:00Z", "zone": 3}, "/facts/aware_at/zone", "wrong_type"),
        ({"at": 3}, "/facts/aware_at/at", "wrong_type"),
        ({"at": "2026-10-25T03:30:00Z", "about": ""}, "/facts/aware_at/about", "wrong_length"),
        ({"precision": "day"}, "/facts/aware_at/at", "required"),
        ([], "/facts/aware_at", "wrong_length"),
    ],
)
def test_a_time_that_cannot_be_used_says_which_part_is_wrong(said: object, where: str, code: str) -> None:
    assert refused(a_body(facts={"aware_at": said})) == {where: code}


def test_an_ambiguous_time_with_its_pass_is_taken() -> None:
    (fact,) = stated(aware_at={"at": "2026-10-25T03:30:00", "zone": "Europe/Tallinn", "fold": 1})
    assert fact.value == moment("2026-10-25T03:30:00", zone="Europe/Tallinn", fold=1)


@pytest.mark.parametrize(
    ("name", "value"), [("reference", " EE-1"), ("reference", "EE\n1"), ("reference", "EE\u202e1"), ("summary", "   ")]
)
def test_text_that_reads_otherwise_than_it_looks_is_refused(name: str, value: str) -> None:
    assert set(refused(a_body(**{name: value}))) == {f"/{name}"}


def test_text_of_any_language_over_several_lines_is_taken() -> None:
    summary = "Väljaminev liiklus\n\tтрафик 交通 حركة 🚦"
    assert report(a_body(summary=summary)).summary == summary


@pytest.mark.parametrize("body", [None, [], "report", 3, True])
def test_what_is_no_object_is_no_report(body: object) -> None:
    assert refused(body) == {"": "wrong_type"}


def test_repeated_keys_fractions_and_long_numbers_are_named_with_everything_else() -> None:
    text = json.dumps(a_body(severity=0)).replace('"tlp": "AMBER"', '"tlp": "RED", "tlp": "CLEAR"')
    text = text.replace('"significant_incident": true', '"significant_incident": 1.0, "affected_users": 123456789012345678901')
    assert sent(text) == {
        "/tlp": "duplicate_key", "/severity": "wrong_type", "/facts/significant_incident": "fraction",
        "/facts/affected_users": "number_too_large",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("escape", "code"), [("\\u0000", "control_character"), ("\\u001b", "control_character"), ("\\ud800", "lone_surrogate")]
)
def test_characters_that_no_database_keeps_are_refused_by_name(escape: str, code: str) -> None:
    text = json.dumps(a_body(summary="HERE")).replace("HERE", f"a{escape}b")
    assert sent(text) == {"/summary": code}
    text = json.dumps(a_body()).replace('"summary"', f'"summ{escape}ary"')
    assert code in sent(text).values()


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": 1,}', "nul", "{} {}", '"\\x"', "\x00"])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_json(text.encode())


def test_bytes_that_are_not_utf_8_are_malformed() -> None:
    with pytest.raises(Malformed, match="position 2"):
        read_json(b'{"\xff": 1}')


def test_depth_is_bounded_before_anything_is_built() -> None:
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert read_json(deepest)[1] == []
    for body in (b"[" * (DEEPEST + 1), b'{"a":' * 100_000, b"[" * 1_000_000):
        with pytest.raises(Malformed, match="deeper"):
            read_json(body)


def test_brackets_inside_text_are_no_depth() -> None:
    assert read_json(json.dumps({"a": "[{" * 500 + '\\"'}).encode())[1] == []


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
FACTS = st.dictionaries(
    st.sampled_from(sorted(vocabulary())) | st.text(max_size=10),
    JSON_VALUES
    | st.fixed_dictionaries(
        {}, optional={
            "at": st.datetimes().map(str) | st.dates().map(str) | JSON_VALUES,
            "zone": st.sampled_from(["UTC", "Europe/Tallinn", "Nowhere"]) | JSON_VALUES,
            "precision": st.sampled_from(["day", "month", "year", "hour", "exact"]) | JSON_VALUES, "fold": st.integers(0, 2) | JSON_VALUES,
            "about": st.text(max_size=8) | JSON_VALUES, "value": JSON_VALUES,
        },
    ),
    max_size=4,
)  # fmt: skip


def attempted(do: Callable[[], FileReport]) -> Invalid | None:
    """The refusal, if it is one, which must be fit to be sent; whatever else is raised fails the test."""
    try:
        do()
    except Malformed as refusal:
        json.dumps(refusal.message, ensure_ascii=False).encode()
    except Invalid as refusal:
        json.dumps([fault.pointer + fault.message for fault in refusal.faults], ensure_ascii=False).encode()
        return refusal
    return None


@settings(max_examples=examples(300), deadline=None)
@given(st.data())
def test_whatever_is_sent_becomes_a_command_or_a_refusal(data: st.DataObject) -> None:
    body = a_body(facts=data.draw(FACTS, "facts"))
    for name in data.draw(st.lists(st.sampled_from([*body, "other"]), max_size=3), "changed"):
        body[name] = data.draw(JSON_VALUES, name)
    refusal = attempted(lambda: report(body, now=NOW))
    assert refusal is None or all(fault.pointer == "" or fault.pointer.startswith("/") for fault in refusal.faults)


@settings(max_examples=examples(300), deadline=None)
@given(JSON_VALUES | st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_read_or_refused(value: Any) -> None:
    body = value if isinstance(value, bytes) else (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")

    def read() -> FileReport:
        made, odd = read_json(body)
        return understood(made, odd, report)

    attempted(read)
