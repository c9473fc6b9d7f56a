"""Rules about tags."""

from __future__ import annotations

import re
from typing import Final

from .base import UPDATE, Hit, Hits, rule
from .shapes import repeated, set_to
from .view import View

_REFUSED_IN_NAME: Final = re.compile(r"[<>%&\\?/]")
_SECRET_NAME: Final = re.compile(
    r"passw|pwd|secret|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|token|credential", re.IGNORECASE
)
_SECRET_VALUE: Final = re.compile(
    r"-----BEGIN|AccountKey=|SharedAccessKey=|[?&]sig=|\beyJ[\w-]{10,}\.|\bgh[pousr]_\w{20}|\bAKIA[A-Z0-9]{12}|[Pp]assword\s*[=:]"
)


@rule("tags-object", "A tag's value must be text, in quotation marks.", misfit=True)
def tags_object(view: View) -> Hits:
    tags = view.raw.get("tags")
    if "tags" not in view.raw:
        return None
    if not isinstance(tags, dict):
        return Hit(
            ("tags",),
            message="Tags must be an object of names and text values, such as an owner's name under “owner”.",
        )
    return [
        Hit(
            ("tags", name),
            fix=set_to(
                ("tags", name),
                str(value).lower() if isinstance(value, bool) else str(value),
                "Write it as text",
            )
            if isinstance(value, bool | int | float)
            else None,
        )
        for name, value in tags.items()
        if not isinstance(value, str)
    ]


@rule("tags-max-50", "A resource can have at most 50 tags and this has {count}. Remove some.")
def tags_max_50(view: View) -> Hits:
    return Hit(("tags",), {"count": len(view.tags)}) if len(view.tags) > 50 else None


@rule(
    "tags-legacy-15",
    "This has {count} tags. Azure allows 50, but older tools stop at 15; drop some if such a tool reads them.",
    severity="warning",
)
def tags_legacy_15(view: View) -> Hits:
    return Hit(("tags",), {"count": len(view.tags)}) if 15 < len(view.tags) <= 50 else None


@rule("tag-name-length", "A tag name has at most 512 characters and this has {count}. Shorten it.")
def tag_name_length(view: View) -> Hits:
    if not view.tags:
        return None
    unnamed = (
        [Hit(("tags", ""), message="A tag has no name. Enter one, or remove the tag.")]
        if "" in view.tags
        else []
    )
    return unnamed + [Hit(("tags", name), {"count": len(name)}) for name in view.tags if len(name) > 512]


@rule("tag-value-length", "A tag value has at most 256 characters and this has {count}. Shorten it.")
def tag_value_length(view: View) -> Hits:
    if not view.tags:
        return None
    return [
        Hit(("tags", name), {"count": len(value)}) for name, value in view.tags.items() if len(value) > 256
    ]


@rule("tag-name-chars", "A tag name cannot contain {character}. Azure refuses < > % & \\ ? and / there.")
def tag_name_chars(view: View) -> Hits:
    if not view.tags:
        return None
    return [
        Hit(("tags", name), {"character": found[0]})
        for name in view.tags
        if (found := _REFUSED_IN_NAME.search(name)) is not None
    ]


@rule(
    "tag-name-case-dup",
    "Azure takes “{name}” for the same tag as one above, since capitals do not count. Keep one of them.",
    confidence="I",
)
def tag_name_case_dup(view: View) -> Hits:
    if not view.tags:
        return None
    return [
        Hit(("tags", name), {"name": name}) for _place, name in repeated([(None, name) for name in view.tags])
    ]


@rule(
    "tag-secret",
    "This tag looks like a secret. Tags are stored as plain text and show up in bills and exports; keep secrets in a key vault.",
    severity="warning",
)
def tag_secret(view: View) -> Hits:
    if not view.tags:
        return None
    return [
        Hit(("tags", name))
        for name, value in view.tags.items()
        if _SECRET_VALUE.search(value) or (value and _SECRET_NAME.search(name))
    ]


@rule(
    "tags-patch-replaces-all",
    "An update replaces the tags as a whole: tags of the scale set that are not listed here are removed.",
    severity="warning",
    operations=UPDATE,
)
def tags_patch_replaces_all(view: View) -> Hits:
    return Hit(("tags",)) if "tags" in view.document else None
