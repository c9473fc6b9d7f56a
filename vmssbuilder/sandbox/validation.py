"""What the sandbox's Resource Manager refuses in a scale set's body, in Azure's wording.

Structure is judged by the JSON Schema of the API version; a few checks that Azure makes on values follow. It is not
the product's own check: the sandbox is to refuse what the product lets through by mistake.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

import jsonschema_rs

from vmssbuilder.scaleset import json_schema, paths, versions
from vmssbuilder.scaleset.catalogue import ignored, taken
from vmssbuilder.scaleset.paths import MISSING, Path

from .messages import Refusal

# --- structure -------------------------------------------------------------------------------------------------------


def structure(body: dict[str, Any], text: str, api_version: str, *, partial: bool) -> None:
    """Refuses unknown members, wrong types, values out of range and missing members, the first as Azure does.

    text: the body as it came, for the position Azure gives. partial: a PATCH, in which all but list items' own needs
    may be left out.
    """
    for path, value in _walk(body, ()):
        if isinstance(value, dict) and "$secret" in value:
            # A placeholder of the product in place of the secret itself must never count as one.
            _refuse(
                400,
                "BadRequest",
                f"Unexpected character encountered while parsing value: {{. {_at(path, text)}",
                path,
            )
    validator = _validator(api_version, "update" if partial else "create")
    if validator.is_valid(body):
        return
    for rank in (functools.partial(_unknown_members, api_version), _wrong_values, _missing_members):
        for error in validator.iter_errors(body):
            rank(error, tuple(error.instance_path), body, text)


@functools.cache
def _validator(api_version: str, operation: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json_schema(api_version, operation))


def _unknown_members(api_version: str, error: Any, path: Path, _body: dict[str, Any], text: str) -> None:
    if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        return
    for name in error.kind.unexpected:
        where = (*path, name)
        if taken(where, api_version) or ignored(where):
            continue
        message = f"Could not find member '{name}' on object of type '{_type_name(path)}'. {_at(where, text)}"
        _refuse(400, "BadRequest", message, where)


def _wrong_values(error: Any, path: Path, body: dict[str, Any], text: str) -> None:
    kinds = jsonschema_rs.ValidationErrorKind
    if isinstance(error.kind, kinds.AdditionalProperties | kinds.Required):
        return
    value = paths.get(body, path, None)
    if isinstance(error.kind, kinds.Enum) and isinstance(value, str):
        if value.casefold() in {str(option).casefold() for option in error.kind.options}:
            # Azure reads values without regard to case.
            return
        _refuse(
            400,
            "BadRequest",
            f"Error converting value {json.dumps(value)} to type '{_type_name(path)}'. {_at(path, text)}",
            path,
        )
    if isinstance(error.kind, kinds.Minimum | kinds.Maximum):
        message = f"The value '{value}' of parameter '{path[-1]}' is out of range: {error.message}."
        _refuse(400, "InvalidParameter", message, path)
    shown = (
        "an object"
        if isinstance(value, dict)
        else "an array"
        if isinstance(value, list)
        else json.dumps(value)
    )
    _refuse(
        400,
        "BadRequest",
        f"Error converting value {shown} to type '{_type_name(path)}'. {_at(path, text)}",
        path,
    )


def _missing_members(error: Any, path: Path, body: dict[str, Any], _text: str) -> None:
    if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        return
    name = error.kind.property
    if any(each.casefold() == name.casefold() for each in paths.get(body, path, {})):
        return
    where = (*path, name)
    named = ".".join(
        str(step)
        for step in where
        if isinstance(step, str) and step not in {"properties", "virtualMachineProfile"}
    )
    _refuse(400, "InvalidParameter", f"Required parameter '{named}' is missing (null).", where)


def _type_name(path: Path) -> str:
    names = [step for step in path if isinstance(step, str)]
    name = names[-1] if names else "virtualMachineScaleSet"
    return name[:1].upper() + name[1:]


def _at(path: Path, text: str) -> str:
    """Where in the text, as Newtonsoft.Json puts it; the first place that has the member's name will do."""
    names = [step for step in path if isinstance(step, str)]
    place = max(text.find(f'"{names[-1]}"'), 0) if names else 0
    line = text.count("\n", 0, place) + 1
    return f"Path '{paths.text(path)}', line {line}, position {place - text.rfind(chr(10), 0, place)}."


def _refuse(status: int, code: str, message: str, where: Path | str) -> NoReturn:
    target = where if isinstance(where, str) else f"vmss.{paths.text(where)}"
    raise Refusal(status, code, message, target)


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        yield (*path, step), inner
        yield from _walk(inner, (*path, step))


# --- values ----------------------------------------------------------------------------------------------------------

Semantic = Callable[[Mapping[str, Any], str, bool], None]
"""Judges the whole scale set as it would be. Takes the model, the API version and whether it is being created."""

SEMANTICS: Final[list[Semantic]] = []


def _semantic(function: Semantic) -> Semantic:
    SEMANTICS.append(function)
    return function


def semantics(model: Mapping[str, Any], api_version: str, *, creating: bool) -> None:
    """Refuses what Azure refuses although its structure is sound."""
    for function in SEMANTICS:
        function(model, api_version, creating)


PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
NICS: Final[Path] = (*PROFILE, "networkProfile", "networkInterfaceConfigurations")


def _get(model: Any, *path: str | int) -> Any:
    """The value, or None where there is none."""
    return paths.get(model, path, None)


def _is_flexible(model: Mapping[str, Any]) -> bool:
    return str(_get(model, "properties", "orchestrationMode")).casefold() == "flexible"


@_semantic
def _needed(model: Mapping[str, Any], _api_version: str, creating: bool) -> None:
    if not creating or (_is_flexible(model) and _get(model, *PROFILE) is None):
        return
    for where in (
        ("sku",),
        ("sku", "name"),
        ("properties",),
        PROFILE,
        (*PROFILE, "storageProfile"),
        (*PROFILE, "networkProfile"),
    ):
        if _get(model, *where) is None:
            _refuse(
                400,
                "InvalidParameter",
                f"Required parameter '{where[-1]}' is missing (null).",
                str(where[-1]),
            )
    if not _is_flexible(model) and _get(model, "properties", "upgradePolicy", "mode") is None:
        message = "Required parameter 'upgradePolicy.mode' is missing (null)."
        _refuse(400, "InvalidParameter", message, "upgradePolicy.mode")
    if _get(model, *PROFILE, "osProfile") is None and _get(
        model, *PROFILE, "storageProfile", "imageReference", "publisher"
    ):
        _refuse(400, "InvalidParameter", "Required parameter 'osProfile' is missing (null).", "osProfile")


@_semantic
def _capacity(model: Mapping[str, Any], _api_version: str, _creating: bool) -> None:
    capacity = _get(model, "sku", "capacity")
    if not isinstance(capacity, int) or isinstance(capacity, bool):
        return
    if capacity < 0 or capacity > 1000:
        message = f"The value '{capacity}' of parameter 'sku.capacity' is out of range. It must be between 0 and 1000."
        _refuse(400, "InvalidParameter", message, "sku.capacity")
    large = (
        _get(model, "properties", "singlePlacementGroup") is False
        or _get(model, "zones")
        or _picks_zones(model)
        or _is_flexible(model)
    )
    if capacity > 100 and not large:
        message = (
            f"The request to have {capacity} instances exceeds the total limit of 100 of a virtual machine scale set"
            " with a single placement group."
        )
        _refuse(409, "OperationNotAllowed", message, "sku.capacity")


def _picks_zones(model: Mapping[str, Any]) -> bool:
    """Whether Azure is to pick the zones."""
    return str(_get(model, "placement", "zonePlacementPolicy")).casefold() == "auto"


_MOST_SIZES: Final = 5
_HELD_IN_PLACE: Final = {
    "hostGroup": ("properties", "hostGroup"),
    "proximityPlacementGroup": ("properties", "proximityPlacementGroup"),
    "capacityReservation": (*PROFILE, "capacityReservation"),
}


@_semantic
def _size_mix(model: Mapping[str, Any], _api_version: str, _creating: bool) -> None:
    profile = _get(model, "properties", "skuProfile")
    if not isinstance(profile, Mapping):
        return
    name, tier = _get(model, "sku", "name"), _get(model, "sku", "tier")
    if str(name).casefold() != "mix":
        message = (
            f"Sku name is {name}. Virtual Machine Scale Sets with Sku Profile must have the Sku name property set to"
            ' "Mix".'
        )
        _refuse(400, "SkuNameMustBeMixIfSkuProfileIsSpecified", message, ("sku", "name"))
    if tier:
        message = f"Sku tier is {tier}. Virtual Machine Scale Sets with Sku Profile must not have the Sku tier property set."
        _refuse(400, "SkuTierMustNotBeSetIfSkuProfileIsSpecified", message, ("sku", "tier"))
    where = ("properties", "skuProfile", "vmSizes")
    sizes = [_get(each, "name") for each in profile.get("vmSizes") or ()]
    if not sizes:
        message = (
            "Sku Profile VM Sizes cannot be null or empty. Please provide a valid list of VM Sizes and retry."
        )
        _refuse(400, "SkuProfileVMSizesCannotBeNullOrEmpty", message, where)
    if len(sizes) > _MOST_SIZES:
        message = f"Too many VM Sizes were specified in the request. Please provide no more than {_MOST_SIZES} VM Sizes."
        _refuse(400, "SkuProfileHasTooManyVMSizesInRequest", message, where)
    folded = [each.casefold() for each in sizes if isinstance(each, str)]
    twice = [each for position, each in enumerate(folded) if each in folded[:position]]
    if twice:
        message = (
            f"Sku Profile contains duplicate VM Size: {twice[0]}. Please remove any duplicates and retry."
        )
        _refuse(400, "SkuProfileVMSizesCannotHaveDuplicates", message, where)
    unsupported = {
        **_HELD_IN_PLACE,
        "diffDiskSettings": (*PROFILE, "storageProfile", "osDisk", "diffDiskSettings"),
    }
    for member, place in unsupported.items():
        if _get(model, *place):
            message = f"{member} is not supported on Virtual Machine Scale Sets with Sku Profile."
            _refuse(400, "SkuProfileScenarioNotSupported", message, place)


@_semantic
def _automatic_zones(model: Mapping[str, Any], _api_version: str, creating: bool) -> None:
    if not _picks_zones(model):
        return
    for member, place in {"zones": ("zones",), **_HELD_IN_PLACE}.items():
        if _get(model, *place):
            message = f"Property '{member}' is not allowed together with 'placement.zonePlacementPolicy'."
            _refuse(400, "InvalidParameter", message, place)
    if creating and not _is_flexible(model) and _get(model, "properties", "overprovision") is not False:
        message = "Property 'overprovision' must be false when 'placement.zonePlacementPolicy' is set."
        _refuse(400, "InvalidParameter", message, ("properties", "overprovision"))


@_semantic
def _public_addresses(model: Mapping[str, Any], _api_version: str, creating: bool) -> None:
    for position, nic in enumerate(_get(model, *NICS) or () if creating else ()):
        for number, each in enumerate(_get(nic, "properties", "ipConfigurations") or ()):
            where = ("properties", "publicIPAddressConfiguration", "sku", "name")
            if str(_get(each, *where)).casefold() == "basic":
                message = "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region."
                place = (*NICS, position, "properties", "ipConfigurations", number, *where)
                _refuse(400, "IPv4BasicSkuPublicIpCountLimitReached", message, place)


_BLOCKED_PASSWORDS: Final = frozenset(
    {
        "abc@123",
        "P@$$w0rd",
        "P@ssw0rd",
        "P@ssword123",
        "Pa$$word",
        "pass@word1",
        "Password!",
        "Password1",
        "Password22",
        "iloveyou!",
    }
)
_CHARACTER_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[\W_]")


@_semantic
def _password(model: Mapping[str, Any], _api_version: str, _creating: bool) -> None:
    password = _get(model, *PROFILE, "osProfile", "adminPassword")
    linux = _get(model, *PROFILE, "osProfile", "linuxConfiguration")
    if password is None or (
        isinstance(linux, Mapping) and linux.get("disablePasswordAuthentication") is True
    ):
        # Nobody signs in with it, and Azure takes any: the quickstarts send the SSH key here, too.
        return
    lowest, highest = (6, 72) if linux is not None else (8, 123)
    kinds = sum(re.search(kind, password) is not None for kind in _CHARACTER_KINDS)
    if not lowest <= len(password) <= highest or kinds < 3 or re.search(r"[\x00-\x1f\x7f]", password):
        message = (
            f"The supplied password must be between {lowest}-{highest} characters long and must satisfy at least 3 of"
            " password complexity requirements from the following:\r\n1) Contains an uppercase character\r\n2) Contains"
            " a lowercase character\r\n3) Contains a numeric digit\r\n4) Contains a special character\r\n5) Control"
            " characters are not allowed"
        )
        _refuse(400, "InvalidParameter", message, "adminPassword")
    if password in _BLOCKED_PASSWORDS:
        _refuse(400, "InvalidParameter", "The password specified is not allowed.", "adminPassword")


@_semantic
def _operating_system(model: Mapping[str, Any], _api_version: str, creating: bool) -> None:
    profile = _get(model, *PROFILE, "osProfile")
    if not isinstance(profile, Mapping):
        return
    linux, windows = profile.get("linuxConfiguration"), profile.get("windowsConfiguration")
    if linux is not None and windows is not None:
        message = "Parameter 'linuxConfiguration' is not allowed together with 'windowsConfiguration'."
        _refuse(400, "InvalidParameter", message, "linuxConfiguration")
    user = profile.get("adminUsername")
    if creating and user is None:
        _refuse(
            400, "InvalidParameter", "Required parameter 'adminUsername' is missing (null).", "adminUsername"
        )
    if isinstance(user, str) and user.lower() in {"admin", "administrator", "root", "guest"}:
        _refuse(400, "InvalidParameter", "The Admin Username specified is not allowed.", "adminUsername")
    keys = _get(linux, "ssh", "publicKeys") or []
    for key in keys:
        expected = f"/home/{user}/.ssh/authorized_keys"
        if key.get("path") not in {None, expected}:
            message = (
                "Destination path for SSH public keys is currently limited to its default value"
                f" {expected} due to a known issue in Linux provisioning agent."
            )
            _refuse(400, "InvalidParameter", message, "linuxConfiguration.ssh.publicKeys.path")
    if creating and linux is not None and not keys and profile.get("adminPassword") is None:
        message = (
            "Authentication using either SSH or by user name and password must be enabled in Linux profile."
        )
        _refuse(400, "InvalidParameter", message, "linuxConfiguration")
    if creating and linux is None and profile.get("adminPassword") is None:
        _refuse(
            400, "InvalidParameter", "Required parameter 'adminPassword' is missing (null).", "adminPassword"
        )


@_semantic
def _disks(model: Mapping[str, Any], _api_version: str, _creating: bool) -> None:
    storage = _get(model, *PROFILE, "storageProfile") or {}
    if _get(storage, "osDisk", "image") is not None and storage.get("imageReference") is not None:
        _refuse(400, "InvalidParameter", "Parameter 'osDisk.image' is not allowed.", "osDisk.image")
    seen: set[Any] = set()
    for disk in storage.get("dataDisks") or []:
        if disk.get("lun") in seen:
            message = f"The LUN {disk.get('lun')} is used by more than one data disk."
            _refuse(400, "InvalidParameter", message, "dataDisks")
        seen.add(disk.get("lun"))


@_semantic
def _network(model: Mapping[str, Any], api_version: str, _creating: bool) -> None:
    interfaces = _get(model, *NICS)
    if not isinstance(interfaces, list):
        return
    if sum(_get(each, "properties", "primary") is True for each in interfaces) != 1:
        message = "Exactly one network interface configuration of the scale set must have the property primary set to true."
        _refuse(400, "NetworkInterfaceMustHavePrimaryPropertySet", message, f"vmss.{paths.text(NICS)}")
    for position, each in enumerate(interfaces):
        configurations = _get(each, "properties", "ipConfigurations") or []
        primaries = sum(_get(one, "properties", "primary") is True for one in configurations)
        if api_version >= "2017-03-30" and len(configurations) > 1 and primaries != 1:
            message = f"Network interface configuration {each.get('name')} must have exactly one IP configuration marked as primary."
            _refuse(
                400,
                "VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary",
                message,
                f"vmss.{paths.text((*NICS, position, 'properties', 'ipConfigurations'))}",
            )


_RESOURCE_ID: Final = re.compile(r"/?subscriptions/[^/{}\s]+(/[^/{}\s][^/{}]*)+", re.IGNORECASE)


@_semantic
def _references(model: Mapping[str, Any], _api_version: str, _creating: bool) -> None:
    for path, value in _walk(model, ()):
        if (
            path[-1] == "id"
            and isinstance(value, str)
            and "settings" not in path
            and path[0] != "tags"
            and not _RESOURCE_ID.fullmatch(value)
            and not value.lower().startswith(("/sharedgalleries/", "/communitygalleries/"))
        ):
            message = (
                f"Property id '{value}' at path '{paths.text(path)}' is invalid. Expect fully qualified resource Id that"
                " start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'."
            )
            _refuse(400, "LinkedInvalidPropertyId", message, path)


# --- changes ---------------------------------------------------------------------------------------------------------

_STORAGE: Final[Path] = (*PROFILE, "storageProfile")
_IMAGE: Final[Path] = (*_STORAGE, "imageReference")
ZONES_BY_PUT_SINCE: Final = "2023-03-01"
ZONES_BY_PATCH_SINCE: Final = "2024-07-01"

_UNCHANGEABLE: Final[tuple[Path, ...]] = (
    (*PROFILE, "osProfile", "computerNamePrefix"),
    ("properties", "orchestrationMode"),
    ("properties", "platformFaultDomainCount"),
    (*PROFILE, "priority"),
    (*_IMAGE, "publisher"),
    (*_IMAGE, "offer"),
    (*_STORAGE, "osDisk", "managedDisk", "storageAccountType"),
)


def changes(old: Mapping[str, Any], new: Mapping[str, Any], api_version: str, method: str) -> None:
    """Refuses what Azure does not let change once the scale set exists."""
    for path in _UNCHANGEABLE:
        usual = "Regular" if path[-1] == "priority" else MISSING
        before, after = paths.get(old, path, usual), paths.get(new, path, usual)
        if before is not MISSING and str(after).casefold() != str(before).casefold():
            _no_change(path)
    single = ("properties", "singlePlacementGroup")
    if paths.get(old, single) is False and paths.get(new, single) is True:
        _no_change(single)
    had, has = set(old.get("zones") or ()), set(new.get("zones") or ())
    since = ZONES_BY_PATCH_SINCE if method == "PATCH" else ZONES_BY_PUT_SINCE
    if had != has and (had - has or not versions.within(api_version, since)):
        _no_change(("zones",))


def _no_change(path: Path) -> NoReturn:
    _refuse(409, "PropertyChangeNotAllowed", f"Changing property '{path[-1]}' is not allowed.", path)
