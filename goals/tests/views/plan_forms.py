"""Forms of the plan as browsers send them."""

import uuid

from goals.forms.initiatives import InitiativeForm
from goals.forms.key_results import KeyResultForm
from goals.forms.needs import NeedForm
from goals.forms.plan import ObjectiveForm, RoadmapForm
from goals.forms.risks import MitigationForm, RiskForm
from goals.models import Dependency, Initiative, KeyResult, Mitigation, Objective, Risk, Roadmap

FORMS = {
    Roadmap: RoadmapForm,
    Objective: ObjectiveForm,
    KeyResult: KeyResultForm,
    Risk: RiskForm,
    Initiative: InitiativeForm,
    Mitigation: MitigationForm,
    Dependency: NeedForm,
}


def as_shown(row, *, reader=None):
    """What the form of a row sends when nothing is changed in it; of a new row, with a one-time id."""
    if row.pk is not None:
        row = type(row).objects.get(pk=row.pk)
    options = {"reader": reader} if reader is not None else {}
    form = FORMS[type(row)](None, instance=row, **options)
    sent = {name: form.as_sent(name) for name in form.fields if name not in {"form_id", "reason"}}
    if row.pk is None:
        sent["form_id"] = str(uuid.uuid4())
    return sent


def post(client, address, user, sent):
    client.force_login(user)
    return client.post(address, sent)
