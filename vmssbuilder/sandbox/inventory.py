"""The resources that scale sets refer to: networks, load balancers, vaults and the like, as Azure's lists show them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from . import world
from .memory import Memory

Body = dict[str, Any]

SUBNETS_A_NETWORK: Final = 1_000
"""Of the crowd that a test asks for."""

NEWEST: Final = {
    "microsoft.network": "2025-09-01",
    "microsoft.compute": "2026-04-01",
    "microsoft.keyvault": "2026-02-01",
    "microsoft.managedidentity": "2024-11-30",
    "microsoft.resources": "2025-04-01",
}
"""The newest API version of each provider; a later one is not known yet."""

_NETWORK: Final = "Microsoft.Network"
_COMPUTE: Final = "Microsoft.Compute"


class GroupInventory:
    """A resource group to make resources in."""

    def __init__(self, subscription: str, group: str) -> None:
        self.prefix = f"/subscriptions/{subscription}/resourceGroups/{group}/providers"
        self.region = world.RESOURCE_GROUPS[subscription][group]

    def make(self, resource_type: str, name: str, properties: Body, *, region: str = "", **more: Any) -> Body:
        """A resource of this group."""
        return {
            "id": f"{self.prefix}/{resource_type}/{name}",
            "name": name,
            "type": resource_type,
            "location": region or self.region,
            **more,
            "properties": {"provisioningState": "Succeeded", **properties},
        }

    def id(self, resource_type: str, name: str) -> str:
        """The id of a resource of this group."""
        return f"{self.prefix}/{resource_type}/{name}"


def _child(parent: str, kind: str, name: str, properties: Body | None = None) -> Body:
    return {
        "id": f"{parent}/{kind}/{name}",
        "name": name,
        "properties": {"provisioningState": "Succeeded", **(properties or {})},
    }


def _subnet(network: str, name: str, prefix: str, used: int = 0, **properties: Any) -> Body:
    nic = f"{network.rsplit('/virtualNetworks/', 1)[0]}/networkInterfaces"
    held = [{"id": f"{nic}/nic-{name}-{number}/ipConfigurations/ip"} for number in range(used)]
    given: Body = {"addressPrefix": prefix, "delegations": [], "privateEndpointNetworkPolicies": "Disabled"}
    if held:
        given["ipConfigurations"] = held
    return _child(network, "subnets", name, given | properties)


def _network(
    place: GroupInventory, name: str, prefix: str, subnets: list[tuple[Any, ...]], region: str = ""
) -> Body:
    own = place.id(f"{_NETWORK}/virtualNetworks", name)
    made = [
        _subnet(own, each[0], each[1], each[2] if len(each) > 2 else 0, **(each[3] if len(each) > 3 else {}))
        for each in subnets
    ]
    properties = {"addressSpace": {"addressPrefixes": [prefix]}, "subnets": made}
    return place.make(f"{_NETWORK}/virtualNetworks", name, properties, region=region)


def _balancer(
    place: GroupInventory, name: str, sku: str, *, subnet: str = "", pools: tuple[str, ...] = ("web", "admin")
) -> Body:
    own = place.id(f"{_NETWORK}/loadBalancers", name)
    address = (
        {"subnet": {"id": subnet}}
        if subnet
        else {"publicIPAddress": {"id": place.id(f"{_NETWORK}/publicIPAddresses", f"pip-{name}")}}
    )
    properties = {
        "frontendIPConfigurations": [_child(own, "frontendIPConfigurations", "front", address)],
        "backendAddressPools": [_child(own, "backendAddressPools", each) for each in pools],
        "inboundNatPools": [
            _child(
                own,
                "inboundNatPools",
                "ssh" if "web" in pools else pools[0],
                {
                    "protocol": "Tcp",
                    "frontendPortRangeStart": 50000,
                    "frontendPortRangeEnd": 50119,
                    "backendPort": 22,
                },
            ),
        ],
        "inboundNatRules": [],
        # Of the probes only the first is used.
        "loadBalancingRules": [
            _child(
                own,
                "loadBalancingRules",
                "web",
                {
                    "protocol": "Tcp",
                    "frontendPort": 80,
                    "backendPort": 80,
                    "backendAddressPool": {"id": f"{own}/backendAddressPools/{pools[0]}"},
                    "probe": {"id": f"{own}/probes/http"},
                },
            )
        ],
        "probes": [
            _child(own, "probes", "http", {"protocol": "Http", "port": 80, "requestPath": "/healthz"}),
            _child(own, "probes", "tcp", {"protocol": "Tcp", "port": 443}),
        ],
    }
    return place.make(f"{_NETWORK}/loadBalancers", name, properties, sku={"name": sku, "tier": "Regional"})


def _gateway(place: GroupInventory, name: str, subnet: str, pools: tuple[str, ...] = ("web", "api")) -> Body:
    own = place.id(f"{_NETWORK}/applicationGateways", name)
    properties = {
        "sku": {"name": "WAF_v2", "tier": "WAF_v2"},
        "operationalState": "Running",
        "gatewayIPConfigurations": [_child(own, "gatewayIPConfigurations", "ip", {"subnet": {"id": subnet}})],
        "backendAddressPools": [_child(own, "backendAddressPools", each) for each in pools],
    }
    return place.make(f"{_NETWORK}/applicationGateways", name, properties)


def _group(place: GroupInventory, name: str, rules: int) -> Body:
    own = place.id(f"{_NETWORK}/networkSecurityGroups", name)
    made = [
        _child(
            own,
            "securityRules",
            f"rule{number}",
            {"priority": 100 + number, "access": "Allow", "direction": "Inbound"},
        )
        for number in range(rules)
    ]
    return place.make(f"{_NETWORK}/networkSecurityGroups", name, {"securityRules": made})


def _vault(
    place: GroupInventory, name: str, secrets: tuple[tuple[str, str], ...], *, deployment: bool = True
) -> Body:
    own = place.id("Microsoft.KeyVault/vaults", name)
    uri = f"https://{name}.vault.azure.net/"
    held = [
        _child(
            own,
            "secrets",
            each,
            {
                "contentType": content,
                "attributes": {"enabled": not each.startswith("old"), "created": 1_756_000_000 + number},
                "secretUri": f"{uri}secrets/{each}",
                "secretUriWithVersion": f"{uri}secrets/{each}/{number + 1:032x}",
            },
        )
        for number, (each, content) in enumerate(secrets)
    ]
    properties = {
        "vaultUri": uri,
        "tenantId": world.TENANT,
        "sku": {"family": "A", "name": "standard"},
        "enabledForDeployment": deployment,
        "enableRbacAuthorization": True,
        "publicNetworkAccess": "Enabled",
    }
    return place.make("Microsoft.KeyVault/vaults", name, properties) | {"_secrets": held}


_CERTIFICATES: Final = (
    ("tls-shop", "application/x-pkcs12"),
    ("tls-api", "application/x-pem-file"),
    ("old-tls", "application/x-pkcs12"),
    ("db-password", "text/plain"),
)


_Held = tuple[tuple[str, Body, tuple[str, ...]], ...]
"""What a gallery holds of one kind: name, properties, versions."""


def _gallery(place: GroupInventory, name: str, images: _Held, applications: _Held = ()) -> Iterator[Body]:
    own = place.make(f"{_COMPUTE}/galleries", name, {"description": "Images that the platform team builds."})
    yield own
    for image, properties, versions in images:
        given = {"identifier": {"publisher": "Contoso", "offer": "platform", "sku": image}, **properties}
        disk = {"storageProfile": {"osDiskImage": {"sizeInGB": 30}}}
        yield from _versioned(place, own["id"], "images", image, given, versions, disk)
    for application, properties, versions in applications:
        yield from _versioned(place, own["id"], "applications", application, properties, versions, {})


def _versioned(
    place: GroupInventory,
    gallery: str,
    kind: str,
    name: str,
    properties: Body,
    versions: tuple[str, ...],
    more: Body,
) -> Iterator[Body]:
    yield {
        **_child(gallery, kind, name, properties),
        "type": f"{_COMPUTE}/galleries/{kind}",
        "location": place.region,
    }
    for number, version in enumerate(versions):
        published = {
            "targetRegions": [
                {"name": title, "regionalReplicaCount": 1}
                for title in ("UK South", "West Europe")[: 1 + number]
            ],
            "excludeFromLatest": version.endswith("-rc") or version == "3.0.0",
            "publishedDate": f"2026-0{number + 1}-12T09:30:00Z",
        }
        yield {
            **_child(
                f"{gallery}/{kind}/{name}", "versions", version, {"publishingProfile": published, **more}
            ),
            "type": f"{_COMPUTE}/galleries/{kind}/versions",
            "location": place.region,
        }


def _compute(place: GroupInventory) -> Iterator[Body]:
    keys = "Microsoft.KeyVault/vaults"
    for name, kind in (
        ("des-shop", "EncryptionAtRestWithCustomerKey"),
        ("des-double", "EncryptionAtRestWithPlatformAndCustomerKeys"),
        ("des-confidential", "ConfidentialVmEncryptedWithCustomerKey"),
    ):
        active = {
            "sourceVault": {"id": place.id(keys, "kv-shop")},
            "keyUrl": "https://kv-shop.vault.azure.net/keys/disks/1",
        }
        yield place.make(
            f"{_COMPUTE}/diskEncryptionSets", name, {"encryptionType": kind, "activeKey": active}
        )
    yield place.make(
        f"{_COMPUTE}/proximityPlacementGroups",
        "ppg-shop",
        {"proximityPlacementGroupType": "Standard", "intent": {"vmSizes": ["Standard_D4s_v5"]}},
        zones=["1"],
    )
    yield place.make(
        f"{_COMPUTE}/proximityPlacementGroups",
        "ppg-lab",
        {"proximityPlacementGroupType": "Standard"},
        region="westeurope",
    )
    yield place.make(f"{_COMPUTE}/capacityReservationGroups", "crg-shop", {}, zones=["1", "2", "3"])
    yield place.make(
        f"{_COMPUTE}/hostGroups",
        "hg-shop",
        {"platformFaultDomainCount": 2, "supportAutomaticPlacement": True},
        zones=["1"],
    )
    yield place.make(
        f"{_COMPUTE}/hostGroups",
        "hg-manual",
        {"platformFaultDomainCount": 1, "supportAutomaticPlacement": False},
    )
    for name, properties in (
        (
            "img-web",
            {
                "hyperVGeneration": "V2",
                "storageProfile": {"osDisk": {"osType": "Linux", "osState": "Generalized"}, "dataDisks": []},
            },
        ),
        (
            "img-win",
            {
                "hyperVGeneration": "V1",
                "storageProfile": {
                    "osDisk": {"osType": "Windows", "osState": "Generalized"},
                    "dataDisks": [{"lun": 0}],
                },
            },
        ),
    ):
        yield place.make(f"{_COMPUTE}/images", name, properties)
    yield place.make(
        f"{_COMPUTE}/images",
        "img-eu",
        {
            "hyperVGeneration": "V2",
            "storageProfile": {"osDisk": {"osType": "Linux", "osState": "Generalized"}},
        },
        region="westeurope",
    )
    yield place.make(
        f"{_COMPUTE}/sshPublicKeys",
        "key-ops",
        {"publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDt6e5M179Y8USAerDv0horwrOqIPgEIO8hYHKlUmiOU ops"},
    )
    yield from _gallery(
        place,
        "gal_shop",
        (
            (
                "web",
                {
                    "osType": "Linux",
                    "osState": "Generalized",
                    "hyperVGeneration": "V2",
                    "architecture": "x64",
                    "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}],
                },
                ("1.0.0", "1.1.0", "3.0.0"),
            ),
            (
                "web-arm",
                {
                    "osType": "Linux",
                    "osState": "Generalized",
                    "hyperVGeneration": "V2",
                    "architecture": "Arm64",
                },
                ("1.0.0",),
            ),
            (
                "batch",
                {
                    "osType": "Windows",
                    "osState": "Specialized",
                    "hyperVGeneration": "V2",
                    "architecture": "x64",
                },
                ("2.4.0",),
            ),
            (
                "empty",
                {
                    "osType": "Linux",
                    "osState": "Generalized",
                    "hyperVGeneration": "V1",
                    "architecture": "x64",
                },
                (),
            ),
        ),
        (
            ("agent", {"supportedOSType": "Linux"}, ("1.0.0", "1.1.0", "3.0.0")),
            ("scanner", {"supportedOSType": "Windows"}, ("2.0.0",)),
            ("draft", {"supportedOSType": "Linux"}, ()),
        ),
    )


_DELEGATED: Final = {
    "delegations": [{"name": "sql", "properties": {"serviceName": "Microsoft.Sql/managedInstances"}}]
}


def _development() -> Iterator[Body]:
    shop, lab, east = (GroupInventory(world.DEVELOPMENT, each) for each in ("rg-shop", "rg-lab", "myrg1"))
    usual: list[tuple[Any, ...]] = [
        (
            "web",
            "10.0.0.0/24",
            11,
            {"networkSecurityGroup": {"id": shop.id(f"{_NETWORK}/networkSecurityGroups", "nsg-web")}},
        ),
        ("app", "10.0.1.0/24", 249),
        ("batch", "10.0.4.0/22", 0, {"defaultOutboundAccess": False}),
        ("tiny", "10.0.2.0/28", 11),
        ("sql", "10.0.3.0/24", 3, _DELEGATED),
        ("gateway", "10.0.8.0/24", 2, {"applicationGatewayIPConfigurations": [{"id": "used"}]}),
        ("AzureBastionSubnet", "10.0.9.0/26", 2),
    ]
    yield _network(shop, "vnet1", "10.0.0.0/16", usual)
    yield _network(
        shop,
        "vnet-shop",
        "10.1.0.0/16",
        [
            ("web", "10.1.0.0/24", 4),
            ("gateway", "10.1.1.0/24", 1, {"applicationGatewayIPConfigurations": [{"id": "used"}]}),
        ],
    )
    yield _network(
        lab,
        "vnet-lab",
        "10.20.0.0/16",
        [
            ("default", "10.20.0.0/24", 7),
            ("dual", "10.20.2.0/24", 0, {"addressPrefixes": ["10.20.2.0/24", "fd00:20::/64"]}),
        ],
    )
    yield _network(east, "vnet-east", "10.30.0.0/16", [("default", "10.30.0.0/24")])
    yield from _of_the_first_page(east)
    network = f"{_NETWORK}/virtualNetworks/vnet1/subnets"
    yield _balancer(shop, "lb-shop", "Standard")
    yield _balancer(shop, "lb-internal", "Standard", subnet=shop.id(network, "app"))
    yield _balancer(shop, "lb-old", "Basic")
    yield _balancer(lab, "lb-lab", "Standard")
    yield _gateway(shop, "agw-shop", shop.id(network, "gateway"))
    yield _group(shop, "nsg-web", 3)
    yield _group(shop, "nsg-admin", 1)
    yield _group(lab, "nsg-lab", 2)
    for place, name in ((shop, "asg-web"), (shop, "asg-db"), (lab, "asg-lab")):
        yield place.make(f"{_NETWORK}/applicationSecurityGroups", name, {})
    yield shop.make(
        f"{_NETWORK}/publicIPPrefixes",
        "ippre-shop",
        {"prefixLength": 28, "publicIPAddressVersion": "IPv4", "ipPrefix": "20.90.0.0/28"},
        sku={"name": "Standard"},
        zones=["1", "2", "3"],
    )
    yield _vault(shop, "kv-shop", _CERTIFICATES)
    yield _vault(shop, "kv-private", (("tls-private", "application/x-pkcs12"),), deployment=False)
    yield _vault(lab, "kv-lab", (("tls-lab", "application/x-pkcs12"),))
    yield from _compute(shop)
    for place, name, number in ((shop, "id-web", 1), (shop, "id-batch", 2), (lab, "id-lab", 3)):
        yield place.make(
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            name,
            {
                "principalId": f"aaaaaaaa-0000-4000-8000-00000000000{number}",
                "clientId": f"bbbbbbbb-0000-4000-8000-00000000000{number}",
            },
        )


def _of_the_first_page(east: GroupInventory) -> Iterator[Body]:
    """What the examples of Microsoft's page *Create or update a scale set* refer to."""
    subnets: list[tuple[Any, ...]] = [
        ("subnet1", "10.31.0.0/24"),
        ("gateway", "10.31.1.0/24", 1, {"applicationGatewayIPConfigurations": [{"id": "used"}]}),
    ]
    yield _network(east, "vnet1", "10.31.0.0/16", subnets)
    gateway = east.id(f"{_NETWORK}/virtualNetworks/vnet1/subnets", "gateway")
    yield _balancer(east, "lb1", "Standard", pools=("pool1",))
    yield _gateway(east, "appGate1", gateway, pools=("pool1",))
    yield _vault(east, "mykeyvault1", (("web", "application/x-pkcs12"),))


def _production() -> Iterator[Body]:
    shop, network = (
        GroupInventory(world.PRODUCTION, "rg-shop-prod"),
        GroupInventory(world.PRODUCTION, "rg-network"),
    )
    yield _network(
        network, "vnet-prod", "10.100.0.0/16", [("web", "10.100.0.0/22", 310), ("app", "10.100.4.0/22", 120)]
    )
    yield _balancer(network, "lb-prod", "Standard")
    yield _group(network, "nsg-prod", 9)
    yield _vault(shop, "kv-prod", _CERTIFICATES)
    yield shop.make(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "id-shop-prod",
        {
            "principalId": "cccccccc-0000-4000-8000-000000000001",
            "clientId": "dddddddd-0000-4000-8000-000000000001",
        },
    )


def _shared() -> Iterator[Body]:
    hub = GroupInventory(world.SHARED, "rg-hub")
    yield _network(hub, "vnet-hub", "10.200.0.0/16", [("shared", "10.200.0.0/24", 90)])
    yield from _gallery(
        hub,
        "gal_hub",
        (
            (
                "base",
                {
                    "osType": "Linux",
                    "osState": "Generalized",
                    "hyperVGeneration": "V2",
                    "architecture": "x64",
                },
                ("2.0.0",),
            ),
        ),
    )


def _crowd(subnets: int) -> Iterator[Body]:
    """Networks full of subnets, for tests of great numbers."""
    place = GroupInventory(world.DEVELOPMENT, "rg-crowd")
    for number, start in enumerate(range(0, subnets, SUBNETS_A_NETWORK)):
        here: list[tuple[Any, ...]] = [
            (f"subnet-{each:04}", f"10.{number + 40}.{each // 4 % 256}.{each % 4 * 64}/26", each % 3)
            for each in range(start, min(subnets, start + SUBNETS_A_NETWORK))
        ]
        yield _network(place, f"vnet-crowd-{number}", f"10.{number + 40}.0.0/16", here)


_MAKERS: Final = {
    world.DEVELOPMENT: _development,
    world.PRODUCTION: _production,
    world.SHARED: _shared,
}


@cache
def resources(subscription: str, crowd: int = 0) -> dict[str, Body]:
    """The resources of a subscription by id in lower case. crowd: so many more subnets."""
    made = list(_MAKERS[subscription]()) if subscription in _MAKERS else []
    if crowd and subscription == world.DEVELOPMENT:
        made.extend(_crowd(crowd))
    found: dict[str, Body] = {}
    for body in made:
        for secret in body.pop("_secrets", ()):
            found[secret["id"].lower()] = {**secret, "type": "Microsoft.KeyVault/vaults/secrets"}
        found[body["id"].lower()] = body
        for kind, children in body["properties"].items():
            for child in children if isinstance(children, list) else ():
                if isinstance(child, dict) and str(child.get("id", "")).lower().startswith(
                    f"{body['id']}/{kind}/".lower()
                ):
                    found[child["id"].lower()] = {**child, "type": f"{body['type']}/{kind}"}
    return found


def known(memory: Memory, subscription: str) -> dict[str, Body]:
    """The resources of a subscription by id in lower case, with those that were put there."""
    start = f"/subscriptions/{subscription}/"
    added = {key: body for key, body in memory.added.items() if key.startswith(start)}
    made = resources(subscription, memory.subnets)
    return made | added if added else made


def find(memory: Memory, resource_id: str) -> Body | None:
    """The resource of an id, in any case; None when there is none."""
    key = resource_id.rstrip("/").lower()
    if key in memory.added:
        return memory.added[key]
    parts = key.split("/")
    return resources(parts[2], memory.subnets).get(key) if len(parts) > 2 else None


_REFERENCE: Final = re.compile(
    r"/?subscriptions/[^/]+/resourcegroups/[^/]+/providers/[^/]+(?:/[^/]+/[^/]+)+", re.IGNORECASE
)


def references(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The ids of resources in a scale set's body, each with the names that lead to it."""
    if path and path[-1] in {"tags", "settings", "protectedSettings"}:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if path and path[-1] == "userAssignedIdentities":
                yield from references(name, (*path, "id"))
            yield from references(inner, (*path, str(name)))
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner, path)
    elif (
        isinstance(value, str)
        and path
        and path[-1].lower().endswith(("id", "ids"))
        and _REFERENCE.fullmatch(value)
    ):
        yield ".".join(path), f"/{value.lstrip('/')}"


def is_reference(written: str) -> bool:
    """Whether a text is the id of a resource in a resource group."""
    return _REFERENCE.fullmatch(written) is not None


def gallery_versions(memory: Memory, written: str) -> list[Body]:
    """The versions that the id of something in a gallery stands for: one, or all when it names none or the latest."""
    parts = written.rstrip("/").split("/")
    if parts[-2].lower() == "versions":
        if parts[-1].lower() != "latest":
            found = find(memory, written)
            return [found] if found is not None else []
        parts = parts[:-2]
    start = f"{'/'.join(parts)}/versions/".lower()
    return [body for key, body in known(memory, parts[2].lower()).items() if key.startswith(start)]


def type_of(resource_id: str) -> str:
    """The type of a resource by its id: microsoft.network/virtualnetworks/subnets, in lower case."""
    after = resource_id.lower().rsplit("/providers/", 1)[-1].split("/")
    return "/".join([after[0], *after[1::2]])
