"""The same timers, the same kills, three designs: an hourly beat that asks for equality, Celery's ETA, and rows that are swept.

    python -m bench.compared --timers 200 --seconds 60 --kills 6 --seed 1

Time is compressed: an hour is `--hour` seconds. Each design runs as real processes on a real Redis; each timer has one instant at
which something must happen once. Printed for each: how many happened, never happened, happened more than once, happened early,
and how late the latest was.
"""
