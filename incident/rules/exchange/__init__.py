"""Other people's records, read and turned into reports. One module per open format; nothing here files anything.

`read` never raises on bad input: whatever the bytes are, the answer is a record or the reason why there is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml

from incident.rules.exchange import atlas, veris
from incident.rules.exchange.assembly import Destination
from incident.rules.exchange.records import Kind, Mapped, Record, Unreadable, digest_of

__all__ = ["LARGEST", "Destination", "Mapped", "Record", "Unreadable", "read", "to_report", "victim_countries"]

LARGEST = 2 * 1024 * 1024
"""Bytes of one record; the largest published ones have some ten thousand."""


def read(path: str, data: bytes) -> Record | Unreadable:
    """The VERIS incident (JSON) or ATLAS case study (YAML) in `data`.

    `path` only names it, and its suffix says how to parse; which format it is, is told by its own keys.
    """
    parsed = _parsed(path, data)
    if isinstance(parsed, Unreadable):
        return parsed
    if not isinstance(parsed, Mapping):
        return Unreadable(path, "", f"a record is an object; this is a {type(parsed).__name__}")
    kind = _kind(parsed)
    if kind is None:
        return Unreadable(path, "", "neither a VERIS incident (no `timeline`) nor an ATLAS case study (no `incident-date`)")
    return Record(kind, path, {str(key): value for key, value in parsed.items()}, digest_of(data))


def victim_countries(record: Record) -> tuple[str, ...]:
    """Where the record says it happened: ISO 3166 codes in its order, without unknown ones. ATLAS names no country."""
    return veris.countries(record) if record.kind == "veris" else ()


def to_report(record: Record, to: Destination) -> Mapped | Unreadable:
    """The report that `record` becomes at `to`, with every fault found on the way; unreadable without a possible date.

    The same record and destination give the same body, so that filing again is filing once.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: when the zone of the destination is not an IANA zone.
    """
    return veris.to_report(record, to) if record.kind == "veris" else atlas.to_report(record, to)


def _parsed(path: str, data: bytes) -> object:
    if len(data) > LARGEST:
        return Unreadable(path, "", f"larger than a record may be, {LARGEST} bytes")
    if not data.strip():
        return Unreadable(path, "", "the file is empty")
    suffix = path.lower().rpartition(".")[2]
    if suffix not in ("json", "yaml", "yml"):
        return Unreadable(path, "", "neither .json (VERIS) nor .yaml (ATLAS)")
    try:
        text = data.decode("utf-8-sig")
        # BaseLoader makes text of everything, so a date that cannot exist is still read and can be named.
        return json.loads(text) if suffix == "json" else yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except UnicodeDecodeError as error:
        return Unreadable(path, "", f"not UTF-8: byte {error.start} cannot be read")
    except RecursionError:
        return Unreadable(path, "", "nested too deeply")
    except (ValueError, yaml.YAMLError) as error:
        return Unreadable(path, "", f"not {'JSON' if suffix == 'json' else 'YAML'}: {' '.join(str(error).split())[:200]}")


def _kind(content: Mapping[object, object]) -> Kind | None:
    if "incident-date" in content or content.get("object-type") == "case-study":
        return "atlas"
    return "veris" if "timeline" in content or "incident_id" in content else None
