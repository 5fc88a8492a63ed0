"""The Flask application, and the Celery task that delivers to one recipient.

The environment says where: PLAIN_DATABASE_URL, PLAIN_REDIS_URL; and how many rows of each kind one filing has: PLAIN_SHAPE, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from celery import Celery
from flask import Flask, Response, abort, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from tests.bench.plain.models import AuditEntry, Fact, Incident, Notice, Obligation, Party, Timer

SHAPE: dict[str, int] = json.loads(os.environ.get("PLAIN_SHAPE", '{"obligations": 30, "timers": 90, "notices": 3, "audit": 3}'))
STEPS = ("remind_half", "remind_last", "escalate", "due", "remind_after")

engine = create_engine(os.environ.get("PLAIN_DATABASE_URL", "postgresql+psycopg://"), pool_size=20)
sessions = sessionmaker(engine, expire_on_commit=False)
celery = Celery("plain", broker=os.environ.get("PLAIN_REDIS_URL", "memory://"))
celery.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
http = httpx.Client(timeout=15)


class ReportSchema(Schema):
    """What may be filed."""

    deployment = fields.String(required=True)
    reference = fields.String(required=True, validate=validate.Length(1, 200))
    stage = fields.String(required=True)
    summary = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(["low", "medium", "high", "critical"]))
    tlp = fields.String(required=True)
    facts = fields.Dict(required=True)


schema = ReportSchema()


def create_app() -> Flask:
    """The application."""
    app = Flask("plain")
    app.post("/reports")(post_report)
    app.get("/readyz")(lambda: "ready")
    return app


def post_report() -> tuple[Response, int]:
    """Store a report with its duties, and queue a delivery to each recipient."""
    try:
        given = schema.load(request.get_json())
    except ValidationError as error:
        abort(422, str(error.messages))
    with sessions() as session:
        filer = _who_calls(session)
        incident = _incident(session, given, filer)
        session.add(incident)
        session.commit()
        for notice in incident.notices:
            deliver.delay(str(notice.id))
        return jsonify(_shown(incident)), 201


def _who_calls(session: Session) -> Party:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    party = session.scalar(select(Party).where(Party.api_key_hash == hashlib.sha256(key.encode()).hexdigest()))
    if party is None:
        abort(401)
    return party


def _incident(session: Session, given: dict[str, object], filer: Party) -> Incident:
    now, facts = datetime.now(UTC), given["facts"]
    assert isinstance(facts, dict)
    aware_at = datetime.fromisoformat(facts["aware_at"])
    vendors = list(session.scalars(select(Party).where(Party.webhook.is_not(None)).order_by(Party.slug)))
    incident = Incident(
        **{name: given[name] for name in ("reference", "deployment", "stage", "summary", "severity", "tlp")},
        filed_by=filer.id, aware_at=aware_at, filed_at=now, body=given,
    )  # fmt: skip
    incident.facts = [Fact(name=name, value={"value": value}, recorded_at=now) for name, value in facts.items()]
    incident.obligations = [_obligation(number, aware_at, filer, vendors[number % len(vendors)]) for number in range(SHAPE["obligations"])]
    for number in range(SHAPE["timers"]):
        owner = incident.obligations[number % SHAPE["obligations"]]
        owner.timers.append(Timer(step=STEPS[len(owner.timers) % len(STEPS)], look_at=owner.due_at - timedelta(hours=len(owner.timers))))
    incident.notices = [
        Notice(recipient=vendors[number % len(vendors)], payload=_payload(incident), created_at=now) for number in range(SHAPE["notices"])
    ]
    incident.audit = [AuditEntry(kind=f"step {number}", at=now, payload=dict(given)) for number in range(SHAPE["audit"])]
    return incident


def _obligation(number: int, aware_at: datetime, filer: Party, vendor: Party) -> Obligation:
    hours = (24, 72, 4, 48, 720)[number % 5]
    return Obligation(
        title=f"Duty {number}", debtor_id=vendor.id, creditor_id=filer.id, started_at=aware_at, due_at=aware_at + timedelta(hours=hours),
        because=[{"text": f"{hours} hours after {aware_at.isoformat()}"}],
    )  # fmt: skip


def _payload(incident: Incident) -> dict[str, object]:
    return {
        "reference": incident.reference, "severity": incident.severity, "tlp": incident.tlp, "summary": incident.summary,
        "duties": [{"title": each.title, "due_at": each.due_at.isoformat()} for each in incident.obligations],
    }  # fmt: skip


def _shown(incident: Incident) -> dict[str, object]:
    return {
        "id": str(incident.id), "reference": incident.reference, "stage": incident.stage,
        "obligations": [
            {"id": str(each.id), "title": each.title, "due_at": each.due_at.isoformat(), "because": each.because, "status": each.status}
            for each in incident.obligations
        ],
        "notices": [{"id": str(each.id), "to": str(each.recipient_id), "status": each.status} for each in incident.notices],
    }  # fmt: skip


@celery.task(autoretry_for=(httpx.HTTPError,), retry_backoff=True, max_retries=8)  # type: ignore[untyped-decorator]
def deliver(notice_id: str) -> None:
    """Send one notice to its recipient."""
    with sessions() as session:
        notice = session.get_one(Notice, UUID(notice_id))
        if notice.status == "delivered":
            return
        http.post(str(notice.recipient.webhook), json=notice.payload, headers={"webhook-id": notice_id}).raise_for_status()
        notice.status, notice.delivered_at = "delivered", datetime.now(UTC)
        session.commit()
