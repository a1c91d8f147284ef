"""The people pages: managers read, administrators write."""

import pytest

from accounts.audit import record
from accounts.models import ApiToken, Invitation, OrgRole, User
from accounts.tests.factories import UserFactory
from areas.models import Membership
from areas.tests.factories import AreaFactory, MembershipFactory
from goals.actions.people import add_person
from goals.models import KeyResult, OutboxMail
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, RoadmapFactory

WRITES = {
    "role/": {"area": "EDGE", "role": "lead"},
    "role/end/": {"area": "CORE"},
    "organisation-role/": {"org_role": "manager"},
    "invite/": {},
    "invite/end/": {},
    "deactivate/": {},
}


@pytest.fixture
def administration(client, administrator):
    client.force_login(administrator)
    return client


def follow(client, path, data):
    response = client.post(path, data, follow=True)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.parametrize("role", ["viewer", "contributor", "lead", "outsider"])
def test_most_people_see_no_list(status, request, role, outsider):
    somebody = request.getfixturevalue(role)
    for path in ("/people/", "/people/add/", f"/people/{outsider.pk}/", f"/people/{outsider.pk}/deactivate/"):
        assert status(path, user=somebody) == 403


def test_only_who_sees_it_is_offered_the_list(page, lead, manager):
    assert 'href="/people/"' not in page("/preferences/", user=lead)
    assert 'href="/people/"' in page("/preferences/", user=manager)


def test_a_manager_reads_and_changes_nothing(client, manager, outsider):
    client.force_login(manager)
    assert "Add people" not in client.get("/people/").content.decode()
    text = client.get(f"/people/{outsider.pk}/").content.decode()
    assert "Out Sider" in text
    assert 'action="/people/' not in text
    before = list(User.objects.order_by("pk").values()), list(Membership.objects.values())
    for path, data in WRITES.items():
        assert client.post(f"/people/{outsider.pk}/{path}", data).status_code == 403
    assert client.post("/people/add/", {"addresses": "a@example.org", "role": "lead"}).status_code == 403
    assert (list(User.objects.order_by("pk").values()), list(Membership.objects.values())) == before


def test_visitors_are_sent_to_sign_in(client, outsider):
    for path in ("/people/", "/people/add/", f"/people/{outsider.pk}/"):
        assert client.get(path).url == f"/sign-in/?next={path}"


def test_the_list_shows_role_areas_sign_in_and_state(page, administrator, lead, manager):
    User.objects.filter(pk=lead.pk).update(last_login=NOW)
    add_person("nia@example.org", name="Nia", by=administrator, now=NOW)
    UserFactory(name="Gone", is_active=False)
    text = page("/people/", user=administrator)
    for word in ("Lea Lead", "EDGE", "14 Oct 2024", "Manager", "Administrator", "Invited", "Deactivated"):
        assert word in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lea", {"Lea Lead"}),
        ("q=LEAD@EXAMPLE", {"Lea Lead"}),
        ("area=EDGE", {"Lea Lead"}),
        ("show=invited", {"Nia"}),
        ("show=inactive", {"Gone"}),
        ("show=active", {"Lea Lead", "Ad Ministrator"}),
        ("q=%00", {"Lea Lead", "Ad Ministrator", "Nia", "Gone"}),
        ("area=NOWHERE&show=x&page=x", {"Lea Lead", "Ad Ministrator", "Nia", "Gone"}),
        ("q=%25", set()),
    ],
)
def test_the_address_narrows_the_list_down(administration, administrator, lead, query, found):
    add_person("nia@example.org", name="Nia", by=administrator, now=NOW)
    UserFactory(name="Gone", is_active=False)
    response = administration.get(f"/people/?{query}")
    assert {person.name for person in response.context["page"]} == found


def test_many_are_added_at_once_and_every_line_has_an_answer(administration, lead, edge):
    User.objects.filter(pk=UserFactory(name="Gone").pk).update(is_active=False)
    pasted = (
        "Lovelace, Ada <ada@example.org>\r\nlea.lead@example.org; nobody\r\ngone@example.org, ada@example.org"
    )
    response = administration.post("/people/add/", {"addresses": pasted, "area": "EDGE", "role": "lead"})
    found = [(line.address.email, line.outcome) for line in response.context["lines"]]
    assert found == [
        ("ada@example.org", "invited"),
        ("lea.lead@example.org", "here"),
        ("nobody", "refused"),
        ("gone@example.org", "refused"),
    ]
    text = response.content.decode()
    assert "Ada Lovelace" in text
    assert "Lead in Edge before." in text
    assert "This is not an e-mail address." in text
    # What was refused stands in the field again, to be mended.
    assert response.context["form"]["addresses"].value() == "nobody\ngone@example.org"
    assert OutboxMail.objects.count() == 1
    again = administration.post("/people/add/", {"addresses": pasted, "area": "EDGE", "role": "lead"})
    assert [line.outcome for line in again.context["lines"]] == ["here", "here", "refused", "refused"]
    assert OutboxMail.objects.count() == 1


def test_people_may_be_added_without_an_area(administration):
    administration.post("/people/add/", {"addresses": "ada@example.org", "area": "", "role": "viewer"})
    assert not Membership.objects.exists()
    assert Invitation.objects.get().user.email == "ada@example.org"


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("", "This field is required."),
        (
            ",".join(f"p{number}@example.org" for number in range(10_000)),
            "These are 10000 addresses; at most 500",
        ),
        ("x" * 200_001, "at most 200000 characters"),
        ("ada@example.org\x00", "Null characters are not allowed."),
    ],
    ids=["nothing", "10,000 addresses", "too long", "NUL"],
)
def test_what_is_too_much_is_refused_and_kept(administration, edge, pasted, sentence):
    response = administration.post("/people/add/", {"addresses": pasted, "area": "EDGE", "role": "lead"})
    assert sentence in response.content.decode()
    assert response.context["form"]["addresses"].value() == pasted
    assert User.objects.count() == 1


@pytest.mark.parametrize("pasted", ["Ada\tX <ada@example.org>", "A‮da <ada@exa mple.org>", "<>", "=cmd()@b"])
def test_hostile_lines_break_nothing(administration, edge, pasted):
    sent = {"addresses": pasted, "area": "EDGE", "role": "lead"}
    response = administration.post("/people/add/", sent)
    assert len(response.context["lines"]) == 1
    assert administration.get("/people/").status_code == 200


def test_line_breaks_end_an_address(administration, edge):
    sent = {"addresses": "ada@example.org\r\nBcc: all@example.org", "area": "EDGE", "role": "lead"}
    lines = administration.post("/people/add/", sent).context["lines"]
    assert [(line.address.email, line.outcome) for line in lines] == [
        ("ada@example.org", "invited"),
        ("Bcc: all@example.org", "refused"),
    ]


def test_a_persons_page_says_which_roles_are_inherited(page, administrator, lib, edge, core, outsider):
    MembershipFactory(user=outsider, area=lib, role="contributor")
    text = page(f"/people/{outsider.pk}/", user=administrator)
    assert "inherited from Libraries" in text
    assert text.count("inherited from") == 1
    assert 'aria-label="Role in Core"' in text


def test_roles_are_given_changed_and_removed(administration, outsider, edge, core):
    path = f"/people/{outsider.pk}/"
    assert "The role in Edge is saved." in follow(
        administration, f"{path}role/", {"area": "EDGE", "role": "lead"}
    )
    follow(administration, f"{path}role/", {"area": "EDGE", "role": "viewer"})
    text = follow(administration, f"{path}role/end/", {"area": "CORE"})
    assert "The role in Core is removed." in text
    assert list(outsider.memberships.values_list("area__key", "role")) == [("EDGE", "viewer")]
    for line in ("Role in EDGE: lead", "Role in EDGE: lead → viewer", "Role in CORE removed: lead"):
        assert line in text
    assert "Ad Ministrator · " in text


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("role/", {"area": "NOWHERE", "role": "lead"}, "Choose an area and a role."),
        ("role/", {"area": "EDGE", "role": "emperor"}, "Choose an area and a role."),
        ("role/", {"area": "\x00", "role": ""}, "Choose an area and a role."),
        ("role/end/", {"area": "EDGE"}, "no role of their own in Edge"),
        ("role/end/", {}, "There is no such area."),
        ("organisation-role/", {"org_role": "emperor"}, "There is no such role."),
        ("invite/", {}, "needs no invitation"),
        ("invite/end/", {}, "no open invitation"),
    ],
)
def test_what_makes_no_sense_is_answered_with_a_sentence(
    administration, outsider, edge, path, data, sentence
):
    assert sentence in follow(administration, f"/people/{outsider.pk}/{path}", data)
    assert list(outsider.memberships.values_list("area__key", "role")) == [("CORE", "lead")]


def test_the_last_administrator_is_told_so(administration, administrator):
    path = f"/people/{administrator.pk}/organisation-role/"
    assert "is the last administrator" in follow(administration, path, {"org_role": ""})
    administrator.refresh_from_db()
    assert administrator.is_administrator


def test_who_gives_up_the_role_leaves_the_page(administration, administrator):
    UserFactory(name="Second", org_role=OrgRole.ADMINISTRATOR)
    response = administration.post(f"/people/{administrator.pk}/organisation-role/", {"org_role": ""})
    assert response.url == "/"


def test_invitations_are_sent_again_and_revoked(administration, administrator, middle_of_october):
    nia = add_person("nia@example.org", name="Nia", by=administrator, now=NOW).person
    path = f"/people/{nia.pk}/"
    assert "Ad Ministrator invited them" in administration.get(path).content.decode()
    assert "less than a minute ago" in follow(administration, f"{path}invite/", {})
    assert "is revoked" in follow(administration, f"{path}invite/end/", {})
    assert "on its way to nia@example.org" in follow(administration, f"{path}invite/", {})
    assert Invitation.objects.open().count() == 1


def test_somebody_leaves_and_everything_has_a_new_owner(administration, lead, contributor, key_result):
    path = f"/people/{lead.pk}/deactivate/"
    text = administration.get(path).content.decode()
    assert "2 things they answer for get a new owner." in text
    assert "EDGE-24H2-O1-KR1" in text
    text = follow(administration, path, {"successor": contributor.pk})
    assert "Lea Lead is deactivated; 2 things have a new owner." in text
    assert "2 things went to Con Tributor" in text
    assert "Reactivate and invite" in text
    assert KeyResult.objects.get().owner == contributor


@pytest.mark.parametrize("heir", ["", "0", "x", "99999999999999999999999", "\x00", "self", "gone"])
def test_without_a_fitting_successor_the_form_comes_back(administration, lead, key_result, heir):
    heir = {"self": lead.pk, "gone": UserFactory(is_active=False).pk}.get(heir, heir)
    response = administration.post(f"/people/{lead.pk}/deactivate/", {"successor": heir})
    assert response.status_code == 200
    assert 'id="id_successor_error"' in response.content.decode()
    assert User.objects.get(pk=lead.pk).is_active


def test_each_area_may_have_a_successor(administration, lead, contributor, outsider, key_result, core):
    elsewhere = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=key_result.cycle), owner=lead)
    path = f"/people/{lead.pk}/deactivate/"
    response = administration.post(path, {"successor_EDGE": contributor.pk})
    assert 'id="id_successor_CORE_error"' in response.content.decode()
    follow(administration, path, {"successor": contributor.pk, "successor_CORE": outsider.pk})
    elsewhere.refresh_from_db()
    assert elsewhere.owner == outsider
    assert KeyResult.objects.get().owner == contributor


def test_nobody_deactivates_themselves(administration, administrator):
    UserFactory(name="Second", org_role=OrgRole.ADMINISTRATOR)
    path = f"/people/{administrator.pk}/deactivate/"
    assert "Nobody deactivates themselves" in administration.get(path).content.decode()
    assert "Nobody deactivates themselves" in administration.post(path).content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active


def test_tokens_of_a_person_are_for_administrators(page, manager, administrator, lead):
    ApiToken.issue(owner=lead, scope="read", name="Badge")
    assert "Badge" in page(f"/people/{lead.pk}/", user=administrator)
    assert "Badge" not in page(f"/people/{lead.pk}/", user=manager)


def test_names_are_text(page, administrator):
    person = UserFactory(name="<script>alert(1)</script>", email="s@example.org")
    for path in ("/people/", f"/people/{person.pk}/", f"/people/{person.pk}/deactivate/"):
        assert "<script>alert" not in page(path, user=administrator)


@pytest.mark.parametrize("number", ["0", "99999999999999999999999"])
def test_a_person_who_is_none_is_not_found(administration, number):
    assert administration.get(f"/people/{number}/").status_code == 404


def test_the_admin_changes_neither_role_nor_activity(administration, administrator, lead):
    path = f"/admin/accounts/user/{administrator.pk}/change/"
    text = administration.get(path).content.decode()
    assert 'name="org_role"' not in text
    assert 'name="is_active"' not in text


def test_the_list_costs_the_same_for_many(administration, administrator, edge, django_assert_num_queries):
    def add(first, count):
        for number in range(first, first + count):
            address = f"p{number}@example.org"
            add_person(address, name="P", by=administrator, now=NOW, area=edge, role="viewer")

    add(0, 1)
    with django_assert_num_queries(11):
        administration.get("/people/")
    add(1, 40)
    with django_assert_num_queries(11):
        administration.get("/people/")


def test_a_page_costs_the_same_for_much(
    administration, lead, key_result, administrator, lib, django_assert_num_queries
):
    ApiToken.issue(owner=lead, scope="read")
    with django_assert_num_queries(22):
        administration.get(f"/people/{lead.pk}/")
    for number in range(20):
        KeyResultFactory(objective=key_result.objective, owner=lead)
        ApiToken.issue(owner=lead, scope="read")
        record("joined", actor=administrator, kind="person", subject=lead.name, of=lead)
        MembershipFactory(user=lead, area=AreaFactory(key=f"T{number}", parent=lib))
    with django_assert_num_queries(22):
        administration.get(f"/people/{lead.pk}/")
