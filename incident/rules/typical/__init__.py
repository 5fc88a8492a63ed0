"""Typical cases, on which an agreement can be tried without a database: what happens, an invented cast, and who plays which part.

All of it is invented and says so. `cases()` lists them, `performed` tries an agreement on one, at an instant that a slider may move,
and `casting` says whom of the case each party of a document plays.
"""

from incident.rules.typical.casting import Part, casting, recast
from incident.rules.typical.reading import asked, case, cases, troupe
from incident.rules.typical.staging import Played, Scene, aware_at, fits, in_full, performed, settings, shipped, staged, together
from incident.rules.typical.values import Later, Said, Troupe, Typical

__all__ = [
    "Later",
    "Part",
    "Played",
    "Said",
    "Scene",
    "Troupe",
    "Typical",
    "asked",
    "aware_at",
    "case",
    "cases",
    "casting",
    "fits",
    "in_full",
    "performed",
    "recast",
    "settings",
    "shipped",
    "staged",
    "together",
    "troupe",
]
