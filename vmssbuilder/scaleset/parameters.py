"""The parameters of an ARM template: how they are declared, which values are given for them, and what is wrong with those.

A value that breaks what its parameter asks for is not used; it is named in `TemplateParameter.problem`. Nothing here
repeats the value of a secure parameter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from . import json_text
from .json_text import JSONTextError

ParameterType = Literal["string", "securestring", "int", "bool", "object", "secureobject", "array"]

_TYPES: Final[Mapping[str, ParameterType]] = {
    "string": "string", "securestring": "securestring", "int": "int", "bool": "bool", "object": "object",
    "secureobject": "secureobject", "array": "array",
}  # fmt: skip
_SECURE: Final = ("securestring", "secureobject")
_ASKED_FOR: Final[Mapping[str, str]] = {
    "string": "Give a text.",
    "securestring": "Give a text.",
    "int": "Give a whole number.",
    "bool": "Give true or false.",
    "object": "Give an object: names and values in braces, as JSON.",
    "secureobject": "Give an object: names and values in braces, as JSON.",
    "array": "Give a list in square brackets, as JSON.",
}
_MAX_REFERENCES: Final = 10
_DEFINITION = re.compile(r"#/definitions/([^/]+)")


@dataclass(frozen=True, slots=True)
class TemplateParameter:
    """A parameter that the scale set of a template needs.

    title, description: what the template's metadata say. allowed: the values it takes, empty for any. minimum, maximum:
    bounds of a number; min_length, max_length: of a text or list. default: the template's value, None for one of a secure
    parameter, and where it does not follow from the text; default_text: the expression that it then is. given: a value was
    given. problem: what is wrong with it, with the cure, "" for nothing. in_key_vault: the value is named by a reference
    to a key vault, so nobody knows it here. missing: the scale set cannot be told without a value.
    """

    name: str
    type: ParameterType
    title: str = ""
    description: str = ""
    allowed: tuple[Any, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    default: Any = None
    default_text: str = ""
    given: bool = False
    problem: str = ""
    in_key_vault: bool = False
    missing: bool = False

    @property
    def secure(self) -> bool:
        """Whether its value is a secret."""
        return self.type in _SECURE


class InKeyVault:
    """Stands for a value that a parameters file leaves in a key vault."""


IN_KEY_VAULT: Final = InKeyVault()


# ---------------------------------------------------------------------------------------------------------- values given


def is_parameters(value: Any) -> bool:
    """Whether the value is a parameters file, or what stands in one, and nothing else."""
    if not isinstance(value, dict):
        return False
    schema = value.get("$schema")
    if isinstance(schema, str) and "deploymentparameters" in schema.casefold():
        return True
    beside = {name.casefold() for name in value} - {"$schema", "contentversion", "parameters", "metadata"}
    return (
        _is_wrapped(value.get("parameters")) and not beside if "parameters" in value else _is_wrapped(value)
    )


def given_values(parameters: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
    """The values that a parameters file gives, by name; IN_KEY_VAULT for one that is in a key vault.

    parameters: the text of a file with `parameters`, or of an object of names and values; or such an object itself, whose
    values are taken as they are. Raises JSONTextError.
    """
    if isinstance(parameters, Mapping):
        inner = parameters.get("parameters")
        return _of_file(inner) if "$schema" in parameters or _is_wrapped(inner) else dict(parameters)
    text = json_text.decode(parameters) if isinstance(parameters, bytes) else parameters
    if is_bicep_parameters(text):
        raise JSONTextError(BICEP_PARAMETERS, expected="the JSON of a parameters file")
    try:
        value = json_text.parse(text).value
    except JSONTextError:
        value = json_text.parse(text, repair=True).value
    return values_in(value)


def values_in(value: Any) -> dict[str, Any]:
    """The values that the JSON of a parameters file gives, as `given_values`. Raises JSONTextError."""
    if not isinstance(value, dict):
        message = "These are no parameters: names and values stand in braces."
        raise JSONTextError(message, expected='{"parameters": {"name": {"value": ...}}}')
    schema = value.get("$schema")
    if isinstance(schema, str) and "deploymenttemplate" in schema.casefold():
        message = "This is a template, not the parameters that go with it."
        raise JSONTextError(message, expected="a parameters file")
    inner = value.get("parameters")
    if "$schema" in value or "contentVersion" in value or _is_wrapped(inner):
        return _of_file(inner)
    return _of_file(value) if _is_wrapped(value) else value


BICEP_PARAMETERS: Final = (
    "This is a Bicep parameters file. Turn it into JSON with `az bicep build-params --file` and its name, "
    "and use the file that this writes."
)


def is_bicep_parameters(text: str) -> bool:
    """Whether the text is a `.bicepparam` file: `using 'main.bicep'`, then `param name = value`."""
    lines = (line.strip() for line in text.splitlines()[:200])
    return any(_BICEP_USING.match(line) for line in lines)


_BICEP_USING = re.compile(r"using\s+(?:'[^']*'|none)\s*(?://.*)?$")


def _is_wrapped(value: Any) -> bool:
    """Whether each member is `{"value": ...}` or `{"reference": ...}`, as in a parameters file."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(
            isinstance(given, Mapping) and {"value", "reference"} & given.keys() for given in value.values()
        )
    )


def _of_file(members: Any) -> dict[str, Any]:
    if not isinstance(members, Mapping):
        raise JSONTextError("“parameters” holds no names and values.", expected='{"name": {"value": ...}}')
    return passed_values(members)


def passed_values(members: Any) -> dict[str, Any]:
    """The values of `{"name": {"value": ...}}`, by name; IN_KEY_VAULT for a reference."""
    if not isinstance(members, Mapping):
        return {}
    return {
        name: given.get("value", IN_KEY_VAULT)
        for name, given in members.items()
        if isinstance(given, Mapping) and {"value", "reference"} & given.keys()
    }


# ----------------------------------------------------------------------------------------------------------- declarations


class Declared:
    """The parameters that a template declares, and the values given for them."""

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        declared = template.get("parameters")
        self._names: dict[str, str] = {}
        self._declared: dict[str, dict[str, Any]] = {}
        for name, member in declared.items() if isinstance(declared, dict) else ():
            if isinstance(member, dict):
                self._names[name.casefold()] = name
                self._declared[name.casefold()] = _with_definition(member, template.get("definitions"))
        self._given = {name.casefold(): value for name, value in given.items()}
        self.unknown = [name for name in given if name.casefold() not in self._declared]
        self._checked: dict[str, tuple[Any, str]] = {}

    def __contains__(self, folded: str) -> bool:
        return folded in self._declared

    @property
    def names(self) -> list[str]:
        """The folded names, in the order of the template."""
        return list(self._declared)

    def in_key_vault(self, folded: str) -> bool:
        """Whether the parameters file leaves the value in a key vault."""
        return isinstance(self._given.get(folded), InKeyVault)

    def spelled(self, folded: str) -> str:
        """The name as the template spells it."""
        return self._names.get(folded, folded)

    def secure(self, folded: str) -> bool:
        """Whether its value is a secret."""
        return self._type(folded) in _SECURE

    def holder(self, folded: str) -> dict[str, Any]:
        """The declaration itself, whose `defaultValue` may be an expression."""
        return self._declared[folded]

    def value(self, folded: str) -> Any:
        """The value given. LookupError for none, or one that cannot be used."""
        value, problem = self._checked_value(folded)
        if problem or isinstance(value, InKeyVault):
            raise LookupError(folded)
        return value

    def is_given(self, folded: str) -> bool:
        """Whether a value is given that can be used or that has a problem; one in a key vault is not known here."""
        return folded in self._given and not self.in_key_vault(folded)

    def nullable(self, folded: str) -> bool:
        """Whether the parameter may be left out altogether: it is null then."""
        return self._declared[folded].get("nullable") is True

    def described(self, folded: str, default: Any, default_text: str) -> TemplateParameter:
        """What a page can say of the parameter. default, default_text: what Scope made of its default."""
        member = self._declared[folded]
        has_default = "defaultValue" in member or self.nullable(folded)
        follows = has_default and not default_text
        metadata = member.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        problem = self._checked_value(folded)[1] if self.is_given(folded) else ""
        allowed = member.get("allowedValues")
        return TemplateParameter(
            self.spelled(folded),
            self._type(folded),
            _words(metadata.get("title")) or _words(metadata.get("displayName")),
            _words(metadata.get("description")),
            tuple(allowed) if isinstance(allowed, list) else (),
            minimum=_bound(member, "minValue"),
            maximum=_bound(member, "maxValue"),
            min_length=_bound(member, "minLength"),
            max_length=_bound(member, "maxLength"),
            default=default if follows and not self.secure(folded) else None,
            default_text=default_text,
            given=self.is_given(folded),
            problem=problem,
            in_key_vault=self.in_key_vault(folded),
            missing=bool(problem) or self.in_key_vault(folded) or not (self.is_given(folded) or follows),
        )

    def _type(self, folded: str) -> ParameterType:
        member = self._declared[folded]
        stated = member.get("type")
        if isinstance(stated, str) and stated.casefold() in _TYPES:
            return _TYPES[stated.casefold()]
        default = member.get("defaultValue")
        if isinstance(default, bool):
            return "bool"
        if isinstance(default, int):
            return "int"
        return "object" if isinstance(default, dict) else "array" if isinstance(default, list) else "string"

    def _checked_value(self, folded: str) -> tuple[Any, str]:
        if folded not in self._checked:
            value = self._given[folded]
            if not isinstance(value, InKeyVault):
                value = _typed(value, self._type(folded))
            self._checked[folded] = (value, next(self._problems(folded, value), ""))
        return self._checked[folded]

    def _problems(self, folded: str, value: Any) -> Iterator[str]:
        member, kind = self._declared[folded], self._type(folded)
        if isinstance(value, InKeyVault) or (value is None and self.nullable(folded)):
            return
        if not _FITS[kind](value):
            yield _ASKED_FOR[kind]
            return
        allowed = member.get("allowedValues")
        if isinstance(allowed, list) and allowed and not _allows(allowed, value):
            shown = "" if self.secure(folded) else ": " + _in_words(allowed)
            yield f"Give one of the values that the template allows{shown}."
        if kind == "int":
            least, most, what = _bound(member, "minValue"), _bound(member, "maxValue"), ""
            size = value
        elif isinstance(value, str | list):
            least, most = _bound(member, "minLength"), _bound(member, "maxLength")
            what = " characters" if isinstance(value, str) else " items"
            size = len(value)
        else:
            return
        if least is not None and size < least:
            yield f"Give {least} or more." if not what else f"Give at least {least}{what}."
        if most is not None and size > most:
            yield f"Give {most} or less." if not what else f"Give at most {most}{what}."


_FITS: Final[Mapping[str, Any]] = {
    "string": lambda value: isinstance(value, str),
    "securestring": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "bool": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "secureobject": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}
_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,19})\s*")


def _typed(value: Any, kind: str) -> Any:
    """The value as the type asks for it; a text that stands for a number, a truth value or JSON becomes that."""
    if isinstance(value, float) and kind == "int" and value.is_integer():
        return int(value)
    if not isinstance(value, str) or kind in ("string", "securestring"):
        return value
    if kind == "int":
        whole = _WHOLE.fullmatch(value)
        return int(whole[1]) if whole else value
    if kind == "bool":
        return {"true": True, "false": False}.get(value.strip().casefold(), value)
    try:
        return json_text.parse(value).value
    except JSONTextError:
        return value


def _with_definition(member: dict[str, Any], definitions: Any) -> dict[str, Any]:
    """The declaration with what the type that it refers to says."""
    for _ in range(_MAX_REFERENCES):
        referred = member.get("$ref")
        found = _DEFINITION.fullmatch(referred) if isinstance(referred, str) else None
        definition = definitions.get(found[1]) if found and isinstance(definitions, dict) else None
        if not isinstance(definition, dict):
            break
        member = {**definition, **{name: inner for name, inner in member.items() if name != "$ref"}}
    return member


def _allows(allowed: list[Any], value: Any) -> bool:
    folded = {_folded(each) for each in allowed}
    if _folded(value) in folded:
        return True
    return isinstance(value, list) and all(_folded(item) in folded for item in value)


def _folded(value: Any) -> Any:
    return (
        value.casefold()
        if isinstance(value, str)
        else (type(value).__name__, json.dumps(value, sort_keys=True))
    )


def _in_words(values: list[Any]) -> str:
    shown = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    shown = [each if len(each) <= 60 else each[:59] + "…" for each in shown[:20]]
    return ", ".join(shown) + (f" and {len(values) - 20} more" if len(values) > 20 else "")


def _bound(member: dict[str, Any], name: str) -> int | None:
    value = member.get(name)
    return value if type(value) is int else None


def _words(value: Any) -> str:
    return value.strip()[:1_000] if isinstance(value, str) else ""
