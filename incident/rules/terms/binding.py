"""What binds a case: the commitments of the agreements and laws together, composed, with what the agreements plan them for."""

from incident.rules.terms.composing import bound

__all__ = ["bound"]
