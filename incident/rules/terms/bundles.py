"""An exported version with all that was signed about it, verified without a node."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.errors import Fault, Invalid
from incident.rules.proof import dsse, statements
from incident.rules.proof.dsse import BadEnvelope
from incident.rules.proof.statements import PAYLOAD_TYPE, Statement, name_of
from incident.rules.terms.agreement import Agreement, load

FORMAT = "agreement-bundle/1"
LARGEST = 8 * 2**20
_MEMBERS: dict[str, type] = {"name": str, "version": str, "digest": str, "text": str, "acts": list, "keys": list, "node": dict}
_SAID: dict[type, str] = {str: "text", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class Verified:
    """One act: what it says, by which key, and what is wrong with it; `said` None where it could not be read at all."""

    said: Statement | None
    key: str
    wrong: str | None


def verify(bundle: object, trusted: frozenset[str] = frozenset()) -> tuple[Agreement, list[Verified]]:
    """The document of a bundle and every act in it, in its order.

    An act is right if it speaks of this very text for one of its parties, follows on that party's act before it, and is signed by
    a key that the bundle lists for the party (and the document, where it names some) or, for an officer, by the node's. What
    the bundle lists is what the node says: with `trusted`, only keys of these fingerprints are believed.

    Raises:
        Invalid: it is no bundle, or its text is not what its name, version and digest say.
    """
    whole = _whole(bundle)
    agreement = load(whole["text"])
    if agreement.digest != whole["digest"]:
        raise Invalid([Fault("/digest", "other_text", f"the text in the bundle has the digest {agreement.digest}")])
    for member, named in (("name", agreement.name), ("version", agreement.version)):
        if whole[member] != named:
            raise Invalid([Fault(f"/{member}", "other_text", f"the text in the bundle is {agreement.name} {agreement.version}")])
    last: dict[str, str] = {}
    found = []
    for act in whole["acts"]:
        each = _verified(agreement, whole, act, last, trusted)
        found.append(each)
        if each.said is not None:
            last[each.said.party] = name_of(each.said.payload())
    return agreement, found


def _whole(bundle: object) -> Mapping[str, Any]:
    if not isinstance(bundle, Mapping) or bundle.get("format") != FORMAT:
        raise Invalid([Fault("/format", "no_bundle", f"expected an exported agreement, with the format {FORMAT}")])
    wrong = [name for name, kind in _MEMBERS.items() if not isinstance(bundle.get(name), kind)]
    if wrong:
        raise Invalid([Fault(f"/{name}", "wrong_type", f"expected {_SAID[_MEMBERS[name]]}") for name in wrong])
    return bundle


def _verified(agreement: Agreement, whole: Mapping[str, Any], act: object, last: Mapping[str, str], trusted: frozenset[str]) -> Verified:
    said, key = None, ""
    try:
        value = act if isinstance(act, Mapping) else {}
        envelope = dsse.read(value.get("envelope"))
        said = statements.read(envelope)
        raw = _key(value.get("public_key"))
        key = dsse.fingerprint(raw)
        dsse.verify(envelope, PAYLOAD_TYPE, [raw])
    except BadEnvelope as refused:
        return Verified(said, key, refused.message)
    return Verified(said, key, _wrong(agreement, whole, said, key, last, trusted))


def _wrong(
    agreement: Agreement, whole: Mapping[str, Any], said: Statement, key: str, last: Mapping[str, str], trusted: frozenset[str]
) -> str | None:
    if (said.agreement, said.version, said.digest) != (agreement.name, agreement.version, agreement.digest):
        return "It speaks of another version."
    if said.party not in agreement.parties:
        return "It speaks for nobody who is a party."
    if said.previous != last.get(said.party):
        return "It does not follow on the party's act before it."
    if trusted and key not in trusted:
        return "Its key is none of those that are trusted."
    named = agreement.articles.keys.get(said.party)
    if named is not None and key not in named:
        return "Its key is none of those that the document names for the party."
    if said.officer is not None:
        return None if key == _fingerprint(whole["node"]) else "It names an officer and is not signed by the node's key."
    if not any(isinstance(each, Mapping) and each.get("uri") == said.party and _fingerprint(each) == key for each in whole["keys"]):
        return "Its key is none of the party's."
    return None


def _fingerprint(listed: Mapping[str, Any]) -> str:
    try:
        return dsse.fingerprint(_key(listed.get("public_key")))
    except BadEnvelope:
        return ""


def _key(text: object) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise BadEnvelope("The public key is no base64 of 32 bytes.")
    return raw
