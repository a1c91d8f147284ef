"""A form changes what it is for: any other field of any model, sent along with it, changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from okrtracker.tests.permissions.requests import BEFORE, FORMS, address, form_of
from okrtracker.tests.permissions.rules import RULES
from okrtracker.tests.permissions.world import PERSON, tables_written, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blank_pages")]

SMUGGLED = "smuggled"
MODELS = [
    model for room in ("accounts", "areas", "goals") for model in apps.get_app_config(room).get_models()
]
SOURCES = [model for model in MODELS if not model.__name__.startswith("Historical")]
# Made by chance, so different each time; what is smuggled into them shows all the same.
BY_CHANCE = {"digest", "prefix", "password", "nonce", "former_nonce", "message_id", "form_id"}
# Of all that was sent, what is not read included.
BY_CHANCE |= {"fingerprint"}
# The key of a dashboard, and of nothing else that a test makes here.
BY_CHANCE |= {"key"}
BY_CHANCE |= {"secret_digest"}
CHANCE_IN_TEXT = re.compile(
    r"okr_[\w-]{6}…|Former member \w+|former-member-\w+|#(?:comment|initiative|need|card)-\d+"
    r"|/(?:templates|webhooks)/\d+/|/dashboards/[0-9a-f]{16}/"
)
SERIAL = {"id", "history_id"}
# A mail says by number what it is about.
MAIL_ABOUT = {"invitation": "accounts_invitation", "mention": "goals_comment", "nudge": "goals_nudge"}
# (table, column) -> the table it refers to.
REFERENCES = {
    (model._meta.db_table, field.attname): field.remote_field.model._meta.db_table
    for model in MODELS
    for field in model._meta.concrete_fields
    if field.remote_field
}
MORE_NAMES = (
    "pk",
    "is_staff",
    "is_superuser",
    "groups",
    "user_permissions",
    "key_result",
    "by",
    "today",
    "now",
)

# As many unknown fields as one answer lists.
TOLD_AT_ONCE = 20

WRITES = sorted(name for name, rule in RULES.items() if "POST" in rule.cells and rule.writes_to)
PAGES = [name for name in WRITES if not RULES[name].is_for_programs]
PROGRAMS = [name for name in WRITES if RULES[name].is_for_programs]
OUTSIDE_PAGES = {
    "accounts:invitation",
    "accounts:mail_stop",
    "accounts:mail_snooze",
    "goals:mail_answer",
    "account_reset_password",
}
ADMIN_FORM = {
    "email": "in.vited@example.org",
    "name": "A New Name",
    "time_zone": "UTC",
    "language": "en",
    "reminder_weekday": "0",
    "reminder_hour": "9",
}


def actor_of(name: str) -> str:
    if name in OUTSIDE_PAGES:
        return "visitor"
    if name.startswith("people:"):
        return "administrator"
    word = RULES[name].cells["POST"].word
    return {"managers": "manager", "who reads the record": "administrator"}.get(word, "lead")


def other_value(field: Any) -> Any:
    """What would be a change if the form took it."""
    if field.choices:
        return str([value for value, _label in field.flatchoices][-1])
    if field.remote_field:
        other = field.remote_field.model._default_manager.order_by("-pk").first()
        return str(other.pk if other else 1)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2001-02-03T04:05:06Z"
    if isinstance(field, models.DateField):
        return "2024-08-08"
    if isinstance(field, (models.IntegerField, models.DecimalField, models.AutoField)):
        return "7"
    return SMUGGLED


def fields_of(model: type[models.Model]) -> dict[str, Any]:
    names: dict[str, Any] = dict.fromkeys(MORE_NAMES, "7")
    for field in model._meta.concrete_fields:
        names[field.name] = names[field.attname] = other_value(field)
    return names


def batches() -> list[dict[str, Any]]:
    """The fields of all models in as few requests as take every value: a name has one value in each."""
    values: dict[str, list[Any]] = {}
    for model in SOURCES:
        for name, value in fields_of(model).items():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    most = max(map(len, values.values()))
    return [{name: told[turn % len(told)] for name, told in values.items()} for turn in range(most)]


def rows(tables: set[str] | None = None) -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of the product, or of some tables, by table and key."""
    return {
        (model._meta.db_table, row[model._meta.pk.attname]): row
        for model in MODELS
        if tables is None or model._meta.db_table in tables
        for row in model._base_manager.values()
    }


def changes(before: dict, after: dict, *, now: dt.datetime) -> Counter:
    """What is different, in words that do not depend on serial numbers, moments and chance."""
    new = {(table, str(key)) for table, key in after if (table, key) not in before}
    found: Counter = Counter()
    found.update(("gone", *key) for key in before if key not in after)
    for key, row in after.items():
        old = before.get(key)
        told = {
            name: "serial" if is_serial(key[0], name, row, new) else in_words(name, value, now=now)
            for name, value in row.items()
            if old is None or old[name] != value
        }
        if told:
            found[key[0] if old is None else f"{key[0]} {key[1]}", tuple(sorted(told.items()))] += 1
    return found


def is_serial(table: str, name: str, row: dict[str, Any], new: set[tuple[str, str]]) -> bool:
    """Whether a number was given out just now. PostgreSQL gives another one after all was taken back."""
    target = REFERENCES.get((table, name))
    if name == "period" and row["kind"] in MAIL_ABOUT:
        target = MAIL_ABOUT[row["kind"]]
    if name == "object_id" and "model" in row:  # of the record, which is about rows of all tables
        target = apps.get_model(row["model"])._meta.db_table if row["model"] else None
    return name in SERIAL or (target, str(row[name])) in new


def in_words(name: str, value: Any, *, now: dt.datetime) -> str:
    if isinstance(value, dt.datetime):
        return f"{round((value - now).total_seconds() / 3600)} hours from now"
    if name == "changes":
        return str(sorted(value))
    if name in BY_CHANCE and SMUGGLED not in str(value):
        return "by chance"
    return CHANCE_IN_TEXT.sub("by chance", str(value))


def effect(world, actor: str, path: str, form: dict[str, Any], *, before: dict) -> Counter:
    """What a POST changes; it never happened afterwards."""
    with taken_back():
        with tables_written() as written:
            world.ask(actor, "POST", path, form)
        seen_before = {key: row for key, row in before.items() if key[0] in written}
        return changes(seen_before, rows(written), now=timezone.now())


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", [*PAGES, "admin"])
def test_a_page_takes_the_fields_of_its_form_alone(world, name):
    with taken_back():
        BEFORE.get(name, lambda: None)()
        if name == "admin":
            actor, path = "administrator", reverse("admin:accounts_user_change", args=(PERSON,))
            form = ADMIN_FORM
        else:
            actor, path, form = actor_of(name), address(name), form_of(name, "own")
        before = rows()
        intended = effect(world, actor, path, form, before=before)
        assert intended
        # A form with a prefix could take fields with the same prefix.
        prefixes = {"", *(field.rpartition("-")[0] + "-" for field in form if "-" in field)}
        for batch in batches():
            smuggled = {prefix + field: value for prefix in prefixes for field, value in batch.items()}
            smuggled = {field: value for field, value in smuggled.items() if field not in known(name, form)}
            assert effect(world, actor, path, smuggled | form, before=before) == intended


KEY_RESULT = (
    "metric unit start_value commit_value target_value stretch_value lower_bound upper_bound owner due_on"
)
KEY_RESULT += " check_in_every_days source_note tags kpi"
KPI = "metric unit lower_bound upper_bound owner source_note"
RISK = "description key_result owner review_on trigger residual_likelihood residual_impact occurred_on"
RISK += " consequence"
OBJECTIVE = "description tags owner reviewer priority confidence counts_supporters"
# What a form takes beside what it has to be given.
OPTIONAL = {
    "goals:check_in_create": (
        "confidence note blocker evidence_url effective_on form_id draft_version send_on"
    ),
    "goals:roadmap_create": "background form_id",
    "goals:roadmap_edit": "background",
    "goals:objective_create": f"{OBJECTIVE} pillar impact cost form_id",
    "goals:objective_edit": OBJECTIVE,
    "goals:key_result_create": f"{KEY_RESULT} form_id",
    "goals:key_result_edit": KEY_RESULT,
    "goals:key_result_copy": "risks initiatives form_id",
    "goals:objective_copy": "descriptions key_results risks needs initiatives form_id",
    "goals:roadmap_copy": "descriptions key_results risks needs initiatives form_id",
    "goals:risk_create": f"{RISK} form_id",
    "goals:risk_edit": RISK,
    "goals:risk_review": "review_on back",
    "goals:risk_close": "outcome_note occurred_on consequence",
    "goals:concern_create": "form_id",
    "goals:dashboard_create": "is_shared is_start form_id",
    "goals:dashboard_starter": "form_id",
    "goals:dashboard_edit": "is_shared is_start",
    "goals:card_create": "title area owner show form_id",
    "goals:card_edit": "area owner show",
    "goals:webhook_create": "title form_id",
    "goals:webhook_edit": "title",
    "goals:template_save": "initiatives form_id",
    "goals:template_edit": "description",
    "goals:template_begin": "description start_value due_on form_id",
    "goals:kpi_create": f"{KPI} form_id",
    "goals:kpi_edit": KPI,
    "goals:kpi_enter": "note evidence_url effective_on no_change form_id",
    "goals:initiative_create": "link owner due_on form_id",
    "goals:initiative_edit": "link owner due_on",
    "goals:initiative_state": "mine",
    "goals:mitigation_create": "owner due_on form_id",
    "goals:mitigation_edit": "owner due_on",
    "goals:key_result_nudge": "sentence back",
    "goals:need_create": "note code form_id",
    "goals:need_answer": "back",
    "goals:need_ask_again": "back",
    "goals:need_withdraw": "back",
    "goals:alignment_create": "weight reason form_id",
    "goals:share_create": "form_id",
    "goals:objective_comment": "mention form_id",
    "goals:comment_edit": "form_id",
    "goals:check_in_comment": "mention form_id",
    "cycles:cycle_add": "check_in_weekday version",
    "cycles:cycle_edit": "check_in_weekday",
    "cycles:cycle_activate": "version",
    "cycles:cycle_begin_closing": "version",
    "cycles:cycle_close": "version",
    "cycles:cycle_reopen": "version",
    "cycles:cycle_roll_over": "title target_value due_on reason",
    "accounts:preferences": "reminders_enabled reminders_snoozed_until digest_enabled mention_mails_enabled "
    "escalation_mails_enabled nudge_mails_enabled cycle_mails_enabled",
    "goals:objective_follow": "undo list",
    "goals:key_result_follow": "undo list",
    "areas:area_follow": "undo list cycle",
    "goals:absence_list": "note",
    "accounts:token_list": "area",
    "people:person_add": "area",
    "admin": "reminders_enabled mention_mails_enabled escalation_mails_enabled nudge_mails_enabled "
    "cycle_mails_enabled",
}


def known(name: str, form: dict[str, Any]) -> set[str]:
    """The fields of the form itself, also those that were left empty."""
    optional = OPTIONAL.get(name, "").split()
    prefixes = {field.rpartition("-")[0] + "-" for field in form if "-" in field}
    return {*form, *optional} | {prefix + field for prefix in prefixes for field in optional}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_told_that_a_field_is_not_known(world, name):
    every = {field: value for batch in batches() for field, value in batch.items()}
    with taken_back():
        BEFORE.get(name, lambda: None)()
        unknown = sorted(every.keys() - REPORT_FIELDS[name])
        for first in range(0, len(unknown), TOLD_AT_ONCE):
            some = unknown[first : first + TOLD_AT_ONCE]
            with taken_back(), tables_written() as written:
                form = FORMS.get(name, {}) | {field: every[field] for field in some}
                response = world.ask(actor_of(name), "POST", address(name), form)
            assert response.status_code == 400, some
            told = {error["field"]: error["code"] for error in response.json()["errors"]}
            assert told == dict.fromkeys(some, "unknown")
            assert not written, some


COPIED = {"roadmap", "descriptions", "key_results", "risks", "needs", "initiatives", "values", "days"}
# What a program may say, as docs/api.md lists it; everything else is refused.
REPORT_FIELDS = {
    "api:objective-supports": {"objective", "weight", "reason"},
    "api:objective-shares": {"area", "weight", "reason"},
    "api:objective-needs": {"on_objective", "partner", "note", "state"},
    "api:dependency-accept": {"note"},
    "api:dependency-decline": {"note"},
    "api:dependency-ask-again": set(),
    "api:cycle-activate": set(),
    "api:cycle-begin-closing": set(),
    "api:cycle-close": set(),
    "api:cycle-reopen": {"reason"},
    "api:objective-comments": {"text", "mentions"},
    "api:check-in-comments": {"text", "mentions", "asks_back"},
    "api:check-in-acknowledgements": set(),
    "api:key-result-pause": {"until", "reason"},
    "api:key-result-resume": set(),
    "api:key-result-draft-send": set(),
    "api:area-list": {"key", "name", "description", "parent", "position"},
    "api:area-restore": {"reason"},
    "api:cycle-list": {
        *("key", "name", "starts_on", "ends_on", "check_in_every_days", "check_in_weekday"),
        *("on_track_gap", "on_track_ratio", "at_risk_gap", "at_risk_ratio"),
    },
    "api:roadmap-list": {"area", "cycle", "title", "background", "visibility"},
    "api:roadmap-publish": set(),
    "api:roadmap-unpublish": set(),
    "api:roadmap-objectives": {
        *("title", "kind", "description", "owner", "reviewer", "commitment", "visibility", "priority"),
        *("confidence", "weight", "counts_supporters", "pillar", "impact", "cost", "tags"),
    },
    "api:objective-drop": {"reason"},
    "api:objective-restore": {"reason"},
    "api:objective-key-results": {
        *("title", "kind", "metric", "unit", "start_value", "commit_value", "target_value", "stretch_value"),
        *("lower_bound", "upper_bound", "interim_targets", "weight", "owner", "due_on"),
        *("check_in_every_days", "visibility", "source_note", "tags", "kpi"),
    },
    "api:key-result-drop": {"reason"},
    "api:key-result-restore": {"reason"},
    "api:objective-risks": {
        *("title", "kind", "description", "key_result", "likelihood", "impact", "residual_likelihood"),
        *("residual_impact", "response", "trigger", "state", "owner", "review_on", "occurred_on"),
        *("consequence", "visibility"),
    },
    "api:risk-mitigations": {"text", "owner", "due_on", "state"},
    "api:risk-concerns": {"objective"},
    "api:risk-restore": {"reason"},
    "api:tag-rename": {"name"},
    "api:absence-list": {"first_on", "last_on", "stand_in", "note"},
    "api:follow-list": {"area", "objective", "key_result"},
    "api:activity-list": {"seen_until"},
    "api:dashboard-list": {"title", "is_shared", "is_start", "cards"},
    "api:webhook-list": {"area", "title", "address", "events"},
    **{f"api:webhook-{step}": set() for step in ("secret", "stop", "start", "ping", "delivery-replay")},
    "api:template-list": {"objective", "area", "name", "initiatives"},
    "api:template-begin": {"roadmap", "title", "description", "key_results"},
    "api:key-result-copy": {"objective", "risks", "initiatives", "values", "days"},
    "api:objective-copy": COPIED,
    "api:roadmap-copy": COPIED,
    "api:key-result-move": {"objective", "reason"},
    "api:objective-move": {"roadmap", "reason"},
    "api:risk-review": {"review_on"},
    "api:risk-close": {"outcome", "closed_on", "outcome_note", "occurred_on", "consequence"},
    "api:risk-reopen": {"reason"},
    "api:key-result-initiatives": {"title", "link", "owner", "due_on", "state", "position"},
    "api:kpi-list": {
        *("area", "title", "metric", "unit", "aim", "lower_bound", "upper_bound", "owner", "rhythm_days"),
        *("visibility", "source_note"),
    },
    "api:kpi-entries": {"value", "note", "evidence_url", "effective_on", "corrects", "reason"},
    "api:token-list": {"name", "scope", "area", "days"},
    "api:check-in-bulk": {"check_ins"},
    "api:key-result-check-ins": {
        "value",
        "status",
        "confidence",
        "note",
        "blocker",
        "evidence_url",
        "effective_on",
        "corrects",
        "reason",
    },
}


def test_every_write_of_a_program_is_told_about():
    assert set(PROGRAMS) == set(REPORT_FIELDS)
