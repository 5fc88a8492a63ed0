"""The tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Documents are jsonb, instants have a zone."""

    type_annotation_map: ClassVar = {Json: JSONB, list[Json]: JSONB, datetime: TIMESTAMP(timezone=True)}


def _of_the_incident() -> Mapped[UUID]:
    return mapped_column(ForeignKey("incident.id"), index=True)


class Party(Base):
    __tablename__ = "party"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    api_key_hash: Mapped[str | None] = mapped_column(unique=True)
    webhook: Mapped[str | None]


class Incident(Base):
    __tablename__ = "incident"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(unique=True)
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    deployment: Mapped[str]
    stage: Mapped[str]
    summary: Mapped[str]
    severity: Mapped[str]
    tlp: Mapped[str]
    aware_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    body: Mapped[Json]
    facts: Mapped[list[Fact]] = relationship(back_populates="incident")
    obligations: Mapped[list[Obligation]] = relationship(back_populates="incident")
    notices: Mapped[list[Notice]] = relationship(back_populates="incident")
    audit: Mapped[list[AuditEntry]] = relationship(back_populates="incident")


class Fact(Base):
    __tablename__ = "fact"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_id: Mapped[UUID] = _of_the_incident()
    name: Mapped[str]
    value: Mapped[Json]
    recorded_at: Mapped[datetime]
    incident: Mapped[Incident] = relationship(back_populates="facts")


class Obligation(Base):
    __tablename__ = "obligation"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_id: Mapped[UUID] = _of_the_incident()
    title: Mapped[str]
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(default="open")
    because: Mapped[list[Json]]
    incident: Mapped[Incident] = relationship(back_populates="obligations")
    timers: Mapped[list[Timer]] = relationship(back_populates="obligation")


class Timer(Base):
    __tablename__ = "timer"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    obligation_id: Mapped[UUID] = mapped_column(ForeignKey("obligation.id"), index=True)
    step: Mapped[str]
    look_at: Mapped[datetime] = mapped_column(index=True)
    obligation: Mapped[Obligation] = relationship(back_populates="timers")


class Notice(Base):
    __tablename__ = "notice"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_id: Mapped[UUID] = _of_the_incident()
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    payload: Mapped[Json]
    status: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    incident: Mapped[Incident] = relationship(back_populates="notices")
    recipient: Mapped[Party] = relationship()


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_id: Mapped[UUID] = _of_the_incident()
    kind: Mapped[str]
    at: Mapped[datetime]
    payload: Mapped[Json]
    incident: Mapped[Incident] = relationship(back_populates="audit")
