"""The body of a request: its root, the scale set's own settings, and the profile of its instances."""

from __future__ import annotations

from ..properties import Boolean, Choice, Map, Part, Single, Text, Value
from .extension_profile import ExtensionProfile
from .network_profile import NetworkProfile
from .os_profile import OSProfile
from .sizing import Sku
from .storage_profile import StorageProfile
from .upgrades import UpgradePolicy


class Plan(Part):
    """The purchase plan of a marketplace image."""

    name = Text(
        "Plan name",
        kind="planName",
        essential=True,
        help="As the image's own plan says; usually the same as the image SKU.",
        example="8-lvm-gen2",
    )
    publisher = Text(
        "Plan publisher",
        kind="planPublisher",
        essential=True,
        help="As the image's own plan says; usually the same as the image publisher.",
        example="resf",
    )
    product = Text(
        "Plan product",
        kind="planProduct",
        essential=True,
        help="As the image's own plan says; usually the same as the image offer.",
        example="rockylinux-x86_64",
    )
    promotion_code = Text(
        "Promotion code", help="A code from the publisher that changes the price. Seldom used."
    )


IDENTITY_TYPE = (
    Value("SystemAssigned", "System assigned", "An identity that lives and dies with the scale set."),
)


class Identity(Part):
    """The managed identity with which software on the instances signs in to Azure."""

    principal_id = Text(
        "Principal ID", read_only=True, help="The identity's object in Entra ID. Azure writes it."
    )
    tenant_id = Text(
        "Tenant ID", read_only=True, help="The Entra ID tenant of the identity. Azure writes it."
    )
    type = Choice(
        "Identity type",
        IDENTITY_TYPE,
        essential=True,
        help="Which kind of managed identity the scale set has. None when this is left out.",
    )


class VirtualMachineProfile(Part):
    """What every instance is like."""

    os_profile = Single("Operating system", OSProfile, help="Names, sign-in and operating system settings.")
    extension_profile = Single(
        "Extensions", ExtensionProfile, help="Software that Azure runs on each instance."
    )
    storage_profile = Single("Storage", StorageProfile, help="The image and the disks of each instance.")
    network_profile = Single("Network", NetworkProfile, help="The network interfaces of each instance.")


class ScaleSetProperties(Part):
    """The settings of the scale set itself."""

    single_placement_group = Boolean(
        "Single placement group",
        since="2016-04-30-preview",
        help=(
            "Keeps all instances in one placement group, which holds at most 100. Switch it off for more; it cannot be "
            "switched on again."
        ),
    )
    over_provision = Boolean(
        "Overprovisioning",
        wire="overProvision",
        until="2016-04-30-preview",
        help=(
            "Starts a few instances more than asked for and deletes the surplus when enough run, so that deployments "
            "are faster and fail less. On when left out. The surplus is not billed but needs free addresses."
        ),
    )
    upgrade_policy = Single("Upgrades", UpgradePolicy, help="How changes of the model reach the instances.")
    virtual_machine_profile = Single("Instances", VirtualMachineProfile, help="What every instance is like.")
    provisioning_state = Text(
        "Provisioning state",
        read_only=True,
        help="How the last change of the scale set ended. Azure writes it.",
    )


class ScaleSet(Part):
    """The body of a request."""

    tags = Map(
        "Tags",
        Text(
            "Tag value",
            help="Up to 256 characters. Not for secrets: tags are stored and exported as plain text.",
            example="shop",
        ),
        key_title="Tag name",
        singular="tag",
        help="Name and value pairs for finding, grouping and billing resources. At most 50.",
    )
    location = Text(
        "Region",
        kind="location",
        required=True,
        essential=True,
        help="The Azure region of the scale set. It cannot be changed later. Network and vaults must be in it too.",
        example="uksouth",
    )
    sku = Single("Size and count", Sku, help="The size and number of the instances.")
    plan = Single(
        "Purchase plan",
        Plan,
        since="2016-04-30-preview",
        help="Only for marketplace images that are sold with a plan. Its terms must be accepted in the subscription first.",
    )
    identity = Single(
        "Managed identity",
        Identity,
        since="2016-03-30",
        help="Lets software on the instances sign in to Azure without a password.",
    )
    properties = Single("Settings", ScaleSetProperties, inline=True)
    id = Text("Resource ID", read_only=True, help="The scale set's full address in Azure. Azure writes it.")
    name = Text(
        "Resource name", read_only=True, help="The scale set's name. It comes from the request's address."
    )
    type = Text("Resource type", read_only=True, help="Always Microsoft.Compute/virtualMachineScaleSets.")
