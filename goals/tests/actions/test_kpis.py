"""KPIs: made with a number of their own, changed, archived; what may take their value."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.key_results import change_key_result, create_key_result
from goals.actions.kpis import archive_kpi, change_kpi, choosable, create_kpi, restore_kpi
from goals.actions.leaving import deactivate_person, holdings
from goals.actions.refusals import Archived, Invalid, StaleVersion, WrongState
from goals.actions.rollover import roll_over
from goals.models import KeyResult, Kpi
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory, enter


def make(area, by, **fields):
    return create_kpi(area, by=by, now=NOW, today=TODAY, **{"title": "Speed", "unit": "tok/s"} | fields)


def fed(objective, kpi, **fields):
    return KeyResultFactory(objective=objective, kpi=kpi, **fields)


def test_each_has_the_next_number_of_its_area_and_keeps_it(edge, lib, lead):
    first, second = make(edge, lead), make(edge, lead)
    archive_kpi(second, by=lead, now=NOW)
    third, elsewhere = make(edge, lead), make(lib, lead)
    codes = [row.code for row in (first, second, third, elsewhere)]
    assert codes == ["EDGE-K1", "EDGE-K2", "EDGE-K3", "LIB-K1"]
    assert (first.added_on, first.history.get().history_user) == (TODAY, lead)


def test_an_archived_area_watches_nothing_new(edge, lead):
    edge.archived_at = NOW
    edge.save()
    with pytest.raises(Archived):
        make(edge, lead)


def test_one_that_is_to_stay_within_bounds_has_some(edge, lead):
    with pytest.raises(Invalid, match="needs one"):
        make(edge, lead, aim="within")
    with pytest.raises(Invalid, match="has no bounds"):
        make(edge, lead, aim="up", upper_bound=Decimal(3))
    assert make(edge, lead, aim="within", upper_bound=Decimal(3)).upper_bound == 3


def test_a_stale_form_and_an_archived_one_change_nothing(edge, lead):
    kpi = make(edge, lead)
    assert change_kpi(kpi, by=lead, now=NOW, version=1, title="Faster")
    with pytest.raises(StaleVersion):
        change_kpi(kpi, by=lead, now=NOW, version=1, title="Slower")
    archive_kpi(kpi, by=lead, now=NOW, version=2)
    with pytest.raises(WrongState):
        archive_kpi(kpi, by=lead, now=NOW)
    with pytest.raises(Archived):
        change_kpi(kpi, by=lead, now=NOW, title="Slower")
    restore_kpi(kpi, by=lead, now=NOW)
    with pytest.raises(WrongState):
        restore_kpi(kpi, by=lead, now=NOW)
    assert Kpi.objects.get().title == "Faster"


def test_its_unit_stays_while_key_results_take_its_value(edge, objective, lead, cycle):
    kpi = make(edge, lead)
    fed(objective, kpi)
    with pytest.raises(Invalid, match="its unit stays"):
        change_kpi(kpi, by=lead, now=NOW, unit="ms")
    cycle.state = "closed"
    cycle.save()
    assert change_kpi(kpi, by=lead, now=NOW, unit="ms")


def test_a_key_result_takes_it_from_its_own_area_or_one_above(edge, lib, core, objective, lead):
    own, above, elsewhere = (KpiFactory(area=area) for area in (edge, lib, core))
    assert [row.code for row in choosable(edge, user=lead)] == ["EDGE-K1", "LIB-K1"]
    told = {"by": lead, "now": NOW, "today": TODAY, "title": "T", "unit": "tok/s"}
    for kpi in (own, above):
        assert create_key_result(objective, **told, kpi=kpi).kpi == kpi
    with pytest.raises(Invalid, match="of its own area or of one above") as refused:
        create_key_result(objective, **told, kpi=elsewhere)
    assert list(refused.value.errors) == ["kpi"]


def test_one_above_that_is_hidden_cannot_be_taken(edge, lib, objective, lead, client):
    """It is offered to nobody who does not see it, and is as absent as what there is not."""
    hidden = KpiFactory(area=lib, unit="tok/s", visibility="restricted", owner=None)
    assert list(choosable(edge, user=lead)) == []
    client.force_login(lead)
    body = {"title": "T", "unit": "tok/s", "start_value": "1", "target_value": "2"}
    url = f"/api/v1/objectives/{objective.code}/key-results/"
    answers = [
        client.post(url, body | {"kpi": code}, content_type="application/json").json()["errors"]
        for code in (hidden.code, "LIB-K9")
    ]
    assert answers[0] == answers[1] and answers[0][0]["field"] == "kpi"
    form = {"title": "T", "kind": "reach", "unit": "tok/s", "start_value": "1", "target_value": "2"}
    form |= {"weight": "1", "visibility": "inherit", "kpi": str(hidden.pk)}
    page = client.post(f"/objectives/{objective.code}/key-results/", form)
    assert page.status_code == 422
    assert "kpi" in page.context["form"].errors
    assert KeyResult.objects.count() == 0


def test_what_is_measured_otherwise_done_or_not_or_archived_does_not_fit(edge, key_result, lead):
    kpi = KpiFactory(area=edge, unit="ms")
    who = {"by": lead, "now": NOW, "reason": "why"}
    with pytest.raises(Invalid, match="measured in ms, the key result in tok/s"):
        change_key_result(key_result, **who, kpi=kpi)
    with pytest.raises(Invalid, match="takes its value from no KPI"):
        change_key_result(key_result, **who, kpi=kpi, kind="milestone", unit="ms")
    assert change_key_result(key_result, **who, kpi=kpi, unit="ms")
    with pytest.raises(Invalid, match="same unit"):
        change_key_result(key_result, **who, unit="tok/s")
    archive_kpi(kpi, by=lead, now=NOW)
    other = KeyResultFactory(objective=key_result.objective, unit="ms")
    with pytest.raises(Invalid, match="is archived"):
        change_key_result(other, **who, kpi=kpi)


def test_a_restricted_one_gives_its_value_to_what_is_restricted_too(edge, lib, key_result, lead):
    kpi, above = (KpiFactory(area=area, visibility="restricted") for area in (edge, lib))
    who = {"by": lead, "now": NOW}
    with pytest.raises(Invalid, match="only a restricted key result of its own area"):
        change_key_result(key_result, **who, kpi=kpi)
    assert change_key_result(key_result, **who, kpi=kpi, visibility="restricted")
    with pytest.raises(Invalid, match="only a restricted key result of its own area"):
        change_key_result(key_result, **who, kpi=above)
    with pytest.raises(Invalid, match="only a restricted"):
        change_key_result(key_result, **who, visibility="inherit")


def test_rollover_keeps_the_link_where_it_still_holds(edge, objective, cycle, into, manager):
    kpi, gone = KpiFactory(area=edge), KpiFactory(area=edge)
    kept, lost = fed(objective, kpi), fed(objective, gone)
    archive_kpi(gone, by=manager, now=NOW)
    report = roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY)
    assert kept.successors.get().kpi == kpi
    assert lost.successors.get().kpi is None
    assert report.left == [f"{lost.code}: EDGE-K2 is archived."]


def test_who_leaves_hands_theirs_over(edge, core, lead, contributor, administrator):
    mine, other = KpiFactory(area=edge, owner=contributor), KpiFactory(area=core, owner=contributor)
    archived = KpiFactory(area=edge, owner=contributor, archived_at=NOW)
    held = {holding.area.key: [row.code for row in holding.kpis] for holding in holdings(contributor)}
    assert held == {"EDGE": ["EDGE-K1"], "CORE": ["CORE-K1"]}
    count = deactivate_person(
        contributor, by=administrator, now=NOW, successors={"EDGE": lead}, successor=administrator
    )
    owners = [Kpi.objects.get(pk=row.pk).owner for row in (mine, other, archived)]
    assert (count, owners) == (2, [lead, administrator, contributor])
    assert mine.history.latest("history_id").history_change_reason == "taken over from Con Tributor"
    assert holdings(contributor) == []


def test_it_is_due_a_rhythm_after_its_last_value_and_stale_three_days_later(edge, lead):
    kpi = KpiFactory(area=edge, owner=lead, added_on=TODAY - dt.timedelta(7))
    assert (kpi.due_on, kpi.owes_entry(TODAY), kpi.is_stale(TODAY)) == (TODAY, True, False)
    assert kpi.is_stale(TODAY + dt.timedelta(4))
    enter(kpi, 4)
    kpi = Kpi.objects.select_related("area", "last_entry").get()
    assert (kpi.owes_entry(TODAY), kpi.owes_entry(TODAY + dt.timedelta(7))) == (False, True)
    assert not kpi.is_stale(TODAY + dt.timedelta(10))
    kpi.archived_at = NOW
    assert not kpi.is_stale(TODAY + dt.timedelta(99))
    assert not kpi.owes_entry(TODAY + dt.timedelta(99))


def test_who_sees_and_enters_what(edge, lead, contributor, viewer, outsider, manager):
    kpi = KpiFactory(area=edge, visibility="restricted")
    people = {"lead": lead, "contributor": contributor, "viewer": viewer, "outsider": outsider}
    people["manager"] = manager

    def may(rows, *on):
        return {name for name, user in people.items() if rows(user, *on).filter(pk=kpi.pk).exists()}

    assert may(Kpi.objects.visible_to) == {"lead", "contributor", "viewer", "manager"}
    assert may(Kpi.objects.checkable_by, TODAY) == {"lead", "contributor", "manager"}
    assert may(Kpi.objects.editable_by) == {"lead", "manager"}
    Kpi.objects.update(owner=outsider)
    assert may(Kpi.objects.visible_to) == set(people)
    assert may(Kpi.objects.checkable_by, TODAY) == {"lead", "contributor", "manager", "outsider"}
    assert may(Kpi.objects.editable_by) == {"lead", "manager"}
    Kpi.objects.update(owner=None, visibility="internal")
    assert may(Kpi.objects.visible_to) == set(people)
    assert KeyResult.objects.count() == 0
