"""Cases of scaleset/rules/os_profile.py."""

from __future__ import annotations

import base64
from typing import Any, Final

from . import (
    COMPUTE,
    ECDSA_KEY,
    ED25519_KEY,
    EXTENSIONS,
    GONE,
    GROUP,
    IMAGE,
    LINUX,
    OS,
    OS_DISK,
    PASSWORD,
    PROFILE,
    RSA_KEY,
    SHORT_RSA_KEY,
    WINDOWS,
    Case,
    Cases,
    containers,
    flexible,
    linux,
    patch,
    vhd,
    windows,
)

_PREFIX: Final = f"{OS}.computerNamePrefix"
_USER: Final = f"{OS}.adminUsername"
_PASSWORD: Final = f"{OS}.adminPassword"
_CUSTOM: Final = f"{OS}.customData"
_USER_DATA: Final = f"{PROFILE}.userData"
_KEYS: Final = f"{LINUX}.ssh.publicKeys"
_NO_PASSWORDS: Final = f"{LINUX}.disablePasswordAuthentication"
_UNATTEND: Final = f"{WINDOWS}.additionalUnattendContent"
_LISTENERS: Final = f"{WINDOWS}.winRM.listeners"
_HOTPATCHING: Final = f"{WINDOWS}.patchSettings.enableHotpatching"
_HOTPATCHED: Final = {f"{IMAGE}.sku": "2025-datacenter-azure-edition", _HOTPATCHING: True}
_PATH: Final = "/home/shopkeeper/.ssh/authorized_keys"
_URL: Final = "https://kv-shop.vault.azure.net/secrets/winrm/0123456789abcdef0123456789abcdef"
_EXTENSION: Final = {
    "name": "script",
    "properties": {
        "publisher": "Microsoft.Azure.Extensions",
        "type": "CustomScript",
        "typeHandlerVersion": "2.1",
    },
}
_HEALTH: Final = {
    "name": "health",
    "properties": {
        "publisher": "Microsoft.ManagedServices",
        "type": "ApplicationHealthLinux",
        "typeHandlerVersion": "1.0",
    },
}
_SECRET: Final = {"$secret": "1"}


def _encoded(count: int) -> str:
    return base64.b64encode(b"x" * count).decode()


def _key(key: str, path: str = _PATH) -> Case:
    return linux({f"{_KEYS}[0]": {"path": path, "keyData": key}})


def _line(kind: str, *fields: bytes) -> str:
    """The line of a public key with these fields."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), *fields))
    return f"{kind} {base64.b64encode(blob).decode()}"


def _unattend(**item: Any) -> Case:
    return windows({f"{_UNATTEND}[0]": item})


def _listener(**item: Any) -> Case:
    return windows({f"{_LISTENERS}[0]": item})


def _password(written: str) -> Case:
    return linux({_PASSWORD: written})


_LOGON: Final = "<AutoLogon><Enabled>true</Enabled></AutoLogon>"

_AUTO: Final = "properties.upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade"
_UPDATES: Final = f"{WINDOWS}.enableAutomaticUpdates"
_TYPE: Final = f"{OS_DISK}.osType"


def _unassessed(*, agent: bool, mode: str) -> dict[str, Any]:
    return {"provisionVMAgent": agent, "patchSettings": {"assessmentMode": mode}}


CASES: Final = {
    "os-profile-required": Cases(
        breaks=[
            (OS, linux({OS: GONE})),
            (OS, linux({OS: GONE, IMAGE: {"id": f"{COMPUTE}/Images/golden"}})),
            (OS, containers({OS: GONE, IMAGE: GONE})),
        ],
        fine=[
            linux(),
            linux({OS: GONE, IMAGE: {"id": f"{COMPUTE}/galleries/shop/images/golden"}}),
            linux({OS: GONE, IMAGE: GONE}),
            vhd({OS: GONE}),
            patch({f"{IMAGE}.publisher": "Canonical"}),
        ],
    ),
    "os-config-exclusive": Cases(
        breaks=[
            (WINDOWS, linux({LINUX: {}, WINDOWS: {}})),
            (LINUX, windows({LINUX: {}, WINDOWS: {}})),
            (WINDOWS, vhd({LINUX: {}, WINDOWS: {}, f"{OS_DISK}.osType": GONE})),
            (LINUX, vhd({LINUX: {}, WINDOWS: {}, f"{OS_DISK}.osType": "Windows"})),
        ],
        fine=[linux({LINUX: {}}), windows({WINDOWS: {}}), linux()],
        fixes=[
            (windows({LINUX: {}, WINDOWS: {}}), (LINUX, GONE)),
            (linux({LINUX: {}, WINDOWS: {}}), (WINDOWS, GONE)),
            (linux({LINUX: {}, WINDOWS: {}, f"{IMAGE}.publisher": "someone"}), None),
        ],
    ),
    "os-config-matches-image": Cases(
        breaks=[
            (WINDOWS, vhd({WINDOWS: {}})),
            (LINUX, vhd({LINUX: {}, f"{OS_DISK}.osType": "Windows"})),
            (WINDOWS, linux({WINDOWS: {}})),
            (LINUX, windows({LINUX: {}})),
        ],
        fine=[
            vhd({LINUX: {}}),
            linux({LINUX: {}}),
            windows({WINDOWS: {}}),
            linux({LINUX: {}, WINDOWS: {}}),
            linux({WINDOWS: {}, f"{IMAGE}.publisher": "someone"}),
            linux(),
        ],
    ),
    "prefix-required": Cases(
        breaks=[(_PREFIX, linux({_PREFIX: GONE})), (_PREFIX, linux({_PREFIX: ""}))],
        fine=[linux(), linux({OS: GONE}), patch({_USER: "shopkeeper"})],
    ),
    "prefix-windows-9": Cases(
        breaks=[(_PREFIX, windows({_PREFIX: "w" * 10})), (_PREFIX, windows({_PREFIX: "w" * 15}))],
        fine=[
            windows({_PREFIX: "w" * 9}),
            windows({_PREFIX: "w" * 16}),
            linux({_PREFIX: "w" * 10}),
            windows({_PREFIX: "{computer-name}"}),
        ],
    ),
    "prefix-max-15-windows": Cases(
        breaks=[(_PREFIX, windows({_PREFIX: "w" * 16}))],
        fine=[windows({_PREFIX: "w" * 15}), linux({_PREFIX: "w" * 16})],
    ),
    "prefix-linux-58": Cases(
        breaks=[(_PREFIX, linux({_PREFIX: "w" * 59}))],
        fine=[linux({_PREFIX: "w" * 58}), windows({_PREFIX: "w" * 59})],
    ),
    "prefix-over-15-linux": Cases(
        breaks=[(_PREFIX, linux({_PREFIX: "w" * 16})), (_PREFIX, linux({_PREFIX: "w" * 58}))],
        fine=[linux({_PREFIX: "w" * 15}), linux({_PREFIX: "w" * 59}), windows({_PREFIX: "w" * 16})],
    ),
    "prefix-windows-chars": Cases(
        breaks=[(_PREFIX, windows({_PREFIX: "web_1"})), (_PREFIX, windows({_PREFIX: "web."}))],
        fine=[windows({_PREFIX: "Web-1"}), linux({_PREFIX: "web_1"}), windows({_PREFIX: "{name}"})],
    ),
    "prefix-windows-digits": Cases(
        breaks=[(_PREFIX, windows({_PREFIX: "123"}))],
        fine=[windows({_PREFIX: "12a"}), linux({_PREFIX: "123"}), windows({_PREFIX: ""})],
    ),
    "prefix-linux-chars": Cases(
        breaks=[
            (_PREFIX, linux({_PREFIX: prefix})) for prefix in ("a_b", "a b", "web.", "a'b", "a\\b", "_web")
        ],
        fine=[
            linux({_PREFIX: "w.e-b"}),
            windows({_PREFIX: "a_b"}),
            linux({_PREFIX: "{vmss-name}"}),
            linux({_PREFIX: ""}),
        ],
    ),
    "admin-username-required": Cases(
        breaks=[(_USER, linux({_USER: GONE})), (_USER, linux({_USER: ""}))],
        fine=[linux(), linux({OS: GONE}), patch({_PREFIX: "web"})],
    ),
    "admin-username-max-windows": Cases(
        breaks=[(_USER, windows({_USER: "u" * 21}))],
        fine=[windows({_USER: "u" * 20}), linux({_USER: "u" * 21})],
    ),
    "admin-username-max-linux": Cases(
        breaks=[(_USER, linux({_USER: "u" * 65}))],
        fine=[linux({_USER: "u" * 64}), windows({_USER: "u" * 65})],
    ),
    "admin-username-windows-dot": Cases(
        breaks=[(_USER, windows({_USER: "keeper."}))],
        fine=[windows({_USER: "k.eeper"}), linux({_USER: "keeper."})],
    ),
    "admin-username-reserved": Cases(
        breaks=[(_USER, linux({_USER: "Admin"})), (_USER, windows({_USER: "user5"}))],
        fine=[linux({_USER: "admin3"}), linux({_USER: GONE})],
    ),
    "admin-username-chars": Cases(
        breaks=[
            (_USER, windows({_USER: "shop/keeper"})),
            (_USER, linux({_USER: "shop#keeper"})),
            (_USER, linux({_USER: "shop@keeper"})),
            (_USER, linux({_USER: "shop@keeper", f"{IMAGE}.publisher": "someone"})),
        ],
        fine=[windows({_USER: "shop#keeper"}), linux({_USER: "shop_keeper"}), linux({_USER: "{your-name}"})],
    ),
    "admin-username-linux-case": Cases(
        breaks=[(_USER, linux({_USER: name})) for name in ("Keeper", "keepeR", "-keeper", "$keeper")],
        fine=[linux({_USER: "keeper-$"}), windows({_USER: "Keeper"}), linux({_USER: "{Name}"})],
    ),
    "password-required-windows": Cases(
        breaks=[(_PASSWORD, windows({_PASSWORD: GONE})), (_PASSWORD, windows({_PASSWORD: ""}))],
        fine=[
            windows(),
            windows({_PASSWORD: _SECRET}),
            linux({_PASSWORD: GONE}),
            windows({_PASSWORD: GONE, LINUX: {}}),
            windows({OS: GONE}),
            patch({_USER: "shopkeeper", WINDOWS: {}}),
        ],
    ),
    "linux-auth-one-of": Cases(
        breaks=[
            (_PASSWORD, linux({_PASSWORD: GONE})),
            (_PASSWORD, linux({_PASSWORD: GONE, _KEYS: []})),
            (_PASSWORD, linux({_PASSWORD: GONE, LINUX: {}, f"{IMAGE}.publisher": "someone"})),
        ],
        fine=[
            linux(),
            linux({_PASSWORD: GONE, f"{_KEYS}[0]": {"keyData": RSA_KEY}}),
            linux({_PASSWORD: _SECRET}),
            windows({_PASSWORD: GONE}),
            linux({OS: GONE}),
            patch({LINUX: {}}),
        ],
    ),
    "linux-disable-password-needs-key": Cases(
        breaks=[
            (_NO_PASSWORDS, linux({_NO_PASSWORDS: True})),
            (_NO_PASSWORDS, patch({_NO_PASSWORDS: True, _KEYS: []})),
        ],
        fine=[
            linux({_NO_PASSWORDS: True, f"{_KEYS}[0]": {"keyData": RSA_KEY}}),
            linux({_NO_PASSWORDS: False}),
            linux(),
            patch({_NO_PASSWORDS: True}),
        ],
        fixes=[
            (linux({_NO_PASSWORDS: True}), (_NO_PASSWORDS, False)),
            (linux({_NO_PASSWORDS: True, _PASSWORD: _SECRET}), (_NO_PASSWORDS, False)),
            *(
                (linux({_NO_PASSWORDS: True, _PASSWORD: password}), (_NO_PASSWORDS, False))
                for password in ("Aa1" + "x" * 5, "Aa1" + "x" * 69)
            ),
            *(
                (linux({_NO_PASSWORDS: True, _PASSWORD: password}), None)
                for password in (GONE, "Aa1xxxx", "Aa1" + "x" * 70, "lower-case", "Pa$$word")
            ),
        ],
    ),
    "linux-password-needs-flag-false": Cases(
        breaks=[
            (_PASSWORD, linux({_NO_PASSWORDS: True})),
            (_PASSWORD, linux({_NO_PASSWORDS: True, _PASSWORD: _SECRET})),
        ],
        fine=[linux({_NO_PASSWORDS: False}), linux(), linux({_NO_PASSWORDS: True, _PASSWORD: GONE})],
        grades=[(linux({_NO_PASSWORDS: True, _PASSWORD: RSA_KEY}), "warning")],
        fixes=[
            (linux({_NO_PASSWORDS: True, f"{_KEYS}[0].keyData": RSA_KEY}), (_PASSWORD, GONE)),
            (
                windows({_NO_PASSWORDS: True, f"{_KEYS}[0].keyData": RSA_KEY, _TYPE: "Windows"}),
                (_PASSWORD, PASSWORD),
            ),
            (linux({_NO_PASSWORDS: True}), (_NO_PASSWORDS, False)),
            (linux({_NO_PASSWORDS: True, _PASSWORD: RSA_KEY}), None),
        ],
    ),
    "password-len-windows": Cases(
        breaks=[
            (_PASSWORD, windows({_PASSWORD: "Aa1" + "x" * 4})),
            (_PASSWORD, windows({_PASSWORD: "Aa1" + "x" * 121})),
        ],
        fine=[
            windows({_PASSWORD: "Aa1" + "x" * 5}),
            windows({_PASSWORD: "Aa1" + "x" * 120}),
            windows({_PASSWORD: "{word}"}),
            windows({_PASSWORD: _SECRET}),
            linux({_PASSWORD: "Aa1xxxx"}),
        ],
    ),
    "password-len-linux": Cases(
        breaks=[(_PASSWORD, _password("Aa1xx")), (_PASSWORD, _password("Aa1" + "x" * 70))],
        fine=[
            _password("Aa1xxx"),
            _password("Aa1" + "x" * 69),
            _password("{pw}"),
            windows({_PASSWORD: "Aa1xx"}),
            linux({_PASSWORD: _SECRET}),
            linux({_PASSWORD: RSA_KEY, _NO_PASSWORDS: True}),
        ],
    ),
    "password-len-12": Cases(
        breaks=[(_PASSWORD, _password("Aa1" + "x" * 8))],
        fine=[
            _password("Aa1" + "x" * 9),
            _password(""),
            _password("{password}"),
            _password("********"),
            linux({_PASSWORD: _SECRET}),
        ],
    ),
    "password-complexity": Cases(
        breaks=[
            (_PASSWORD, _password(word)) for word in ("abcdefghijkl", "ABCDEFGHIJ1234", "abcd_efgh_ijkl")
        ],
        fine=[
            _password("abcdefghijK1"),
            _password("abcdefghij_1"),
            _password("ABCDEFGHIJ-1"),
            _password("abcdefghi-JK"),
            _password("{your-password}"),
            _password("********"),
            linux({_PASSWORD: _SECRET}),
        ],
    ),
    "password-disallowed": Cases(
        breaks=[(_PASSWORD, _password("P@ssw0rd")), (_PASSWORD, _password("iloveyou!"))],
        fine=[_password("P@ssw0rd2"), linux({_PASSWORD: GONE})],
    ),
    "password-equals-username": Cases(
        breaks=[
            (_PASSWORD, _password("My-ShopKeeper-1")),
            (_PASSWORD, linux({_USER: "bob", _PASSWORD: "My-Bob-1"})),
        ],
        fine=[
            _password("My-Shop-1-Keeper"),
            linux({_USER: "my", _PASSWORD: "My-Shop-1"}),
            linux({_PASSWORD: _SECRET}),
        ],
    ),
    "ssh-path-default": Cases(
        breaks=[
            (f"{_KEYS}[0].path", _key(RSA_KEY, "/root/.ssh/authorized_keys")),
            (f"{_KEYS}[0].path", _key(RSA_KEY, "/home/Shopkeeper/.ssh/authorized_keys")),
            (f"{_KEYS}[0].path", linux({f"{_KEYS}[0]": {"keyData": RSA_KEY}})),
        ],
        fine=[
            _key(RSA_KEY),
            _key(RSA_KEY, "/home/{your-username}/.ssh/authorized_keys"),
            linux({_USER: "{user}", f"{_KEYS}[0]": {"keyData": RSA_KEY}}),
            linux({_USER: GONE, f"{_KEYS}[0]": {"keyData": RSA_KEY}}),
            linux(),
        ],
    ),
    "ssh-key-format": Cases(
        breaks=[
            (f"{_KEYS}[0].keyData", _key(key))
            for key in (
                "",
                "ssh-rsa",
                RSA_KEY.split()[1],
                "ssh-rsa not*base64",
                RSA_KEY.replace("ssh-rsa", "ssh-ed25519", 1),
                ED25519_KEY[:-4],
                RSA_KEY.split()[0] + " AAAAB3NzaC1yc2E=",
                "ssh-rsa AAAAB3NzaC1yc2EAAAAD",
                "hello world",
                ECDSA_KEY.replace("nistp256", "nistp384", 1),
                _line("ssh-ed25519", b"x" * 31),
                "hello aGVsbG8=",
                "hello AAAABWhlbGxv",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n",
            )
        ]
        + [(f"{_KEYS}[0].keyData", linux({f"{_KEYS}[0]": {"path": _PATH}}))],
        fine=[
            _key(RSA_KEY),
            _key(f" {ED25519_KEY} me\n"),
            _key(ECDSA_KEY),
            _key(SHORT_RSA_KEY),
            _key("{your-key}"),
        ],
    ),
    "ssh-key-rsa-2048": Cases(
        breaks=[
            (f"{_KEYS}[0].keyData", _key(SHORT_RSA_KEY)),
            (f"{_KEYS}[0].keyData", _key(_line("ssh-rsa", b"\1\0\1", b"\x7f" + b"\xff" * 255))),
        ],
        fine=[
            _key(_line("ssh-rsa", b"\1\0\1", b"\0\x80" + b"\0" * 255)),
            _key(RSA_KEY),
            _key(ED25519_KEY),
            linux(),
        ],
    ),
    "ssh-key-type": Cases(
        breaks=[(f"{_KEYS}[0].keyData", _key(ECDSA_KEY))],
        fine=[_key(RSA_KEY), _key(ED25519_KEY), _key("hello world")],
    ),
    "ssh-key-private": Cases(
        breaks=[(f"{_KEYS}[0].keyData", _key("\n-----BEGIN RSA PRIVATE KEY-----\nMIIE"))],
        fine=[_key(RSA_KEY), _key("ssh-rsa -----BEGIN")],
    ),
    "ssh-key-not-base64-again": Cases(
        breaks=[
            (f"{_KEYS}[0].keyData", _key(base64.b64encode(RSA_KEY.encode()).decode())),
            (f"{_KEYS}[0].keyData", _key(base64.b64encode(ECDSA_KEY.encode()).decode())),
        ],
        fine=[_key(RSA_KEY), _key(RSA_KEY.split()[1]), _key("")],
    ),
    "custom-data-base64": Cases(
        breaks=[
            (_CUSTOM, linux({_CUSTOM: written})) for written in ("#cloud-config", "abc", "ab\u00e9=", "a=bc")
        ],
        fine=[
            linux({_CUSTOM: "I2Nsb3VkLWNvbmZpZwo="}),
            linux({_CUSTOM: "I2Nsb3Vk\nLWNvbmZpZwo=\n"}),
            linux({_CUSTOM: _SECRET}),
            linux({_CUSTOM: "********"}),
            linux({_CUSTOM: "{custom data}"}),
            linux({_CUSTOM: ""}),
            linux(),
        ],
    ),
    "custom-data-64k": Cases(
        breaks=[(_CUSTOM, linux({_CUSTOM: _encoded(65_536)}))],
        fine=[linux({_CUSTOM: _encoded(65_535)}), linux({_CUSTOM: "*" * 70_000}), linux()],
    ),
    "custom-data-update": Cases(
        breaks=[(_CUSTOM, patch({_CUSTOM: "YQ=="}))], fine=[linux({_CUSTOM: "YQ=="}), patch({_PREFIX: "web"})]
    ),
    "user-data-base64": Cases(
        breaks=[(_USER_DATA, linux({_USER_DATA: "hello!"}))],
        fine=[linux({_USER_DATA: "aGVsbG8h"}), linux({_USER_DATA: "hello!"}, version="2020-12-01"), linux()],
    ),
    "user-data-secret": Cases(breaks=[(_USER_DATA, linux({_USER_DATA: "aGVsbG8h"}))], fine=[linux()]),
    "user-data-64k": Cases(
        breaks=[(_USER_DATA, linux({_USER_DATA: _encoded(65_537)}))],
        fine=[linux({_USER_DATA: _encoded(65_536)}), linux()],
    ),
    "provision-agent-extensions": Cases(
        breaks=[
            (
                f"{LINUX}.provisionVMAgent",
                linux({f"{LINUX}.provisionVMAgent": False, f"{EXTENSIONS}[0]": _EXTENSION}),
            ),
            (
                f"{WINDOWS}.provisionVMAgent",
                windows({f"{WINDOWS}.provisionVMAgent": False, f"{EXTENSIONS}[0]": _EXTENSION}),
            ),
            (
                f"{LINUX}.provisionVMAgent",
                linux({f"{LINUX}.provisionVMAgent": False, f"{OS}.allowExtensionOperations": True}),
            ),
        ],
        fine=[
            linux({f"{LINUX}.provisionVMAgent": False}),
            linux({f"{LINUX}.provisionVMAgent": False, f"{OS}.allowExtensionOperations": False}),
            linux({f"{LINUX}.provisionVMAgent": True, f"{EXTENSIONS}[0]": _EXTENSION}),
            linux({f"{EXTENSIONS}[0]": _EXTENSION}),
        ],
    ),
    "allow-extension-ops": Cases(
        breaks=[
            (
                f"{OS}.allowExtensionOperations",
                linux({f"{OS}.allowExtensionOperations": False, f"{EXTENSIONS}[0]": _EXTENSION}),
            )
        ],
        fine=[
            linux({f"{OS}.allowExtensionOperations": False}),
            linux({f"{OS}.allowExtensionOperations": True, f"{EXTENSIONS}[0]": _EXTENSION}),
            linux({f"{EXTENSIONS}[0]": _EXTENSION}),
        ],
    ),
    "require-guest-signal": Cases(
        breaks=[(f"{OS}.requireGuestProvisionSignal", linux({f"{OS}.requireGuestProvisionSignal": False}))],
        fine=[linux({f"{OS}.requireGuestProvisionSignal": True}), linux()],
    ),
    "timezone-known": Cases(
        breaks=[
            (f"{WINDOWS}.timeZone", windows({f"{WINDOWS}.timeZone": zone}))
            for zone in ("Europe/Berlin", "pacific standard time", "PST")
        ],
        fine=[
            windows({f"{WINDOWS}.timeZone": zone})
            for zone in (
                "Pacific Standard Time",
                "UTC",
                "W. Europe Standard Time",
                "{zone}",
                "",
                "Line Islands Standard Time",
            )
        ],
        fixes=[
            (
                windows({f"{WINDOWS}.timeZone": "pacific standard time "}),
                (f"{WINDOWS}.timeZone", "Pacific Standard Time"),
            ),
            (windows({f"{WINDOWS}.timeZone": "PST"}), None),
        ],
    ),
    "license-type": Cases(
        breaks=[
            (f"{PROFILE}.licenseType", windows({f"{PROFILE}.licenseType": "RHEL_BYOS"})),
            (f"{PROFILE}.licenseType", linux({f"{PROFILE}.licenseType": "Windows_Server"})),
            (
                f"{PROFILE}.licenseType",
                linux({f"{PROFILE}.licenseType": "Other", f"{IMAGE}.publisher": "someone"}),
            ),
        ],
        fine=[
            windows({f"{PROFILE}.licenseType": "Windows_Client"}),
            windows({f"{PROFILE}.licenseType": "windows_server"}),
            linux({f"{PROFILE}.licenseType": "SLES_BYOS"}),
            linux({f"{PROFILE}.licenseType": "UBUNTU_PRO"}),
            linux({f"{PROFILE}.licenseType": "None"}),
            windows({f"{PROFILE}.licenseType": "None"}),
            linux({f"{PROFILE}.licenseType": "{licence}"}),
            linux({f"{PROFILE}.licenseType": "RHEL_BYOS", f"{IMAGE}.publisher": "someone"}),
            linux(),
        ],
    ),
    "unattend-array": Cases(
        breaks=[
            (_UNATTEND, windows({_UNATTEND: {"passName": "OobeSystem"}})),
            (_UNATTEND, windows({_UNATTEND: "x"})),
        ],
        fine=[windows({_UNATTEND: [{"passName": 3}]}), windows()],
    ),
    "unattend-names": Cases(
        breaks=[
            (f"{_UNATTEND}[0].pass", _unattend(**{"pass": "OobeSystem"})),
            (f"{_UNATTEND}[0].component", _unattend(component="Microsoft-Windows-Shell-Setup")),
            (f"{_UNATTEND}[0].pass", _unattend(**{"pass": "x", "passName": "OobeSystem"})),
        ],
        fine=[_unattend(passName="OobeSystem"), windows({_UNATTEND: ["pass"]}), windows({_UNATTEND: "pass"})],
        fixes=[
            (_unattend(component="x"), (f"{_UNATTEND}[0].componentName", "x")),
            (_unattend(**{"pass": "x", "passName": "y"}), None),
        ],
    ),
    "unattend-pass": Cases(
        breaks=[
            (f"{_UNATTEND}[0].passName", _unattend(passName=name)) for name in ("oobeSystem", "specialize")
        ],
        fine=[
            _unattend(passName="OobeSystem"),
            _unattend(passName="{pass}"),
            _unattend(settingName="AutoLogon"),
        ],
    ),
    "unattend-component": Cases(
        breaks=[(f"{_UNATTEND}[0].componentName", _unattend(componentName="Microsoft-Windows-Setup"))],
        fine=[
            _unattend(componentName="Microsoft-Windows-Shell-Setup"),
            _unattend(passName="OobeSystem"),
            linux(),
        ],
    ),
    "unattend-setting": Cases(
        breaks=[
            (f"{_UNATTEND}[0].settingName", _unattend(settingName="autologon")),
            (f"{_UNATTEND}[0].settingName", _unattend(settingName="Display")),
        ],
        fine=[
            _unattend(settingName="AutoLogon"),
            _unattend(settingName="FirstLogonCommands"),
            _unattend(settingName="{setting}"),
            _unattend(content="x"),
            linux(),
        ],
        fixes=[
            (
                _unattend(settingName="firstlogoncommands"),
                (f"{_UNATTEND}[0].settingName", "FirstLogonCommands"),
            ),
            (_unattend(settingName="Display"), None),
        ],
    ),
    "unattend-setting-unique": Cases(
        breaks=[
            (
                f"{_UNATTEND}[1].settingName",
                windows({_UNATTEND: [{"settingName": "AutoLogon"}, {"settingName": "AutoLogon"}]}),
            )
        ],
        fine=[
            windows(
                {_UNATTEND: [{"settingName": "AutoLogon"}, {"settingName": "FirstLogonCommands"}, {}, {}]}
            ),
            linux(),
        ],
    ),
    "unattend-content-4k": Cases(
        breaks=[
            (f"{_UNATTEND}[0].content", _unattend(content="x" * 4096)),
            (f"{_UNATTEND}[0].content", _unattend(content="\u00e9" * 2048)),
        ],
        fine=[
            _unattend(content="x" * 4095),
            _unattend(content=_SECRET),
            _unattend(content="\ud800"),
            linux(),
        ],
    ),
    "unattend-content-xml": Cases(
        breaks=[
            (f"{_UNATTEND}[0].content", _unattend(settingName="AutoLogon", content=content))
            for content in (
                "<AutoLogon><Enabled>",
                "PEF1dG9Mb2dvbi8+",
                "<Enabled>true</Enabled>",
                "<!DOCTYPE AutoLogon><AutoLogon/>",
                "<a/><AutoLogon/>",
                "\ud800",
                "x" * 4095,
            )
        ]
        + [(f"{_UNATTEND}[0].content", _unattend(content="none"))],
        fine=[
            _unattend(settingName="AutoLogon", content=_LOGON),
            _unattend(settingName="AutoLogon", content='<?xml version="1.0" encoding="utf-8"?>' + _LOGON),
            _unattend(settingName="AutoLogon", content="<u:AutoLogon xmlns:u='x'/>"),
            _unattend(settingName="Display", content="<Display/>"),
            _unattend(content="<Other/>"),
            _unattend(settingName="AutoLogon", content=_SECRET),
            _unattend(settingName="AutoLogon", content="********"),
            _unattend(settingName="AutoLogon", content="x" * 4096),
            _unattend(settingName="AutoLogon"),
            linux(),
        ],
    ),
    "unattend-secret": Cases(
        breaks=[
            (f"{_UNATTEND}[0].content", _unattend(settingName="AutoLogon", content=_LOGON)),
            (f"{_UNATTEND}[0].content", _unattend(settingName="AutoLogon", content=_SECRET)),
        ],
        fine=[
            _unattend(settingName="FirstLogonCommands", content="x"),
            _unattend(settingName="AutoLogon"),
            linux(),
        ],
    ),
    "unattend-windows-only": Cases(
        breaks=[
            (_UNATTEND, linux({f"{_UNATTEND}[0]": {"passName": "OobeSystem"}})),
            (_UNATTEND, vhd({f"{_UNATTEND}[0]": {"passName": "OobeSystem"}})),
        ],
        fine=[
            _unattend(passName="OobeSystem"),
            linux({_UNATTEND: []}),
            linux({f"{_UNATTEND}[0]": {}, f"{IMAGE}.publisher": "someone"}),
        ],
    ),
    "winrm-protocol": Cases(
        breaks=[(f"{_LISTENERS}[0].protocol", _listener(protocol=name)) for name in ("https", "HTTP", "ssh")],
        fine=[
            _listener(protocol="Http"),
            _listener(protocol="Https"),
            _listener(protocol="{protocol}"),
            _listener(),
            linux(),
        ],
        fixes=[
            (_listener(protocol="HTTPS"), (f"{_LISTENERS}[0].protocol", "Https")),
            (_listener(protocol="ssh"), None),
        ],
    ),
    "winrm-https-cert": Cases(
        breaks=[(f"{_LISTENERS}[0].certificateUrl", _listener(protocol="Https"))],
        fine=[_listener(protocol="Https", certificateUrl=_URL), _listener(protocol="Http"), linux()],
    ),
    "winrm-http-no-cert": Cases(
        breaks=[(f"{_LISTENERS}[0].certificateUrl", _listener(protocol="Http", certificateUrl=_URL))],
        fine=[_listener(protocol="Https", certificateUrl=_URL), _listener(protocol="Http"), linux()],
    ),
    "winrm-cert-in-secrets": Cases(
        breaks=[
            (f"{_LISTENERS}[0].certificateUrl", _listener(protocol="Https", certificateUrl=_URL)),
            (
                f"{_LISTENERS}[0].certificateUrl",
                windows(
                    {
                        f"{_LISTENERS}[0]": {"protocol": "Https", "certificateUrl": _URL},
                        f"{OS}.secrets": [{"vaultCertificates": [{"certificateUrl": _URL + "0"}, {}]}],
                    }
                ),
            ),
        ],
        fine=[
            windows(
                {
                    f"{_LISTENERS}[0]": {"protocol": "Https", "certificateUrl": _URL},
                    f"{OS}.secrets": [{"vaultCertificates": [{"certificateUrl": _URL.upper()}]}],
                }
            ),
            _listener(protocol="Http", certificateUrl=_URL),
            _listener(protocol="Https", certificateUrl="{certificate url}"),
            _listener(protocol="Https"),
            windows(),
        ],
    ),
    "winrm-unique-protocol": Cases(
        breaks=[
            (
                f"{_LISTENERS}[1].protocol",
                windows({_LISTENERS: [{"protocol": "Http"}, {"protocol": "Http"}]}),
            ),
        ],
        fine=[
            windows({_LISTENERS: [{"protocol": "Http"}, {"protocol": "Https"}, {}]}),
            _listener(protocol="Http"),
        ],
    ),
    "winrm-windows-only": Cases(
        breaks=[
            (f"{WINDOWS}.winRM", linux({f"{_LISTENERS}[0]": {"protocol": "Http"}})),
            (f"{WINDOWS}.winRM", vhd({f"{_LISTENERS}[0]": {"protocol": "Http"}})),
        ],
        fine=[_listener(protocol="Http"), linux({f"{WINDOWS}.timeZone": "UTC"})],
    ),
    "patchmode-updates": Cases(
        breaks=[
            (
                f"{WINDOWS}.enableAutomaticUpdates",
                windows(
                    {f"{WINDOWS}.patchSettings.patchMode": mode, f"{WINDOWS}.enableAutomaticUpdates": updates}
                ),
            )
            for mode, updates in (("Manual", True), ("AutomaticByOS", False), ("AutomaticByPlatform", False))
        ],
        fine=[
            windows(
                {f"{WINDOWS}.patchSettings.patchMode": mode, f"{WINDOWS}.enableAutomaticUpdates": updates}
            )
            for mode, updates in (
                ("Manual", False),
                ("AutomaticByOS", True),
                ("AutomaticByPlatform", True),
                ("ImageDefault", False),
            )
        ]
        + [
            windows({_AUTO: True, f"{WINDOWS}.patchSettings.patchMode": mode, _UPDATES: False})
            for mode in ("AutomaticByOS", "AutomaticByPlatform")
        ]
        + [
            windows({f"{WINDOWS}.enableAutomaticUpdates": True}),
            windows({f"{WINDOWS}.patchSettings.patchMode": "Manual"}),
        ],
    ),
    "assessment-needs-agent": Cases(
        breaks=[
            (
                f"{configuration}.patchSettings.assessmentMode",
                linux({configuration: _unassessed(agent=False, mode="AutomaticByPlatform")}),
            )
            for configuration in (LINUX, WINDOWS)
        ],
        fine=[
            linux({LINUX: _unassessed(agent=True, mode="AutomaticByPlatform")}),
            linux({LINUX: _unassessed(agent=False, mode="ImageDefault")}),
            linux({LINUX: {"provisionVMAgent": False}}),
            linux(),
        ],
        fixes=[
            (
                linux({LINUX: _unassessed(agent=False, mode="AutomaticByPlatform")}),
                (f"{LINUX}.provisionVMAgent", True),
            )
        ],
    ),
    "patchmode-platform-needs": Cases(
        breaks=[
            (
                f"{LINUX}.provisionVMAgent",
                linux(
                    {
                        f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform",
                        f"{LINUX}.provisionVMAgent": False,
                    }
                ),
            ),
            (
                f"{WINDOWS}.provisionVMAgent",
                windows(
                    {
                        f"{WINDOWS}.patchSettings.patchMode": "AutomaticByPlatform",
                        f"{WINDOWS}.provisionVMAgent": False,
                    }
                ),
            ),
            (
                f"{LINUX}.patchSettings.patchMode",
                flexible(
                    {
                        f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform",
                        f"{EXTENSIONS}[0]": _EXTENSION,
                    }
                ),
            ),
        ],
        fine=[
            linux({f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            linux({f"{LINUX}.patchSettings.patchMode": "ImageDefault", f"{LINUX}.provisionVMAgent": False}),
            flexible(
                {f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform", f"{EXTENSIONS}[0]": _HEALTH}
            ),
            patch(
                {
                    "properties.orchestrationMode": "Flexible",
                    f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform",
                }
            ),
            linux(),
        ],
    ),
    "patchmode-uniform": Cases(
        breaks=[
            (
                f"{LINUX}.patchSettings.patchMode",
                linux({f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            ),
            (
                f"{WINDOWS}.patchSettings.patchMode",
                windows({f"{WINDOWS}.patchSettings.patchMode": "AutomaticByPlatform"}),
            ),
        ],
        fine=[
            flexible({f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            patch({f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            windows({f"{WINDOWS}.patchSettings.patchMode": "Manual"}),
            linux(),
        ],
    ),
    "hotpatch-image": Cases(
        breaks=[
            (_HOTPATCHING, windows(_HOTPATCHED | {f"{IMAGE}.{member}": value}))
            for member, value in (
                ("sku", "2022-datacenter"),
                ("sku", "2022-datacenter-azure-edition"),
                ("offer", "WindowsServerSemiAnnual"),
                ("publisher", "Contoso"),
            )
        ],
        fine=[
            windows(_HOTPATCHED),
            windows(_HOTPATCHED | {f"{IMAGE}.publisher": "microsoftWINDOWSserver"}),
            windows(_HOTPATCHED | {f"{IMAGE}.sku": "2022-Datacenter-Azure-Edition-Hotpatch"}),
            windows(_HOTPATCHED | {_HOTPATCHING: False, f"{IMAGE}.sku": "2022-datacenter"}),
            windows(_HOTPATCHED | {f"{IMAGE}.sku": "{sku}"}),
            windows(_HOTPATCHED | {IMAGE: {"id": f"{GROUP}/providers/Microsoft.Compute/images/own"}}),
            windows(_HOTPATCHED | {f"{IMAGE}.sku": "2022-datacenter"}, version="2020-06-01"),
            patch({_HOTPATCHING: True}),
        ],
        fixes=[(windows(_HOTPATCHED | {f"{IMAGE}.sku": "2022-datacenter"}), (_HOTPATCHING, False))],
        grades=[(windows(_HOTPATCHED | {f"{IMAGE}.sku": "2022-datacenter"}), "overridable")],
    ),
    "hotpatch": Cases(
        breaks=[
            (
                f"{WINDOWS}.patchSettings.enableHotpatching",
                windows({f"{WINDOWS}.patchSettings": settings, **more}),
            )
            for settings, more in (
                ({"enableHotpatching": True}, {}),
                ({"enableHotpatching": True, "patchMode": "Manual"}, {}),
                (
                    {"enableHotpatching": True, "patchMode": "AutomaticByPlatform"},
                    {f"{WINDOWS}.provisionVMAgent": False},
                ),
            )
        ]
        + [
            (
                f"{WINDOWS}.patchSettings.enableHotpatching",
                patch({f"{WINDOWS}.patchSettings": {"enableHotpatching": True, "patchMode": "Manual"}}),
            )
        ],
        fine=[
            patch({f"{WINDOWS}.patchSettings": {"enableHotpatching": True}}),
            windows(
                {f"{WINDOWS}.patchSettings": {"enableHotpatching": True, "patchMode": "AutomaticByPlatform"}}
            ),
            windows({f"{WINDOWS}.patchSettings": {"enableHotpatching": False}}),
            windows(),
        ],
    ),
}
