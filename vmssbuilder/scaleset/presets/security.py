"""Disk encryption, antimalware, attestation, Defender for Endpoint, the guest proxy agent."""

from __future__ import annotations

from typing import Final

from ..properties import Boolean, Choice, Part, Single, Text, Value
from ..retirements import retired
from ..wording import Said
from .declared import Preset, both

_ENCRYPT: Final = Value("EnableEncryption", "Encrypt", "Encrypts the disks as they are.")
_DECRYPT: Final = Value("DisableEncryption", "Decrypt", "Decrypts the disks.")


class DiskEncryptionSettings(Part):
    """Settings of the Azure Disk Encryption handlers without a Microsoft Entra application."""

    operation = Choice(
        "Encryption operation",
        (_ENCRYPT, _DECRYPT),
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
        help="The resource ID of that key vault.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.KeyVault/vaults/kv-shop"
        ),
    )
    volume_type = Choice(
        "Disks",
        (
            Value("Data", "Data disks", "The data disks only. Linux scale sets can encrypt no others."),
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
        help="How the wrapping key is used. RSA-OAEP if not set.",
    )
    sequence = Text(
        "Sequence version",
        wire="SequenceVersion",
        help="Any text that differs from the last one. Encryption runs again when it changes.",
        example="2",
    )


class LinuxDiskEncryptionSettings(DiskEncryptionSettings):
    """The same on Linux, which can format empty data disks as well."""

    operation = Choice(
        "Encryption operation",
        (
            _ENCRYPT,
            Value("EnableEncryptionFormatAll", "Format and encrypt", "Formats empty data disks first."),
            _DECRYPT,
        ),
        wire="EncryptionOperation",
        essential=True,
        help="What the handler does with the disks.",
    )


_WORDS: Final = (
    Value("true", "Yes", "On."),
    Value("false", "No", "Off."),
)


class AntimalwareSchedule(Part):
    """When the antimalware handler scans."""

    enabled = Choice(
        "Scheduled scan", _WORDS, wire="isEnabled", help="Whether scans run on a schedule. Off if not set."
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
        help="How much is scanned. Quick if not set.",
    )


class AntimalwareExclusions(Part):
    """What the antimalware handler leaves alone."""

    paths = Text(
        "Excluded paths",
        wire="Paths",
        help="Files and folders. Separate entries with semicolons.",
        example="D:\\data",
    )
    extensions = Text(
        "Excluded file types",
        wire="Extensions",
        help="Separate entries with semicolons.",
        example=".log;.ldf",
    )
    processes = Text(
        "Excluded processes", wire="Processes", help="Separate entries with semicolons.", example="shop.exe"
    )


class AntimalwareSettings(Part):
    """Settings of the antimalware handler."""

    enabled = Choice("Antimalware", _WORDS, wire="AntimalwareEnabled", essential=True, help="Must be Yes.")
    realtime = Choice(
        "Protection in real time",
        _WORDS,
        wire="RealtimeProtectionEnabled",
        essential=True,
        help="Whether files are scanned as they are used. On if not set.",
    )
    schedule = Single("Schedule", AntimalwareSchedule, wire="ScheduledScanSettings", inline=True)
    exclusions = Single("Exclusions", AntimalwareExclusions, wire="Exclusions", inline=True)


class AttestationService(Part):
    """Where guest attestation sends its evidence."""

    endpoint = Text(
        "Attestation service",
        wire="maaEndpoint",
        help="The address of an attestation provider. The shared one of the region if not set.",
        example="https://sharedweu.weu.attest.azure.net",
    )
    tenant = Text(
        "Attestation tenant",
        wire="maaTenantName",
        suggestions=("GuestAttestation",),
        help="GuestAttestation, unless you run a provider of your own.",
        example="GuestAttestation",
    )


class AttestationReports(Part):
    """Where Defender for Cloud gets its reports."""

    endpoint = Text(
        "Reporting address",
        wire="ascReportingEndpoint",
        help="Where reports for Defender for Cloud are sent. Microsoft's own address if not set.",
        example="https://reports.shop.example",
    )
    frequency = Text(
        "Reporting interval",
        wire="ascReportingFrequency",
        help="How often reports are sent. Microsoft's own interval if not set.",
        example="60",
    )


class AttestationConfig(Part):
    """How guest attestation works."""

    service = Single("Service", AttestationService, wire="MaaSettings", inline=True)
    reports = Single("Reports", AttestationReports, wire="AscSettings", inline=True)
    custom_token = Choice(
        "Custom token",
        _WORDS,
        wire="useCustomToken",
        help="Whether a token of your own attestation provider is used. Sent as the text true or false; no if not set.",
    )
    disable_alerts = Choice(
        "No alerts",
        _WORDS,
        wire="disableAlerts",
        help="Whether failed attestations raise no alert. Sent as the text true or false; they do raise one if not set.",
    )


class AttestationSettings(Part):
    """Settings of the guest attestation handlers."""

    config = Single("Attestation", AttestationConfig, wire="AttestationConfig", inline=True)


class DefenderSettings(Part):
    """Settings of Defender for Endpoint."""

    azure_resource_id = Text(
        "Scale set resource ID",
        essential=True,
        help="The full resource ID of this scale set, by which the devices are told.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.Compute/virtualMachineScaleSets/web"
        ),
    )
    workspace = Text(
        "Subscription",
        wire="defenderForServersWorkspaceId",
        help="The ID of the subscription whose Defender plan counts.",
        example="11111111-2222-3333-4444-555555555555",
    )
    reonboard = Boolean(
        "Onboard again",
        wire="forceReOnboarding",
        help="Onboards instances that are onboarded already. Off if not set.",
    )


class DefenderSecrets(Part):
    """Protected settings of Defender for Endpoint."""

    script = Text(
        "Onboarding package",
        wire="defenderForEndpointOnboardingScript",
        secret=True,
        multiline=True,
        essential=True,
        help="The onboarding package of the subscription, as Defender for Cloud hands it out: Base64.",
    )


PRESETS: Final = (
    *both(
        "guest-attestation",
        title=("Guest attestation for Linux", "Guest attestation for Windows"),
        said="Lets Defender for Cloud verify that instances started with untampered boot code.",
        called="GuestAttestation",
        publisher=(
            "Microsoft.Azure.Security.LinuxAttestation",
            "Microsoft.Azure.Security.WindowsAttestation",
        ),
        kind="GuestAttestation",
        version="1.0",
        settings=AttestationSettings,
        since="2020-12-01",
        with_it=(
            Said("trusted launch, with Secure Boot and vTPM on", until="2021-07-01"),
            Said("trusted launch or confidential VMs, with Secure Boot and vTPM on", since="2021-11-01"),
        ),
        upgrades=True,
    ),
    *both(
        "defender-endpoint",
        title=("Defender for Endpoint for Linux", "Defender for Endpoint for Windows"),
        said="Onboards the instances to Microsoft Defender for Endpoint. With a Defender for Servers plan, Defender for Cloud does so by itself.",
        called=("MDE.Linux", "MDE.Windows"),
        publisher="Microsoft.Azure.AzureDefenderForServers",
        kind=("MDE.Linux", "MDE.Windows"),
        version="1.0",
        settings=DefenderSettings,
        protected=DefenderSecrets,
        with_it="a license for Defender for Endpoint",
        upgrades=True,
    ),
    Preset(
        name="antimalware",
        title="Microsoft Antimalware",
        said="Sets up the Microsoft Defender Antivirus that Windows Server has built in. It replaces existing settings: with no exclusions given, all are removed.",
        system="Windows",
        called="Antimalware",
        publisher="Microsoft.Azure.Security",
        kind="IaaSAntimalware",
        version="1.5",
        settings=AntimalwareSettings,
    ),
    *both(
        "disk-encryption",
        title=("Azure Disk Encryption for Linux", "Azure Disk Encryption for Windows"),
        said=(
            f"Encrypts disks from inside the instance. {retired('disk-encryption')}",
            Said("Use encryption at host for new scale sets.", since="2020-06-01"),
        ),
        called="AzureDiskEncryption",
        publisher="Microsoft.Azure.Security",
        kind=("AzureDiskEncryptionForLinux", "AzureDiskEncryption"),
        version=("1.1", "2.2"),
        settings=(LinuxDiskEncryptionSettings, DiskEncryptionSettings),
        since="2016-04-30-preview",
        with_it="a key vault in the same region that is enabled for disk encryption",
    ),
    *both(
        "proxy-agent",
        title=("Guest proxy agent for Linux", "Guest proxy agent for Windows"),
        said="Installs the agent of the metadata security protocol, which guards the metadata service.",
        called="ProxyAgent",
        publisher="Microsoft.CPlat.ProxyAgent",
        kind=("ProxyAgentLinux", "ProxyAgentWindows"),
        version="1.0",
        since="2023-09-01",
        with_it="the proxy agent switched on under Security",
        runs_on=(
            "For Ubuntu 20.04 and later and Azure Linux.",
            "For Windows 10 and Windows Server 2019 and later.",
        ),
        upgrades=True,
    ),
)
