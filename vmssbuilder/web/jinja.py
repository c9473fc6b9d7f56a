"""Jinja2 as the templates of fields use it."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from . import icons, times


def environment(**options: Any) -> Environment:
    """The environment of the templates of fields: everything is escaped, and a line with only a tag leaves no trace."""
    options |= {"trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, "autoescape": True})  # noqa: S701 - on, which the rule does not see
    made.filters["when"] = times.when
    # Each template that is drawn copies them, a third of what a small one takes: there are no others.
    made.globals.clear()
    made.globals["icon"] = icons.icon
    return made
