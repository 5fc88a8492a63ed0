"""What somebody supposes of a case, read for the lawyer's desk: the one reader of the API, the command line and the calculator."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from incident.actions.commands import StatedFact
from incident.errors import Fault, Invalid
from incident.rules.desk import Supposed, country_of, zone_of
from incident.rules.facts import Scalar
from incident.rules.legaltime import CalendarRefused, Moment, TimeRefused, calendar
from incident.rules.legaltime import zone as named_zone
from incident.rules.regimes import catalogue
from incident.rules.regimes import regime as found_regime
from incident.rules.regimes.values import Regime
from web.schemas.fields import Country, Field, Flag, kind_of
from web.schemas.reading import Said, Strict, load, token
from web.schemas.report import Facts, instant

MOST_SUBMITTED = 50
_COARSE = ((re.compile(r"\d{4}"), "year"), (re.compile(r"\d{4}-\d{2}"), "month"), (re.compile(r"\d{4}-\d{2}-\d{2}"), "day"))
_OFFSET = re.compile(r".*[Tt ].*(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Supposing:
    """A regime and what is supposed; `applies_only` leaves out the stages that do not apply."""

    regime: Regime
    supposed: Supposed
    applies_only: bool


class RegimeId(Field):
    """The id of a law of the catalogue, as that law."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "example": "eu.nis2.art23", "description": "GET /regimes lists them."}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Regime:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected the id of a regime such as eu.nis2.art23, not {kind_of(value)}"))
        found = found_regime(value)
        if found is None:
            raise ValidationError(Said("unknown_regime", f"there is no regime {value!r}{nearest_regimes(value)}"))
        return found


class ZoneName(Field):
    """A zone of the pinned data, by its IANA name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "example": "Europe/Tallinn"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected an IANA name such as Europe/Tallinn, not {kind_of(value)}"))
        try:
            return named_zone(value).key
        except TimeRefused as refused:
            raise ValidationError(Said(refused.code, refused.message)) from refused


class CalendarName(Field):
    """A calendar, by its id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "example": "EE:public"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected a calendar such as EE:public, not {kind_of(value)}"))
        try:
            return calendar(value).id
        except CalendarRefused as refused:
            raise ValidationError(Said(refused.code, refused.message)) from refused


class Submitted(Field):
    """`{stage: when}`: what was submitted already. An instant is text with offset, or `{at, zone, fold}`."""

    def __init__(self, **options: Any) -> None:
        parts = {"at": {"type": "string"}, "zone": {"type": "string"}, "fold": {"enum": [0, 1]}}
        long = {"type": "object", "required": ["at"], "properties": parts}
        each = {"anyOf": [{"type": "string", "format": "date-time"}, {**long, "additionalProperties": False}]}
        super().__init__(metadata={"type": "object", "additionalProperties": each}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> dict[str, datetime]:
        if not isinstance(value, dict) or len(value) > MOST_SUBMITTED:
            raise ValidationError(Said("wrong_type", f"expected an object of at most {MOST_SUBMITTED} instants by stage"))
        made: dict[str, datetime] = {}
        errors: dict[str, Any] = {}
        for stage, said in value.items():
            try:
                made[stage] = _exactly(instant(stage, said))
            except ValidationError as error:
                errors[stage] = error.messages
        if errors:
            raise ValidationError(errors)
        return made


class SupposingSchema(Strict):
    """A regime, and what is supposed of a case."""

    regime = RegimeId(required=True)
    facts = Facts(load_default=())
    zone = ZoneName(load_default=None, allow_none=True)
    jurisdiction = Country(load_default=None, allow_none=True)
    calendar = CalendarName(load_default=None, allow_none=True)
    recipient_zone = ZoneName(load_default=None, allow_none=True)
    recipient_calendar = CalendarName(load_default=None, allow_none=True)
    submitted = Submitted(load_default=dict)
    applies_only = Flag(load_default=False)


_SCHEMA = SupposingSchema()


def supposing(body: object) -> Supposing:
    """What `body` supposes. Left out: the zone is the one of the jurisdiction, where it has one only; the jurisdiction is the
    country of the zone; the calendar its public holidays; the recipient sits where the debtor does.

    Raises:
        Invalid: every bad field by JSON pointer.
    """
    given = load(_SCHEMA, body)
    law: Regime = given["regime"]
    faults = [*_faults_of_facts(given["facts"]), *_faults_of_stages(law, given["submitted"])]
    zone, jurisdiction, calendar_id = _place(given, faults)
    if faults:
        raise Invalid(faults)
    submitted = {stage.filed_as if (stage := law.stage(name)) else name: at for name, at in given["submitted"].items()}
    facts: dict[str, Scalar | Moment] = {each.name: each.value for each in given["facts"]}
    there, theirs = given["recipient_zone"] or zone, given["recipient_calendar"] or calendar_id
    return Supposing(law, Supposed(zone, calendar_id, jurisdiction, there, theirs, facts, submitted), given["applies_only"])


def entered(text: str, zone: str | None, fold: int | None) -> Any:
    """The form in which a body states an instant that somebody typed: as coarse as its text, and in `zone` unless it has an offset."""
    if text.lower() in ("unknown", "null"):
        return None
    if _OFFSET.fullmatch(text):
        return text
    made: dict[str, Any] = {"at": text}
    made |= {"zone": zone} if zone else {}
    coarse = next((name for form, name in _COARSE if form.fullmatch(text)), None)
    made |= {"precision": coarse} if coarse else {}
    return made | ({"fold": fold} if fold is not None and coarse is None else {})


def nearest_regimes(id: str) -> str:
    """For a refusal: the ids that may have been meant."""
    word = id.lower()
    ids = [each.id for each in sorted(catalogue(), key=lambda each: each.overlay_of is not None)]
    close = [each for each in ids if len(word) > 2 and word in each][:3] or difflib.get_close_matches(word, ids, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ", and none whose id is like it"


def _place(given: Mapping[str, Any], faults: list[Fault]) -> tuple[str, str, str]:
    """Where the debtor sits; what cannot be told from the rest is added to `faults`."""
    zone, jurisdiction, calendar_id = given["zone"], given["jurisdiction"], given["calendar"]
    zone = zone or (zone_of(jurisdiction) if jurisdiction else None)
    if zone is None:
        several = f"; {jurisdiction} has not one zone only" if jurisdiction else ""
        faults.append(Fault("/zone", "required", f"expected the zone of whoever owes the duty, such as Europe/Tallinn{several}"))
        return "", "", ""
    jurisdiction = jurisdiction or country_of(zone)
    if jurisdiction is None:
        faults.append(Fault("/jurisdiction", "required", f"{zone} lies in no one country; expected the code of one, such as EE"))
        return zone, "", ""
    if calendar_id is None:
        calendar_id = f"{jurisdiction}:public"
        try:
            calendar(calendar_id)
        except CalendarRefused as refused:
            faults.append(Fault("/calendar", "required", f"name a calendar, such as weekend: {refused.message}"))
    return zone, jurisdiction, calendar_id


def _faults_of_facts(facts: tuple[StatedFact, ...]) -> list[Fault]:
    said = "here a fact is about whoever the law asks it of; expected it without about"
    return [Fault(f"/facts/{token(each.name)}/about", "not_here", said) for each in facts if each.about is not None]


def _faults_of_stages(law: Regime, submitted: Mapping[str, datetime]) -> list[Fault]:
    known = dict.fromkeys(word for stage in law.stages for word in (stage.id, stage.filed_as))
    return [
        Fault(f"/submitted/{token(each)}", "unknown_stage", f"{law.id} has no stage {each!r}; it has: {', '.join(known)}")
        for each in submitted
        if each not in known
    ]


def _exactly(said: StatedFact) -> datetime:
    if not isinstance(said.value, Moment) or said.about is not None:
        raise ValidationError(Said("wrong_type", "expected when it was submitted, such as 2026-11-20T17:40:00+02:00"))
    if said.value.precision != "exact":
        raise ValidationError(Said("too_coarse", "expected the very instant of the submission"))
    return said.value.earliest
