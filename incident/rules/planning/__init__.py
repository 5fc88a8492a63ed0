"""Planning: facts and commitments give obligations; acts and time give verdicts."""

from incident.rules.planning.plan import Happened, Planned, plan, replan_chain
from incident.rules.planning.verdict import Done, Standing, Verdict, discharges, verdict

__all__ = ["Done", "Happened", "Planned", "Standing", "Verdict", "discharges", "plan", "replan_chain", "verdict"]
