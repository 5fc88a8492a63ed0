"""Write the golden texts anew, after a change of walls that was meant: `python -m tests.walls.write_golden`, then read the diff."""

from __future__ import annotations

from tests.walls import structure
from tests.walls.doors import OwnLogins
from tests.world import empty_template

if __name__ == "__main__":
    doors = OwnLogins(empty_template())
    structure.GOLDEN.mkdir(exist_ok=True)
    for name, lines in (("policies.txt", structure.policies(doors)), ("grants.txt", structure.grants(doors))):
        (structure.GOLDEN / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
