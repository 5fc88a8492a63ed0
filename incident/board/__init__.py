"""Reads, as plain values. Each goes through the walls of the caller's party and, in code, asks for no more than it may see."""

from incident.board.agreement_diff import agreement_diff, earlier_versions
from incident.board.agreements import agreement, agreement_acts, agreement_bundle, agreements, signing_keys
from incident.board.case import deliveries, filed_as, incident, timeline
from incident.board.claims import claim, claims
from incident.board.composition import burden, composition, composition_of_text
from incident.board.dead_letters import dead_letters
from incident.board.desk import inbox, notice, open_asks, release_desk, word
from incident.board.drafts import comparable, draft, draft_diff, drafts
from incident.board.findings import findings, state_of_the_node
from incident.board.lab import burden as burden_of
from incident.board.lab import lab
from incident.board.lines import MANY, lines
from incident.board.links import cover
from incident.board.pages import Page, collection, incidents, notices, notifications, obligation, obligations, readings
from incident.board.parties import channels, deployments, keys, me, parties, report_form
from incident.board.regimes import regime, regimes
from incident.board.relays import relays
from incident.board.rota import reach, rota, unreachable
from incident.board.state import health
from incident.board.versions import version, version_of_notice, version_of_obligation

__all__ = [
    "MANY",
    "Page",
    "agreement",
    "agreement_acts",
    "agreement_bundle",
    "agreement_diff",
    "agreements",
    "burden",
    "burden_of",
    "channels",
    "claim",
    "claims",
    "collection",
    "comparable",
    "composition",
    "composition_of_text",
    "cover",
    "dead_letters",
    "deliveries",
    "deployments",
    "draft",
    "draft_diff",
    "drafts",
    "earlier_versions",
    "filed_as",
    "findings",
    "health",
    "inbox",
    "incident",
    "incidents",
    "keys",
    "lab",
    "lines",
    "me",
    "notice",
    "notices",
    "notifications",
    "obligation",
    "obligations",
    "open_asks",
    "parties",
    "reach",
    "readings",
    "regime",
    "regimes",
    "relays",
    "release_desk",
    "report_form",
    "rota",
    "signing_keys",
    "state_of_the_node",
    "timeline",
    "unreachable",
    "version",
    "version_of_notice",
    "version_of_obligation",
    "word",
]
