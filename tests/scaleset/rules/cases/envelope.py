"""Cases of scaleset/rules/envelope.py."""

from __future__ import annotations

from typing import Final

from vmssbuilder.scaleset.request import Target

from . import (
    COMPUTE,
    EXTENSIONS,
    GONE,
    IMAGE,
    IP,
    NICS,
    OS,
    PROFILE,
    UPGRADE,
    WINDOWS,
    Case,
    Cases,
    address,
    linux,
    patch,
    windows,
)

_EXTENSION: Final = {
    "name": "script",
    "properties": {
        "publisher": "Microsoft.Azure.Extensions",
        "type": "CustomScript",
        "typeHandlerVersion": "2.1",
    },
}
_HERE: Final = Target("11111111-2222-3333-4444-555555555555", "rg-shop", "web")
_AUTOMATIC: Final = f"{UPGRADE}.automaticOSUpgradePolicy.enableAutomaticOSUpgrade"
_ID: Final = f"{COMPUTE}/virtualMachineScaleSets/web"

CASES: Final = {
    "placeholder": Cases(
        breaks=[
            (f"{NICS}[0].name", linux({f"{NICS}[0].name": "{vmss-name}"})),
            (
                f"{IP}.subnet.id",
                linux({f"{IP}.subnet.id": "/subscriptions/{subscription-id}/resourceGroups/a"}),
            ),
            (f"{OS}.adminPassword", linux({f"{OS}.adminPassword": "{your-password}"})),
            ("tags.owner", linux({"tags": {"owner": "team {name of the team}"}})),
            ("tags['{name}']", linux({"tags": {"{name}": "x"}})),
            (
                f"{EXTENSIONS}[0].properties.settings.commandToExecute",
                linux(
                    {
                        f"{EXTENSIONS}[0]": _EXTENSION,
                        f"{EXTENSIONS}[0].properties.settings": {"commandToExecute": "{your-command}"},
                    }
                ),
            ),
            ("zones[1]", linux({"zones": ["1", "{zone}"]})),
            # Alone, so that nothing else in the document gives them away.
            ("location", Case({"location": "{region}"})),
            ("zones[0]", Case({"zones": ["{zone}"]})),
            ("$target.subscription", address(subscription="{subscription-id}")),
            ("$target.resourceGroup", address(resource_group="{group}")),
            ("$target.name", address(name="{vmss-name}")),
        ],
        fine=[
            linux({"tags": {"owner": "braces { } with nothing in them, and one {"}}),
            linux({f"{OS}.adminPassword": "a{Real}Passw0rd"}),
            linux({f"{OS}.adminPassword": {"$secret": "1"}}),
            linux(
                {
                    f"{EXTENSIONS}[0]": _EXTENSION,
                    f"{EXTENSIONS}[0].properties.settings": {
                        "commandToExecute": "echo ${HOME} | awk '{print $1}'"
                    },
                }
            ),
            linux(
                {
                    f"{EXTENSIONS}[0]": _EXTENSION,
                    f"{EXTENSIONS}[0].properties.settings": {
                        "{x}": 1,
                        "list": [3],
                        "deep": {"a": "echo {name}"},
                    },
                }
            ),
            linux({f"{EXTENSIONS}[0]": _EXTENSION, f"{EXTENSIONS}[0].properties.settings": {"list": [3]}}),
            address(),
        ],
    ),
    "template-expression": Cases(
        breaks=[
            ("location", linux({"location": "[resourceGroup().location]"})),
            (f"{NICS}[0].name", linux({f"{NICS}[0].name": "[parameters('name')]"})),
            ("zones[1]", linux({"zones": ["1", "[string(2)]"]})),
            ("tags.owner", linux({"tags": {"owner": "[a.b('\n')]"}})),
            ("location", Case({"location": "[resourceGroup().location]"})),
            ("zones[0]", Case({"zones": ["[string(2)]"]})),
        ],
        fine=[
            linux(
                {"tags": {"owner": "[shop] (web)", "other": "[plain]", "half": "[half(1)", "tail": "a[b(1)]"}}
            ),
            linux(
                {
                    f"{EXTENSIONS}[0]": _EXTENSION,
                    f"{EXTENSIONS}[0].properties.settings": {"deep": {"commandToExecute": "[test(1)]"}},
                }
            ),
        ],
    ),
    "secret-placeholder": Cases(
        breaks=[
            (f"{OS}.adminPassword", linux({f"{OS}.adminPassword": "********"})),
            (f"{OS}.customData", linux({f"{OS}.customData": "********"})),
            (f"{PROFILE}.userData", linux({f"{PROFILE}.userData": "********"})),
            (
                f"{WINDOWS}.additionalUnattendContent[0].content",
                windows({f"{WINDOWS}.additionalUnattendContent": [{"content": "********"}]}),
            ),
            (
                f"{EXTENSIONS}[0].properties.protectedSettings",
                linux(
                    {
                        f"{EXTENSIONS}[0]": _EXTENSION,
                        f"{EXTENSIONS}[0].properties.protectedSettings": "********",
                    }
                ),
            ),
            (
                f"{EXTENSIONS}[0].properties.protectedSettings.storageAccountKey",
                linux(
                    {
                        f"{EXTENSIONS}[0]": _EXTENSION,
                        f"{EXTENSIONS}[0].properties.protectedSettings": {
                            "a": "b",
                            "storageAccountKey": "********",
                        },
                    }
                ),
            ),
        ],
        fine=[
            linux({f"{OS}.adminPassword": "*******"}),
            linux({f"{OS}.adminPassword": {"$secret": "1"}}),
            linux(
                {
                    f"{EXTENSIONS}[0]": _EXTENSION,
                    f"{EXTENSIONS}[0].properties.protectedSettings": {"storageAccountKey": "a key"},
                }
            ),
        ],
    ),
    "location-required": Cases(
        breaks=[("location", linux({"location": GONE})), ("location", linux({"location": ""}))],
        fine=[linux(), patch()],
    ),
    "location-normalise": Cases(
        breaks=[
            ("location", linux({"location": "West Europe"})),
            ("location", linux({"location": "westEurope"})),
            ("location", linux({"location": " westeurope"})),
        ],
        fine=[linux({"location": "westeurope"}), linux({"location": "{Region}"}), linux({"location": " "})],
    ),
    "body-name-id-match": Cases(
        breaks=[
            ("name", linux({"name": "shop"}, target=_HERE)),
            ("id", linux({"id": _ID + "2"}, target=_HERE)),
            ("type", linux({"type": "Microsoft.Compute/virtualMachines"})),
        ],
        fine=[
            linux(
                {"name": "WEB", "id": _ID.lower(), "type": "microsoft.compute/virtualmachinescalesets"},
                target=_HERE,
            ),
            linux({"name": "shop"}),
            linux({"name": "shop"}, target=Target()),
            linux({"name": 7}, target=_HERE),
            linux(target=_HERE),
        ],
    ),
    "provisioning-state-readonly": Cases(
        breaks=[("properties.provisioningState", linux({"properties.provisioningState": "Succeeded"}))],
        fine=[linux()],
    ),
    "readonly-strip": Cases(
        breaks=[
            (place, linux({place: "x"}))
            for place in (
                "id",
                "name",
                "type",
                "etag",
                "systemData",
                "properties.uniqueId",
                "properties.timeCreated",
                f"{PROFILE}.timeCreated",
                "identity.principalId",
                "identity.tenantId",
                f"{IMAGE}.exactVersion",
            )
        ],
        fine=[linux(), linux({"identity.type": "SystemAssigned"})],
    ),
    "property-removed": Cases(
        breaks=[
            (
                f"{UPGRADE}.automaticOSUpgrade",
                linux({f"{UPGRADE}.automaticOSUpgrade": True}, version="2018-10-01"),
            ),
            (
                f"{UPGRADE}.autoOSUpgradePolicy",
                linux({f"{UPGRADE}.autoOSUpgradePolicy.disableAutoRollback": True}, version="2018-10-01"),
            ),
            (
                f"{PROFILE}.additionalCapabilities",
                linux({f"{PROFILE}.additionalCapabilities.ultraSSDEnabled": True}, version="2019-03-01"),
            ),
            ("identity.identityIds", linux({"identity.identityIds": [_ID]}, version="2018-06-01")),
        ],
        fine=[
            linux({f"{UPGRADE}.automaticOSUpgrade": True}, version="2018-06-01"),
            linux({f"{UPGRADE}.autoOSUpgradePolicy.disableAutoRollback": True}, version="2018-06-01"),
            linux({f"{PROFILE}.additionalCapabilities.ultraSSDEnabled": True}, version="2018-10-01"),
            linux({"identity.identityIds": [_ID]}, version="2018-04-01"),
            linux(),
            linux({"identity": 3}),
        ],
        fixes=[
            (
                linux({f"{UPGRADE}.automaticOSUpgrade": True}),
                (f"{UPGRADE}.automaticOSUpgradePolicy.enableAutomaticOSUpgrade", True),
            ),
            (
                linux({f"{UPGRADE}.automaticOSUpgrade": True, _AUTOMATIC: False}),
                (_AUTOMATIC, False),
            ),
            (
                linux({f"{UPGRADE}.autoOSUpgradePolicy.disableAutoRollback": True}),
                (f"{UPGRADE}.automaticOSUpgradePolicy.disableAutomaticRollback", True),
            ),
            (
                linux({f"{PROFILE}.additionalCapabilities": {"ultraSSDEnabled": True}}),
                ("properties.additionalCapabilities", {"ultraSSDEnabled": True}),
            ),
            (linux({"identity.identityIds": [_ID]}), ("identity.userAssignedIdentities", {_ID: {}})),
            (linux({"identity.identityIds": _ID}), None),
            (linux({"identity.identityIds": [3]}), None),
        ],
    ),
}
