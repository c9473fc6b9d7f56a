"""What there is in the sandbox before anybody asks: people, subscriptions, resource groups, regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

APPLICATION: Final = Account(
    "vmssbuilder",
    "0a11ce00-0000-4000-8000-0000000000a9",
    "vmssbuilder",
    "The application itself, for tools that sign in as a service principal",
    (),
    "Contributor",
)
"""No person: nobody can choose it on the sign-in page."""


def account_by_oid(oid: str) -> Account | None:
    """Who a token is about."""
    return next((each for each in (*ACCOUNTS.values(), APPLICATION) if each.oid == oid), None)


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
    geography: str = ""
    paired: str = ""


REGIONS: Final = {
    each.name: each
    for each in (
        Region("uksouth", "UK South", geography="UK", paired="ukwest"),
        Region("ukwest", "UK West", zones=False, geography="UK", paired="uksouth"),
        Region("northeurope", "North Europe", geography="Europe", paired="westeurope"),
        Region("westeurope", "West Europe", geography="Europe", paired="northeurope"),
        Region("francecentral", "France Central", geography="Europe"),
        Region("germanywestcentral", "Germany West Central", geography="Europe"),
        Region("swedencentral", "Sweden Central", geography="Europe"),
        Region("eastus", "East US", geography="US", paired="westus"),
        Region("eastus2", "East US 2", geography="US", paired="centralus"),
        Region("eastus2euap", "East US 2 EUAP", geography="US"),
        Region("centralus", "Central US", geography="US", paired="eastus2"),
        Region("westus", "West US", zones=False, geography="US", paired="eastus"),
        Region("westus2", "West US 2", geography="US"),
        Region("canadacentral", "Canada Central", geography="Canada"),
        Region("brazilsouth", "Brazil South", geography="South America"),
        Region("southeastasia", "Southeast Asia", geography="Asia Pacific"),
        Region("japaneast", "Japan East", geography="Asia Pacific"),
        Region("australiaeast", "Australia East", geography="Asia Pacific"),
        Region("centralindia", "Central India", geography="Asia Pacific"),
        Region("southafricanorth", "South Africa North", geography="Africa"),
    )
}


def region(location: str) -> Region | None:
    """The region of a location as people write it: “UK South” or uksouth."""
    return REGIONS.get("".join(location.split()).lower())


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. state: Azure takes no writes for a disabled one. registered: whether Microsoft.Compute is, from
    the start. read_only: everybody may only look. no_vaults: nobody may list key vaults. features: of Microsoft.Compute,
    those that it is registered for.
    """

    id: str
    title: str
    state: Literal["Enabled", "Disabled"] = "Enabled"
    registered: bool = True
    read_only: bool = False
    no_vaults: bool = False
    features: tuple[str, ...] = ()


FEATURES: Final = ("EncryptionAtHost", "VmssAutomaticZonePlacement")
"""Features of Microsoft.Compute that a subscription has to be registered for."""

SUBSCRIPTIONS: Final = {
    each.id: each
    for each in (
        Subscription("11111111-1111-4111-8111-111111111111", "Contoso Development", features=FEATURES),
        Subscription("22222222-2222-4222-8222-222222222222", "Contoso Production"),
        Subscription(
            "33333333-3333-4333-8333-333333333333",
            "Contoso Shared Services",
            read_only=True,
            no_vaults=True,
        ),
        Subscription("44444444-4444-4444-8444-444444444444", "Contoso Old Projects", state="Disabled"),
        Subscription("55555555-5555-4555-8555-555555555555", "Contoso Research", registered=False),
    )
}

DEVELOPMENT, PRODUCTION, SHARED, DISABLED, UNREGISTERED = SUBSCRIPTIONS

RESOURCE_GROUPS: Final = {
    DEVELOPMENT: {
        "rg-shop": "uksouth",
        "rg-lab": "westeurope",
        "rg-crowd": "uksouth",
        "rg-governed": "uksouth",
        "myrg1": "eastus",
    },
    PRODUCTION: {"rg-shop-prod": "uksouth", "rg-network": "uksouth"},
    SHARED: {"rg-hub": "uksouth"},
    DISABLED: {"rg-old": "ukwest"},
    UNREGISTERED: {"rg-genomics": "northeurope"},
}


def become(subscriptions: Iterable[Subscription], groups: Mapping[str, Mapping[str, str]]) -> None:
    """Puts other subscriptions and resource groups in the place of these. groups: the region of each, by subscription and name.

    A sandbox that runs has to forget what it knows (`Memory.reset`).
    """
    others = {each.id: each for each in subscriptions}
    SUBSCRIPTIONS.clear()
    SUBSCRIPTIONS.update(others)
    RESOURCE_GROUPS.clear()
    RESOURCE_GROUPS.update({each: dict(groups.get(each, {})) for each in others})


@dataclass(frozen=True, slots=True)
class PolicyAssignment:
    """An Azure Policy assignment that denies scale sets. group: empty for the whole subscription.

    sizes: names of sizes that it denies, by their start. tag: one that it demands.
    """

    subscription: str
    title: str
    definition: str
    group: str = ""
    sizes: tuple[str, ...] = ()
    tag: str = ""


POLICIES: Final = (
    PolicyAssignment(
        PRODUCTION,
        "No accelerators in production",
        "Not allowed virtual machine sizes",
        sizes=("Standard_N", "Standard_M"),
    ),
    PolicyAssignment(
        DEVELOPMENT,
        "Cost center on everything",
        "Require a tag on resources",
        group="rg-governed",
        tag="costCentre",
    ),
)
