"""Append-only evidence, beneath the unit of work. Written in the transaction of what it proves; payloads can be erased."""

from incident.evidence.append import Head, Recorded, append
from incident.evidence.check import Broken, Checked, check
from incident.evidence.seal import seal

__all__ = ["Broken", "Checked", "Head", "Recorded", "append", "check", "seal"]
