"""The bodies of what a party says of itself: channels, deployments, agreements."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields

from incident.actions.register_deployment import NewDeployment
from incident.errors import Fault, Invalid
from web.schemas.fields import REQUIRED, Country, Identifier, Several, Text, Whole
from web.schemas.reading import Said, Strict, load

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SLUG_SCHEMA = {"pattern": f"^{_SLUG.pattern}$", "example": "ee-citizen-assistant"}


class Slug(Text):
    """The short name of a party or deployment on this node."""

    def __init__(self, **options: Any) -> None:
        super().__init__(63, line=True, metadata=_SLUG_SCHEMA, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not _SLUG.fullmatch(text):
            raise ValidationError(Said("not_a_slug", "expected small letters, digits and hyphens, such as ee-citizen-assistant"))
        return text


class SystemSchema(Strict):
    """What runs there."""

    name = Text(200, line=True, required=True)
    version = Text(100, line=True, required=True)
    models = Several(Text(200, line=True), most=100, load_default=())


class DeploymentSchema(Strict):
    """A deployment as it is registered: parties by slug, countries by ISO 3166 code."""

    name = Text(200, line=True, required=True)
    jurisdiction = Country(required=True)
    operator = Slug(required=True)
    suppliers = Several(Slug(), most=50, load_default=())
    system = fields.Nested(SystemSchema, required=True, error_messages=REQUIRED)
    data_may_live = Several(Country(), most=250, least=1, required=True)


class WebhookSchema(Strict):
    """Where signed notifications are posted."""

    url = Text(2000, line=True, required=True, metadata={"format": "uri", "example": "https://psirt.example/hooks/demarche"})


class EmailSchema(Strict):
    """Where neutral mails with a link go."""

    address = Text(254, line=True, required=True, metadata={"format": "email", "example": "duty@psirt.example"})


class ServiceSchema(Strict):
    """The URL of a chat or paging service, as `apprise` writes it; it is a secret and is not shown again."""

    url = Text(2000, line=True, required=True, metadata={"example": "mmosts://chat.psirt.example/0123456789abcdefghijklmnop"})


class InboxSchema(Strict):
    """The inbox of the duty desk has no address."""


class AgreementTextSchema(Strict):
    """An agreement document as text inside JSON."""

    text = fields.String(required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected text")})


class OverlaySchema(AgreementTextSchema):
    """A document, and one that is to be added to it."""

    add = fields.String(required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected text")})


class DraftSchema(Strict):
    """A draft version: its text, which need not be an agreement yet, and the version on record that it began as."""

    text = fields.String(required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected text")})
    based_on = Identifier(load_default=None, allow_none=True)


class DraftChangeSchema(Strict):
    """The whole text as it is to be, and the revision that was changed."""

    text = fields.String(required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected text")})
    revision = Whole(1, 1_000_000_000, required=True)


def slug(value: str, pointer: str) -> str:
    """A slug from the address of a request.

    Raises:
        Invalid: at `pointer`.
    """
    if not _SLUG.fullmatch(value):
        raise Invalid([Fault(pointer, "not_a_slug", "expected small letters, digits and hyphens, such as ee-citizen-assistant")])
    return value


def new_deployment(name: str, body: object) -> NewDeployment:
    """The deployment `name` as `body` describes it.

    Raises:
        Invalid: every bad field by JSON pointer.
    """
    faults: list[Fault] = []
    try:
        slug(name, "/slug")
    except Invalid as refused:
        faults += refused.faults
    try:
        given = load(DeploymentSchema(), body)
    except Invalid as refused:
        faults += refused.faults
    if faults:
        raise Invalid(faults)
    system = given.pop("system")
    return NewDeployment(slug=name, **given, system=system["name"], system_version=system["version"], models=system["models"])
