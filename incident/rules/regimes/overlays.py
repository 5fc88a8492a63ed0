"""National transpositions: a file that says only what differs from its base, laid upon the base's own text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from incident.rules.legaltime.shipped import Spot

_BY_ID = "stages"


def laid_upon_bases(spots: Iterable[Spot]) -> list[Spot]:
    """Every file whole: an overlay with what it leaves out taken from its base.

    Raises:
        ShippedFault: for an overlay of nothing, of another overlay, without countries, or of a stage that the base lacks.
    """
    files = list(spots)
    bases = {each.at("id").text(): each for each in files if not each.has("overlay_of")}
    return [_laid(each, bases) if each.has("overlay_of") else each for each in files]


def _laid(overlay: Spot, bases: Mapping[str, Spot]) -> Spot:
    name = overlay.at("overlay_of").text()
    if name not in bases:
        raise overlay.at("overlay_of").fault(f"{name!r} is no regime that can be laid over")
    if not overlay.has("countries"):
        raise overlay.fault("an overlay says in which countries it stands in place of its base")
    base = cast(Mapping[str, object], bases[name].value)
    own = cast(Mapping[str, object], overlay.value)
    return Spot(overlay.where, {**base, **own, _BY_ID: _stages(overlay, bases[name])})


def _stages(overlay: Spot, base: Spot) -> list[object]:
    own = {each.at("id").text(): each for each in overlay.many(_BY_ID)}
    merged: list[object] = []
    for each in base.at(_BY_ID).items():
        said = own.pop(each.at("id").text(), None)
        given = cast(Mapping[str, object], each.value)
        merged.append({**given, **cast(Mapping[str, object], said.value)} if said else given)
    if own:
        raise overlay.at(_BY_ID).fault(f"{base.at('id').text()} has no stage {min(own)!r}")
    return merged
