"""How long a sign-in lasts, where a person is signed in, and how that ends."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

from accounts.models import TrustedBrowser, User

STARTED = "signed_in_at"
SEEN = "seen_at"
# Seen is written down once a minute, not with every request.
SEEN_EVERY_SECONDS = 60


class SessionAgeMiddleware:
    """Ends a session that nobody used for a while, and every session after a longer while."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._look_at(request, time.time())
        return self.get_response(request)

    def _look_at(self, request: HttpRequest, now: float) -> None:
        session = request.session
        started, seen = session.get(STARTED, now), session.get(SEEN, 0.0)
        is_idle = STARTED in session and now - seen > settings.SESSION_IDLE_SECONDS
        if is_idle or now - started > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif now - seen > SEEN_EVERY_SECONDS:
            session[STARTED], session[SEEN] = started, now
            UserSession.objects.create_from_request(request)


def is_elsewhere_too(request: HttpRequest) -> bool:
    """Whether this person has sessions besides the one of this request."""
    return len(UserSession.objects.purge_and_list(request.user)) > 1


def renew_key(request: HttpRequest) -> None:
    """Gives the session another key, and its row in the list too."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


@receiver(user_logged_in)
def note_the_start(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    request.session[STARTED] = request.session[SEEN] = time.time()


@receiver(post_save, sender=User)
def end_sessions_of_who_left(sender: Any, instance: User, **kwargs: Any) -> None:
    """Who is made active again later signs in again, and sets up a second step or a passkey anew."""
    if not instance.is_active:
        Authenticator.objects.filter(user=instance).delete()
        SocialAccount.objects.filter(user=instance).delete()
        TrustedBrowser.objects.filter(user=instance).delete()
        for session in UserSession.objects.filter(user=instance):
            session.end()
