"""Where a webhook may lead: to public addresses over HTTPS, and into the networks that the settings allow.

A name is judged by what it resolves to at the moment of sending, and the connection goes to just that
(goals.webhooks.transport): asked twice, a name server could answer twice.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from goals.models.webhook import LONGEST_URL

Address = IPv4Address | IPv6Address
PORTS = {"http": 80, "https": 443}
# What may be called public, and leads elsewhere all the same: IPv4 inside of IPv6 (mapped, compatible,
# translated by NAT64 or 6to4, Teredo), the relays of 6to4, what protocols keep for themselves, benchmarks.
DETOURS = [
    ip_network(network)
    for network in (
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
        *("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "fec0::/10"),
    )
]


class Forbidden(Exception):
    """The address leads where no webhook may; the sentence says so."""


def parsed(url: str) -> SplitResult:
    """The parts of an address that a webhook may have. Raises Forbidden."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Forbidden(_("Write an address in ASCII without blanks, of at most 500 characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(_("This is no address of a program.")) from error
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise Forbidden(_("An address begins with https:// and names a host."))
    if "@" in parts.netloc or parts.fragment:
        raise Forbidden(_("An address holds neither a user name nor a part after “#”."))
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOWED_NETWORKS:
        raise Forbidden(_("An address begins with https://."))
    return parts


def judge(url: str) -> None:
    """What can be said of an address without asking a name server. Raises Forbidden."""
    parts = parsed(url)
    try:
        literal = ip_address((parts.hostname or "").partition("%")[0])
    except ValueError:
        return
    refuse_private([literal], scheme=parts.scheme)


def resolve(parts: SplitResult) -> list[Address]:
    """What the host of an address resolves to now, every one of it allowed. Raises Forbidden, OSError."""
    port = parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    # A zone (fe80::1%eth0) names an interface of this machine: what has one is no public address anyway.
    addresses = list(dict.fromkeys(ip_address(str(row[4][0]).partition("%")[0]) for row in found))
    refuse_private(addresses, scheme=parts.scheme)
    return addresses


def refuse_private(addresses: list[Address], *, scheme: str) -> None:
    """All of them have to be allowed: which one is taken is chance. Raises Forbidden."""
    if not addresses or not all(is_allowed(address) or is_public(address) for address in addresses):
        raise Forbidden(_("This address leads into a private network."))
    if scheme == "http" and not all(is_allowed(address) for address in addresses):
        raise Forbidden(_("Outside of the networks that are allowed, an address begins with https://."))


def is_allowed(address: Address) -> bool:
    """Whether the settings name its network."""
    return any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS)


def is_public(address: Address) -> bool:
    """Whether the whole world finds the same machine there."""
    if any(address in network for network in DETOURS if network.version == address.version):
        return False
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not is_special and not address.is_link_local and not address.is_loopback
