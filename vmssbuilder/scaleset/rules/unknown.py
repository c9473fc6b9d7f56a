"""Values that nobody knows yet: expressions of a template, and the asterisks that stand for a secret.

Such a value has one finding, that it has to be replaced. No rule judges it, nor what follows from it. So that no rule
has to look out for it, a document that holds some is guarded: its objects and lists raise `Unknown` when they are asked
for one, and a rule that asked has nothing to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, ItemsView, Iterable, Iterator, ValuesView
from typing import Any, Final

from ..expressions import COMPUTED
from ..paths import MAX_DEPTH, Path
from ..secrets import MASK

FREE_TEXT: Final = frozenset(
    "settings protectedSettings customData userData adminPassword content commandToExecute keyData".split()
)
"""Members whose text, at any depth, is somebody else's: scripts, settings, passwords."""

_EXPRESSION: Final = re.compile(r"\[\s*([A-Za-z]\w*(?:\.\w+)?)\s*\(.*\]\Z", re.DOTALL)
_OF_TEMPLATES: Final = COMPUTED | frozenset(
    """
    copyindex deployer deployment environment extensionresourceid guid lambda listkeys listsecrets managementgroup
    managementgroupresourceid newguid parameters pickzones reference references resourcegroup resourceid subscription
    subscriptionresourceid tenant tenantresourceid uniquestring uri utcnow variables
    """.split()
)


HOLDERS: Final = (dict, list)
"""As a tuple: a union would be made anew for each value of a document."""


class Unknown(Exception):
    """A rule asked for a value that nobody knows."""


def is_expression(written: str, *, free: bool = False) -> bool:
    """Whether the text is an expression such as `[resourceGroup().location]`.

    free: it may well be somebody else's text, so only calls of what templates know count.
    """
    found = _EXPRESSION.match(written)
    return found is not None and (not free or found[1].casefold() in _OF_TEMPLATES)


def hints(document: Any) -> tuple[bool, bool, bool]:
    """A quick look at all texts and names before the careful ones.

    Answers whether one holds an opening brace, whether one may be an expression or asterisks, and whether one is more
    than ASCII.
    """
    texts: list[str] = []
    holders: list[Any] = [document]
    # Grows while it is gone through.
    for holder in holders:
        named = isinstance(holder, dict)
        if named:
            texts += holder
        for value in holder.values() if named else holder:
            if isinstance(value, str):
                texts.append(value)
            elif isinstance(value, HOLDERS):
                holders.append(value)
    written = "\n".join(["", *texts])
    return "{" in written, "\n[" in written or "\n*" in written, not written.isascii()


def find(document: Any) -> dict[Path, bool]:
    """Each place with an unknown value or name, in document order; whether it is an expression, not asterisks."""
    found: dict[Path, bool] = {}
    _find(document, (), False, found)
    return found


def _find(holder: Any, path: Path, free: bool, found: dict[Path, bool]) -> None:
    named = isinstance(holder, dict)
    steps: Iterable[tuple[Any, Any]] = holder.items() if named else enumerate(holder)
    for step, value in steps:
        place = (*path, step)
        inside = free or step in FREE_TEXT
        if named and is_expression(step, free=free):
            found[place] = True
        elif isinstance(value, str):
            if value[:1] == "[" and is_expression(value, free=inside):
                found[place] = True
            elif value == MASK:
                found[place] = False
        elif isinstance(value, HOLDERS) and len(path) < MAX_DEPTH:
            _find(value, place, inside, found)


def guarded(document: dict[str, Any], places: Collection[Path]) -> dict[str, Any]:
    """A copy that raises Unknown when it is asked for what stands at one of the places. The rest is shared."""
    top = _Object(document)
    for path in places:
        holder: Any = top
        for step in path[:-1]:
            holder = _below(holder, step)
        if isinstance(holder, _Object if isinstance(path[-1], str) else _List):
            holder.unknown.add(path[-1])
    return top


def _below(holder: Any, step: Any) -> Any:
    """The guarded object or list at that step, made when it is first asked for. None when there is none."""
    if isinstance(holder, _Object):
        value = dict.get(holder, step)
    elif isinstance(holder, _List) and isinstance(step, int) and step < len(holder):
        value = list.__getitem__(holder, step)
    else:
        return None
    if type(value) is dict or type(value) is list:
        holder[step] = value = _Object(value) if isinstance(value, dict) else _List(value)
    return value


class _Object(dict[str, Any]):
    def __init__(self, plain: dict[str, Any]) -> None:
        super().__init__(plain)
        self.unknown: set[Any] = set()

    def __getitem__(self, name: str) -> Any:
        if name in self.unknown:
            raise Unknown
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        if name in self.unknown:
            raise Unknown
        return dict.get(self, name, default)

    def __contains__(self, name: object) -> bool:
        # An expression may come to nothing, so not even this is known.
        if name in self.unknown:
            raise Unknown
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        if any(name[:1] == "[" for name in self.unknown):
            raise Unknown
        return super().__iter__()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # a dict's own view is a subclass
        if self.unknown:
            raise Unknown
        return dict.items(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override] # as above
        if self.unknown:
            raise Unknown
        return dict.values(self)


class _List(list[Any]):
    def __init__(self, plain: list[Any]) -> None:
        super().__init__(plain)
        self.unknown: set[Any] = set()

    def __getitem__(self, position: Any) -> Any:
        if self.unknown and (isinstance(position, slice) or position in self.unknown):
            raise Unknown
        return super().__getitem__(position)

    def __contains__(self, value: object) -> bool:
        if self.unknown:
            raise Unknown
        return super().__contains__(value)

    def __iter__(self) -> Iterator[Any]:
        if self.unknown:
            raise Unknown
        return super().__iter__()
