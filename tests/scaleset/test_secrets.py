"""Secrets in documents: found in any spelling and version, masked, taken out and put back."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.scaleset import API_VERSIONS, mask, paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path


def concrete(pattern: str) -> Path:
    return paths.parse(pattern.replace("[]", "[0]"))


SECRET_PATTERNS = sorted(
    {node.pattern for v in API_VERSIONS for node in tree(v).walk() if node.property.secret}
)


def test_there_are_the_four_kinds_of_secret() -> None:
    names = {pattern.rsplit(".", 1)[-1] for pattern in SECRET_PATTERNS}
    assert names == {"adminPassword", "customData", "protectedSettings", "content"}


@pytest.mark.parametrize("pattern", SECRET_PATTERNS)
@pytest.mark.parametrize("spelling", [str, str.lower, str.upper])
def test_every_secret_is_masked_in_any_spelling(pattern: str, spelling: Any) -> None:
    path = tuple(spelling(step) if isinstance(step, str) else step for step in concrete(pattern))
    document: dict[str, Any] = {}
    paths.put(document, path, "hidden")
    assert "hidden" not in str(mask(document))
    assert paths.get(mask(document), path) == secrets.MASK
    assert paths.get(document, path) == "hidden"


def test_what_is_not_secret_stays() -> None:
    document = {
        "sku": {"name": "Standard_A1"},
        "adminPassword": "not the one",
        "tags": {"adminPassword": "a tag"},
    }
    assert mask(document) == document


def test_replacing_leaves_the_rest_shared_and_the_original_alone() -> None:
    extensions: list[dict[str, Any]] = [
        {"name": "a", "properties": {"protectedSettings": {"k": 1}}},
        {"name": "b", "properties": {}},
    ]
    document = {"properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": extensions}}}}
    replaced = secrets.replace(document, lambda _path, _value: secrets.reference("abc"))
    changed = replaced["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    assert changed[0]["properties"]["protectedSettings"] == {"$secret": "abc"}
    assert changed[1] is extensions[1]
    assert extensions[0]["properties"]["protectedSettings"] == {"k": 1}
    assert secrets.references(replaced) == {
        "abc": (
            "properties",
            "virtualMachineProfile",
            "extensionProfile",
            "extensions",
            0,
            "properties",
            "protectedSettings",
        )
    }
    assert secrets.replace(document, lambda _path, value: value) is document


@pytest.mark.parametrize("value", [None, "x", {}, {"$secret": 1}, {"$secret": "a", "more": 1}, ["$secret"]])
def test_only_a_lone_id_is_a_reference(value: Any) -> None:
    assert not secrets.is_reference(value)
    assert secrets.referred(value) is None
    assert secrets.referred({"$secret": "a"}) == "a"


@pytest.mark.parametrize(
    "document", [None, [], "x", {"properties": None}, {"properties": {"virtualMachineProfile": []}}]
)
def test_looking_for_secrets_in_anything_is_safe(document: Any) -> None:
    assert list(secrets.find(document)) == []


def test_what_is_known_is_left_out_as_long_as_it_is_the_very_same() -> None:
    held: dict[str, Any] = {
        "adminPassword": 1,
        "properties": {
            "virtualMachineProfile": {
                "osProfile": {"adminPassword": "a", "customData": "b", "computerNamePrefix": "c"},
                "extensionProfile": {"extensions": [{"properties": {"protectedSettings": {"d": 1}}}]},
            }
        },
    }
    profile = held["properties"]["virtualMachineProfile"]
    assert secrets.find(held, held) == []
    others: dict[str, Any] = {
        **held,
        "properties": {"virtualMachineProfile": {**profile, "osProfile": dict(profile["osProfile"])}},
    }
    assert secrets.find(others, held) == []
    others["properties"]["virtualMachineProfile"]["osProfile"]["customData"] = "new"
    at = ("properties", "virtualMachineProfile")
    assert secrets.find(others, held) == [((*at, "osProfile", "customData"), "new")]
    extensions = profile["extensionProfile"]["extensions"]
    more = {
        "properties": {
            "virtualMachineProfile": {"extensionProfile": {"extensions": [*extensions, *extensions]}}
        }
    }
    assert [path for path, _value in secrets.find(more, held)] == [
        (*at, "extensionProfile", "extensions", position, "properties", "protectedSettings")
        for position in (0, 1)
    ]
