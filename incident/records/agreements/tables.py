"""Agreement versions, who signed them and what was done about them; draft versions; keys of parties; what officers have armed."""

from incident.db.columns import BIGINT, BOOL, BYTES, DATE, INSTANT, INT, JSON, TEXT, UUID, table

agreement_version = table(
    "agreement_version", id=UUID, name=TEXT, version=TEXT, title=TEXT, digest=TEXT, text=TEXT, document=JSON, in_force_from=INSTANT,
    in_force_until=INSTANT, published_by=UUID, published_at=INSTANT, accepted_at=INSTANT, by_party=BOOL, survives=BOOL, beyond=BOOL,
)  # fmt: skip
agreement_party = table("agreement_party", version_id=UUID, party_id=UUID, accepted_at=INSTANT, accepted_by=TEXT)
agreement_act = table(
    "agreement_act", id=UUID, position=BIGINT, version_id=UUID, party_id=UUID, kind=TEXT, digest=TEXT, previous=TEXT, effective_at=INSTANT,
    reserved=JSON, reason=TEXT, officer=TEXT, key=TEXT, public_key=BYTES, envelope=JSON, issued_at=INSTANT, recorded_at=INSTANT,
)  # fmt: skip
party_key = table(
    "party_key", party_id=UUID, fingerprint=TEXT, public_key=BYTES, name=TEXT, added_by=TEXT, added_at=INSTANT, revoked_by=TEXT,
    revoked_at=INSTANT, revoked_because=TEXT,
)  # fmt: skip
arming = table(
    "arming", id=UUID, party_id=UUID, regime=TEXT, stage=TEXT, regime_digest=TEXT, binds_from=DATE, source=TEXT, armed_by=TEXT,
    armed_at=INSTANT, withdrawn_by=TEXT, withdrawn_at=INSTANT, withdrawn_because=TEXT,
)  # fmt: skip
agreement_draft = table(
    "agreement_draft", id=UUID, party_id=UUID, name=TEXT, text=TEXT, text_before=TEXT, based_on=UUID, revision=INT, created_at=INSTANT,
    created_by=TEXT, changed_at=INSTANT, changed_by=TEXT, discarded_at=INSTANT, discarded_by=TEXT, proposed_as=UUID,
)  # fmt: skip
