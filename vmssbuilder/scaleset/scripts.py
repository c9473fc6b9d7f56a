"""Secret members that are scripts: what instances run, which a reviewer wants to read; and never what opens something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import presets, secrets
from .catalogue import tree
from .paths import MISSING, Path, get, text
from .presets import PROTECTED
from .properties import Node


@dataclass(frozen=True, slots=True)
class SecretScript:
    """A script in a document. path: of the secret that holds it. member: its name in there, "" where it is all of it."""

    path: Path
    member: str
    node: Node

    @property
    def place(self) -> str:
        """Its name in forms and in the log."""
        return text((*self.path, self.member) if self.member else self.path)

    def of(self, secret: Any) -> str | None:
        """The script in a secret in clear; None where there is none."""
        value = get(secret, (self.member,), MISSING) if self.member else secret
        return value if isinstance(value, str) and value else None


def find(document: Any, api_version: str) -> list[SecretScript]:
    """Where scripts can be in the stored secrets of the document, those that are declared as such alone.

    Members of protected settings are named whether or not they are set: only who opens the secret can know.
    """
    return [
        script
        for path, value in secrets.find(document)
        if secrets.is_reference(value)
        for script in _in(document, path, api_version)
    ]


def _in(document: Any, path: Path, api_version: str) -> Iterator[SecretScript]:
    node = tree(api_version).at(path)
    if node is None:
        return
    if node.property.script:
        yield SecretScript(path, "", node)
    elif path[-len(PROTECTED) :] == PROTECTED and "extensionProfile" in path:
        preset = presets.of(get(document, path[: -len(PROTECTED)]))
        if preset is not None and preset.protected is not None:
            for wire, child in presets.settings_tree(preset.protected, api_version).children.items():
                if child.property.script:
                    yield SecretScript(path, wire, child)
