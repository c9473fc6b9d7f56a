"""What stands where fields cannot show it: another value in the place of an object. It can be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from vmssbuilder.drafts.steps import Field
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path


def odd_holders(content: Any, place: Path, fields: Collection[Field]) -> Iterator[Path]:
    """The places on the way to the fields of a page that hold something else than an object, each once."""
    last: Path | None = None
    for entry in fields:
        holder = entry.below[:-1]
        if holder == last or entry.within:
            continue
        last = holder
        here = paths.get(content, place)
        for depth, step in enumerate(holder):
            if not isinstance(here, dict) or step not in here:
                break
            here = here[step]
            if not isinstance(here, dict):
                yield place + holder[: depth + 1]
