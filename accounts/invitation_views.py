"""The page an invitation leads to. Mail scanners open links: looking changes nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.invitations import InvitationSpent, accept_invitation, spent_sentence
from accounts.models import Invitation, User
from accounts.sign_in.strength import show_strength


class AcceptInvitationForm(SetPasswordForm):
    """The name a person goes by, and the password of their choice."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    field_order = ["name", "new_password1", "new_password2"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["name"].initial = user.name
        self.fields["new_password1"].label = _("Password")
        self.fields["new_password2"].label = _("Password, once more")
        self.fields["new_password2"].help_text = ""
        show_strength(self.fields["new_password1"], "new_password1", user)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError(_("A name is one line of text."))
        return name


@login_not_required
@never_cache
@sensitive_post_parameters("token", "new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Shows whom the link is for; its form lets them in. The token stands in no path: paths are logged."""
    now = timezone.now()
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    found = Invitation.objects.with_token(token).select_related("user", "invited_by").first()
    if found is None:
        return _refuse(request, _("This link is not one of ours, or a part of it is missing."), status=404)
    if sentence := spent_sentence(found, now=now):
        return _refuse(request, sentence, status=410)
    form = AcceptInvitationForm(found.user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "invitation": found, "token": token}
        return render(request, "accounts/invitation.html", context)
    chosen = form.cleaned_data
    try:
        user = accept_invitation(found, name=chosen["name"], password=chosen["new_password1"], now=now)
    except InvitationSpent as spent:
        return _refuse(request, str(spent), status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    messages.success(request, _("Welcome, %(name)s.") % {"name": user.name})
    return redirect("goals:overview")


def _refuse(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    return render(request, "accounts/invitation_spent.html", {"sentence": sentence}, status=status)
