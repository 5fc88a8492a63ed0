"""Whatever the bytes are, reading gives a record or says why not, and mapping a report or a named refusal."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import exchange
from incident.rules.exchange import Destination, Mapped, Record, Unreadable
from incident.rules.exchange.countries import ASSIGNED
from incident.rules.vocabulary import vocabulary

CORPUS = Path(__file__).parents[1] / "corpus"
SHIFTED = Destination("there", "Europe/Tallinn", date(2026, 11, 20))


def facts(report: Mapped) -> dict[str, object]:
    found = report.body["facts"]
    assert isinstance(found, dict)
    return found


def summary(report: Mapped) -> str:
    return str(report.body["summary"])


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.json", b"", "empty"),
        ("x.json", b" \n", "empty"),
        ("x.json", b"{", "not JSON: Expecting property name"),
        ("x.json", b"[]", "a record is an object; this is a list"),
        ("x.json", b"null", "a record is an object; this is a NoneType"),
        ("x.json", b"{}", "neither a VERIS incident"),
        ("x.json", b"\xff\xfe{}", "not UTF-8: byte 0"),
        ("x.json", b"[" * 200_000, "nested too deeply"),
        ("x.json", b'{"year": ' + b"9" * 5000 + b"}", "not JSON"),
        ("x.yaml", b"[" * 20_000, "nested too deeply"),
        ("x.yaml", b"a: [", "not YAML"),
        ("x.yaml", b"a: \x00", "not YAML"),
        ("x.yaml", b"a: 1\n---\nb: 2\n", "not YAML"),
        ("x.yml", b"? [a]\n: b\n", "not YAML"),
        ("x.txt", b"hello", "neither .json (VERIS) nor .yaml (ATLAS)"),
        ("json", b"{", "not JSON"),
        ("x.json", b" " * (exchange.LARGEST + 1), "larger than a record may be"),
    ],
)
def test_what_is_no_record_says_what_it_is(name: str, data: bytes, reason: str) -> None:
    found = exchange.read(name, data)
    assert isinstance(found, Unreadable)
    assert reason in found.reason
    assert found.path == name


def test_a_byte_order_mark_is_no_fault() -> None:
    assert isinstance(exchange.read("x.json", b'\xef\xbb\xbf{"timeline": {}}'), Record)


@given(
    incident=st.dates(date(1950, 1, 1), date(2050, 12, 31)),
    later=st.integers(0, 900),
    parts=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    shift_to=st.dates(date(1960, 1, 1), date(2040, 12, 31)),
)
def test_however_well_dates_are_known_shifting_moves_them_together_and_never_past_the_day(
    incident: date, later: int, parts: tuple[int, int], shift_to: date
) -> None:
    aware = min(incident + timedelta(days=later), date(2050, 12, 31))
    content = {
        "timeline": {"incident": _known(incident, parts[0])},
        "plus": {"timeline": {"notification": _known(aware, parts[1])}},
    }
    record = exchange.read("x.json", json.dumps(content).encode())
    assert isinstance(record, Record)
    report = exchange.to_report(record, Destination("there", "Asia/Tokyo", shift_to))
    assert isinstance(report, Mapped)
    moved = {fact: _first(facts(report)[fact]) for fact in ("occurred_at", "aware_at")}
    assert max(moved.values()) <= shift_to
    if parts[1] == 3:
        assert shift_to - timedelta(days=7) < moved["aware_at"]
        assert moved["aware_at"] - aware == timedelta(weeks=report.weeks)
    if parts[0] == 3:
        assert moved["occurred_at"].weekday() == incident.weekday()


def _known(on: date, parts: int) -> dict[str, int]:
    return dict(list({"year": on.year, "month": on.month, "day": on.day}.items())[:parts])


def _first(fact: object) -> date:
    assert isinstance(fact, dict)
    return date(*([int(part) for part in str(fact["at"]).split("-")] + [1, 1])[:3])


WORDS = [
    "timeline",
    "incident",
    "year",
    "month",
    "day",
    "time",
    "plus",
    "notification",
    "victim",
    "country",
    "summary",
    "action",
    "actor",
    "hacking",
    "variety",
    "attribute",
    "confidentiality",
    "data",
    "data_total",
    "data_disclosure",
    "impact",
    "incident_id",
    "source_id",
    "incident-date",
    "name",
    "id",
    "target",
    "incident-date-granularity",
    "case-study-type",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
OBJECTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS), OBJECTS, max_size=6))
def test_nothing_that_parses_can_crash_the_mapping(content: dict[str, object]) -> None:
    record = exchange.read("x.json", json.dumps({"timeline": {}, **content}).encode())
    assert isinstance(record, Record)
    report = exchange.to_report(record, SHIFTED)
    assert isinstance(report, Unreadable) or len(summary(report)) <= 2000
    if isinstance(report, Mapped):
        json.dumps(report.body, ensure_ascii=False, allow_nan=False).encode()


def test_every_fact_has_a_name_and_a_value_that_reports_may_state() -> None:
    known, stated = vocabulary(), 0
    for path in sorted(CORPUS.glob("*/*")):
        record = exchange.read(path.name, path.read_bytes())
        report = exchange.to_report(record, SHIFTED) if isinstance(record, Record) else record
        for name, value in facts(report).items() if isinstance(report, Mapped) else ():
            fact = known[name]
            assert fact.kind in ("incident", "anchor"), name
            assert value is None or (fact.type == "instant") == isinstance(value, dict), (path, name)
            assert fact.type != "enum" or value in fact.domain, (path, name)
            stated += value is not None
    assert stated > 50


def test_the_countries_are_those_of_the_time_zone_database() -> None:
    table = (Path(tzdata.__file__).parent / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    listed = {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")}
    assert listed == ASSIGNED


def real_records() -> list[Path]:
    """The real folders, from DEMARCHE_DATA or beside the checkout; the test that wants them skips where they are absent."""
    data = Path(os.environ.get("DEMARCHE_DATA") or Path(__file__).parents[3] / "shared" / "data")
    found = [path for folder in ("vcdb", "atlas-case-studies") for path in sorted((data / folder).glob("*.*"))]
    if not found:
        pytest.skip(f"no real records in {data}/vcdb and {data}/atlas-case-studies; set DEMARCHE_DATA to their folder")
    return found


def test_every_real_record_becomes_a_report_or_a_named_refusal() -> None:
    outcomes: Counter[str] = Counter()
    references: set[object] = set()
    for path in real_records():
        record = exchange.read(path.name, path.read_bytes())
        report = exchange.to_report(record, SHIFTED) if isinstance(record, Record) else record
        if isinstance(report, Unreadable):
            assert report.reason, path
            outcomes["refused"] += 1
            continue
        assert len(summary(report)) <= 2000, path
        assert _first(facts(report)["aware_at"]) <= date(2026, 11, 20), path
        assert all(fault.pointer.startswith("/") and fault.message for fault in report.faults), path
        references.add(report.body["reference"])
        outcomes["filed"] += 1
    assert outcomes["filed"] == len(references) > outcomes["refused"]
