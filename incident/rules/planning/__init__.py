"""Planning: facts and commitments give obligations; acts and time give verdicts."""

from incident.rules.planning.closing import Fate, fate
from incident.rules.planning.plan import Happened, Planned, plan, replan_chain
from incident.rules.planning.verdict import Done, Standing, Verdict, discharges, verdict

__all__ = ["Done", "Fate", "Happened", "Planned", "Standing", "Verdict", "discharges", "fate", "plan", "replan_chain", "verdict"]
