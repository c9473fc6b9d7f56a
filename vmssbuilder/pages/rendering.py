"""How forms find their templates: those of fields in Jinja2, all others in Django's own language, each looked for once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms.renderers import TemplatesSetting
from django.template import engines, loader
from jinja2 import Environment

from vmssbuilder.pages import times

FIELDS = "forms/"
"""Where the templates of fields are. A step page draws up to a hundred fields from them, at a tenth of the cost."""


class Renderer(TemplatesSetting):
    """Django's renderer, which takes the product's templates before Django's own."""

    def get_template(self, template_name: str) -> Any:
        return _find(template_name) if settings.DEBUG else _found(template_name)


def _find(template_name: str) -> Any:
    if template_name.startswith(FIELDS):
        return engines["fields"].get_template(template_name)
    return loader.get_template(template_name, using="django")


_found = lru_cache(maxsize=200)(_find)


def environment(**options: Any) -> Environment:
    """The environment of the templates of fields: everything is escaped, and a line with only a tag leaves no trace."""
    options |= {"trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, "autoescape": True})  # noqa: S701 - on, which the rule does not see
    made.filters["when"] = times.when
    return made
