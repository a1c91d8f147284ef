"""A walk over every address there is: nothing breaks for those inside.

A new address needs a name, and samples for its parts; without them the walk fails. Who may do what there is a
line in permissions/addresses.txt.
"""

from collections.abc import Iterable, Iterator

import pytest
from django.db import transaction
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.mails import stop_address
from accounts.models import ApiToken, Invitation, User
from accounts.models.invitation import GOOD_FOR, token_of
from accounts.models.token import digest_of
from accounts.tests.factories import UserFactory
from areas.tests.factories import AreaFactory
from goals.actions.mail_answers import Answer, answer_address
from goals.models import Comment, Objective, Roadmap, SavedFilter, Visibility
from goals.tests.factories import (
    AlignmentFactory,
    CardFactory,
    ConcernFactory,
    DashboardFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    ShareFactory,
    TemplateFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
    check_in,
    enter,
)

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")

# What stands for the parts of an address: the rows of the story in conftest.py.
SAMPLES = {
    "area_key": "EDGE",
    "cycle_key": "24H2",
    "code": "EDGE-24H2-O1",
    "badge_code": "EDGE-24H2",
    "person_id": "900001",
    "token_id": "900002",
    "mitigation_id": "900003",
    "need_id": "900004",
    "dependency_id": "900004",
    "comment_id": "900005",
    "initiative_id": "900007",
    "alignment_id": "900007",
    "share_id": "900009",
    "follow_id": "900010",
    "concern_id": "900008",
    "template_id": "900010",
    "dashboard_key": "9000000000000001",
    "card_id": "900011",
    "filter_id": "900014",
    "webhook_id": "900012",
    "delivery_id": "900013",
    "absence_id": "900009",
    "sequence": "1",
    "objective": "EDGE-24H2-B1",
    "tag": "speed",
}
SAMPLES_OF = {
    "goals:key_result_detail": {"code": "EDGE-24H2-O1-KR1"},
    "goals:check_in_create": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_follow": {"code": "EDGE-24H2-O1-KR1"},
    "goals:draft_send": {"code": "EDGE-24H2-O1-KR1"},
    "goals:draft_discard": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-draft": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-draft-send": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_nudge": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_pause": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_rhythm": {"code": "EDGE-24H2-O1-KR1"},
    "goals:check_in_preview": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_edit": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_copy": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_move": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_remove": {"code": "EDGE-24H2-O1-KR1"},
    "goals:key_result_restore": {"code": "EDGE-24H2-O1-KR1"},
    "goals:initiative_create": {"code": "EDGE-24H2-O1-KR1"},
    "goals:risk_edit": {"code": "EDGE-24H2-O1-R1"},
    "goals:mitigation_create": {"code": "EDGE-24H2-O1-R1"},
    "goals:risk_detail": {"code": "EDGE-24H2-O1-R1"},
    "goals:risk_review": {"code": "EDGE-24H2-O1-R1"},
    "goals:risk_close": {"code": "EDGE-24H2-O1-R1"},
    "goals:risk_reopen": {"code": "EDGE-24H2-O1-R1"},
    "goals:concern_create": {"code": "EDGE-24H2-O1-R1"},
    "api:risk-detail": {"code": "EDGE-24H2-O1-R1"},
    **{f"api:roadmap-{part}": {"code": "EDGE-24H2"} for part in ("publish", "unpublish", "objectives")},
    **{f"api:key-result-{part}": {"code": "EDGE-24H2-O1-KR1"} for part in ("drop", "restore")},
    **{
        f"api:risk-{part}": {"code": "EDGE-24H2-O1-R1"}
        for part in ("restore", "mitigations", "concerns", "concern")
    },
    "api:risk-review": {"code": "EDGE-24H2-O1-R1"},
    "api:risk-close": {"code": "EDGE-24H2-O1-R1"},
    "api:risk-reopen": {"code": "EDGE-24H2-O1-R1"},
    "api:risk-trend": {"key": "24H2"},
    "goals:check_in_comment": {"code": "EDGE-24H2-O1-KR1"},
    "goals:check_in_people": {"code": "EDGE-24H2-O1-KR1"},
    "goals:check_in_acknowledge": {"code": "EDGE-24H2-O1-KR1"},
    "goals:check_in_ask_back": {"code": "EDGE-24H2-O1-KR1"},
    **{
        name: {"code": "EDGE-K1"}
        for name in (
            *("goals:kpi_detail", "goals:kpi_entries_csv", "goals:kpi_enter", "goals:kpi_edit"),
            *("goals:kpi_archive", "goals:kpi_restore", "api:kpi-detail", "api:kpi-entries"),
            "api:kpi-series",
        )
    },
    "api:area-detail": {"key": "EDGE"},
    "api:area-restore": {"key": "EDGE"},
    "api:cycle-detail": {"key": "24H2"},
    "api:cycle-activate": {"key": "24H2"},
    "api:cycle-begin-closing": {"key": "24H2"},
    "api:cycle-close": {"key": "24H2"},
    "api:cycle-reopen": {"key": "24H2"},
    "api:roadmap-detail": {"code": "EDGE-24H2"},
    "api:key-result-detail": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-check-ins": {"code": "EDGE-24H2-O1-KR1"},
    "api:check-in-comments": {"code": "EDGE-24H2-O1-KR1"},
    "api:check-in-acknowledgements": {"code": "EDGE-24H2-O1-KR1"},
    "api:check-in-acknowledgement-me": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-initiatives": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-series": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-score": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-copy": {"code": "EDGE-24H2-O1-KR1"},
    "api:roadmap-copy": {"code": "EDGE-24H2"},
    "api:key-result-move": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-pause": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-resume": {"code": "EDGE-24H2-O1-KR1"},
    "api:key-result-rhythm": {"code": "EDGE-24H2-O1-KR1"},
    "api:area-rhythm": {"key": "EDGE"},
    "api:cycle-rhythm": {"key": "24H2"},
    "api:area-series": {"key": "EDGE"},
    "api:area-explain": {"key": "EDGE"},
    "api:roadmap-explain": {"code": "EDGE-24H2"},
    "api:roadmap-document": {"code": "EDGE-24H2"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "a-key-of-nobody"},
    "mfa_remove_webauthn": {"pk": 1},
    "openid_connect_login": {"provider_id": "oidc"},
    "openid_connect_callback": {"provider_id": "oidc"},
    "usersessions_end": {"pk": 1},
    "trusted_browser_forget": {"pk": 1},
}
STOP_QUERY = f"?{stop_address(User(pk=SAMPLES['person_id']), 'check_ins_due').partition('?')[2]}"
# Whose mail asked about a key result that bears the same number.
ASKED = 900_014
ANSWER_QUERY = f"?{answer_address(Answer(ASKED, ASKED, 1, timezone.now())).partition('?')[2]}"
QUERIES = {
    "goals:mail_answer": ANSWER_QUERY,
    "accounts:mail_stop": STOP_QUERY,
    "accounts:mail_snooze": STOP_QUERY,
    "api:progress": "?cycle=24H2",
    "api:progress-explain": "?cycle=24H2",
    "api:area-series": "?cycle=24H2",
    "api:area-explain": "?cycle=24H2",
    "accounts:invitation": f"?token={token_of('a nonce')}",
}
# Open to everybody; every other address asks for a sign-in.
OPEN = {
    "healthz",
    "readyz",
    "accounts:sign_in",
    "accounts:invitation",
    "accounts:mail_stop",
    "accounts:mail_snooze",
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "goals:public_cycle",
    "goals:public_roadmap",
    "goals:mail_answer",
    "goals:badge_picture",
    "robots",
}
# On the way in or out: open too, and without a sign-in that has begun they lead nowhere but to its page.
ON_THE_WAY = {
    "accounts:sign_out",
    "account_logout",
    "mfa_authenticate",
    "mfa_trust",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "password_strength",
}
# For programs: one leads to a page, one is there only with a contact (test_well_known.py).
WELL_KNOWN = {"security_txt", "well_known_change_password"}
# Open to whoever has the key to them, or builds the product, and to nobody else.
PRIVATE = {"goals:own_calendar", "goals:area_calendar", "goals:area_feed", "goals:styleguide"}
# Of what a person may have and not everybody here has: a token of one's own, a draft, a webhook of an area,
# a second step, a passkey, another session; a provider.
OF_WHO_HAS_IT = {
    "goals:dashboard_edit",
    "goals:webhook_detail",
    "goals:webhook_edit",
    "api:webhook-detail",
    "api:webhook-deliveries",
    "goals:card_create",
    "goals:card_edit",
    "api:token-detail",
    "api:absence-detail",
    "api:follow-detail",
    "api:key-result-draft",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
}
# An unknown link gets the page that says so, and who removes a passkey confirms first who they are.
# A tag that nothing has shows an empty list.
ANSWERS_ALIKE = {"account_reset_password_from_key", "mfa_remove_webauthn", "goals:tag_detail"}


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name with namespace, names of its parts) of every address, the admin's apart."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from routes(pattern, inner)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            yield (
                f"{namespace}{pattern.name}",
                tuple(pattern.pattern.converters or pattern.pattern.regex.groupindex),
            )


def address(name: str, parts: tuple[str, ...]) -> str:
    samples = SAMPLES | SAMPLES_OF.get(name, {})
    try:
        return reverse(name, kwargs={part: samples[part] for part in parts}) + QUERIES.get(name, "")
    except (KeyError, NoReverseMatch) as error:
        raise AssertionError(f"{name} needs samples for {parts}") from error


ROUTES = dict(routes())
# A test asks every address of one of these: one story for many of them.
PARTS_OF_THE_WALK = [sorted(ROUTES)[start::6] for start in range(6)]


def in_turn(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(name, address) one after the other, each in a savepoint: none finds what another has changed."""
    for name in names:
        with transaction.atomic():
            yield name, address(name, ROUTES[name])
            transaction.set_rollback(True)


ADMIN = (
    "/admin/",
    "/admin/accounts/user/",
    "/admin/goals/keyresult/",
    "/admin/areas/area/add/",
    "/admin/jsi18n/",
)


@pytest.fixture
def story(key_result, lead):
    """EDGE-24H2 with something of everything, published for everybody."""
    check_in(key_result, 3, author=lead)
    risk = RiskFactory(objective=key_result.objective)
    MitigationFactory(pk=SAMPLES["mitigation_id"], risk=risk)
    excellence = ObjectiveFactory(roadmap=key_result.objective.roadmap, kind="excellence")
    ConcernFactory(pk=SAMPLES["concern_id"], risk=risk, objective=excellence)
    InitiativeFactory(pk=SAMPLES["initiative_id"], key_result=key_result)
    enter(KpiFactory(area=key_result.area, owner=lead), 3)
    DependencyFactory(pk=SAMPLES["need_id"], objective=key_result.objective)
    above = ObjectiveFactory(roadmap=key_result.objective.roadmap)
    ShareFactory(pk=SAMPLES["share_id"], objective=key_result.objective, area=AreaFactory())
    TemplateFactory(pk=SAMPLES["template_id"], area=key_result.area)
    dashboard = DashboardFactory(owner=lead, key=SAMPLES["dashboard_key"], is_shared=True)
    CardFactory(pk=SAMPLES["card_id"], dashboard=dashboard)
    SavedFilter.objects.create(
        pk=SAMPLES["filter_id"], owner=lead, page="risk_list", name="Forgotten risks", query="show=stale"
    )
    hook = WebhookFactory(pk=SAMPLES["webhook_id"], area=key_result.area, owner=lead)
    WebhookDeliveryFactory(pk=SAMPLES["delivery_id"], webhook=hook)
    AlignmentFactory(pk=SAMPLES["alignment_id"], supporter=key_result.objective, supported=above)
    Comment.objects.create(
        pk=SAMPLES["comment_id"], objective=key_result.objective, author=lead, text="Well done."
    )
    Roadmap.objects.update(state=Roadmap.State.PUBLISHED, visibility=Visibility.PUBLIC)
    Objective.objects.update(visibility=Visibility.PUBLIC)
    invited = UserFactory(pk=SAMPLES["person_id"], name="In Vited", is_active=False)
    Invitation.objects.create(
        user=invited,
        invited_by=lead,
        nonce="a nonce",
        digest=digest_of(token_of("a nonce")),
        expires_at=timezone.now() + GOOD_FOR,
    )
    ApiToken.objects.create(pk=SAMPLES["token_id"], owner=lead, prefix="okr_sample", digest="0" * 64)
    somebody_is_asked()
    return key_result


def somebody_is_asked() -> None:
    person = UserFactory(pk=ASKED, name="As Ked")
    objective = Objective.objects.get(code="EDGE-24H2-O1")
    key_result = KeyResultFactory(pk=ASKED, objective=objective, owner=person)
    check_in(key_result, 3, author=person, on=key_result.cycle.starts_on)


def test_the_walk_is_long_enough():
    assert len(ROUTES) >= 25
    assert set(ROUTES) > OPEN | ON_THE_WAY | OF_WHO_HAS_IT | WELL_KNOWN | PRIVATE


@pytest.mark.parametrize("name", sorted(ON_THE_WAY))
def test_a_step_of_signing_in_leads_a_visitor_nowhere(client, story, name):
    for method in METHODS:
        response = getattr(client, method)(address(name, ROUTES[name]))
        if response.status_code == 302:
            assert response.url == "/sign-in/", method
        else:
            assert response.status_code in ({404, 405} | ({200} if method == "options" else set())), method
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ADMIN)
def test_visitor_stays_outside_the_admin(client, story, path):
    response = client.get(path)
    assert response.status_code == 302
    assert "/sign-in/" in response.url or "/admin/login/" in response.url


@pytest.mark.parametrize("path", ADMIN)
def test_only_administrators_enter_the_admin(client, story, manager, administrator, path):
    client.force_login(manager)
    assert client.get(path).status_code in {302, 403}
    client.force_login(administrator)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", sorted(OPEN))
def test_open_address_answers_a_visitor(client, story, name):
    assert client.get(address(name, ROUTES[name])).status_code == 200


# Each sees other parts of a page; what one database takes and another refuses shows for whoever sees most.
INSIDE = ["lead", "manager"]
INSIDE_ON_SQLITE = ["contributor", "viewer", "outsider", "administrator"]


@pytest.mark.parametrize(
    "role", [*INSIDE, *(pytest.param(role, marks=pytest.mark.only_on("sqlite")) for role in INSIDE_ON_SQLITE)]
)
@pytest.mark.parametrize("names", PARTS_OF_THE_WALK)
def test_nothing_breaks_for_those_inside(client, request, story, names, role):
    client.force_login(request.getfixturevalue(role))
    for name, path in in_turn(names):
        response = client.get(path)
        allowed = {200, 302, 403, 405} | ({404} if name in OF_WHO_HAS_IT | WELL_KNOWN | PRIVATE else set())
        assert response.status_code in allowed, (name, response.content[:300])


@pytest.mark.parametrize("names", PARTS_OF_THE_WALK)
def test_what_is_not_there_is_not_found(client, story, manager, names):
    client.force_login(manager)
    for name in names:
        if not ROUTES[name] or name in ANSWERS_ALIKE:
            continue
        samples = SAMPLES | SAMPLES_OF.get(name, {})
        missing = {part: missing_instead_of(str(samples[part])) for part in ROUTES[name]}
        response = client.get(reverse(name, kwargs=missing))
        assert response.status_code in {404, 405}, name


def missing_instead_of(sample: str) -> str:
    return sample.replace("EDGE", "NOWHERE").replace("24H2", "99H9").replace("9000", "8000")
