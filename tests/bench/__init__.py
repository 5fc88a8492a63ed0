"""`make bench`: every figure beside its floor, taken in the same minutes on the same machine."""
