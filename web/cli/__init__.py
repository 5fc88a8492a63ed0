"""The command line `demarche`. Each command is read when it is called, so that `demarche --help` need not wait for all of them."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import rich_click as click

COMMANDS = {
    "up": ("web.cli.up:up", "Start the node: database, web, worker, beat and timekeeper in one process."),
    "demo": ("web.cli.demo:demo", "Print the demo world: parties with their keys, deployments, people, agreements."),
    "due": ("web.cli.due:due", "Show what is due next, most urgent first."),
    "file": ("web.cli.report:file", "File a report, or with --preview show what filing it would do."),
    "claim": ("web.cli.claim:claim", "Dispute a clock, ask for more time, and answer what others claim."),
    "relay": ("web.cli.relay:relay", "Relay a case to the states that it affects."),
    "nudge": ("web.cli.word:nudge", "Send whoever owes an obligation a reminder of it now."),
    "call": ("web.cli.word:call", "Log a call about an incident."),
    "word": ("web.cli.word:word", "Log what another party acknowledged by word of mouth; co-sign or dispute it."),
    "ask": ("web.cli.ask:ask", "Ask those who told you, and answer what is asked of you."),
    "dead-letter": ("web.cli.dead_letter:dead_letter", "See to what reached nobody."),
    "findings": ("web.cli.findings:findings", "See what the audit found, and say that you have."),
    "rota": ("web.cli.rota:rota", "Say who of a party is on call when, and see when nobody can be reached."),
    "replay": ("web.cli.replay:replay", "File the VERIS incidents (JSON) and MITRE ATLAS case studies (YAML) under DIR as reports."),
    "agreement": ("web.cli.agreement:agreement", "Check agreement documents, compare them in plain language, try them out, and sign them."),
    "calendar": ("web.cli.calendar:calendar", "Show the calendars that deadlines are counted with."),
    "regime": ("web.cli.regime:regime", "Browse the laws that this version knows, each number with its citation."),
    "evidence": ("web.cli.evidence:evidence", "Check the evidence, and erase what has to be forgotten."),
    "outbox": ("web.cli.outbox:outbox", "See what is on its way, and try again what was given up."),
    "bounce": ("web.cli.bounce:bounce", "Take one mail that came back, on stdin, and do what follows from it."),
    "channel": ("web.cli.channel:channel", "See how parties are reached, and when each channel was last verified."),
    "key": ("web.cli.key:key", "Make, list and revoke API keys."),
    "health": ("web.cli.health:health", "Ask a node whether it is ready."),
    "doctor": ("web.cli.doctor:doctor", "Look a node over: is it well, and what to do where it is not."),
    "config": ("web.cli.config:config", "Print the settings that a process started here would have, secrets masked."),
    "migrate": ("web.cli.migrate:migrate", "Bring the database's roles and schema up to date."),
    "web": ("web.cli.serving:web", "Serve the pages and the API, as a process of its own."),
    "timekeeper": ("web.cli.serving:timekeeper", "Keep time: wake the workers when something is due, as a process of its own."),
}
"""Name: where the command is, and the line about it in the list, which is the first sentence of its own help."""

_GROUPS = [
    {"name": "Start and look around", "commands": ["up", "demo", "health"]},
    {"name": "Report and follow", "commands": ["file", "due", "claim", "relay", "rota", "regime", "calendar", "agreement", "replay"]},
    {"name": "Get an answer", "commands": ["nudge", "call", "word", "ask", "dead-letter"]},
    {
        "name": "Look after a node",
        "commands": ["doctor", "findings", "evidence", "outbox", "channel", "bounce", "key", "config", "migrate"],
    },
    {"name": "Processes of production", "commands": ["web", "timekeeper"]},
]

_HELP = """Cross-border incident response: who owes whom what, by when, and the proof.

Settings come from the environment (`demarche config` shows them). Commands that read or change the node use DATABASE_URL, or
the embedded node of DEMARCHE_HOME while it runs; those that report, follow and get an answer speak to a node over HTTP, as a party.

\b
Examples:
  demarche up
  demarche due --party cert-ee --within 24h
  demarche file report.yaml --party cert-ee --preview
  demarche evidence check --json
"""

_EXITS = {
    0: "done",
    1: "refused, or something wrong was found",
    2: "the command, an option or a setting cannot be used",
    3: "the node or its database could not be reached (up: the port or the home is taken)",
    130: "interrupted",
}
_EPILOG = "\n\n".join(
    [
        "Exit codes:",
        *(f"{code:>5}  {meaning}" for code, meaning in _EXITS.items()),
        "With --json, stdout holds exactly one JSON document, an object with `error` when refused; progress and messages go to "
        "stderr. Colours are left out when NO_COLOR is set, and tables are tab-separated lines when piped.",
    ]
)


class Commands(click.RichGroup):
    """The root: lists from the table above, loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A name with its line for lists and suggestions; `resolve_command` gives the command itself."""
        if cmd_name not in COMMANDS:
            return None
        return click.RichCommand(name=cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, now loaded."""
        if args and args[0] in COMMANDS:
            return args[0], load(args[0]), args[1:]
        if args and not args[0].startswith("-") and (like := get_close_matches(args[0], COMMANDS, n=2)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {' or '.join(like)}?")
        return super().resolve_command(ctx, args)


def load(name: str) -> click.Command:
    """The command of that name, its module imported."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    command: Any = getattr(import_module(module), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{COMMANDS[name][0]} is not a command")
    return command


cli = Commands(name="demarche", help=_HELP, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
cli = click.version_option(package_name="demarche", prog_name="demarche", message="%(prog)s %(version)s")(cli)
cli = click.rich_config(help_config={"command_groups": {"demarche": _GROUPS}, "max_width": 120})(cli)


def main() -> None:
    """The entry point of the program `demarche`."""
    cli(prog_name="demarche")
