"""Measures how often the check is wrong about templates that others deploy.

    .venv/bin/python scripts/measure_templates.py FOLDER [--errors] [--open] [--left]

FOLDER holds a folder for each repository, as it was checked out. Every template in it that makes a scale set is filled in
as a person would: its parameters file and its defaults, and a believable value for each parameter that is still open, for
each secret, and for what only Azure knows. Then it is read and checked in the version it states. Prints the figures;
--errors each error, --open each expression that stays, --left each file that is left aside and why.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, Final, cast

ROOT = File(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vmssbuilder import scaleset  # noqa: E402 - the path to it is set above
from vmssbuilder.scaleset import (  # noqa: E402 - as above
    Place,
    Reading,
    ReadingError,
    TemplateParameter,
    json_text,
    paths,
)
from vmssbuilder.scaleset.catalogue import tree  # noqa: E402 - as above
from vmssbuilder.scaleset.findings import Finding, errors  # noqa: E402 - as above
from vmssbuilder.scaleset.functions import FUNCTIONS  # noqa: E402 - as above
from vmssbuilder.scaleset.paths import Path  # noqa: E402 - as above
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer  # noqa: E402 - as above
from vmssbuilder.scaleset.secrets import find  # noqa: E402 - as above
from vmssbuilder.scaleset.versions import LATEST  # noqa: E402 - as above

SUBSCRIPTION: Final = "11111111-1111-4111-8111-111111111111"
PLACE: Final = Place(SUBSCRIPTION, "rg-shop", "westeurope")
GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers"
PASSWORD: Final = "Pa55-w0rd-Shop"  # noqa: S105 - opens nothing
THUMBPRINT: Final = "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334"
VAULT: Final = f"{GROUP}/Microsoft.KeyVault/vaults/kv-shop"
SECRET: Final = "https://kv-shop.vault.azure.net/secrets/shop/0123456789abcdef0123456789abcdef"  # noqa: S105 - names one
VHD: Final = "https://stshop.blob.core.windows.net/vhds/shop.vhd"


KEY: Final = base64.b64encode(b"k" * 64).decode()
POOL: Final = f"{GROUP}/Microsoft.Network/loadBalancers/lb-shop/backendAddressPools/web"
GROUP_ID: Final = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg-shop"
IMAGE: Final = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}


def _ssh_key() -> str:
    parts = (b"ssh-rsa", b"\1\0\1", b"\0\xc1" + bytes(range(1, 256)))
    body = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-rsa {base64.b64encode(body).decode()} someone@example.com"


SSH_KEY: Final = _ssh_key()

BY_PLACE: Final = (
    (r"keyData$", SSH_KEY),
    (r"adminPassword$", PASSWORD),
    (r"adminUsername$", "azureuser"),
    (r"(^|\.)zones\[", "1"),
    (r"^location$", "westeurope"),
    (r"^sku\.name$", "Standard_D2s_v5"),
    (r"^sku\.capacity$", 3),
    (r"subnet\.id$", f"{GROUP}/Microsoft.Network/virtualNetworks/vnet-shop/subnets/web"),
    (r"networkSecurityGroup\.id$", GROUP_ID),
    (r"loadBalancerBackendAddressPools\[", POOL),
    (r"loadBalancerInboundNatPools\[", f"{GROUP}/Microsoft.Network/loadBalancers/lb-shop/inboundNatPools/ssh"),
    (r"applicationGatewayBackendAddressPools\[", f"{GROUP}/Microsoft.Network/applicationGateways/gw-shop/backendAddressPools/web"),
    (r"healthProbe\.id$", f"{GROUP}/Microsoft.Network/loadBalancers/lb-shop/probes/web"),
    (r"imageReference\.id$", f"{GROUP}/Microsoft.Compute/images/img-shop"),
    (r"proximityPlacementGroup\.id$", f"{GROUP}/Microsoft.Compute/proximityPlacementGroups/ppg-shop"),
    (r"diskEncryptionSet\.id$", f"{GROUP}/Microsoft.Compute/diskEncryptionSets/des-shop"),
    (r"userAssignedIdentities", f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"),
    (r"sourceVault\.id$", VAULT),
    (r"certificateUrl$", SECRET),
    (r"certificateStore$", "My"),
    (r"osDisk\.image\.uri$", VHD),
    (r"storageUri$", "https://stshop.blob.core.windows.net/"),
    (r"vhdContainers\[", "https://stshop.blob.core.windows.net/vhds"),
    (r"upgradePolicy\.mode$", "Manual"),
    (r"storageAccountType$", "Premium_LRS"),
    *((rf"imageReference\.{name}$", value) for name, value in IMAGE.items()),
    (r"imageReference$", IMAGE),
    (r"networkSecurityGroup$", {"id": GROUP_ID}),
    (r"plan\.\w+$", "shop"),
    (r"timeZone$", "UTC"),
    (r"(customData|userData)$", KEY),
    (r"createOption$", "FromImage"),
    (r"osDisk$", {"createOption": "FromImage"}),
    (r"osType$", "Linux"),
)  # fmt: skip
"""What a value is, where it makes the whole of one in the document."""

BY_NAME: Final = (
    (r"resource.?group|rg.?name", "rg-shop"),
    (r"vault.?name", "kv-shop"),
    (r"subscription.?id", SUBSCRIPTION),
    (r"tenant|client.?id|object.?id|principal.?id|app(lication)?.?id", "22222222-2222-4222-8222-222222222222"),
    (r"ssh.*key|public.?key|ssh.?rsa|key.?data", SSH_KEY),
    (r"password|pwd|passphrase|secret(?!.*(ur|id))", PASSWORD),
    (r"thumbprint", THUMBPRINT),
    (r"source.?vault|vault.*(id|resource)", VAULT),
    (r"(cert|secret|key).*(ur[il]|secretid)|ur[il].*cert", SECRET),
    (r"cert(ificate)?.?store", "My"),
    (r"cert.*(data|base64|value)|ssl", base64.b64encode(b"certificate").decode()),
    (r"subnet.*(id|ref)", f"{GROUP}/Microsoft.Network/virtualNetworks/vnet-shop/subnets/web"),
    (r"vnet.*id|network.*id", f"{GROUP}/Microsoft.Network/virtualNetworks/vnet-shop"),
    (r"vhd|image.*ur[il]", VHD),
    (r"image.*id|sourceimage", f"{GROUP}/Microsoft.Compute/images/img-shop"),
    (r"identit.*", f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"),
    (r"workspace.*key|account.*key|access.?key|shared.?key|sas.?token|key$", KEY),
    (r"ur[il]s?$|^ur[il]|artifacts.?location(?!sas)|endpoint", "https://raw.example.com/shop/"),
    (r"location|region", "westeurope"),
    (r"zone", "1"),
    (r"(vm|instance|node|machine).?(size|sku|type)", "Standard_D2s_v5"),
    (r"user|admin", "azureuser"),
    (r"address.?(prefix|space)|cidr", "10.0.0.0/16"),
    (r"count|capacity|number", "3"),
    (r"blob", "shop.vhd"),
    (r"storage.*(name|account)", "stshop"),
)  # fmt: skip
"""What a parameter is by its name, where it is not the whole of a value."""

AZURES: Final[dict[str, Any]] = {
    "deployment": lambda: {
        "name": "main",
        "properties": {"templateLink": {"uri": "https://raw.example.com/shop/azuredeploy.json"}},
    },
    "environment": lambda: {
        "name": "AzureCloud",
        "suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"},
    },
    "newguid": lambda: "33333333-3333-4333-8333-333333333333",
    "utcnow": lambda *_format: "20261127T000000Z",
    "pickzones": lambda *_of: ["1"],
    "providers": lambda *_of: {"apiVersions": ["2024-07-01"], "locations": ["westeurope"]},
    "listkeys": lambda *_of: {
        "keys": [{"value": KEY}, {"value": KEY}],
        **dict.fromkeys(
            ("key1", "key2", "primarySharedKey", "secondarySharedKey", "primaryConnectionString"), KEY
        ),
    },
    "reference": lambda *_of: {
        "primaryEndpoints": {
            kind: f"https://stshop.{kind}.core.windows.net/" for kind in ("blob", "file", "queue", "table")
        },
        "clusterEndpoint": "https://westeurope.servicefabric.azure.com/",
        "dnsSettings": {"fqdn": "shop.example.com"},
        "ipAddress": "10.0.0.4",
        "vaultUri": "https://kv-shop.vault.azure.net/",
        "customerId": "44444444-4444-4444-8444-444444444444",
    },
}
"""What only a deployment knows, by the folded name of the function."""

PLACEHOLDER: Final = re.compile(r"^$|^null$|^gen-|changeme|your|[<>]|^\*+$|enter |insert|replace|xxx|todo|^fill", re.IGNORECASE)  # fmt: skip


@dataclass(slots=True)
class Measured:
    """One document: where it is from, what was found, what stayed open."""

    where: str
    version: str
    found: list[Finding]
    open: list[str]
    seconds: float


@dataclass(slots=True)
class Measurement:
    documents: list[Measured] = field(default_factory=list)
    left_aside: dict[str, str] = field(default_factory=dict)
    checks: list[float] = field(default_factory=list)


def _known(name: str, where: Path) -> Any:
    """A believable value. where: the place in the document of which it makes the whole, () for none."""
    place = paths.text(where) if where else ""
    for pattern, value in BY_PLACE:
        if place and re.search(pattern, place):
            return value
    node = tree(LATEST).at(where) if where else None
    if node is not None and isinstance(node.property, Boolean):
        return False
    if node is not None and isinstance(node.property, Integer):
        return 30
    if node is not None and isinstance(node.property, Choice):
        return node.property.values[0].wire
    return next((value for pattern, value in BY_NAME if re.search(pattern, name, re.IGNORECASE)), "shop")


def believable(parameter: TemplateParameter, places: dict[str, Path], text: str) -> Any:
    """A value for the parameter. places: where in the document it and its members make whole values."""
    if parameter.allowed:
        return parameter.allowed[0]
    if parameter.type == "bool":
        return True
    if parameter.type in ("object", "secureobject"):
        members = {
            name: _known(name.rpartition(".")[2], places.get(name, ())) for name in _members(parameter, text)
        }
        whole = _known("", places.get(parameter.name, ()))
        return {**(whole if isinstance(whole, dict) else {}), **_object(members)}
    known = _known(parameter.name, places.get(parameter.name, ()))
    if re.search(r"password.?or.*key", parameter.name, re.IGNORECASE):
        known = PASSWORD if re.search(r'"defaultValue":\s*"password"', text) else SSH_KEY
    if parameter.type == "int":
        return min(max(3, parameter.minimum or 0), parameter.maximum or 3)
    if parameter.type == "array":
        return [str(known)] if known != "shop" or parameter.min_length else []
    text = str(known)
    while len(text) < (parameter.min_length or 0):
        text += "shop"
    return text if len(text) <= (parameter.max_length or len(text)) else text[: parameter.max_length]


def filled_in(text: str, given: dict[str, Any], choice: int) -> Reading:
    """The reading of one scale set with a value for every parameter that it asks for."""
    reading = scaleset.read(text, parameters=given, choice=choice, place=PLACE)
    for _ in range(10):
        asked = [each for each in reading.parameters if _is_open(each)]
        if not asked:
            break
        places = _places(text, given, choice, asked)
        given = {**given, **{each.name: believable(each, places, text) for each in asked}}
        reading = scaleset.read(text, parameters=given, choice=choice, place=PLACE)
    return reading


def _is_open(parameter: TemplateParameter) -> bool:
    """Whether a person has to give it: it has no value, or one that only says what belongs there."""
    if parameter.missing:
        return True
    told = "" if parameter.secure else parameter.default
    if parameter.given or parameter.allowed or not isinstance(told, str):
        return False
    needed = re.search(r"password|key|cert|vault|thumbprint|user", parameter.name, re.IGNORECASE)
    return bool(PLACEHOLDER.search(told) if told else needed and not parameter.default_text)


_WHOLE: Final = "whole"
"""A member that stands for the object itself."""


def _members(parameter: TemplateParameter, text: str) -> list[str]:
    """What the template asks of an object: its name and theirs, with dots."""
    asked = re.findall(rf"parameters\('{re.escape(parameter.name)}'\)((?:\.\w+)+)", text, re.IGNORECASE)
    whole = {f"{parameter.name}{each}" for each in asked}
    return sorted(each for each in whole if not any(other.startswith(f"{each}.") for other in whole))


def _object(members: dict[str, Any]) -> dict[str, Any]:
    """The object that has the members; their names begin with its own."""
    made: dict[str, Any] = {}
    for name, value in members.items():
        paths.put(made, tuple(name.split(".")[1:]), value)
    return made


def _places(text: str, given: dict[str, Any], choice: int, asked: list[TemplateParameter]) -> dict[str, Path]:
    """Where each makes a whole value: each gets a text of its own, and the document tells where it went.

    The text looks like a public key, because a secure value is filled in openly nowhere else.
    """
    marks: dict[str, str] = {}
    values: dict[str, Any] = {}
    for each in asked:
        names = [each.name] if each.type in ("string", "securestring", "array") else []
        if each.type in ("object", "secureobject"):
            names = [*_members(each, text), f"{each.name}.{_WHOLE}"]
        own = {name: f"ssh-rsa {len(marks) + number}" for number, name in enumerate(names)}
        marks |= {mark: name for name, mark in own.items()}
        if not each.allowed and own:
            marked = list(own.values())
            values[each.name] = (
                _object(own) if "object" in each.type else marked if each.type == "array" else marked[0]
            )
    document = scaleset.read(text, parameters={**given, **values}, choice=choice, place=PLACE).document
    found: dict[str, Path] = {}
    for path, value in [*_texts(document, ()), *find(document)]:
        if isinstance(value, str) and value in marks:
            name = marks[value]
            place = path[:-1] if name.endswith(f".{_WHOLE}") else path
            if path[-1] == "keyData" or name not in found:
                found[name.removesuffix(f".{_WHOLE}")] = place
    return found


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, step), step
            yield from _texts(inner, (*path, step))
    else:
        yield path, value


def parameters_beside(file: File) -> dict[str, Any]:
    """The values of the parameters file beside a template, but for those that a person has to replace."""
    stem = file.name.removesuffix(".json")
    names = (f"{stem}.parameters.json", f"{stem}.params.json", "azuredeploy.parameters.json", f"{stem.replace('Template', 'Parameters')}.json", "parameters.json")  # fmt: skip
    for name in names:
        beside = file.with_name(name)
        if beside != file and beside.is_file():
            try:
                values = scaleset.given_values(beside.read_bytes())
            except json_text.JSONTextError:
                continue
            return {each: value for each, value in values.items() if not _is_placeholder(each, value)}
    return {}


def _is_placeholder(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return not isinstance(value, bool | int | list | dict)
    return bool(PLACEHOLDER.search(value) or re.search(r"password|cert|vault|ssh|key", name, re.IGNORECASE))


def parsed_file(file: File) -> Any:
    """The JSON of a file, None for none."""
    try:
        return json_text.parse(json_text.decode(file.read_bytes()), repair=True).value
    except json_text.JSONTextError:
        return None


def measure(folder: File) -> Measurement:
    """Reads and checks every template under the folder."""
    result, seen = Measurement(), set[str]()
    for file in sorted(folder.rglob("*.json")):
        if not file.is_file() or file.stat().st_size > 2_000_000:
            continue
        raw = file.read_bytes()
        if b"microsoft.compute/virtualmachinescalesets" not in raw.lower():
            continue
        where = str(file.relative_to(folder))
        if re.search(r"testfiles|testdata|/tests?/", where, re.IGNORECASE):
            result.left_aside[where] = "made for a test"
            continue
        value = parsed_file(file)
        key = json.dumps(value, sort_keys=True)
        if value is None:
            result.left_aside[where] = "no JSON"
        elif key in seen:
            result.left_aside[where] = "the same as another"
        elif not isinstance(value, dict) or "deploymenttemplate" not in str(value.get("$schema")).casefold():
            result.left_aside[where] = "no template"
        else:
            seen.add(key)
            _measure_file(file, where, value, json_text.decode(raw), result)
    return result


def _measure_file(file: File, where: str, value: dict[str, Any], text: str, result: Measurement) -> None:
    given = parameters_beside(file)
    declared = {name.casefold() for name in value.get("parameters") or ()}
    given = {name: each for name, each in given.items() if name.casefold() in declared}
    started = time.perf_counter()
    try:
        first = filled_in(text, given, 0)
        numbers = [each.number for each in first.choices] or [first.chosen]
        readings = [filled_in(text, given, number) for number in numbers]
    except ReadingError as error:
        result.left_aside[where] = error.message
        return
    spent = time.perf_counter() - started
    for reading in readings:
        name = where if len(readings) == 1 else f"{where}#{reading.chosen}"
        if reading.changes:
            result.left_aside[name] = "changes an existing scale set"
            continue
        request = reading.request
        for note in reading.notes:
            if note.kind == "withheld" and note.path:
                paths.put(request.document, note.path, _known(str(note.path[-1]), note.path))
        checked = time.perf_counter()
        found = scaleset.check(request.document, request.api_version, request.operation, request.target)
        result.checks.append(time.perf_counter() - checked)
        left = [f"{note.where}: {paths.get(reading.document, note.path, '')}" for note in reading.notes if note.kind == "unresolved"]  # fmt: skip
        result.documents.append(Measured(name, request.api_version, found, left, spent))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=File)
    for name in ("--errors", "--open", "--left"):
        asked.add_argument(name, action="store_true")
    wanted = asked.parse_args()
    cast(dict[str, Any], FUNCTIONS).update(AZURES)
    result = measure(wanted.folder)
    open_rules = ("template-expression", "placeholder")
    wrong = {each.where: [one for one in errors(each.found) if one.rule not in open_rules] for each in result.documents}  # fmt: skip
    rules = Counter(one.rule for found in wrong.values() for one in found)
    for each in result.documents:
        for one in wrong[each.where] if wanted.errors else ():
            print(f"{each.where} [{each.version}] {one.rule} ({one.confidence}) {one.where}: {one.message}")
        for line in each.open if wanted.open else ():
            print(f"{each.where} {line}")
    for where, reason in result.left_aside.items() if wanted.left else ():
        print(f"{where}: left aside: {reason}")
    with_errors = sum(1 for found in wrong.values() if found)
    total = len(result.documents)
    print(f"{total} documents from {len({each.where.split('/')[0] for each in result.documents})} repositories; {len(result.left_aside)} left aside")  # fmt: skip
    print(f"{with_errors} documents with errors: {100 * with_errors / max(total, 1):.1f} %; {sum(1 for each in result.documents if each.open)} with open expressions")  # fmt: skip
    print(f"slowest {max(each.seconds for each in result.documents):.1f} s, check {1e6 * statistics.median(result.checks):.0f} µs")  # fmt: skip
    for rule, count in rules.most_common():
        print(f"{count:5} {rule}")


if __name__ == "__main__":
    main()
