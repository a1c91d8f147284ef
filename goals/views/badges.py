"""Badges: a figure as a small picture for a README or a wiki, and the page that tells what to write there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.languages import in_english
from accounts.private_addresses import holder_of, private_address
from goals.figures.badges import Badge, badge_of, public_badge_of

CACHE_SECONDS = 300
HEIGHT = 20
# Dark enough for white words on them (WCAG AA), in a light and in a dark page.
COLOURS = {
    "done": "#2f5ac0",
    "on_track": "#1f7a47",
    "behind": "#8a5a00",
    "at_risk": "#b3322a",
}
OTHER_COLOUR = "#56616f"
# Of an ordinary letter of 11 px; what differs is evened out by textLength.
LETTER_WIDTH = {"code": 7.0, "message": 5.9}
PADDING = 12


@dataclass(frozen=True)
class Drawing:
    """What the picture needs, in pixels. By hand: libraries write no title, for those who do not see it."""

    badge: Badge
    left: int
    right: int
    colour: str

    @property
    def width(self) -> int:
        return self.left + self.right

    @property
    def places(self) -> dict[str, float]:
        return {
            "left_middle": self.left / 2,
            "left_text": self.left - PADDING,
            "right_middle": self.left + self.right / 2,
            "right_text": self.right - PADDING,
        }


def drawing_of(badge: Badge) -> Drawing:
    left, right = (
        round(len(text) * LETTER_WIDTH[name]) + PADDING
        for name, text in (("code", badge.code), ("message", badge.message))
    )
    return Drawing(badge, left, right, COLOURS.get(badge.look, OTHER_COLOUR))


@login_not_required
@require_safe
@conditional_page
def badge_picture(request: HttpRequest, badge_code: str) -> HttpResponse:
    """The picture, in English. With a key as its holder sees it, without one as the world does."""
    if "\0" in badge_code:
        raise Http404
    with in_english():
        badge = _badge(request, badge_code)
        if badge is None:
            raise Http404
        drawn = render_to_string("goals/badge.svg", {"drawing": drawing_of(badge), "height": HEIGHT})
    answer = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    is_public = "key" not in request.GET
    patch_cache_control(answer, max_age=CACHE_SECONDS, **{"public" if is_public else "private": True})
    # Pictures are shown by other sites: that is what they are for.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # The log has looked up who asks; the picture has not, and caches need not tell people apart.
    request.session.accessed = False
    return answer


def _badge(request: HttpRequest, code: str) -> Badge | None:
    if "key" not in request.GET:
        return public_badge_of(code, today=timezone.localdate())
    person = holder_of(request)
    if person is None:
        return None
    with timezone.override(person.time_zone):
        return badge_of(code, user=person, today=timezone.localdate())


@require_safe
def badge_detail(request: HttpRequest, badge_code: str) -> HttpResponse:
    """The picture and what to write where; whether the world sees it anyway."""
    user: Any = request.user
    today = timezone.localdate()
    badge = None if "\0" in badge_code else badge_of(badge_code, user=user, today=today)
    if badge is None:
        raise Http404
    path = reverse("goals:badge_picture", args=[badge.code])
    is_public = public_badge_of(badge.code, today=today) is not None
    own = private_address(path, user)
    context = {
        "badge": badge,
        "is_public": is_public,
        "own_path": own,
        "snippets": _snippets(badge, path, own, is_public=is_public),
    }
    return render(request, "goals/badge_detail.html", context)


def _snippets(badge: Badge, path: str, own: str, *, is_public: bool) -> list[tuple[str, str, str]]:
    """Name, Markdown and HTML of each address that shows it: the open one, if any, and one's own."""
    site = settings.SITE_URL
    page = site + badge.address
    addresses = [("own", own)] if not is_public else [("public", path), ("own", own)]
    return [
        (
            name,
            f"[![{badge.code}]({site}{address})]({page})",
            f'<a href="{page}"><img src="{site}{address}" alt="{badge.code}" height="{HEIGHT}"></a>',
        )
        for name, address in addresses
    ]
