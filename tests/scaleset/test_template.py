"""Reading ARM templates: which scale set, with what filled in, and what is left for a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.effort import SLOWER, effort
from vmssbuilder.scaleset import paths, versions
from vmssbuilder.scaleset.paths import MAX_DEPTH
from vmssbuilder.scaleset.reading import Reading, ReadingError, read
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.scopes import Place

IN_GOOD_TIME = 6.0 * SLOWER
"""Seconds of the processor. A quiet machine needs less than two, a crowded one takes up to three times as many."""

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


def test_a_variable_that_a_loop_leaves_empty_is_an_empty_list() -> None:
    value = template(
        scale_set(zones="[variables('names')]"),
        variables={"copy": [{"name": "names", "count": "[length(createArray())]", "input": "x"}]},
    )
    assert read_json(value).document["zones"] == []


def test_an_empty_text_that_stands_for_no_list_or_object_is_left_out() -> None:
    value = template(scale_set(zones="[if(false(), createArray('1'), '')]", plan="", tags={"of": ""}))
    reading = read_json(value)
    assert reading.document == {"location": "uksouth", "tags": {"of": ""}}
    assert noted(reading, "null") == [
        (name, f"Left out “{name}”, which is an empty text: not set.") for name in ("zones", "plan")
    ]
    assert read(json.dumps({"zones": ""}), operation="update").document == {"zones": ""}


EXTENDED: dict[str, Any] = {"virtualMachineProfile": {"extensionProfile": {"extensions": []}}}
MACHINE = {"osProfile": {"computerNamePrefix": "web"}}


@pytest.mark.parametrize(
    ("resource", "changes"),
    [
        (scale_set(sku={"name": "Standard_F2s_v2", "capacity": 7}), True),
        (scale_set(properties=EXTENDED), True),
        (scale_set(sku={"name": "Standard_F2s_v2"}), False),
        (scale_set(tags={"team": "shop"}), False),
        (scale_set(sku={"capacity": 7}, properties={"upgradePolicy": {"mode": "Manual"}}), False),
        (scale_set(sku={"capacity": 7}, properties={"orchestrationMode": "Flexible"}), False),
        (scale_set(sku={"capacity": 7}, properties={"platformFaultDomainCount": 1}), False),
        (scale_set(sku={"capacity": 7}, properties={"virtualMachineProfile": MACHINE}), False),
        (scale_set(sku={"capacity": 7}, properties=under("virtualMachineProfile.networkProfile.networkApiVersion", "2020-11-01")), False),
        (scale_set(sku={"capacity": 7}, properties=under("virtualMachineProfile.storageProfile.imageReference.id", "/img")), False),
    ],
)  # fmt: skip
def test_a_template_that_names_no_machine_changes_a_scale_set(
    resource: dict[str, Any], changes: bool
) -> None:
    reading = read_json(template(resource))
    assert reading.changes is changes
    assert reading.request.operation == "create", "a person decides"
    assert reading.document["location"] == "uksouth"


def test_the_region_of_a_template_that_is_read_as_an_update_stays_out() -> None:
    reading = read(json.dumps(template(scale_set(sku={"capacity": 7}))), operation="update")
    assert reading.document == {"sku": {"capacity": 7}}
    assert [note.where for note in reading.notes if "its region stays" in note.message] == ["location"]
    assert reading.changes
    bare = {name: value for name, value in scale_set(sku={"capacity": 7}).items() if name != "location"}
    assert not [
        note
        for note in read(json.dumps(template(bare)), operation="update").notes
        if "region" in note.message
    ]


@pytest.mark.parametrize(("count", "made"), [(0, []), (1, [0]), (800, list(range(800)))])
def test_a_loop_makes_as_many_as_it_says(count: int, made: list[int]) -> None:
    loop = [{"name": "zones", "count": count, "input": "[copyIndex()]"}]
    assert read_json(template(scale_set(copied={"copy": loop}))).document["copied"] == {"zones": made}


def test_a_variable_that_a_loop_makes_may_be_empty() -> None:
    loop = [{"name": "names", "count": 0, "input": "x"}]
    value = template(scale_set(tags={"n": "[length(variables('names'))]"}), variables={"copy": loop})
    assert read_json(value).document["tags"] == {"n": "0"}


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


def test_of_the_scale_sets_that_a_loop_makes_the_person_picks_one() -> None:
    value = template(
        scale_set(
            name="[concat('web', copyIndex(1))]",
            zones=["[string(copyIndex('sets', 1))]"],
            copy={"name": "sets", "count": "[parameters('many')]"},
        ),
        parameters={"many": {"type": "int", "defaultValue": 3}},
    )
    first = read_json(value)
    assert [each.title for each in first.choices] == ["web1", "web2", "web3"]
    assert (
        "",
        "The template makes 3 scale sets from this one by a loop. Number 1 of them was read.",
    ) in noted(first, "decide")
    third = read_json(value, choice=2)
    assert third.request.target.name == "web3"
    assert third.document["zones"] == ["3"]


def test_a_loop_of_a_million_offers_some_and_one_of_unknown_count_its_first() -> None:
    many = read_json(
        template(scale_set(name="[concat('w', copyIndex())]", copy={"name": "x", "count": 10**9}))
    )
    assert len(many.choices) == 20
    unknown = read_json(
        template(scale_set(name="[concat('w', copyIndex())]", copy={"name": "x", "count": "[f()]"}))
    )
    assert unknown.choices == ()
    assert unknown.request.target.name == "w0"
    assert "makes several scale sets from this one" in noted(unknown, "decide")[0][1]


def test_a_loop_around_a_deployment_is_run_once() -> None:
    inner = template(scale_set(name="[parameters('n')]"), parameters={"n": {"type": "string"}})
    properties = {
        "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"n": {"value": "[format('w{0}', copyIndex())]"}},
        "template": inner,
    }
    outer = {
        "type": "Microsoft.Resources/deployments",
        "copy": {"name": "d", "count": 2},
        "properties": properties,
    }
    assert read_json(template(outer)).request.target.name == "w0"


# ------------------------------------------------------------------------------------------- what a template makes, or not


@pytest.mark.parametrize("properties", [5, True, 1.5, "x", [1], None, {}])
def test_a_template_without_a_scale_set_is_refused_whatever_its_resources_hold(properties: Any) -> None:
    with pytest.raises(ReadingError, match="it has a/b"):
        read(json.dumps(template({"type": "a/b", "apiVersion": "2024-01-01", "properties": properties})))


def test_what_the_template_only_refers_to_is_no_scale_set_of_its_own() -> None:
    existing = {"type": TYPE, "apiVersion": "2023-09-01", "name": "web", "existing": True}
    child = {"type": f"{TYPE}/extensions", "apiVersion": "2023-09-01", "name": "web/probe", "properties": {}}
    for value in (template() | {"resources": {"s": existing, "e": child}}, existing):
        with pytest.raises(ReadingError, match="only refers to one that is there"):
            read_json(value)
    both = read_json(template() | {"resources": {"s": existing, "own": scale_set(name="mine")}})
    assert both.request.target.name == "mine"
    assert both.choices == ()


def test_a_template_that_deploys_others_by_a_link_says_so() -> None:
    linked = {
        "type": "Microsoft.Resources/deployments",
        "properties": {"templateLink": {"uri": "https://x/a.json"}},
    }
    with pytest.raises(ReadingError, match="by a link: paste the one that makes the scale set"):
        read_json(template(linked))


@pytest.mark.parametrize("condition", [False, "false", "[equals(parameters('kind'), 'linux')]"])
def test_a_scale_set_that_is_not_made_is_left_aside(condition: Any) -> None:
    declared = {"kind": {"type": "string", "defaultValue": "windows"}}
    value = template(
        scale_set(name="a", condition=condition),
        scale_set(name="b", condition="[equals(parameters('kind'), 'windows')]"),
        parameters=declared,
    )
    reading = read_json(value)
    assert (reading.request.target.name, reading.choices, reading.chosen) == ("b", (), 1)
    assert not [message for _, message in noted(reading, "decide") if "condition" in message]
    alone = read_json(template(scale_set(name="a", condition=condition), parameters=declared))
    assert any("does not make this scale set" in message for _, message in noted(alone, "decide"))


def test_a_condition_that_is_not_known_is_said_and_what_it_needs_is_asked_for() -> None:
    reading = read_json(
        template(scale_set(condition="[parameters('on')]"), parameters={"on": {"type": "bool"}})
    )
    assert any("on a condition only" in message for _, message in noted(reading, "decide"))
    assert [each.name for each in reading.parameters] == ["on"]


def test_a_deployment_that_is_not_made_makes_no_scale_set() -> None:
    outer = {
        "type": "Microsoft.Resources/deployments",
        "condition": False,
        "properties": {"template": template(scale_set(name="inner"))},
    }
    assert read_json(template(outer, scale_set(name="own"))).request.target.name == "own"


# ---------------------------------------------------------------------------------------- extensions as resources of their own

PROBE = {
    "publisher": "Microsoft.ManagedServices",
    "type": "ApplicationHealthLinux",
    "typeHandlerVersion": "1.0",
}
EXTENSIONS = "properties.virtualMachineProfile.extensionProfile.extensions"


@pytest.mark.parametrize(
    ("scale_set_name", "extension_name"),
    [
        ("web", "web/probe"),
        ("web", "[concat('WEB', '/', 'probe')]"),
        ("[parameters('n')]", "[concat(parameters('n'), '/probe')]"),
        ("[parameters('n')]", "[format('{0}/{1}', parameters('n'), 'probe')]"),
    ],
)
def test_an_extension_of_its_own_is_put_into_its_scale_set(scale_set_name: str, extension_name: str) -> None:
    own = {"name": "own", "properties": {"type": "t", "publisher": "p"}}
    extension = {
        "type": f"{TYPE}/extensions",
        "name": extension_name,
        "properties": {**PROBE, "settings": {"port": "[variables('p')]"}},
    }
    value = template(
        scale_set(name=scale_set_name, **under(EXTENSIONS, [own])),
        scale_set(name="other"),
        extension,
        variables={"p": 80},
        parameters={"n": {"type": "string"}},
    )  # fmt: skip
    reading = read_json(value)
    assert got(reading, EXTENSIONS) == [
        own,
        {"name": "probe", "properties": {**PROBE, "settings": {"port": 80}}},
    ]
    assert noted(reading, "moved")[0][0] == f"{EXTENSIONS}[1]"
    assert read_json(value, choice=1).document == {"location": "uksouth"}


def test_an_extension_inside_the_scale_set_is_put_into_its_list() -> None:
    children = [
        {"type": "extensions", "name": "probe", "properties": PROBE, "condition": "[equals(1, 1)]"},
        {"type": "extensions", "name": "off", "properties": PROBE, "condition": False},
        {"type": "extensions", "name": "probe", "properties": {}},
        {"type": "providers/diagnosticSettings", "name": "d"},
    ]
    reading = read_json(template(scale_set(resources=children)))
    assert got(reading, EXTENSIONS) == [{"name": "probe", "properties": PROBE}]
    assert [message for _, message in noted(reading, "decide")][:2] == [
        "The template adds the extension “off” by a resource of its own, which was left out: its condition does not hold.",
        "The template adds the extension “probe” by a resource of its own, which was left out: the scale set has one of that name.",
    ]
    assert any("providers/diagnosticSettings" in message for _, message in noted(reading, "removed"))


def test_an_extension_of_a_deployment_that_is_not_made_is_none() -> None:
    def deployment(name: str, condition: Any) -> dict[str, Any]:
        extension = {"type": f"{TYPE}/extensions", "name": f"web/{name}", "properties": PROBE}
        return {
            "type": "Microsoft.Resources/deployments",
            "condition": condition,
            "properties": {"template": template(extension)},
        }

    reading = read_json(template(scale_set(), deployment("on", True), deployment("off", False)))
    assert [each["name"] for each in got(reading, EXTENSIONS)] == ["on"]


def test_an_extension_that_cannot_be_put_into_the_list_is_named() -> None:
    child = {"type": "extensions", "name": "probe", "properties": PROBE}
    profile = under("properties.virtualMachineProfile", {"extensionProfile": "[f()]"})
    reading = read_json(template(scale_set(resources=[child], **profile)))
    assert any("the scale set's own are not known here" in message for _, message in noted(reading, "decide"))
    nameless = read_json(template(scale_set(resources=[{**child, "name": "[f()]"}])))
    assert any(
        "adds an extension by a resource of its own, which" in message
        for _, message in noted(nameless, "decide")
    )


def test_a_shared_variable_is_not_changed_by_an_extension_of_its_own() -> None:
    value = template(
        scale_set(
            properties={"virtualMachineProfile": "[variables('v')]", "copied": "[variables('v')]"},
            resources=[{"type": "extensions", "name": "probe", "properties": PROBE}],
        ),
        variables={"v": {"extensionProfile": {"extensions": []}}},
    )
    reading = read_json(value)
    assert len(got(reading, EXTENSIONS)) == 1
    assert reading.document["properties"]["copied"] == {"extensionProfile": {"extensions": []}}


# ------------------------------------------------------------------------------------------------------ functions of its own


def defined(**members: Any) -> list[dict[str, Any]]:
    return [{"namespace": "shop", "members": members}]


def test_functions_of_the_template_are_worked_out() -> None:
    size = {
        "parameters": [{"name": "family", "type": "string"}, {"name": "cores", "type": "int"}],
        "output": {
            "type": "string",
            "value": "[format('Standard_{0}{1}s_v5', parameters('Family'), parameters('cores'))]",
        },
    }
    twice = {
        "parameters": [{"name": "n", "type": "int"}],
        "output": {
            "type": "object",
            "value": {"capacity": "[mul(parameters('n'), 2)]", "name": "[shop.size('D', parameters('n'))]"},
        },
    }
    value = template(
        scale_set(sku="[shop.twice(2)]", tags={"a": "[SHOP.Size('E', parameters('cores'))]", "b": "[shop.size('E')]", "c": "[shop.none(1)]"}),
        functions=defined(size=size, twice=twice),
        parameters={"cores": {"type": "int", "defaultValue": 8}, "family": {"type": "string", "defaultValue": "F"}},
    )  # fmt: skip
    document = read_json(value).document
    assert document["sku"] == {"capacity": 4, "name": "Standard_D2s_v5"}
    assert document["tags"] == {"a": "Standard_E8s_v5", "b": "[shop.size('E')]", "c": "[shop.none(1)]"}


def test_a_function_of_the_template_keeps_what_is_not_known() -> None:
    named = {
        "parameters": [{"name": "x", "type": "string"}],
        "output": {"value": "[concat('n-', parameters('x'))]"},
    }
    value = template(scale_set(tags={"a": "[shop.named(unknown())]"}), functions=defined(named=named))
    assert read_json(value).document["tags"] == {"a": "[concat('n-', unknown())]"}


def test_a_resource_with_nothing_for_the_deployment_loses_nothing() -> None:
    reading = read_json(template({"type": TYPE, "name": "web", "location": "x"}))
    assert noted(reading, "removed") == [
        ("type", "Left out “type”: Azure writes it, a request does not."),
        ("name", "Left out “name”: Azure writes it, a request does not."),
    ]


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
                "c": "[variables('made')]",
            },
        ),
        parameters={"size": {"type": "string"}, "many": {"type": "int"}},
        variables={
            "p": "shop",
            "copy": [{"name": "made", "count": "[parameters('many')]", "input": "x"}],
        },
    )
    reading = read_json(value)
    assert reading.document == {
        "location": "[resourceGroup().location]",
        "sku": {"name": "[parameters('size')]"},
        "tags": {
            "a": "[concat('shop', '-', uniqueString(subscription().id))]",
            "b": "[add('x', 1)]",
            "c": "[variables('made')]",
        },
    }
    assert type(reading.document["location"]) is str
    assert noted(reading, "unresolved") == [
        (
            "location",
            "Replace this expression by a value: what resourceGroup answers depends on where the template is deployed.",
        ),
        ("sku.name", "Replace this expression by a value: there is none for size."),
        (
            "tags.a",
            "Replace this expression by a value: what subscription answers depends on where the template is deployed.",
        ),
        ("tags.b", "Replace this expression by a value: it could not be computed."),
        (
            "tags.c",
            "Replace this expression by a value: the value of made, a variable of the template, is not known.",
        ),
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


# ----------------------------------------------------------------------------------------------------- where it is deployed

SUBSCRIPTION = "0f1e2d3c-0000-4000-8000-00000000000a"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
PLACED = {
    "location": "[resourceGroup().location]",
    "tags": {
        "id": "[resourceGroup().id]",
        "name": "[toUpper(resourceGroup().name)]",
        "subscription": "[subscription().subscriptionId]",
        "tenant": "[subscription().tenantId]",
        "net": "[resourceId('Microsoft.Network/virtualNetworks/', 'v')]",
        "other": "[resourceId('rg-net', 'Microsoft.Network/virtualNetworks', 'v')]",
        "role": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')]",
        "hash": "[uniqueString(resourceGroup().id)]",
        "lost": "[resourceId('Microsoft.Network/virtualNetworks', unknown())]",
    },
}


def test_what_depends_on_the_place_is_told_where_the_place_is_known() -> None:
    text = json.dumps(template(scale_set(**PLACED)))
    nowhere = read(text)
    assert nowhere.document == PLACED
    assert nowhere.place_wanted == ("subscription", "resource_group", "location")
    somewhere = read(text, place=Place(SUBSCRIPTION, "rg-shop", "norwayeast"))
    assert somewhere.document == {
        "location": "norwayeast",
        "tags": {
            "id": GROUP,
            "name": "RG-SHOP",
            "subscription": SUBSCRIPTION,
            "tenant": "[subscription().tenantId]",
            "net": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v",
            "other": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v",
            "role": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r",
            "hash": "z2asxcuwezxio",
            "lost": "[resourceId('Microsoft.Network/virtualNetworks', unknown())]",
        },
    }
    assert somewhere.request.target == Target(SUBSCRIPTION, "rg-shop", "web")
    region = read(text, place=Place(location="norwayeast"))
    assert region.document == {**PLACED, "location": "norwayeast"}
    assert region.place_wanted == ("subscription", "resource_group")


def test_a_default_that_depends_on_the_place_is_told_by_it() -> None:
    declared = {"region": {"type": "string", "defaultValue": "[resourceGroup().location]"}}
    text = json.dumps(template(scale_set(location="[parameters('region')]"), parameters=declared))
    assert read(text).place_wanted == ("location",)
    reading = read(text, place=Place(location="norwayeast"))
    assert reading.document["location"] == "norwayeast"
    assert not reading.parameters[0].missing
    assert reading.place_wanted == ()


def test_a_deployment_to_another_resource_group_knows_that_one() -> None:
    outer = {
        "type": "Microsoft.Resources/deployments",
        "resourceGroup": "rg-else",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": template(
                scale_set(location="[resourceGroup().location]", tags={"a": "[resourceGroup().name]"})
            ),
        },
    }
    reading = read(json.dumps(template(outer)), place=Place(SUBSCRIPTION, "rg-shop", "norwayeast"))
    assert reading.document == {"location": "[resourceGroup().location]", "tags": {"a": "rg-else"}}


# ---------------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "value",
    [
        template(
            scale_set(tags="[map(range(0, 9999), lambda('i', variables('a').?zzz))]"),
            variables={"a": {f"n{number}": number for number in range(40_000)}},
        ),
        template(
            scale_set(tags="[length(variables('n'))]"),
            variables={
                "copy": [
                    {"name": "n", "count": 800, "input": {f"n{number}": number for number in range(20_000)}}
                ]
            },
        ),
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
            scale_set(tags="[shop.f(1)]"),
            functions=[
                {
                    "namespace": "shop",
                    "members": {"f": {"parameters": [{"name": "x"}], "output": {"value": "[shop.f(1)]"}}},
                }
            ],
        ),
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
        "names looked for in vain",
        "large items of a loop",
        "circle of variables",
        "circle of parameters",
        "bomb of lists",
        "bomb of text",
        "deep",
        "deep variables",
        "deep text",
        "circle of functions",
        "loops in loops",
    ],
)
def test_a_template_that_grows_without_end_is_refused_in_good_time(value: Any) -> None:
    text = json.dumps(value)

    def refused() -> None:
        with pytest.raises(ReadingError):
            read(text)

    assert effort(refused, enough=IN_GOOD_TIME) <= IN_GOOD_TIME


def many(count: int, written: str) -> dict[str, str]:
    return {f"n{number}": written.replace("#", str(number)) for number in range(count)}


def large(name: str) -> dict[str, Any]:
    """Templates near the size that is read, each with much of one thing."""
    texts = {"type": "string", "defaultValue": "x"}
    body = {"parameters": [{"name": "a"}], "output": {"value": "[concat(parameters('a'), 'y')]"}}
    extension = {"type": f"{TYPE}/extensions", "name": "web/e", "properties": {}}
    unknown = {"type": f"{TYPE}/extensions", "name": "[concat(f(), '/e')]", "properties": {}}
    made: dict[str, dict[str, Any]] = {
        "expressions": template(scale_set(tags=many(17_000, "[concat('a', parameters('p'), '#')]")), parameters={"p": texts}),
        "unresolved": template(scale_set(tags=many(17_000, "[concat('a', parameters('p'), '#')]")), parameters={"p": {}}),
        "parameters": template(scale_set(tags=many(8_000, "[parameters('n#')]")), parameters=dict.fromkeys(many(8_000, ""), texts)),
        "variables": template(scale_set(tags=many(11_000, "[variables('N#')]")), variables=many(11_000, "[toUpper('x')]")),
        "functions": template(scale_set(tags=many(4_000, "[s.n#('x')]")), functions=[{"namespace": "s", "members": dict.fromkeys(many(4_000, ""), body)}]),
        "blanks": template(scale_set(tags=f"[{' ' * 500_000}~]")),
        "one long name": template(scale_set(tags=f"[{'a' * 500_000}]")),
        "extensions": template(scale_set(), *({**extension, "name": f"web/e{number}"} for number in range(8_000))),
        "owners": template(*[scale_set(name="[f()]")] * 499, *[unknown] * 6_000),
        "other resources": template(*[{"type": "a/b", "name": "[variables('v')]"}] * 15_000, scale_set(), variables={"v": "x"}),
        "allowed": template(scale_set(tags="[parameters('p')]"), parameters={"p": {"type": "array", "defaultValue": [], "allowedValues": list(range(20_000))}}),
        "names": template(scale_set(tags="[union(variables('a'), variables('b'))]"), variables={"a": many(12_000, "#"), "b": many(12_000, "#")}),
    }  # fmt: skip
    return made[name]


@pytest.mark.parametrize(
    "name",
    ["expressions", "unresolved", "parameters", "variables", "functions", "extensions", "owners", "other resources",
     "allowed", "names", "blanks", "one long name"],
)  # fmt: skip
def test_a_large_template_is_read_in_good_time(name: str) -> None:
    text = json.dumps(large(name))
    given = {"p": list(range(20_000))} if name == "allowed" else None
    assert effort(lambda: read(text, parameters=given), enough=IN_GOOD_TIME) <= IN_GOOD_TIME


def test_more_scale_sets_than_anybody_has_are_refused() -> None:
    assert len(read_json(template(*[scale_set()] * 500)).choices) == 500
    with pytest.raises(ReadingError, match="more than 500 scale sets"):
        read_json(template(*[scale_set()] * 501))


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
        template(scale_set(tags="[a.b()]"), functions=7),
        template(scale_set(tags="[a.b()]"), functions=[7, {"namespace": "a", "members": {"b": 7}}]),
        template(
            scale_set(tags="[a.b(1)]"),
            functions=[{"namespace": "a", "members": {"b": {"parameters": [7], "output": {}}}}],
        ),
        template(scale_set(resources=7, condition={"a": 1}, copy={"count": -1})),
        template(scale_set(resources=[7, {"type": "extensions"}, {"type": 7}])),
        template({"type": f"{TYPE}/extensions", "name": 7}, scale_set()),
        template(scale_set(tags="[copyIndex('x', 'y')]", copy={"name": "x"})),
    ],
)
def test_a_template_that_is_written_wrong_is_read_as_far_as_it_goes(value: Any) -> None:
    assert read_json(value).document["location"] == "uksouth"


def test_names_of_members_are_filled_in_too() -> None:
    names = {"[concat('team-', 'a')]": "1", "[[b]": "2", "[c": "3", "[reference('x').y]": "4"}
    reading = read_json(template(scale_set(tags=names)))
    assert reading.document["tags"] == {"team-a": "1", "[b]": "2", "[c": "3", "[reference('x').y]": "4"}
