"""Guessing local passwords is slowed down: for each name, for each address, and for everybody together.

django-axes writes down what failed and refuses; here is what it counts, and whose address a request came from.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

from vmssbuilder.web.client_address import client_address

PER_ADDRESS: Final = 20
"""Wrong passwords from one address, whatever the names. An office can share one, so there are more than for a name."""

OF_EVERYBODY: Final = 60
ALL_WITHIN: Final = timedelta(minutes=1)
"""Wrong passwords of everybody in this time: more is an attack from many addresses. Short, since everybody waits for it."""


class PasswordAttempts(AxesDatabaseHandler):  # type: ignore[misc] # axes has no types
    """Counts wrong passwords three ways. One query."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """The limit when any of the three is reached, else the failures for the name, which are fewer."""
        limit: int = settings.AXES_FAILURE_LIMIT
        now = timezone.now()
        cool_off = get_cool_off(request)
        assert cool_off is not None, "AXES_COOLOFF_TIME is set"
        name = Q(username=get_client_username(request, credentials))
        address = Q(ip_address=request.axes_ip_address)
        recent = AccessAttempt.objects.filter(attempt_time__gte=now - cool_off)
        counted = recent.aggregate(
            name=Sum("failures_since_start", filter=name, default=0),
            address=Sum("failures_since_start", filter=address, default=0),
            everybody=Sum("failures_since_start", filter=Q(attempt_time__gte=now - ALL_WITHIN), default=0),
        )
        if counted["name"] >= limit or counted["address"] >= PER_ADDRESS:
            request.guessing_wait = cool_off
            return limit
        if counted["everybody"] >= OF_EVERYBODY:
            request.guessing_wait = ALL_WITHIN
            return limit
        return int(counted["name"])


def address_of(request: HttpRequest) -> str | None:
    """What is counted of an address: of IPv6 the /64, which one customer has; None when there is none."""
    found = client_address(request)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found) if found is not None else None
