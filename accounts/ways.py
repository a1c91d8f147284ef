"""Where people may be sent on to."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_path_here(url: str | None) -> bool:
    """Whether this is a path of this site: no host, not even ours by name, which might have another port."""
    path = url or ""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
