"""Cases of scaleset/rules/target.py."""

from __future__ import annotations

from typing import Final

from . import Cases, address

CASES: Final = {
    "subscription-id-guid": Cases(
        breaks=[
            ("$target.subscription", address(subscription="shop")),
            ("$target.subscription", address(subscription="")),
            ("$target.subscription", address(subscription="11111111-2222-3333-4444-55555555555g")),
            ("$target.subscription", address(subscription="11111111-2222-3333-4444-555555555555 ")),
        ],
        fine=[
            address(subscription="ABCDEF01-2222-3333-4444-555555555555"),
            address(subscription="{subscription-id}"),
        ],
    ),
    "rg-name-length": Cases(
        breaks=[
            ("$target.resourceGroup", address(resource_group="")),
            ("$target.resourceGroup", address(resource_group="g" * 91)),
        ],
        fine=[address(resource_group="g"), address(resource_group="g" * 90)],
    ),
    "rg-name-chars": Cases(
        breaks=[
            ("$target.resourceGroup", address(resource_group="rg shop")),
            ("$target.resourceGroup", address(resource_group="rg/shop")),
        ],
        fine=[address(resource_group="Größe_(1).a-b"), address(resource_group="{resource group}")],
    ),
    "rg-name-trailing-dot": Cases(
        breaks=[("$target.resourceGroup", address(resource_group="rg."))],
        fine=[address(resource_group="r.g")],
    ),
    "vmss-name-required": Cases(breaks=[("$target.name", address(name=""))], fine=[address(name="w")]),
    "vmss-name-length": Cases(
        breaks=[("$target.name", address(name="w" * 65))], fine=[address(name="w" * 64), address(name="")]
    ),
    "vmss-name-chars": Cases(
        breaks=[("$target.name", address(name=name)) for name in ("a b", "a/b", "a#b", "wëb", "a%b")],
        fine=[address(name="Web_1.a-b"), address(name="{vmss-name}"), address(name="")],
    ),
    "vmss-name-start": Cases(
        breaks=[("$target.name", address(name=name)) for name in ("_web", "-web", ".web")],
        fine=[address(name="1web"), address(name="web_"), address(name="")],
    ),
    "vmss-name-end": Cases(
        breaks=[("$target.name", address(name="web.")), ("$target.name", address(name="web-"))],
        fine=[address(name="web_"), address(name="w.e-b")],
    ),
    "vmss-name-all-digits": Cases(
        breaks=[("$target.name", address(name="123"))],
        fine=[address(name="12a"), address(name=""), address(name="٣")],
    ),
}
