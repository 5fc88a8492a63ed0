"""Typical cases, on which an agreement can be tried without a database: what happens, an invented cast, and who plays which part.

All of it is invented and says so. `cases()` lists them; `staged` makes values of one, at an instant that a slider may move; `casting`
gives the parties of a document the parts that are open.
"""

from incident.rules.typical.casting import Part, casting, recast
from incident.rules.typical.reading import case, cases, troupe
from incident.rules.typical.staging import Scene, fits, settings, staged
from incident.rules.typical.values import Later, Said, Troupe, Typical

__all__ = ["Later", "Part", "Said", "Scene", "Troupe", "Typical", "case", "cases", "casting", "fits", "recast", "settings", "staged", "troupe"]
