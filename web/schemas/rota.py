"""The bodies of what a party says of who is on call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load

from incident.rules.commitment import OnCall
from incident.rules.escalation.feed import BY, LONGEST, Means
from incident.rules.escalation.on_call import LADDER
from incident.rules.escalation.rota import DAYS
from incident.rules.legaltime import TimeRefused, zone
from web.schemas.answers import AT, FLAG, MAYBE_AT, MAYBE_TEXT, TEXT, TEXTS, Shape, many, ref, whole, words
from web.schemas.fields import REQUIRED, Field, OneOf, Several, Text, kind_of
from web.schemas.reading import Said, Strict

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CONTACT = words(*LADDER)
MOST_WINDOWS, MOST_MEANS = 60, 50
WHY = ("no_window", "no_channel", "only_inbox", "failing")


class Clock(Field):
    """A time of day on the wall, such as 08:00, as minutes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": f"^{_CLOCK.pattern}$", "example": "08:00"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected a local time such as 08:00, not {kind_of(value)}"))
        found = _CLOCK.fullmatch(value)
        if found is None:
            raise ValidationError(Said("not_a_time", "expected a local time such as 08:00, from 00:00 to 23:59"))
        return int(found[1]) * 60 + int(found[2])


class Place(Text):
    """A zone by its IANA name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(64, line=True, metadata={"example": "Europe/Tallinn"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            return zone(name).key
        except TimeRefused as refused:
            raise ValidationError(Said(refused.code, refused.message)) from refused


class WindowSchema(Strict):
    """A contact is on call on these days from `from` until `until`, by the clocks of `zone`; over midnight where `until` is not
    later, so that 08:00 to 08:00 is a whole day."""

    contact = OneOf(LADDER, required=True)
    zone = Place(required=True)
    days = Several(OneOf(DAYS), most=7, least=1, required=True)
    since = Clock(required=True, data_key="from")
    until = Clock(required=True)

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> OnCall:
        """The window."""
        days = frozenset(DAYS.index(each) for each in given["days"])
        return OnCall(given["contact"], f"fixed:{given['zone']}", days, given["since"], given["until"])


class RotaSchema(Strict):
    """Every weekly window; those that are not named are no more."""

    windows = fields.List(
        fields.Nested(WindowSchema), required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected a list of windows")}
    )

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> list[OnCall]:
        """The windows."""
        found: list[OnCall] = given["windows"]
        if len(found) > MOST_WINDOWS:
            raise ValidationError({"windows": [Said("wrong_length", f"expected at most {MOST_WINDOWS} windows, not {len(found)}")]})
        return found


class MeansSchema(Strict):
    """Events that mean a contact: by a part of their title, an attendee (address or name), a category, or every event."""

    contact = OneOf(LADDER, required=True)
    by = OneOf(BY, required=True)
    text = Text(200, least=0, line=True, load_default="")

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Means:
        """One line of a mapping."""
        if (given["by"] == "every") == bool(given["text"]):
            expected = "expected no text where every event is meant" if given["text"] else f"expected the {given['by']} that is looked for"
            raise ValidationError({"text": [Said("required", expected)]})
        return Means(given["contact"], given["by"], given["text"])


class RotaCalendarSchema(Strict):
    """An iCalendar `text`, or the `url` of one; and which of its events mean whom, the first line that fits an event deciding."""

    text = Text(LONGEST, load_default=None, allow_none=True)
    url = Text(2000, line=True, load_default=None, allow_none=True, metadata={"format": "uri"})
    mapping = fields.List(
        fields.Nested(MeansSchema),
        required=True,
        error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected a list of what events mean")},
    )

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The arguments of the action."""
        if (given["text"] is None) == (given["url"] is None):
            raise ValidationError({"url": [Said("required", "expected either a text or a url")]})
        if not 1 <= len(given["mapping"]) <= MOST_MEANS:
            raise ValidationError({"mapping": [Said("wrong_length", f"expected 1 to {MOST_MEANS} lines that say which events mean whom")]})
        return given


_GAP: Shape = {"since": AT, "until": AT, "contact": _CONTACT, "why": words(*WHY), "text": TEXT}
_WINDOW: Shape = {"contact": _CONTACT, "zone": TEXT, "days": {"type": "array", "items": words(*DAYS)}, "from": TEXT, "until": TEXT}
_MEANS = whole({"contact": _CONTACT, "by": words(*BY), "text": TEXT})
_CALENDAR: Shape = {
    "kind": words("file", "url"), "url": MAYBE_TEXT, "mapping": {"type": "array", "items": _MEANS},
    "set_at": AT, "read_at": MAYBE_AT, "tried_at": MAYBE_AT, "trouble": MAYBE_TEXT, "until": MAYBE_AT, "old": FLAG, "unmatched": TEXTS,
}  # fmt: skip
ROTA: Final[dict[str, Shape]] = {
    "Rota": whole({
        "windows": {"type": "array", "items": whole(_WINDOW)},
        "turns": {"type": "array", "items": whole({"contact": _CONTACT, "since": AT, "until": AT, "said": TEXT})},
        "calendar": {"anyOf": [whole(_CALENDAR), {"type": "null"}]}, "on_call": _CONTACT, "named": FLAG,
        "ahead": {"type": "array", "items": whole({"since": AT, "until": AT, "contact": _CONTACT, "why": {"enum": [*WHY, None]}})},
        "unreachable": many("Gap"),
        "unproven": {
            "type": "array", "items": _CONTACT,
            "description": "Contacts that are reached as far as is known: no channel of theirs was verified within 30 days."},
        "changed_at": MAYBE_AT, "changed_by": MAYBE_TEXT,
    }, about="Who is on call: `turns` from a calendar outrank `windows`; `named` is false where neither names anybody now."),
    "Gap": whole(_GAP, about="Hours in which nobody of a party can be reached, and why."),
    "PartyReach": whole({"party": TEXT, "looked_at": AT, "unreachable": {"type": "array", "items": ref("Gap")}}),
}  # fmt: skip
