"""VERIS incidents (schema 1.3.4 and 1.4.1), as the VERIS Community Database publishes them.

What becomes of a record, with the reason where it is a reading and not a copy:

- `timeline.incident` is `occurred_at`; `plus.timeline.notification` (the day the matter became public) is `aware_at`:
  the victim knew by then. Without it the incident's own date stands in.
- `personal_data_breach`: true when disclosure is confirmed and a variety of data is about persons; false when it was
  denied and nothing else was hit, or when every variety disclosed is of a kind that is about no person; else unknown.
- `risk_to_individuals`: of a breach, `high` when health or money is in it, `risk` otherwise; unknown when all of it was
  encrypted.
- `significant_incident` leans on the trigger note of NIS2 Art. 23(3) (severe disruption or loss, or considerable damage
  to others): true for a confirmed incident with a confirmed disclosure, an outage or a loss, or a painful impact; false
  for near misses, false positives, and impact rated insignificant with neither; else unknown.
- `listed_in_certin_annex`: true for attacks (hacking, malware, social engineering). Annexure I of the CERT-In Directions
  has 20 types, which the catalogue counts and does not list, so nothing else is answered yes, and nothing at all no.
- `affected_individuals` is `data_total` of a breach: records stand for people. More than one country is `cross_border`.
- Who did it and how stays prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time

from incident.rules.exchange import assembly, dates, wording
from incident.rules.exchange.assembly import Destination, Matter
from incident.rules.exchange.countries import ASSIGNED
from incident.rules.exchange.dates import Known
from incident.rules.exchange.records import Mapped, Reading, Record, Unreadable, escaped

_KEYS = frozenset(
    {
        "incident_id", "security_incident", "reference", "summary", "source_id", "campaign_id", "confidence",
        "timeline", "victim", "action", "actor", "asset", "attribute", "targeted",
        "discovery_method", "discovery_notes", "value_chain", "impact", "notes", "plus", "extra",
        "corrective_action", "cost_corrective_action", "ioc", "control_failure", "subsets", "schema_version", "schema_name",
    }
)  # fmt: skip
_OF_PERSONS = frozenset({"Personal", "Sensitive Personal", "Medical", "Payment", "Bank"})
_GRAVE = frozenset({"Sensitive Personal", "Medical", "Payment", "Bank"})
_OF_NO_PERSON = frozenset(
    {"API key", "Classified", "Copyrighted", "Digital certificate", "Secrets", "Session key", "Source code", "System"}
    | {"Virtual currency"}
)
_ENCRYPTED = frozenset({"Stored encrypted", "Transmitted encrypted"})
_OUTAGE = frozenset({"Loss", "Destruction", "Interruption"})
_ATTACKS = ("hacking", "malware", "social")
_NEVER_HAPPENED = ("False positive", "Near miss")
_UNPLACED = ("Unknown", "Other", "")
VERY_MANY = 1_000_000
"""Records disclosed from which on a disclosure is `critical`."""
_INCIDENT, _NOTIFICATION = "/timeline/incident", "/plus/timeline/notification"
_TIME = re.compile(r"(0?[1-9]|1[0-2]):([0-5][0-9]):([0-5][0-9]) ([AP])M")


def countries(record: Record) -> tuple[str, ...]:
    """The victim's countries as ISO 3166 codes, each once, in the record's order, without unknown ones."""
    return _countries(Reading(record.content))


def to_report(record: Record, to: Destination) -> Mapped | Unreadable:
    """The report; see the module for the mapping and `assembly.report` for what is refused."""
    reading = Reading(record.content)
    for key in sorted(set(record.content) - _KEYS):
        reading.fault(f"/{escaped(key)}", "unknown_key", "not a key of VERIS; left out")
    affected = _countries(reading)
    matter = Matter(
        reference=assembly.reference(reading.word("/source_id") or "veris", reading.word("/incident_id"), record.digest),
        text=_text(reading),
        notes=_notes(reading),
        severity=_severity(reading),
        facts=_facts(reading, affected),
        affected_countries=affected,
        exercise=False,
        occurred=_date(reading, _INCIDENT),
        occurred_pointer=_INCIDENT,
        aware=_date(reading, _NOTIFICATION),
        aware_pointer=_NOTIFICATION,
    )
    return assembly.report(record, reading, matter, to)


def _countries(reading: Reading) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, code in enumerate(reading.words("/victim/country")):
        if code in ASSIGNED:
            found[code] = None
        elif code not in _UNPLACED:
            reading.fault(f"/victim/country/{index}", "unknown_country", "no ISO 3166 code of a country; left out")
    return tuple(found)


def _text(reading: Reading) -> str:
    text = wording.clean(reading, "/summary", reading.word("/summary") or "")
    if not text:
        reading.fault("/summary", "missing", "the record has no summary")
    return text or "No summary."


def _notes(reading: Reading) -> tuple[str, ...]:
    told = []
    for name, section in (("Actor", "/actor"), ("Action", "/action")):
        kinds = [_kind(reading, f"{section}/{escaped(kind)}", kind) for kind in sorted(reading.section(section))]
        if kinds:
            told.append(wording.clean(reading, section, f"{name}: {', '.join(kinds)}"))
    return tuple(told)


def _kind(reading: Reading, pointer: str, kind: str) -> str:
    varieties = [word for word in reading.words(f"{pointer}/variety") if word != "Unknown"]
    return f"{kind} ({', '.join(varieties)})" if varieties else kind


def _facts(reading: Reading, affected: tuple[str, ...]) -> Mapping[str, object]:
    breach = _personal_data_breach(reading)
    return {
        "personal_data_breach": breach,
        "risk_to_individuals": _risk(reading) if breach else None,
        "affected_individuals": _affected(reading) if breach else None,
        "significant_incident": _significant(reading),
        "listed_in_certin_annex": _attack(reading),
        "cross_border": True if len(affected) > 1 else None,
    }


def _personal_data_breach(reading: Reading) -> bool | None:
    disclosed, varieties = _disclosed(reading), _varieties(reading)
    if disclosed == "Yes":
        if varieties & _OF_PERSONS:
            return True
        return False if varieties and varieties <= _OF_NO_PERSON else None
    only_confidentiality = set(reading.section("/attribute")) <= {"confidentiality"}
    return False if disclosed == "No" and only_confidentiality else None


def _risk(reading: Reading) -> str | None:
    state = frozenset(reading.words("/attribute/confidentiality/state"))
    if state and state <= _ENCRYPTED:
        return None
    return "high" if _varieties(reading) & _GRAVE else "risk"


def _affected(reading: Reading) -> int | None:
    pointer = "/attribute/confidentiality/data_total"
    total = reading.whole(pointer)
    if total is not None and not 0 <= total < 2**53:
        reading.fault(pointer, "impossible_number", "no count of people; left out")
        return None
    return total


def _significant(reading: Reading) -> bool | None:
    state, rating = reading.word("/security_incident"), reading.word("/impact/overall_rating")
    if state in _NEVER_HAPPENED:
        return False
    if state != "Confirmed":
        return None
    if _disclosed(reading) == "Yes" or _outage(reading) or rating in ("Painful", "Damaging", "Catastrophic"):
        return True
    return False if rating == "Insignificant" else None


def _attack(reading: Reading) -> bool | None:
    return True if any(kind in reading.section("/action") for kind in _ATTACKS) else None


def _severity(reading: Reading) -> str:
    """The first that fits. Low: it never happened. Critical: catastrophic, or health data or very many records disclosed.
    High: a confirmed disclosure, an outage or a loss, or damaging. Medium: everything else.
    """
    rating, disclosed = reading.word("/impact/overall_rating"), _disclosed(reading) == "Yes"
    if reading.word("/security_incident") in _NEVER_HAPPENED:
        return "low"
    total = reading.whole("/attribute/confidentiality/data_total") or 0
    if rating == "Catastrophic" or (disclosed and ("Medical" in _varieties(reading) or total >= VERY_MANY)):
        return "critical"
    return "high" if disclosed or _outage(reading) or rating == "Damaging" else "medium"


def _disclosed(reading: Reading) -> str | None:
    return reading.word("/attribute/confidentiality/data_disclosure")


def _varieties(reading: Reading) -> frozenset[str]:
    data = reading.objects("/attribute/confidentiality/data")
    return frozenset(variety for item in data if isinstance(variety := item.get("variety"), str))


def _outage(reading: Reading) -> bool:
    return bool(_OUTAGE & set(reading.words("/attribute/availability/variety")))


def _date(reading: Reading, at: str) -> Known | None:
    reading.section(at)
    year, month, day = (reading.whole(f"{at}/{part}") for part in ("year", "month", "day"))
    known = dates.possible(reading, at, year, month, day)
    written = reading.word(f"{at}/time")
    if known is None or not written:
        return known
    found = _TIME.fullmatch(written)
    if found is None or known.day is None:
        reading.fault(
            f"{at}/time",
            "not_a_time",
            f"a time like 05:45:00 PM on a known day was expected; kept to the {known.precision}",
        )
        return known
    hour = int(found[1]) % 12 + (12 if found[4] == "P" else 0)
    return Known(known.year, known.month, known.day, time(hour, int(found[2]), int(found[3])))
