"""Parts of a clause: conditions, roles, spans, anchors, ladders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from incident.rules.commitment import AUTHORITIES, GROUNDS, Role
from incident.rules.terms.schema.words import (
    CALENDAR,
    CLOCK,
    OPERATORS,
    UNITS,
    WHOSE,
    WORD,
    List,
    Map,
    Text,
    Yes,
    boolean,
    calendar_or_whose,
    constant,
    exactly_one,
    matching,
    nested,
    number,
    one_of,
    uri,
    word,
    zone_or_whose,
)
from incident.rules.vocabulary import vocabulary


class ConditionSchema(Map):
    """`all`, `any`, `not`, or one fact against constants."""

    all_ = List(nested(lambda: ConditionSchema()), data_key="all")
    any_ = List(nested(lambda: ConditionSchema()), data_key="any")
    not_ = nested(lambda: ConditionSchema(), data_key="not")
    fact = matching(WORD, "Expected the name of a fact, such as personal_data_breach.", vocabulary)
    of = one_of(*WHOSE)
    is_ = fields.Raw(data_key="is", validate=constant)
    in_ = List(fields.Raw(validate=constant), data_key="in")
    at_least = number(-(2**53) + 1, 2**53 - 1)
    at_most = number(-(2**53) + 1, 2**53 - 1)
    includes = List(fields.Raw(validate=constant))
    known = fields.Raw(validate=boolean)

    @validates_schema(pass_original=True)
    def _one_kind(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, ("all", "any", "not", "fact"))
        if "fact" in original:
            exactly_one(original, OPERATORS)
        elif extra := [key for key in ("of", *OPERATORS) if key in original]:
            raise ValidationError(f"Expected {', '.join(extra)} only beside fact.")


class OwedSchema(Map):
    """A role, how its members owe or are owed, and the competence of an authority."""

    role = one_of(*(each for each in Role if each is not Role.PERSONS), required=True)
    mode = one_of("each", "any", "joint", "lead")
    competence = matching(re.compile(r"[a-z0-9_.]{2,64}"), "Expected a competence such as nis2.csirt.")
    group = word("the name of a group of this document")
    party = Text(300, also=[uri])

    @validates_schema(skip_on_field_errors=True)
    def _competent(self, data: Mapping[str, Any], **options: Any) -> None:
        if (data["role"] in AUTHORITIES) != ("competence" in data):
            raise ValidationError("Expected a competence with the role authority, and with no other.", "competence")
        for key in ("group", "party"):
            if (data["role"] == key) != (key in data):
                raise ValidationError(f"Expected a {key} with the role {key}, and with no other.", key)


class SpanSchema(Map):
    """One number of one unit; business days may have a cut-off on the last of them."""

    minutes, hours, days = (number(1, UNITS[unit]) for unit in ("minutes", "hours", "days"))
    business_days, months = (number(1, UNITS[unit]) for unit in ("business_days", "months"))
    at = matching(CLOCK, "Expected a local time such as 17:30.")

    @validates_schema(pass_original=True)
    def _one_unit(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, tuple(UNITS))
        for key in ("at", "calendar"):
            if key in original and "business_days" not in original:
                raise ValidationError("Expected only beside business_days.", key)


class WithinSchema(SpanSchema):
    """A span that may name the calendar of its business days."""

    calendar = matching(CALENDAR, "Expected a calendar such as EE:public.")


class BeforeSchema(Map):
    """How long before the due instant. Negative numbers are read so that the lint can speak of them."""

    minutes, hours = number(-10_080, 525_600), number(-168, 8_760)

    @validates_schema(pass_original=True)
    def _one_unit(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, ("minutes", "hours"))


class RungSchema(Map):
    """Whom to tell, and how long before."""

    contact = one_of("duty_desk", "deputy", "manager", required=True)
    before = nested(BeforeSchema, required=True)


class WaitSchema(Map):
    """How long one waits."""

    minutes, hours = number(1, 10_080), number(1, 168)

    @validates_schema(pass_original=True)
    def _one_unit(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, ("minutes", "hours"))


class AgainSchema(Map):
    """How many times more the whole ladder is climbed, and how long after each time."""

    times = number(1, 20, required=True)
    every = nested(WaitSchema, required=True)


class SingleAnchorSchema(Map):
    """One fact or act that starts a clock."""

    fact = matching(WORD, "Expected the name of a dated fact, such as aware_at.", vocabulary)
    of = one_of(*WHOSE)
    after = Text(64)
    delivery = Text(64)
    filing = Yes()
    kinds: tuple[str, ...] = ("fact", "after", "delivery", "filing")

    @validates_schema(pass_original=True)
    def _one_kind(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, self.kinds)
        if "of" in original and "fact" not in original:
            raise ValidationError("Expected only beside fact.", "of")


class AnchorSchema(SingleAnchorSchema):
    """One anchor, or the earliest or latest of several."""

    earliest = List(nested(SingleAnchorSchema))
    latest = List(nested(SingleAnchorSchema))
    kinds = ("fact", "after", "delivery", "filing", "earliest", "latest")


class CountingSchema(Map):
    """Whose zone and whose calendar."""

    zone = Text(64, also=[zone_or_whose])
    calendar = Text(64, also=[calendar_or_whose])


class RepeatSchema(Map):
    """A duty that comes again: after each submission of it until a condition holds, or for each value of its anchor."""

    every = one_of("submission", "fact", required=True)
    until = nested(lambda: ConditionSchema())

    @validates_schema(skip_on_field_errors=True)
    def _ends(self, data: Mapping[str, Any], **options: Any) -> None:
        if "until" in data and data["every"] != "submission":
            raise ValidationError("Expected only beside every: submission.", "until")


class OnCallSchema(Map):
    """A weekly window in which a contact is on call; from and until by the clocks of `zone`, over midnight where until is not later."""

    contact = one_of("duty_desk", "deputy", "manager", required=True)
    zone = Text(64, also=[zone_or_whose])
    days = List(one_of("mon", "tue", "wed", "thu", "fri", "sat", "sun"), required=True)
    from_ = matching(CLOCK, "Expected a local time such as 08:00.", data_key="from", required=True)
    until = matching(CLOCK, "Expected a local time such as 18:00.", required=True)


class ExtensionSchema(Map):
    """Who may extend, on which grounds, by how much at most."""

    by = one_of("owed_by", "owed_to", "both")
    grounds = List(one_of(*GROUNDS))
    most = nested(SpanSchema)


class ExcuseSchema(Map):
    """A ground on which a side may stop the clock for a while, or be excused for a miss."""

    kind = one_of("pause", "excuse", required=True)
    ground = one_of(*GROUNDS, required=True)
    by = one_of("owed_by", "owed_to", "both")
    most = nested(SpanSchema)
    cite = Text(120, required=True)


class OnMissSchema(Map):
    """What follows a miss: a notice of breach by the creditor, a cure by the debtor, a meeting of both."""

    notice_of_breach = nested(SpanSchema)
    cure = nested(SpanSchema)
    review = nested(SpanSchema)
    cite = Text(120, required=True)

    @validates_schema(pass_original=True)
    def _something(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        if not any(key in original for key in ("notice_of_breach", "cure", "review")):
            raise ValidationError("Expected at least one of notice_of_breach, cure, review.")


class YieldSchema(Map):
    """Which layers above may relax a clause, or stand in its place, and how far."""

    by = List(one_of("multilateral", "bilateral", "national", "sector"), required=True)
    most = nested(SpanSchema)
    cite = Text(120, required=True)
