"""Azure resource ids in words: what people call a resource, and where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(
    r"/subscriptions/(?P<subscription>[^/\s]+)/resourceGroups/(?P<group>[^/\s]+)/providers/[^/\s]+"
    r"(?P<rest>(?:/[^/\s]+/[^/\s]+)+)/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ResourceId:
    """The parts of a resource id. names: of the resource and of what holds it, outermost first: vnet1, web."""

    subscription: str
    group: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it: “vnet1 / web”."""
        return " / ".join(self.names)

    @classmethod
    def parse(cls, written: str) -> ResourceId | None:
        """None for what is no id of a resource in a group."""
        # Most values are none, and are not worth a pattern.
        found = _ID.fullmatch(written.strip()) if written.lstrip()[:15].lower() == "/subscriptions/" else None
        if found is None:
            return None
        return cls(found["subscription"], found["group"], tuple(found["rest"].split("/")[2::2]))


def resource_name(written: str) -> str:
    """The name in an id of a resource, the text itself where it is none."""
    found = ResourceId.parse(written)
    return found.name if found else written
