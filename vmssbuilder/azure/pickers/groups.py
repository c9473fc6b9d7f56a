"""A new resource group: the one thing that a picker may create."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..client import ArmClient
from ..errors import AlreadyExists, NotFound
from .suggestions import Where, region_name

_VERSION: Final = "2021-04-01"
# learn.microsoft.com, "Naming rules and restrictions for Azure resources": resourcegroups.
_NAME: Final = re.compile(r"[-\w.()]{0,89}[-\w()]")


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A resource group to create. Raises ValueError for what Azure would not take, in words."""

    subscription: str
    name: str
    region: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("Give the new resource group a name.")
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                "A resource group's name has 1 to 90 letters, digits, hyphens, underscores, periods and parentheses,"
                " and does not end with a period."
            )
        if not re.fullmatch(r"[a-z0-9]{3,40}", region_name(self.region)):
            raise ValueError("Say in which region the new resource group is to be, for example uksouth.")
        if Where(self.subscription).missing(("subscription",)):
            raise ValueError("Choose a subscription first.")


def create(client: ArmClient, group: NewGroup) -> None:
    """Creates the group. Raises AlreadyExists where there is one, for a PUT would take its tags away; and AzureError."""
    url = client.url(f"/subscriptions/{group.subscription.strip()}/resourcegroups/{group.name}", _VERSION)
    try:
        client.send("GET", url)
    except NotFound as error:
        if error.code.lower() != "resourcegroupnotfound":
            raise
    else:
        message = f"There is already a resource group “{group.name}”. Choose it from the list."
        raise AlreadyExists(message, status=409, code="AlreadyExists", target="name")
    client.send("PUT", url, {"location": region_name(group.region)})
