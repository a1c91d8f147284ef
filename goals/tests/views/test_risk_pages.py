"""One risk and its life on pages: history, outcome, review, what it concerns; CSV and matrix beside it."""

import csv
import datetime as dt
import io
import re

import pytest

from goals.actions.concerns import add_concern, end_concern
from goals.actions.risk_life import close_risk, reopen_risk
from goals.actions.risks import change_risk, create_mitigation, create_risk
from goals.models import Concern, Cycle, KeyResult, Objective, Risk, Roadmap, Visibility
from goals.tests.factories import (
    NOW,
    TODAY,
    ConcernFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)
from goals.tests.past import AUGUST, on

PAGE = "/risks/EDGE-24H2-O1-R1/"
DAY = dt.timedelta(days=1)


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def risk(objective, lead):
    """Made in August, with a step."""
    who = {"by": lead, "now": dt.datetime(2024, 8, 12, 9, tzinfo=dt.UTC)}
    with on(AUGUST):
        Roadmap.objects.get().save()
        for row in (objective.roadmap.cycle, objective.roadmap, objective):
            row.history.update(history_date=who["now"])
        risk = create_risk(
            objective, title="One vendor", likelihood=4, impact=4, trigger="No answer", owner=lead, **who
        )
        create_mitigation(risk, text="Ask a second one", due_on=dt.date(2024, 9, 2), **who)
    return risk


@pytest.fixture
def elsewhere(core, cycle):
    """CORE-24H2-O1, of the outsider's area."""
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), title="The core stays small")


@pytest.fixture
def post(client):
    def send(address, user, **form):
        client.force_login(user)
        return client.post(address, form)

    return send


def test_the_page_says_all_about_one_risk(page, lead, contributor, risk, elsewhere):
    add_concern(risk, elsewhere, by=lead, now=NOW)
    change_risk(
        risk, by=contributor, now=NOW, residual_likelihood=2, residual_impact=4, reason="two offers came"
    )
    text = words(page(PAGE, user=lead))
    for told in (
        "likelihood 4 × impact 4 = 16",
        "residual 2 × 4 = 8",
        "mitigate",
        "No answer",
        "Ask a second one",
        "overdue since 2 Sep 2024",
        "CORE-24H2-O1 The core stays small",
        "Residual likelihood – → 2",
        "Con Tributor · “two offers came”",
        "Concerns CORE-24H2-O1",
        "New",
    ):
        assert told in text, told


def test_looking_back_it_stands_as_it_stood(page, status, lead, risk, elsewhere):
    concern = add_concern(risk, elsewhere, by=lead, now=dt.datetime(2024, 8, 20, 9, tzinfo=dt.UTC))
    end_concern(concern, by=lead, now=dt.datetime(2024, 9, 20, 9, tzinfo=dt.UTC))
    change_risk(risk, by=lead, now=NOW, title="Two vendors", likelihood=1)
    then = words(page(f"{PAGE}?as_of=2024-09-01", user=lead))
    assert "One vendor" in then
    assert "likelihood 4 × impact 4 = 16" in then
    assert "CORE-24H2-O1" in then
    assert "Two vendors" not in then
    assert "Reviewed: nothing changed" not in then
    assert "CORE-24H2-O1 The" not in words(page(PAGE))
    assert status(f"{PAGE}?as_of=2024-08-01") == 404
    other = "/objectives/CORE-24H2-O1/"
    Objective.history.filter(id=elsewhere.pk).update(history_date=dt.datetime(2024, 7, 2, tzinfo=dt.UTC))
    Roadmap.history.update(history_date=dt.datetime(2024, 7, 2, tzinfo=dt.UTC))
    assert "One vendor" in page(f"{other}?as_of=2024-09-01")
    assert "vendor" not in page(other)


def test_it_is_closed_with_an_outcome_and_opened_again_with_a_reason(page, post, client, contributor, risk):
    form = {"version": risk.version, "closed_on": "2024-10-14"}
    assert client.get(f"{PAGE}close/").status_code == 302
    lacking = post(f"{PAGE}close/", contributor, **form)
    assert lacking.status_code == 422
    assert "outcome" in lacking.context["form"].errors
    assert post(f"{PAGE}close/", contributor, outcome="handled", **form).status_code == 422
    told = {"outcome": "prevented", "outcome_note": "A second one delivers."}
    assert post(f"{PAGE}close/", contributor, **form, **told)["Location"] == PAGE
    text = words(page(PAGE))
    assert "How it ended Prevented · 14 Oct 2024 A second one delivers." in text
    assert "Add step" not in text
    assert "Prevented" in words(page("/objectives/EDGE-24H2-O1/")).replace("prevented", "Prevented")
    assert post(f"{PAGE}close/", contributor, **form, **told).status_code == 409

    form = {"version": Risk.objects.get().version}
    assert post(f"{PAGE}reopen/", contributor, **form).status_code == 422
    stale = post(f"{PAGE}reopen/", contributor, reason="It left.", version="1")
    assert stale.status_code == 409
    assert "It left." in stale.content.decode()
    assert post(f"{PAGE}reopen/", contributor, reason="It left.", **form)["Location"] == PAGE
    text = words(page(PAGE))
    assert "“It left.”" in text
    assert "Prevented" not in text.split("What changed")[0]


def test_a_form_neither_closes_nor_opens(client, lead, risk):
    client.force_login(lead)
    form = client.get(f"{PAGE}edit/").context["form"]
    assert "closed" not in dict(form.fields["state"].choices)
    close_risk(risk, by=lead, now=NOW, today=TODAY, outcome="prevented")
    assert "state" not in client.get(f"{PAGE}edit/").context["form"].fields


def test_one_press_reviews_and_leads_back(page, post, lead, objective):
    RiskFactory(objective=objective, title="Long ago", review_on=TODAY - DAY)
    text = page("/risks/?show=stale", user=lead)
    assert "Its review was due on 13 Oct 2024." in words(text)
    assert "Long ago" in page("/")
    assert "1 to be looked at again" in words(page("/"))
    form = {"version": 1, "back": "/risks/?show=stale"}
    response = post(f"{PAGE}review/", lead, **form)
    assert response["Location"] == "/risks/?show=stale"
    risk = Risk.objects.get()
    assert (risk.reviewed_on, risk.reviewed_by, risk.review_on) == (TODAY, lead, TODAY + 30 * DAY)
    assert "is reviewed; it is looked at again on 13 Nov 2024" in page("/risks/?show=stale")
    assert "Long ago" not in page("/")
    # Pressed once more on the page of before: nothing is written.
    post(f"{PAGE}review/", lead, **form)
    assert Risk.objects.get().version == 2
    assert "changed by somebody else" in page("/risks/")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "nonsense"])
def test_a_review_leads_nowhere_else(post, lead, risk, back):
    assert post(f"{PAGE}review/", lead, version=1, back=back)["Location"] == PAGE


@pytest.mark.parametrize("address", ["/", "/risks/?show=stale"])
def test_what_is_to_be_looked_at_again_is_so_by_who_edits_risks(page, risk, lead, outsider, viewer, address):
    Risk.objects.update(review_on=TODAY - DAY)
    for person, is_offered in ((lead, True), (outsider, False), (viewer, False)):
        text = page(address, user=person)
        assert "One vendor" in text
        assert (f"{PAGE}review/" in text) == is_offered


def test_who_may_not_edit_risks_is_offered_nothing_and_refused(page, post, viewer, outsider, risk, elsewhere):
    concern = ConcernFactory(risk=risk, objective=elsewhere)
    for person in (viewer, outsider):
        text = words(page(PAGE, user=person))
        for offer in ("Reviewed: nothing changed", "Remove", "Close", "Add step"):
            assert offer not in text, offer
        for address in ("review/", "close/", "reopen/", "objectives/"):
            assert post(f"{PAGE}{address}", person, version=1).status_code == 403, address
        assert post(f"/concerns/{concern.pk}/end/", person).status_code == 403
    assert Concern.objects.exists()


def test_a_risk_is_shown_with_each_objective_that_it_concerns(page, post, client, lead, risk, elsewhere):
    client.force_login(lead)
    assert elsewhere.code in client.get(f"{PAGE}objectives/").content.decode()
    unknown = post(f"{PAGE}objectives/", lead, objective="CORE-24H2-O9")
    assert unknown.status_code == 422
    assert "There is no objective with this code or title here." in unknown.content.decode()
    assert post(f"{PAGE}objectives/", lead, objective="core stays")["Location"] == PAGE
    for address in ("/objectives/CORE-24H2-O1/", "/areas/CORE/24H2/"):
        assert "One vendor" in page(address), address
    assert "/risks/EDGE-24H2-O1-R1/edit/" not in page("/objectives/CORE-24H2-O1/")
    register = client.get("/risks/")
    assert register.context["page"].paginator.count == 1
    assert "also concerns CORE-24H2-O1" in words(register.content.decode())
    assert client.get("/").context["risks"].open == 1
    assert "Concerns CORE-24H2-O1" in words(page("/changes/?since=2024-10-01"))
    assert post(f"/concerns/{Concern.objects.get().pk}/end/", lead)["Location"] == PAGE
    assert "One vendor" not in page("/objectives/CORE-24H2-O1/")


def test_what_is_hidden_is_neither_offered_to_concern_nor_told_from_what_is_not_there(
    page, post, lead, risk, elsewhere
):
    Objective.objects.filter(pk=elsewhere.pk).update(visibility=Visibility.RESTRICTED)
    assert elsewhere.code not in page(f"{PAGE}objectives/", user=lead)
    for words_of_it in (elsewhere.code, "core stays"):
        refused = post(f"{PAGE}objectives/", lead, objective=words_of_it)
        assert refused.status_code == 422
        assert "There is no objective with this code or title here." in refused.content.decode()
    assert not Concern.objects.exists()


def test_what_is_hidden_at_either_end_is_not_there(
    page, status, post, lead, outsider, manager, risk, elsewhere
):
    concern = ConcernFactory(risk=risk, objective=elsewhere)
    Objective.objects.filter(pk=elsewhere.pk).update(visibility=Visibility.RESTRICTED)
    for address in (PAGE, "/risks/", "/risks.csv", "/areas/EDGE/24H2/roadmap.md", f"{PAGE}objectives/"):
        assert "CORE-24H2-O1" not in page(address, user=lead), address
    assert post(f"/concerns/{concern.pk}/end/", lead).status_code == 404
    assert post(f"{PAGE}objectives/", lead, objective="CORE-24H2-O1").status_code == 422
    assert "CORE-24H2-O1" in page(PAGE, user=manager)
    Objective.objects.filter(pk=elsewhere.pk).update(visibility=Visibility.INTERNAL)
    Risk.objects.update(visibility=Visibility.RESTRICTED)
    for address in ("/objectives/CORE-24H2-O1/", "/areas/CORE/24H2/", "/risks/", "/risks.csv"):
        assert "One vendor" not in page(address, user=outsider), address
    assert status(PAGE, user=outsider) == 404
    client_csv = page("/risk-trend.csv", user=outsider)
    assert client_csv.strip().endswith("2024-10-14,0,0,0,0,0")


def test_the_public_reads_it_where_both_the_risk_and_the_objective_are_public(page, risk, elsewhere):
    ConcernFactory(risk=risk, objective=elsewhere)
    Roadmap.objects.update(visibility=Visibility.PUBLIC, state=Roadmap.State.PUBLISHED)
    Objective.objects.update(visibility=Visibility.PUBLIC)
    public = "/public/24H2/CORE/"
    assert "One vendor" not in page(public)
    Risk.objects.update(visibility=Visibility.PUBLIC)
    assert "One vendor" in page(public)
    Objective.objects.filter(pk=risk.objective_id).update(visibility=Visibility.INTERNAL)
    assert "One vendor" not in page(public)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_holds_what_the_table_shows(page, lead, risk, elsewhere, status):
    ConcernFactory(risk=risk, objective=elsewhere)
    change_risk(risk, by=lead, now=NOW, residual_likelihood=1, residual_impact=4, title="=1+1")
    RiskFactory(objective=elsewhere, title="Other", likelihood=1, state="occurred")
    RiskFactory(objective=elsewhere, title="Over", state="closed", outcome="irrelevant")
    first, other = rows_of(page("/risks.csv", user=lead))
    assert (first["code"], first["title"], first["concerns"]) == (risk.code, "'=1+1", "CORE-24H2-O1")
    assert (first["score"], first["residual_score"], first["stale"]) == ("16", "4", "no")
    assert first["mitigations"] == "Ask a second one (planned, due 2024-09-02)"
    assert first["mitigations_overdue"] == "1"
    assert (other["state"], other["occurred_on"], other["consequence"]) == (
        *("occurred", "2024-10-14"),
        "A week is lost.",
    )
    assert [row["title"] for row in rows_of(page("/risks.csv?area=CORE"))] == ["Other"]
    [over] = rows_of(page("/risks.csv?show=closed"))
    assert (over["outcome"], over["closed_on"]) == ("irrelevant", "2024-10-14")
    assert status("/risks.csv?likelihood=9") == 404


def test_the_trend_stands_on_the_register_as_drawing_table_and_csv(page, lead, risk, elsewhere):
    text = page("/risks/", user=lead)
    assert "chart__line--high" in text
    assert "Open risks, 14 Oct 2024: open 1, with a mitigation 1, high 1, occurred 0." in text
    days = rows_of(page("/risk-trend.csv"))
    assert days[-1] == {
        "day": "2024-10-14",
        "open": "1",
        "high": "1",
        "occurred": "0",
        "mitigated": "1",
        "score_sum": "16",
    }
    assert (days[0]["day"], days[0]["open"]) == ("2024-07-01", "0")
    assert rows_of(page("/risk-trend.csv?area=CORE"))[-1]["open"] == "0"


def test_the_matrix_places_by_what_is_to_remain_too(page, client, lead, risk):
    change_risk(risk, by=lead, now=NOW, residual_likelihood=2, residual_impact=3)
    RiskFactory(objective=risk.objective, title="No residual")
    text = page("/risks/?levels=residual", user=lead)
    assert 'href="?levels=residual&amp;likelihood=2&amp;impact=3"' in text
    assert "1 risk has no place here: a level is not known." in words(text)
    found = client.get("/risks/?levels=residual&likelihood=2&impact=3").context["page"]
    assert [row.title for row in found] == ["One vendor"]
    assert not list(client.get("/risks/?likelihood=2&impact=3").context["page"])


def test_the_register_is_narrowed_down_to_an_owner(client, lead, manager, risk):
    RiskFactory(objective=risk.objective, title="Of nobody")
    client.force_login(manager)
    assert [row.title for row in client.get(f"/risks/?owner={lead.pk}").context["page"]] == ["One vendor"]
    assert len(client.get(f"/risks/?owner={manager.pk}").context["page"]) == 2


def test_in_a_closed_cycle_nothing_is_offered(page, lead, risk):
    Risk.objects.update(review_on=TODAY - DAY)
    Cycle.objects.update(state="closed")
    for address in (PAGE, "/risks/", "/"):
        assert "Reviewed: nothing changed" not in page(address, user=lead), address


def test_a_key_result_that_is_hidden_from_who_owns_the_risk_is_not_named(page, lead, outsider, key_result):
    RiskFactory(objective=key_result.objective, key_result=key_result, owner=outsider)
    key_result_page = f"/key-results/{key_result.code}/"
    assert key_result_page in page(PAGE, user=outsider)
    KeyResult.objects.update(visibility="restricted")
    assert key_result_page not in page(PAGE, user=outsider)
    assert key_result_page in page(PAGE, user=lead)


@pytest.mark.parametrize("number", [1, 8])
def test_queries_of_the_page_do_not_grow_with_the_risk(
    client, lead, contributor, risk, number, roadmap, django_assert_num_queries
):
    for _ in range(number):
        MitigationFactory(risk=risk, owner=lead)
        ConcernFactory(risk=risk)
        close_risk(risk, by=contributor, now=NOW, today=TODAY, outcome="prevented")
        reopen_risk(risk, by=contributor, now=NOW, reason="again")
    client.force_login(lead)
    client.get(PAGE)
    with django_assert_num_queries(17):
        client.get(PAGE)


@pytest.mark.parametrize("day", ["", "?as_of=2024-09-01"])
def test_an_objective_that_it_concerns_and_is_hidden_is_not_named_on_any_day(
    page, viewer, manager, objective, core, cycle, day
):
    risk = RiskFactory(objective=objective)
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle, visibility="restricted"))
    ConcernFactory(risk=risk, objective=theirs)
    for model in (Roadmap, Objective, Risk, Concern):
        model.history.update(history_date=dt.datetime(2024, 8, 1, tzinfo=dt.UTC))
    assert theirs.code in page(f"{risk.get_absolute_url()}{day}", user=manager)
    assert theirs.code not in page(f"{risk.get_absolute_url()}{day}", user=viewer)
