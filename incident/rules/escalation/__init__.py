"""Ladders, reminders, retry schedules: when to look again, and at what."""

from incident.rules.escalation.steps import Step, steps

__all__ = ["Step", "steps"]
