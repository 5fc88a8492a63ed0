"""Show what filing a report would start and tell, with nothing filed."""

from __future__ import annotations

from incident import answers
from incident.actions import file_report, permission
from incident.actions.commands import FileReport
from incident.work import Work


def preview_report(work: Work, command: FileReport, *, withheld: bool = False) -> answers.Json:
    """The clocks and notices that filing `command` now would create, in the shape of the filing's answer.

    `withheld`: each notice also names what it does not carry, and by which rule.

    Raises:
        As `file_report` does.
    """
    permission.speaks_for(work, what="preview a report")
    return file_report.preview(work, command, withheld=withheld)
