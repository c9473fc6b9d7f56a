"""Keeping the sandbox's Azure in a file, so that it is still there after a restart.

What is kept: resource groups, scale sets with their instances, operations under way, resources that were put there, and
which sign-ins may still be renewed. No secret is: those of scale sets are replaced by made-up ones, of which Azure returns
none either, and of refresh tokens only a hash is known here at all. Deployments, faults and received requests are forgotten.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from vmssbuilder.scaleset import secrets as secret_members

from .entra import Entra
from .memory import Instance, Memory, SandboxOperation, ScaleSet

FORMAT: Final = 1
OPERATIONS_KEPT: Final = 500
"""The newest ones, those that ended too: somebody may still ask how one ended."""


class StateFile:
    """Writes the state to a file whenever it changed, and reads it once."""

    def __init__(self, path: Path, memory: Memory, entra: Entra) -> None:
        self._path = path
        self._memory = memory
        self._entra = entra
        self._writing = threading.Lock()
        self._written = ""

    def save(self) -> None:
        """Writes the state if it is another one. The file is whole at any moment, and its owner's alone.

        Raises OSError where it cannot be written.
        """
        with self._writing:
            text = json.dumps(self._state(), separators=(",", ":"))
            if text == self._written:
                return
            aside = self._path.with_name(f"{self._path.name}.new")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._path)
            self._written = text

    def load(self) -> str:
        """Takes over what the file holds, if there is one; answers what is wrong with it, "" when nothing is."""
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            return f"{self._path} cannot be read ({type(error).__name__}), so the sandbox begins empty."
        try:
            self._take(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._memory.reset()
            aside = self._path.with_name(f"{self._path.name}.unreadable")
            self._path.replace(aside)
            return f"{self._path} could not be understood and is now {aside.name}; the sandbox begins empty."
        return ""

    def _state(self) -> dict[str, Any]:
        memory = self._memory
        with memory.lock:
            ahead = time.time() - memory.clock()
            return {
                "format": FORMAT,
                "groups": [[subscription, *named] for (subscription, _), named in memory.groups.items()],
                "scale_sets": [_scale_set(each) for each in memory.scale_sets.values()],
                "operations": [
                    _operation(each, ahead) for each in list(memory.operations.values())[-OPERATIONS_KEPT:]
                ],
                "added": memory.added,
                "registered": memory.registered_subscriptions(),
                "grants": self._entra.grants(),
            }

    def _take(self, state: dict[str, Any]) -> None:
        if state["format"] != FORMAT:
            raise ValueError("it was written by another version")
        memory = self._memory
        with memory.lock:
            ahead = time.time() - memory.clock()
            memory.groups = {
                (subscription, name.lower()): (name, region) for subscription, name, region in state["groups"]
            }
            found = [_scale_set_of(each) for each in state["scale_sets"]]
            memory.scale_sets = {each.key: each for each in found}
            operations = [_operation_of(each, ahead) for each in state["operations"]]
            memory.operations = {each.id: each for each in operations}
            memory.added = dict(state["added"])
            for subscription in state["registered"]:
                memory.register(subscription, at_once=True)
            self._entra.take_grants(state["grants"])


def _scale_set(scale_set: ScaleSet) -> dict[str, Any]:
    kept = asdict(scale_set)
    kept["model"] = secret_members.replace(scale_set.model, _withheld)
    return kept


def _scale_set_of(kept: dict[str, Any]) -> ScaleSet:
    instances = [Instance(**each) for each in kept.pop("_instances")]
    following = kept.pop("_next_instance")
    found = ScaleSet(**kept)
    found.model = secret_members.replace(found.model, _stand_in)
    found._instances, found._next_instance = instances, following  # noqa: SLF001 - put back as they were
    return found


def _withheld(_path: Any, value: Any) -> Any:
    return {} if isinstance(value, dict) else secret_members.reference("not kept")


def _stand_in(_path: Any, value: Any) -> Any:
    """Something that is as good as the secret wherever it is looked at again: a sound password, and Base64."""
    return f"Aa1/{secrets.token_hex(10)}" if secret_members.is_reference(value) else value


def _operation(operation: SandboxOperation, ahead: float) -> dict[str, Any]:
    """By the clock on the wall: the other one begins anew with each process."""
    endless = operation.ends == float("inf")
    kept: dict[str, Any] = {
        name: getattr(operation, name)
        for name in ("id", "kind", "region", "outcome", "error", "settled", "since")
    }
    if operation.effect is not None and not operation.settled:
        # What it was about to do to the instances is known to nobody any more.
        kept |= {"outcome": "Canceled"}
    return kept | {
        "key": list(operation.key),
        "started": round(operation.started + ahead, 1),
        "ends": None if endless else round(operation.ends + ahead, 1),
    }


def _operation_of(kept: dict[str, Any], ahead: float) -> SandboxOperation:
    ends = float("inf") if kept["ends"] is None else kept["ends"] - ahead
    times = {"started": kept["started"] - ahead, "ends": ends}
    return SandboxOperation(**{**kept, "key": tuple(kept["key"]), **times})
