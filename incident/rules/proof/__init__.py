"""What a stand-alone verifier needs: leaves and their hashes, signed envelopes and what is said in them.

The standard library and `cryptography` alone.
"""

from incident.rules.proof.chain import EMPTY, chained, commitment, leaf_bytes, leaf_hash

__all__ = ["EMPTY", "chained", "commitment", "leaf_bytes", "leaf_hash"]
