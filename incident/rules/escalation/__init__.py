"""Ladders, reminders, retry schedules, who is on call: when to look again, at what, and whom to tell."""

from incident.rules.escalation.steps import Step, climbed, contact_of, numbered, steps

__all__ = ["Step", "climbed", "contact_of", "numbered", "steps"]
