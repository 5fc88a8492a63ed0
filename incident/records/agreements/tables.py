"""Agreement versions and who has accepted them."""

from incident.db.columns import INSTANT, JSON, TEXT, UUID, table

agreement_version = table(
    "agreement_version", id=UUID, name=TEXT, version=TEXT, title=TEXT, digest=TEXT, text=TEXT, document=JSON, in_force_from=INSTANT,
    in_force_until=INSTANT, published_by=UUID, published_at=INSTANT, accepted_at=INSTANT,
)  # fmt: skip
agreement_party = table("agreement_party", version_id=UUID, party_id=UUID, accepted_at=INSTANT, accepted_by=TEXT)
