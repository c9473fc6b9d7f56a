"""The forms of a template: a field for each parameter that has no value yet, and where it is deployed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from vmssbuilder.scaleset import Place, Target, TemplateParameter
from vmssbuilder.scaleset.rules.target import check_target
from vmssbuilder.web.forms import Select

PREFIX: Final = "parameter"
"""Of the names of the inputs: `parameter-0` is a value, `parameter-0-name` whose it is, `parameter-0-clear` a box."""

MOST: Final = 400
"""How many parameters a form asks for; a template has no more than 256."""


@dataclass(frozen=True, slots=True)
class SubmittedParameters:
    """What a form of parameters sent. typed: texts by parameter, empty ones too; cleared: those to forget."""

    typed: Mapping[str, str] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, post: QueryDict) -> SubmittedParameters:
        typed, cleared = {}, set()
        for number in range(MOST):
            own = f"{PREFIX}-{number}"
            name = post.get(f"{own}-name")
            if name is None:
                break
            typed[name] = post.get(own, "").replace("\r\n", "\n")
            if post.get(f"{own}-clear"):
                cleared.add(name)
        return cls(typed, frozenset(cleared))


class ParametersForm(forms.Form):
    """Asks for values of a template's parameters. The template itself says what fits; `refuse` puts that at the fields.

    asked: the parameters. shown: texts for their boxes, by name; never those of secure ones. kept: the names of secure ones
    whose values were typed before.
    """

    use_required_attribute = False

    def __init__(
        self, asked: Iterable[TemplateParameter], shown: Mapping[str, str], kept: Collection[str] = ()
    ) -> None:
        self.asked = list(asked)[:MOST]
        self.kept = frozenset(kept)
        values = {
            f"{PREFIX}-{number}": [shown[each.name]]
            for number, each in enumerate(self.asked)
            if each.name in shown and not each.secure
        }
        super().__init__(MultiValueDict(values), prefix=PREFIX, auto_id="%s")
        for number, each in enumerate(self.asked):
            own = forms.CharField(
                label=each.title or each.name,
                help_text=_help(each),
                required=False,
                strip=False,
                widget=_widget(each, shown.get(each.name, "")),
            )
            self.fields[str(number)] = own

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Puts what is wrong with values, by parameter, at their fields."""
        for number, each in enumerate(self.asked):
            if each.name in problems:
                self.add_error(str(number), problems[each.name])

    def rows(self) -> list[dict[str, Any]]:
        """The fields with what the template says of each."""
        return [
            {
                "field": self[str(number)],
                "parameter": each,
                "name": f"{PREFIX}-{number}-name",
                "clear": f"{PREFIX}-{number}-clear",
                "kept": each.name in self.kept,
                "radios": each.type == "bool" and not each.allowed,
            }
            for number, each in enumerate(self.asked)
        ]

    def problems(self) -> list[dict[str, str]]:
        """Every error with the address of its field, for the summary above the heading."""
        return [
            {"message": f"{row['field'].label}: {message}", "href": f"#{row['field'].id_for_label}"}
            for row in self.rows()
            for message in row["field"].errors
        ]


def as_text(value: Any) -> str:
    """A value of a parameter as it stands in a box."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _help(parameter: TemplateParameter) -> str:
    """What the template says of the parameter, and what else would be refused."""
    said = [parameter.description] if parameter.description else []
    said += [_KINDS[parameter.type]] if parameter.type in _KINDS and not parameter.allowed else []
    for least, most, unit in (
        (parameter.minimum, parameter.maximum, ""),
        (
            parameter.min_length,
            parameter.max_length,
            " items" if parameter.type == "array" else " characters",
        ),
    ):
        said += [_bounds(least, most, unit)] if least is not None or most is not None else []
    if parameter.in_key_vault:
        said.append("The parameters file leaves it in a key vault, which cannot be read here.")
    return " ".join(said)


_KINDS: Final = {
    "int": "A whole number.",
    "object": "An object, as JSON.",
    "array": "A list, as JSON.",
    "secureobject": "An object, as JSON. It is stored encrypted.",
    "securestring": "It is stored encrypted and never shown again.",
}


def _bounds(least: int | None, most: int | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"From {least:,} to {most:,}{unit}."
    return f"At least {least:,}{unit}." if least is not None else f"At most {most:,}{unit}."


_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_CODE: Final = {"class": "textarea textarea--code", "rows": "4", "spellcheck": "false", "autocomplete": "off"}


def _widget(parameter: TemplateParameter, shown: str) -> forms.Widget:
    kind = parameter.type
    if kind == "secureobject":
        return forms.Textarea(attrs={**_CODE, "data-secret": True})
    if parameter.secure:
        return forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "new-password", "data-secret": True}
        )
    if parameter.allowed and kind != "array":
        values = [as_text(value) for value in parameter.allowed]
        spelled = [shown] if shown and shown not in values else []
        return Select(
            attrs={"class": "select"},
            choices=[("", "Choose"), *((each, each) for each in [*spelled, *values])],
        )
    if kind == "bool":
        return forms.RadioSelect(choices=[("true", "Yes"), ("false", "No"), ("", "No value yet")])
    if kind in ("array", "object") or "\n" in shown:
        return forms.Textarea(attrs=_CODE)
    if kind == "int":
        return forms.TextInput(
            attrs={"class": "input input--number", "inputmode": "numeric", "autocomplete": "off"}
        )
    return forms.TextInput(attrs={"class": "input", **_PLAIN})


class PlaceForm(forms.Form):
    """Asks where a template is deployed: its subscription, resource group and region fill in what depends on them.

    wanted: the parts that the template asks for. A part that was sent before stays in the form.
    """

    use_required_attribute = False

    subscription = forms.CharField(
        label="Subscription ID",
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", **_PLAIN}),
    )
    resource_group = forms.CharField(
        label="Resource group",
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "input", **_PLAIN}),
    )
    location = forms.CharField(
        label="Region of the resource group",
        help_text="Such as westeurope.",
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", **_PLAIN}),
    )

    def __init__(self, post: QueryDict) -> None:
        super().__init__(post, prefix="place", auto_id="%s")

    def clean_subscription(self) -> str:
        return self._part("subscription", "subscription")

    def clean_resource_group(self) -> str:
        return self._part("resource_group", "resourceGroup")

    def _part(self, name: str, part: str) -> str:
        """A part of the address that was typed, judged as the draft's own page judges it."""
        value: str = self.cleaned_data[name]
        if value:
            for finding in check_target(Target(**{name: value})):
                if finding.path[-1] == part and finding.severity == "error":
                    raise forms.ValidationError(finding.message)
        return value

    def place(self) -> Place:
        """What was typed of it, without what is wrong."""
        self.full_clean()
        return Place(**{name: value for name, value in self.cleaned_data.items() if value})

    def ask(self, wanted: Collection[str]) -> None:
        """Leaves the fields that are wanted, or hold something."""
        for name in list(self.fields):
            if name not in wanted and not self[name].value():
                del self.fields[name]

    def problems(self) -> list[dict[str, str]]:
        """Every error with the address of its field, for the summary above the heading."""
        return [
            {"message": f"{field.label}: {message}", "href": f"#{field.id_for_label}"}
            for field in self
            for message in field.errors
        ]
