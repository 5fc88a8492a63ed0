"""One clause of an agreement document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from incident.rules.case import TLP
from incident.rules.commitment import Discharge
from incident.rules.terms.schema.parts import (
    AgainSchema,
    AnchorSchema,
    ConditionSchema,
    CountingSchema,
    ExcuseSchema,
    ExtensionSchema,
    OnCallSchema,
    OnMissSchema,
    OwedSchema,
    RepeatSchema,
    RungSchema,
    SpanSchema,
    WaitSchema,
    WithinSchema,
    YieldSchema,
)
from incident.rules.terms.schema.words import WORD, List, Map, Text, country, duty, matching, nested, notice_field, one_of


class TellSchema(Map):
    """The notice that performs the commitment."""

    fields_ = List(Text(also=[notice_field]), data_key="fields", required=True)
    release = one_of("pre_authorised", "officer")
    channels = List(one_of("webhook", "email", "inbox"))


class FieldLimitSchema(Map):
    """Stricter limits of single fields."""

    fields_ = List(Text(also=[notice_field]), data_key="fields", required=True)
    max_tlp = one_of(*TLP)
    residency = List(country())


class RecipientLimitSchema(Map):
    """Stricter limits of single recipients: parties by URI, or groups of the document by name."""

    to = List(Text(300), required=True)
    max_tlp = one_of(*TLP)
    withhold = List(Text(also=[notice_field]))


class HandlingSchema(Map):
    """The limits of the clause."""

    max_tlp = one_of(*TLP)
    withhold = List(Text(also=[notice_field]))
    residency = List(country())
    fields_ = List(nested(FieldLimitSchema), data_key="fields")
    recipients = List(nested(RecipientLimitSchema))


_BESIDE = (
    ("acknowledged_by", "acknowledge_within"),
    ("extension", "extendable"),
    ("ladder_again", "ladder"),
    ("silent_after", "acknowledge_within"),
    ("silent_after", "ladder"),
)
"""What is said only beside something else."""


class CommitmentSchema(Map):
    """One clause: who owes whom what, when, within which period, and what discharges it."""

    id = matching(WORD, "Expected a short name of small letters, digits and _.", required=True)
    title = Text(required=True)
    cite = Text(120, required=True)
    owed_by = nested(OwedSchema, required=True)
    owed_to = nested(OwedSchema, required=True)
    owes = Text(400, required=True)
    when = nested(ConditionSchema)
    anchor = nested(AnchorSchema)
    within = nested(WithinSchema)
    counting = nested(CountingSchema)
    discharged_by = one_of(*Discharge, required=True)
    must_contain = List(Text(also=[notice_field]))
    tell = nested(TellSchema)
    acknowledge_within = nested(SpanSchema)
    acknowledged_by = one_of("each", "first")
    repeat = nested(RepeatSchema)
    ladder = List(nested(RungSchema), longest=12)
    ladder_again = nested(AgainSchema)
    silent_after = nested(WaitSchema)
    handling = nested(HandlingSchema)
    on_call = List(nested(OnCallSchema), longest=40)
    extendable = Text(120)
    extension = nested(ExtensionSchema)
    waivable = Text(120)
    excuses = List(nested(ExcuseSchema), longest=20)
    on_miss = nested(OnMissSchema)
    duty = duty()
    relaxable = nested(YieldSchema)
    displaceable = nested(YieldSchema)

    @validates_schema(skip_on_field_errors=True)
    def _one_calendar(self, data: Mapping[str, Any], **options: Any) -> None:
        if "calendar" in data.get("within", {}) and "calendar" in data.get("counting", {}):
            raise ValidationError("Expected one calendar: here or under counting.", "within")

    @validates_schema(skip_on_field_errors=True)
    def _beside(self, data: Mapping[str, Any], **options: Any) -> None:
        for key, other in _BESIDE:
            if key in data and other not in data:
                raise ValidationError(f"Expected only beside {other}.", key)
