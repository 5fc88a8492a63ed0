"""Acting by a link: who it is recorded as, and that the link is used up by acknowledging."""

from __future__ import annotations

from incident.errors import Gone
from incident.records.cases import Row
from incident.records.outbox import links
from incident.work import Work


def named(work: Work, by: str) -> str:
    """Who it is recorded as: of the holder of a link only a name is known, as given."""
    if work.actor.means != "link":
        return by
    return f"link holder, name given as {by}" if by else "link holder"


def may_still_act(work: Work) -> None:
    """Whether the link, where one is used, has not been used up.

    Raises:
        Gone: its holder has acknowledged by it.
    """
    if work.actor.means != "link" or work.actor.notification is None:
        return
    done = links.uses(work.connection, work.actor.notification).get("acknowledged")
    if done is not None:
        raise Gone(f"This link was used up when {done.by_name} acknowledged. Sign in to do more.", code="link_used")


def use(work: Work, row: Row, what: str, by: str) -> None:
    """Keep that `what` was done about the notice `row` by the link, where one was used."""
    if work.actor.means == "link" and work.actor.notification is not None:
        links.use(work.connection, row, work.actor.notification, what, by, work.now)
