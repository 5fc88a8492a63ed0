"""What a stand-alone verifier needs: the bytes of a leaf and the hashes over it. Standard library and `cryptography` alone."""

from incident.rules.proof.chain import EMPTY, chained, commitment, leaf_bytes, leaf_hash

__all__ = ["EMPTY", "chained", "commitment", "leaf_bytes", "leaf_hash"]
