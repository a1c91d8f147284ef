"""Tokens: people make their own, see when they were last used, and take them back."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiToken, Scope, User
from accounts.tokens import TokenRefused, revoke_token, rotate_token
from accounts.ways import is_path_here

DAYS = [
    (7, gettext_lazy("a week")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("a year")),
]
OVERLAPS = [
    (0, gettext_lazy("ends now")),
    (1, gettext_lazy("works one more day")),
    (3, gettext_lazy("works three more days")),
    (7, gettext_lazy("works seven more days")),
]
TOKENS_PER_PAGE = 100
# Where a new token waits, between the form that made it and the page that shows it once.
NEW_TOKEN = "new_token"  # noqa: S105


class TokenForm(forms.ModelForm):
    """A token for a program of one's own."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=120,
        help_text=gettext_lazy("So that you know later which one to revoke"),
    )
    scope = forms.ChoiceField(label=gettext_lazy("It may"), choices=Scope)
    days = forms.TypedChoiceField(
        label=gettext_lazy("It expires after"), choices=DAYS, coerce=int, initial=90
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scope", "area"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        area.queryset = area.queryset.filter(archived_at__isnull=True).order_by("key")
        area.empty_label = _("everywhere")
        area.to_field_name = "key"
        area.label_from_instance = lambda found: f"{found.key} · {found.name}"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError(_("A name is one line of text."))
        return name


class OverlapForm(forms.Form):
    """For how long a token that was replaced goes on working, so that programs can be changed one by one."""

    overlap = forms.TypedChoiceField(choices=OVERLAPS, coerce=int)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # The next page shows it, and then it is nowhere: not in the address, a log or the browser's history.
        request.session[NEW_TOKEN] = _make(form, owner=user)
        return redirect("accounts:token_list")
    others = ApiToken.objects.revocable_by(user).exclude(owner=user).select_related("owner", "area")
    context = {
        "form": form,
        "overlaps": OVERLAPS,
        "now": timezone.now(),
        "new_token": request.session.pop(NEW_TOKEN, "") if request.method == "GET" else "",
        "tokens": user.api_tokens.select_related("area"),
        "page": Paginator(others, TOKENS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "accounts/token_list.html", context)


def _make(form: TokenForm, *, owner: User) -> str:
    now = timezone.now()
    chosen = form.cleaned_data
    _row, token = ApiToken.issue(
        owner=owner,
        scope=chosen["scope"],
        name=chosen["name"],
        area=chosen["area"],
        expires_at=now + timedelta(days=chosen["days"]),
    )
    return token


@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends a token at once: the next request with it is refused. Twice is as once."""
    user: Any = request.user
    token = get_object_or_404(ApiToken.objects.revocable_by(user), pk=token_id)
    revoke_token(token, by=user, now=timezone.now())
    messages.success(request, _("The token %(prefix)s… is revoked.") % {"prefix": token.prefix})
    back = request.POST.get("next", "")
    return redirect(back if is_path_here(back) else reverse("accounts:token_list"))


@require_POST
def token_rotate(request: HttpRequest, token_id: int) -> HttpResponse:
    """A new token with the settings of an old one of one's own, which goes on for as long as was chosen."""
    user: Any = request.user
    token = get_object_or_404(ApiToken.objects.filter(owner=user), pk=token_id)
    form = OverlapForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose for how long the old token goes on working."))
        return redirect("accounts:token_list")
    overlap = timedelta(days=form.cleaned_data["overlap"])
    try:
        _row, new_token = rotate_token(token, by=user, now=timezone.now(), overlap=overlap)
    except TokenRefused as refused:
        messages.error(request, str(refused))
    else:
        request.session[NEW_TOKEN] = new_token
    return redirect("accounts:token_list")
