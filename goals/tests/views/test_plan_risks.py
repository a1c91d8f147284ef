"""The pages that edit risks, the steps against them, and needs."""

import datetime as dt

import pytest

from goals.forms.risks import RiskForm
from goals.models import Dependency, Mitigation, Objective, Risk
from goals.tests.factories import (
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import as_shown, post

OBJECTIVE = "/objectives/EDGE-24H2-O1/"
RISK = "/risks/EDGE-24H2-O1-R1/"


@pytest.fixture
def risk(objective):
    return RiskFactory(objective=objective, title="One vendor")


def test_contributor_writes_a_risk_and_a_step_against_it(client, key_result, objective, contributor):
    sent = as_shown(Risk(objective=objective), reader=contributor) | {
        "title": "Only Arm is measured",
        "likelihood": "4",
        "impact": "4",
        "key_result": key_result.pk,
    }
    response = post(client, f"{OBJECTIVE}risks/", contributor, sent)
    assert response["Location"] == RISK
    risk = Risk.objects.get()
    assert (risk.score, risk.key_result, risk.visibility) == (16, key_result, "internal")

    sent = as_shown(Mitigation(risk=risk)) | {"text": "A device lab", "due_on": "2024-11-01"}
    for _click in range(2):
        post(client, f"{RISK}mitigations/", contributor, sent)
    step = Mitigation.objects.get()
    assert (step.text, step.due_on, step.state, step.position) == (
        "A device lab",
        dt.date(2024, 11, 1),
        "planned",
        1,
    )

    sent = as_shown(step) | {"state": "done"}
    assert post(client, f"/mitigations/{step.pk}/edit/", contributor, sent).status_code == 302
    step.refresh_from_db()
    assert (step.state, step.history.first().history_user) == ("done", contributor)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"likelihood": ""}, "likelihood", "A known risk has a likelihood"),
        ({"state": "occurred"}, "occurred_on", "Say on which day the risk occurred."),
        ({"impact": ""}, "impact", "This field is required."),
        ({"impact": "6"}, "impact", "Select a valid choice."),
        ({"title": ""}, "title", "This field is required."),
    ],
)
def test_what_a_risk_lacks_is_told_at_its_field(client, risk, lead, changes, field, sentence):
    response = post(client, f"{RISK}edit/", lead, as_shown(risk, reader=lead) | changes)
    assert response.status_code == 422
    assert sentence in response.context["form"].errors[field][0]


def test_an_unknown_risk_goes_without_a_likelihood_and_with_a_review(client, risk, lead):
    changes = {"kind": "unknown", "likelihood": "", "review_on": "2024-11-30"}
    sent = as_shown(risk, reader=lead) | changes
    assert post(client, f"{RISK}edit/", lead, sent)["Location"] == RISK
    risk.refresh_from_db()
    assert (risk.kind, risk.score, risk.review_on) == ("unknown", None, dt.date(2024, 11, 30))


def test_a_risk_changed_by_two_shows_both_versions(client, risk, lead, contributor):
    mine = as_shown(risk, reader=lead) | {"title": "Mine"}
    post(client, f"{RISK}edit/", contributor, as_shown(risk, reader=lead) | {"title": "Theirs"})
    response = post(client, f"{RISK}edit/", lead, mine)
    assert response.status_code == 409
    [row] = response.context["differences"]
    assert (row.label, row.theirs, row.yours) == ("Title", "Theirs", "Mine")


def test_a_risk_is_tied_to_a_key_result_of_its_objective_that_one_sees(client, risk, roadmap, lead):
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
    sent = as_shown(risk, reader=lead) | {"key_result": elsewhere.pk}
    response = post(client, f"{RISK}edit/", lead, sent)
    assert response.status_code == 422
    assert "Select a valid choice." in response.context["form"].errors["key_result"][0]


def test_the_form_of_a_risk_lists_the_key_results_that_its_reader_sees(risk, objective, lead, outsider):
    shown, restricted = (
        KeyResultFactory(objective=objective, visibility=v) for v in ("inherit", "restricted")
    )
    for reader, expected in ((lead, {shown, restricted}), (outsider, {shown})):
        field = RiskForm(None, instance=risk, reader=reader).fields["key_result"]
        assert set(field.queryset) == expected


def test_roles_on_risks_and_needs(client, request, risk, objective):
    step, need = MitigationFactory(risk=risk), DependencyFactory(objective=objective)
    of_contributors = (
        f"{OBJECTIVE}risks/",
        f"{RISK}edit/",
        f"{RISK}mitigations/",
        f"/mitigations/{step.pk}/edit/",
    )
    of_leads = (f"{OBJECTIVE}needs/", f"/needs/{need.pk}/edit/")
    for role in ("lead", "contributor", "viewer", "outsider", "manager", "administrator"):
        user = request.getfixturevalue(role)
        client.force_login(user)
        is_editor = role in {"lead", "manager", "administrator"}
        for address in of_contributors:
            expected = 200 if is_editor or role == "contributor" else 403
            assert client.get(address).status_code == expected, (role, address)
            if expected == 403:
                assert client.post(address, {"title": "x", "text": "x"}).status_code == 403
        for address in of_leads:
            expected = 200 if is_editor else 403
            assert client.get(address).status_code == expected, (role, address)
            if expected == 403:
                assert client.post(address, {"partner": "x"}).status_code == 403
    assert (Risk.objects.count(), Mitigation.objects.count(), Dependency.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("role", "risks", "needs"),
    [
        ("lead", True, True),
        ("manager", True, True),
        ("contributor", True, False),
        ("viewer", False, False),
        ("outsider", False, False),
    ],
)
def test_the_page_offers_what_a_person_may_do(page, request, risk, role, risks, needs):
    text = page(OBJECTIVE, user=request.getfixturevalue(role))
    assert (f'href="{OBJECTIVE}risks/"' in text) == (f'href="{RISK}edit/"' in text) == risks
    assert (f'href="{OBJECTIVE}needs/"' in text) == needs


def test_hidden_ones_are_not_there(status, risk, objective, outsider):
    step, need = MitigationFactory(risk=risk), DependencyFactory(objective=objective)
    Risk.objects.update(visibility="restricted")
    for address in (f"{RISK}edit/", f"{RISK}mitigations/", f"/mitigations/{step.pk}/edit/"):
        assert status(address, user=outsider) == 404
    Objective.objects.update(visibility="restricted")
    assert status(f"/needs/{need.pk}/edit/", user=outsider) == 404


def test_a_need_of_what_is_hidden_is_not_there_even_for_who_edits_the_objective(
    client, status, objective, core, cycle, lead
):
    other = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    need = DependencyFactory(objective=objective, partner="", on_objective=other)
    address = f"/needs/{need.pk}/edit/"
    assert status(address, user=lead) == 200
    Objective.objects.filter(pk=other.pk).update(visibility="restricted")
    assert status(address, user=lead) == 404
    assert post(client, address, lead, {"state": "agreed", "version": need.version}).status_code == 404
    need.refresh_from_db()
    assert need.state == "asked"


def test_a_need_names_an_objective_or_a_partner(client, objective, core, cycle, lead):
    other = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    shown = as_shown(Dependency(objective=objective), reader=lead)
    response = post(client, f"{OBJECTIVE}needs/", lead, shown)
    assert response.status_code == 422
    assert "one of the two" in response.context["form"].errors["partner"][0]
    response = post(client, f"{OBJECTIVE}needs/", lead, shown | {"code": "EDGE-24H2-O1"})
    assert response.context["form"].errors == {"code": ["An objective does not need itself."]}
    response = post(client, f"{OBJECTIVE}needs/", lead, shown | {"code": "core-24h2-o1", "note": "export"})
    need = Dependency.objects.get()
    assert response["Location"] == f"{OBJECTIVE}#need-{need.pk}"
    assert (need.on_objective, need.note, need.state) == (other, "export", "asked")
    sent = as_shown(need, reader=lead) | {"state": "at_risk"}
    assert post(client, f"/needs/{need.pk}/edit/", lead, sent)["Location"] == f"{OBJECTIVE}#need-{need.pk}"
    need.refresh_from_db()
    assert need.state == "at_risk"


def test_a_need_does_not_tell_whether_a_hidden_objective_exists(client, objective, core, cycle, lead):
    hidden = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    shown = as_shown(Dependency(objective=objective), reader=lead)
    answers = [
        text_of(post(client, f"{OBJECTIVE}needs/", lead, shown | {"code": code})).replace(code, "")
        for code in (hidden.code, "CORE-24H2-O9")
    ]
    assert "There is no objective with this code." in answers[0]
    assert answers[0] == answers[1]
