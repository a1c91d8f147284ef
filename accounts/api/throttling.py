"""How often a program may ask: so many requests a minute for each token or person."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60


class PerMinute(BaseThrottle):
    """Counts requests in a fixed window of the clock, in the cache; without a cache nobody is held up.

    The count is shared as far as the cache is: one cache for all processes needs CACHE_URL.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = int(api_settings.DEFAULT_THROTTLE_RATES["minute"] or 0)
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        self.reset = max(1, int((window + 1) * WINDOW_SECONDS - now))
        who = f"token-{request.auth.pk}" if request.auth else f"user-{request.user.pk}"
        count = self._count(f"api-rate:{who}:{window}")
        remaining = max(0, limit - count)
        request._request.api_rate = {  # type: ignore[attr-defined]
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return count <= limit

    def wait(self) -> float:
        return self.reset

    def _count(self, key: str) -> int:
        try:
            cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
            return cache.incr(key)
        except Exception:
            logger.warning("The cache cannot count requests.", exc_info=True)
            return 0
