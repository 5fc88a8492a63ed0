"""The tables of the evidence log."""

from incident.db.columns import BIGINT, BYTES, INSTANT, INT, TEXT, UUID, table

head = table("evidence_head", stream=UUID, seq=INT, hash=BYTES, sealed=INT)
entry = table("evidence_entry", stream=UUID, seq=INT, id=UUID, kind=TEXT, at=INSTANT, actor=TEXT, commitment=BYTES, hash=BYTES)
payload = table("evidence_payload", stream=UUID, seq=INT, salt=BYTES, payload=BYTES)
order = table("evidence_order", position=BIGINT, stream=UUID, seq=INT, hash=BYTES, running=BYTES)
checkpoint = table("evidence_checkpoint", position=BIGINT, running=BYTES, at=INSTANT, key_id=TEXT, signature=BYTES)
