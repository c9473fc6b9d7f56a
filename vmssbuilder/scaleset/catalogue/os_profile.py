"""The operating system of the instances: names, sign-in, certificates, Linux and Windows settings."""

from __future__ import annotations

from ..properties import Boolean, Choice, List, Part, Single, Text, Value
from ..wording import Said
from .references import KeyVaultReference
from .time_zones import WINDOWS_TIME_ZONES


class VaultCertificate(Part):
    """One certificate of a key vault."""

    summary = ("certificateUrl", "certificateStore")

    certificate_url = Text(
        "Certificate URL",
        kind="keyVaultSecret",
        essential=True,
        help=(
            "The address of the certificate as a secret of the vault, with its version. Use the /secrets/ address, "
            "not /certificates/ or /keys/; the content must be PFX."
        ),
        example="https://kv-shop.vault.azure.net/secrets/web-tls/0123456789abcdef0123456789abcdef",
    )
    certificate_store = Text(
        "Certificate store",
        essential=True,
        suggestions=("My", "Root", "CA", "WebHosting"),
        help=(
            "Windows: the store of the LocalMachine account that receives the certificate. Linux ignores it and "
            "writes the files to /var/lib/waagent."
        ),
        example="My",
    )


class VaultSecretGroup(Part):
    """The certificates to install from one key vault."""

    summary = ("sourceVault.id",)

    source_vault = Single("Key vault", KeyVaultReference, inline=True)
    vault_certificates = List(
        "Certificates",
        VaultCertificate,
        rows=True,
        singular="certificate",
        essential=True,
        help=(
            "The certificates of this vault that Azure installs on each new instance. Azure never removes them from "
            "instances that have them."
        ),
    )


class SshPublicKey(Part):
    """One public key and the file it is written to."""

    summary = ("path",)

    path = Text(
        "Key file",
        essential=True,
        help="The file that receives the key. Azure accepts only /home/<user name>/.ssh/authorized_keys.",
        example="/home/azureuser/.ssh/authorized_keys",
    )
    key_data = Text(
        "Public key",
        kind="sshPublicKey",
        essential=True,
        multiline=True,
        help="The whole line of the .pub file: RSA of 2048 bits or more, or Ed25519. Not the private key.",
        example="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kYcqYqkzRGQ2Zl3nJ5uKxSx0c6Zb9u0gKX1mQeU4r azureuser@shop",
    )


class SshConfiguration(Part):
    """How people sign in by SSH key."""

    public_keys = List(
        "SSH public keys",
        SshPublicKey,
        rows=True,
        singular="SSH public key",
        essential=True,
        help="Keys that may sign in as the administrator. Without any, a password is needed.",
    )


REBOOT_SETTING = (
    Value("Unknown", "Unknown", "Not stated. Azure decides."),
    Value("IfRequired", "If required", "Restarts when a patch asks for it."),
    Value("Never", "Never", "Does not restart; patches that need it wait."),
    Value("Always", "Always", "Restarts after every patching."),
)

ASSESSMENT_MODE = (
    Value("ImageDefault", "Image default", "Missing patches are looked for only when you start it."),
    Value(
        "AutomaticByPlatform",
        "By Azure, regularly",
        "Azure looks for missing patches every day. Needs the VM agent.",
    ),
)


class PlatformPatching(Part):
    """How Azure patches the instances."""

    reboot_setting = Choice(
        "Restart after patching",
        REBOOT_SETTING,
        open=True,
        help="Whether an instance restarts after Azure has patched it.",
    )
    bypass_platform_safety_checks_on_user_schedule = Boolean(
        "Patch on my schedule only",
        since="2023-03-01",
        help=(
            "Azure patches in your maintenance windows and at no other time. Needed for scheduled patching. Off "
            "if not set."
        ),
    )


LINUX_PATCH_MODE = (
    Value("ImageDefault", "Image default", "The image's own package updates, such as unattended-upgrades."),
    Value(
        "AutomaticByPlatform",
        "By Azure",
        (
            "Azure installs critical and security patches, a part of the instances at a time. Only for listed "
            "marketplace images. Needs the VM agent and the Application Health extension."
        ),
    ),
)


class LinuxPatchSettings(Part):
    """Patching of Linux instances."""

    patch_mode = Choice(
        "Patch mode",
        LINUX_PATCH_MODE,
        open=True,
        help=(
            "Who installs operating system patches. Patching by Azure is for Flexible scale sets. Image default "
            "if not set."
        ),
    )
    assessment_mode = Choice(
        "Patch assessment",
        ASSESSMENT_MODE,
        open=True,
        since="2021-03-01",
        help="Who looks for missing patches. Image default if not set.",
    )
    automatic_by_platform_settings = Single(
        "Patching by Azure", PlatformPatching, since="2022-03-01", help="Details of the patch mode By Azure."
    )


WINDOWS_PATCH_MODE = (
    Value("Manual", "Manual", "You patch by yourself. Automatic updates must be off."),
    Value("AutomaticByOS", "By Windows Update", "Windows patches itself. Automatic updates must be on."),
    Value(
        "AutomaticByPlatform",
        "By Azure",
        (
            "Azure installs critical and security patches, a part of the instances at a time. Only for listed "
            "marketplace images. Needs the VM agent, automatic updates and the Application Health extension."
        ),
    ),
)


class WindowsPatchSettings(Part):
    """Patching of Windows instances."""

    patch_mode = Choice(
        "Patch mode",
        WINDOWS_PATCH_MODE,
        open=True,
        help=(
            "Who installs Windows patches. By Windows Update if not set.",
            Said("Patching by Azure is for Flexible scale sets.", since="2020-12-01"),
        ),
    )
    enable_hotpatching = Boolean(
        "Hotpatching",
        since="2020-12-01",
        help=(
            "Installs patches without a restart. Needs the patch mode By Azure, the VM agent and an Azure Edition "
            "image. Off if not set."
        ),
    )
    assessment_mode = Choice(
        "Patch assessment",
        ASSESSMENT_MODE,
        open=True,
        since="2021-03-01",
        help="Who looks for missing patches. Image default if not set.",
    )
    automatic_by_platform_settings = Single(
        "Patching by Azure", PlatformPatching, since="2022-03-01", help="Details of the patch mode By Azure."
    )


class LinuxConfiguration(Part):
    """Settings of Linux instances."""

    disable_password_authentication = Boolean(
        "SSH keys only",
        essential=True,
        help=(
            "Switches password sign-in off, so that at least one SSH key is needed. Off if not set: passwords "
            "work."
        ),
    )
    ssh = Single("SSH", SshConfiguration, inline=True)
    provision_vm_agent = Boolean(
        "Provision the VM agent",
        wire="provisionVMAgent",
        since="2018-06-01",
        help=(
            "Installs the agent that runs extensions and resets passwords. On if not set. Without it no extension "
            "can be used."
        ),
    )
    patch_settings = Single(
        "Patching",
        LinuxPatchSettings,
        since="2020-12-01",
        help="Who installs operating system patches, and when.",
    )
    enable_vm_agent_platform_updates = Boolean(
        "VM agent updates by Azure",
        wire="enableVMAgentPlatformUpdates",
        since="2022-08-01",
        help="Azure keeps the Linux agent up to date. Off if not set: the agent then updates itself.",
    )


WINRM_PROTOCOL = (
    Value("Http", "HTTP", "Port 5985, not encrypted by TLS. For trusted networks only."),
    Value("Https", "HTTPS", "Port 5986, with a certificate from a key vault."),
)


class WinRMListener(Part):
    """One WinRM listener."""

    summary = ("protocol", "certificateUrl")

    protocol = Choice(
        "Protocol",
        WINRM_PROTOCOL,
        essential=True,
        help="What the listener speaks. One listener for each protocol is enough.",
    )
    certificate_url = Text(
        "Certificate URL",
        kind="keyVaultSecret",
        essential=True,
        help=(
            "The certificate of an HTTPS listener: the versioned address of a key vault secret, which must be among "
            "the certificates to install as well. Not used for HTTP."
        ),
        example="https://kv-shop.vault.azure.net/secrets/winrm/0123456789abcdef0123456789abcdef",
    )


class WinRMConfiguration(Part):
    """How people reach Windows PowerShell from afar."""

    listeners = List(
        "WinRM listeners",
        WinRMListener,
        rows=True,
        singular="WinRM listener",
        help="Windows Remote Management listeners, for remote PowerShell. None if not set.",
    )


class AdditionalUnattendContent(Part):
    """One piece of XML for Windows Setup's Unattend.xml."""

    summary = ("settingName",)

    pass_name = Choice(
        "Setup pass",
        (
            Value(
                "OobeSystem", "OobeSystem", "The last pass of Windows Setup, when the instance first starts."
            ),
        ),
        essential=True,
        help="The pass of Windows Setup in which the content is used. There is only one.",
    )
    component_name = Choice(
        "Component",
        (
            Value(
                "Microsoft-Windows-Shell-Setup",
                "Microsoft-Windows-Shell-Setup",
                "The component that owns first logon commands and automatic logon.",
            ),
        ),
        essential=True,
        help="The component of Windows Setup that the content configures. There is only one.",
    )
    setting_name = Choice(
        "Setting",
        (
            Value(
                "AutoLogon",
                "AutoLogon",
                "Signs an account in by itself after start. The XML holds its password.",
            ),
            Value("FirstLogonCommands", "FirstLogonCommands", "Runs commands when a person first signs in."),
        ),
        essential=True,
        help="Which setting the content gives. List each setting once.",
    )
    content = Text(
        "XML content",
        multiline=True,
        secret=True,
        essential=True,
        help=(
            "The XML of the setting, its root element included, in less than 4 KB. It may hold a password, so it is "
            "kept as a secret. Azure refuses to change it after creation."
        ),
        example="<FirstLogonCommands>...</FirstLogonCommands>",
    )


class WindowsConfiguration(Part):
    """Settings of Windows instances."""

    provision_vm_agent = Boolean(
        "Provision the VM agent",
        wire="provisionVMAgent",
        help=(
            "Installs the agent that runs extensions and resets passwords. On if not set. Without it no extension "
            "can be used."
        ),
    )
    win_rm = Single("Remote management", WinRMConfiguration, wire="winRM", inline=True)
    additional_unattend_content = List(
        "Unattend content",
        AdditionalUnattendContent,
        singular="unattend content",
        help="XML that Windows Setup adds to Unattend.xml when an instance is created. Rarely needed.",
    )
    enable_automatic_updates = Boolean(
        "Automatic updates",
        essential=True,
        help=(
            (
                "Lets Windows Update install updates by itself. On if not set.",
                Said(
                    "Switch it off when the scale set upgrades the OS image automatically.",
                    since="2017-03-30",
                ),
                "A change reaches instances only when they are reimaged.",
            )
        ),
    )
    time_zone = Text(
        "Time zone",
        suggestions=WINDOWS_TIME_ZONES,
        help="A Windows time zone name. Azure uses UTC if not set.",
        example="W. Europe Standard Time",
    )
    patch_settings = Single(
        "Patching", WindowsPatchSettings, since="2020-06-01", help="Who installs Windows patches, and when."
    )
    agent_platform_updates = Boolean(
        "VM agent updates by Azure",
        wire="enableVMAgentPlatformUpdates",
        since="2022-08-01",
        until="2024-03-01",
        help="Azure keeps the Windows agent up to date. Off if not set: the agent then updates itself.",
    )
    enable_vm_agent_platform_updates = Boolean(
        "VM agent updates by Azure",
        wire="enableVMAgentPlatformUpdates",
        since="2024-07-01",
        read_only=True,
        help="Whether Azure keeps the Windows agent up to date. Azure writes it.",
    )


class OSProfile(Part):
    """Names, sign-in and operating system settings of the instances."""

    computer_name_prefix = Text(
        "Computer name prefix",
        essential=True,
        help="The start of each host name, to which Azure adds six characters. Fixed once the scale set exists.",
        example="shopweb",
    )
    admin_username = Text(
        "Admin user name",
        essential=True,
        help="The administrator account created on each instance. Azure refuses common names.",
        example="azureuser",
    )
    admin_password = Text(
        "Admin password",
        secret=True,
        essential=True,
        help="Needed for Windows, and for Linux without an SSH key. Azure never shows it again.",
    )
    secrets = List(
        "Key vault certificates",
        VaultSecretGroup,
        singular="key vault",
        help="Certificates that Azure installs on each instance, grouped by the key vault that holds them.",
    )
    linux_configuration = Single(
        "Linux settings",
        LinuxConfiguration,
        system="Linux",
        help="Only for Linux images. An instance cannot have Windows settings too.",
    )
    windows_configuration = Single(
        "Windows settings",
        WindowsConfiguration,
        system="Windows",
        help="Only for Windows images. An instance cannot have Linux settings too.",
    )
    custom_data = Text(
        "Custom data",
        secret=True,
        script=True,
        multiline=True,
        base64=True,
        help=(
            "A script or file of up to 64 KB handed to each new instance: cloud-init reads it on Linux, Windows "
            "stores it as C:\\AzureData\\CustomData.bin. Sent as Base64. Changes reach new and reimaged instances only."
        ),
        example="#cloud-config\npackages:\n  - nginx",
    )
    allow_extension_operations = Boolean(
        "Allow extensions",
        since="2021-11-01",
        help=(
            "Whether extensions can be installed. On if not set. It can be switched off only while there are "
            "none."
        ),
    )
    require_guest_provision_signal = Boolean(
        "Wait for the guest signal",
        since="2022-11-01",
        help=(
            "An instance counts as created once its operating system says so. Azure takes true only; otherwise do "
            "not set it."
        ),
    )
