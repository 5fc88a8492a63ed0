"""Notices, the notifications that carry them, and every attempt."""

from incident.db.columns import BIGINT, BOOL, INSTANT, INT, JSON, TEXT, TEXTS, UUID, UUIDS, table

notice = table(
    "notice", id=UUID, case_id=UUID, recipient=UUID, kind=TEXT, title=TEXT, obligations=UUIDS, performs=UUIDS, items=JSON, digest=TEXT,
    tlp=TEXT, contact=TEXT, channels=TEXTS, pre_authorised_by=TEXT, acknowledge_by=INSTANT, created_at=INSTANT, released_at=INSTANT,
    released_by=TEXT, routed_at=INSTANT, cancelled_at=INSTANT, cancelled_because=TEXT, acknowledged_at=INSTANT, acknowledged_by=TEXT,
    acknowledged_how=TEXT, opened_at=INSTANT, opened_by=TEXT, opened_how=TEXT, route_tries=INT, route_again_at=INSTANT, relay_to=TEXT,
    effect_key=TEXT, late_since=INSTANT, gathering_id=UUID, changed=BIGINT,
)  # fmt: skip
withholding = table("withholding", notice_id=UUID, case_id=UUID, field=TEXT, rule=TEXT, why=TEXT)
notification = table(
    "notification", id=UUID, notice_id=UUID, case_id=UUID, party_id=UUID, channel_id=UUID, contact=TEXT, kind=TEXT, address=TEXT,
    effect_key=TEXT, state=TEXT, attempt=INT, look_at=INSTANT, leased_until=INSTANT, due_at=INSTANT, created_at=INSTANT,
    gathering_id=UUID, sent_at=INSTANT, delivered_at=INSTANT, last_error=TEXT, cause=TEXT, state_at=INSTANT, performing=BOOL,
    changed=BIGINT,
)  # fmt: skip
notification_step = table(
    "notification_step", notification_id=UUID, position=BIGINT, case_id=UUID, at=INSTANT, was=TEXT, became=TEXT, attempt=INT, cause=TEXT
)
gathering = table("gathering", id=UUID, party_id=UUID, from_at=INSTANT, until_at=INSTANT, created_at=INSTANT)
attempt = table("attempt", notification_id=UUID, number=INT, case_id=UUID, at=INSTANT, outcome=TEXT, detail=JSON)
link_use = table(
    "link_use", notification_id=UUID, case_id=UUID, notice_id=UUID, party_id=UUID, at=INSTANT, by_name=TEXT, what=TEXT,
)  # fmt: skip
ask = table(
    "ask", id=UUID, case_id=UUID, notice_id=UUID, party_id=UUID, kind=TEXT, how=TEXT, by_name=TEXT, reason=TEXT, call_back=TEXT,
    asked_at=INSTANT, answered_at=INSTANT, answered_by=TEXT, answer=TEXT, origin=TEXT,
)  # fmt: skip
word = table(
    "word", id=UUID, case_id=UUID, notice_id=UUID, told=UUID, party_id=UUID, said_by=UUID, by_name=TEXT, with_whom=TEXT, said=TEXT,
    source=TEXT, proof=JSON, occurred_at=INSTANT, recorded_at=INSTANT, ended_at=INSTANT, ended_as=TEXT, ended_by=TEXT,
    ended_because=TEXT, origin=TEXT,
)  # fmt: skip
