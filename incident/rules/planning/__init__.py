"""Planning: facts and commitments give obligations; acts and time give verdicts."""

from incident.rules.planning.closing import Fate, fate
from incident.rules.planning.hanging import Looks, may_hang_on, runs_from
from incident.rules.planning.happening import OnRecord, happened
from incident.rules.planning.pausing import Pause, pauses_of, standing_still, stood
from incident.rules.planning.plan import plan
from incident.rules.planning.readings import Claim, counterparts
from incident.rules.planning.values import FIRST, NOT_PLANNED, STATED, Happened, Key, Planned
from incident.rules.planning.verdict import Done, Standing, Verdict, discharges, verdict

__all__ = [
    "FIRST",
    "NOT_PLANNED",
    "STATED",
    "Claim",
    "Done",
    "Fate",
    "Happened",
    "Key",
    "Looks",
    "OnRecord",
    "Pause",
    "Planned",
    "Standing",
    "Verdict",
    "counterparts",
    "discharges",
    "fate",
    "happened",
    "may_hang_on",
    "pauses_of",
    "plan",
    "runs_from",
    "standing_still",
    "stood",
    "verdict",
]
