"""What follows from what was done: planning a case, writing the plan, settling verdicts, telling and correcting.

Shared by the actions and the sweeps; asks no permission, because whoever calls it has.
"""
