"""`demarche agreement key`: the keys by which a party signs; the private half never leaves the machine that makes it."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from incident.errors import Fault, Invalid, Refused
from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.service import service

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEYS = "/api/v1/keys/signing"
_COLUMNS = ("party", "name", "fingerprint", "added_at", "revoked_at")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("key", cls=click.RichGroup)
def key() -> None:
    """Make, register, list and revoke the keys by which a party signs agreements."""


@key.command("make")
@click.argument("path", metavar="FILE", type=_FILE)
@answering
def make(path: Path) -> Answer:
    """Make an Ed25519 key pair: the private key in FILE, readable by its owner alone.

    Needs no node. FILE must not exist yet. With --json: {file, fingerprint, public_key}.

    \b
    Examples:
      demarche agreement key make legal-desk.pem

    Exit codes: 0 made; 1 FILE exists or cannot be written; 2 wrong usage.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Expected a new file.", code="not_written") from error
    document = {"file": str(path), **public(made)}
    return Answer(document, lambda paper: paper.line(document["fingerprint"]))


@key.command("register")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--name", required=True, metavar="TEXT", help="What people call it.")
@options.speaks
@answering
def register(path: Path, name: str, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """Register the public half of the key in FILE as a key of the party. The private half is not sent.

    With --json: the answer of POST /api/v1/keys/signing.

    \b
    Examples:
      demarche agreement key register legal-desk.pem --name "legal desk" --party cert-ee

    Exit codes: 0 registered, now or before; 1 refused; 2 wrong usage; 3 the node could not be reached.
    """
    shown = public(load(path))
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = node.post(KEYS, {"public_key": shown["public_key"], "name": name})[1]
    return Answer(found, lambda paper: paper.line(f"Registered {found['fingerprint']} for {found['party']}."))


@key.command("list")
@options.speaks
@answering
def list_(party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """List the keys by which the parties of the node sign, revoked ones too.

    With --json: {items: [{fingerprint, party, name, public_key, added_by, added_at, revoked_at, revoked_by, revoked_because}]}.

    \b
    Examples:
      demarche agreement key list --party cert-ee

    Exit codes: 0 done; 2 wrong usage; 3 the node could not be reached.
    """
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = node.get(KEYS)
    rows = [[each[column] for column in _COLUMNS] for each in found["items"]]
    return Answer(found, lambda paper: paper.table(_COLUMNS, rows, empty="No keys."))


@key.command("revoke")
@click.argument("fingerprint")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the key.")
@options.speaks
@answering
def revoke(fingerprint: str, reason: str, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """Revoke the party's key with that FINGERPRINT: it signs nothing from now on, and what it signed before stays.

    \b
    Examples:
      demarche agreement key revoke sha256:3f9a… --reason "The laptop was lost." --party cert-ee

    Exit codes: 0 revoked, now or before; 1 the party has no such key; 2 wrong usage; 3 the node could not be reached.
    """
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = node.post(f"{KEYS}/{fingerprint}/revocation", {"reason": reason})[1]
    return Answer(found, lambda paper: paper.line(f"Revoked {found['fingerprint']}, {found['name']}."))


def load(path: Path) -> Ed25519PrivateKey:
    """The private key in a file.

    Raises:
        Invalid: it cannot be read, or holds something else.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise Invalid([Fault("", "no_key", f"{path}: expected an Ed25519 key (PKCS#8 PEM, no password), as `key make` writes it")])
    return found


def public(private: Ed25519PrivateKey) -> dict[str, Any]:
    """Its public half, with the fingerprint."""
    from incident.rules.proof.dsse import fingerprint

    raw = private.public_key().public_bytes_raw()
    return {"fingerprint": fingerprint(raw), "public_key": base64.b64encode(raw).decode("ascii")}
