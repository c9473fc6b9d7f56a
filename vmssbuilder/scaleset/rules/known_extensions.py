"""Rules about extensions that we know (`scaleset/presets`): what they need, and what they do not work with."""

from __future__ import annotations

import re
from typing import Any, Final

from ..paths import Path
from ..wording import Said
from .base import Hit, Hits, rule
from .security import needs_secure_boot
from .shapes import set_to
from .view import PROFILE, View, filled

_ATTESTATION: Final = frozenset(
    (
        "microsoft.azure.security.linuxattestation/guestattestation",
        "microsoft.azure.security.windowsattestation/guestattestation",
    )
)
_AGENTS: Final = frozenset(("azuremonitorlinuxagent", "azuremonitorwindowsagent"))
_NEED_AGENT: Final = frozenset(
    ("dependencyagentlinux", "dependencyagentwindows", "changetracking-linux", "changetracking-windows")
)
_HIBERNATION: Final = frozenset(("linuxhibernateextension", "windowshibernateextension"))
_SECURE_BOOT: Final[Path] = (*PROFILE, "securityProfile", "uefiSettings", "secureBootEnabled")
_SIGNED_DRIVER: Final = (
    "The NVIDIA driver that this extension installs on Linux is not signed for Secure Boot, which the encryption of the disk "
    "needs. Take an image with a signed driver."
)
_OLD_WINDOWS: Final = re.compile(r"(?:^|[^0-9])20(?:08|12|16|19)(?:[^0-9]|$)")


def _settings(properties: dict[str, Any]) -> dict[str, Any]:
    settings = properties.get("settings")
    return settings if isinstance(settings, dict) else {}


@rule(
    "known-ext-identity",
    "{title} needs {identity}. Choose one under Managed identity, or remove the extension.",
    severity="warning",
    since="2017-12-01",
    operations=("create",),
)
def known_ext_identity(view: View) -> Hits:
    if not view.extensions:
        return None
    kind = view.identity.get("type") or "None"
    hits = []
    for path, _properties, preset in view.known_extensions:
        # A Flexible scale set has no system-assigned identity, so that another rule speaks there.
        if preset.identity == "any" and kind == "None":
            hits.append(Hit((*path, "type"), {"title": preset.title, "identity": "a managed identity"}))
        elif preset.identity == "system" and "SystemAssigned" not in kind and not view.flexible:
            hits.append(
                Hit(
                    (*path, "type"), {"title": preset.title, "identity": "a system-assigned managed identity"}
                )
            )
    return hits


@rule(
    "known-ext-mode",
    "{title} works in {wanted} scale sets only{why}. Remove it, or choose {wanted} orchestration for a new scale set.",
    severity="warning",
    since="2020-12-01",
    operations=("create",),
)
def known_ext_mode(view: View) -> Hits:
    if view.orchestration_mode not in ("Uniform", "Flexible"):
        return None
    return [
        Hit(
            (*path, "type"),
            {
                "title": preset.title,
                "wanted": preset.modes[0],
                "why": ": it needs a system-assigned identity, which no Flexible one has"
                if preset.identity == "system"
                else "",
            },
        )
        for path, _properties, preset in view.known_extensions
        # Service Fabric has a rule of its own.
        if view.orchestration_mode not in preset.modes and not preset.kind.startswith("ServiceFabric")
    ]


@rule(
    "health-rich-states",
    "Version 2 reads the state from the body of the answer. An application that merely answers 200 is Unknown, and {harm}. See that "
    "the body says ApplicationHealthState Healthy, or use version 1.0, for which the status 200 is enough.",
    severity="warning",
    since="2018-10-01",
)
def health_rich_states(view: View) -> Hits:
    if not view.extensions:
        return None
    harm = _harm(view)
    if not harm:
        return None
    hits = []
    for path, properties, preset in view.known_extensions:
        if not preset.kind.startswith("ApplicationHealth"):
            continue
        version = properties.get("typeHandlerVersion")
        if not (isinstance(version, str) and version.startswith("2.")):
            continue
        protocol = _settings(properties).get("protocol")
        if isinstance(protocol, str) and protocol.casefold() in ("http", "https"):
            place = (*path, "typeHandlerVersion")
            hits.append(Hit(place, {"harm": harm}, set_to(place, "1.0", "Use version 1.0")))
    return hits


def _harm(view: View) -> str:
    """What the scale set does to instances whose state is Unknown, "" when nothing."""
    if (view.properties.get("automaticRepairsPolicy") or {}).get("enabled") is True:
        return "automatic repairs replace it"
    automatic = view.upgrade.get("automaticOSUpgradePolicy") or {}
    if view.upgrade.get("mode") == "Rolling" or automatic.get("enableAutomaticOSUpgrade") is True:
        return "upgrades count it as unhealthy and stop"
    return ""


@rule(
    "attestation-trusted-launch",
    (
        "Guest attestation proves nothing on standard instances.",
        Said("Choose trusted launch with Secure Boot and vTPM, or remove it.", until="2021-07-01"),
        Said(
            "Choose trusted launch or confidential VMs, with Secure Boot and vTPM, or remove it.",
            since="2021-11-01",
        ),
    ),
    severity="warning",
    since="2020-12-01",
    operations=("create",),
)
def attestation_trusted_launch(view: View) -> Hits:
    if not view.extensions:
        return None
    security = view.profile.get("securityProfile") or {}
    kind = security.get("securityType")
    # From 2025-11-01 on Azure may choose trusted launch itself.
    standard = kind == "Standard" or (kind is None and view.api_version < "2025-11-01")
    return [
        Hit((*path, "type"))
        for path, _properties, preset in view.known_extensions
        if standard and preset.handler in _ATTESTATION
    ]


@rule(
    "gpu-driver-secure-boot",
    "The NVIDIA driver that this extension installs on Linux is not signed for Secure Boot, and would not load. Switch Secure "
    "Boot off, or take an image with a signed driver.",
    severity="warning",
    since="2020-12-01",
)
def gpu_driver_secure_boot(view: View) -> Hits:
    if not view.extensions:
        return None
    uefi = (view.profile.get("securityProfile") or {}).get("uefiSettings") or {}
    if uefi.get("secureBootEnabled") is not True:
        return None
    needed = needs_secure_boot(view)
    fix = None if needed else set_to(_SECURE_BOOT, False, "Switch Secure Boot off")
    return [
        Hit((*path, "type"), fix=fix, message=_SIGNED_DRIVER if needed else "")
        for path, _properties, preset in view.known_extensions
        if preset.kind == "NvidiaGpuDriverLinux"
    ]


@rule(
    "key-vault-old-windows",
    "Version 4 of this extension does not install on Windows Server 2019 and earlier. Choose a newer image, or version 3.0.",
    severity="warning",
)
def key_vault_old_windows(view: View) -> Hits:
    if not view.extensions:
        return None
    sku = view.image.get("sku")
    if not filled(sku) or not _OLD_WINDOWS.search(sku):
        return None
    return [
        Hit((*path, "typeHandlerVersion"))
        for path, properties, preset in view.known_extensions
        if preset.kind == "KeyVaultForWindows" and str(properties.get("typeHandlerVersion")).startswith("4.")
    ]


@rule(
    "key-vault-client-id",
    "The scale set has only a system-assigned identity, with which this extension fails when a client ID is given. Remove it.",
    severity="warning",
    since="2017-12-01",
    operations=("create",),
)
def key_vault_client_id(view: View) -> Hits:
    if view.identity.get("type") != "SystemAssigned":
        return None
    return [
        Hit((*path, "settings", "authenticationSettings", "msiClientId"))
        for path, properties, preset in view.known_extensions
        if preset.kind == "KeyVaultForLinux"
        and isinstance(signing := _settings(properties).get("authenticationSettings"), dict)
        and signing.get("msiClientId")
    ]


@rule(
    "intune-windows-server",
    "Intune does not manage Windows Server. Remove this, so that the instances only join.",
    severity="warning",
)
def intune_windows_server(view: View) -> Hits:
    if not view.extensions:
        return None
    offer = view.image.get("offer")
    if not filled(offer) or not offer.casefold().startswith("windowsserver"):
        return None
    return [
        Hit((*path, "settings", "mdmId"))
        for path, properties, preset in view.known_extensions
        if preset.kind == "AADLoginForWindows" and _settings(properties).get("mdmId")
    ]


@rule(
    "agent-needed",
    "{title} sends its data through the Azure Monitor agent, which this scale set does not install. Add that extension too.",
    severity="warning",
    operations=("create",),
)
def agent_needed(view: View) -> Hits:
    if not view.extensions:
        return None
    known = view.known_extensions
    if any(preset.kind.casefold() in _AGENTS for _path, _properties, preset in known):
        return None
    return [
        Hit((*path, "type"), {"title": preset.title})
        for path, _properties, preset in known
        if preset.kind.casefold() in _NEED_AGENT
    ]


@rule(
    "hibernation-extension",
    "This extension prepares for hibernation, which is not switched on. Switch it on under Size, or remove the extension.",
    severity="warning",
    since="2021-07-01",
    operations=("create",),
)
def hibernation_extension(view: View) -> Hits:
    if view.capabilities.get("hibernationEnabled") is True:
        return None
    return [
        Hit((*path, "type"))
        for path, _properties, preset in view.known_extensions
        if preset.kind.casefold() in _HIBERNATION
    ]
