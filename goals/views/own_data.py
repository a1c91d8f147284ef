"""What is held about whoever asks, as one file."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.exchange.personal_data import personal_data


def data_response(data: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="personal-data.json"'},
    )


@never_cache
@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return data_response(personal_data(user, now=timezone.now()))
