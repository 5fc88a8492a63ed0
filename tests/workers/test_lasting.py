"""What lasts is said when it begins, once a minute, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from incident.logs import Lasting


@dataclass
class Lines:
    """A logger that keeps what it was told."""

    said: list[tuple[str, object]] = field(default_factory=list)

    def warning(self, event: str, **said: object) -> None:
        self.said.append((event, said["count"]))

    def info(self, event: str) -> None:
        self.said.append((event, None))


def test_what_lasts_is_said_at_its_beginning_once_a_minute_and_at_its_end() -> None:
    lines, now = Lines(), 0.0
    lasting = Lasting(lines, "gone", "back", steady=lambda: now)  # type: ignore[arg-type]
    lasting.is_over()  # it never began
    for second in range(150):
        now = float(second)
        for _ in range(6):
            lasting.lasts()
    lasting.is_over()
    lasting.is_over()
    assert lines.said == [("gone", 1), ("gone", 360), ("gone", 360), ("back", None)]


def test_when_it_begins_again_it_is_said_again() -> None:
    lines = Lines()
    lasting = Lasting(lines, "gone", "back", steady=lambda: 5.0)  # type: ignore[arg-type]
    lasting.lasts()
    lasting.is_over()
    lasting.lasts()
    assert [event for event, _ in lines.said] == ["gone", "back", "gone"]
