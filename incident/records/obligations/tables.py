"""Obligations, the acts about them, the timers that look at them, and the board's lines."""

from incident.db.columns import BIGINT, BOOL, INSTANT, INT, JSON, TEXT, TEXTS, UUID, UUIDS, table

obligation = table(
    "obligation", id=UUID, case_id=UUID, commitment=TEXT, title=TEXT, source_kind=TEXT, source_name=TEXT, source_version=TEXT,
    source_digest=TEXT, cite=TEXT, debtor=UUID, creditor=UUID, owed_to_role=TEXT, occurrence=TEXT, reading=TEXT, group_key=TEXT,
    target_at=INSTANT, due_at=INSTANT, started_at=INSTANT, basis=TEXT, because=JSON, inputs=JSON, rule_version=TEXT,
    calendar_version=TEXT, tzdata_version=TEXT, provisional=BOOL, predicted=BOOL, discharged_by=TEXT, stage=TEXT, extendable=TEXT,
    waivable=TEXT, spec=JSON, superseded_by=UUID, missed_at=INSTANT, settled_as=TEXT, settled_at=INSTANT, created_at=INSTANT,
    paused_at=INSTANT, paused_until=INSTANT, prohibited_at=INSTANT, relay_to=TEXT, sort_at=INSTANT, changed=BIGINT,
)  # fmt: skip
act = table(
    "act", id=UUID, case_id=UUID, obligation_id=UUID, notice_id=UUID, kind=TEXT, by_party=UUID, by_name=TEXT, occurred_at=INSTANT,
    recorded_at=INSTANT, detail=JSON, origin=TEXT, position=BIGINT,
)  # fmt: skip
timer = table("timer", obligation_id=UUID, case_id=UUID, step=TEXT, look_at=INSTANT, tries=INT)
firing = table("firing", obligation_id=UUID, case_id=UUID, step=TEXT, look_at=INSTANT, fired_at=INSTANT)
line = table(
    "line", party_id=UUID, sort_at=INSTANT, obligation_id=UUID, case_id=UUID, target_at=INSTANT, due_at=INSTANT, started_at=INSTANT,
    title=TEXT, cite=TEXT, source_name=TEXT, debtor=UUID, creditor=UUID, incident_ref=TEXT, summary=TEXT, tlp=TEXT, severity=TEXT,
    exercise=BOOL, provisional=BOOL, predicted=BOOL, settled_as=TEXT, paused_at=INSTANT, paused_until=INSTANT,
    prohibited_at=INSTANT, reading=TEXT, cross_border=TEXTS,
)  # fmt: skip
claim = table(
    "claim", id=UUID, case_id=UUID, obligation_id=UUID, kind=TEXT, holds=BOOL, by_party=UUID, by_name=TEXT, fact=TEXT, about=UUID,
    earliest_at=INSTANT, latest_at=INSTANT, precision=TEXT, entered=TEXT, zone=TEXT, fold=INT, until_at=INSTANT, reason=TEXT, proof=JSON,
    agreed=UUIDS, refused=UUIDS, claimed_at=INSTANT, ended_at=INSTANT, ended_as=TEXT, origin=TEXT,
)  # fmt: skip
