"""Handling: what one recipient may be told. Nothing leaves that no rule lets out.

Labels are those of the Traffic Light Protocol 2.0, written exactly as CLEAR, GREEN, AMBER, AMBER+STRICT, RED, from open
to strict. FIRST defines them (https://www.first.org/tlp/); evidence: secondary, read in the MISP taxonomy `tlp` version
10 (CC0), which repeats the definitions:

- RED: for the eyes and ears of individual recipients only, no further disclosure.
- AMBER+STRICT: recipients spread it on a need-to-know basis within their organisation only.
- AMBER: within their organisation and its clients, on a need-to-know basis.
- GREEN: within their community.
- CLEAR: no limit on disclosure.

How they bind here, for a case with one label:

1. The filer and the operator of the case see every field that was asked for, whatever the label, the clause or the
   country: it is their matter.
2. RED leaves to nobody else, whatever the clause says.
3. Any other label leaves under a clause when it is not stricter than the clause's `max_tlp`, the highest label that the
   clause may carry out. So AMBER+STRICT reaches only those whom a clause with `max_tlp` AMBER+STRICT or RED serves.
4. A field in the clause's `withhold` never leaves; `facts` there holds every single fact back.
5. A recipient in a country outside `data_may_live` of the deployment, or outside the clause's `residency` when it has
   one, gets at most the minimal lawful notice: reference, incident_ref, severity, tlp, stage, duties. An empty
   `data_may_live` puts every country outside.

6. A clause may be stricter about single fields: one whose `max_tlp` is below the case's label, or that must stay in a
   `residency` where the recipient is not, stays by itself; the rest of the notice leaves. It may be stricter about single
   recipients, by URI: below the label nothing leaves to them, and what it withholds from them stays.
7. A restriction (must not transfer) binds a notice whose sender is one of its signatories, while its condition is not false;
   unknown counts as restricted. Where the recipient is in none of its countries and the notice would tell one of its fields,
   the recipient gets the minimal lawful notice: of the other fields nobody knows whether they say the same in other words.
   The minimal fields leave even where a restriction names them: by these the duty to notify is performed, and the conflict
   is a finding for people (`clashes`). Nothing is ever added: where the clause tells none of the minimal fields, nothing
   leaves.

The sender is the debtor of the clause that the notice performs; of a notice that performs none, the operator or the filer.

The most restrictive rule wins. A label, field or country that is not known, a recipient that names nobody, and any
fault met on the way mean that nothing leaves: the decision is then `NothingLeaves` and names the rule, and no exception
escapes. The case has one label for all its fields, and the recipient's standing as a signatory is
settled before: only the creditor of a clause that binds is ever asked about.
"""

from incident.rules.handling.decision import WHOLE, Decision, NothingLeaves, Released, Withheld
from incident.rules.handling.performed import Performed
from incident.rules.handling.release import release
from incident.rules.handling.restricting import clashes

__all__ = ["WHOLE", "Decision", "NothingLeaves", "Performed", "Released", "Withheld", "clashes", "release"]
