"""Suggestions as HTML: options under a field, and rows of the page to choose on. Strings joined in Python, all escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from vmssbuilder.accounts.lookups import Asked
from vmssbuilder.azure.pickers import Found, Suggestion
from vmssbuilder.azure.pickers.sources import FEATURES, MORE_FEATURES

from .whereabouts import Target

FEATURE_TITLES = {name: title for name, (_capability, title) in FEATURES.items()} | MORE_FEATURES


def age_in_words(seconds: float) -> str:
    """How old a list is: “just now”, “5 minutes ago”."""
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        number = int(seconds // size)
        if number:
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"


def how_many(found: Found, plural: str) -> str:
    """“50 of 9,974 VM sizes”."""
    shown = len(found.suggestions)
    if found.total == 0:
        return f"No {plural} match"
    return f"{shown:,} of {found.total:,} {plural}" if shown < found.total else f"{found.total:,} {plural}"


def options(asked: Asked, found: Found | None, target: Target, choose_url: str, missing: str) -> str:
    """What drops down under a field. missing: what the draft has to say first, in words."""
    plural = target.picker.plural
    items = "".join(map(_option, found.suggestions)) if found is not None else ""
    foot = [how_many(found, plural)] if found is not None else []
    if missing:
        foot.append(f"Choose {missing} first, or type the value")
    if asked.trouble is not None:
        foot.append(f"{asked.trouble.message} {asked.trouble.cure}")
    elif asked.loading:
        foot.append("Asking Azure…" if asked.value is None else "Renewing…")
    elif asked.value is not None:
        foot.append(f"as of {age_in_words(asked.value.age)}")
    listed = f'<ul class="options" role="listbox" aria-label="{escape(plural)}">{items}</ul>' if items else ""
    passes = asked.trouble is not None and asked.trouble.passes
    # By these the script knows when to ask again by itself.
    again = " data-again" if asked.loading else " data-later" if passes else ""
    return (
        f'{listed}<p class="suggest__foot"{again}><span role="status">{escape(" · ".join(foot))}</span> '
        f'<a href="{escape(choose_url)}">More, with details</a></p>'
    )


def _option(suggestion: Suggestion) -> str:
    also = " data-also" if suggestion.also else ""
    reason = f'<span class="options__reason">{escape(suggestion.reason)}</span>' if suggestion.reason else ""
    return (
        f'<li role="option" aria-selected="false" data-value="{escape(suggestion.value)}"{also}>'
        f"<span>{escape(suggestion.title)}</span> "
        f'<span class="options__detail">{escape(suggestion.detail)}</span> {reason}</li>'
    )


def rows(found: Iterable[Suggestion], chosen: frozenset[str], *, several: bool) -> str:
    """The suggestions to choose from on the page: radio buttons, or boxes where several can be chosen."""
    kind = "checkbox" if several else "radio"
    return "".join(
        _row(number, suggestion, kind, checked=suggestion.value.lower() in chosen)
        for number, suggestion in enumerate(found)
    )


def _row(number: int, suggestion: Suggestion, kind: str, *, checked: bool) -> str:
    own = f"choice-{number}"
    facts = _facts(suggestion)
    reason = (
        f'<span class="pick__reason"><svg class="icon" aria-hidden="true"><use href="#i-warning"/></svg>'
        f"{escape(suggestion.reason)}</span>"
        if suggestion.reason
        else ""
    )
    along = ", ".join(f"{name.removeprefix('plan.')} {value}" for name, value in suggestion.also.items())
    also = f'<span class="pick__detail">Also fills in the plan: {escape(along)}</span>' if along else ""
    detail = f'<span class="pick__detail">{escape(suggestion.detail)}</span>' if suggestion.detail else ""
    wire = (
        f'<span class="wire pick__value">{escape(suggestion.value)}</span>'
        if suggestion.value != suggestion.title and len(suggestion.value) < 400
        else ""
    )
    state = " pick--out" if suggestion.reason else ""
    return (
        f'<li class="pick{state}"><input type="{kind}" id="{own}" name="value" value="{escape(suggestion.value)}"'
        f'{" checked" if checked else ""} aria-describedby="{own}-about">'
        f'<div class="pick__body"><label for="{own}">{escape(suggestion.title)}</label>'
        f'<div id="{own}-about">{detail}{facts}{reason}{also}{wire}</div></div></li>'
    )


def _facts(suggestion: Suggestion) -> str:
    """What a VM size can do; other things say all in their detail."""
    facts = suggestion.facts
    if "vcpus" not in facts:
        return ""
    zones = facts.get("zones") or []
    words = [f"zones {', '.join(zones)}" if zones else "no zones"]
    words += [FEATURE_TITLES[each] for each in facts.get("features", ()) if each in FEATURE_TITLES]
    words.append(f"{facts.get('disks')} data disks")
    return f'<span class="pick__facts">{escape(" · ".join(words))}</span>'


def choices(values: Iterable[str], chosen: str) -> str:
    """The options of a select that may be left open."""
    written = (
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(value)}</option>'
        for value in values
    )
    return f'<option value="">Any</option>{"".join(written)}'


def features(chosen: tuple[str, ...]) -> str:
    """A box for each feature that a size may have."""
    return "".join(
        f'<div class="choice"><input type="checkbox" id="feature-{name}" name="feature" value="{name}"'
        f'{" checked" if name in chosen else ""}><label for="feature-{name}">{escape(title)}</label></div>'
        for name, title in FEATURE_TITLES.items()
    )
