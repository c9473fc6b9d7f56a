"""What a form sent, for a page that says it was not saved and offers to send it once more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.http import HttpRequest

from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.versions import API_VERSIONS

SHOWN_AGAIN: Final = 500_000
"""Characters that such a page takes at most."""

TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field

_SECRET: Final = re.compile(
    r"passw|secret|credential|token|protectedsettings|connectionstring", re.IGNORECASE
)
_SECRET_WITHIN: Final = re.compile(
    rf"{_SECRET.pattern}|securestring|pwd|private key|authorization|bearer|customdata", re.IGNORECASE
)
_OURS: Final = frozenset({TOKEN, "withheld"})
"""Names that match, but hold nobody's secret."""


@dataclass(frozen=True, slots=True)
class ResentValue:
    """One value of the form. withheld: whether it is to be entered again; lines: whether it had several."""

    name: str
    value: str
    withheld: bool = False
    lines: bool = False

    @property
    def may_hold_secret(self) -> bool:
        """Whether the value is a text, JSON for example, in which a secret may stand."""
        return bool(_SECRET_WITHIN.search(self.value))


def kept(request: HttpRequest, *, files: bool = False) -> dict[str, Any]:
    """What a form sent, as `partials/sent_again.html` wants it; `sent` is empty where the page could not hold it all.

    files: whether a form with files counts as well. They cannot be kept and are asked for again.
    """
    posted = request.method == "POST"
    sent = _sent(request) if posted else []
    short = sum(len(each.name) + len(each.value) for each in sent) <= SHOWN_AGAIN
    chosen = sorted(name for name, each in request.FILES.items() if each) if posted else []
    held = sent if short and (files or not chosen) else []
    return {
        "posted": posted,
        "sent": held,
        "files": chosen if held else [],
        "withheld": any(each.withheld for each in held),
        "action": request.get_full_path(),
    }


def without_token(found: dict[str, Any]) -> dict[str, Any]:
    """The same for a page whose form carries a token of its own, because the one that was sent counts no more."""
    return found | {"sent": [each for each in found["sent"] if each.name != TOKEN]}


def _sent(request: HttpRequest) -> list[ResentValue]:
    """What the form held, in its order. Secrets come without their value, and only those that had one."""
    withheld = set(request.POST.getlist("withheld"))
    found = []
    for name, values in request.POST.lists():
        for value in map(str, values):
            if name not in _OURS and (name in withheld or _is_secret(name)):
                found += [ResentValue(name, "", withheld=True, lines="\n" in value)] if value else []
            else:
                found.append(ResentValue(name, value))
    return found


def _is_secret(name: str) -> bool:
    """Whether a field of this name is for a secret. One that only looks like it is asked for once more as well."""
    last = re.split(r"[.:\[\]']+", name.partition(":")[0].rstrip("]'"))[-1]
    return bool(_SECRET.search(name)) or last.casefold() in _secret_names()


@cache
def _secret_names() -> frozenset[str]:
    parts = (node for version in API_VERSIONS for node in tree(version).walk())
    members = (member for part in parts for member in part.children.items())
    return frozenset(name.casefold() for name, node in members if node.property.secret)
