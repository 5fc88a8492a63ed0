"""The whole document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from incident.rules.terms.schema.clause import CommitmentSchema
from incident.rules.terms.schema.parts import ConditionSchema, SpanSchema, WithinSchema
from incident.rules.terms.schema.words import (
    SLUG,
    List,
    Map,
    Text,
    country,
    day,
    day_or_instant,
    duty,
    exactly_one,
    fingerprint,
    matching,
    nested,
    notice_field,
    one_of,
    uri,
    word,
    zone,
)

FORMAT = "agreement/1"
LAYERS = ("baseline", "multilateral", "bilateral", "national", "sector")
"""From the ground up: a layer stands on those before it."""


class PlanningTargetSchema(Map):
    """What a duty without a number, or with a later legal limit, is planned for between the parties."""

    for_ = duty(data_key="for", required=True)
    within = nested(SpanSchema, required=True)
    cite = Text(120, required=True)


class InForceSchema(Map):
    """From when until when. A date means the whole of that day in the agreement's zone."""

    from_ = Text(40, data_key="from", also=[day_or_instant], required=True)
    until = Text(40, also=[day_or_instant])


class GroupSchema(Map):
    """Parties under one name."""

    name = word("a short name", required=True)
    members = List(Text(300, also=[uri]), longest=2000, required=True)


class KeysSchema(Map):
    """By which keys a party signs."""

    party = Text(300, also=[uri], required=True)
    fingerprints = List(fingerprint(), longest=20, required=True)


class IncludeSchema(Map):
    """A baseline by reference: a regime of the catalogue, or another agreement, at a version and a digest."""

    regime = matching(re.compile(r"[a-z0-9_.]{2,64}"), "Expected the id of a regime, such as eu.nis2.art23.")
    agreement = matching(SLUG, "Expected the name of an agreement.")
    version = Text(40, required=True)
    digest = fingerprint()
    cite = Text(120, required=True)

    @validates_schema(pass_original=True)
    def _one(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, ("regime", "agreement"))
        if "agreement" in original and "digest" not in original:
            raise ValidationError("Expected the digest of the agreement that is included.", "digest")


class ReferenceSchema(Map):
    """A clause of another layer: of an agreement by its name, or a duty of a law by its id."""

    agreement = matching(SLUG, "Expected the name of an agreement.")
    clause = word("the id of a clause")
    duty = duty()

    @validates_schema(pass_original=True)
    def _one(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        exactly_one(original, ("duty", "agreement"))
        if ("agreement" in original) != ("clause" in original):
            raise ValidationError("Expected agreement and clause together.", "clause")


class RelaxationSchema(Map):
    """More time for a clause of a layer below, under the authority that it gives."""

    of = nested(ReferenceSchema, required=True)
    within = nested(WithinSchema, required=True)
    when = nested(ConditionSchema)
    cite = Text(120, required=True)


class DisplacementSchema(Map):
    """A clause of this document in place of one of a layer below."""

    of = nested(ReferenceSchema, required=True)
    by = word("the id of a clause of this document", required=True)
    cite = Text(120, required=True)


class RestrictionSchema(Map):
    """What must not be transferred: these fields leave only to these countries, whatever any clause tells."""

    id = word("a short name", required=True)
    title = Text(required=True)
    cite = Text(120, required=True)
    when = nested(ConditionSchema)
    fields_ = List(Text(also=[notice_field]), data_key="fields", required=True)
    only_to = List(country(), required=True)


class EndingSchema(Map):
    """How a party suspends the agreement or leaves it: after which notice, under which article."""

    notice = nested(SpanSchema)
    cite = Text(120, required=True)


class SurvivalSchema(Map):
    """Which clauses bind beyond the end, and for how long; without a period, without an end."""

    clauses = List(word("the id of a clause"), required=True)
    within = nested(SpanSchema)
    cite = Text(120, required=True)


class LanguagesSchema(Map):
    """In which languages the text is authentic, and which prevails."""

    authentic = List(matching(re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "Expected a language tag such as en or pt-BR."), required=True)
    prevails = Text(20)
    cite = Text(120)

    @validates_schema(skip_on_field_errors=True)
    def _one_of_them(self, data: Mapping[str, Any], **options: Any) -> None:
        if "prevails" in data and data["prevails"] not in data["authentic"]:
            raise ValidationError("Expected one of the authentic languages.", "prevails")


class ReservationSchema(Map):
    """What a party does not accept: clauses that bind neither it nor anybody towards it."""

    clauses = List(word("the id of a clause"), required=True)
    text = Text(2000, required=True)


class MembershipSchema(Map):
    """What a party did about an agreement that was concluded elsewhere."""

    party = Text(300, also=[uri], required=True)
    signed_on = Text(10, also=[day])
    in_force_from = Text(10, also=[day])
    provisional_from = Text(10, also=[day])
    exit_on = Text(10, also=[day])
    reservations = List(nested(ReservationSchema), longest=100)


class TranscriptionSchema(Map):
    """Of a text that was concluded elsewhere: which text, its hash, who certifies that this says the same, and each party's acts."""

    of = Text(required=True)
    text_digest = fingerprint(required=True)
    source = Text(500, required=True)
    certified_by = Text(required=True)
    certified_on = Text(10, also=[day], required=True)
    parties = List(nested(MembershipSchema), longest=2000, required=True)


class DocumentSchema(Map):
    """The whole document."""

    format = one_of(FORMAT)
    name = matching(SLUG, "Expected a short name of small letters, digits and -.", required=True)
    version = Text(40, required=True)
    title = Text(required=True)
    zone = Text(64, also=[zone], required=True)
    in_force = nested(InForceSchema, required=True)
    parties = List(Text(300, also=[uri]), longest=2000, required=True)
    commitments = List(nested(CommitmentSchema))
    planning_targets = List(nested(PlanningTargetSchema))
    layer = one_of(*LAYERS)
    groups = List(nested(GroupSchema), longest=200)
    keys = List(nested(KeysSchema), longest=2000)
    includes = List(nested(IncludeSchema), longest=100)
    relaxations = List(nested(RelaxationSchema))
    displacements = List(nested(DisplacementSchema))
    restrictions = List(nested(RestrictionSchema))
    suspension = nested(EndingSchema)
    exit = nested(EndingSchema)
    survival = nested(SurvivalSchema)
    languages = nested(LanguagesSchema)
    transcription = nested(TranscriptionSchema)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _says_something(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        if not any(key in original for key in ("commitments", "relaxations", "restrictions")):
            raise ValidationError("Expected at least one of commitments, relaxations, restrictions.")

    @validates_schema(skip_on_field_errors=True)
    def _several(self, data: Mapping[str, Any], **options: Any) -> None:
        if len(data["parties"]) < 2:
            raise ValidationError("Expected at least two parties.", "parties")
