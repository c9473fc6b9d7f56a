"""Requests as large as the product takes them, each heavy in its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_PROFILE: Final = "virtualMachineProfile"


def interfaces(count: int = 2_000, addresses: int = 10) -> dict[str, Any]:
    """Network interfaces with addresses, hardly anything in them filled in: most of it has findings, with fixes."""
    listed = [
        {
            "name": f"nic-{number}",
            "properties": {
                "primary": True,
                "ipConfigurations": [{"name": f"ip-{each}"} for each in range(addresses)],
            },
        }
        for number in range(count)
    ]
    return _request({"networkProfile": {"networkInterfaceConfigurations": listed}})


def extensions(count: int = 1_000) -> dict[str, Any]:
    """Extensions with a command each."""
    listed = [
        {
            "name": f"script-{number}",
            "properties": {
                "publisher": "Microsoft.Azure.Extensions",
                "type": "CustomScript",
                "typeHandlerVersion": "2.1",
                "settings": {"commandToExecute": f"echo {number}"},
            },
        }
        for number in range(count)
    ]
    return _request({"extensionProfile": {"extensions": listed}})


def deep(levels: int = 90) -> dict[str, Any]:
    """The settings of an extension, nested deeply and widely."""
    settings: dict[str, Any] = {"end": "here"}
    for level in range(levels):
        settings = {f"level{level}": settings, "beside": [{"number": number} for number in range(100)]}
    document = extensions(1)
    document["properties"][_PROFILE]["extensionProfile"]["extensions"][0]["properties"]["settings"] = settings
    return document


def one_text(characters: int = 900_000) -> dict[str, Any]:
    """A single text, as long as a request may be."""
    return _request({}) | {"tags": {"note": "a b\n" * (characters // 4)}}


def plain(characters: int = 230_000) -> dict[str, Any]:
    """Many tags and disks, as drafts that grew over time have them: some 230 kB."""
    disks = [
        {"lun": number, "createOption": "Empty", "diskSizeGB": 32} for number in range(characters // 120)
    ]
    tags = {f"tag-{number}": "x" * 60 for number in range(characters // 160)}
    return _request({"storageProfile": {"dataDisks": disks}}) | {"tags": tags}


def _request(profile: dict[str, Any]) -> dict[str, Any]:
    return {
        "location": "uksouth",
        "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 3},
        "properties": {"upgradePolicy": {"mode": "manual"}, _PROFILE: profile},
    }


KINDS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "interfaces": interfaces,
    "extensions": extensions,
    "deep": deep,
    "text": one_text,
    "plain": plain,
}
