"""Cases of scaleset/rules/network.py."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.scaleset.request import Target

from . import (
    COMPUTE,
    EXTENSIONS,
    GONE,
    GROUP,
    IMAGE,
    IP,
    IPS,
    NET,
    NETWORK,
    NIC,
    NICS,
    PROFILE,
    SUBNET,
    Case,
    Cases,
    flexible,
    linux,
    patch,
)

_HERE: Final = Target("11111111-2222-3333-4444-555555555555", "rg-shop", "web")
_OTHER: Final = "99999999-2222-3333-4444-555555555555"
_PUBLIC: Final = f"{IP}.publicIPAddressConfiguration"
_BACKEND: Final = f"{IP}.loadBalancerBackendAddressPools"
_NAT: Final = f"{IP}.loadBalancerInboundNatPools"
_GATEWAY: Final = f"{IP}.applicationGatewayBackendAddressPools"
_PROBE: Final = f"{NET}.healthProbe.id"


def _elsewhere(identifier: str) -> str:
    return identifier.replace("11111111-2222-3333-4444-555555555555", _OTHER)


def _pool(balancer: str = "lb", name: str = "web") -> dict[str, str]:
    return {"id": f"{NETWORK}/loadBalancers/{balancer}/backendAddressPools/{name}"}


def _nat(balancer: str = "lb") -> dict[str, str]:
    return {"id": f"{NETWORK}/loadBalancers/{balancer}/inboundNatPools/ssh"}


def _probe(balancer: str = "lb") -> str:
    return f"{NETWORK}/loadBalancers/{balancer}/probes/http"


def _configuration(name: str = "ip", subnet: str = SUBNET, **more: Any) -> dict[str, Any]:
    return {"name": name, "properties": {"subnet": {"id": subnet}, **more}}


def _nic(name: str = "nic", primary: Any = False, subnet: str = SUBNET) -> dict[str, Any]:
    marked = {} if primary is None else {"primary": primary}
    return {"name": name, "properties": {**marked, "ipConfigurations": [_configuration(subnet=subnet)]}}


def _two(**more: Any) -> Case:
    return linux({NICS: [_nic("a", True), _nic(**{"name": "b"} | more)]})


def _pair(first: Any, second: Any) -> Case:
    """Two IP configurations with these primary marks."""
    configurations = [_configuration("a"), _configuration("b")]
    for configuration, mark in zip(configurations, (first, second), strict=True):
        if mark is not None:
            configuration["properties"]["primary"] = mark
    return linux({IPS: configurations})


CASES: Final = {
    "nic-required": Cases(
        breaks=[(NICS, linux({NICS: []})), (NICS, linux({NET: GONE})), (NICS, flexible({NET: GONE}))],
        fine=[
            linux(),
            flexible({NICS: []}),
            flexible({PROFILE: GONE, "sku": GONE}),
            patch({"sku.capacity": 3}),
        ],
    ),
    "nic-name-required": Cases(
        breaks=[
            (f"{NICS}[0].name", linux({f"{NICS}[0].name": GONE})),
            (f"{NICS}[0].name", linux({f"{NICS}[0].name": ""})),
        ],
        fine=[linux()],
    ),
    "nic-name-unique": Cases(
        breaks=[(f"{NICS}[1].name", _two(name="A"))],
        fine=[
            _two(),
            linux(),
            linux({NICS: [_nic("{nic}", True), _nic("{nic}")]}),
            linux({NICS: [_nic("", True), _nic("")]}),
        ],
    ),
    "nic-one-primary": Cases(
        breaks=[
            (f"{NIC}.primary", linux({f"{NIC}.primary": GONE})),
            (f"{NIC}.primary", linux({f"{NIC}.primary": False})),
            (f"{NIC}.primary", linux({NICS: [_nic("a", None), _nic("b", None)]})),
            (f"{NICS}[1].properties.primary", _two(primary=True)),
        ],
        fine=[
            linux(),
            _two(),
            _two(primary=None),
            linux({NICS: [_nic("a"), _nic("b", True)]}),
            linux({NICS: []}),
        ],
    ),
    "nic-same-vnet": Cases(
        breaks=[
            (
                f"{NICS}[1].properties.ipConfigurations[0].properties.subnet.id",
                _two(subnet=SUBNET.replace("vnet-shop", "vnet-other")),
            ),
        ],
        fine=[
            _two(),
            _two(subnet=SUBNET.upper() + "2"),
            _two(subnet="/subscriptions/{subscription-id}/subnets/a"),
            _two(subnet=""),
            linux(),
        ],
    ),
    "ipconfig-required": Cases(
        breaks=[(IPS, linux({IPS: []})), (IPS, linux({IPS: GONE})), (IPS, linux({NIC: GONE}))], fine=[linux()]
    ),
    "ipconfig-name-required": Cases(
        breaks=[(f"{IPS}[0].name", linux({f"{IPS}[0].name": GONE}))], fine=[linux()]
    ),
    "ipconfig-name-unique": Cases(
        breaks=[(f"{IPS}[1].name", linux({f"{IPS}[1]": _configuration("IP")}))],
        fine=[
            linux({f"{IPS}[1]": _configuration("ip2")}),
            linux({IPS: [{}, {}]}),
            _two(),
            linux({IPS: GONE}),
        ],
    ),
    "ipconfig-one-primary": Cases(
        breaks=[
            (f"{IP}.primary", _pair(None, None)),
            (f"{IP}.primary", _pair(False, None)),
            (f"{IPS}[1].properties.primary", _pair(True, True)),
            (f"{IP}.primary", linux({f"{IP}.primary": False})),
        ],
        fine=[
            linux(),
            linux({f"{IP}.primary": True}),
            _pair(True, None),
            _pair(None, True),
            _pair(False, True),
            linux({IPS: []}),
            linux({f"{IPS}[1]": _configuration("b")}, version="2016-04-30-preview"),
        ],
    ),
    "subnet-required": Cases(
        breaks=[
            (f"{IP}.subnet.id", linux({f"{IP}.subnet": GONE})),
            (f"{IP}.subnet.id", linux({f"{IP}.subnet.id": GONE})),
            (f"{IP}.subnet.id", linux({f"{IP}.subnet": GONE, f"{IP}.privateIPAddressVersion": "IPv4"})),
        ],
        fine=[linux(), linux({f"{IP}.subnet": GONE, f"{IP}.privateIPAddressVersion": "IPv6"})],
    ),
    "subnet-id-format": Cases(
        breaks=[
            (f"{IP}.subnet.id", linux({f"{IP}.subnet.id": value}))
            for value in (
                "web",
                f"{NETWORK}/virtualNetworks/vnet-shop",
                f"{COMPUTE}/virtualNetworks/v/subnets/s",
                SUBNET + "/x",
            )
        ],
        fine=[linux(), linux({f"{IP}.subnet.id": SUBNET.lower()}), linux({f"{IP}.subnet.id": "{subnet}"})],
    ),
    "subnet-gateway": Cases(
        breaks=[(f"{IP}.subnet.id", linux({f"{IP}.subnet.id": SUBNET.replace("/web", "/gatewaysubnet")}))],
        fine=[
            linux(),
            linux({f"{IP}.subnet.id": SUBNET.replace("/web", "/my-GatewaySubnet")}),
            linux({f"{IP}.subnet": {}}),
        ],
    ),
    "subnet-region": Cases(
        breaks=[(f"{IP}.subnet.id", linux({f"{IP}.subnet.id": _elsewhere(SUBNET)}, target=_HERE))],
        fine=[
            linux(target=_HERE),
            linux({f"{IP}.subnet.id": _elsewhere(SUBNET)}),
            linux({f"{IP}.subnet.id": _elsewhere(SUBNET)}, target=Target("{subscription-id}")),
            linux({f"{IP}.subnet.id": _elsewhere(SUBNET)}, target=Target()),
            linux({f"{IP}.subnet.id": "web"}, target=_HERE),
            linux({f"{IP}.subnet": {}}, target=_HERE),
        ],
    ),
    "ipv6-version": Cases(
        breaks=[
            (IPS, linux({f"{IP}.privateIPAddressVersion": "IPv6"})),
            (
                f"{IP}.privateIPAddressVersion",
                linux(
                    {
                        IPS: [
                            _configuration("a", primary=True, privateIPAddressVersion="IPv6"),
                            _configuration("b"),
                        ]
                    }
                ),
            ),
        ],
        fine=[
            linux(),
            linux({f"{IP}.privateIPAddressVersion": "IPv4"}),
            linux({f"{IP}.primary": True, f"{IPS}[1]": _configuration("b", privateIPAddressVersion="IPv6")}),
        ],
    ),
    "lb-pool-id": Cases(
        breaks=[
            (f"{_BACKEND}[0].id", linux({_BACKEND: [{"id": "web"}]})),
            (f"{_BACKEND}[1].id", linux({_BACKEND: [_pool(), _nat()]})),
        ],
        fine=[linux({_BACKEND: [_pool(), {}, {"id": "{pool}"}]}), linux()],
    ),
    "natpool-id": Cases(
        breaks=[(f"{_NAT}[0].id", linux({_NAT: [_pool()]}))],
        fine=[linux({_NAT: [_nat(), {"id": "{pool}"}]}), linux()],
    ),
    "appgw-pool-id": Cases(
        breaks=[(f"{_GATEWAY}[0].id", linux({_GATEWAY: [_pool()]}))],
        fine=[
            linux({_GATEWAY: [{"id": f"{NETWORK}/applicationGateways/gw/backendAddressPools/web"}]}),
            linux(),
        ],
    ),
    "lb-one-public-one-internal": Cases(
        breaks=[(_BACKEND, linux({_BACKEND: [_pool("a"), _pool("b"), _pool("c")]}))],
        fine=[
            linux({_BACKEND: [_pool("a"), _pool("B"), _pool("A", "x"), _pool("b", "y")]}),
            linux({_BACKEND: [_pool("a"), _pool("b"), {"id": "{x}/{y}/{z}"}]}),
            linux(),
        ],
    ),
    "natpool-same-lb": Cases(
        breaks=[(f"{_NAT}[0].id", linux({_BACKEND: [_pool()], _NAT: [_nat("other")]}))],
        fine=[
            linux({_BACKEND: [_pool()], _NAT: [_nat("LB")]}),
            linux({_NAT: [_nat()]}),
            linux({_BACKEND: [_pool()], _NAT: [{"id": "{nat}"}]}),
            linux({_BACKEND: [_pool()]}),
        ],
    ),
    "healthprobe-id": Cases(
        breaks=[
            (_PROBE, linux({_PROBE: "http"})),
            (_PROBE, linux({_PROBE: _probe(), _BACKEND: [_pool("other")]})),
            (_PROBE, linux({_PROBE: _probe()})),
            (_PROBE, patch({_PROBE: _pool()["id"]})),
            (_PROBE, linux({_PROBE: _probe(), _BACKEND: [_pool("other")]}, operation="update")),
        ],
        fine=[
            linux({_PROBE: _probe("LB"), _BACKEND: [_pool("other"), _pool()]}),
            linux({_PROBE: _probe(), _NAT: [_nat()]}),
            linux({_PROBE: _probe(), _BACKEND: [{"id": "{pool}"}]}),
            linux({_PROBE: "{probe}"}),
            patch({_PROBE: _probe()}),
            linux(),
        ],
    ),
    "nsg-id": Cases(
        breaks=[(f"{NIC}.networkSecurityGroup.id", linux({f"{NIC}.networkSecurityGroup.id": SUBNET}))],
        fine=[
            linux({f"{NIC}.networkSecurityGroup.id": f"{NETWORK}/networkSecurityGroups/web"}),
            linux({f"{NIC}.networkSecurityGroup.id": "{nsg}"}),
            linux({f"{NIC}.networkSecurityGroup": {}}),
            linux(),
        ],
    ),
    "asg-max-20": Cases(
        breaks=[
            (
                f"{IP}.applicationSecurityGroups",
                linux({f"{IP}.applicationSecurityGroups": [{"id": "a"}] * 21}),
            )
        ],
        fine=[linux({f"{IP}.applicationSecurityGroups": [{"id": "a"}] * 20}), linux()],
    ),
    "public-ip-name": Cases(
        breaks=[
            (f"{_PUBLIC}.name", linux({_PUBLIC: {}})),
            (f"{_PUBLIC}.name", linux({_PUBLIC: {"name": ""}})),
        ],
        fine=[linux({_PUBLIC: {"name": "public"}}), linux()],
    ),
    "public-ip-idle": Cases(
        breaks=[
            (
                f"{_PUBLIC}.properties.idleTimeoutInMinutes",
                linux({f"{_PUBLIC}.properties.idleTimeoutInMinutes": minutes}),
            )
            for minutes in (3, 31)
        ],
        fine=[linux({f"{_PUBLIC}.properties.idleTimeoutInMinutes": minutes}) for minutes in (4, 30)]
        + [linux()],
    ),
    "public-ip-dns-label": Cases(
        breaks=[
            (
                f"{_PUBLIC}.properties.dnsSettings.domainNameLabel",
                linux({f"{_PUBLIC}.properties.dnsSettings.domainNameLabel": label}),
            )
            for label in ("ab", "a" * 27, "Web", "1web", "web-", "w_b")
        ],
        fine=[
            linux({f"{_PUBLIC}.properties.dnsSettings.domainNameLabel": label})
            for label in ("abc", "a" * 26, "web-1", "{label}", "")
        ]
        + [linux()],
        grades=[
            (linux({f"{_PUBLIC}.properties.dnsSettings.domainNameLabel": label}), grade)
            for label, grade in (
                ("a" * 27, "warning"),
                ("a" * 63, "warning"),
                ("a" * 64, "overridable"),
                ("a" * 27 + "-", "overridable"),
                ("ab", "overridable"),
            )
        ],
    ),
    "public-ip-500": Cases(
        breaks=[(_PUBLIC, linux({"sku.capacity": 501, _PUBLIC: {"name": "public"}}))],
        fine=[
            linux({"sku.capacity": 500, _PUBLIC: {"name": "public"}}),
            linux({"sku.capacity": 501}),
            linux({"sku.capacity": GONE, _PUBLIC: {"name": "public"}}),
        ],
    ),
    "public-ip-basic": Cases(
        breaks=[
            (f"{_PUBLIC}.sku.name", linux({f"{_PUBLIC}.sku.name": "Basic"})),
            (f"{_PUBLIC}.sku.name", flexible({f"{_PUBLIC}.sku.name": "basic"})),
            (f"{_PUBLIC}.sku.name", linux({f"{_PUBLIC}.sku.name": "Basic", _BACKEND: [_pool()]})),
            (f"{_PUBLIC}.sku.name", linux({f"{_PUBLIC}.name": "public"})),
            (f"{_PUBLIC}.sku.name", linux({f"{_PUBLIC}.sku.tier": "Regional"})),
        ],
        fine=[
            linux({f"{_PUBLIC}.sku.name": "Standard"}),
            linux({f"{_PUBLIC}.sku.name": "{sku}"}),
            linux({f"{_PUBLIC}.name": "public", _BACKEND: [_pool()]}),
            linux({f"{_PUBLIC}.name": "public", _NAT: [_nat()]}),
            linux({f"{_PUBLIC}.name": "public"}, version="2020-12-01"),
            flexible(),
            patch({f"{_PUBLIC}.name": "public"}),
            linux(),
        ],
        grades=[
            (linux({f"{_PUBLIC}.sku.name": "Basic"}), "error"),
            (linux({f"{_PUBLIC}.name": "public"}), "warning"),
        ],
    ),
    "public-ip-lb-sku": Cases(
        breaks=[
            (f"{_PUBLIC}.sku", linux({f"{_PUBLIC}.sku.name": "Standard", _BACKEND: [_pool()]})),
            (f"{_PUBLIC}.sku", linux({f"{_PUBLIC}.sku.name": "Standard", _NAT: [_nat()]})),
        ],
        fine=[
            linux({f"{_PUBLIC}.sku.name": "Standard"}),
            linux({f"{_PUBLIC}.name": "public", _BACKEND: [_pool()]}),
            linux({f"{_PUBLIC}.sku.name": "Standard", _BACKEND: []}),
        ],
    ),
    "dns-servers": Cases(
        breaks=[
            (
                f"{NIC}.dnsSettings.dnsServers[1]",
                linux({f"{NIC}.dnsSettings.dnsServers": ["10.0.0.4", value]}),
            )
            for value in ("dns.example.com", "10.0.0", "")
        ],
        fine=[
            linux({f"{NIC}.dnsSettings.dnsServers": ["10.0.0.4", "fd00::4", "{dns server}"]}),
            linux({f"{NIC}.dnsSettings": {}}),
            linux(),
        ],
    ),
    "aux-mode-sku": Cases(
        breaks=[
            (f"{NIC}.auxiliarySku", linux({f"{NIC}.auxiliaryMode": "AcceleratedConnections"})),
            (
                f"{NIC}.auxiliarySku",
                linux({f"{NIC}.auxiliaryMode": "Floating", f"{NIC}.auxiliarySku": "None"}),
            ),
            (f"{NIC}.auxiliaryMode", linux({f"{NIC}.auxiliarySku": "A1"})),
            (
                f"{NET}.networkApiVersion",
                flexible({f"{NIC}.auxiliaryMode": "Floating", f"{NIC}.auxiliarySku": "A1"}),
            ),
        ],
        fine=[
            linux({f"{NIC}.auxiliaryMode": "Floating", f"{NIC}.auxiliarySku": "A1"}),
            linux({f"{NIC}.auxiliaryMode": "None"}),
            flexible(
                {
                    f"{NIC}.auxiliaryMode": "Floating",
                    f"{NIC}.auxiliarySku": "A1",
                    f"{NET}.networkApiVersion": "2022-11-01",
                }
            ),
            flexible(),
        ],
    ),
    "id-cross-subscription": Cases(
        breaks=[
            (f"{_BACKEND}[0].id", linux({_BACKEND: [{"id": _elsewhere(_pool()["id"])}]}, target=_HERE)),
            (
                "properties.proximityPlacementGroup.id",
                linux({"properties.proximityPlacementGroup.id": _elsewhere(COMPUTE)}, target=_HERE),
            ),
        ],
        fine=[
            linux(
                {_BACKEND: [_pool(), {"id": "x/y/z/w"}, {"id": "/subscriptions/{x}/y"}, {"id": "x"}]},
                target=_HERE,
            ),
            linux({"properties.proximityPlacementGroup.id": GROUP.upper()}, target=_HERE),
            linux({_BACKEND: [{"id": _elsewhere(_pool()["id"])}]}),
            linux({_BACKEND: [{"id": _elsewhere(_pool()["id"])}]}, target=Target()),
            linux({f"{IP}.subnet.id": _elsewhere(SUBNET)}, target=_HERE),
            linux({IMAGE: {"id": _elsewhere(f"{COMPUTE}/images/golden")}}, target=_HERE),
            *(
                linux({f"{EXTENSIONS}[0].properties.{member}": {"id": _elsewhere(COMPUTE)}}, target=_HERE)
                for member in ("settings", "protectedSettings")
            ),
            linux({_BACKEND: [{"id": f"/subscriptions/{_OTHER}"}]}, target=_HERE),
            linux({_BACKEND: [{"id": f"/providers/{_OTHER}/x"}]}, target=_HERE),
            linux({f"{PROFILE}.capacityReservation.capacityReservationGroup": {}}, target=_HERE),
        ],
    ),
}
