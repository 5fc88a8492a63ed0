"""The counting rules, one small pure function each, found by name.

A rule module registers its rules when it is imported; a new module is added to the imports below and nowhere else.
"""

from incident.rules.legaltime.counting import court, dora, eu1182, plain
from incident.rules.legaltime.counting.registry import PeriodRefused, Rule, check, cut_off, find, rules
from incident.rules.legaltime.counting.values import Counted, Start

__all__ = ["Counted", "PeriodRefused", "Rule", "Start", "check", "court", "cut_off", "dora", "eu1182", "find", "plain", "rules"]
