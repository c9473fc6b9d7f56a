"""Cases of scaleset/rules/known_extensions.py."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.scaleset.presets import BY_NAME

from . import EXTENSIONS, GONE, GROUP, IMAGE, OS_DISK, PROFILE, Case, Cases, flexible, linux, windows

_TYPE: Final = f"{EXTENSIONS}[0].properties.type"
_VERSION: Final = f"{EXTENSIONS}[0].properties.typeHandlerVersion"
_SETTINGS: Final = f"{EXTENSIONS}[0].properties.settings"
_IDENTITY: Final = "identity.type"
_SECURITY: Final = f"{PROFILE}.securityProfile"
_SECURE_BOOT: Final = f"{_SECURITY}.uefiSettings.secureBootEnabled"
_DISK_KEY: Final = f"{OS_DISK}.managedDisk.securityProfile.securityEncryptionType"
_REPAIRS: Final = "properties.automaticRepairsPolicy.enabled"
_MODE: Final = "properties.orchestrationMode"
_VAULT_ID: Final = {"authenticationSettings": {"msiClientId": "31b403aa-c364-4240-a7ff-d85fb6cd7232"}}
_MDM: Final = {"mdmId": "0000000a-0000-0000-c000-000000000000"}
_OWN: Final[dict[str, Any]] = {f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id": {}}
_PROBE: Final = {"protocol": "http", "requestPath": "/health"}
_UNKNOWN: Final = {
    "name": "own",
    "properties": {"publisher": "Contoso", "type": "Agent", "typeHandlerVersion": "1.0"},
}


def _with(*names: str, version: str = "", settings: Any = None) -> dict[str, Any]:
    """Changes that add known extensions; version and settings are those of the first."""
    items: list[dict[str, Any]] = []
    for name in names:
        preset = BY_NAME[name]
        items.append({"name": name, "properties": preset.members("2024-07-01")})
    if version:
        items[0]["properties"]["typeHandlerVersion"] = version
    if settings is not None:
        items[0]["properties"]["settings"] = settings
    return {EXTENSIONS: items}


_RICH: Final = _with("rich-health-linux", settings=_PROBE)
_OLD_SERVER: Final = {f"{IMAGE}.sku": "2019-datacenter-gensecond"}


CASES: dict[str, Cases] = {
    "known-ext-identity": Cases(
        breaks=[
            (_TYPE, linux(_with("entra-ssh"))),
            (
                _TYPE,
                linux(
                    _with("entra-ssh") | {_IDENTITY: "UserAssigned", "identity.userAssignedIdentities": _OWN}
                ),
            ),
            (_TYPE, linux(_with("azure-monitor-linux"))),
            (_TYPE, linux(_with("key-vault-linux") | {_IDENTITY: "None"})),
            (_TYPE, flexible(_with("azure-monitor-linux"))),
            (_TYPE, linux(_with("key-vault-linux"), "2017-12-01")),
        ],
        fine=[
            linux({EXTENSIONS: [_UNKNOWN]}),
            linux(_with("custom-script-linux")),
            linux(
                _with("entra-ssh")
                | {_IDENTITY: "SystemAssigned, UserAssigned", "identity.userAssignedIdentities": _OWN}
            ),
            linux(
                _with("azure-monitor-linux")
                | {_IDENTITY: "UserAssigned", "identity.userAssignedIdentities": _OWN}
            ),
            flexible(_with("entra-ssh")),
            linux(_with("key-vault-linux"), "2017-03-30"),
            Case(linux(_with("key-vault-linux")).document, operation="update"),
        ],
        grades=[(linux(_with("entra-ssh")), "warning")],
    ),
    "known-ext-mode": Cases(
        breaks=[
            (_TYPE, flexible(_with("entra-ssh"))),
            (_TYPE, linux(_with("hibernation-linux") | {_MODE: "Uniform"})),
        ],
        fine=[
            flexible(_with("service-fabric-linux")),
            linux(_with("hibernation-linux")),
            linux(_with("entra-ssh") | {_MODE: "Uniform"}),
            flexible(_with("hibernation-linux")),
            flexible(_with("custom-script-linux")),
            flexible({EXTENSIONS: [_UNKNOWN]}),
            Case(flexible(_with("entra-ssh")).document, operation="update"),
        ],
        grades=[(flexible(_with("entra-ssh")), "warning")],
    ),
    "health-rich-states": Cases(
        breaks=[
            (_VERSION, linux(_RICH | {_REPAIRS: True})),
            (_VERSION, linux(_RICH | {"properties.upgradePolicy.mode": "Rolling"})),
            (
                _VERSION,
                linux(_with("rich-health-linux", settings=_PROBE | {"protocol": "HTTPS"}) | {_REPAIRS: True}),
            ),
            (
                _VERSION,
                linux(
                    _RICH
                    | {
                        "properties.upgradePolicy.automaticOSUpgradePolicy": {
                            "enableAutomaticOSUpgrade": True
                        }
                    }
                ),
            ),
            (_VERSION, linux(_RICH | {_REPAIRS: True}, "2018-10-01")),
        ],
        fine=[
            linux(_RICH),
            linux(_RICH | {_REPAIRS: False}),
            linux(_with("application-health-linux", settings=_PROBE) | {_REPAIRS: True}),
            linux(_with("rich-health-linux", settings={"protocol": "tcp", "port": 80}) | {_REPAIRS: True}),
            linux(_with("rich-health-linux", version="3.0", settings=_PROBE) | {_REPAIRS: True}),
            linux({EXTENSIONS: [_UNKNOWN], _REPAIRS: True}),
            linux(_with("custom-script-linux", version="2.1", settings=_PROBE) | {_REPAIRS: True}),
            linux(_with("rich-health-linux", settings={"protocol": 80}) | {_REPAIRS: True}),
            linux(_RICH | {_REPAIRS: True, _VERSION: GONE}),
        ],
        fixes=[(linux(_RICH | {_REPAIRS: True}), (_VERSION, "1.0"))],
        grades=[(linux(_RICH | {_REPAIRS: True}), "warning")],
    ),
    "attestation-trusted-launch": Cases(
        breaks=[
            (_TYPE, linux(_with("guest-attestation-linux") | {_SECURITY: {"securityType": "Standard"}})),
            (_TYPE, linux(_with("guest-attestation-linux"), "2025-04-01")),
            (_TYPE, linux(_with("guest-attestation-linux"), "2020-12-01")),
        ],
        fine=[
            linux(_with("guest-attestation-linux")),
            linux(_with("guest-attestation-linux"), "2025-11-01"),
            linux(
                _with("guest-attestation-linux") | {_SECURITY: {"securityType": "TrustedLaunch"}},
                "2025-04-01",
            ),
            linux(_with("custom-script-linux"), "2025-04-01"),
            Case(linux(_with("guest-attestation-linux")).document, "2025-04-01", "update"),
        ],
        grades=[(linux(_with("guest-attestation-linux"), "2025-04-01"), "warning")],
    ),
    "gpu-driver-secure-boot": Cases(
        breaks=[(_TYPE, linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: True}))],
        fine=[
            linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: False}),
            linux(_with("nvidia-gpu-linux")),
            linux(_with("amd-gpu-linux") | {_SECURE_BOOT: True}),
        ],
        fixes=[
            (linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: True}), (_SECURE_BOOT, False)),
            (
                linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: True, _DISK_KEY: "VMGuestStateOnly"}),
                (_SECURE_BOOT, False),
            ),
            (
                linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: True, _DISK_KEY: "DiskWithVMGuestState"}),
                None,
            ),
        ],
        grades=[(linux(_with("nvidia-gpu-linux") | {_SECURE_BOOT: True}), "warning")],
    ),
    "key-vault-old-windows": Cases(
        breaks=[
            (_VERSION, windows(_with("key-vault-windows") | _OLD_SERVER)),
            (_VERSION, windows(_with("key-vault-windows") | {f"{IMAGE}.sku": "2016-Datacenter"})),
        ],
        fine=[
            windows(_with("key-vault-windows") | {f"{IMAGE}.sku": "2022-datacenter-g2"}),
            windows(_with("key-vault-windows", version="3.0") | _OLD_SERVER),
            windows(_with("azure-monitor-windows", version="4.0") | _OLD_SERVER),
            windows(_with("key-vault-windows") | {f"{IMAGE}.sku": GONE}),
        ],
        grades=[(windows(_with("key-vault-windows") | _OLD_SERVER), "warning")],
    ),
    "key-vault-client-id": Cases(
        breaks=[
            (
                f"{_SETTINGS}.authenticationSettings.msiClientId",
                linux(_with("key-vault-linux", settings=_VAULT_ID) | {_IDENTITY: "SystemAssigned"}),
            )
        ],
        fine=[
            linux(
                _with("key-vault-linux", settings={"authenticationSettings": {}})
                | {_IDENTITY: "SystemAssigned"}
            ),
            linux(
                _with("key-vault-linux", settings={"authenticationSettings": "x"})
                | {_IDENTITY: "SystemAssigned"}
            ),
            linux(
                _with("key-vault-linux", settings=_VAULT_ID)
                | {_IDENTITY: "UserAssigned", "identity.userAssignedIdentities": _OWN}
            ),
            windows(_with("key-vault-windows", settings=_VAULT_ID) | {_IDENTITY: "SystemAssigned"}),
            linux(_with("key-vault-linux", settings=_VAULT_ID) | {_IDENTITY: "SystemAssigned"}, "2017-03-30"),
            Case(
                linux(_with("key-vault-linux", settings=_VAULT_ID) | {_IDENTITY: "SystemAssigned"}).document,
                operation="update",
            ),
        ],
        grades=[
            (linux(_with("key-vault-linux", settings=_VAULT_ID) | {_IDENTITY: "SystemAssigned"}), "warning")
        ],
    ),
    "intune-windows-server": Cases(
        breaks=[
            (
                f"{_SETTINGS}.mdmId",
                windows(_with("entra-windows", settings=_MDM) | {f"{IMAGE}.offer": "WindowsServer"}),
            )
        ],
        fine=[
            windows(_with("entra-windows", settings=_MDM) | {f"{IMAGE}.offer": "windows-11"}),
            windows(_with("entra-windows") | {f"{IMAGE}.offer": "WindowsServer"}),
            windows(_with("entra-windows", settings=_MDM) | {f"{IMAGE}.offer": GONE}),
            windows(_with("azure-monitor-windows", settings=_MDM) | {f"{IMAGE}.offer": "WindowsServer"}),
        ],
        grades=[
            (windows(_with("entra-windows", settings=_MDM) | {f"{IMAGE}.offer": "WindowsServer"}), "warning")
        ],
    ),
    "agent-needed": Cases(
        breaks=[
            (_TYPE, linux(_with("dependency-agent-linux"))),
            (_TYPE, windows(_with("change-tracking-windows"))),
        ],
        fine=[
            linux(_with("dependency-agent-linux", "azure-monitor-linux")),
            linux(_with("custom-script-linux")),
            Case(linux(_with("dependency-agent-linux")).document, operation="update"),
        ],
        grades=[(linux(_with("dependency-agent-linux")), "warning")],
    ),
    "hibernation-extension": Cases(
        breaks=[(_TYPE, flexible(_with("hibernation-linux")))],
        fine=[
            flexible(
                _with("hibernation-linux") | {"properties.additionalCapabilities.hibernationEnabled": True}
            ),
            flexible(_with("custom-script-linux")),
            linux(_with("hibernation-linux"), "2021-04-01"),
            Case(flexible(_with("hibernation-linux")).document, operation="update"),
        ],
        grades=[(flexible(_with("hibernation-linux")), "warning")],
    ),
}
