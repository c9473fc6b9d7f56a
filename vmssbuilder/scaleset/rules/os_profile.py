"""Rules about the operating system: names, passwords, keys, custom data, unattended setup, WinRM and patching."""

from __future__ import annotations

import re
from typing import Any, Final

from .. import paths
from ..findings import Fix
from ..paths import Path
from ..wording import Said
from .base import CREATE, UPDATE, Hit, Hits, rule
from .shapes import decoded, moved, repeated, set_to, without, xml_root
from .time_zones import FOLDED, WINDOWS_TIME_ZONES
from .view import LINUX, OS_PROFILE, PROFILE, WINDOWS, View, filled, secret_text

PREFIX: Final[Path] = (*OS_PROFILE, "computerNamePrefix")
USERNAME: Final[Path] = (*OS_PROFILE, "adminUsername")
PASSWORD: Final[Path] = (*OS_PROFILE, "adminPassword")
CUSTOM_DATA: Final[Path] = (*OS_PROFILE, "customData")
USER_DATA: Final[Path] = (*PROFILE, "userData")
DISABLE_PASSWORD: Final[Path] = (*LINUX, "disablePasswordAuthentication")
UNATTEND: Final[Path] = (*WINDOWS, "additionalUnattendContent")
_HOTPATCHING: Final[Path] = (*WINDOWS, "patchSettings", "enableHotpatching")

_WINDOWS_NAME: Final = re.compile(r"[A-Za-z0-9-]*\Z")
_NOT_IN_LINUX_NAME: Final = re.compile(r"""[\\/"\[\]:|<>+=;,?*@&~!#$%^()_{}'\s]""")
_NOT_IN_USERNAME: Final = re.compile(r"""[\\/"\[\]:|<>+=;,?*@]""")
_NOT_IN_LINUX_USERNAME: Final = re.compile(r"""[\\/"\[\]:|<>+=;,?*@#()!]""")
_UNLIKED_USERNAME: Final = re.compile(r"[$-]|.*[A-Z]")
RESERVED: Final = frozenset(
    """administrator admin user user1 test user2 test1 user3 admin1 1 123 a actuser adm admin2 aspnet backup console
    david guest john owner root server sql support support_388945a0 sys test2 test3 user4 user5""".split()
)
REFUSED_PASSWORDS: Final = frozenset(
    "abc@123 P@$$w0rd P@ssw0rd P@ssword123 Pa$$word pass@word1 Password! Password1 Password22 iloveyou!".split()
)
_KINDS: Final = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[\W_]"))
_WINDOWS_LICENSES: Final = frozenset(("windows_client", "windows_server", "none"))
_LINUX_LICENSES: Final = frozenset(
    """rhel_byos rhel_base rhel_eus rhel_sapapps rhel_sapha rhel_basesapapps rhel_basesapha rhel_els_6 sles_byos sles
    sles_standard sles_sap sles_hpc ubuntu ubuntu_pro none""".split()
)
_LICENSES: Final = {
    "Windows": _WINDOWS_LICENSES,
    "Linux": _LINUX_LICENSES,
    None: _WINDOWS_LICENSES | _LINUX_LICENSES,
}
_SETTINGS: Final = ("AutoLogon", "FirstLogonCommands")

_MARKETPLACE: Final = ("publisher", "offer", "sku")
_HOTPATCHED: Final = frozenset(
    """2022-datacenter-azure-edition-core 2022-datacenter-azure-edition-core-smalldisk
    2022-datacenter-azure-edition-hotpatch 2022-datacenter-azure-edition-hotpatch-smalldisk
    2025-datacenter-azure-edition 2025-datacenter-azure-edition-smalldisk 2025-datacenter-azure-edition-core
    2025-datacenter-azure-edition-core-smalldisk""".split()
)
"""The SKUs of Windows Server that Terraform takes for hotpatching."""


# ------------------------------------------------------------------------------------------- the profile as a whole


@rule(
    "os-profile-required",
    "This image is general: every instance needs a name and an administrator. Fill in the operating system settings.",
    operations=CREATE,
)
def os_profile_required(view: View) -> Hits:
    if "osProfile" in view.profile:
        return None
    image = view.image
    # An image of a gallery may be specialised, with its administrator inside.
    general = (
        image.get("publisher")
        or view.vhd_containers
        or "/microsoft.compute/images/" in _text(image.get("id"))
    )
    return Hit(OS_PROFILE) if general else None


def _text(value: Any) -> str:
    return value.casefold() if isinstance(value, str) else ""


@rule(
    "os-config-exclusive",
    "An instance runs Linux or Windows. Remove the settings of the other one.",
    confidence="I",
)
def os_config_exclusive(view: View) -> Hits:
    if "linuxConfiguration" not in view.os_profile or "windowsConfiguration" not in view.os_profile:
        return None
    known = view.stated_os or view.image_os
    if known == "Windows":
        return Hit(LINUX, fix=without(LINUX, "Remove the Linux settings"))
    return Hit(WINDOWS, fix=without(WINDOWS, "Remove the Windows settings") if known else None)


@rule(
    "os-config-matches-image",
    "The image runs {os}, but these are {other} settings. Remove them, or choose another image.",
    confidence="I",
)
def os_config_matches_image(view: View) -> Hits:
    configured = view.configured_os
    known = view.stated_os or view.image_os
    if configured is None or known is None or configured == known:
        return None
    place = LINUX if configured == "Linux" else WINDOWS
    # What a publisher's images run is only known by habit, and Azure's own examples break it.
    return Hit(place, {"os": known, "other": configured}, severity=None if view.stated_os else "warning")


# ------------------------------------------------------------------------------------------------------------- names


@rule(
    "prefix-required",
    "Enter a computer name prefix. Azure adds a number to it to name each instance.",
    operations=CREATE,
)
def prefix_required(view: View) -> Hits:
    return Hit(PREFIX) if view.os_profile and not view.os_profile.get("computerNamePrefix") else None


@rule(
    "prefix-windows-9",
    "Shorten the prefix to 9 characters: Azure adds 6, and a Windows name ends at 15. This has {count}.",
    confidence="C",
)
def prefix_windows_9(view: View) -> Hits:
    # More than 15 is a graver mistake, with a rule of its own.
    if not 9 < len(view.prefix) <= 15 or view.os != "Windows":
        return None
    return Hit(PREFIX, {"count": len(view.prefix)})


@rule(
    "prefix-max-15-windows",
    "A computer name prefix has at most 15 characters and this has {count}. Shorten it.",
)
def prefix_max_15_windows(view: View) -> Hits:
    return (
        Hit(PREFIX, {"count": len(view.prefix)}) if len(view.prefix) > 15 and view.os == "Windows" else None
    )


@rule(
    "prefix-linux-58",
    "Shorten the prefix to 58 characters: Azure adds 6, and a Linux name ends at 64. This has {count}.",
    confidence="C",
)
def prefix_linux_58(view: View) -> Hits:
    return Hit(PREFIX, {"count": len(view.prefix)}) if len(view.prefix) > 58 and view.os == "Linux" else None


@rule(
    "prefix-over-15-linux",
    "Azure documents a prefix of 1 to 15 characters. Longer ones are known to work with Linux; 15 is the safe choice.",
    severity="warning",
)
def prefix_over_15_linux(view: View) -> Hits:
    return Hit(PREFIX) if 15 < len(view.prefix) <= 58 and view.os == "Linux" else None


@rule(
    "prefix-windows-chars",
    "A Windows name has letters, numbers and hyphens only. Take other characters out of the prefix.",
    confidence="C",
)
def prefix_windows_chars(view: View) -> Hits:
    if view.os != "Windows" or _WINDOWS_NAME.match(view.prefix):
        return None
    return Hit(PREFIX)


@rule(
    "prefix-windows-digits",
    "A Windows name cannot be made of numbers only. Add a letter to the prefix.",
    confidence="C",
)
def prefix_windows_digits(view: View) -> Hits:
    return Hit(PREFIX) if view.prefix.isdigit() and view.os == "Windows" else None


@rule(
    "prefix-linux-chars",
    "The prefix cannot {problem}. Use letters, numbers, hyphens and periods.",
    confidence="C",
)
def prefix_linux_chars(view: View) -> Hits:
    if view.os != "Linux":
        return None
    found = _NOT_IN_LINUX_NAME.search(view.prefix)
    if found:
        return Hit(PREFIX, {"problem": f"contain “{found[0]}”"})
    return Hit(PREFIX, {"problem": "end with a period"}) if view.prefix.endswith(".") else None


@rule("admin-username-required", "Enter a name for the administrator of the instances.", operations=CREATE)
def admin_username_required(view: View) -> Hits:
    return Hit(USERNAME) if view.os_profile and not view.os_profile.get("adminUsername") else None


@rule(
    "admin-username-max-windows",
    "A Windows user name has at most 20 characters and this has {count}. Shorten it.",
)
def admin_username_max_windows(view: View) -> Hits:
    return (
        Hit(USERNAME, {"count": len(view.username)})
        if len(view.username) > 20 and view.os == "Windows"
        else None
    )


@rule(
    "admin-username-max-linux",
    "A Linux user name has at most 64 characters and this has {count}. Shorten it.",
)
def admin_username_max_linux(view: View) -> Hits:
    return (
        Hit(USERNAME, {"count": len(view.username)})
        if len(view.username) > 64 and view.os == "Linux"
        else None
    )


@rule("admin-username-windows-dot", "A Windows user name cannot end with a period. Remove it.")
def admin_username_windows_dot(view: View) -> Hits:
    return Hit(USERNAME) if view.username.endswith(".") and view.os == "Windows" else None


@rule("admin-username-reserved", "Azure reserves the user name “{name}”. Choose another, less guessable one.")
def admin_username_reserved(view: View) -> Hits:
    return Hit(USERNAME, {"name": view.username}) if view.username.casefold() in RESERVED else None


@rule(
    "admin-username-chars",
    "The user name cannot contain “{character}”. Use letters, numbers, hyphens, underscores and periods.",
    confidence="C",
)
def admin_username_chars(view: View) -> Hits:
    if not view.username:
        return None
    found = (_NOT_IN_LINUX_USERNAME if view.os == "Linux" else _NOT_IN_USERNAME).search(view.username)
    return Hit(USERNAME, {"character": found[0]}) if found else None


@rule(
    "admin-username-linux-case",
    "Other Azure tools refuse Linux user names with capitals, or with $ or - at the start. Small letters work everywhere.",
    severity="warning",
    confidence="C",
)
def admin_username_linux_case(view: View) -> Hits:
    return Hit(USERNAME) if view.os == "Linux" and _UNLIKED_USERNAME.match(view.username) else None


# --------------------------------------------------------------------------------------------------------- passwords


@rule(
    "password-required-windows",
    "Windows needs an administrator password. Enter one.",
    operations=CREATE,
    deferred=True,
)
def password_required_windows(view: View) -> Hits:
    if not view.os_profile or view.os_profile.get("adminPassword") or view.os != "Windows":
        return None
    return Hit(PASSWORD)


@rule(
    "linux-auth-one-of",
    "Give the administrator a password, at least one SSH key, or both.",
    operations=CREATE,
    deferred=True,
)
def linux_auth_one_of(view: View) -> Hits:
    if not view.os_profile or view.os_profile.get("adminPassword") or view.key_items or view.os != "Linux":
        return None
    return Hit(PASSWORD)


@rule(
    "linux-disable-password-needs-key",
    "With password sign-in switched off nobody could sign in. Add an SSH key, or allow passwords.",
)
def linux_disable_password_needs_key(view: View) -> Hits:
    if not view.linux.get("disablePasswordAuthentication") or view.key_items:
        return None
    if not view.creating and (view.linux.get("ssh") or {}).get("publicKeys") is None:
        return None  # the keys stay as they are
    return Hit(DISABLE_PASSWORD, fix=_allowing_passwords(view))


def _allowing_passwords(view: View) -> Fix | None:
    """The fix that lets people sign in with the password, where there is one that Azure takes for that."""
    password = view.os_profile.get("adminPassword")
    written = secret_text(password)
    if not password or (written is not None and not _takes(written)):
        return None
    return set_to(DISABLE_PASSWORD, False, "Allow password sign-in")


def _takes(password: str) -> bool:
    """Whether Azure surely takes the password, whatever system it is for."""
    return 8 <= len(password) <= 72 and _is_varied(password) and password not in REFUSED_PASSWORDS


def _is_varied(password: str) -> bool:
    return sum(kind.search(password) is not None for kind in _KINDS) >= 3


@rule(
    "linux-password-needs-flag-false",
    "Password sign-in is switched off, so the password is never used. Remove it, or allow password sign-in.",
    severity="warning",
    confidence="C",
)
def linux_password_needs_flag_false(view: View) -> Hits:
    if not view.linux.get("disablePasswordAuthentication") or not view.os_profile.get("adminPassword"):
        return None
    if view.key_items and view.os != "Windows":
        return Hit(PASSWORD, fix=without(PASSWORD, "Remove the password"))
    # Without it nobody could sign in.
    return Hit(PASSWORD, fix=_allowing_passwords(view))


@rule("password-len-windows", "A Windows password has 8 to 123 characters. This has {count}.")
def password_len_windows(view: View) -> Hits:
    if view.password is None or view.os != "Windows" or 8 <= len(view.password) <= 123:
        return None
    return Hit(PASSWORD, {"count": len(view.password)})


@rule("password-len-linux", "A Linux password has 6 to 72 characters. This has {count}.")
def password_len_linux(view: View) -> Hits:
    if view.password is None or view.os != "Linux" or 6 <= len(view.password) <= 72:
        return None
    return Hit(PASSWORD, {"count": len(view.password)})


@rule(
    "password-len-12",
    "Use 12 characters or more: other Azure tools ask for that, and policies or newer images may refuse less.",
    severity="warning",
    confidence="C",
)
def password_len_12(view: View) -> Hits:
    return Hit(PASSWORD) if view.password is not None and len(view.password) < 12 else None


@rule(
    "password-complexity",
    "The password needs three of these: a small letter, a capital letter, a number, another character.",
)
def password_complexity(view: View) -> Hits:
    return None if view.password is None or _is_varied(view.password) else Hit(PASSWORD)


@rule("password-disallowed", "Azure refuses this password because it is too well known. Choose another one.")
def password_disallowed(view: View) -> Hits:
    return Hit(PASSWORD) if view.password in REFUSED_PASSWORDS else None


@rule(
    "password-equals-username",
    "The password contains the user name, which makes it easy to guess. Choose another one.",
    severity="warning",
    confidence="U",
)
def password_equals_username(view: View) -> Hits:
    if (
        not view.password
        or len(view.username) < 3
        or view.username.casefold() not in view.password.casefold()
    ):
        return None
    return Hit(PASSWORD)


# ---------------------------------------------------------------------------------------------------------- SSH keys


@rule("ssh-path-default", "Azure stores the key only in {right}. Write this path.")
def ssh_path_default(view: View) -> Hits:
    if not view.username:
        return None
    right = f"/home/{view.username}/.ssh/authorized_keys"
    return [
        Hit((*path, "path"), {"right": right}, set_to((*path, "path"), right, f"Write {right}"))
        for path, key in view.key_items
        if key.get("path") != right and (not key.get("path") or filled(key["path"]))
    ]


def _keys_with(view: View, *faults: str) -> Hits:
    if not view.key_items:
        return None
    return [Hit(path) for path, found in view.key_faults if found in faults]


@rule(
    "ssh-key-format",
    "This is not a whole public key. Paste the line from the .pub file, which starts with “ssh-rsa” or “ssh-ed25519”.",
    confidence="C",
)
def ssh_key_format(view: View) -> Hits:
    return _keys_with(view, "format", "private")


@rule("ssh-key-rsa-2048", "The RSA key is too short. Make a new one of 2048 bits or more.")
def ssh_key_rsa_2048(view: View) -> Hits:
    return _keys_with(view, "short")


@rule(
    "ssh-key-type",
    "Azure takes RSA and Ed25519 keys only. Make a new key of one of these types.",
    confidence="C",
)
def ssh_key_type(view: View) -> Hits:
    return _keys_with(view, "type")


@rule(
    "ssh-key-private",
    "This looks like a private key. Keep it to yourself and paste the line from the .pub file.",
    severity="warning",
    confidence="U",
)
def ssh_key_private(view: View) -> Hits:
    return _keys_with(view, "private")


@rule(
    "ssh-key-not-base64-again",
    "The key line was encoded in base64 once more. Paste it as it is in the .pub file.",
)
def ssh_key_not_base64_again(view: View) -> Hits:
    return _keys_with(view, "encoded")


# ------------------------------------------------------------------------------------------- custom data, user data


@rule(
    "custom-data-base64",
    "Custom data must be written in base64. Encode the script or file before pasting it.",
)
def custom_data_base64(view: View) -> Hits:
    written = secret_text(view.os_profile.get("customData"))
    return Hit(CUSTOM_DATA) if written is not None and decoded(written) is None else None


@rule(
    "custom-data-64k",
    "Custom data has at most 65,535 bytes before encoding and this has {count:,}. Shorten it.",
)
def custom_data_64k(view: View) -> Hits:
    count = _size(view.os_profile.get("customData"))
    return Hit(CUSTOM_DATA, {"count": count}) if count > 65_535 else None


def _size(value: Any) -> int:
    written = secret_text(value)
    return len(decoded(written) or b"") if written is not None else 0


@rule(
    "custom-data-update",
    "Changed custom data reaches new and reimaged instances only, and cannot be removed again. "
    "API versions before 2017-12-01 refuse the change.",
    severity="warning",
    operations=UPDATE,
)
def custom_data_update(view: View) -> Hits:
    return Hit(CUSTOM_DATA) if view.os_profile.get("customData") else None


@rule(
    "user-data-base64",
    "User data must be written in base64. Encode it before pasting it.",
    since="2021-03-01",
)
def user_data_base64(view: View) -> Hits:
    written = secret_text(view.profile.get("userData"))
    return Hit(USER_DATA) if written is not None and decoded(written) is None else None


@rule(
    "user-data-secret",
    "Every process on an instance can read user data. Keep secrets out of it.",
    severity="warning",
    since="2021-03-01",
)
def user_data_secret(view: View) -> Hits:
    return Hit(USER_DATA) if view.profile.get("userData") else None


@rule(
    "user-data-64k",
    "User data has at most 64 KB before encoding and this has {count:,} bytes. Shorten it.",
    severity="warning",
    confidence="U",
    since="2021-03-01",
)
def user_data_64k(view: View) -> Hits:
    count = _size(view.profile.get("userData"))
    return Hit(USER_DATA, {"count": count}) if count > 65_536 else None


# ---------------------------------------------------------------------------------------- agent, time zone, licences


@rule(
    "provision-agent-extensions",
    "Extensions need the VM agent. Let Azure install it, or remove the extensions.",
)
def provision_agent_extensions(view: View) -> Hits:
    if not view.extensions and view.os_profile.get("allowExtensionOperations") is not True:
        return None
    return [
        Hit(
            (*path, "provisionVMAgent"), fix=set_to((*path, "provisionVMAgent"), True, "Install the VM agent")
        )
        for path, configuration in ((LINUX, view.linux), (WINDOWS, view.windows))
        if configuration.get("provisionVMAgent") is False
    ]


@rule(
    "allow-extension-ops",
    "Extensions cannot run while extension operations are forbidden. Remove the extensions, or allow the operations.",
    since="2021-11-01",
)
def allow_extension_ops(view: View) -> Hits:
    if view.os_profile.get("allowExtensionOperations") is not False or not view.extensions:
        return None
    return Hit((*OS_PROFILE, "allowExtensionOperations"))


@rule(
    "require-guest-signal",
    "Remove this or set it to true: Azure takes no other value.",
    since="2022-11-01",
)
def require_guest_signal(view: View) -> Hits:
    value = view.os_profile.get("requireGuestProvisionSignal")
    if value is None or value is True:
        return None
    place = (*OS_PROFILE, "requireGuestProvisionSignal")
    return Hit(place, fix=without(place, "Remove it"))


@rule(
    "timezone-known",
    "Windows does not know the time zone “{zone}”. Choose one of its own names, such as “Pacific Standard Time” or “UTC”.",
    confidence="C",
)
def timezone_known(view: View) -> Hits:
    zone = view.windows.get("timeZone")
    if not filled(zone) or zone in WINDOWS_TIME_ZONES:
        return None
    place = (*WINDOWS, "timeZone")
    right = FOLDED.get(zone.strip().casefold())
    return Hit(place, {"zone": zone}, set_to(place, right, f"Write {right}") if right else None)


@rule(
    "license-type",
    "Azure does not list the license type “{license}” for this system. Check its spelling, or remove it.",
    severity="warning",
    since="2017-03-30",
)
def license_type(view: View) -> Hits:
    brought = view.profile.get("licenseType")
    if not filled(brought) or brought.casefold() in _LICENSES[view.os]:
        return None
    return Hit((*PROFILE, "licenseType"), {"license": brought})


# --------------------------------------------------------------------------------------------------- unattended setup


@rule("unattend-array", "Unattended setup is a list. Put its object in square brackets.", misfit=True)
def unattend_array(view: View) -> Hits:
    value = paths.get(view.raw, UNATTEND, [])
    if isinstance(value, list):
        return None
    return Hit(
        UNATTEND, fix=moved(UNATTEND, (*UNATTEND, 0), "Make it a list") if isinstance(value, dict) else None
    )


@rule("unattend-names", "Azure calls this “{right}”. Rename it.", misfit=True)
def unattend_names(view: View) -> Hits:
    items = paths.get(view.raw, UNATTEND, [])
    if not isinstance(items, list):
        return None
    return [
        Hit(
            (*UNATTEND, position, wrong),
            {"right": right},
            None
            if right in item
            else moved((*UNATTEND, position, wrong), (*UNATTEND, position, right), f"Rename to {right}"),
        )
        for position, item in enumerate(items)
        if isinstance(item, dict)
        for wrong, right in (("pass", "passName"), ("component", "componentName"))
        if wrong in item
    ]


def _only(view: View, member: str, right: str) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, member), fix=set_to((*path, member), right, f"Write {right}"))
        for path, item in view.unattend_items
        if filled(item.get(member)) and item[member] != right
    ]


@rule("unattend-pass", "The pass of unattended setup can only be OobeSystem. Write it so.")
def unattend_pass(view: View) -> Hits:
    return _only(view, "passName", "OobeSystem")


@rule(
    "unattend-component",
    "The component of unattended setup can only be Microsoft-Windows-Shell-Setup. Write it so.",
)
def unattend_component(view: View) -> Hits:
    return _only(view, "componentName", "Microsoft-Windows-Shell-Setup")


@rule("unattend-setting", "Choose AutoLogon or FirstLogonCommands: Azure takes no other setting.")
def unattend_setting(view: View) -> Hits:
    if not view.windows:
        return None
    hits = []
    for path, item in view.unattend_items:
        setting = item.get("settingName")
        if filled(setting) and setting not in _SETTINGS:
            place = (*path, "settingName")
            right = next((known for known in _SETTINGS if known.casefold() == setting.casefold()), None)
            hits.append(Hit(place, fix=set_to(place, right, f"Write {right}") if right else None))
    return hits


@rule(
    "unattend-setting-unique",
    "{setting} is set more than once. Put everything into one entry.",
    severity="warning",
    confidence="U",
)
def unattend_setting_unique(view: View) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, "settingName"), {"setting": setting})
        for path, setting in repeated(
            [
                (path, item["settingName"])
                for path, item in view.unattend_items
                if filled(item.get("settingName"))
            ]
        )
    ]


@rule("unattend-content-4k", "The XML must be smaller than 4 KB and this has {count:,} bytes. Shorten it.")
def unattend_content_4k(view: View) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, "content"), {"count": count})
        for path, item in view.unattend_items
        if (count := len((secret_text(item.get("content")) or "").encode(errors="replace"))) >= 4096
    ]


@rule(
    "unattend-content-xml",
    "Paste well-formed XML with the element of the setting around it, <AutoLogon> or <FirstLogonCommands>. Do not encode it in base64.",
)
def unattend_content_xml(view: View) -> Hits:
    if not view.windows:
        return None
    hits = []
    for path, item in view.unattend_items:
        content = secret_text(item.get("content"))
        if content is None or len(content) >= 4096:
            continue
        root = xml_root(content)
        setting = item.get("settingName")
        if root is None or (setting in _SETTINGS and root != setting):
            hits.append(Hit((*path, "content")))
    return hits


@rule(
    "unattend-secret",
    "Automatic sign-in needs a password inside the XML. It is kept as a secret here and never shown again.",
    severity="warning",
    confidence="C",
)
def unattend_secret(view: View) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, "content"))
        for path, item in view.unattend_items
        if item.get("settingName") == "AutoLogon" and item.get("content")
    ]


@rule("unattend-windows-only", "Unattended setup is for Windows, and this image runs Linux. Remove it.")
def unattend_windows_only(view: View) -> Hits:
    if not view.unattend_items or (view.stated_os or view.image_os) != "Linux":
        return None
    return Hit(UNATTEND, fix=without(UNATTEND, "Remove unattended setup"))


# ------------------------------------------------------------------------------------------------------------- WinRM


@rule("winrm-protocol", "Choose Http or Https: WinRM knows no other protocol.")
def winrm_protocol(view: View) -> Hits:
    if not view.windows:
        return None
    hits = []
    for path, listener in view.listener_items:
        protocol = listener.get("protocol")
        if filled(protocol) and protocol not in ("Http", "Https"):
            place = (*path, "protocol")
            right = {"http": "Http", "https": "Https"}.get(protocol.casefold())
            hits.append(Hit(place, fix=set_to(place, right, f"Write {right}") if right else None))
    return hits


@rule(
    "winrm-https-cert",
    "An HTTPS listener needs a certificate. Enter its key vault address, or use HTTP.",
    confidence="I",
)
def winrm_https_cert(view: View) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, "certificateUrl"))
        for path, listener in view.listener_items
        if listener.get("protocol") == "Https" and not listener.get("certificateUrl")
    ]


@rule(
    "winrm-http-no-cert",
    "An HTTP listener makes no use of a certificate. Remove it, or choose HTTPS.",
    severity="warning",
    confidence="I",
)
def winrm_http_no_cert(view: View) -> Hits:
    if not view.windows:
        return None
    return [
        Hit((*path, "certificateUrl"), fix=without((*path, "certificateUrl"), "Remove the certificate"))
        for path, listener in view.listener_items
        if listener.get("protocol") == "Http" and listener.get("certificateUrl")
    ]


@rule(
    "winrm-cert-in-secrets",
    "The certificate of a listener must also be on the instance. Add it to the key vault certificates too.",
)
def winrm_cert_in_secrets(view: View) -> Hits:
    if not view.listener_items:
        return None
    known = {
        certificate["certificateUrl"].casefold()
        for _path, certificate, _group in view.certificate_items
        if certificate.get("certificateUrl")
    }
    return [
        Hit((*path, "certificateUrl"))
        for path, listener in view.listener_items
        if listener.get("protocol") != "Http"
        and filled(listener.get("certificateUrl"))
        and listener["certificateUrl"].casefold() not in known
    ]


@rule(
    "winrm-unique-protocol",
    "There is already a listener for {protocol}. One listener serves one protocol; remove this one.",
    severity="warning",
    confidence="U",
)
def winrm_unique_protocol(view: View) -> Hits:
    if not view.listener_items:
        return None
    return [
        Hit((*path, "protocol"), {"protocol": protocol})
        for path, protocol in repeated(
            [(path, item["protocol"]) for path, item in view.listener_items if filled(item.get("protocol"))]
        )
    ]


@rule("winrm-windows-only", "WinRM is for Windows, and this image runs Linux. Remove it.")
def winrm_windows_only(view: View) -> Hits:
    if "winRM" not in view.windows or (view.stated_os or view.image_os) != "Linux":
        return None
    place = (*WINDOWS, "winRM")
    return Hit(place, fix=without(place, "Remove WinRM"))


# ---------------------------------------------------------------------------------------------------------- patching


@rule(
    "patchmode-updates",
    "Patch mode {mode} and automatic updates switched {state} contradict each other. Switch automatic updates {cure}.",
    since="2020-06-01",
)
def patchmode_updates(view: View) -> Hits:
    mode, updates = view.windows_patch_mode, view.windows.get("enableAutomaticUpdates")
    place = (*WINDOWS, "enableAutomaticUpdates")
    if mode == "Manual" and updates is True:
        fix = set_to(place, False, "Switch automatic updates off")
        return Hit(place, {"mode": mode, "state": "on", "cure": "off"}, fix)
    if mode not in ("AutomaticByOS", "AutomaticByPlatform") or updates is not False:
        return None
    if view.automatic_os_upgrade:
        # Updates have to be off there, and it is the patch mode that has to change.
        return None
    fix = set_to(place, True, "Switch automatic updates on")
    return Hit(place, {"mode": mode, "state": "off", "cure": "on"}, fix)


@rule(
    "assessment-needs-agent",
    "Assessment by Azure needs the VM agent. Let Azure install it, or write ImageDefault.",
    since="2020-12-01",
)
def assessment_needs_agent(view: View) -> Hits:
    return [
        Hit(
            (*path, "patchSettings", "assessmentMode"),
            fix=set_to((*path, "provisionVMAgent"), True, "Install the VM agent"),
        )
        for path, configuration in ((LINUX, view.linux), (WINDOWS, view.windows))
        if configuration.get("provisionVMAgent") is False
        and (configuration.get("patchSettings") or {}).get("assessmentMode") == "AutomaticByPlatform"
    ]


def _by_platform(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """Path and settings of the system that Azure is asked to patch."""
    return [
        (path, configuration)
        for path, configuration in ((LINUX, view.linux), (WINDOWS, view.windows))
        if (configuration.get("patchSettings") or {}).get("patchMode") == "AutomaticByPlatform"
    ]


@rule(
    "patchmode-platform-needs",
    "Patching by Azure needs {need}.",
    since="2020-12-01",
)
def patchmode_platform_needs(view: View) -> Hits:
    if not view.linux and not view.windows:
        return None
    hits = []
    for path, configuration in _by_platform(view):
        agent = (*path, "provisionVMAgent")
        if configuration.get("provisionVMAgent") is False:
            fix = set_to(agent, True, "Install the VM agent")
            hits.append(Hit(agent, {"need": "the VM agent: let Azure install it"}, fix))
        if view.flexible and view.creating and not view.health_extension:
            need = "the Application Health extension in a Flexible scale set: add it"
            hits.append(Hit((*path, "patchSettings", "patchMode"), {"need": need}))
    return hits


@rule(
    "patchmode-uniform",
    (
        Said("Patching by Azure is not for scale sets. Use automatic OS image upgrades.", until="2020-06-01"),
        Said(
            "Patching by Azure is for Flexible scale sets. In a Uniform one use automatic OS image upgrades.",
            since="2020-12-01",
        ),
    ),
    severity="warning",
    since="2020-06-01",
)
def patchmode_uniform(view: View) -> Hits:
    if view.flexible or not view.creating:
        return None
    return [Hit((*path, "patchSettings", "patchMode")) for path, _configuration in _by_platform(view)]


@rule(
    "hotpatch",
    "Hotpatching needs patch mode AutomaticByPlatform and the VM agent. Set both, or switch hotpatching off.",
    since="2020-12-01",
)
def hotpatch(view: View) -> Hits:
    if (view.windows.get("patchSettings") or {}).get("enableHotpatching") is not True:
        return None
    mode = view.windows_patch_mode
    matching = mode == "AutomaticByPlatform" or (mode is None and not view.creating)
    if matching and view.windows.get("provisionVMAgent") is not False:
        return None
    return Hit(_HOTPATCHING)


@rule(
    "hotpatch-image",
    "Other tools hotpatch some Azure Edition images only, and “{sku}” is none of them. Switch hotpatching off, or choose such an "
    "image, as 2025-datacenter-azure-edition is.",
    confidence="C",
    since="2020-12-01",
)
def hotpatch_image(view: View) -> Hits:
    if (view.windows.get("patchSettings") or {}).get("enableHotpatching") is not True:
        return None
    image = [part for member in _MARKETPLACE if filled(part := view.image.get(member))]
    if len(image) < len(_MARKETPLACE):
        return None
    *server, sku = (part.casefold() for part in image)
    if server == ["microsoftwindowsserver", "windowsserver"] and sku in _HOTPATCHED:
        return None
    return Hit(_HOTPATCHING, {"sku": image[-1]}, set_to(_HOTPATCHING, False, "Switch hotpatching off"))
