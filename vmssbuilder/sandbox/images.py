"""The sandbox's marketplace: images and extensions of publishers, as Azure names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """One SKU of an offer. plan: whether it is sold under terms that a scale set has to name.

    versions: those that were put there beside the ones made up by rule.
    """

    sku: str
    system: str = "Linux"
    generation: str = "V2"
    architecture: str = "x64"
    plan: bool = False
    disks: int = 0
    deprecated: bool = False
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtensionType:
    """One type of extension. versions: oldest first."""

    name: str
    system: str
    versions: tuple[str, ...]
    scale_sets: bool = True
    several: bool = False


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a publisher offers."""

    name: str
    offers: dict[str, tuple[Image, ...]] = field(default_factory=dict)
    extensions: tuple[ExtensionType, ...] = ()


def _windows(*skus: str) -> tuple[Image, ...]:
    second = ("g2", "gen2", "gensecond", "azure", "win11")
    return tuple(Image(sku, "Windows", "V2" if any(mark in sku for mark in second) else "V1") for sku in skus)


def _both(*skus: str) -> tuple[Image, ...]:
    """Each SKU for both generations, as Linux publishers have them."""
    return tuple(
        image
        for sku in skus
        for image in (Image(sku, generation="V1"), Image(f"{sku}-gen2", generation="V2"))
    )


_ALL: Final = (
    Publisher(
        "Canonical",
        {
            "ubuntu-24_04-lts": (
                Image("server"),
                Image("server-gen1", generation="V1"),
                Image("server-arm64", architecture="Arm64"),
                Image("minimal"),
                Image("minimal-gen1", generation="V1"),
                Image("minimal-arm64", architecture="Arm64"),
                Image("cvm"),
                Image("ubuntu-pro", plan=True),
            ),
            "0001-com-ubuntu-server-jammy": (
                Image("22_04-lts", generation="V1"),
                Image("22_04-lts-gen2"),
                Image("22_04-lts-arm64", architecture="Arm64"),
            ),
            "0001-com-ubuntu-server-focal": (
                Image("20_04-lts", generation="V1", deprecated=True),
                Image("20_04-lts-gen2", deprecated=True),
            ),
            "UbuntuServer": (
                Image("16.04-LTS", generation="V1", deprecated=True),
                Image("18.04-LTS", generation="V1", deprecated=True),
                Image("18_04-lts-gen2", deprecated=True),
            ),
        },
    ),
    Publisher(
        "MicrosoftWindowsServer",
        {
            "WindowsServer": _windows(
                "2025-datacenter-g2",
                "2025-datacenter-azure-edition",
                "2022-datacenter",
                "2022-datacenter-g2",
                "2022-datacenter-azure-edition",
                "2022-datacenter-azure-edition-core",
                "2022-datacenter-core-g2",
                "2022-datacenter-smalldisk-g2",
                "2019-Datacenter",
                "2019-datacenter-gensecond",
                "2019-Datacenter-Core",
                "2016-Datacenter",
                "2016-datacenter-gensecond",
                "2012-R2-Datacenter",
            ),
        },
    ),
    Publisher("MicrosoftWindowsDesktop", {"windows-11": _windows("win11-24h2-ent", "win11-24h2-avd")}),
    Publisher(
        "MicrosoftSQLServer",
        {"sql2022-ws2022": _windows("enterprise-gen2", "standard-gen2", "web-gen2", "sqldev-gen2")},
    ),
    Publisher(
        "MicrosoftCBLMariner",
        {"azure-linux-3": _both("azure-linux-3"), "cbl-mariner": _both("cbl-mariner-2")},
    ),
    Publisher(
        "RedHat",
        {
            "RHEL": (
                *_both("8-lvm", "9-lvm"),
                Image("9_4", generation="V1"),
                Image("94_gen2"),
                *_both("10-lvm"),
            ),
            "rhel-byos": (Image("rhel-lvm94-gen2", plan=True),),
        },
    ),
    Publisher(
        "SUSE",
        {
            "sles-15-sp6": (Image("gen1", generation="V1"), Image("gen2")),
            "sles-15-sp6-basic": (Image("gen1", generation="V1"), Image("gen2")),
            "opensuse-leap-15-6": (Image("gen1", generation="V1"), Image("gen2")),
        },
    ),
    Publisher(
        "Debian",
        {"debian-12": (*_both("12"), Image("12-arm64", architecture="Arm64")), "debian-11": _both("11")},
    ),
    Publisher(
        "almalinux",
        {
            "almalinux-x86_64": tuple(
                Image(f"{release}-gen{number}", generation=f"V{number}")
                for release in (8, 9)
                for number in (1, 2)
            ),
            "almalinux-arm": (Image("9-arm-gen2", architecture="Arm64"),),
        },
    ),
    Publisher("Oracle", {"Oracle-Linux": _both("ol89-lvm", "ol94-lvm")}),
    Publisher(
        "kinvolk",
        {
            "flatcar-container-linux-free": tuple(
                Image(sku, plan=True) for sku in ("stable-gen2", "beta-gen2", "lts-gen2")
            )
        },
    ),
    Publisher(
        "resf", {"rockylinux-x86_64": tuple(Image(sku, plan=True) for sku in ("8-base", "9-base", "9-lvm"))}
    ),
    Publisher(
        "nginxinc",
        {
            "nginx-plus-ent-v1": tuple(
                Image(sku, plan=True) for sku in ("nginx-plus-ent-ubuntu2204", "nginx-plus-ent-rhel9")
            )
        },
    ),
    Publisher(
        "paloaltonetworks",
        {"vmseries-flex": tuple(Image(sku, plan=True) for sku in ("byol-gen2", "bundle1", "bundle2"))},
    ),
    Publisher(
        "fortinet",
        {
            "fortinet_fortigate-vm_v5": (
                Image("fortinet_fg-vm", plan=True, disks=1),
                Image("fortinet_fg-vm_payg_2023", plan=True, disks=1),
            )
        },
    ),
    Publisher(
        "f5-networks", {"f5-big-ip-byol": (Image("f5-big-all-2slot-byol", plan=True, generation="V1"),)}
    ),
    Publisher(
        "center-for-internet-security-inc", {"cis-ubuntu": (Image("cis-ubuntulinux2204-l1-gen2", plan=True),)}
    ),
    Publisher("bitnami", {"wordpress": (Image("6-5", plan=True, deprecated=True),)}),
    Publisher("microsoft-dsvm", {"ubuntu-2204": (Image("2204-gen2"),), "ubuntu-hpc": (Image("2204"),)}),
    Publisher(
        "Microsoft.Azure.Extensions",
        extensions=(
            ExtensionType("CustomScript", "Linux", ("2.0.7", "2.1.3", "2.1.6", "2.1.10", "2.1.13")),
            ExtensionType("DockerExtension", "Linux", ("1.2.2",), scale_sets=False),
        ),
    ),
    Publisher(
        "Microsoft.Compute",
        extensions=(
            ExtensionType(
                "CustomScriptExtension", "Windows", ("1.8", "1.9.5", "1.10.12", "1.10.15", "1.10.17")
            ),
            ExtensionType("BGInfo", "Windows", ("2.1", "2.2.5")),
            ExtensionType("VMAccessAgent", "Windows", ("2.4.2", "2.4.8")),
            ExtensionType("JsonADDomainExtension", "Windows", ("1.0", "1.3.9", "1.3.12")),
        ),
    ),
    Publisher(
        "Microsoft.ManagedServices",
        extensions=(
            ExtensionType("ApplicationHealthLinux", "Linux", ("1.0.5", "1.0.10", "2.0.4", "2.0.16")),
            ExtensionType("ApplicationHealthWindows", "Windows", ("1.0.9", "1.0.14", "2.0.3", "2.0.11")),
        ),
    ),
    Publisher(
        "Microsoft.Azure.Monitor",
        extensions=(
            ExtensionType("AzureMonitorLinuxAgent", "Linux", ("1.21.0", "1.29.4", "1.33.1", "1.35.2")),
            ExtensionType("AzureMonitorWindowsAgent", "Windows", ("1.10.0", "1.22.0", "1.30.0", "1.34.1")),
        ),
    ),
    Publisher(
        "Microsoft.Azure.KeyVault",
        extensions=(
            ExtensionType("KeyVaultForLinux", "Linux", ("2.0.2345.1", "2.2.3", "3.0.1347.9", "3.4.2")),
            ExtensionType("KeyVaultForWindows", "Windows", ("1.0.2345.1", "3.0.1", "3.4.1")),
        ),
    ),
    Publisher(
        "Microsoft.Azure.ActiveDirectory",
        extensions=(
            ExtensionType("AADSSHLoginForLinux", "Linux", ("1.0.1588.3", "1.0.2701.1")),
            ExtensionType("AADLoginForWindows", "Windows", ("1.0.0", "2.2.0")),
        ),
    ),
    Publisher(
        "Microsoft.Azure.Security",
        extensions=(ExtensionType("IaaSAntimalware", "Windows", ("1.5.5", "1.6.9", "1.7.4")),),
    ),
    Publisher(
        "Microsoft.Azure.Security.LinuxAttestation",
        extensions=(ExtensionType("GuestAttestation", "Linux", ("1.0.5", "1.0.10")),),
    ),
    Publisher(
        "Microsoft.Powershell", extensions=(ExtensionType("DSC", "Windows", ("2.77", "2.80", "2.83.5")),)
    ),
    Publisher(
        "Microsoft.GuestConfiguration",
        extensions=(
            ExtensionType("ConfigurationforLinux", "Linux", ("1.26.24", "1.26.89")),
            ExtensionType("ConfigurationForWindows", "Windows", ("1.29.10", "1.29.82")),
        ),
    ),
    Publisher(
        "Microsoft.CPlat.Core",
        extensions=(
            ExtensionType("RunCommandLinux", "Linux", ("1.0.0", "1.0.5"), scale_sets=False),
            ExtensionType("RunCommandWindows", "Windows", ("1.1.0", "1.1.15"), scale_sets=False),
            ExtensionType("RunCommandHandlerLinux", "Linux", ("1.3.2", "1.3.22"), several=True),
        ),
    ),
    Publisher(
        "Microsoft.HpcCompute",
        extensions=(
            ExtensionType("NvidiaGpuDriverLinux", "Linux", ("1.6.0", "1.11.0")),
            ExtensionType("NvidiaGpuDriverWindows", "Windows", ("1.6.0", "1.8.0")),
        ),
    ),
    Publisher(
        "Microsoft.OSTCExtensions",
        extensions=(ExtensionType("VMAccessForLinux", "Linux", ("1.4.0.0", "1.5.11")),),
    ),
    Publisher(
        "Microsoft.EnterpriseCloud.Monitoring",
        extensions=(ExtensionType("OmsAgentForLinux", "Linux", ("1.13.40", "1.19.0")),),
    ),
)

PUBLISHERS: Final = {each.name.lower(): each for each in _ALL}


def find(
    publishers: Mapping[str, Publisher], publisher: str, offer: str, sku: str
) -> tuple[Publisher, str, Image] | None:
    """Publisher, offer as it is spelled, and image, by names in any case; None when there is none."""
    seller = publishers.get(publisher.lower())
    for spelled, skus in seller.offers.items() if seller else ():
        for image in skus if spelled.lower() == offer.lower() else ():
            if seller and image.sku.lower() == sku.lower():
                return seller, spelled, image
    return None


def versions_of(publisher: str, offer: str, image: Image) -> tuple[str, ...]:
    """The versions of an image, oldest first. They differ from one image to the next."""
    made = _versions(f"{publisher}/{offer}/{image.sku}".lower(), windows=image.system == "Windows")
    return (*image.versions, *made)


@cache
def _versions(name: str, *, windows: bool) -> tuple[str, ...]:
    seed = sum(name.encode())
    months = [(2025 + (month // 12), month % 12 + 1) for month in range(seed % 4, 22)]
    if windows:
        return tuple(
            f"20348.{2000 + seed % 700 + number * 37}.{year % 100}{month:02}{5 + seed % 9:02}"
            for number, (year, month) in enumerate(months)
        )
    return tuple(f"{20 + seed % 5}.04.{year}{month:02}{10 + seed % 18:02}0" for year, month in months)
