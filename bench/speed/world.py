"""Who asks, and for what: rows of the reference organisation that the requests name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count

from accounts.models import ApiToken, Scope, User
from goals.models import Cycle, KeyResult

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class World:
    today: date
    cycle: str
    # The lead of the first team: an ordinary reader, of whom every right is asked.
    reader: User
    token: str
    cookie: str
    # Somebody who owes as many check-ins as anybody, and how many.
    debtor: User
    owed: int
    debtor_cookie: str
    # A manager, from whom nothing is hidden: other ways lead to the same page then.
    manager_cookie: str
    key_results: list[str]
    objective: str

    @classmethod
    def of(cls, today: date) -> World:
        cycle = Cycle.objects.active().get()
        reader = User.objects.get(memberships__area__key="A1T1", memberships__role="lead")
        before = today - timedelta(days=15)
        owing = KeyResult.objects.of_cycle(cycle).filter(last_check_in__effective_on__lt=before)
        owing = owing.filter(completion__lt=1).values("owner").order_by()
        most = owing.annotate(count=Count("pk")).order_by("-count", "owner").first()
        debtor = User.objects.get(pk=most["owner"]) if most else reader
        mine = KeyResult.objects.of_cycle(cycle).filter(objective__roadmap__area__key="A1T1")
        reaches = mine.filter(kind="reach", visibility="inherit").exclude(objective__visibility="restricted")
        return cls(
            today,
            cycle.key,
            reader,
            ApiToken.issue(owner=reader, scope=Scope.WRITE)[1],
            signed_in(reader),
            debtor,
            most["count"] if most else 0,
            signed_in(debtor),
            signed_in(User.objects.filter(org_role="manager").order_by("pk")[0]),
            list(reaches.order_by("pk").values_list("code", flat=True)),
            reaches.order_by("pk").values_list("objective__code", flat=True)[0],
        )

    @property
    def by_token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def by_session(self) -> dict[str, str]:
        return {"Cookie": self.cookie}


def signed_in(user: User) -> str:
    """The cookie of a session of this person, as a browser sends it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"
