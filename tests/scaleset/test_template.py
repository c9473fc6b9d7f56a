"""Reading ARM templates: which scale set, with what filled in, and what is left for a person."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest

from vmssbuilder.scaleset import paths, versions
from vmssbuilder.scaleset.paths import MAX_DEPTH
from vmssbuilder.scaleset.reading import Reading, ReadingError, read
from vmssbuilder.scaleset.request import Target

SLOWER = 15 if sys.gettrace() else 1  # under coverage every line costs

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TYPE = "Microsoft.Compute/virtualMachineScaleSets"
OS = "properties.virtualMachineProfile.osProfile"
STORAGE = "properties.virtualMachineProfile.storageProfile"


def scale_set(**more: Any) -> dict[str, Any]:
    return {"type": TYPE, "apiVersion": "2019-03-01", "name": "web", "location": "uksouth", **more}


def template(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def read_json(value: Any, api_version: str | None = None, choice: int = 0) -> Reading:
    return read(json.dumps(value, indent=1), api_version, choice)


def got(reading: Reading, path: str) -> Any:
    return paths.get(reading.document, paths.parse(path))


def noted(reading: Reading, *kinds: str) -> list[tuple[str, str]]:
    return [(note.where, note.message) for note in reading.notes if note.kind in kinds]


PASSES_NOTHING = {
    "template": template(scale_set()),
    "expressionEvaluationOptions": {"scope": "Inner"},
    "parameters": 7,
}


def nested(levels: int, value: Any) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def under(path: str, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    paths.put(document, paths.parse(path), value)
    return document


# ----------------------------------------------------------------------------------------------------- finding scale sets


def test_the_scale_set_of_a_template_is_read_in_the_templates_version() -> None:
    reading = read_json(
        template({"type": "Microsoft.Network/virtualNetworks", "name": "v"}, scale_set(dependsOn=["v"]))
    )
    assert reading.document == {"location": "uksouth"}
    assert reading.api_version == "2019-03-01"
    assert reading.request.target == Target("", "", "web")
    assert reading.choices == ()
    assert ("", "Left out what tells the deployment what to do: apiVersion, dependsOn.") in noted(
        reading, "removed"
    )


def test_a_version_asked_for_wins_over_the_templates() -> None:
    assert read_json(template(scale_set()), "2020-06-01").api_version == "2020-06-01"


def test_a_version_without_scale_sets_is_said() -> None:
    reading = read_json(template(scale_set(apiVersion="2018-09-01")))
    assert reading.api_version == versions.DEFAULT
    assert "2018-09-01, which has no scale sets" in noted(reading, "version")[0][1]


@pytest.mark.parametrize(
    "value",
    [
        scale_set(),
        template(scale_set(type=TYPE.upper())),
        {"resources": [scale_set()]},
        template() | {"languageVersion": "2.0", "resources": {"web": scale_set()}},
        template(
            {"type": "Microsoft.Resources/deployments", "properties": {"template": template(scale_set())}}
        ),
        template({"type": "Microsoft.Network/x", "resources": [scale_set()]}),
    ],
    ids=["one resource", "any case", "no schema", "symbolic names", "nested deployment", "child resource"],
)
def test_the_scale_set_is_found_wherever_it_is(value: dict[str, Any]) -> None:
    assert read_json(value).document == {"location": "uksouth"}


def test_of_several_scale_sets_the_person_picks_one() -> None:
    value = template(
        scale_set(), scale_set(name="[concat('j', 'ob')]", location="x"), scale_set(name="[f()]")
    )
    first = read_json(value)
    assert [each.title for each in first.choices] == ["web", "job", "[f()]"]
    assert noted(first, "decide")[0] == ("", "The text has 3 scale sets. This is “web”.")
    second = read_json(value, choice=1)
    assert second.request.target.name == "job"
    assert second.document == {"location": "x"}
    assert read_json(value, choice=2).request.target.name == ""


def test_a_template_without_a_scale_set_says_what_it_has() -> None:
    with pytest.raises(ReadingError, match=r"no scale set; it has Microsoft\.Network/a, b/c\."):
        read_json(template({"type": "b/c"}, {"type": "Microsoft.Network/a"}, {"type": "b/c"}, 7))
    for empty in (template(), {"$schema": SCHEMA}):
        with pytest.raises(ReadingError, match="no resources"):
            read_json(empty)


def test_a_parameter_file_is_not_taken_for_a_template() -> None:
    with pytest.raises(ReadingError, match="parameters of a template"):
        read_json({"$schema": SCHEMA.replace("Template", "Parameters"), "parameters": {}})


def test_a_body_with_a_member_called_resources_is_no_template() -> None:
    assert read_json({"location": "x", "resources": []}).document == {"location": "x", "resources": []}


# ------------------------------------------------------------------------------------------------------------ filling in


def test_parameters_and_variables_are_filled_in() -> None:
    value = template(
        scale_set(
            location="[parameters('REGION')]",
            tags="[variables('tags')]",
            sku={"name": "[variables('sizes')[parameters('tier')]]", "capacity": "[parameters('count')]"},
            properties={"overprovision": "[not(equals(parameters('tier'), 'Large'))]"},
        ),
        parameters={
            "region": {"type": "string", "defaultValue": "uksouth"},
            "tier": {"type": "string", "defaultValue": "[toLower('SMALL')]"},
            "count": {"type": "int", "defaultValue": 3},
        },
        variables={
            "sizes": {"small": "Standard_D2s_v5"},
            "tags": {"team": "[concat('shop', '-', parameters('tier'))]"},
        },
    )
    reading = read_json(value)
    assert reading.document == {
        "location": "uksouth",
        "tags": {"team": "shop-small"},
        "sku": {"name": "Standard_D2s_v5", "capacity": 3},
        "properties": {"overprovision": True},
    }
    assert noted(reading, "resolved") == [
        ("", "Filled in the parameters count, region, tier by their values in the template."),
        ("", "Filled in the variables sizes, tags by their values in the template."),
    ]
    assert noted(reading, "unresolved") == []


def test_what_is_filled_in_is_corrected_like_any_other_text() -> None:
    value = template(
        scale_set(
            properties={
                "virtualMachineProfile": {"storageProfile": {"osDisk": {"caching": "[variables('c')]"}}}
            }
        ),
        variables={"c": "readonly"},
    )
    assert got(read_json(value), f"{STORAGE}.osDisk.caching") == "ReadOnly"


def test_escaped_brackets_are_text() -> None:
    assert read_json(template(scale_set(tags={"a": "[[x]", "b": "[x"}))).document["tags"] == {
        "a": "[x]",
        "b": "[x",
    }


def test_lists_are_made_by_loops() -> None:
    value = template(
        scale_set(
            properties={
                "virtualMachineProfile": {
                    "storageProfile": {
                        "copy": [
                            {
                                "name": "dataDisks",
                                "count": "[parameters('disks')]",
                                "input": {
                                    "lun": "[copyIndex('dataDisks')]",
                                    "diskSizeGB": "[mul(copyIndex('DATADISKS', 1), 8)]",
                                },
                            }
                        ]
                    }
                }
            },
            tags={"names": "[join(variables('names'), ',')]"},
        ),
        parameters={"disks": {"type": "int", "defaultValue": 2}},
        variables={"copy": [{"name": "names", "count": 3, "input": "[concat('n', copyIndex('names'))]"}]},
    )
    reading = read_json(value)
    assert got(reading, f"{STORAGE}.dataDisks") == [{"lun": 0, "diskSizeGB": 8}, {"lun": 1, "diskSizeGB": 16}]
    assert reading.document["tags"] == {"names": "n0,n1,n2"}


@pytest.mark.parametrize(("count", "made"), [(0, []), (1, [0]), (800, list(range(800)))])
def test_a_loop_makes_as_many_as_it_says(count: int, made: list[int]) -> None:
    loop = [{"name": "zones", "count": count, "input": "[copyIndex()]"}]
    assert read_json(template(scale_set(copied={"copy": loop}))).document["copied"] == {"zones": made}


def test_a_loop_whose_count_is_not_known_stays() -> None:
    loop = [
        {"name": "dataDisks", "count": "[parameters('disks')]", "input": {"lun": "[copyIndex('dataDisks')]"}}
    ]
    reading = read_json(template(scale_set(properties={"copy": loop}), parameters={"disks": {"type": "int"}}))
    assert reading.document["properties"] == {"copy": loop}
    assert [where for where, _ in noted(reading, "unresolved")] == [
        "properties.copy[0].count",
        "properties.copy[0].input.lun",
    ]


def test_a_loop_over_scale_sets_gives_the_first_and_says_so() -> None:
    reading = read_json(
        template(scale_set(name="[concat('web', copyIndex(1))]", copy={"name": "sets", "count": 4}))
    )
    assert reading.request.target.name == "web1"
    assert "The first of them was read" in noted(reading, "decide")[0][1]


def test_a_resource_with_nothing_for_the_deployment_loses_nothing() -> None:
    reading = read_json(template({"type": TYPE, "name": "web", "location": "x"}))
    assert noted(reading, "removed") == [
        ("type", "Left out “type”: Azure writes it, a request does not."),
        ("name", "Left out “name”: Azure writes it, a request does not."),
    ]


def test_conditions_and_inner_resources_are_said() -> None:
    reading = read_json(
        template(scale_set(condition="[parameters('x')]", resources=[{"type": "extensions"}]))
    )
    assert any("on a condition only" in message for _, message in noted(reading, "decide"))
    assert any("were left out" in message for _, message in noted(reading, "removed"))
    assert reading.document == {"location": "uksouth"}


def test_a_deployment_passes_values_to_its_inner_template() -> None:
    inner = template(
        scale_set(location="[parameters('where')]", sku={"name": "[variables('v')]"}),
        parameters={"where": {"type": "string"}},
        variables={"v": "inner"},
    )

    def deployment(scope: str) -> dict[str, Any]:
        properties = {
            "expressionEvaluationOptions": {"scope": scope},
            "parameters": {"Where": {"value": "[parameters('region')]"}},
            "template": inner,
        }
        outer = {"type": "Microsoft.Resources/deployments", "properties": properties}
        declared = {
            "region": {"type": "string", "defaultValue": "uksouth"},
            "where": {"defaultValue": "outer"},
        }
        return template(outer, parameters=declared, variables={"v": "outer"})

    assert read_json(deployment("inner")).document == {"location": "uksouth", "sku": {"name": "inner"}}
    assert read_json(deployment("outer")).document == {"location": "outer", "sku": {"name": "outer"}}


# -------------------------------------------------------------------------------------------------------- what stays open


def test_what_cannot_be_filled_in_stays_as_text_and_is_reported_with_its_place_and_cause() -> None:
    value = template(
        scale_set(
            location="[resourceGroup().location]",
            sku={"name": "[parameters('size')]"},
            tags={
                "a": "[concat(variables('p'), '-', uniqueString(subscription().id))]",
                "b": "[add('x', 1)]",
            },
        ),
        parameters={"size": {"type": "string"}},
        variables={"p": "shop"},
    )
    reading = read_json(value)
    assert reading.document == {
        "location": "[resourceGroup().location]",
        "sku": {"name": "[parameters('size')]"},
        "tags": {"a": "[concat('shop', '-', uniqueString(subscription().id))]", "b": "[add('x', 1)]"},
    }
    assert type(reading.document["location"]) is str
    assert noted(reading, "unresolved") == [
        ("location", "Replace this expression by a value: only Azure can tell what resourceGroup answers."),
        ("sku.name", "Replace this expression by a value: the template gives none for size."),
        (
            "tags.a",
            "Replace this expression by a value: only Azure can tell what uniqueString, subscription answers.",
        ),
        ("tags.b", "Replace this expression by a value: it could not be computed."),
    ]
    line = next(note.line for note in reading.notes if note.where == "sku.name")
    assert line is not None
    assert "parameters('size')" in json.dumps(value, indent=1).split("\n")[line - 1]


def test_a_secret_that_the_template_does_not_give_is_left_out_and_asked_for() -> None:
    secrets = under(
        OS, {"adminUsername": "a", "adminPassword": "[parameters('password')]", "customData": "[base64('x')]"}
    )
    extension = {
        "name": "e",
        "properties": {"protectedSettings": {"key": "[listKeys('a', 'b').keys[0].value]", "k": 1}},
    }
    secrets["properties"]["virtualMachineProfile"]["extensionProfile"] = {"extensions": [extension]}
    reading = read_json(template(scale_set(**secrets), parameters={"password": {"type": "securestring"}}))
    assert got(reading, OS) == {"adminUsername": "a", "customData": "eA=="}
    settings = "properties.virtualMachineProfile.extensionProfile.extensions[0].properties.protectedSettings"
    assert got(reading, settings) == {"k": 1}
    assert [where for where, _ in noted(reading, "withheld")] == [f"{OS}.adminPassword", f"{settings}.key"]


def test_no_note_repeats_a_secret_of_the_template() -> None:
    reading = read_json(
        template(
            scale_set(**under(OS, {"adminPassword": "[parameters('p')]", "customData": "[f('Canary-1')]"})),
            parameters={"p": {"defaultValue": "Canary-2"}},
        )
    )
    assert got(reading, f"{OS}.adminPassword") == "Canary-2"
    assert "Canary" not in repr(reading.notes)


def test_an_expression_for_a_whole_object_is_not_wrapped() -> None:
    reading = read_json(
        template(scale_set(**under(f"{STORAGE}.osDisk", {"image": "[f()]", "vhdContainers": "[g()]"})))
    )
    assert got(reading, f"{STORAGE}.osDisk") == {"image": "[f()]", "vhdContainers": "[g()]"}


@pytest.mark.parametrize(
    "body",
    [{"location": "[f()]"}, {"type": TYPE, "location": "[f()]"}, {"location": "x", "apiVersion": "[f()]"}],
)
def test_brackets_in_a_plain_body_are_text(body: dict[str, Any]) -> None:
    reading = read_json(body)
    assert reading.document == {name: value for name, value in body.items() if name != "type"}
    assert noted(reading, "unresolved") == []


def test_brackets_in_a_body_are_not_computed() -> None:
    assert read_json({"location": "[resourceGroup().location]"}).document == {
        "location": "[resourceGroup().location]"
    }
    assert read_json({"location": "[concat('a', 'b')]"}).document == {"location": "[concat('a', 'b')]"}


# ---------------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "value",
    [
        template(
            scale_set(tags="[variables('a')]"), variables={"a": "[variables('b')]", "b": "[variables('a')]"}
        ),
        template(
            scale_set(tags="[parameters('a')]"), parameters={"a": {"defaultValue": "[parameters('a')]"}}
        ),
        template(
            scale_set(tags="[variables('v30')]"),
            variables={"v0": "x", **{f"v{n}": [f"[variables('v{n - 1}')]"] * 2 for n in range(1, 31)}},
        ),
        template(
            scale_set(tags="[variables('v40')]"),
            variables={
                "v0": "x",
                **{f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 41)},
            },
        ),
        template(
            scale_set(tags="[variables('v9')]"),
            variables={
                "v0": "x",
                **{f"v{n}": [[[[[[[[f"[variables('v{n - 1}')]"]]]]]]]] for n in range(1, 10)},
            },
        ),
        template(
            scale_set(tags="[variables('v4')]"),
            variables={"v0": "x", **{f"v{n}": nested(20, f"[variables('v{n - 1}')]") for n in range(1, 5)}},
        ),
        template(scale_set(tags=nested(MAX_DEPTH - 8, "[json('" + json.dumps(nested(9, 1)) + "')]"))),
        template(
            scale_set(
                copy=[
                    {
                        "name": "x",
                        "count": 800,
                        "input": {"copy": [{"name": "y", "count": 800, "input": "z"}]},
                    }
                ]
            )
        ),
    ],
    ids=[
        "circle of variables",
        "circle of parameters",
        "bomb of lists",
        "bomb of text",
        "deep",
        "deep variables",
        "deep text",
        "loops in loops",
    ],
)
def test_a_template_that_grows_without_end_is_refused_in_good_time(value: Any) -> None:
    text = json.dumps(value)
    started = time.process_time()
    with pytest.raises(ReadingError):
        read(text)
    assert time.process_time() - started < 2.0 * SLOWER


@pytest.mark.parametrize(
    "value",
    [
        template(scale_set(), parameters=7, variables=[1]),
        template(scale_set(tags="[parameters('a')]"), parameters={"a": 7}),
        template(scale_set(tags="[variables('a')]"), variables={"copy": 7}),
        template(scale_set(tags="[parameters(1)]", copy=7, name=7)),
        template(scale_set(properties={"copy": [7]})),
        template(scale_set(properties={"copy": [{"name": "x", "count": 801, "input": 1}]})),
        template({"type": "Microsoft.Resources/deployments", "properties": 7}, scale_set()),
        template({"type": 7}, scale_set()),
        template({"type": "Microsoft.Resources/deployments", "properties": PASSES_NOTHING}),
        template(scale_set(apiVersion="[f()]")),
        scale_set() | {"APIVERSION": 7},
        template(scale_set(tags="[copyIndex()]")),
        template(scale_set(tags="[copyIndex('x', 'y')]", copy={"name": "x"})),
    ],
)
def test_a_template_that_is_written_wrong_is_read_as_far_as_it_goes(value: Any) -> None:
    assert read_json(value).document["location"] == "uksouth"
