"""What an area watches: a new KPI, a changed one, one that is archived or comes back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from areas.models import Area
from goals.actions.kpis import archive_kpi, change_kpi, create_kpi, restore_kpi
from goals.actions.refusals import Refused
from goals.forms.kpis import KpiForm
from goals.models import Kpi
from goals.views import plan_flow
from goals.views.context import area_crumbs
from goals.views.kpis import visible_kpi
from goals.views.plan_flow import AnyPage, get_and_post, refuse_non_editors


@get_and_post
def kpi_create(request: HttpRequest, area_key: str) -> HttpResponse:
    area = get_object_or_404(Area.objects.live(), key=area_key)
    refuse_non_editors(request, area)
    heading = _("New KPI of %(area)s") % {"area": area.name}
    crumbs = [*area_crumbs(area, last=False), (_("New KPI"), "")]
    page = AnyPage("goals/kpi_form.html", heading, None, crumbs, crumbs[-2][1], {"nav": "kpis"})
    who: dict[str, Any] = {"by": request.user, "now": timezone.now(), "today": timezone.localdate()}
    return plan_flow.create(
        request,
        page,
        partial(KpiForm, instance=Kpi(area=area, owner_id=request.user.pk)),
        lambda entered: create_kpi(area, **who, **entered),
    )


@get_and_post
def kpi_edit(request: HttpRequest, code: str) -> HttpResponse:
    kpi = visible_kpi(request, code)
    refuse_non_editors(request, kpi.area)
    crumbs = [*area_crumbs(kpi.area, last=False), (kpi.code, kpi.get_absolute_url()), (_("Edit"), "")]
    heading = _("Edit %(code)s") % {"code": kpi.code}
    more = {"nav": "kpis", "kpi": kpi}
    page = AnyPage("goals/kpi_form.html", heading, None, crumbs, kpi.get_absolute_url(), more)
    return plan_flow.change(
        request,
        page,
        KpiForm,
        kpi,
        lambda form: change_kpi(
            kpi, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@require_POST
def kpi_archive(request: HttpRequest, code: str) -> HttpResponse:
    """One press; the page it leads to has the one that takes it back."""
    kpi = _own(request, code)
    try:
        archive_kpi(kpi, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(code)s is archived.") % {"code": kpi.code})
    return redirect(kpi)


@require_POST
def kpi_restore(request: HttpRequest, code: str) -> HttpResponse:
    kpi = _own(request, code)
    try:
        restore_kpi(kpi, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(code)s is watched again.") % {"code": kpi.code})
    return redirect(kpi)


def _own(request: HttpRequest, code: str) -> Kpi:
    kpi = visible_kpi(request, code, live=False)
    refuse_non_editors(request, kpi.area)
    return kpi
