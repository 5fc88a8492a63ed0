"""`demarche agreement publish|sign|suspend|resume|end|export|verify`: what a party does about a version, and the proof of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import rich_click as click

from incident.clock import wall
from incident.errors import Conflict, NotFound
from incident.ids import new_id
from incident.rules import terms
from incident.rules.proof import dsse
from incident.rules.proof.statements import PAYLOAD_TYPE, Statement
from incident.rules.terms import bundles
from web.cli import options, signing_key, source
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.paper import Paper, instant
from web.cli.service import Service, service

_AGREEMENTS = "/api/v1/agreements"
_SIGNING_KEY = click.option(
    "--signing-key", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Sign with this key of the party. Without it the node signs and names who asked.",
)  # fmt: skip
_FROM = click.option("--from", "since", metavar="DATE", help="From when: a date in the agreement's zone, or an instant with its offset.")


@click.command("publish")
@click.argument("path", metavar="FILE", type=click.Path(allow_dash=True, path_type=Path))
@options.speaks
@answering
def publish(path: Path, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """Put a document on record as a version, and sign it for the party. It binds when the others have signed.

    FILE is the document; - is stdin. The same again changes nothing. With --json: the answer of POST /api/v1/agreements.

    \b
    Examples:
      demarche agreement publish contract.yaml --party cert-ee

    Exit codes: 0 on record; 1 the document has faults, or it was refused; 2 wrong usage; 3 the node could not be reached.
    """
    text = source.text(path, largest=terms.MAX_BYTES)
    terms.load(text)  # faults of the document are named without a node
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = node.post(_AGREEMENTS, {"text": text})[1]
    return Answer(found, lambda paper: _draw(paper, found))


@click.command("sign")
@click.argument("which", metavar="VERSION")
@click.option("--reserve", "reserved", multiple=True, metavar="CLAUSE", help="A clause that the party does not accept; may be repeated.")
@_FROM
@_SIGNING_KEY
@options.speaks
@answering
def sign(which: str, reserved: tuple[str, ...], since: str | None, signing_key: Path | None, **who: Any) -> Answer:
    """Sign a version for the party.

    VERSION is its id, NAME for the newest of that name, or NAME@VERSION. A reserved clause binds neither the party nor anybody
    towards it. Without --from it is in force from the day that its text names. With a key, what is signed is the digest of the
    text as it was read, worked out here. With --json: the version as it stands after.

    \b
    Examples:
      demarche agreement sign pact@1.0 --party cert-ee
      demarche agreement sign pact@1.0 --signing-key legal-desk.pem --reserve secrecy --from 2027-01-01 --party cert-ee

    Exit codes: 0 signed; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _act("sign", which, since, signing_key, "", tuple(sorted(set(reserved))), who)


def _moving(kind: str, does: str, more: str, example: str) -> click.Command:
    def run(which: str, reason: str, since: str | None, signing_key: Path | None, **who: Any) -> Answer:
        return _act(kind, which, since, signing_key, reason, (), who)

    run.__doc__ = f"""{does}

    VERSION is its id, NAME for the newest of that name, or NAME@VERSION. {more} With --json: the version as it stands after.

    \b
    Examples:
      demarche agreement {kind} pact@1.0 --reason "{example}" --party cert-ee
      demarche agreement {kind} pact@1.0 --reason "{example}" --signing-key legal-desk.pem --party cert-ee

    Exit codes: 0 on record; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    decorated: Callable[..., Any] = answering(run)
    for option in (options.speaks, _SIGNING_KEY, _FROM):
        decorated = option(decorated)
    decorated = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the act.")(decorated)
    return click.command(kind)(click.argument("which", metavar="VERSION")(decorated))


suspend = _moving(
    "suspend", "Suspend a version for the party.",
    "It counts from --from or, without it, from the earliest instant that the agreement allows.", "An inquiry is open.",
)  # fmt: skip
resume = _moving("resume", "Take a suspension back.", "It counts from --from or, without it, at once.", "The inquiry is closed.")
end = _moving(
    "end", "End a version for the party. Duties of cases that began under it stay.",
    "It counts from --from or, without it, when the notice of the agreement is over; where no article lets one party leave, once all"
    " parties have said so.", "The programme is over.",
)  # fmt: skip


@click.command("export")
@click.argument("which", metavar="VERSION")
@options.speaks
@answering
def export(which: str, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """Print a version with all that was signed about it and the public keys: one JSON document, for `verify`.

    VERSION is its id, NAME for the newest of that name, or NAME@VERSION.

    \b
    Examples:
      demarche agreement export pact@1.0 --party cert-ee > pact.json

    Exit codes: 0 done; 1 there is no such version; 2 wrong usage; 3 the node could not be reached.
    """
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = node.get(f"{_AGREEMENTS}/{_version(node, which)['id']}/bundle")
    return Answer(found, lambda paper: click.echo(json.dumps(found, indent=1)))


@click.command("verify")
@click.argument("path", metavar="BUNDLE", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--trust", "trusted", multiple=True, metavar="FINGERPRINT", help="Believe this key, and no others; may be repeated.")
@answering
def verify(path: Path, trusted: tuple[str, ...]) -> Answer:
    """Verify an exported version: that the text is the one that was signed, by whom, and in which order.

    Needs no node. Which keys are whose is what the node that exported it says; fingerprints that you know from elsewhere are
    given with --trust. With --json: {name, version, digest, valid, acts: [{kind, party, officer, key, issued_at, effective_at, reserved,
    reason, wrong}]}.

    \b
    Examples:
      demarche agreement verify pact.json
      demarche agreement verify pact.json --trust sha256:3f9a… --json

    Exit codes: 0 every act is right; 1 it is no bundle, or something in it is wrong; 2 wrong usage.
    """
    agreement, found = bundles.verify(dsse.plain_json(source.text(path, largest=bundles.LARGEST), "bundle"), frozenset(trusted))
    acts = [_verified(each) for each in found]
    valid = all(each["wrong"] is None for each in acts)
    document = {"name": agreement.name, "version": agreement.version, "digest": agreement.digest, "valid": valid, "acts": acts}
    return Answer(document, lambda paper: _draw_acts(paper, document), DONE if valid else REFUSED)


def _act(
    kind: str, which: str, since: str | None, key_file: Path | None, reason: str, reserved: tuple[str, ...], who: dict[str, Any]
) -> Answer:
    with service(**who) as node:
        listed = _version(node, which)
        found = node.get(f"{_AGREEMENTS}/{listed['id']}")
        agreement = terms.load(found["text"])
        if agreement.digest != found["digest"]:
            raise Conflict(f"The node names the digest {found['digest']}, and its text has {agreement.digest}.", code="other_text")
        at = None if since is None else _instant(since, agreement.zone)
        if key_file is None:
            body: dict[str, Any] = {"kind": kind, "reserved": list(reserved)} | ({"reason": reason} if reason else {})
            body |= {"effective_at": at.isoformat()} if at else {}
        else:
            body = {"envelope": _envelope(node, found, agreement, key_file, kind, at, reserved, reason)}
        after = node.post(f"{_AGREEMENTS}/{listed['id']}/acts", body)[1]
        standing = node.get(f"{_AGREEMENTS}/{listed['id']}")["standing"]
    return Answer(after, lambda paper: _draw_standing(paper, after, standing))


def _envelope(
    node: Service, found: dict[str, Any], agreement: terms.Agreement, key_file: Path, kind: str, at: datetime | None,
    reserved: tuple[str, ...], reason: str,
) -> dict[str, Any]:  # fmt: skip
    private = signing_key.load(key_file)
    me = node.get("/api/v1/me")
    own = [each for each in node.get(f"{_AGREEMENTS}/{found['id']}/acts")["items"] if each["party"] == me["party"]]
    said = Statement(
        new_id(), kind, agreement.name, agreement.version, agreement.digest, me["uri"], wall(), at, reserved, reason,
        own[-1]["statement"] if own else None,
    )  # fmt: skip
    return dsse.sign(PAYLOAD_TYPE, said.payload(), private).document()


def _version(node: Service, which: str) -> dict[str, Any]:
    name, at, version = which.partition("@")
    for each in node.get(_AGREEMENTS)["items"]:
        if each["id"] == which.lower() or (each["name"] == name and (not at or each["version"] == version)):
            return dict(each)
    raise NotFound(f"There is no agreement {which!r} on record that the party is a party to.")


def _instant(text: str, zone: str) -> datetime:
    try:
        found = datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)) if len(text) == 10 else datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found
    except ValueError:
        pass  # said below, in the same words as for a naive time
    raise click.BadParameter(f"{text!r}: expected a date such as 2027-01-01, or an instant with its offset.", param_hint="--from")


def _verified(each: bundles.Verified) -> dict[str, Any]:
    said = each.said.document() if each.said is not None else {}
    officer = said.get("officer")
    return {
        "kind": said.get("kind"), "party": said.get("party"), "officer": officer["name"] if officer else None, "key": each.key,
        "issued_at": said.get("issued_at"), "effective_at": said.get("effective_at"), "reserved": said.get("reserved", []),
        "reason": said.get("reason"), "wrong": each.wrong,
    }  # fmt: skip


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"{found['name']} {found['version']}, {'in force' if found['in_force'] else 'not in force'}", "bold")
    paper.table(("party", "state"), [(party, state.replace("_", " ")) for party, state in found["states"].items()], empty="No parties.")


def _draw_standing(paper: Paper, found: dict[str, Any], standing: list[dict[str, Any]]) -> None:
    """With what comes later too: a notice that runs changes nothing yet and must be seen."""
    paper.line(f"{found['name']} {found['version']}, {'in force' if found['in_force'] else 'not in force'}", "bold")
    rows = [
        (
            each["party"], each["state"].replace("_", " "), instant(each["in_force_from"]), instant(each["in_force_until"]),
            "; ".join(f"from {instant(span['from'])} to {instant(span['until'])}".removesuffix(" to ") for span in each["suspended"]),
            ", ".join(each["reserved"]),
        )
        for each in standing
    ]  # fmt: skip
    paper.table(("party", "state", "from", "until", "suspended", "without"), rows, empty="No parties.")


def _draw_acts(paper: Paper, document: dict[str, Any]) -> None:
    paper.line(f"{document['name']} {document['version']}, {document['digest']}", "bold")
    rows = [
        (each["kind"], each["party"], each["officer"] or each["key"], each["issued_at"], each["wrong"] or "right")
        for each in document["acts"]
    ]
    paper.table(("act", "for", "signed by", "at", "verified"), rows, empty="Nobody has signed anything.")
