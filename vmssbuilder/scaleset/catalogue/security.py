"""Protection of the instances: trusted launch, confidential computing, encryption, the proxy agent, security postures."""

from __future__ import annotations

from typing import Any, Final

from ..properties import Boolean, Choice, Integer, Json, List, Map, Part, Single, Text, Value
from ..wording import Said
from .references import PROVIDERS, SettingsVaultReference

SECURITY_TYPE = (
    Value(
        "TrustedLaunch",
        "Trusted launch virtual machines",
        "Secure Boot and a virtual TPM. Needs a generation 2 image and size.",
    ),
    Value(
        "ConfidentialVM",
        "Confidential virtual machines",
        (
            "The processor encrypts memory, so that not even Azure can read it. Needs a confidential size and "
            "image."
        ),
        since="2021-11-01",
    ),
    Value(
        "Standard",
        "Standard",
        (
            "Neither of the two. For generation 1 images and sizes, to opt out of trusted launch as the default, "
            "and to go back from trusted launch."
        ),
        since="2025-11-01",
    ),
)

PROXY_MODE = (
    Value("Audit", "Audit", "Logs what would be denied, and lets it pass."),
    Value("Enforce", "Enforce", "Denies what the rules do not allow. The recommended mode."),
)

HOST_ENDPOINT_MODE = (
    *PROXY_MODE,
    Value("Disabled", "Disabled", "The rules are not applied to this endpoint."),
)


class UefiSettings(Part):
    """Firmware of trusted launch and confidential instances."""

    secure_boot_enabled = Boolean(
        "Secure Boot",
        help=(
            "Starts only signed boot loaders, kernels and drivers. Switch it off for unsigned kernel modules.",
            Said("Off if not set.", until="2025-04-01"),
            Said("Off if not set, on where trusted launch is the default.", since="2025-11-01"),
        ),
    )
    v_tpm_enabled = Boolean(
        "vTPM",
        wire="vTpmEnabled",
        help=(
            "A virtual TPM 2.0 that measures the start of the instance, so that it can be attested.",
            Said("Off if not set.", until="2025-04-01"),
            Said("Off if not set, on where trusted launch is the default.", since="2025-11-01"),
        ),
    )


class EncryptionIdentity(Part):
    """The identity that fetches disk keys."""

    user_assigned_identity_resource_id = Text(
        "Encryption identity",
        kind="userAssignedIdentity",
        help=(
            "A user-assigned identity with which Azure Disk Encryption fetches its keys. It must be among the scale "
            "set's own identities."
        ),
        example=f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/id-disks",
    )


class WireServerEndpoint(Part):
    """Access to the wire server (168.63.129.16)."""

    mode = Choice(
        "Wire server mode",
        HOST_ENDPOINT_MODE,
        open=True,
        help="What happens to requests of processes that the rules do not allow.",
    )
    in_vm_access_control_profile_reference_id = Text(
        "Wire server access profile",
        wire="inVMAccessControlProfileReferenceId",
        kind="accessControlProfileVersion",
        help="A version of an access control profile in a compute gallery: which processes may call the endpoint.",
        example=f"{PROVIDERS}/Microsoft.Compute/galleries/gal_shop/inVMAccessControlProfiles/web/versions/1.0.0",
    )
    use_local_file_rules = Boolean(
        "Wire server rules from a local file",
        since="2026-04-01",
        help="The agent also reads rules from a file on the instance.",
    )


class MetadataEndpoint(Part):
    """Access to the instance metadata service (169.254.169.254)."""

    mode = Choice(
        "Metadata service mode",
        HOST_ENDPOINT_MODE,
        open=True,
        help="What happens to requests of processes that the rules do not allow.",
    )
    in_vm_access_control_profile_reference_id = Text(
        "Metadata service access profile",
        wire="inVMAccessControlProfileReferenceId",
        kind="accessControlProfileVersion",
        help="A version of an access control profile in a compute gallery: which processes may call the endpoint.",
        example=f"{PROVIDERS}/Microsoft.Compute/galleries/gal_shop/inVMAccessControlProfiles/web/versions/1.0.0",
    )
    use_local_file_rules = Boolean(
        "Metadata service rules from a local file",
        since="2026-04-01",
        help="The agent also reads rules from a file on the instance.",
    )


class ProxyAgentSettings(Part):
    """Metadata security protocol: guards the endpoints through which instances talk to the platform."""

    enabled = Boolean(
        "Proxy agent",
        help=(
            "Signs and checks requests to the metadata service and the wire server, so that a hijacked process "
            "cannot use them. For Windows 10, Windows Server 2019, Ubuntu 20.04 and later, and Azure Linux; not "
            "with ephemeral OS disks or Azure Backup. Off if not set."
        ),
    )
    mode = Choice(
        "Proxy agent mode",
        PROXY_MODE,
        open=True,
        help=(
            "The mode for both endpoints. Enforce if not set.",
            Said("Each endpoint has its own mode, which is the better place.", since="2024-11-01"),
        ),
    )
    key_incarnation_id = Integer(
        "Key incarnation",
        help="Raise it to make guest and host agree on a new key, for example after the old one was lost.",
        example="1",
    )
    wire_server = Single(
        "Wire server", WireServerEndpoint, since="2024-11-01", help="Access to the wire server."
    )
    imds = Single(
        "Metadata service",
        MetadataEndpoint,
        since="2024-11-01",
        help="Access to the instance metadata service.",
    )
    add_proxy_agent_extension = Boolean(
        "Install the proxy agent extension",
        since="2025-04-01",
        help="Azure installs the agent for you. Only for Linux; Windows images bring it along.",
    )


class SecurityProfile(Part):
    """Protection of the instances."""

    uefi_settings = Single(
        "Firmware",
        UefiSettings,
        since="2020-12-01",
        help=(
            Said("Secure Boot and vTPM. Only with the security type trusted launch.", until="2021-07-01"),
            Said(
                "Secure Boot and vTPM. Only with the security types trusted launch and confidential.",
                since="2021-11-01",
            ),
        ),
    )
    encryption_at_host = Boolean(
        "Encryption at host",
        help=(
            "Encrypts temporary disks, caches and traffic to storage, on the host. The subscription must have the "
            "feature registered. Not all sizes support it. Off if not set."
        ),
    )
    security_type = Choice(
        "Security type",
        SECURITY_TYPE,
        open=True,
        since="2020-12-01",
        essential=True,
        help=(
            "How the instances are protected against tampering. It depends on image and size.",
            Said("Standard if not set.", until="2025-04-01"),
            Said(
                (
                    "If not set: trusted launch with Secure Boot and vTPM on where image and size allow it and the "
                    "subscription is registered for trusted launch as the default, else Standard."
                ),
                since="2025-11-01",
            ),
        ),
    )
    encryption_identity = Single("Encryption identity", EncryptionIdentity, since="2023-09-01", inline=True)
    proxy_agent_settings = Single(
        "Metadata security protocol",
        ProxyAgentSettings,
        since="2023-09-01",
        help="Guards the endpoints through which instances talk to the platform.",
    )


# Security postures. In their first three API versions, extensions to leave out were given as whole extension objects.

STATUS_LEVEL = (
    Value("Info", "Info", "A piece of information."),
    Value("Warning", "Warning", "Something to look at."),
    Value("Error", "Error", "Something that failed."),
)


class ExcludedExtensionStatus(Part):
    """One status that an extension reported."""

    summary = ("code", "displayStatus")

    code = Text("Status code", help="The code that the extension reported.")
    level = Choice("Status level", STATUS_LEVEL, help="How grave the status is.")
    display_status = Text("Status label", help="The status in short words.")
    message = Text("Status message", help="The status in full, for alerts and error texts.")
    time = Text(
        "Status time", help="When it was reported, as an ISO 8601 time.", example="2023-10-01T12:00:00Z"
    )


class ExcludedExtensionView(Part):
    """What an extension reported."""

    name = Text("Reported extension name", help="The name under which the extension reported.")
    type = Text("Reported extension type", help="The handler's type.")
    type_handler_version = Text("Reported handler version", help="The version of the handler.")
    substatuses = List(
        "Substatuses",
        ExcludedExtensionStatus,
        singular="substatus",
        help="The statuses of parts of the extension.",
    )
    statuses = List(
        "Statuses", ExcludedExtensionStatus, singular="status", help="The statuses of the extension."
    )


class ExcludedExtensionSecret(Part):
    """Protected settings held in a key vault."""

    secret_url = Text(
        "Secret URL",
        kind="keyVaultSecret",
        required=True,
        help="The versioned address of the secret that holds the protected settings.",
        example="https://kv-shop.vault.azure.net/secrets/agent/0123456789abcdef0123456789abcdef",
    )
    source_vault = Single("Key vault", SettingsVaultReference, required=True, inline=True)


class ExcludedExtensionProperties(Part):
    """What the excluded extension is."""

    force_update_tag = Text(
        "Force update tag", help="A value that, when changed, makes the handler run again."
    )
    publisher = Text("Publisher", kind="extensionPublisher", help="Who publishes the extension handler.")
    type = Text("Type", kind="extensionType", help="The handler's name at its publisher.")
    type_handler_version = Text(
        "Handler version", kind="extensionVersion", help="Major and minor version of the handler."
    )
    auto_upgrade_minor_version = Boolean(
        "Take newer minor versions",
        help="Whether newer minor versions are taken at installation.",
    )
    enable_automatic_upgrade = Boolean(
        "Automatic upgrade", help="Whether Azure upgrades the extension by itself."
    )
    settings = Json("Settings", objects=True, help="The handler's public settings.")
    protected_settings = Json(
        "Protected settings", objects=True, secret=True, help="The handler's settings that hold secrets."
    )
    provisioning_state = Text(
        "Extension provisioning state",
        read_only=True,
        help="How the last change of the extension ended. Azure writes it.",
    )
    instance_view = Single("Instance view", ExcludedExtensionView, help="What the extension reported.")
    suppress_failures = Boolean(
        "Suppress failures", help="Whether failures of the extension are passed over."
    )
    protected_settings_from_key_vault = Single(
        "Protected settings from key vault",
        ExcludedExtensionSecret,
        help="Protected settings held in a key vault.",
    )
    provision_after_extensions = List(
        "Install after",
        Text("Extension name", help="The name of another extension."),
        singular="extension",
        help="Extensions that must be installed before.",
    )


class ExcludedExtension(Part):
    """An extension that the posture would install and that you do not want."""

    summary = ("properties.publisher", "properties.type")

    properties = Single("Excluded extension settings", ExcludedExtensionProperties, inline=True)
    location = Text("Region of the extension", kind="location", help="The region of the extension resource.")
    id = Text("Extension resource ID", read_only=True, help="Azure writes it.")
    name = Text("Extension name", read_only=True, help="Azure writes it.")
    type = Text("Extension resource type", read_only=True, help="Azure writes it.")
    tags = Map(
        "Extension tags",
        Text("Tag value", help="Up to 256 characters. Not for secrets."),
        key_title="Tag name",
        singular="tag",
        help="Tags of the extension resource.",
    )


_POSTURE: Final[dict[str, Any]] = {
    "kind": "securityPosture",
    "help": (
        "A version of a posture in a community gallery. Its extensions are installed on every instance and kept up "
        "to date."
    ),
    "example": "/CommunityGalleries/shop-baseline/securityPostures/linux/versions/latest",
}


class SecurityPostureReference(Part):
    """A set of security extensions that a team keeps for everyone."""

    optional_id = Text("Posture version", wire="id", until="2023-09-01", **_POSTURE)
    id = Text("Posture version", since="2024-03-01", required=True, **_POSTURE)
    excluded_extension_objects = List(
        "Excluded extensions",
        ExcludedExtension,
        wire="excludeExtensions",
        until="2023-09-01",
        singular="excluded extension",
        help="Extensions of the posture that are not to be installed here.",
    )
    exclude_extensions = List(
        "Excluded extensions",
        Text(
            "Extension name",
            help="The name of an extension of the posture.",
            example="AzureMonitorLinuxAgent",
        ),
        since="2024-03-01",
        singular="excluded extension",
        help="Extensions of the posture that are not to be installed here.",
    )
    is_overridable = Boolean(
        "Can be overridden",
        since="2024-03-01",
        help="Lets those who deploy the scale set drop parts of the posture.",
    )
