"""Whose address a request came from, as far as the proxies tell that are trusted."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> Address | None:
    """The address, None when there is none, as on a socket of Unix.

    Each proxy adds the address that it was asked from at the end of X-Forwarded-For. What stands before those that ours
    added may be made up by anybody.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    chain = [*(each.strip() for each in forwarded if each.strip()), request.META.get("REMOTE_ADDR", "")]
    seen = _read(chain[max(0, len(chain) - 1 - settings.VMSSBUILDER_TRUSTED_PROXIES)])
    return seen if seen is not None else _read(chain[-1])


def _read(text: str) -> Address | None:
    text = text.removeprefix("[").partition("]")[0]
    if text.count(":") == 1:
        # With a port.
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return found if mapped is None else mapped
