"""Extensions that we know: how each is named, and what its settings are called. Declared the way the catalogue is.

The settings of an extension are free JSON to Azure; only the handler on the instance reads them. So all of this is a
help in writing them, never a limit: other members stand beside them, and `check` lets them pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from .paths import MISSING, Path, get
from .properties import Boolean, Choice, Integer, Json, List, Node, Part, Single, Text, Value, tree
from .systems import SYSTEMS
from .versions import LATEST

SETTINGS: Final[Path] = ("properties", "settings")
PROTECTED: Final[Path] = ("properties", "protectedSettings")
"""Where the settings of an extension stand, from the extension."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One known extension. system: "Linux" or "Windows"; version: major and minor, the newest that its page documents.

    called: a fitting name for it in a scale set. kind: what Azure calls its type. settings, protected: their named members, None when it has none; all
    protected ones are secret.
    """

    name: str
    title: str
    help: str
    system: str
    called: str
    publisher: str
    kind: str
    version: str
    settings: type[Part] | None = None
    protected: type[Part] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """What it fills in below `properties` of an extension."""
        return {
            "publisher": self.publisher,
            "type": self.kind,
            "typeHandlerVersion": self.version,
            "autoUpgradeMinorVersion": True,
        }


# ------------------------------------------------------------------------------------------------------- custom script


class ScriptSettings(Part):
    """Public settings of both custom script handlers."""

    file_uris = List(
        "Files to download",
        Text(
            "File address",
            help="Where the instance fetches one file from.",
            example="https://stshop.blob.core.windows.net/scripts/setup.sh",
        ),
        singular="file",
        essential=True,
        help="Fetched before the command runs, into the folder that it runs in. Anyone who may read the scale set can read these addresses.",
    )
    command_to_execute = Text(
        "Command that readers can see",
        multiline=True,
        help="A command without secrets. Give the command here or as a protected one, never both.",
        example="sh setup.sh",
    )
    timestamp = Integer(
        "Run again",
        maximum=2_147_483_647,
        minimum=-2_147_483_648,
        help="Any whole number. When it changes, the script runs again although nothing else did.",
        example="20250601",
    )


class LinuxScriptSettings(ScriptSettings):
    """Public settings of the custom script handler for Linux."""

    skip_dos2_unix = Boolean(
        "Leave line ends alone",
        wire="skipDos2Unix",
        help="Windows line ends and a byte order mark are taken out of scripts when this is left out.",
    )


class ScriptSecrets(Part):
    """Protected settings of both custom script handlers."""

    command_to_execute = Text(
        "Command",
        secret=True,
        multiline=True,
        essential=True,
        help="What runs on each instance once the files are there. Kept secret, since commands tend to carry keys.",
        example="sh setup.sh",
    )
    storage_account_name = Text(
        "Storage account name",
        secret=True,
        help="The account that holds the files, when it does not let everyone read them. Only together with its key.",
        example="stshop",
    )
    storage_account_key = Text(
        "Storage account key", secret=True, help="The access key of that storage account."
    )
    managed_identity = Json(
        "Managed identity for downloads",
        secret=True,
        help="Fetches the files as an identity of the scale set instead of with a key: {} for its own, or one named by clientId or objectId.",
        example='{"clientId": "31b403aa-c364-4240-a7ff-d85fb6cd7232"}',
    )


class LinuxScriptSecrets(ScriptSecrets):
    """Protected settings of the custom script handler for Linux."""

    script = Text(
        "Script",
        secret=True,
        multiline=True,
        base64=True,
        help="A whole script of up to 256 KB in place of files and a command. Sent as Base64.",
        example="#!/bin/sh\napt-get update",
    )


# -------------------------------------------------------------------------------------------------- application health


class HealthSettings(Part):
    """Settings of the application health handlers."""

    protocol = Choice(
        "Health check protocol",
        (
            Value("http", "HTTP", "Asks for the path and reads the state from the answer."),
            Value("https", "HTTPS", "The same over TLS. The certificate is not verified."),
            Value("tcp", "TCP", "Only connects to the port. There is no request path then."),
        ),
        essential=True,
        help="How the handler asks the application on its own instance how it is.",
    )
    port = Integer(
        "Health check port",
        minimum=1,
        maximum=65_535,
        essential=True,
        help="Needed for TCP. HTTP uses 80 and HTTPS 443 when this is left out.",
        example="8080",
    )
    request_path = Text(
        "Request path",
        essential=True,
        help="Needed for HTTP and HTTPS: the path that answers with the health of the application.",
        example="/health",
    )
    interval_in_seconds = Integer(
        "Interval",
        minimum=5,
        maximum=60,
        unit="seconds",
        help="The time between two checks. 5 seconds when left out.",
        example="15",
    )
    number_of_probes = Integer(
        "Checks before a change",
        minimum=1,
        maximum=24,
        help="How many checks in a row must agree before the state changes. 1 when left out.",
        example="3",
    )
    grace_period = Integer(
        "Grace period",
        minimum=0,
        maximum=14_400,
        unit="seconds",
        help="How long a new instance may take to become healthy. Interval times checks when left out.",
        example="600",
    )


# ---------------------------------------------------------------------------------------------------------- monitoring


class AgentIdentity(Part):
    """The user-assigned identity that an agent signs in with."""

    name = Choice(
        "Identity named by",
        (
            Value("mi_res_id", "Resource ID", "The full resource ID of the identity."),
            Value("object_id", "Object ID", "The ID of its service principal."),
            Value("client_id", "Client ID", "The ID of its application."),
        ),
        wire="identifier-name",
        essential=True,
        help="What the next field holds. Leave both out for an identity of the scale set itself.",
    )
    value = Text(
        "User-assigned identity",
        wire="identifier-value",
        essential=True,
        help="The identity of the scale set that the agent sends its data with.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"
        ),
    )


class AgentAuthentication(Part):
    """How an agent signs in."""

    managed_identity = Single("Identity", AgentIdentity, wire="managedIdentity", inline=True)


class AgentProxy(Part):
    """The proxy that an agent goes through."""

    mode = Choice(
        "Proxy",
        (
            Value("none", "None", "The agent connects directly."),
            Value("application", "Its own", "The agent uses the proxy at the address below."),
        ),
        help="Whether the agent goes through a proxy. It does not when this is left out.",
    )
    address = Text("Proxy address", help="The proxy and its port.", example="http://proxy.shop.internal:8080")
    auth = Choice(
        "Proxy sign-in",
        (
            Value("true", "Needed", "The user name and password are in the protected settings."),
            Value("false", "Not needed", "The proxy lets everyone through."),
        ),
        help="Whether the proxy asks who is there. Azure wants the word, not a truth value.",
    )


class AgentSettings(Part):
    """Settings of the Azure Monitor agents."""

    authentication = Single("Agent sign-in", AgentAuthentication, inline=True)
    proxy = Single("Agent proxy", AgentProxy, inline=True)


class DependencySettings(Part):
    """Settings of the dependency agents."""

    enable_ama = Choice(
        "Send through the Azure Monitor agent",
        (
            Value("true", "Yes", "Needs the Azure Monitor agent on the same instance."),
            Value("false", "No", "For the Log Analytics agent, which is retired."),
        ),
        wire="enableAMA",
        essential=True,
        help="The way its data takes. Choose Yes: the other agent is retired.",
    )


# ------------------------------------------------------------------------------------------------------------- sign-in


class EntraJoinSettings(Part):
    """Settings of the Microsoft Entra sign-in for Windows."""

    mdm_id = Text(
        "Device management",
        help="Enrols the instances in Intune as they join: the ID of the Intune application. Left out, they only join.",
        suggestions=("0000000a-0000-0000-c000-000000000000",),
        example="0000000a-0000-0000-c000-000000000000",
    )


# ----------------------------------------------------------------------------------------------------------- key vault


class LinuxCertificate(Part):
    """A certificate that the Linux handler keeps up to date."""

    summary = ("url",)

    url = Text(
        "Certificate secret",
        kind="keyVaultSecret",
        essential=True,
        help="The address of the certificate as a secret, without a version, so that renewals are found.",
        example="https://kv-shop.vault.azure.net/secrets/web-tls",
    )
    certificate_store_location = Text(
        "Folder",
        help="Where this certificate is written, if not in the folder of all.",
        example="/var/lib/waagent/Microsoft.Azure.KeyVault/web",
    )


class WindowsCertificate(Part):
    """A certificate that the Windows handler keeps up to date."""

    summary = ("url",)

    url = Text(
        "Certificate secret",
        kind="keyVaultSecret",
        essential=True,
        help="The address of the certificate as a secret, without a version, so that renewals are found.",
        example="https://kv-shop.vault.azure.net/secrets/web-tls",
    )
    certificate_store_name = Text(
        "Store",
        suggestions=("MY", "Root", "CA", "TrustedPeople", "WebHosting"),
        help="The certificate store.",
        example="MY",
    )
    certificate_store_location = Choice(
        "Store of",
        (
            Value("LocalMachine", "The machine", "Every account of the instance can use it."),
            Value("CurrentUser", "The system account", "Only the account that the handler runs as."),
        ),
        help="Whose store it is.",
    )


class LinuxVaultManagement(Part):
    """Which certificates the Linux handler looks after."""

    observed_certificates = List(
        "Certificates to keep up to date",
        LinuxCertificate,
        rows=True,
        singular="certificate",
        essential=True,
        help="Each is fetched at the start and again when the vault has a newer one.",
    )
    polling_interval_in_s = Text(
        "Look for renewals every",
        wire="pollingIntervalInS",
        help="Seconds from 300 to 3600, as text. An hour when left out.",
        example="3600",
    )
    certificate_store_location = Text(
        "Folder of all certificates",
        help="/var/lib/waagent/Microsoft.Azure.KeyVault.Store when left out.",
        example="/etc/ssl/keyvault",
    )


class WindowsVaultManagement(Part):
    """Which certificates the Windows handler looks after."""

    observed_certificates = List(
        "Certificates to keep up to date",
        WindowsCertificate,
        rows=True,
        singular="certificate",
        essential=True,
        help="Each is fetched at the start and again when the vault has a newer one.",
    )
    polling_interval_in_s = Text(
        "Look for renewals every",
        wire="pollingIntervalInS",
        help="Seconds from 300 to 3600, as text. An hour when left out.",
        example="3600",
    )


class VaultAuthentication(Part):
    """The identity that opens the vault."""

    msi_endpoint = Text(
        "Identity endpoint",
        help="Where the instance gets its token. Needed with a client ID.",
        suggestions=("http://169.254.169.254/metadata/identity",),
        example="http://169.254.169.254/metadata/identity",
    )
    msi_client_id = Text(
        "Identity client ID",
        help="Which user-assigned identity opens the vault. Needed as soon as the scale set has one.",
        example="31b403aa-c364-4240-a7ff-d85fb6cd7232",
    )


class LinuxVaultSettings(Part):
    """Settings of the key vault handler for Linux."""

    secrets_management_settings = Single("Certificates", LinuxVaultManagement, inline=True)
    authentication_settings = Single("Identity", VaultAuthentication, inline=True)


class WindowsVaultSettings(Part):
    """Settings of the key vault handler for Windows."""

    secrets_management_settings = Single("Certificates", WindowsVaultManagement, inline=True)
    authentication_settings = Single("Identity", VaultAuthentication, inline=True)


# ----------------------------------------------------------------------------------------- desired state configuration


class DscConfiguration(Part):
    """Which configuration is applied."""

    url = Text(
        "Configuration package",
        essential=True,
        help="The address of the zip file that holds the configuration script and its modules.",
        example="https://stshop.blob.core.windows.net/dsc/web.zip",
    )
    script = Text(
        "Configuration script",
        essential=True,
        help="The script inside the package that defines the configuration.",
        example="Web.ps1",
    )
    function = Text(
        "Configuration name",
        essential=True,
        help="The name of the configuration in that script.",
        example="WebServer",
    )


class DscData(Part):
    """The data of the configuration."""

    url = Text(
        "Configuration data",
        help="The address of a .psd1 file with data for the configuration.",
        example="https://stshop.blob.core.windows.net/dsc/web.psd1",
    )


class DscPrivacy(Part):
    """What the handler reports to Microsoft."""

    data_collection = Choice(
        "Usage data",
        (
            Value("enable", "Send", "The handler tells Microsoft how it is used."),
            Value("disable", "Do not send", "The handler tells nothing."),
        ),
        help="Whether the handler sends usage data to Microsoft. It does when this is left out.",
    )


class DscSettings(Part):
    """Public settings of the DSC handler."""

    configuration = Single("Configuration", DscConfiguration, inline=True)
    configuration_arguments = Json(
        "Configuration arguments",
        help="An object with the parameters of the configuration. No secrets here.",
        example='{"SiteName": "shop"}',
    )
    configuration_data = Single("Data", DscData, inline=True)
    wmf_version = Text(
        "WMF version",
        suggestions=("latest", "4.0", "5.0", "5.1"),
        help="The Windows Management Framework to install. The newest when left out.",
        example="latest",
    )
    privacy = Single("Privacy", DscPrivacy, inline=True)


class DscSecrets(Part):
    """Protected settings of the DSC handler."""

    configuration_arguments = Json(
        "Secret arguments",
        secret=True,
        essential=True,
        help="An object with parameters of the configuration that hold secrets, such as credentials.",
        example='{"Credential": {"userName": "svc", "password": "..."}}',
    )
    configuration_url_sas_token = Text(
        "Package SAS token", secret=True, help="The shared access signature that opens the package."
    )
    configuration_data_url_sas_token = Text(
        "Data SAS token", secret=True, help="The shared access signature that opens the configuration data."
    )


# ------------------------------------------------------------------------------------------------------------ security


class DiskEncryptionSettings(Part):
    """Settings of the Azure Disk Encryption handlers without a Microsoft Entra application."""

    operation = Choice(
        "Encryption operation",
        (
            Value("EnableEncryption", "Encrypt", "Encrypts the disks as they are."),
            Value(
                "EnableEncryptionFormatAll", "Format and encrypt", "Linux: formats empty data disks first."
            ),
            Value("DisableEncryption", "Decrypt", "Takes the encryption away again."),
        ),
        wire="EncryptionOperation",
        essential=True,
        help="What the handler does with the disks.",
    )
    vault_url = Text(
        "Vault address",
        wire="KeyVaultURL",
        essential=True,
        help="The key vault that keeps the encryption keys, in the region of the scale set.",
        example="https://kv-shop.vault.azure.net/",
    )
    vault_id = Text(
        "Vault resource ID",
        wire="KeyVaultResourceId",
        kind="keyVault",
        essential=True,
        help="The same key vault as a resource.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.KeyVault/vaults/kv-shop"
        ),
    )
    volume_type = Choice(
        "Disks",
        (
            Value("Data", "Data disks", "The data disks only. Linux scale sets can do no other."),
            Value("OS", "OS disk", "The operating system disk only."),
            Value("All", "All", "The operating system disk and the data disks."),
        ),
        wire="VolumeType",
        essential=True,
        help="Which disks are encrypted.",
    )
    key_url = Text(
        "Wrapping key",
        wire="KeyEncryptionKeyURL",
        help="A key of a vault, with its version, that wraps the encryption keys.",
        example="https://kv-shop.vault.azure.net/keys/wrap/0123456789abcdef0123456789abcdef",
    )
    key_vault_id = Text(
        "Vault of the wrapping key",
        wire="KekVaultResourceId",
        kind="keyVault",
        help="The resource ID of the vault that holds the wrapping key.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.KeyVault/vaults/kv-shop"
        ),
    )
    algorithm = Choice(
        "Wrapping algorithm",
        (
            Value("RSA-OAEP", "RSA-OAEP", "The usual one."),
            Value("RSA-OAEP-256", "RSA-OAEP-256", "The same with SHA-256."),
            Value("RSA1_5", "RSA1_5", "The oldest one."),
        ),
        wire="KeyEncryptionAlgorithm",
        help="How the wrapping key is used. RSA-OAEP when left out.",
    )
    sequence = Text(
        "Sequence version",
        wire="SequenceVersion",
        help="Any text that differs from the last one. Encryption runs again when it changes.",
        example="2",
    )


_WORDS: Final = (
    Value("true", "Yes", "On."),
    Value("false", "No", "Off."),
)


class AntimalwareSchedule(Part):
    """When the antimalware handler scans."""

    enabled = Choice(
        "Scheduled scan", _WORDS, wire="isEnabled", help="Whether scans run on a schedule. Off when left out."
    )
    day = Text(
        "Scan day",
        suggestions=("0", "1", "2", "3", "4", "5", "6", "7", "8"),
        help="0 for every day, 1 for Sunday to 7 for Saturday, 8 for never.",
        example="7",
    )
    time = Text("Scan time", help="Minutes after midnight, from 0 to 1440.", example="120")
    type = Choice(
        "Scan type",
        (
            Value("Quick", "Quick", "Where malware usually hides."),
            Value("Full", "Full", "Every file."),
        ),
        wire="scanType",
        help="How much is scanned. Quick when left out.",
    )


class AntimalwareExclusions(Part):
    """What the antimalware handler leaves alone."""

    paths = Text(
        "Excluded paths", wire="Paths", help="Files and folders, with semicolons between.", example="D:\\data"
    )
    extensions = Text(
        "Excluded file types", wire="Extensions", help="With semicolons between.", example=".log;.ldf"
    )
    processes = Text(
        "Excluded processes", wire="Processes", help="With semicolons between.", example="shop.exe"
    )


class AntimalwareSettings(Part):
    """Settings of the antimalware handler."""

    enabled = Choice(
        "Antimalware", _WORDS, wire="AntimalwareEnabled", essential=True, help="The handler needs Yes here."
    )
    realtime = Choice(
        "Protection in real time",
        _WORDS,
        wire="RealtimeProtectionEnabled",
        essential=True,
        help="Whether files are scanned as they are used. On when left out.",
    )
    schedule = Single("Schedule", AntimalwareSchedule, wire="ScheduledScanSettings", inline=True)
    exclusions = Single("Exclusions", AntimalwareExclusions, wire="Exclusions", inline=True)


class AttestationService(Part):
    """Where guest attestation sends its evidence."""

    endpoint = Text(
        "Attestation service",
        wire="maaEndpoint",
        help="The address of an attestation provider. The shared one of the region when left empty.",
        example="https://sharedweu.weu.attest.azure.net",
    )
    tenant = Text(
        "Attestation tenant",
        wire="maaTenantName",
        suggestions=("GuestAttestation",),
        help="GuestAttestation, unless you run a provider of your own.",
        example="GuestAttestation",
    )


class AttestationConfig(Part):
    """How guest attestation works."""

    service = Single("Service", AttestationService, wire="MaaSettings", inline=True)


class AttestationSettings(Part):
    """Settings of the guest attestation handlers."""

    config = Single("Attestation", AttestationConfig, wire="AttestationConfig", inline=True)


# ------------------------------------------------------------------------------------------------------------- drivers


class LinuxGpuSettings(Part):
    """Settings of the NVIDIA driver handler for Linux."""

    update_os = Boolean(
        "Update the kernel",
        wire="updateOS",
        help="Updates the kernel although the driver does not need it. Off when left out.",
    )
    driver_version = Text(
        "Driver version",
        help="A GRID driver or a CUDA toolkit version. The newest that fits when left out.",
        example="535.161",
    )
    install_cuda = Boolean(
        "Install CUDA", wire="installCUDA", help="Installs the CUDA toolkit too. On when left out."
    )


class WindowsGpuSettings(Part):
    """Settings of the NVIDIA driver handler for Windows."""

    driver_version = Text(
        "Driver version",
        help="A GRID or a Tesla driver version. The newest that fits when left out.",
        example="538.46",
    )


def _both(name: str, **shared: Any) -> tuple[Preset, Preset]:
    """A pair for Linux and Windows; what differs is given as a pair."""
    pairs = {key: value for key, value in shared.items() if isinstance(value, tuple)}
    same = {key: value for key, value in shared.items() if key not in pairs}
    linux, windows = (
        Preset(
            name=f"{name}-{system.lower()}",
            system=system,
            **same,
            **{key: pair[position] for key, pair in pairs.items()},
        )
        for position, system in enumerate(SYSTEMS)
    )
    return linux, windows


PRESETS: Final[tuple[Preset, ...]] = (
    *_both(
        "custom-script",
        title=("Custom Script for Linux", "Custom Script for Windows"),
        help="Downloads files and runs a command on each new instance.",
        called="CustomScript",
        publisher=("Microsoft.Azure.Extensions", "Microsoft.Compute"),
        kind=("CustomScript", "CustomScriptExtension"),
        version=("2.1", "1.10"),
        settings=(LinuxScriptSettings, ScriptSettings),
        protected=(LinuxScriptSecrets, ScriptSecrets),
    ),
    *_both(
        "application-health",
        title=("Application Health for Linux", "Application Health for Windows"),
        help="Tells Azure whether the application is well: needed for rolling upgrades and repairs without a load balancer probe.",
        called="ApplicationHealth",
        publisher="Microsoft.ManagedServices",
        kind=("ApplicationHealthLinux", "ApplicationHealthWindows"),
        version="2.0",
        settings=HealthSettings,
    ),
    *_both(
        "azure-monitor",
        title=("Azure Monitor Agent for Linux", "Azure Monitor Agent for Windows"),
        help="Sends logs and metrics to Azure Monitor. What it collects is said by data collection rules.",
        called="AzureMonitorAgent",
        publisher="Microsoft.Azure.Monitor",
        kind=("AzureMonitorLinuxAgent", "AzureMonitorWindowsAgent"),
        version=("1.21", "1.0"),
        settings=AgentSettings,
    ),
    Preset(
        name="entra-ssh",
        title="Microsoft Entra sign-in by SSH",
        help="Lets people sign in by SSH with their Microsoft Entra (Azure AD) account. Needs an identity of the scale set itself.",
        system="Linux",
        called="AADSSHLogin",
        publisher="Microsoft.Azure.ActiveDirectory",
        kind="AADSSHLoginForLinux",
        version="1.0",
    ),
    Preset(
        name="entra-windows",
        title="Microsoft Entra sign-in for Windows",
        help="Joins the instances to Microsoft Entra (Azure AD), so that people sign in with their account.",
        system="Windows",
        called="AADLogin",
        publisher="Microsoft.Azure.ActiveDirectory",
        kind="AADLoginForWindows",
        version="2.0",
        settings=EntraJoinSettings,
    ),
    *_both(
        "key-vault",
        title=("Key Vault certificates for Linux", "Key Vault certificates for Windows"),
        help="Installs certificates of a key vault and renews them when the vault does.",
        called="KeyVault",
        publisher="Microsoft.Azure.KeyVault",
        kind=("KeyVaultForLinux", "KeyVaultForWindows"),
        version="4.0",
        settings=(LinuxVaultSettings, WindowsVaultSettings),
    ),
    Preset(
        name="dsc",
        title="Desired State Configuration (DSC)",
        help="Applies a PowerShell DSC configuration. Microsoft recommends machine configuration for new work.",
        system="Windows",
        called="DSC",
        publisher="Microsoft.Powershell",
        kind="DSC",
        version="2.77",
        settings=DscSettings,
        protected=DscSecrets,
    ),
    *_both(
        "dependency-agent",
        title=("Dependency agent for Linux", "Dependency agent for Windows"),
        help="Feeds the map of VM insights with processes and connections. Needs the Azure Monitor agent.",
        called="DependencyAgent",
        publisher="Microsoft.Azure.Monitoring.DependencyAgent",
        kind=("DependencyAgentLinux", "DependencyAgentWindows"),
        version="9.10",
        settings=DependencySettings,
    ),
    *_both(
        "guest-attestation",
        title=("Guest attestation for Linux", "Guest attestation for Windows"),
        help="Proves to Defender for Cloud that instances with trusted launch started unharmed.",
        called="GuestAttestation",
        publisher=(
            "Microsoft.Azure.Security.LinuxAttestation",
            "Microsoft.Azure.Security.WindowsAttestation",
        ),
        kind="GuestAttestation",
        version="1.0",
        settings=AttestationSettings,
    ),
    Preset(
        name="antimalware",
        title="Microsoft Antimalware",
        help="Scans for malware. Newer Windows Server has Defender built in; this sets it up.",
        system="Windows",
        called="Antimalware",
        publisher="Microsoft.Azure.Security",
        kind="IaaSAntimalware",
        version="1.5",
        settings=AntimalwareSettings,
    ),
    *_both(
        "nvidia-gpu",
        title=("NVIDIA GPU driver for Linux", "NVIDIA GPU driver for Windows"),
        help="Installs the driver on sizes with an NVIDIA GPU.",
        called="NvidiaGpuDriver",
        publisher="Microsoft.HpcCompute",
        kind=("NvidiaGpuDriverLinux", "NvidiaGpuDriverWindows"),
        version=("1.6", "1.4"),
        settings=(LinuxGpuSettings, WindowsGpuSettings),
    ),
    *_both(
        "disk-encryption",
        title=("Azure Disk Encryption for Linux", "Azure Disk Encryption for Windows"),
        help="Encrypts disks from inside the instance. Retires on 15 September 2028: use encryption at host for new scale sets.",
        called="AzureDiskEncryption",
        publisher="Microsoft.Azure.Security",
        kind=("AzureDiskEncryptionForLinux", "AzureDiskEncryption"),
        version=("1.1", "2.2"),
        settings=DiskEncryptionSettings,
    ),
)

BY_NAME: Final = {preset.name: preset for preset in PRESETS}
_BY_HANDLER: Final = {(preset.publisher.casefold(), preset.kind.casefold()): preset for preset in PRESETS}


def of(extension: Any) -> Preset | None:
    """The preset that an extension is one of, by its publisher and type; None for any other, whatever its shape."""
    publisher = get(extension, ("properties", "publisher"))
    kind = get(extension, ("properties", "type"))
    if not isinstance(publisher, str) or not isinstance(kind, str):
        return None
    return _BY_HANDLER.get((publisher.casefold(), kind.casefold()))


def settings_tree(part: type[Part]) -> Node:
    """The tree of named settings. They have no API versions: the handler reads them, not Azure."""
    return tree(part, LATEST)  # type: ignore[arg-type]  # a class has a hash; mypy looks at that of its instances


def node_at(below: Path) -> Node | None:
    """The declaration of a named setting at a path from an extension, of whichever preset names it first."""
    for holder in (SETTINGS, PROTECTED):
        if below[: len(holder)] == holder and len(below) > len(holder):
            return next((node for top in _trees(holder) if (node := top.at(below[len(holder) :]))), None)
    return None


@cache
def _trees(holder: Path) -> tuple[Node, ...]:
    return tuple(_parts(holder))


def _parts(holder: Path) -> Iterator[Node]:
    for preset in PRESETS:
        part = preset.settings if holder == SETTINGS else preset.protected
        if part is not None:
            yield settings_tree(part)


def is_empty(extension: Any) -> bool:
    """Whether nobody has said yet which extension it is."""
    return all(get(extension, ("properties", name)) in (MISSING, "") for name in ("publisher", "type"))
