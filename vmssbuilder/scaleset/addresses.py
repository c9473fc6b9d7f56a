"""Addresses of Azure Resource Manager: what a request is about, as far as its method and address tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from . import versions
from .refusals import RESOURCE_TYPE
from .request import Target

DEPLOYMENT_TYPE: Final = "Microsoft.Resources/deployments"

_ADDRESS: Final = re.compile(
    r"/subscriptions/([^/?#\s]*)(?:/resourceGroups/([^/?#\s]*))?(?:/providers/([^?#\s]*))?", re.IGNORECASE
)
_VERSION: Final = re.compile(r"[?&]api-version=([^&\s#'\"`]*)", re.IGNORECASE)
_STANDS_FOR_ANOTHER: Final = re.compile(
    r"[{}<>\[\]$%*()]|\A(?:RESOURCE-GROUP|SCALE-SET-NAME|[xX]{2,12}(?:-[xX]{2,12})+"
    r"|(?i:(?:your[-_ ]?|my[-_ ]?)?subscription[-_ ]?(?:id)?))\Z"
)
"""A placeholder: those of the documentation, of variables, of what people make unreadable, and of our own exports."""

_ACTIONS: Final = frozenset(("validate", "whatif", "exporttemplate"))


def known(part: str) -> str:
    """A part of an address, "" for a placeholder such as `{subscription-id}`, which tells nothing."""
    return "" if _STANDS_FOR_ANOTHER.search(part) else part


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as a text tells it. method: GET, PUT and so on, "" where it is not told; address: path and query."""

    method: str = ""
    address: str = ""

    @property
    def api_version(self) -> str:
        """The API version in its query, "" where there is none or a placeholder."""
        found = _VERSION.search(self.address)
        return known(unquote(found[1])) if found is not None else ""

    @property
    def target(self) -> Target:
        """The scale set, or where it is to be, as far as it is told."""
        found = _ADDRESS.search(self.address)
        if found is None:
            return Target()
        names = self._provider.split("/")
        name = names[2] if len(names) > 2 and self.kind == RESOURCE_TYPE else ""
        return Target(*(known(unquote(part or "")) for part in (found[1], found[2], name)))

    @property
    def _provider(self) -> str:
        found = _ADDRESS.search(self.address)
        return (found[3] or "").strip("/") if found is not None else ""

    @property
    def kind(self) -> str:
        """The type of the resource, "" where the address tells none. An action of a deployment is about it."""
        namespace, *steps = self._provider.split("/")
        kinds = steps[::2]
        if len(steps) > 2 and steps[2].casefold() in _ACTIONS:
            kinds = kinds[:1]
        kind = "/".join((namespace, *kinds)) if kinds else ""
        known_as = {each.casefold(): each for each in (RESOURCE_TYPE, DEPLOYMENT_TYPE)}
        return known_as.get(kind.casefold(), kind)

    @property
    def action(self) -> str:
        """What a POST does with a scale set: `start`, `deallocate`; "" for anything else."""
        steps = self._provider.split("/")
        if self.method != "POST" or len(steps) != 4:
            return ""
        return steps[3] if "/".join(steps[:2]).casefold() == RESOURCE_TYPE.casefold() else ""

    @property
    def updates(self) -> bool:
        return self.method == "PATCH"


def stated(written: object) -> str:
    """An API version that a text states, as it is written; "" where that is none."""
    if not isinstance(written, str):
        return ""
    return written.strip() if re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}(?:-[a-z]+)?\s*", written, re.ASCII) else ""


def usable(written: str) -> str | None:
    """The API version when it is one that has scale sets."""
    folded = written.casefold()
    return folded if folded in versions.API_VERSIONS else None
