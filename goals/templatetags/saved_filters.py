"""The saved filters of the reader beside the filter of a page."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import RequestContext

from goals.forms.saved_filters import SavedFilterForm, lasting
from goals.models import SavedFilter

register = template.Library()


@register.inclusion_tag("goals/_saved_filters.html", takes_context=True)
def saved_filters(context: RequestContext, page: str) -> dict[str, Any]:
    """Of the page of this name. One query; none for a visitor, who has none."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {"is_shown": False}
    query, back = lasting(request.GET), request.get_full_path()
    # A saved filter keeps neither cycle nor day: what is chosen now stays.
    now = urlencode({name: request.GET[name] for name in ("cycle", "as_of") if name in request.GET})
    saved = list(SavedFilter.objects.of(request.user).filter(page=page))
    return {
        "is_shown": bool(saved or query),
        "saved": saved,
        "chosen": next((row for row in saved if row.query == query), None),
        "query": query,
        "back": back,
        "form": SavedFilterForm(initial={"page": page, "query": query, "back": back}, auto_id="saved_%s"),
        "now": now,
        "csrf_token": context.get("csrf_token"),
    }
