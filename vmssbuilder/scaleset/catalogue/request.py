"""The body of a request: its root, the scale set's own settings, and the profile of its instances."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Map, Part, Single, Text, Value
from ..wording import Said
from .applications import ApplicationProfile
from .extension_profile import ExtensionProfile
from .health import AutomaticRepairsPolicy, DiagnosticsProfile, ExternalHealthPolicy
from .network_profile import NetworkProfile
from .os_profile import OSProfile
from .placement import (
    FAULT_DOMAIN_ALIGNMENT,
    INTERCONNECT_PLACEMENT,
    ORCHESTRATION_MODE,
    ExtendedLocation,
    InterconnectBlockProfile,
    Placement,
)
from .references import (
    PROVIDERS,
    HostGroupReference,
    ProximityPlacementGroupReference,
    ServiceArtifactReference,
)
from .resiliency import ResiliencyPolicy
from .scaling import ScaleInPolicy
from .scheduled_events import ScheduledEventsPolicy, ScheduledEventsProfile
from .security import SecurityPostureReference, SecurityProfile
from .sizing import (
    AdditionalCapabilities,
    CapacityReservation,
    EarlyAdditionalCapabilities,
    HardwareProfile,
    Sku,
    SkuProfile,
)
from .spot import EVICTION_POLICY, PRIORITY, BillingProfile, PriorityMixPolicy, SpotRestorePolicy
from .storage_profile import StorageProfile
from .upgrades import LifecycleHooksProfile, UpgradePolicy


class Plan(Part):
    """The purchase plan of a marketplace image."""

    name = Text(
        "Plan name",
        kind="planName",
        essential=True,
        help="As the image's own plan says; usually the same as the image SKU.",
        example="9-base",
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
    Value(
        "SystemAssigned", "System assigned", "One identity that is created and deleted with the scale set."
    ),
    Value(
        "UserAssigned",
        "User assigned",
        "Identities of your own, which several resources can share.",
        since="2017-12-01",
    ),
    Value(
        "SystemAssigned, UserAssigned", "System and user assigned", "Both kinds at once.", since="2017-12-01"
    ),
    Value("None", "None", "Removes every identity from the scale set.", since="2017-12-01"),
)

_IDENTITY_EXAMPLE = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/id-web"


class UserAssignedIdentity(Part):
    """What Azure says about a user-assigned identity."""

    principal_id = Text(
        "User-assigned principal ID",
        read_only=True,
        help="The identity's object in Entra ID. Azure writes it.",
    )
    client_id = Text(
        "User-assigned client ID", read_only=True, help="The identity's application ID. Azure writes it."
    )


class Identity(Part):
    """The managed identity with which software on the instances signs in to Azure."""

    principal_id = Text(
        "Principal ID",
        read_only=True,
        help="The system-assigned identity's object in Entra ID. Azure writes it.",
    )
    tenant_id = Text(
        "Tenant ID", read_only=True, help="The Entra ID tenant of the identity. Azure writes it."
    )
    type = Choice(
        "Identity type",
        IDENTITY_TYPE,
        essential=True,
        help=(
            "Which kind of managed identity the scale set has. None if not set.",
            Said("Flexible scale sets take user-assigned ones only.", since="2020-12-01"),
        ),
    )
    identity_ids = List(
        "User-assigned identities",
        Text(
            "User-assigned identity",
            kind="userAssignedIdentity",
            help="The resource ID of a managed identity.",
            example=_IDENTITY_EXAMPLE,
        ),
        singular="user-assigned identity",
        since="2017-12-01",
        until="2018-04-01",
        essential=True,
        help="Identities of your own that instances may use.",
    )
    user_assigned_identities = Map(
        "User-assigned identities",
        UserAssignedIdentity,
        key_title="Identity resource ID",
        singular="user-assigned identity",
        kind="userAssignedIdentity",
        since="2018-06-01",
        essential=True,
        help="Identities of your own that instances may use. Each name is an identity's resource ID, each value an empty object.",
        example=_IDENTITY_EXAMPLE,
    )


CREATED_BY = (
    Value("User", "User", "A person."),
    Value("Application", "Application", "An application by its service principal."),
    Value("ManagedIdentity", "Managed identity", "A resource by its managed identity."),
    Value("Key", "Key", "Someone with an access key."),
)


class SystemData(Part):
    """Who created and changed the scale set. Azure writes all of it."""

    created_by = Text("Created by", read_only=True, help="Who created the scale set.")
    created_by_type = Choice(
        "Creator type", CREATED_BY, open=True, read_only=True, help="What kind of identity created it."
    )
    created_at = Text("Created at", read_only=True, help="When it was created.")
    last_modified_by = Text("Last changed by", read_only=True, help="Who changed the scale set last.")
    last_modified_by_type = Choice(
        "Last changer type",
        CREATED_BY,
        open=True,
        read_only=True,
        help="What kind of identity changed it last.",
    )
    last_modified_at = Text("Last changed at", read_only=True, help="When it was last changed.")


class VirtualMachineProfile(Part):
    """What every instance is like."""

    os_profile = Single("Operating system", OSProfile, help="Names, sign-in and operating system settings.")
    extension_profile = Single(
        "Extension profile", ExtensionProfile, help="Software that Azure runs on each instance."
    )
    storage_profile = Single("Storage", StorageProfile, help="The image and the disks of each instance.")
    network_profile = Single("Network", NetworkProfile, help="The network interfaces of each instance.")
    security_profile = Single(
        "Security",
        SecurityProfile,
        since="2020-06-01",
        help="Protection against tampering and theft of data.",
    )
    security_posture_reference = Single(
        "Security posture",
        SecurityPostureReference,
        since="2023-03-01",
        help="Security extensions that a team keeps for everyone.",
    )
    diagnostics_profile = Single(
        "Diagnostics",
        DiagnosticsProfile,
        since="2017-03-30",
        help="What helps when an instance does not start.",
    )
    license_type = Text(
        "License type",
        since="2017-03-30",
        suggestions=("Windows_Server", "Windows_Client", "RHEL_BYOS", "SLES_BYOS", "None"),
        help=(
            "Says that you bring your own Windows, Red Hat or SUSE licenses (Azure Hybrid Benefit), so that Azure "
            "bills none. None in an update switches it off again. If not set, the license is part of the price."
        ),
        example="Windows_Server",
    )
    priority = Choice(
        "Priority",
        PRIORITY,
        open=True,
        since="2017-12-01",
        essential=True,
        help=(
            Said("Regular, or low priority at a discount with the risk of eviction.", until="2018-10-01"),
            Said("Regular, or Spot at a discount with the risk of eviction.", since="2019-03-01"),
            "Regular if not set. Fixed once the scale set exists.",
        ),
    )
    eviction_policy = Choice(
        "Eviction policy",
        EVICTION_POLICY,
        open=True,
        since="2017-12-01",
        help=(
            Said("What happens to an evicted low-priority instance.", until="2018-10-01"),
            Said("What happens to an evicted Spot instance.", since="2019-03-01"),
            "Deallocate if not set. Fixed once the scale set exists.",
        ),
    )
    billing_profile = Single("Spot price", BillingProfile, since="2019-03-01", inline=True)
    additional_capabilities = Single(
        "Additional capabilities",
        EarlyAdditionalCapabilities,
        since="2018-06-01",
        until="2018-10-01",
        help="Optional capabilities that are off unless you turn them on.",
    )
    scheduled_events_profile = Single(
        "Scheduled events",
        ScheduledEventsProfile,
        since="2019-03-01",
        help="Notice to instances before something happens to them.",
    )
    user_data = Text(
        "User data",
        since="2021-03-01",
        multiline=True,
        base64=True,
        help=(
            "Up to 64 KB that software on the instance can read at any time from the metadata service. Sent as Base64. "
            "Not for secrets: every process on the instance can read it."
        ),
        example="environment=production",
    )
    capacity_reservation = Single(
        "Capacity reservation",
        CapacityReservation,
        since="2021-04-01",
        help="Where instances take their capacity from.",
    )
    application_profile = Single("VM applications", ApplicationProfile, since="2021-07-01", inline=True)
    hardware_profile = Single(
        "Hardware", HardwareProfile, since="2021-11-01", help="Adjusts the hardware of the size."
    )
    service_artifact_reference = Single(
        "Service artifact", ServiceArtifactReference, since="2022-11-01", inline=True
    )
    interconnect_block_profile = Single(
        "Interconnect block", InterconnectBlockProfile, since="2026-03-01", inline=True
    )
    time_created = Text(
        "Instance profile created at",
        since="2023-09-01",
        read_only=True,
        help="When this profile was created. Azure writes it.",
    )


class ScaleSetProperties(Part):
    """The settings of the scale set itself."""

    orchestration_mode = Choice(
        "Orchestration mode",
        ORCHESTRATION_MODE,
        open=True,
        since="2020-12-01",
        essential=True,
        help="How Azure manages the instances. Tools differ in their default, so state it. Fixed once the scale set exists.",
    )
    single_placement_group = Boolean(
        "Single placement group",
        since="2016-04-30-preview",
        help=(
            (
                (
                    "Keeps all instances in one placement group, which holds at most 100. Switch it off for more; it "
                    "cannot be switched on again."
                ),
                Said("On if not set.", until="2017-03-30"),
                Said("On if not set; off with availability zones.", since="2017-12-01", until="2020-06-01"),
                Said(
                    "On if not set; off with availability zones and in Flexible scale sets, which should not set it.",
                    since="2020-12-01",
                ),
            )
        ),
    )
    over_provision = Boolean(
        "Overprovisioning",
        wire="overProvision",
        until="2016-04-30-preview",
        help=(
            "Starts a few instances more than asked for and deletes the surplus when enough run, so that "
            "deployments are faster and fail less often. The surplus is not billed but needs free addresses. On "
            "if not set."
        ),
    )
    overprovision = Boolean(
        "Overprovisioning",
        since="2017-03-30",
        help=(
            (
                (
                    "Starts a few instances more than asked for and deletes the surplus when enough run, so that "
                    "deployments are faster and fail less often. The surplus is not billed but needs free addresses. On "
                    "if not set."
                ),
                Said("Only for Uniform scale sets.", since="2020-12-01"),
            )
        ),
    )
    do_not_run_extensions_on_overprovisioned_vms = Boolean(
        "No extensions on surplus instances",
        wire="doNotRunExtensionsOnOverprovisionedVMs",
        since="2018-10-01",
        help="Extensions run only on instances that are kept. Useful when they register somewhere. Off if not set.",
    )
    platform_fault_domain_count = Integer(
        "Fault domain count",
        since="2017-12-01",
        essential=True,
        help=(
            (
                (
                    "Over how many groups of hardware, each with its own power and network, instances are spread. 1 "
                    "spreads as far as possible and is best for most."
                ),
                Said("If not set: 5, or 1 with availability zones.", until="2020-06-01"),
                Said(
                    "If not set, a Uniform scale set has 5, or 1 with availability zones; a Flexible one needs a value.",
                    since="2020-12-01",
                ),
            )
        ),
        example="1",
    )
    zone_balance = Boolean(
        "Strict zone balance",
        since="2017-12-01",
        help=(
            "Keeps zones equal to within one instance, and refuses to scale when that is not possible. Only with "
            "two or more zones. Best effort if not set."
        ),
    )
    zonal_platform_fault_domain_align_mode = Choice(
        "Fault domain alignment",
        FAULT_DOMAIN_ALIGNMENT,
        open=True,
        since="2024-07-01",
        help=(
            "Whether disks share the fault domain of their instance, so that one failure does not hit two."
        ),
    )
    proximity_placement_group = Single(
        "Proximity placement group", ProximityPlacementGroupReference, since="2018-04-01", inline=True
    )
    host_group = Single("Dedicated host group", HostGroupReference, since="2020-06-01", inline=True)
    high_speed_interconnect_placement = Choice(
        "High-speed interconnect",
        INTERCONNECT_PLACEMENT,
        open=True,
        since="2025-04-01",
        help="Places instances of HPC and AI sizes for the fastest network between them. None if not set.",
    )
    constrained_maximum_capacity = Boolean(
        "Constrained maximum capacity",
        since="2022-11-01",
        help="Microsoft does not say what it does, and takes true only. Do not set it.",
    )
    additional_capabilities = Single(
        "Additional capabilities",
        AdditionalCapabilities,
        since="2019-03-01",
        help="Optional capabilities that are off unless you turn them on.",
    )
    upgrade_policy = Single("Upgrades", UpgradePolicy, help="How changes of the model reach the instances.")
    automatic_repairs_policy = Single(
        "Automatic repairs",
        AutomaticRepairsPolicy,
        since="2018-10-01",
        help="Repair of instances that report ill health.",
    )
    external_health_policy = Single(
        "External health",
        ExternalHealthPolicy,
        since="2025-11-01",
        help="Health that your own monitoring reports.",
    )
    resiliency_policy = Single(
        "Resiliency", ResiliencyPolicy, since="2023-09-01", help="Retries, recovery and balance across zones."
    )
    scale_in_policy = Single(
        "Scale-in", ScaleInPolicy, since="2019-03-01", help="Which instances go when the scale set shrinks."
    )
    spot_restore_policy = Single(
        "Spot restore", SpotRestorePolicy, since="2021-04-01", help="Bringing evicted Spot instances back."
    )
    priority_mix_policy = Single(
        "Spot priority mix",
        PriorityMixPolicy,
        since="2022-08-01",
        help="Spot and regular instances in one scale set. Needs Flexible mode and the priority Spot.",
    )
    sku_profile = Single(
        "Instance mix",
        SkuProfile,
        since="2024-07-01",
        help="Several sizes in one Flexible scale set. The size must then be Mix.",
    )
    scheduled_events_policy = Single(
        "Scheduled events policy",
        ScheduledEventsPolicy,
        since="2024-03-01",
        help="Which scheduled events go ahead by themselves, and where they are published.",
    )
    lifecycle_hooks_profile = Single(
        "Lifecycle hooks", LifecycleHooksProfile, since="2025-11-01", inline=True
    )
    virtual_machine_profile = Single("Instances", VirtualMachineProfile, help="What every instance is like.")
    provisioning_state = Text(
        "Provisioning state",
        read_only=True,
        help="How the last change of the scale set ended. Azure writes it.",
    )
    unique_id = Text(
        "Unique ID", since="2017-03-30", read_only=True, help="A GUID of the scale set. Azure writes it."
    )
    time_created = Text(
        "Scale set created at",
        since="2021-11-01",
        read_only=True,
        help="When the scale set was created. Azure writes it.",
    )


class ScaleSetBody(Part):
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
        help=(
            "The Azure region of the scale set. It cannot be changed later. Network and key vaults must be in the "
            "same region."
        ),
        example="uksouth",
    )
    extended_location = Single(
        "Extended location",
        ExtendedLocation,
        since="2020-12-01",
        help="Runs the instances in an edge zone instead of in the region itself.",
    )
    sku = Single("Size and count", Sku, help="The size and number of the instances.")
    plan = Single(
        "Purchase plan",
        Plan,
        since="2016-04-30-preview",
        taken_since="2016-03-30",
        help="Only for marketplace images that are sold with a plan. Its terms must be accepted in the subscription first.",
    )
    identity = Single(
        "Managed identity",
        Identity,
        since="2016-03-30",
        help="Lets software on the instances sign in to Azure without a password.",
    )
    zones = List(
        "Availability zones",
        Text("Zone", kind="zone", help="The number of a zone, as text.", example="1"),
        singular="zone",
        since="2017-03-30",
        essential=True,
        help=(
            (
                (
                    "Instances are spread over these zones, so that an outage of one leaves the others running. If not "
                    "set, Azure places them anywhere in the region."
                ),
                Said("Zones cannot be changed later.", until="2022-11-01"),
                Said("Zones can be added later, but not removed.", since="2023-03-01"),
            )
        ),
    )
    placement = Single(
        "Zone placement",
        Placement,
        since="2025-04-01",
        help="Lets Azure pick the zones instead of naming them.",
    )
    properties = Single("Settings", ScaleSetProperties, inline=True)
    id = Text("Resource ID", read_only=True, help="The scale set's full address in Azure. Azure writes it.")
    name = Text(
        "Resource name", read_only=True, help="The scale set's name. It comes from the request's address."
    )
    type = Text("Resource type", read_only=True, help="Always Microsoft.Compute/virtualMachineScaleSets.")
    etag = Text(
        "ETag",
        since="2023-09-01",
        read_only=True,
        help="A value that changes with every change of the scale set. Azure writes it.",
    )
    system_data = Single(
        "System data",
        SystemData,
        since="2024-11-01",
        read_only=True,
        help="Who created and changed the scale set. Azure writes it.",
    )
