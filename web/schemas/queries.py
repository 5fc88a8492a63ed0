"""Query parameters, as strict as bodies: a misspelt filter must not quietly give everything."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from incident.board.pages import MOST
from incident.errors import Fault, Invalid
from incident.rules.escalation.states import STATES
from incident.rules.legaltime.calendars import FIRST_YEAR, LAST_YEAR
from incident.rules.planning import Verdict
from web.schemas.fields import Identifier, Instant, OneOf, Text, Whole
from web.schemas.parties import Slug
from web.schemas.reading import Strict, load, token

VERDICTS = tuple(each.value for each in Verdict)
_NEXT = "What `next_changed_since` said: only what changed after that, oldest change first. Ask again until a page is empty."


class PageQuery(Strict):
    """How much, and from where on."""

    limit = Whole(1, MOST, in_text=True, load_default=50)
    cursor = Text(500, line=True, load_default=None, metadata={"description": "Part of the `next` link of the page before."})
    changed_since = Text(500, line=True, load_default=None, metadata={"description": _NEXT})


class ObligationQuery(PageQuery):
    """Which obligations."""

    verdict = OneOf(VERDICTS, load_default=None)
    due_before = Instant(in_query=True, load_default=None)
    owed_by = Slug(load_default=None)
    agreement = Text(200, line=True, load_default=None, metadata={"description": "The name of an agreement."})
    incident = Identifier(load_default=None)


class NotificationQuery(PageQuery):
    """Which notifications."""

    incident = Identifier(load_default=None)
    state = OneOf(STATES, load_default=None)


class InboxQuery(PageQuery):
    """What waits to be collected; with `all=yes` also what was collected, opened or acknowledged."""

    all = OneOf(("yes", "no"), load_default="no")


class NoticeQuery(PageQuery):
    """Which notices."""

    incident = Identifier(load_default=None)


class FindingQuery(Strict):
    """What stands; with `past=yes` what is mended."""

    past = OneOf(("yes", "no"), load_default="no")


class CalendarQuery(Strict):
    """Which year of a calendar; left out, the present one in UTC."""

    year = Whole(FIRST_YEAR, LAST_YEAR, in_text=True, load_default=None)


class AgainstQuery(Strict):
    """Which version to compare with; left out, the one of the same name that was published before."""

    against = Identifier(load_default=None)


class NoQuery(Strict):
    """No parameters."""


def load_query(schema: Strict, given: MultiDict[str, str]) -> dict[str, Any]:
    """The parameters of a request.

    Raises:
        Invalid: every bad one as `/name`; one given twice; a cursor together with `changed_since`.
    """
    repeated = [Fault(f"/{token(name)}", "repeated", "expected this parameter once") for name in given if len(given.getlist(name)) > 1]
    faults: list[Fault] = []
    made: dict[str, Any] = {}
    try:
        made = load(schema, given.to_dict())
    except Invalid as refused:
        faults = [_as_parameter(fault) for fault in refused.faults]
    if made.get("cursor") is not None and made.get("changed_since") is not None:
        faults.append(Fault("/cursor", "not_together", "expected either cursor or changed_since"))
    if repeated or faults:
        raise Invalid([*repeated, *faults], "The query has faults.")
    return made


def _as_parameter(fault: Fault) -> Fault:
    return Fault(
        fault.pointer, fault.code.replace("unknown_field", "unknown_parameter"), fault.message.replace("such field", "such parameter")
    )
