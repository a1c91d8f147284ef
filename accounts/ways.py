"""Where people may be sent on to, and what is no place for people."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_path_here(url: str | None) -> bool:
    """Whether this is a path of this site: no host, not even ours by name, which might have another port."""
    path = url or ""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def is_for_programs(request: HttpRequest) -> bool:
    """Whether what is asked for is read by programs: they get English, JSON and no redirects."""
    return request.path_info.startswith("/api/") or request.path_info == "/metrics"
