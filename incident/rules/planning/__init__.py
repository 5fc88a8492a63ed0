"""Planning: facts and commitments give obligations; acts and time give verdicts."""

from incident.rules.planning.closing import Fate, fate
from incident.rules.planning.plan import NOT_PLANNED, Happened, Planned, plan
from incident.rules.planning.verdict import Done, Standing, Verdict, discharges, verdict

__all__ = ["NOT_PLANNED", "Done", "Fate", "Happened", "Planned", "Standing", "Verdict", "discharges", "fate", "plan", "verdict"]
