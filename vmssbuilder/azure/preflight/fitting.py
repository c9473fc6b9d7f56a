"""Whether the size and the image can do what the request asks of them, by the lists that Azure keeps of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from ..errors import Forbidden, NotFound
from ..pickers.suggestions import Suggestion
from .asking import Asking
from .demand import get
from .results import Finding

_GALLERIES: Final = "2024-03-03"
_COMPUTE: Final = "2024-07-01"

_PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
_SECURITY: Final[Path] = (*_PROFILE, "securityProfile", "securityType")
_IMAGE: Final[Path] = (*_PROFILE, "storageProfile", "imageReference")
_EPHEMERAL: Final[Path] = (*_PROFILE, "storageProfile", "osDisk", "diffDiskSettings")
_NICS: Final[Path] = (*_PROFILE, "networkProfile", "networkInterfaceConfigurations")

Facts = Mapping[str, Any]


def fit(asking: Asking) -> Iterator[Finding]:
    """The size and the image can do what the request asks of them, and go together."""
    whole = asking.whole()
    sizes = [known for _path, _name, known in asking.wanted_sizes() if known is not None]
    image = _image(asking, whole)
    problems = [problem for known in sizes for problem in _of_size(known, whole)]
    problems += _of_image(image, whole)
    problems += [problem for known in sizes for problem in _together(known, image)]
    yield from dict.fromkeys(problems)
    if not problems:
        yield Finding(
            "passed", "The size and the image can do what the request asks of them.", path="sku.name"
        )


def _failed(path: Path, sentence: str, cure: str) -> Finding:
    return Finding("failed", sentence, cure, paths.text(path))


def _trusted(whole: Any) -> bool:
    return bool(get(whole, *_SECURITY) == "TrustedLaunch")


def _of_size(known: Suggestion, whole: Any) -> Iterator[Finding]:
    can = known.facts["features"]
    if _trusted(whole) and "trusted" not in can:
        yield _failed(
            _SECURITY,
            f"{known.value} has no Trusted Launch.",
            "Choose another size, or another security type.",
        )
    if get(whole, *_EPHEMERAL, "option") is not None:
        yield from _ephemeral(known, whole)
    nics = get(whole, *_NICS)
    for position, nic in enumerate(nics if isinstance(nics, list) else ()):
        member = ("properties", "enableAcceleratedNetworking")
        if get(nic, *member) is True and "accelerated" not in can:
            yield _failed(
                (*_NICS, position, *member),
                f"{known.value} has no accelerated networking.",
                "Choose another size, or switch it off.",
            )


def _ephemeral(known: Suggestion, whole: Any) -> Iterator[Finding]:
    """The OS disk finds a place on the host."""
    if "ephemeral" not in known.facts["features"]:
        sentence = (
            f"{known.value} has no room for an ephemeral OS disk: neither a cache nor a temporary disk is "
            "large enough."
        )
        yield _failed(_EPHEMERAL, sentence, "Choose another size, or a disk that is not ephemeral.")
        return
    placement = get(whole, *_EPHEMERAL, "placement")
    if placement == "NvmeDisk" and "NvmeDisk" not in known.facts["local"]:
        yield _failed(
            (*_EPHEMERAL, "placement"),
            f"{known.value} has no NVMe disk for the ephemeral OS disk.",
            "Choose another size, or another place for the disk.",
        )


def _of_image(image: tuple[str, Facts] | None, whole: Any) -> Iterator[Finding]:
    if image is not None and _trusted(whole) and image[1].get("generation") == "V1":
        yield _failed(
            _IMAGE,
            f"{image[0]} is an image of generation 1, and Trusted Launch needs generation 2.",
            "Choose an image of generation 2, or another security type.",
        )


def _together(known: Suggestion, image: tuple[str, Facts] | None) -> Iterator[Finding]:
    """The size can start the image."""
    if image is None:
        return
    title, facts = image
    for fact, each in (("generation", "generations"), ("architecture", "architecture")):
        wanted, offered = facts.get(fact), known.facts[each]
        if wanted and offered and wanted not in offered.split(","):
            said = wanted if fact == "architecture" else f"generation {wanted[1:]}"
            yield _failed(
                _IMAGE,
                f"{known.value} does not start images of {said}, as {title} is.",
                "Choose another one.",
            )


def _image(asking: Asking, whole: Any) -> tuple[str, Facts] | None:
    """Name of the image and what is known of it, None where nothing is."""
    own = get(whole, *_IMAGE, "id")
    if isinstance(own, str) and own.strip():
        return _own_image(asking, own.strip())
    newest = asking.image()
    return None if newest is None else (newest[0], newest[1].facts)


def _own_image(asking: Asking, resource_id: str) -> tuple[str, Facts] | None:
    parts = resource_id.split("/")
    gallery = "/galleries/" in resource_id.lower()
    if len(parts) < 9 or any(not part.strip(". ") or set(part) & set("?#%\\") for part in parts[1:]):
        return None
    asked = "/".join(parts[:11] if gallery else parts[:9])
    try:
        body = asking.client.send("GET", asking.client.url(asked, _GALLERIES if gallery else _COMPUTE)).json()
    except (NotFound, Forbidden):
        # Whether it is there is told by the check of resources referred to.
        return None
    known = {
        "generation": get(body, "properties", "hyperVGeneration"),
        "architecture": get(body, "properties", "architecture"),
    }
    facts = {name: value for name, value in known.items() if isinstance(value, str)}
    return f"“{asked.rpartition('/')[2]}”", facts
