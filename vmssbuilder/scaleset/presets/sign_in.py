"""Sign-in of people: Microsoft Entra, Active Directory, lost passwords, OpenSSH."""

from __future__ import annotations

from typing import Final

from ..properties import Choice, Json, Part, Text, Value
from .declared import IDENTITY, Preset

_WORDS: Final = (
    Value("true", "Yes", "On."),
    Value("false", "No", "Off."),
)


class EntraJoinSettings(Part):
    """Settings of the Microsoft Entra sign-in for Windows."""

    mdm_id = Text(
        "Device management",
        help="Enrolls the instances in Intune as they join: the ID of the Intune application. If not set, they only join. Windows Server cannot be enrolled.",
        suggestions=("0000000a-0000-0000-c000-000000000000",),
        example="0000000a-0000-0000-c000-000000000000",
    )


class DomainJoinSettings(Part):
    """Settings of the domain join."""

    name = Text(
        "Domain",
        wire="Name",
        essential=True,
        help="The DNS name of the Active Directory domain.",
        example="corp.shop.internal",
    )
    ou_path = Text(
        "Organizational unit",
        wire="OUPath",
        essential=True,
        help="The distinguished name of the organizational unit for the computer accounts. The domain's default container if not set.",
        example="OU=Web,DC=corp,DC=shop,DC=internal",
    )
    user = Text(
        "Joining account",
        wire="User",
        essential=True,
        help="An account that may join computers, as name@domain or domain and name with a backslash.",
        example="joiner@corp.shop.internal",
    )
    restart = Choice(
        "Restart after joining",
        (
            Value("true", "Yes", "The join takes effect."),
            Value("false", "No", "The join takes effect at the next restart."),
        ),
        wire="Restart",
        essential=True,
        help="Whether the instance restarts once it has joined. Sent as the text true or false.",
    )
    options = Text(
        "Join options",
        wire="Options",
        suggestions=("3", "1"),
        help="A sum of the flags of Windows' NetJoinDomain. 3 joins and makes the computer account.",
        example="3",
    )


class DomainJoinSecrets(Part):
    """Protected settings of the domain join."""

    password = Text(
        "Password of the joining account",
        wire="Password",
        secret=True,
        essential=True,
        help="The password of that account.",
    )


class LinuxAccessSettings(Part):
    """Public settings of VM access for Linux."""

    check_disk = Choice(
        "Check disks", _WORDS, wire="check_disk", help="Checks the disks' file systems. Off if not set."
    )
    repair_disk = Choice(
        "Repair a disk",
        _WORDS,
        wire="repair_disk",
        since="2016-04-30-preview",
        help="Repairs the file system of the disk named below. Off if not set.",
    )
    disk_name = Text(
        "Disk to repair",
        wire="disk_name",
        since="2016-04-30-preview",
        help="The name of the data disk to repair.",
        example="sdc1",
    )


class LinuxAccessSecrets(Part):
    """Protected settings of VM access for Linux."""

    username = Text(
        "Account",
        secret=True,
        essential=True,
        help="The account to change, or to make when there is none of that name.",
    )
    password = Text(
        "New password",
        secret=True,
        essential=True,
        help="The account's new password. Give it, a key, or both.",
    )
    ssh_key = Text(
        "New SSH public key",
        wire="ssh_key",
        secret=True,
        multiline=True,
        essential=True,
        help="A public key that may sign in as the account.",
    )
    reset_ssh = Json(
        "Reset the SSH server",
        wire="reset_ssh",
        secret=True,
        objects=False,
        help="true puts the SSH server's settings back to those of the image.",
        example="true",
    )
    remove_user = Text(
        "Account to remove", wire="remove_user", secret=True, help="The name of an account to delete."
    )
    expiration = Text(
        "Expires on",
        secret=True,
        help="The day on which the account expires, such as 2027-01-31. Never if not set.",
    )


class WindowsAccessSettings(Part):
    """Public settings of VM access for Windows."""

    user_name = Text(
        "Administrator account",
        wire="UserName",
        essential=True,
        help="The local administrator account whose password is set anew. A new name renames the built-in account.",
        example="azureuser",
    )


class WindowsAccessSecrets(Part):
    """Protected settings of VM access for Windows."""

    password = Text(
        "New password", wire="Password", secret=True, essential=True, help="The account's new password."
    )


_ROLE: Final = (
    "People who sign in need the role Virtual Machine User Login or Virtual Machine Administrator Login."
)

PRESETS: Final = (
    Preset(
        name="entra-ssh",
        title="Microsoft Entra sign-in by SSH",
        said="Lets people sign in by SSH with their Microsoft Entra (Azure AD) account.",
        system="Linux",
        called="AADSSHLogin",
        publisher="Microsoft.Azure.ActiveDirectory",
        kind="AADSSHLoginForLinux",
        version="1.0",
        since=IDENTITY,
        identity="system",
        role=_ROLE,
        modes=("Uniform",),
    ),
    Preset(
        name="entra-windows",
        title="Microsoft Entra sign-in for Windows",
        said="Joins the instances to Microsoft Entra (Azure AD), so that people sign in with their account.",
        system="Windows",
        called="AADLogin",
        publisher="Microsoft.Azure.ActiveDirectory",
        kind="AADLoginForWindows",
        version="2.0",
        settings=EntraJoinSettings,
        since=IDENTITY,
        identity="system",
        role=_ROLE,
        runs_on="For Windows Server 2019 and later, Windows 10 1809 and later, and Windows 11.",
        modes=("Uniform",),
    ),
    Preset(
        name="domain-join",
        title="Active Directory domain join",
        said="Joins the instances to an Active Directory domain. Host names must be unique in it.",
        system="Windows",
        called="DomainJoin",
        publisher="Microsoft.Compute",
        kind="JsonADDomainExtension",
        version="1.3",
        settings=DomainJoinSettings,
        protected=DomainJoinSecrets,
        with_it="a network that reaches a domain controller, with the domain's DNS servers",
    ),
    Preset(
        name="vm-access-linux",
        title="VM access for Linux",
        said="Sets a lost password or SSH key anew, and repairs the SSH server.",
        system="Linux",
        called="VMAccess",
        publisher="Microsoft.OSTCExtensions",
        kind="VMAccessForLinux",
        version="1.5",
        settings=LinuxAccessSettings,
        protected=LinuxAccessSecrets,
    ),
    Preset(
        name="vm-access-windows",
        title="VM access for Windows",
        said="Sets a lost administrator password anew, and repairs Remote Desktop.",
        system="Windows",
        called="VMAccess",
        publisher="Microsoft.Compute",
        kind="VMAccessAgent",
        version="2.4",
        settings=WindowsAccessSettings,
        protected=WindowsAccessSecrets,
    ),
    Preset(
        name="openssh-windows",
        title="OpenSSH server for Windows",
        said="Installs the OpenSSH server, so that people sign in by SSH. It opens no port in a network security group.",
        system="Windows",
        called="WindowsOpenSSH",
        publisher="Microsoft.Azure.OpenSSH",
        kind="WindowsOpenSSH",
        version="3.0",
        runs_on="For Windows Server 2019 and later, Windows 10 and Windows 11.",
    ),
)
