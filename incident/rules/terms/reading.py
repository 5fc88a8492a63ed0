"""From a checked document to its articles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from incident.rules.conditions import ALWAYS
from incident.rules.terms.articles import (
    Articles,
    Displacement,
    Ending,
    Include,
    Membership,
    Reference,
    Relaxation,
    Survival,
    Transcription,
)
from incident.rules.terms.clauses import condition, period

Spoken = Mapping[str, Any]


def articles(document: Spoken) -> Articles:
    """What the document says beside its clauses and restrictions."""
    languages = document.get("languages", {})
    transcription = document.get("transcription")
    return Articles(
        includes=tuple(_include(each) for each in document.get("includes", ())),
        relaxations=tuple(_relaxation(each) for each in document.get("relaxations", ())),
        displacements=tuple(Displacement(_reference(each["of"]), each["by"], each["cite"]) for each in document.get("displacements", ())),
        suspension=_ending(document.get("suspension")),
        exit=_ending(document.get("exit")),
        survival=_survival(document.get("survival")),
        languages=tuple(languages.get("authentic", ())),
        prevails=languages.get("prevails"),
        keys={each["party"]: tuple(each["fingerprints"]) for each in document.get("keys", ())},
        groups={each["name"]: tuple(each["members"]) for each in document.get("groups", ())},
        transcription=None if transcription is None else _transcription(transcription),
    )


def _include(spoken: Spoken) -> Include:
    kind = "regime" if "regime" in spoken else "agreement"
    return Include(kind, spoken[kind], spoken["version"], spoken.get("digest"), spoken["cite"])


def _relaxation(spoken: Spoken) -> Relaxation:
    when = condition(spoken["when"]) if "when" in spoken else ALWAYS
    return Relaxation(_reference(spoken["of"]), period(spoken["within"]), spoken["cite"], when, spoken["within"].get("calendar"))


def _reference(spoken: Spoken) -> Reference:
    return Reference(spoken.get("agreement", ""), spoken.get("clause") or spoken["duty"])


def _ending(spoken: Spoken | None) -> Ending | None:
    return None if spoken is None else Ending(spoken["cite"], period(spoken["notice"]) if "notice" in spoken else None)


def _survival(spoken: Spoken | None) -> Survival | None:
    if spoken is None:
        return None
    return Survival(frozenset(spoken["clauses"]), spoken["cite"], period(spoken["within"]) if "within" in spoken else None)


def _transcription(spoken: Spoken) -> Transcription:
    return Transcription(
        spoken["of"],
        spoken["text_digest"],
        spoken["source"],
        spoken["certified_by"],
        date.fromisoformat(spoken["certified_on"]),
        tuple(_membership(each) for each in spoken["parties"]),
    )


def _membership(spoken: Spoken) -> Membership:
    reserved = frozenset(clause for each in spoken.get("reservations", ()) for clause in each["clauses"])
    signed, begins, provisional, ends = (_day(spoken.get(key)) for key in ("signed_on", "in_force_from", "provisional_from", "exit_on"))
    return Membership(spoken["party"], signed, begins, provisional, ends, reserved)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
