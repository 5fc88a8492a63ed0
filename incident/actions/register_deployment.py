"""Register a deployment, so that incidents of it can be filed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from incident import answers, db
from incident.actions import permission
from incident.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from incident.ids import new_id
from incident.records.parties import directory
from incident.records.parties.tables import deployment, deployment_party
from incident.work import Work


@dataclass(frozen=True, slots=True)
class NewDeployment:
    """A deployment as it is registered: parties by slug, countries as ISO 3166 codes."""

    slug: str
    name: str
    jurisdiction: str
    operator: str
    suppliers: tuple[str, ...]
    system: str
    system_version: str
    models: tuple[str, ...]
    data_may_live: tuple[str, ...]


def register_deployment(work: Work, new: NewDeployment) -> tuple[answers.Json, bool]:
    """The deployment, and whether it is new; registering the same again changes nothing.

    Raises:
        NotAllowed: the caller is neither a CERT nor the deployment's operator.
        Invalid: a party that this node does not know.
        Conflict: the slug stands for another deployment.
    """
    party = permission.speaks_for(work, what="register a deployment")
    caller = directory.by_ids(work.connection, [party])[party]
    if caller.kind != "cert" and caller.slug != new.operator:
        raise NotAllowed("A deployment is registered by a CERT or by its operator.")
    try:
        before = answers.deployment(directory.deployment_by_slug(work.connection, new.slug))
    except NotFound:
        return _register(work, new, caller.slug), True
    wanted = {
        "name": new.name, "jurisdiction": new.jurisdiction, "operator": new.operator, "suppliers": list(new.suppliers),
        "system": {"name": new.system, "version": new.system_version, "models": list(new.models)}, "data_may_live": list(new.data_may_live),
    }  # fmt: skip
    if any(before[name] != value for name, value in wanted.items()):
        raise Conflict(f"{new.slug!r} is registered with other particulars.", code="deployment_exists")
    return before, False


def _register(work: Work, new: NewDeployment, caller: str) -> answers.Json:
    known = {each.slug: each.id for each in directory.everybody(work.connection)}
    places = [("/operator", new.operator), *((f"/suppliers/{number}", slug) for number, slug in enumerate(new.suppliers))]
    if faults := [Fault(place, "unknown_party", f"there is no party {slug!r}") for place, slug in places if slug not in known]:
        raise Invalid(faults)
    id_ = new_id()
    row = {
        "id": id_, "slug": new.slug, "name": new.name, "operator_id": known[new.operator], "jurisdiction": new.jurisdiction,
        "system": new.system, "system_version": new.system_version, "models": list(new.models), "data_may_live": list(new.data_may_live),
        "registered_by": known[caller], "created_at": work.now,
    }  # fmt: skip
    members = [(known[new.operator], "operator", 0), *((known[slug], "supplier", n) for n, slug in enumerate(new.suppliers))]
    members += [(known[caller], "cert", 0)] if caller != new.operator else []
    try:
        with work.connection.begin_nested():
            db.put(work.connection, {deployment: [row]})
            db.put(work.connection, {deployment_party: [
                {"deployment_id": id_, "party_id": member, "role": role, "position": n} for member, role, n in members]})  # fmt: skip
    except IntegrityError as error:
        raise Conflict(f"The name {new.slug!r} is taken.", code="slug_taken") from error
    work.record("deployment.registered", known[caller], {"slug": new.slug, "operator": new.operator, "suppliers": list(new.suppliers)})
    return answers.deployment(directory.deployment_by_slug(work.connection, new.slug))
