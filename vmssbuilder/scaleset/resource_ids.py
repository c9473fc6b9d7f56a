"""Azure resource ids in words: what people call a resource, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GALLERIES: Final = ("sharedgalleries", "communitygalleries")


@dataclass(frozen=True, slots=True)
class ResourceId:
    """The parts of a resource id. names: of the resource and of what holds it, outermost first: vnet1, web.

    subscription, group: "" where the id names none.
    """

    subscription: str
    group: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it: “vnet1 / web”."""
        return " / ".join(self.names)

    @property
    def words(self) -> str:
        """What people call it, and the resource group that it is in: “vnet1 / web in rg-network”."""
        return f"{self.name} in {self.group}" if self.group else self.name

    @classmethod
    def parse(cls, written: str) -> ResourceId | None:
        """None for what is no id of a resource, or holds what nobody would see in its name."""
        text = written.strip().removesuffix("/")
        # Most values are none, and are not worth taking apart.
        if text[:1] != "/" or " " in text or not text.isprintable():
            return None
        parts = text[1:].split("/")
        if len(parts) % 2 or "" in parts:
            return None
        kinds, names = [each.lower() for each in parts[::2]], parts[1::2]
        if kinds[0] in _GALLERIES and len(names) > 1:
            return cls("", "", tuple(names))
        if kinds[0] != "subscriptions" or len(names) < 2:
            return None
        group = names[1] if kinds[1] == "resourcegroups" else ""
        below = 2 if group else 1
        if kinds[below : below + 1] != ["providers"]:
            # The id of the resource group itself.
            return cls(names[0], "", (group,)) if group and len(names) == 2 else None
        if kinds[-1] == "providers":
            return None
        own = [name for kind, name in zip(kinds, names, strict=True) if kind != "providers"][below:]
        return cls(names[0], group, tuple(own))


def resource_name(written: str) -> str:
    """The name in an id of a resource, the text itself where it is none."""
    found = ResourceId.parse(written)
    return found.name if found else written
