"""The fields of a step as Django and crispy-bootstrap5 draw them by default, and as we do, each on a page of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, HttpResponse
from django.template import engines

from bench import documents
from vmssbuilder.drafts import steps
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.forms.widgets import RADIOS_UP_TO
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Node

STEP = steps.owner(("properties", "virtualMachineProfile", "osProfile"))
LAYOUT = steps.step_layout(STEP, documents.API_VERSION)


def _field(node: Node) -> forms.Field:
    prop = node.property
    words: dict[str, Any] = {"label": prop.title, "help_text": prop.help, "required": False}
    if isinstance(prop, Choice | Boolean):
        values = prop.values_in(node.api_version) if isinstance(prop, Choice) else ()
        choices = [(value.wire, value.label) for value in values] or [("true", "Yes"), ("false", "No")]
        choices.append(("", "Leave to Azure"))
        few = len(choices) <= RADIOS_UP_TO + 1
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect if few else forms.Select, **words)
    return forms.IntegerField(**words) if isinstance(prop, Integer) else forms.CharField(**words)


def _form() -> forms.Form:
    document = documents.document()
    form = forms.Form(
        initial={paths.text(entry.below): str(paths.get(document, entry.below, "")) for entry in _leaves()},
        renderer=_DEFAULT,
    )
    form.fields = {paths.text(entry.below): _field(entry.node) for entry in _leaves()}
    return form


def _leaves() -> list[steps.Field]:
    return [entry for entry in LAYOUT.fields if not entry.is_cards and not entry.is_rows]


COUNT = len(_leaves())
# The product's own draws Django's widgets in Jinja2.
_DEFAULT = DjangoTemplates()
_PAGE = "<!doctype html><title>Bench</title><form method=post>{% csrf_token %}FIELDS</form>"
_DJANGO = engines["django"].from_string(_PAGE.replace("FIELDS", "{{ form.as_div }}"))
_CRISPY = engines["django"].from_string(
    "{% load crispy_forms_tags %}" + _PAGE.replace("FIELDS", "{{ form|crispy:'bootstrap5' }}")
)
_OURS = engines["django"].from_string(
    _PAGE.replace("FIELDS", "{% for field in fields %}{{ field }}{% endfor %}")
)


def as_django(request: HttpRequest) -> HttpResponse:
    """The fields by `form.as_div`."""
    return HttpResponse(_DJANGO.render({"form": _form()}, request))


def as_crispy(request: HttpRequest) -> HttpResponse:
    """The fields by crispy-bootstrap5."""
    return HttpResponse(_CRISPY.render({"form": _form()}, request))


def as_ours(request: HttpRequest) -> HttpResponse:
    """The fields as the product's own pages have them."""
    form = page_form(LAYOUT)(documents.document(), (), f"/drafts/bench/{STEP.name}/")
    return HttpResponse(_OURS.render({"fields": [form.at_entry(entry) for entry in _leaves()]}, request))
