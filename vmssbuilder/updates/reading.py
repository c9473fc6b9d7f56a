"""Reads a live scale set in a person's name, for pages that must not wait."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils import timezone

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import ArmClient, LiveScaleSet, ScaleSetAddress
from vmssbuilder.scaleset import versions

from . import asking, live
from .live import Live

USER_DATA_SINCE: Final = "2021-03-01"


def read(user: User, address: ScaleSetAddress, api_version: str, *, within: float = asking.FRESH) -> Lookup:
    """The scale set as it is now, a `Live`, or None where there is none. within: see `asking.ask`."""
    return asking.ask(user, _about(address, api_version), partial(_read, address, api_version), within=within)


def forget(user: User, address: ScaleSetAddress, api_version: str) -> None:
    """The next look asks Azure, however new the last answer is."""
    asking.forget(user, _about(address, api_version))


def _about(address: ScaleSetAddress, api_version: str) -> str:
    return f"{api_version} {address.resource_id.lower()}"


def _read(address: ScaleSetAddress, api_version: str, client: ArmClient) -> Live | None:
    found = whole(client, address, api_version)
    return None if found is None else live.of(found, timezone.now())


def whole(client: ArmClient, address: ScaleSetAddress, api_version: str) -> LiveScaleSet | None:
    """The scale set with all that Azure shows of it, None when there is none. Raises AzureError."""
    return client.get(address, api_version, user_data=versions.within(api_version, USER_DATA_SINCE))
