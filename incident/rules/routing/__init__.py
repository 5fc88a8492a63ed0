"""Routing: who is told what of a case, and what must wait for an officer."""

from incident.rules.routing.route import MINIMAL, Draft, Seen, duty, performed, route, strictest, way

__all__ = ["MINIMAL", "Draft", "Seen", "duty", "performed", "route", "strictest", "way"]
