"""What there is in the sandbox before anybody asks: people, subscriptions, resource groups, regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from vmssbuilder.azure.clouds import SANDBOX, cloud

CLOUD: Final = cloud(SANDBOX)
TENANT: Final = CLOUD.default_tenant
TENANT_NAME: Final = "Contoso"
TENANT_DOMAIN: Final = "contoso.example"

AzureRole = Literal["Contributor", "Reader"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the demo directory. app_roles: in the product; azure_role: in every subscription."""

    key: str
    oid: str
    name: str
    what: str
    app_roles: tuple[str, ...]
    azure_role: AzureRole

    @property
    def username(self) -> str:
        return f"{self.key}@{TENANT_DOMAIN}"


ACCOUNTS: Final = {
    each.key: each
    for each in (
        Account(
            "rita",
            "0a11ce00-0000-4000-8000-000000000001",
            "Rita Requester",
            "Fills in requests and sends them to Azure",
            ("Requester",),
            "Contributor",
        ),
        Account(
            "rolf",
            "0a11ce00-0000-4000-8000-000000000002",
            "Rolf Reviewer",
            "Reviews requests",
            ("Reviewer",),
            "Contributor",
        ),
        Account(
            "sam",
            "0a11ce00-0000-4000-8000-000000000003",
            "Sam Stranger",
            "Has no role in the application, and may only look in Azure",
            (),
            "Reader",
        ),
        Account(
            "ada",
            "0a11ce00-0000-4000-8000-000000000004",
            "Ada Administrator",
            "Sets the house rules and sees everything",
            ("Administrator",),
            "Contributor",
        ),
    )
}


def account_by_hint(hint: str) -> Account | None:
    """The account of a sign-in hint: its key or its user name."""
    wanted = hint.strip().lower()
    return next((each for each in ACCOUNTS.values() if wanted in {each.key, each.username}), None)


@dataclass(frozen=True, slots=True)
class Region:
    """An Azure region."""

    name: str
    title: str
    zones: bool = True


REGIONS: Final = {
    each.name: each
    for each in (
        Region("uksouth", "UK South"),
        Region("ukwest", "UK West", zones=False),
        Region("northeurope", "North Europe"),
        Region("westeurope", "West Europe"),
        Region("francecentral", "France Central"),
        Region("germanywestcentral", "Germany West Central"),
        Region("swedencentral", "Sweden Central"),
        Region("eastus", "East US"),
        Region("eastus2", "East US 2"),
        Region("centralus", "Central US"),
        Region("westus", "West US", zones=False),
        Region("westus2", "West US 2"),
        Region("canadacentral", "Canada Central"),
        Region("brazilsouth", "Brazil South"),
        Region("southeastasia", "Southeast Asia"),
        Region("japaneast", "Japan East"),
        Region("australiaeast", "Australia East"),
        Region("centralindia", "Central India"),
        Region("southafricanorth", "South Africa North"),
    )
}


def region(location: str) -> Region | None:
    """The region of a location as people write it: “UK South” or uksouth."""
    return REGIONS.get("".join(location.split()).lower())


SUBSCRIPTIONS: Final = {
    "11111111-1111-4111-8111-111111111111": "Contoso Development",
    "22222222-2222-4222-8222-222222222222": "Contoso Production",
}

DEVELOPMENT: Final = next(iter(SUBSCRIPTIONS))

RESOURCE_GROUPS: Final = {
    "11111111-1111-4111-8111-111111111111": {
        "rg-shop": "uksouth",
        "rg-lab": "westeurope",
        "myrg1": "eastus",
    },
    "22222222-2222-4222-8222-222222222222": {"rg-shop-prod": "uksouth", "rg-network": "uksouth"},
}
