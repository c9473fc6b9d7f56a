"""Where the request of an export goes: the public cloud of Azure, another one, or a stand-in on one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Resource Manager answers, and what the tools call that place.

    address: without a path. cli: what the Azure CLI calls the cloud, "" where it is there by itself. terraform: what the
    AzAPI provider calls it, "" likewise. note: a sentence about the place for the top of an export. token: the command
    that prints an access token.
    """

    address: str = "https://management.azure.com"
    cli: str = ""
    terraform: str = ""
    note: str = ""
    token: str = "az account get-access-token --query accessToken --output tsv"  # noqa: S105 - a command, no token

    @property
    def is_known_to_the_cli(self) -> bool:
        """Whether the Azure CLI reaches it after a sign-in. A stand-in it does not know has to be named in full."""
        return not self.note


PUBLIC: Final = Endpoint()
