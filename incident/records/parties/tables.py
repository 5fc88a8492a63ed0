"""Parties, what they are, how they are reached, what they run, and who may speak for them."""

from incident.db.columns import BYTES, DATE, INSTANT, INT, JSON, TEXT, TEXTS, UUID, table

party = table(
    "party", id=UUID, uri=TEXT, slug=TEXT, name=TEXT, kind=TEXT, jurisdiction=TEXT, zone=TEXT, calendar=TEXT, languages=TEXTS,
    competences=TEXTS, created_at=INSTANT,
)  # fmt: skip
profile_fact = table(
    "profile_fact",
    id=UUID,
    party_id=UUID,
    name=TEXT,
    value=JSON,
    valid_from=DATE,
    valid_until=DATE,
    source=TEXT,
    recorded_at=INSTANT,
)
contact = table("contact", id=UUID, party_id=UUID, role=TEXT, name=TEXT)
channel = table(
    "channel", id=UUID, contact_id=UUID, party_id=UUID, kind=TEXT, address=TEXT, secret=BYTES, disabled_at=INSTANT, disabled_because=TEXT,
    created_at=INSTANT, changed_at=INSTANT, verified_at=INSTANT, verified_how=TEXT, taken_at=INSTANT, failed_at=INSTANT,
    failed_because=TEXT,
)  # fmt: skip
deployment = table(
    "deployment", id=UUID, slug=TEXT, name=TEXT, operator_id=UUID, jurisdiction=TEXT, system=TEXT, system_version=TEXT, models=TEXTS,
    data_may_live=TEXTS, registered_by=UUID, created_at=INSTANT,
)  # fmt: skip
deployment_party = table("deployment_party", deployment_id=UUID, party_id=UUID, role=TEXT, position=INT)
api_key = table("api_key", id=UUID, party_id=UUID, name=TEXT, prefix=TEXT, hash=BYTES, created_at=INSTANT, revoked_at=INSTANT)
person = table("person", id=UUID, party_id=UUID, email=TEXT, name=TEXT, password_hash=TEXT, created_at=INSTANT, disabled_at=INSTANT)
signed_in = table(
    "signed_in",
    id=UUID,
    person_id=UUID,
    party_id=UUID,
    hash=BYTES,
    csrf=TEXT,
    created_at=INSTANT,
    seen_at=INSTANT,
    expires_at=INSTANT,
)
rota = table(
    "rota", party_id=UUID, windows=JSON, changed_at=INSTANT, changed_by=TEXT, feed=TEXT, feed_url=TEXT, mapping=JSON, feed_text=TEXT,
    set_at=INSTANT, fetched_at=INSTANT, tried_at=INSTANT, trouble=TEXT, horizon_at=INSTANT, unmatched=JSON, look_at=INSTANT,
)  # fmt: skip
turn = table("turn", party_id=UUID, contact=TEXT, since=INSTANT, until=INSTANT, said=TEXT)
reach = table("reach", party_id=UUID, looked_at=INSTANT, gaps=JSON)
