"""Incidents, their reports and facts, and what was done about them."""

from incident.db.columns import BIGINT, BOOL, INSTANT, INT, JSON, TEXT, TEXTS, UUID, table

incident = table(
    "incident", id=UUID, ref=TEXT, filed_by=UUID, operator_id=UUID, deployment_id=UUID, reference=TEXT, summary=TEXT, severity=TEXT,
    tlp=TEXT, affected_countries=TEXTS, exercise=BOOL, stage=TEXT, status=TEXT, closed_as=TEXT, duplicate_of=UUID, mandate=TEXT,
    origin=TEXT, filed_at=INSTANT, bound_at=INSTANT, affected_since=JSON, revision=INT, changed=BIGINT,
)  # fmt: skip
visibility = table("visibility", case_id=UUID, party_id=UUID, why=TEXT)
report = table(
    "report", id=UUID, case_id=UUID, filed_by=UUID, deployment_id=UUID, reference=TEXT, stage=TEXT, revision=INT, body_digest=TEXT,
    body=JSON, answer=JSON, recorded_at=INSTANT, recorded_by=TEXT,
)  # fmt: skip
fact = table(
    "fact", id=UUID, case_id=UUID, report_id=UUID, name=TEXT, value=JSON, earliest_at=INSTANT, latest_at=INSTANT, precision=TEXT,
    entered=TEXT, zone=TEXT, fold=INT, about=UUID, said_by=UUID, supersedes=UUID, origin=TEXT, recorded_at=INSTANT,
)  # fmt: skip
