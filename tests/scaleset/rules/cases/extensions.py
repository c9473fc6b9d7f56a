"""Cases of scaleset/rules/extensions.py."""

from __future__ import annotations

from typing import Any, Final

from . import COMPUTE, EXTENSIONS, GONE, IMAGE, PROFILE, VAULT, Case, Cases, linux, windows

_SCRIPT: Final = {
    "name": "script",
    "properties": {
        "publisher": "Microsoft.Azure.Extensions",
        "type": "CustomScript",
        "typeHandlerVersion": "2.1",
        "settings": {"commandToExecute": "sh setup.sh"},
    },
}
_AGENT: Final = {
    "name": "agent",
    "properties": {
        "publisher": "Microsoft.Azure.Monitor",
        "type": "AzureMonitorLinuxAgent",
        "typeHandlerVersion": "1.29",
        "settings": {},
    },
}
_HEALTH: Final = {
    "name": "health",
    "properties": {
        "publisher": "Microsoft.ManagedServices",
        "type": "ApplicationHealthLinux",
        "typeHandlerVersion": "2.0",
        "settings": {"protocol": "https", "port": 443, "requestPath": "/health"},
    },
}
_P: Final = f"{EXTENSIONS}[0].properties"
_BLOB: Final = "https://shop.blob.core.windows.net/scripts/setup.sh"
_KEY_VAULT: Final = {
    "secretUrl": "https://kv-shop.vault.azure.net/secrets/script/0123456789abcdef0123456789abcdef",
    "sourceVault": {"id": VAULT},
}
_APPS: Final = f"{PROFILE}.applicationProfile.galleryApplications"


def _one(
    changes: dict[str, Any] | None = None, version: str = "2026-04-01", base: dict[str, Any] = _SCRIPT
) -> Case:
    placed = {
        f"{_P}.{name}" if name else f"{EXTENSIONS}[0]": value for name, value in (changes or {}).items()
    }
    return linux({f"{EXTENSIONS}[0]": base} | placed, version=version)


def _application(name: str, version: str = "1.0.0") -> str:
    return f"{COMPUTE}/galleries/shop/applications/{name}/versions/{version}"


def _apps(*named: str) -> Case:
    return linux({_APPS: [{"packageReferenceId": each} for each in named]})


def _all(*items: dict[str, Any], version: str = "2026-04-01") -> Case:
    return linux({EXTENSIONS: list(items)}, version=version)


def _waiting(name: str, *after: str, **more: Any) -> dict[str, Any]:
    properties = {**_AGENT["properties"], "provisionAfterExtensions": list(after), **more}  # type: ignore[dict-item] # JSON of any shape
    return {"name": name, "properties": properties}


def _bare(name: str) -> dict[str, Any]:
    return {"name": name, "properties": {"publisher": "a", "type": "b", "typeHandlerVersion": "1.0"}}


def _settings(**settings: Any) -> Case:
    return _one({"settings": settings})


def _both(settings: dict[str, Any], protected: dict[str, Any]) -> Case:
    return _one({"settings": settings, "protectedSettings": protected})


def _health(**settings: Any) -> Case:
    return _one({"settings": settings}, base=_HEALTH)


CASES: Final = {
    "ext-name-required": Cases(
        breaks=[
            (f"{EXTENSIONS}[0].name", linux({f"{EXTENSIONS}[0]": {"properties": _SCRIPT["properties"]}}))
        ],
        fine=[_one(), linux()],
    ),
    "ext-name-unique": Cases(
        breaks=[(f"{EXTENSIONS}[1].name", _all(_SCRIPT, _AGENT | {"name": "Script"}))],
        fine=[
            _all(_SCRIPT, _AGENT),
            _all(_SCRIPT | {"name": "{name}"}, _AGENT | {"name": "{name}"}),
            _all({}, {}),
            _one(),
        ],
    ),
    "ext-required-fields": Cases(
        breaks=[
            (f"{_P}.{member}", _one({member: GONE})) for member in ("publisher", "type", "typeHandlerVersion")
        ],
        fine=[_one(), linux()],
    ),
    "ext-type-once": Cases(
        breaks=[(f"{EXTENSIONS}[1].properties.type", _all(_SCRIPT, _SCRIPT | {"name": "again"}))],
        fine=[
            _all(_SCRIPT, _AGENT),
            _all(_bare("a"), {"name": "b", "properties": {"publisher": "a", "type": "c"}}),
            _all({}, {}),
            _all(*({"name": name, "properties": {"type": "b"}} for name in ("a", "b"))),
            _all(
                *({"name": name, "properties": {"publisher": "a", "type": "{type}"}} for name in ("a", "b"))
            ),
            _one(),
        ],
    ),
    "ext-version-format": Cases(
        breaks=[
            (f"{_P}.typeHandlerVersion", _one({"typeHandlerVersion": value}))
            for value in ("2", "2.1.3", "v2.1", "2.*")
        ],
        fine=[_one(), _one({"typeHandlerVersion": "{version}"}), _one({"typeHandlerVersion": ""}), linux()],
    ),
    "ext-version-string": Cases(
        breaks=[(f"{_P}.typeHandlerVersion", _one({"typeHandlerVersion": value})) for value in (1.1, 2)],
        fine=[
            _one(),
            _one({"typeHandlerVersion": True}),
            linux({EXTENSIONS: "x"}),
            linux({EXTENSIONS: ["x", {"properties": 3}]}),
        ],
        fixes=[
            (_one({"typeHandlerVersion": 1.1}), (f"{_P}.typeHandlerVersion", "1.1")),
            (_one({"typeHandlerVersion": 2}), (f"{_P}.typeHandlerVersion", "2.0")),
        ],
    ),
    "ext-os-match": Cases(
        breaks=[
            (f"{_P}.type", windows({f"{EXTENSIONS}[0]": _SCRIPT})),
            (
                f"{_P}.type",
                linux(
                    {
                        f"{EXTENSIONS}[0]": _SCRIPT,
                        f"{_P}.publisher": "Microsoft.Compute",
                        f"{_P}.type": "CustomScriptExtension",
                    }
                ),
            ),
        ],
        fine=[
            _one(),
            _one({"type": "Other"}),
            windows({f"{EXTENSIONS}[0]": _SCRIPT, f"{IMAGE}.publisher": "someone"}),
            linux(),
        ],
    ),
    "ext-settings-object": Cases(
        breaks=[
            (f"{_P}.settings", _one({"settings": value}))
            for value in ('{"a": 1}', "[1]", "x", [1], 3, "[" * 100_000)
        ]
        + [(f"{_P}.protectedSettings", _one({"protectedSettings": '{"a": 1}'}))],
        fine=[_one(), _one({"protectedSettings": "********"}), linux()],
        fixes=[
            (_one({"settings": '{"a": 1}'}), (f"{_P}.settings", {"a": 1})),
            (_one({"settings": "[1]"}), None),
            (_one({"protectedSettings": '{"a": 1}'}), None),
        ],
    ),
    "ext-settings-required": Cases(
        breaks=[(f"{_P}.settings", _one({"settings": GONE}, version="2016-04-30-preview"))],
        fine=[
            _one({"settings": {}}, version="2016-04-30-preview"),
            _one({"settings": GONE}, version="2017-03-30"),
            _one({"settings": GONE}, version="2016-03-30"),
            linux(version="2016-04-30-preview"),
        ],
    ),
    "ext-protected-exclusive": Cases(
        breaks=[
            (
                f"{_P}.protectedSettingsFromKeyVault",
                _one({"protectedSettings": {"$secret": "1"}, "protectedSettingsFromKeyVault": _KEY_VAULT}),
            )
        ],
        fine=[
            _one({"protectedSettingsFromKeyVault": _KEY_VAULT}),
            _one({"protectedSettings": {"a": "b"}}),
            _one({"protectedSettings": {}, "protectedSettingsFromKeyVault": _KEY_VAULT}),
            linux(),
        ],
    ),
    "ext-protected-kv-fields": Cases(
        breaks=[
            (
                f"{_P}.protectedSettingsFromKeyVault.secretUrl",
                _one({"protectedSettingsFromKeyVault": {"sourceVault": {"id": VAULT}}}),
            ),
            (
                f"{_P}.protectedSettingsFromKeyVault.sourceVault",
                _one({"protectedSettingsFromKeyVault": _KEY_VAULT | {"sourceVault": {}}}),
            ),
        ],
        fine=[_one({"protectedSettingsFromKeyVault": _KEY_VAULT}), _one(), linux()],
    ),
    "ext-secret-in-settings": Cases(
        breaks=[
            (f"{_P}.settings.adminPassword", _settings(adminPassword="x")),
            (f"{_P}.settings.storageAccountKey", _settings(storageAccountKey="x")),
            (f"{_P}.settings.commandToExecute", _settings(commandToExecute=f"curl {_BLOB}?sv=1&sig=abc")),
            (f"{_P}.settings.fileUris", _settings(fileUris=[3, f"{_BLOB}?sig=abc"])),
        ],
        fine=[
            _settings(commandToExecute="sh setup.sh", fileUris=[_BLOB]),
            _settings(secretsManagementSettings={"a": "b"}),
            _settings(password=""),
            linux(),
        ],
    ),
    "ext-upgrade-flags": Cases(
        breaks=[(f"{_P}.enableAutomaticUpgrade", _one({"enableAutomaticUpgrade": True}))],
        fine=[
            _one({"enableAutomaticUpgrade": False}),
            _one({"enableAutomaticUpgrade": True}, base=_AGENT),
            _one({"enableAutomaticUpgrade": True, "type": "{type}"}),
            _one(),
            linux(),
        ],
    ),
    "ext-depends-exist": Cases(
        breaks=[
            (
                f"{EXTENSIONS}[1].properties.provisionAfterExtensions[0]",
                _all(_SCRIPT, _waiting("b", "scripts")),
            )
        ],
        fine=[
            _all(_SCRIPT, _waiting("b", "Script")),
            _all(_SCRIPT, _waiting("b", "{other}")),
            _all(_SCRIPT | {"name": "{script}"}, _waiting("b", "scripts")),
            _all(_SCRIPT, _waiting("b", "scripts"), version="2018-04-01"),
            _one(),
            linux(),
        ],
    ),
    "ext-depends-cycle": Cases(
        breaks=[
            (f"{_P}.provisionAfterExtensions", _all(_waiting("a", "b"), _waiting("b", "A"))),
            (f"{_P}.provisionAfterExtensions", _all(_waiting("a", "a"))),
            (
                f"{EXTENSIONS}[1].properties.provisionAfterExtensions",
                _all(
                    _waiting("x", "a"),
                    _waiting("a", "y", "b"),
                    _waiting("b", "c"),
                    _waiting("c", "a"),
                    _bare("y"),
                ),
            ),
        ],
        fine=[
            _all(_waiting("a", "b"), _waiting("b", "c"), _bare("c")),
            _all(_waiting("a", "b", "c"), _waiting("b", "d"), _waiting("c", "d"), _bare("d")),
            _all(_waiting("a", "b"), _waiting("b")),
            _one(),
            linux(),
        ],
    ),
    "ext-depends-settings": Cases(
        breaks=[(f"{_P}.settings", _all(_bare("script"), _waiting("b", "Script")))],
        fine=[
            _all(_SCRIPT, _waiting("b", "script")),
            _all(_bare("script"), _waiting("b", "other")),
            _all(_bare("script"), _bare("b")),
            linux(),
        ],
    ),
    "ext-budget": Cases(
        breaks=[
            (f"{PROFILE}.extensionProfile.extensionsTimeBudget", _budget)
            for _budget in [
                linux({f"{PROFILE}.extensionProfile.extensionsTimeBudget": value})
                for value in ("PT14M59S", "PT2H1S", "90", "P", "PT", "P1M", "PT1H 20M")
            ]
        ],
        fine=[
            linux({f"{PROFILE}.extensionProfile.extensionsTimeBudget": value})
            for value in ("PT15M", "PT2H", "PT1H20M", "PT120M", "PT7200.0S", "{budget}", "")
        ]
        + [linux()],
    ),
    "cse-command-required": Cases(
        breaks=[
            (f"{_P}.settings.commandToExecute", _settings(fileUris=[_BLOB])),
            (f"{_P}.settings.commandToExecute", _one({"settings": GONE})),
            (f"{_P}.settings.commandToExecute", _both({}, {"storageAccountName": "shop"})),
        ],
        fine=[
            _one(),
            _both({}, {"commandToExecute": "x"}),
            _both({}, {"script": "x"}),
            _both({}, {"$secret": "1"}),
            _one({"settings": {}, "protectedSettingsFromKeyVault": _KEY_VAULT}),
            _one({"settings": {}}, base=_AGENT),
            linux(),
        ],
    ),
    "cse-command-once": Cases(
        breaks=[
            (f"{_P}.settings.{name}", _both({name: "x"}, {name: "y"}))
            for name in ("commandToExecute", "fileUris", "script")
        ],
        fine=[
            _both({"commandToExecute": "x"}, {"fileUris": []}),
            _both({"commandToExecute": "x"}, {"$secret": "1"}),
            _one({"settings": {"script": 1}, "protectedSettings": {"script": 1}}, base=_AGENT),
            linux(),
        ],
    ),
    "cse-key-case": Cases(
        breaks=[
            (f"{_P}.protectedSettings.StorageAccountKey", _both({}, {"StorageAccountKey": "x"})),
            (f"{_P}.settings.fileuris", _settings(fileuris=[])),
            (f"{_P}.settings.FileUris", _settings(FileUris=[], fileUris=[])),
        ],
        fine=[
            _both({"fileUris": [], "other": 1}, {"storageAccountKey": "x"}),
            _one({"settings": {"fileuris": []}}, base=_AGENT),
            linux(),
        ],
        fixes=[
            (_settings(fileuris=["a"]), (f"{_P}.settings.fileUris", ["a"])),
            (_settings(FileUris=[], fileUris=["a"]), None),
        ],
    ),
    "cse-storage-pair": Cases(
        breaks=[
            (f"{_P}.protectedSettings.storageAccountName", _both({}, {"storageAccountKey": "x"})),
            (f"{_P}.protectedSettings.storageAccountKey", _both({}, {"storageAccountName": "shop"})),
            (f"{_P}.settings.storageAccountKey", _settings(storageAccountKey="x")),
            (
                f"{_P}.settings.storageAccountName",
                _both({"storageAccountName": "shop"}, {"storageAccountKey": "x"}),
            ),
        ],
        fine=[
            _both({}, {"storageAccountName": "shop", "storageAccountKey": "x"}),
            _both({}, {"$secret": "1"}),
            _one({"settings": {"storageAccountKey": "x"}}, base=_AGENT),
            linux(),
        ],
    ),
    "cse-storage-fileuris": Cases(
        breaks=[
            *(
                (f"{_P}.settings.fileUris[1]", _both({"fileUris": [_BLOB, uri]}, {"storageAccountKey": "x"}))
                for uri in ("https://example.com/setup.sh", "setup.sh")
            ),
            (
                f"{_P}.protectedSettings.fileUris[1]",
                _both({}, {"fileUris": [_BLOB, "setup.sh"], "storageAccountKey": "x"}),
            ),
        ],
        fine=[
            _both({"fileUris": [_BLOB, "{uri}", 3]}, {"storageAccountKey": "x"}),
            _both({"fileUris": _BLOB}, {"storageAccountKey": "x"}),
            _both({"fileUris": ["https://example.com/setup.sh"]}, {}),
            linux(),
        ],
    ),
    "cse-identity": Cases(
        breaks=[
            (f"{_P}.settings.managedIdentity", _settings(managedIdentity={})),
            (
                f"{_P}.protectedSettings.managedIdentity",
                _both({}, {"managedIdentity": {}, "storageAccountKey": "x"}),
            ),
            (
                f"{_P}.protectedSettings.managedIdentity",
                _both({}, {"managedIdentity": {}, "storageAccountName": "x"}),
            ),
        ],
        fine=[_both({}, {"managedIdentity": {}}), _both({}, {"storageAccountKey": "x"}), linux()],
    ),
    "cse-timestamp": Cases(
        breaks=[
            (f"{_P}.settings.timestamp", _settings(timestamp=value))
            for value in ("1", 1.5, 2**31, -(2**31) - 1, True)
        ],
        fine=[_settings(timestamp=2**31 - 1), _settings(timestamp=-(2**31)), _one(), linux()],
    ),
    "health-ext-proto": Cases(
        breaks=[
            (f"{_P}.settings.protocol", _health(port=80)),
            (f"{_P}.settings.protocol", _health(protocol="udp")),
            (
                f"{_P}.settings.protocol",
                _one({"type": "ApplicationHealthWindows", "settings": {}}, base=_HEALTH),
            ),
            (f"{_P}.settings.protocol", _one({"settings": GONE}, base=_HEALTH)),
            (f"{_P}.settings.requestPath", _health(protocol="http")),
            (f"{_P}.settings.requestPath", _health(protocol="HTTPS", requestPath="")),
            (f"{_P}.settings.port", _health(protocol="tcp")),
            (f"{_P}.settings.port", _health(protocol="tcp", port=None)),
            (f"{_P}.settings.requestPath", _health(protocol="http", requestPath=None)),
            (f"{_P}.settings.requestPath", _health(protocol="tcp", port=80, requestPath="/")),
        ],
        fine=[
            _health(protocol="http", requestPath="/health"),
            _health(protocol="TCP", port=80),
            _health(protocol="TCP", port=80, requestPath=None),
            _health(protocol="{protocol}"),
            _one(),
            linux(),
        ],
    ),
    "health-ext-ranges": Cases(
        breaks=[
            (f"{_P}.settings.{name}", _health(**{name: value}))
            for name, least, most in (
                ("intervalInSeconds", 5, 60),
                ("numberOfProbes", 1, 24),
                ("gracePeriod", 0, 14_400),
            )
            for value in (least - 1, most + 1)
        ],
        fine=[
            _health(intervalInSeconds=5, numberOfProbes=1, gracePeriod=0),
            _health(intervalInSeconds=60, numberOfProbes=24, gracePeriod=14_400),
            _health(intervalInSeconds="soon"),
            _one({"settings": {"numberOfProbes": 99}}),
            linux(),
        ],
    ),
    "health-settle-time": Cases(
        breaks=[
            (f"{_P}.settings.numberOfProbes", _health(intervalInSeconds=interval, numberOfProbes=probes))
            for interval, probes in ((60, 5), (5, 49), (11, 22), (60, 24))
        ],
        fine=[
            _health(intervalInSeconds=60, numberOfProbes=4),
            _health(intervalInSeconds=5, numberOfProbes=48),
            _health(intervalInSeconds=61, numberOfProbes=24),
            _health(intervalInSeconds=4, numberOfProbes=100),
            _health(intervalInSeconds="60", numberOfProbes=24),
            _health(intervalInSeconds=60, numberOfProbes="24"),
            _health(intervalInSeconds=60),
            _one({"settings": {"intervalInSeconds": 60, "numberOfProbes": 24}}),
            linux(),
        ],
        fixes=[
            (_health(intervalInSeconds=11, numberOfProbes=24), (f"{_P}.settings.numberOfProbes", 21)),
        ],
    ),
    "gallery-app-id": Cases(
        breaks=[
            (f"{_APPS}[0].packageReferenceId", _apps(named))
            for named in (
                "agent",
                f"{COMPUTE}/galleries/shop/applications/agent",
                f"{COMPUTE}/galleries/shop/images/golden/versions/1.0.0",
            )
        ],
        fine=[
            _apps(_application("agent")),
            _apps(_application("agent", "latest")),
            _apps("{application}"),
            linux({_APPS: [{}]}),
            linux(),
        ],
    ),
    "gallery-apps-once": Cases(
        breaks=[
            (f"{_APPS}[1].packageReferenceId", _apps(_application("a"), _application("A", "2.0.0"))),
            (f"{_APPS}[2].packageReferenceId", _apps("x", _application("a"), _application("a"))),
        ],
        fine=[
            _apps(_application("a"), _application("b")),
            _apps("x", "x"),
            _apps("{application}", "{application}"),
            linux({_APPS: [{}, {}]}),
            linux(),
        ],
        fixes=[
            (
                _apps(_application("a"), _application("a"), _application("b")),
                (f"{_APPS}[1].packageReferenceId", _application("b")),
            )
        ],
    ),
    "gallery-apps": Cases(
        breaks=[
            (_APPS, linux({_APPS: [{"packageReferenceId": "x"}] * 26})),
            (f"{_APPS}[1].packageReferenceId", linux({_APPS: [{"packageReferenceId": "x"}, {"order": 1}]})),
        ],
        fine=[linux({_APPS: [{"packageReferenceId": "x"}] * 25}), linux({_APPS: []}), linux()],
    ),
}
