"""Images that most scale sets start from: a table of facts, held against what a region really has.

Azure has no search over its marketplace: it lists publishers, the offers of one, and the SKUs of one of these. The table
says where to look, and how to read names that say in their own way what an image is. Source: `az vm image list --all` and
learn.microsoft.com, "Find Azure Marketplace image information using the Azure CLI".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class ImageName:
    """What the names of a marketplace image say. generation: "V1", "V2" or "" when they do not; architecture likewise.

    plan: whether it is sold under terms that the request has to name, None when the names do not tell.
    """

    title: str
    system: str = ""
    generation: str = ""
    architecture: str = ""
    plan: bool | None = None


@dataclass(frozen=True, slots=True)
class PopularImages:
    """Offers of a publisher by pattern. title: from the matches of offer and SKU; "" for a SKU to pass over.

    generation: of SKUs whose names do not say it.
    """

    publisher: str
    offer: re.Pattern[str]
    title: Callable[[Match, str], str]
    system: str = "Linux"
    generation: str = "V1"
    plan: bool = False


def _offer(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# --- names in words --------------------------------------------------------------------------------------------------

_EDITIONS: Final = {
    "minimal": "minimal",
    "pro": "Pro",
    "cvm": "confidential VM",
    "fips": "FIPS",
    "daily": "daily build",
}


def _edition(words: list[str], known: Mapping[str, str] = _EDITIONS) -> str:
    found = [known[each] for each in words if each in known]
    return f", {', '.join(dict.fromkeys(found))}" if found else ""


def _words(sku: str) -> list[str]:
    return re.split(r"[-_.]", sku.lower())


def _ubuntu(offer: Match, sku: str) -> str:
    lts = " LTS" if "lts" in offer[0].lower() else ""
    return f"Ubuntu Server {offer['year']}.{offer['month']}{lts}{_edition([*_words(offer[0]), *_words(sku)])}"


_UBUNTU_NAMES: Final = {"jammy": "22.04", "focal": "20.04", "bionic": "18.04", "xenial": "16.04"}


def _ubuntu_by_name(offer: Match, sku: str) -> str:
    return (
        f"Ubuntu Server {_UBUNTU_NAMES[offer['name'].lower()]} LTS"
        f"{_edition([*_words(offer[0]), *_words(sku)])}"
    )


def _ubuntu_before(_offer: Match, sku: str) -> str:
    found = re.match(r"(\d\d)[._](\d\d)", sku)
    return f"Ubuntu Server {found[1]}.{found[2]}{' LTS' if 'lts' in sku.lower() else ''}" if found else ""


_WINDOWS: Final = {
    "core": "Core",
    "smalldisk": "small disk",
    "hotpatch": "hotpatch",
    "containers": "with containers",
}


def _windows_server(_offer: Match, sku: str) -> str:
    found = re.match(r"(20\d\d)(-r2)?-datacenter", sku, re.IGNORECASE)
    if not found:
        return ""
    edition = " Azure Edition" if "azure-edition" in sku.lower() else ""
    release = " R2" if found[2] else ""
    return f"Windows Server {found[1]}{release} Datacenter{edition}{_edition(_words(sku), _WINDOWS)}"


_CLIENT: Final = {
    "ent": "Enterprise",
    "entn": "Enterprise N",
    "pro": "Pro",
    "pron": "Pro N",
    "avd": "multi-session",
}


def _windows_client(offer: Match, sku: str) -> str:
    release = next((each.upper() for each in _words(sku) if re.fullmatch(r"\d\dh\d", each)), "")
    return f"Windows {offer['number']}{f' {release}' if release else ''}{_edition(_words(sku), _CLIENT)}"


_SQL: Final = {
    "enterprise": "Enterprise",
    "standard": "Standard",
    "web": "Web",
    "sqldev": "Developer",
    "express": "Express",
}
_SQL_ON: Final = {
    "ws": "Windows Server",
    "ubuntu": "Ubuntu",
    "rhel": "Red Hat Enterprise Linux",
    "sles": "SLES",
}


def _sql_server(offer: Match, sku: str) -> str:
    number = offer["number"]
    if offer["on"].lower() == "ubuntu":
        number = f"{number[:2]}.{number[2:]}" if len(number) == 4 else number
    return f"SQL Server {offer['release']}{_edition(_words(sku), _SQL)} on {_SQL_ON[offer['on'].lower()]} {number}"


def _red_hat(_offer: Match, sku: str) -> str:
    # 94_gen2 and 9_4 are 9.4, 810-gen2 is 8.10, 10-lvm is 10.
    found = re.match(r"(10|[6-9])[._]?(\d{1,2})?(?=[-_]|$)", sku)
    if not found:
        return ""
    whole, part = found.groups()
    return f"Red Hat Enterprise Linux {whole}{f'.{part}' if part else ''}{', LVM' if 'lvm' in sku.lower() else ''}"


def _suse(offer: Match, _sku: str) -> str:
    basic = ", basic" if "basic" in offer[0].lower() else ""
    return f"SUSE Linux Enterprise Server {offer['release']} SP{offer['pack']}{basic}"


def _leap(offer: Match, _sku: str) -> str:
    return f"openSUSE Leap {offer['release']}.{offer['part']}"


def _debian(offer: Match, sku: str) -> str:
    return f"Debian {offer['release']}{_edition([*_words(offer[0]), *_words(sku)])}"


def _azure_linux(offer: Match, sku: str) -> str:
    return f"Azure Linux {offer['release']}{_edition(_words(sku))}"


def _mariner(_offer: Match, sku: str) -> str:
    found = re.search(r"mariner-(\d)", sku.lower())
    return f"Azure Linux {found[1]} (CBL-Mariner)" if found else ""


def _numbered(name: str) -> Callable[[Match, str], str]:
    """The name with the release that the SKU begins with."""

    def title(_offer: Match, sku: str) -> str:
        found = re.match(r"(?:ol)?(\d{1,2})", sku.lower())
        if not found:
            return ""
        release = found[1] if found[1] == "10" or len(found[1]) == 1 else f"{found[1][0]}.{found[1][1]}"
        return f"{name} {release}{', LVM' if 'lvm' in sku.lower() else ''}"

    return title


def _flatcar(_offer: Match, sku: str) -> str:
    return f"Flatcar Container Linux, {_words(sku)[0]}"


POPULAR: Final = (
    PopularImages(
        "Canonical",
        _offer(r"ubuntu-(?P<year>\d\d)_(?P<month>\d\d)(-lts)?(-daily)?"),
        _ubuntu,
        generation="V2",
    ),
    PopularImages("MicrosoftWindowsServer", _offer("WindowsServer"), _windows_server, "Windows"),
    PopularImages(
        "Canonical",
        _offer(r"0001-com-ubuntu-(server|minimal|pro|confidential-vm)-(?P<name>jammy|focal|bionic|xenial)"),
        _ubuntu_by_name,
    ),
    PopularImages("RedHat", _offer("RHEL"), _red_hat),
    PopularImages("Debian", _offer(r"debian-(?P<release>\d\d)(-daily)?"), _debian),
    PopularImages("MicrosoftCBLMariner", _offer(r"azure-linux-(?P<release>\d)"), _azure_linux),
    PopularImages("SUSE", _offer(r"sles-(?P<release>\d\d)-sp(?P<pack>\d)(-basic)?"), _suse),
    PopularImages("almalinux", _offer(r"almalinux-(x86_64|arm)"), _numbered("AlmaLinux")),
    PopularImages("Oracle", _offer("Oracle-Linux"), _numbered("Oracle Linux")),
    PopularImages(
        "resf", _offer(r"rockylinux-(x86_64|aarch64)"), _numbered("Rocky Linux"), generation="V2", plan=True
    ),
    PopularImages(
        "MicrosoftSQLServer",
        _offer(r"sql(?P<release>20\d\d)-(?P<on>ws|ubuntu|rhel|sles)(?P<number>\d+)(-byol)?"),
        _sql_server,
        "",
    ),
    PopularImages("kinvolk", _offer("flatcar-container-linux-free"), _flatcar, plan=True),
    PopularImages(
        "MicrosoftWindowsDesktop", _offer(r"windows-(?P<number>\d\d)"), _windows_client, "Windows", "V2"
    ),
    PopularImages("SUSE", _offer(r"opensuse-leap-(?P<release>\d\d)-(?P<part>\d)"), _leap),
    PopularImages("MicrosoftCBLMariner", _offer("cbl-mariner"), _mariner),
    PopularImages("Canonical", _offer("UbuntuServer"), _ubuntu_before),
)
"""Most used first."""

FEATURED: Final = 13
"""So many of them are shown before anybody types a word."""

PUBLISHERS: Final = tuple(dict.fromkeys(each.publisher for each in POPULAR))

ALSO_CALLED: Final = {
    "rocky": "resf",
    "flatcar": "kinvolk",
    "mariner": "MicrosoftCBLMariner",
    "centos": "OpenLogic",
    "wordpress": "bitnami",
    "palo": "paloaltonetworks",
    "fortigate": "fortinet",
    "bigip": "f5-networks",
    "big-ip": "f5-networks",
    "nginx": "nginxinc",
    "cis": "center-for-internet-security-inc",
    "hpc": "microsoft-dsvm",
    "visual": "MicrosoftVisualStudio",
}
"""What people call what a publisher has, where its name does not say it."""


def image_name(publisher: str, offer: str, sku: str) -> ImageName | None:
    """What the names of an image say, None where the table has no such image."""
    for each in POPULAR:
        if each.publisher.lower() != publisher.lower():
            continue
        found = each.offer.fullmatch(offer)
        title = each.title(found, sku) if found else ""
        if found and title:
            return _named(each, found, sku, title)
    return None


def place_of(publisher: str, offer: str) -> int | None:
    """How far down in the table an offer stands, None where it does not."""
    for place, each in enumerate(POPULAR):
        if each.publisher.lower() == publisher.lower() and each.offer.fullmatch(offer):
            return place
    return None


def _named(each: PopularImages, offer: Match, sku: str, title: str) -> ImageName:
    both = f"{offer[0]} {sku}".lower()
    arm = "arm" in both or "aarch64" in both
    named = sku.lower()
    second = arm or any(mark in named for mark in ("gen2", "-g2", "_g2", "gensecond", "azure-edition", "cvm"))
    generation = "V2" if second else "V1" if "gen1" in named else each.generation
    if "confidential" in both:
        generation = "V2"
    system = each.system or ("Windows" if offer["on"].lower() == "ws" else "Linux")
    paid = each.plan or (each.publisher == "Canonical" and "pro" in _words(both.replace(" ", "-")))
    return ImageName(title, system, generation, "Arm64" if arm else "x64", paid)
