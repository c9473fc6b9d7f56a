"""Values for the parameters of a template: from a file, from a deployment, from a form; and what a form needs to know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.parameters import IN_KEY_VAULT, TemplateParameter, given_values
from vmssbuilder.scaleset.reading import Reading, ReadingError, read

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
PARAMETERS_SCHEMA = SCHEMA.replace("Template", "Parameters")
OS = "properties.virtualMachineProfile.osProfile"
EXTENSIONS = "properties.virtualMachineProfile.extensionProfile.extensions"
CANARY = "Canary-Passw0rd!"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExa ops"


def template(declared: dict[str, Any], more: Any = None, **values: Any) -> dict[str, Any]:
    """A template whose scale set writes the values into the members that are named."""
    resource: dict[str, Any] = {
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "apiVersion": "2023-09-01",
        "name": "shop",
        "location": "norwayeast",
    }
    for path, value in values.items():
        paths.put(resource, paths.parse(path.replace("__", ".")), value)
    return {"$schema": SCHEMA, "parameters": declared, "resources": [resource], **(more or {})}


def file(**values: Any) -> str:
    wrapped = {name: {"value": value} for name, value in values.items()}
    return json.dumps({"$schema": PARAMETERS_SCHEMA, "contentVersion": "1.0.0.0", "parameters": wrapped})


def read_with(value: Any, parameters: Any = None) -> Reading:
    return read(json.dumps(value), parameters=parameters)


def declared(reading: Reading) -> dict[str, TemplateParameter]:
    return {parameter.name: parameter for parameter in reading.parameters}


SIZED = template(
    {"size": {"type": "string"}, "count": {"type": "int", "defaultValue": 2}},
    sku__name="[parameters('size')]",
    sku__capacity="[parameters('count')]",
)


# --------------------------------------------------------------------------------------------------------- values given


@pytest.mark.parametrize(
    "parameters",
    [
        file(size="Standard_D4s_v5", count=7),
        file(SIZE="Standard_D4s_v5", Count=7).encode(),
        json.dumps({"parameters": {"size": {"value": "Standard_D4s_v5"}, "count": {"value": 7}}}),
        json.dumps({"size": {"value": "Standard_D4s_v5"}, "count": {"value": 7}}),
        json.dumps({"size": "Standard_D4s_v5", "count": 7}),
        "// for the test stage\n" + file(size="Standard_D4s_v5", count=7),
        {"size": "Standard_D4s_v5", "count": 7},
        {"size": "Standard_D4s_v5", "count": " 7 "},
        json.loads(file(size="Standard_D4s_v5", count=7)),
    ],
    ids=["file", "bytes, any case", "parameters", "wrapped", "bare", "comment", "values", "form", "file as object"],
)  # fmt: skip
def test_values_are_filled_in_however_they_are_given(parameters: Any) -> None:
    reading = read_with(SIZED, parameters)
    assert reading.document["sku"] == {"name": "Standard_D4s_v5", "capacity": 7}
    assert [note.message for note in reading.notes if note.kind == "resolved"] == [
        "Filled in the parameters count, size by their values that the parameters give."
    ]
    assert reading.parameter_problems == {}
    assert not any(parameter.missing for parameter in reading.parameters)


def test_a_value_given_wins_over_the_default_and_the_default_over_nothing() -> None:
    assert read_with(SIZED, {"size": "a"}).document["sku"] == {"name": "a", "capacity": 2}
    assert read_with(SIZED, {"size": "a", "count": 0}).document["sku"]["capacity"] == 0


def test_a_value_for_no_parameter_is_left_out_and_said() -> None:
    reading = read_with(SIZED, {"size": "a", "colour": "red"})
    assert next(note.message for note in reading.notes if note.kind == "removed") == (
        "Left out the values of colour: the template has no such parameter."
    )


def test_the_body_of_a_deployment_is_its_template_with_its_parameters() -> None:
    given = {"size": {"value": "Standard_E8s_v5"}, "count": {"value": 9}}
    body = {
        "location": "westus",
        "properties": {"mode": "Incremental", "template": SIZED, "parameters": given},
    }
    reading = read_with(body)
    assert reading.document["sku"] == {"name": "Standard_E8s_v5", "capacity": 9}
    assert reading.document["location"] == "norwayeast"
    assert reading.api_version == "2023-09-01"
    assert read_with(body, {"count": 1}).document["sku"] == {"name": "Standard_E8s_v5", "capacity": 1}
    alone = {"properties": {"template": SIZED, "parameters": 7}}
    assert declared(read_with(alone))["size"].missing


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("using 'main.bicep'\n\nparam size = 'x'\n", "az bicep build-params"),
        ("// stage\nusing none\nparam a = 1", "az bicep build-params"),
        ("[1]", "in braces"),
        ("{", "still open"),
        (json.dumps(SIZED), "a template, not the parameters"),
        ('{"$schema": "x", "parameters": {}}', ""),
        (b"\xff\xff", "UTF-8"),
    ],
)
def test_a_text_that_holds_no_parameters_is_refused_as_that(parameters: str | bytes, says: str) -> None:
    if not says:
        assert read_with(SIZED, parameters).parameter_problems == {}
        return
    with pytest.raises(ReadingError, match=says) as refused:
        read_with(SIZED, parameters)
    assert refused.value.source == "parameters"


def test_a_bicep_parameters_file_in_the_place_of_a_template_is_refused() -> None:
    with pytest.raises(ReadingError, match="az bicep build-params") as refused:
        read("/* stage */\nusing './main.bicep' // the template\nparam count = 3\n")
    assert refused.value.source == "text"


def test_values_of_a_file_can_be_joined_with_those_of_a_form() -> None:
    given = given_values(file(size="a", count=3))
    assert read_with(SIZED, {**given, "count": "8"}).document["sku"] == {"name": "a", "capacity": 8}


def test_only_the_shape_of_a_file_is_taken_for_one() -> None:
    assert given_values({"parameters": "a", "x": 1}) == {"parameters": "a", "x": 1}
    assert given_values({"settings": {"value": 1}}) == {"settings": {"value": 1}}
    vault = {"reference": {"keyVault": {"id": "/x"}, "secretName": "s"}}
    assert given_values({"parameters": {"p": vault}}) == {"p": IN_KEY_VAULT}
    with pytest.raises(JSONTextError, match="no names and values"):
        given_values({"$schema": PARAMETERS_SCHEMA, "parameters": [1]})


# ----------------------------------------------------------------------------------------------------- both in one text

TEMPLATE_TEXT = json.dumps(SIZED, indent=1)
VALUES_TEXT = file(size="Standard_D8s_v5", count=4)


@pytest.mark.parametrize(
    "text",
    [
        f"{TEMPLATE_TEXT}\n{VALUES_TEXT}",
        f"{VALUES_TEXT}\n\n{TEMPLATE_TEXT}",
        f"{TEMPLATE_TEXT},\n{VALUES_TEXT}",
        f"Template:\n```json\n{TEMPLATE_TEXT}\n```\nParameters:\n```json\n{VALUES_TEXT}\n```\n",
        f"azuredeploy.json\n{TEMPLATE_TEXT}\nazuredeploy.parameters.json\n{VALUES_TEXT}",
        f"// template\n{TEMPLATE_TEXT}\n// parameters\n{VALUES_TEXT}",
        f'{TEMPLATE_TEXT}\n{{"size": {{"value": "Standard_D8s_v5"}}, "count": {{"value": 4}}}}',
        f'{TEMPLATE_TEXT}\n{{"parameters": {{"size": {{"value": "Standard_D8s_v5"}}, "count": {{"value": 4}}}}}}',
        f"[{TEMPLATE_TEXT}, {VALUES_TEXT}]",
    ],
)
def test_a_template_and_its_parameters_may_stand_in_one_text(text: str) -> None:
    reading = read(text)
    assert reading.document["sku"] == {"name": "Standard_D8s_v5", "capacity": 4}
    assert reading.choices == ()
    assert read(text, parameters={"Count": 1}).document["sku"]["capacity"] == 1


def test_parameters_in_the_text_are_noted_with_their_line() -> None:
    notes = read(f"{TEMPLATE_TEXT}\n{VALUES_TEXT}").notes
    line = TEMPLATE_TEXT.count("\n") + 2
    assert (line, f"The text holds parameters too, from line {line}. The template was read with them.") in [
        (note.line, note.message) for note in notes
    ]


def test_parameters_alone_are_refused_with_what_to_do() -> None:
    for text in (
        VALUES_TEXT,
        f"{VALUES_TEXT}\n{VALUES_TEXT}",
        f"[{VALUES_TEXT}]",
        '{"size": {"value": "x"}}',
    ):
        with pytest.raises(ReadingError, match="Paste the template too"):
            read(text)


# ------------------------------------------------------------------------------------------------------- what a form needs


def test_the_parameters_that_the_scale_set_needs_are_described_in_the_templates_order() -> None:
    metadata = {"title": "Size", "description": "Of each instance"}
    value = template(
        {
            "zone": {"type": "int", "minValue": 1, "maxValue": 3},
            "size": {"type": "String", "metadata": metadata, "allowedValues": ["a", "b"], "minLength": 1, "maxLength": 9},
            "other": {"type": "string"},
            "region": {"type": "string", "defaultValue": "[resourceGroup().location]"},
            "inner": {"type": "string", "defaultValue": "[toLower(parameters('team'))]"},
            "team": {"type": "string", "defaultValue": "SHOP"},
        },
        {"outputs": {"x": {"value": "[parameters('other')]"}}},
        sku__name="[parameters('Size')]",
        zones="[createArray(string(parameters('zone')))]",
        location="[parameters('region')]",
        tags__team="[parameters('inner')]",
    )  # fmt: skip
    assert read_with(value).parameters == (
        TemplateParameter("zone", "int", minimum=1, maximum=3, missing=True),
        TemplateParameter(
            "size", "string", "Size", "Of each instance", ("a", "b"), min_length=1, max_length=9, missing=True
        ),
        TemplateParameter("region", "string", default_text="[resourceGroup().location]", missing=True),
        TemplateParameter("inner", "string", default="shop"),
        TemplateParameter("team", "string", default="SHOP"),
    )


def test_what_a_variable_needs_is_asked_for_too() -> None:
    value = template(
        {"n": {"type": "string"}}, {"variables": {"v": "[parameters('n')]"}}, sku__name="[variables('v')]"
    )
    assert list(declared(read_with(value))) == ["n"]


def test_each_scale_set_names_its_own_parameters() -> None:
    value = template({"a": {"type": "string"}, "b": {"type": "string"}}, sku__name="[parameters('a')]")
    value["resources"].append(
        {**value["resources"][0], "sku": {"name": "[parameters('b')]"}, "name": "[parameters('b')]"}
    )
    text = json.dumps(value)
    assert list(declared(read(text))) == ["a"]
    assert list(declared(read(text, choice=1))) == ["b"]


def test_what_a_nested_deployment_passes_on_is_asked_for_by_the_outer_name() -> None:
    inner = template({"innerSize": {"type": "string"}}, sku__name="[parameters('innerSize')]")
    properties = {
        "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"innerSize": {"value": "[parameters('size')]"}},
        "template": inner,
    }
    outer = {
        "$schema": SCHEMA,
        "parameters": {"size": {"type": "string"}},
        "resources": [{"type": "Microsoft.Resources/deployments", "properties": properties}],
    }
    assert list(declared(read_with(outer))) == ["size"]
    assert read_with(outer, {"size": "s"}).document["sku"] == {"name": "s"}


def test_types_of_their_own_are_followed_to_their_definition() -> None:
    value = template(
        {"size": {"$ref": "#/definitions/size", "metadata": {"description": "d"}}, "maybe": {"type": "string", "nullable": True},
         "lost": {"$ref": "#/definitions/none"}},
        {"definitions": {"size": {"$ref": "#/definitions/name", "allowedValues": ["a"]}, "name": {"type": "string"}}},
        sku__name="[parameters('size')]", tags="[parameters('maybe')]", plan="[parameters('lost')]",
    )  # fmt: skip
    reading = read_with(value, {"size": "b"})
    assert declared(reading)["size"].description == "d"
    assert reading.parameter_problems == {"size": "Give one of the values that the template allows: a."}
    assert not declared(reading)["maybe"].missing
    assert declared(reading)["lost"].missing


def test_a_plain_request_has_no_parameters() -> None:
    assert read('{"location": "x"}', parameters={"a": 1}).parameters == ()


# ------------------------------------------------------------------------------------------------- values that do not fit


@pytest.mark.parametrize(
    ("declaration", "value", "problem"),
    [
        ({"type": "int"}, "seven", "Give a whole number."),
        ({"type": "int"}, 1.5, "Give a whole number."),
        ({"type": "int"}, True, "Give a whole number."),
        ({"type": "int"}, 2.0, ""),
        ({"type": "int"}, "-3", ""),
        ({"type": "bool"}, "yes", "Give true or false."),
        ({"type": "bool"}, "True", ""),
        ({"type": "string"}, 5, "Give a text."),
        ({"type": "string"}, "5", ""),
        ({"type": "object"}, "{", "Give an object: names and values in braces, as JSON."),
        ({"type": "object"}, '{"a": 1}', ""),
        ({"type": "array"}, '["a"]', ""),
        ({"type": "array"}, "a", "Give a list in square brackets, as JSON."),
        ({"type": "int", "minValue": 2}, 1, "Give 2 or more."),
        ({"type": "int", "maxValue": 2}, 3, "Give 2 or less."),
        ({"type": "int", "minValue": 2, "maxValue": 2}, 2, ""),
        ({"type": "string", "minLength": 2}, "a", "Give at least 2 characters."),
        ({"type": "string", "maxLength": 2}, "abc", "Give at most 2 characters."),
        ({"type": "array", "maxLength": 1}, ["a", "b"], "Give at most 1 items."),
        ({"type": "int", "allowedValues": [1, 2]}, 3, "Give one of the values that the template allows: 1, 2."),
        ({"type": "int", "allowedValues": [1, 2]}, "2", ""),
        ({"type": "string", "allowedValues": ["Small"]}, "small", ""),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["b"], ""),
        ({"type": "array", "allowedValues": ["a"]}, ["b"], "Give one of the values that the template allows: a."),
        ({"type": "securestring", "minLength": 20}, CANARY, "Give at least 20 characters."),
        ({"type": "securestring", "allowedValues": ["x"]}, CANARY, "Give one of the values that the template allows."),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named_with_the_cure_and_not_used(
    declaration: dict[str, Any], value: Any, problem: str
) -> None:
    reading = read_with(template({"p": declaration}, tags__p="[parameters('p')]"), {"p": value})
    assert reading.parameter_problems == ({"p": problem} if problem else {})
    parameter = declared(reading)["p"]
    assert parameter.given
    assert parameter.missing is bool(problem)
    if problem:
        assert reading.document["tags"] == {"p": "[parameters('p')]"}
    assert CANARY not in repr((reading.notes, reading.parameters))


# ---------------------------------------------------------------------------------------------------------------- secrets


def test_a_secure_value_goes_into_a_secret_member() -> None:
    value = template(
        {"p": {"type": "secureString"}}, **{f"{OS.replace('.', '__')}__adminPassword": "[parameters('p')]"}
    )
    reading = read_with(value, {"p": CANARY})
    assert paths.get(reading.document, paths.parse(f"{OS}.adminPassword")) == CANARY
    assert CANARY not in repr((reading.notes, reading.parameters))
    assert declared(reading)["p"].secure


def test_a_secure_value_does_not_go_where_everybody_reads_it() -> None:
    value = template(
        {"p": {"type": "securestring"}}, tags__key="[parameters('p')]", sku__name="[parameters('p')]"
    )
    reading = read_with(value, {"p": CANARY})
    assert CANARY not in repr(reading)
    assert reading.document["tags"] == {"key": "[parameters('p')]"}
    notes = [note for note in reading.notes if note.kind == "unresolved"]
    assert [note.where for note in notes] == ["sku.name", "tags.key"] or [note.where for note in notes] == [
        "tags.key",
        "sku.name",
    ]
    assert "the secure parameter p was not filled in" in notes[0].message


def test_a_default_of_a_secure_parameter_is_as_secret_and_an_empty_one_is_none() -> None:
    secret = read_with(
        template({"p": {"type": "securestring", "defaultValue": CANARY}}, tags__a="[parameters('p')]")
    )
    assert CANARY not in repr(secret)
    empty = read_with(
        template({"p": {"type": "securestring", "defaultValue": ""}}, tags__a="[parameters('p')]")
    )
    assert empty.document["tags"] == {"a": ""}


def test_a_public_key_is_no_secret() -> None:
    keys = [{"path": "/home/ops/.ssh/authorized_keys", "keyData": "[parameters('key')]"}]
    value = template({"key": {"type": "securestring"}})
    paths.put(value["resources"][0], paths.parse(f"{OS}.linuxConfiguration.ssh.publicKeys"), keys)
    where = paths.parse(f"{OS}.linuxConfiguration.ssh.publicKeys[0].keyData")
    assert paths.get(read_with(value, {"key": PUBLIC_KEY}).document, where) == PUBLIC_KEY
    assert paths.get(read_with(value, {"key": CANARY}).document, where) == "[parameters('key')]"


def scripted(kind: str, settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    value = template({"key": {"type": "securestring"}, "sas": {"type": "securestring", "defaultValue": ""}})
    extension = {"name": "e", "properties": {"type": kind, "settings": settings, **more}}
    paths.put(value["resources"][0], paths.parse(EXTENSIONS), [extension])
    return value


def test_a_secret_in_the_settings_of_a_script_goes_to_those_that_stay_secret() -> None:
    settings = {
        "fileUris": ["[uri('https://files.example.com/', concat('a.sh', parameters('sas')))]"],
        "commandToExecute": "[concat('sh a.sh ', parameters('key'))]",
        "timestamp": 7,
    }
    value = scripted("CustomScript", settings, protectedSettings={"storageAccountName": "files"})
    reading = read_with(value, {"key": CANARY})
    properties = paths.get(reading.document, paths.parse(f"{EXTENSIONS}[0].properties"))
    assert properties["settings"] == {"fileUris": ["https://files.example.com/a.sh"], "timestamp": 7}
    assert properties["protectedSettings"] == {
        "storageAccountName": "files",
        "commandToExecute": f"sh a.sh {CANARY}",
    }
    assert [note.where for note in reading.notes if note.kind == "moved"] == [
        f"{EXTENSIONS}[0].properties.protectedSettings.commandToExecute"
    ]
    assert CANARY not in repr(reading.notes)
    signed = read_with(value, {"key": CANARY, "sas": "?sig=Canary"})
    properties = paths.get(signed.document, paths.parse(f"{EXTENSIONS}[0].properties"))
    assert properties["protectedSettings"]["fileUris"] == ["https://files.example.com/a.sh?sig=Canary"]
    assert properties["settings"] == {"timestamp": 7}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("VMAccessForLinux", {}),
        ("CustomScript", {"protectedSettings": {"commandToExecute": "sh b.sh"}}),
        ("CustomScript", {"protectedSettings": "[f()]"}),
    ],
)
def test_a_secret_in_other_settings_is_not_written(kind: str, more: dict[str, Any]) -> None:
    value = scripted(kind, {"commandToExecute": "[concat('sh a.sh ', parameters('key'))]"}, **more)
    reading = read_with(value, {"key": CANARY})
    assert CANARY not in repr(reading)
    where = f"{EXTENSIONS}[0].properties.settings.commandToExecute"
    assert paths.get(reading.document, paths.parse(where)) == "[concat('sh a.sh ', parameters('key'))]"
    assert where in [note.where for note in reading.notes if note.kind == "unresolved"]


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("[concat('a-', parameters('p'))]", "[concat('a-', parameters('p'))]"),
        ("[parameters('o').inner.key]", "[parameters('o').inner.key]"),
        ("[first(createArray(parameters('p')))]", "[parameters('p')]"),
        ("[variables('v')]", "[toUpper(parameters('p'))]"),
        ("[reduce(createArray(parameters('p')), '', lambda('a', 'b', concat(lambdaVariables('a'), lambdaVariables('b'))))]", "[concat('', parameters('p'))]"),
        ("[base64(string(parameters('o')))]", "[base64(string(parameters('o')))]"),
        ("[if(equals(parameters('p'), 'x'), 'same', 'other')]", "other"),
        ("[if(empty(parameters('p')), 'none', 'some')]", "some"),
        ("[coalesce(parameters('o').?none, 'none')]", "none"),
        ("[shop.hash(parameters('p'))]", "[toLower(parameters('p'))]"),
    ],
)  # fmt: skip
def test_what_is_made_of_a_secret_is_as_secret(expression: str, written: str) -> None:
    functions = [
        {"namespace": "shop", "members": {"hash": {"parameters": [{"name": "x"}], "output": {"value": "[toLower(parameters('x'))]"}}}}
    ]  # fmt: skip
    value = template(
        {"p": {"type": "securestring"}, "o": {"type": "secureObject"}},
        {"variables": {"v": "[toUpper(parameters('p'))]"}, "functions": functions},
        tags__a=expression,
        **{f"{OS.replace('.', '__')}__customData": expression},
    )
    reading = read_with(value, {"p": CANARY, "o": {"inner": {"key": CANARY}}})
    assert reading.document["tags"] == {"a": written}
    kept = paths.get(reading.document, paths.parse(f"{OS}.customData"))
    assert kept == written or "[" not in kept
    assert "canary" not in repr((reading.notes, reading.parameters, reading.document["tags"])).casefold()


def test_a_value_in_a_key_vault_is_asked_for() -> None:
    value = template(
        {"p": {"type": "securestring"}}, **{f"{OS.replace('.', '__')}__adminPassword": "[parameters('p')]"}
    )
    vault = {"reference": {"keyVault": {"id": "/subscriptions/s/x"}, "secretName": "password"}}
    reading = read_with(value, json.dumps({"$schema": PARAMETERS_SCHEMA, "parameters": {"p": vault}}))
    assert declared(reading)["p"].in_key_vault
    assert declared(reading)["p"].missing
    assert not declared(reading)["p"].given
    assert [note.where for note in reading.notes if note.kind == "withheld"] == [f"{OS}.adminPassword"]
