"""Who you are, who else there is, how you are reached, and what you run."""

from __future__ import annotations

from typing import Any

from flask import request

from incident import board
from incident.actions.register_deployment import NewDeployment, register_deployment
from incident.actions.set_channel import set_channel
from incident.actions.test_channel import test_channel
from incident.actions.verify_channel import verify_channel
from incident.errors import Fault, Invalid, NotFound
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import items_of
from web.schemas.parties import DeploymentSchema, EmailSchema, InboxSchema, ServiceSchema, WebhookSchema, new_deployment, slug
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

parties = Calls("parties", description="Parties, channels and deployments.")


def _read_deployment(value: object, work: Work) -> NewDeployment:
    """The deployment; where it has faults, parties that nobody knows are named among them."""
    try:
        return new_deployment(str((request.view_args or {})["deployment"]), value)
    except Invalid as refused:
        named = {fault.pointer for fault in refused.faults}
        faults = [each for each in _unknown_parties(work, value) if each.pointer not in named]
        raise Invalid([*refused.faults, *faults], refused.message) from refused


def _unknown_parties(work: Work, value: object) -> list[Fault]:
    given = value if isinstance(value, dict) else {}
    suppliers = given.get("suppliers")
    places = [("/operator", given.get("operator"))]
    places += [(f"/suppliers/{number}", each) for number, each in enumerate(suppliers if isinstance(suppliers, list) else [])]
    known = board.parties(work)
    return [
        Fault(place, "unknown_party", f"there is no party {slug!r}")
        for place, slug in places
        if isinstance(slug, str) and slug not in known
    ]


@parties.get("/me")
@acting(answers={200: "Me"})
def get_me(work: Work) -> Json:
    """Whose key or session this is."""
    return board.me(work)


@parties.get("/parties")
@acting(answers={200: items_of("Party")})
def get_parties(work: Work) -> Json:
    """Every party of the node."""
    return {"items": [{"slug": name, **each} for name, each in board.parties(work).items()]}


@parties.get("/channels")
@acting(answers={200: items_of("Channel")})
def get_channels(work: Work) -> Json:
    """How your contacts are reached; secrets are never shown again."""
    return {"items": board.channels(work)}


@parties.put("/channels/webhook")
@acting(answers={200: "ChannelSet"}, takes=body(WebhookSchema))
def put_webhook(work: Work, given: dict[str, Any]) -> Json:
    """Set where signed notifications of your duty desk are posted. The secret is made anew and shown this once."""
    return set_channel(work, "webhook", given["url"])


@parties.put("/channels/email")
@acting(answers={200: "ChannelSet"}, takes=body(EmailSchema))
def put_email(work: Work, given: dict[str, Any]) -> Json:
    """Set where neutral mails with a link go."""
    return set_channel(work, "email", given["address"])


@parties.put("/channels/<any(chat, pager):kind>")
@acting(answers={200: "ChannelSet"}, takes=body(ServiceSchema))
def put_service(work: Work, kind: str, given: dict[str, Any]) -> Json:
    """Set the chat or paging service that is called with every notice: reference, severity and a link, nothing of the incident."""
    return set_channel(work, kind, given["url"])


@parties.put("/channels/inbox")
@acting(answers={200: "ChannelSet"}, takes=body(InboxSchema))
def put_inbox(work: Work, given: dict[str, Any]) -> Json:
    """Have notices in the inbox of the duty desk."""
    return set_channel(work, "inbox", "")


@parties.post("/channels/<any(webhook, email, inbox, chat, pager):kind>/test")
@acting(answers={200: "TestSent"}, takes=body(NothingSchema))
def post_channel_test(work: Work, kind: str, given: dict[str, Any]) -> Json:
    """Send a test over it. How it went is read at the notification."""
    return test_channel(work, kind)


@parties.post("/channels/<any(webhook, email, inbox, chat, pager):kind>/verification")
@acting(answers={200: "ChannelVerified"}, takes=body(NothingSchema), refuses=(409,))
def post_channel_verification(work: Work, kind: str, given: dict[str, Any]) -> Json:
    """Say that a test arrived. Mail, chat and pagers do not tell us themselves whether anybody saw it."""
    return verify_channel(work, kind)


@parties.get("/deployments")
@acting(answers={200: items_of("Deployment")})
def get_deployments(work: Work) -> Json:
    """Every deployment that you have a part in."""
    return {"items": board.deployments(work)}


@parties.get("/deployments/<string:deployment>")
@acting(answers={200: "Deployment"})
def get_deployment(work: Work, deployment: str) -> Json:
    """One deployment."""
    found = next((each for each in board.deployments(work) if each["slug"] == slug(deployment, "/slug")), None)
    if found is None:
        raise NotFound("There is no such deployment that you have a part in.")
    return found


@parties.put("/deployments/<string:deployment>")
@acting(answers={201: "Deployment", 200: "Deployment"}, takes=body(DeploymentSchema, _read_deployment), refuses=(403, 409))
def put_deployment(work: Work, deployment: str, given: NewDeployment) -> Answer:
    """Register a deployment. The same again answers 200; other particulars under its name are refused with 409."""
    registered, new = register_deployment(work, given)
    return Answer(registered, 201 if new else 200)
