"""A node in the shape of production, among hostile receivers, whose parts are killed, frozen, cut off and restarted by a seed.

`python -m tests.chaos --kills 200` runs the fault matrix and then the random schedule, and prints what was lost, early, doubled
in effect or stuck, which has to be nothing.
"""
