"""Ten shapes of request that a picture has to get right, and the sentences that it tells of each."""

from __future__ import annotations

from typing import Any, Final

_GROUP: Final = "/subscriptions/5f9d3f34-6a4b-4a4e-9a0b-6d7c3d1e2f10/resourceGroups/rg-shop/providers"
_NETWORK: Final = f"{_GROUP}/Microsoft.Network"
_IMAGE: Final = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}


def _ids(kind: str, holder: str, *pools: str) -> list[dict[str, str]]:
    return [{"id": f"{_NETWORK}/{kind}/{holder}/backendAddressPools/{pool}"} for pool in pools]


def interface(name: str, subnet: str = "vnet1/web", **properties: Any) -> dict[str, Any]:
    """A network interface with one address. properties: more of the address."""
    network, _, inner = subnet.partition("/")
    place = {"id": f"{_NETWORK}/virtualNetworks/{network}/subnets/{inner}"}
    return {
        "name": name,
        "properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": place, **properties}}]},
    }


def request(
    *interfaces: dict[str, Any],
    size: str = "Standard_D2s_v5",
    capacity: Any = 3,
    zones: list[str] | None = None,
    image: Any = None,
    storage: dict[str, Any] | None = None,
    profile: dict[str, Any] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    """A Linux scale set in one region. storage, profile, properties: more of these objects."""
    disk = {"createOption": "FromImage", "managedDisk": {"storageAccountType": "Premium_LRS"}}
    made: dict[str, Any] = {
        "location": "uksouth",
        "sku": {"name": size, "capacity": capacity},
        "properties": {
            "virtualMachineProfile": {
                "osProfile": {"linuxConfiguration": {}},
                "storageProfile": {"imageReference": image or _IMAGE, "osDisk": disk, **(storage or {})},
                "networkProfile": {"networkInterfaceConfigurations": list(interfaces)},
                **(profile or {}),
            },
            **properties,
        },
    }
    return made if zones is None else {**made, "zones": zones}


def _data_disk(lun: int, gigabytes: int, kind: str) -> dict[str, Any]:
    return {"lun": lun, "diskSizeGB": gigabytes, "managedDisk": {"storageAccountType": kind}}


_WEB: Final = _ids("loadBalancers", "lb-web", "web")
_MADE_OF: Final = [
    "The image is Canonical ubuntu-24_04-lts server.",
    "The OS disk of each is Premium SSD.",
]
_IN_WEB: Final = "The network is the subnet web of vnet1."
_SPREAD: Final = "Azure spreads them over the zones 1, 2 and 3, as evenly as it can."

SHAPES: Final[dict[str, tuple[dict[str, Any], list[str]]]] = {
    "three zones behind a load balancer": (
        request(interface("nic", loadBalancerBackendAddressPools=_WEB), zones=["1", "2", "3"]),
        [
            "3 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            _SPREAD,
            "The load balancer lb-web sends traffic, into the pool web.",
            _IN_WEB,
            *_MADE_OF,
        ],
    ),
    "Flexible": (
        request(interface("nic"), orchestrationMode="Flexible", capacity=1),
        [
            "1 Linux instance of Standard_D2s_v5 in uksouth, Flexible orchestration.",
            "No zones are chosen.",
            _IN_WEB,
            *_MADE_OF,
        ],
    ),
    "no network": (
        request(zones=["2"]),
        [
            "3 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            "All in zone 2.",
            "No subnet is chosen.",
            *_MADE_OF,
        ],
    ),
    "an application gateway and public addresses": (
        request(
            interface(
                "nic",
                applicationGatewayBackendAddressPools=_ids("applicationGateways", "agw-shop", "shop"),
                publicIPAddressConfiguration={"name": "pip"},
            )
        ),
        [
            "3 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            "No zones are chosen.",
            "The application gateway agw-shop sends traffic, into the pool shop.",
            "Each instance has a public address of its own.",
            _IN_WEB,
            *_MADE_OF,
        ],
    ),
    "a mix of Spot and regular, of several sizes": (
        request(
            interface("nic"),
            size="Mix",
            capacity=10,
            zones=["1", "2", "3"],
            profile={"priority": "Spot"},
            orchestrationMode="Flexible",
            priorityMixPolicy={"baseRegularPriorityCount": 2, "regularPriorityPercentageAboveBase": 25},
            skuProfile={"vmSizes": [{"name": "Standard_D2s_v5"}, {"name": "Standard_D4s_v5"}]},
        ),
        [
            "10 Linux instances of Standard_D2s_v5 and Standard_D4s_v5 in uksouth, Flexible orchestration.",
            "6 of them are Spot, 4 regular.",
            _SPREAD,
            _IN_WEB,
            *_MADE_OF,
        ],
    ),
    "an image from a gallery, Windows": (
        request(
            interface("nic"),
            image={"id": f"{_GROUP}/Microsoft.Compute/galleries/gal1/images/golden/versions/1.2.0"},
            storage={"osDisk": {"osType": "Windows", "diffDiskSettings": {"option": "Local"}}},
        ),
        [
            "3 Windows instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            "No zones are chosen.",
            _IN_WEB,
            "The image is golden of the gallery gal1, version 1.2.0.",
            "The OS disk of each is ephemeral, on the host.",
        ],
    ),
    "data disks": (
        request(
            interface("nic"),
            storage={
                "dataDisks": [
                    _data_disk(0, 128, "Premium_LRS"),
                    _data_disk(1, 128, "Premium_LRS"),
                    _data_disk(2, 1_024, "UltraSSD_LRS"),
                ]
            },
        ),
        [
            "3 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            "No zones are chosen.",
            _IN_WEB,
            *_MADE_OF,
            "Each has 2 data disks (Premium SSD, 128 GB) and 1 data disk (Ultra Disk, 1,024 GB).",
        ],
    ),
    "many instances": (
        request(
            interface("nic", loadBalancerBackendAddressPools=_WEB), capacity=1_000, zones=["1", "2", "3"]
        ),
        [
            "1,000 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            _SPREAD,
            "The load balancer lb-web sends traffic, into the pool web.",
            _IN_WEB,
            *_MADE_OF,
        ],
    ),
    "pools of several interfaces": (
        request(
            interface("front", loadBalancerBackendAddressPools=_WEB),
            interface(
                "back",
                "vnet1/admin",
                loadBalancerBackendAddressPools=_ids("loadBalancers", "lb-web", "admin"),
            ),
            interface(
                "logs", "vnet1/admin", loadBalancerBackendAddressPools=_ids("loadBalancers", "lb-in", "all")
            ),
        ),
        [
            "3 Linux instances of Standard_D2s_v5 in uksouth, Uniform orchestration.",
            "No zones are chosen.",
            "The load balancer lb-web sends traffic, into the pools web (front) and admin (back).",
            "The load balancer lb-in sends traffic, into the pool all (logs).",
            "The network is the subnets web of vnet1 and admin of vnet1 (2 interfaces of each instance).",
            *_MADE_OF,
        ],
    ),
    "only a region": (
        {"location": "uksouth"},
        [
            "An unknown number of instances, no size chosen yet in uksouth, Uniform orchestration.",
            "No zones are chosen.",
            "No subnet is chosen.",
            "No image is chosen.",
        ],
    ),
}
