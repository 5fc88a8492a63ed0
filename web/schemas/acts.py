"""The bodies of everything that is done after filing."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, post_load

from incident.actions.commands import AffectedState, Asks, Claims, CloseCase, DoneBy, Ground, Heard, Reclassify
from incident.rules.case import SEVERITIES, TLP
from incident.rules.commitment import GROUNDS
from incident.rules.legaltime import Moment, TimeRefused
from incident.rules.legaltime import moment as moment_of
from web.schemas.fields import Country, Day, Field, Flag, Identifier, Instant, OneOf, Several, Text, Whole, kind_of
from web.schemas.reading import Said, Strict
from web.schemas.report import Facts

ENDINGS = ("resolved", "false_alarm", "below_threshold", "duplicate", "withdrawn")
CLAIMS = ("start", "more_time", "waiver")
MOST_PARTS = 20  # of a proof


def _by(**options: Any) -> Text:
    return Text(200, line=True, metadata={"description": "Who did it, by name.", "example": "M. Saar"}, **options)


def _reason() -> Text:
    return Text(2000, required=True, metadata={"description": "Why; kept with the act."})


def _provision() -> Text:
    words = "The law, order or event that it rests on, so that somebody else can find it."
    return Text(1000, line=True, load_default=None, allow_none=True, metadata={"description": words, "example": "order 3-26-4711"})


def _note() -> Text:
    return Text(2000, least=0, load_default="")


def _occurred_at() -> Instant:
    return Instant(load_default=None, allow_none=True)


class Proof(Field):
    """How it is known: text such as a portal's receipt number or a file's SHA-256, or an object of such texts by name."""

    def __init__(self, **options: Any) -> None:
        text = {"type": "string", "minLength": 1, "maxLength": 1000}
        shapes = [text, {"type": "object", "minProperties": 1, "additionalProperties": text}]
        super().__init__(metadata={"anyOf": shapes, "example": "RIA-2026-001234"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | dict[str, str]:
        if not isinstance(value, str | dict):
            raise ValidationError(Said("wrong_type", f"expected text, or an object of texts by name, not {kind_of(value)}"))
        if isinstance(value, str):
            return _hash("", str(_PART.deserialize(value)))
        if not 1 <= len(value) <= MOST_PARTS:
            raise ValidationError(Said("wrong_length", f"expected 1 to {MOST_PARTS} entries, not {len(value)}"))
        made, errors = {}, {}
        for name, each in value.items():
            try:
                made[name] = _hash(name, str(_PART.deserialize(each)))
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return made


_PART = Text(1000)
_SHA256 = re.compile(r"(?:sha-?256:)?[0-9a-f]{64}", re.IGNORECASE)


def _hash(name: str, text: str) -> str:
    """A SHA-256 as 64 hexadecimal digits, where `name` or the text says that it is one."""
    says = name.lower().replace("-", "") in ("sha256", "file_sha256", "form_sha256") or text.lower().startswith(("sha256:", "sha-256:"))
    if says and not _SHA256.fullmatch(text):
        raise ValidationError(Said("not_a_hash", "expected a SHA-256: 64 hexadecimal digits"))
    return text


class AcknowledgementSchema(Strict):
    """Somebody received it: receipt only, neither awareness nor admission."""

    by = _by(required=True)
    note = _note()
    occurred_at = _occurred_at()

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> DoneBy:
        """The command."""
        return DoneBy(given["by"], given["occurred_at"], given["note"])


class AsksSchema(Strict):
    """What a recipient asks of those who told it; `human` needs `call_back`. It ends nothing: a duty stays until that is resolved."""

    kind = OneOf(("not_ours", "human"), required=True)
    by = _by(required=True)
    reason = _reason()
    call_back = Text(
        300, line=True, load_default=None, allow_none=True,
        metadata={"description": "A number, and the hours at which somebody answers it.", "example": "+47 22 00 00 00, until 07:00 CET"},
    )  # fmt: skip

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Asks:
        """The command."""
        return Asks(**given)


class MoreTimeSchema(Strict):
    """For which duty of a notice more time is asked, until when, and why."""

    obligation = Identifier(required=True)
    until = Instant(required=True)
    reason = _reason()
    by = _by(required=True)


class NamedSchema(Strict):
    """Who does it."""

    by = _by(required=True)


class NamedReasonSchema(Strict):
    """Who does it, and why."""

    by = _by(required=True)
    reason = _reason()


class HeardSchema(Strict):
    """An acknowledgement by word of mouth: by whom of the recipient, what was said, by what that is known."""

    with_whom = Text(200, line=True, required=True, metadata={"description": "Who said it, by name.", "example": "Kari Nordmann"})
    said = Text(2000, least=0, load_default="")
    source = Text(
        500, line=True, required=True, metadata={"description": "By what it is known.", "example": "duty telephone, recorded line 3"}
    )
    proof = Proof(load_default=None, allow_none=True)
    occurred_at = _occurred_at()

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Heard:
        """The command."""
        return Heard(**given)


class CallSchema(HeardSchema):
    """A call, with which party, and about which obligation if it was about one."""

    said = Text(2000, required=True)
    with_party = Text(63, line=True, required=True, metadata={"description": "A party's slug."})
    about = Identifier(load_default=None, allow_none=True)


class AnswerSchema(Strict):
    """What became of it."""

    answer = Text(2000, required=True)


class SubmissionSchema(Strict):
    """A stage was submitted, with its proof. Without `by`, the caller did it."""

    stage = Text(200, line=True, required=True, metadata={"example": "early_warning"})
    proof = Proof(required=True)
    source = Text(500, line=True, load_default=None, allow_none=True, metadata={"description": "By what it is known, such as a portal."})
    by = _by(load_default=None, allow_none=True)
    note = _note()
    occurred_at = _occurred_at()


class ExtensionSchema(Strict):
    """More time, under the clause that allows it; on a ground, where the clause names some."""

    until = Instant(required=True)
    clause = Text(200, line=True, required=True)
    ground = OneOf(GROUNDS, load_default=None, allow_none=True)
    reason = _reason()


class PauseSchema(Strict):
    """The ground and the provision of the clause that names it; a court's order or the like beside, if there is one."""

    ground = OneOf(GROUNDS, required=True)
    clause = Text(200, line=True, required=True)
    provision = _provision()
    reason = _reason()

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Ground:
        """The command."""
        return Ground(**given)


class ExcuseSchema(Strict):
    """As a pause. Without `clause`, `prohibition` says that the duty may not be performed, by the `provision` named."""

    ground = OneOf(GROUNDS, required=True)
    clause = Text(200, line=True, load_default=None, allow_none=True)
    provision = _provision()
    reason = _reason()

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Ground:
        """The command."""
        return Ground(**given)


class ClaimSchema(Strict):
    """What is claimed. `start` takes `at`, and where several could be meant `fact` and `about`; `more_time` takes `until`.

    `holds`: it is so already, and is to run as a second reading beside; otherwise it is only asked for. A start is always held.
    """

    kind = OneOf(CLAIMS, required=True)
    reason = _reason()
    fact = Text(100, line=True, load_default=None, allow_none=True, metadata={"example": "aware_at"})
    about = Text(63, line=True, load_default=None, allow_none=True, metadata={"description": "A party's slug."})
    at = Text(64, line=True, load_default=None, allow_none=True, metadata={"example": "2026-11-20T17:40:00+02:00"})
    precision = OneOf(("exact", "hour", "day", "month", "year"), load_default="exact")
    zone = Text(64, line=True, load_default=None, allow_none=True)
    fold = Whole(0, 1, load_default=None, allow_none=True)
    until = Instant(load_default=None, allow_none=True)
    holds = Flag(load_default=False)
    proof = Proof(load_default=None, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Claims:
        """The command."""
        kind = given["kind"]
        wanted = {"start": "at", "more_time": "until"}.get(kind)
        if wanted and given[wanted] is None:
            raise ValidationError({wanted: [Said("required", f"expected {wanted}, for a claim of kind {kind}")]})
        needless = [name for name in ("fact", "about", "at") if kind != "start" and given[name] is not None]
        needless += ["until"] if kind != "more_time" and given["until"] is not None else []
        if needless:
            raise ValidationError({name: [Said("not_for_this_kind", f"not for a claim of kind {kind}")] for name in needless})
        moment = _claimed(given) if kind == "start" else None
        said = {name: given[name] for name in ("fact", "about", "until", "holds", "proof")}
        return Claims(kind, given["reason"], moment=moment, **said)


def _claimed(given: dict[str, Any]) -> Moment:
    try:
        return moment_of(given["at"], precision=given["precision"], zone=given["zone"], fold=given["fold"])
    except TimeRefused as refused:
        raise ValidationError({"at": [Said(refused.code, refused.message)]}) from refused


class NoteSchema(Strict):
    """A note, if any."""

    note = _note()


class AffectedStateSchema(Strict):
    """A country, and why it is named or struck."""

    country = Country(required=True)
    reason = _reason()

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> AffectedState:
        """The command."""
        return AffectedState(**given)


class RelayedSchema(Strict):
    """An affected state was told by another way, and received it. Without `by`, the caller says so."""

    proof = Proof(required=True)
    by = _by(load_default=None, allow_none=True)
    note = _note()
    occurred_at = _occurred_at()


class ReasonSchema(Strict):
    """Why."""

    reason = _reason()


class ArmingSchema(Strict):
    """The source that was checked, and from which day it is taken to bind."""

    stage = Text(120, line=True, load_default=None, allow_none=True, metadata={"description": "One stage; left out, the whole law."})
    source = Text(1000, required=True, metadata={"description": "The source that was checked, so that somebody else can find it."})
    binds_from = Day(required=True)


class CloseSchema(Strict):
    """How a case ends."""

    as_ = OneOf(ENDINGS, required=True, data_key="as")
    reason = _reason()
    duplicate_of = Identifier(load_default=None, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> CloseCase:
        """The command."""
        return CloseCase(**given)


class ReclassifySchema(Strict):
    """What changes; what is left out stays."""

    reason = _reason()
    severity = OneOf(SEVERITIES, load_default=None, allow_none=True)
    tlp = OneOf(TLP, load_default=None, allow_none=True)
    affected_countries = Several(Country(), most=250, load_default=None, allow_none=True)
    facts = Facts(load_default=())

    @post_load
    def make(self, given: dict[str, Any], **kwargs: Any) -> Reclassify:
        """The command."""
        return Reclassify(**given)


class NothingSchema(Strict):
    """An empty body, or an empty object."""
