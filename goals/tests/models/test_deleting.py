"""What history hangs on is not deleted; check-ins are never changed at all."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from accounts.models import ApiToken, User
from areas.models import Area
from goals.models import AppendOnly, CheckIn, Cycle, KeyResult, Objective, Risk, Roadmap
from goals.tests.factories import MitigationFactory, RiskFactory, check_in

# An answer kept for a program is no history: it goes with the program's owner.
MAY_CASCADE = {"IdempotencyKey.owner", "TrustedBrowser.user", "Subscription.area"}


def test_every_reference_protects_what_it_refers_to():
    loose = {
        f"{model.__name__}.{field.name}"
        for app in ("accounts", "areas", "goals")
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    }
    assert loose <= MAY_CASCADE


@pytest.mark.parametrize("model", [User, Area, Cycle, Roadmap, Objective, KeyResult, Risk])
def test_what_history_hangs_on_is_not_deleted(key_result, lead, model):
    check_in(key_result, 3, author=lead)
    MitigationFactory(risk=RiskFactory(objective=key_result.objective))
    row = lead if model is User else model.objects.filter(**_of_the_story(model)).get()
    with pytest.raises(ProtectedError):
        row.delete()
    with pytest.raises(ProtectedError):
        model.objects.filter(pk=row.pk).delete()
    assert model.objects.filter(pk=row.pk).exists()


def _of_the_story(model) -> dict:
    return {"key": "EDGE"} if model is Area else {}


def test_a_person_with_a_token_alone_stays_too(outsider):
    outsider.memberships.all().delete()
    ApiToken.issue(owner=outsider, scope="read")
    with pytest.raises(ProtectedError):
        outsider.delete()


@pytest.fixture
def kept(key_result):
    return check_in(key_result, 3)


def test_a_check_in_is_neither_changed_nor_deleted(kept, key_result):
    kept.value = Decimal(4)
    attempts = [
        kept.save,
        lambda: kept.save(update_fields=["value"]),
        kept.delete,
        lambda: CheckIn.objects.update(value=4),
        lambda: CheckIn.objects.filter(pk=kept.pk).delete(),
        lambda: CheckIn.objects.bulk_update([kept], ["value"]),
        lambda: CheckIn.objects.update_or_create(pk=kept.pk, defaults={"value": 4}),
        lambda: key_result.check_ins.update(value=4),
        lambda: key_result.check_ins.all().delete(),
        lambda: kept.author.check_ins.all().update(note="mine"),
    ]
    for attempt in attempts:
        with pytest.raises(AppendOnly), transaction.atomic():
            attempt()
    assert CheckIn.objects.get().value == 3


def test_a_new_row_with_the_key_of_an_old_check_in_overwrites_nothing(kept):
    fields = {field.attname: getattr(kept, field.attname) for field in CheckIn._meta.concrete_fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn(**fields | {"value": Decimal(4)}).save()
    assert CheckIn.objects.get().value == 3
