"""Random documents of the catalogue, for Hypothesis: any declared members, values of the declared types."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, List, Map, Node, Number, Single

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAMES = st.text("abcXYZ019.-_ é", min_size=1, max_size=6)
FREE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)


@cache
def documents(api_version: str) -> st.SearchStrategy[dict[str, Any]]:
    """Documents of one API version. Nothing that Azure writes is in them; nothing required need be."""
    return _values(tree(api_version))


def _values(node: Node) -> st.SearchStrategy[Any]:
    prop = node.property
    if isinstance(prop, Single):
        wires = [wire for wire, child in node.children.items() if not child.property.read_only]
        if not wires:
            return st.just({})
        # A few members at a time: all at once would be one large document again and again.
        return st.lists(st.sampled_from(wires), max_size=4, unique=True).flatmap(
            lambda chosen: st.fixed_dictionaries({wire: _values(node.children[wire]) for wire in chosen})
        )
    if isinstance(prop, List) and node.item is not None:
        return st.lists(_values(node.item), max_size=3)
    if isinstance(prop, Map) and node.item is not None:
        return st.dictionaries(NAMES, _values(node.item), max_size=3)
    return _leaves(node)


def _leaves(node: Node) -> st.SearchStrategy[Any]:
    prop = node.property
    if isinstance(prop, Choice):
        wires = [value.wire for value in prop.values_in(node.api_version)]
        return st.sampled_from(wires) if wires else WORDS
    if isinstance(prop, Boolean):
        return st.booleans()
    if isinstance(prop, Integer):
        low = prop.minimum if prop.minimum is not None else -5
        return st.integers(low, prop.maximum if prop.maximum is not None else low + 5000)
    if isinstance(prop, Number):
        return st.floats(-1e6, 1e6)
    if isinstance(prop, Json):
        return st.dictionaries(NAMES, FREE, max_size=3) if prop.objects else FREE
    return WORDS
