"""Exports: nothing is lost, nothing is read as something else, and no secret is in them.

Each format is read back by a reader of that language, and must give the document that went in.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import hcl2
import pytest
import tree_sitter
import tree_sitter_bicep
from hypothesis import given, settings

from tests.programs import jq_folder
from tests.scaleset.documents import documents
from vmssbuilder.scaleset import API_VERSIONS, CannotExport, Request, Target, export, paths, read, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.exports import FORMATS, parameters
from vmssbuilder.scaleset.exports.endpoint import Endpoint
from vmssbuilder.scaleset.properties import Json, List, Node
from vmssbuilder.scaleset.versions import LATEST

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
TARGET = Target(SUBSCRIPTION, "rg-shop", "web-prod")
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
ADDRESS = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/web-prod?api-version={LATEST}"

NASTY = {
    "brackets": "[resourceGroup().location]",
    "bracket": "[x",
    "twice": "[[x]",
    "[name()]": "1",
    "interpolation": "${var.x} %{if} $${y} {{z}} $HOME `id` $(id)",
    "quotes": "it's \"quoted\" \\ and 'so'",
    "lines": "a\nb\r\nc\td",
    "letters": "é 日本 \x07 \u2028 \U0001f600",
    "end": "BODY",
    "a b": "",
    "null": "null",
    "for": "true",
    "$": "%",
}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "tags": NASTY,
        "location": "uksouth",
        "sku": {"name": "Standard_D2s_v5", "capacity": 2},
        "zones": ["1", "2"],
        "properties": {
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {
                    "computerNamePrefix": "web",
                    "adminUsername": "azureuser",
                    "adminPassword": secrets.reference("id-of-the-password"),
                },
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": "run-script",
                            "properties": {
                                "settings": {
                                    **NASTY,
                                    "n": None,
                                    "t": True,
                                    "l": [],
                                    "o": {},
                                    "big": 2**70,
                                    "e": 5e-05,
                                },
                                "protectedSettings": {"command": "S3cret!"},
                            },
                        },
                        {
                            "name": "other",
                            "properties": {"protectedSettings": secrets.reference("id-of-another")},
                        },
                    ]
                },
                "billingProfile": {"maxPrice": 0.25},
            },
        },
        **changes,
    }


def request(operation: Any = "create", version: str = LATEST, **changes: Any) -> Request:
    return Request(TARGET, operation, version, document(**changes))


PROFILE = ("properties", "virtualMachineProfile")
SECRETS = {
    (*PROFILE, "osProfile", "adminPassword"): "adminPassword",
    (
        *PROFILE,
        "extensionProfile",
        "extensions",
        0,
        "properties",
        "protectedSettings",
    ): "runScriptProtectedSettings",
    (
        *PROFILE,
        "extensionProfile",
        "extensions",
        1,
        "properties",
        "protectedSettings",
    ): "otherProtectedSettings",
}


def with_placeholders(written: Any) -> dict[str, Any]:
    """The document as an export should hold it, each secret as `written(name)`."""
    names = dict(SECRETS)
    replaced: dict[str, Any] = secrets.replace(document(), lambda path, _value: written(names[path]))
    return replaced


def snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


# --------------------------------------------------------------------------------------------------------- all formats


def test_each_format_says_what_it_is() -> None:
    for name, each in FORMATS.items():
        assert each.name == name
        assert each.title
        assert each.help
        assert each.suffix.startswith(".")


def test_an_unknown_format_is_refused_with_those_that_exist() -> None:
    with pytest.raises(
        CannotExport, match=rf"“pulumi” is not a format\. Choose one of {', '.join(FORMATS)}\."
    ):
        export(request(), "pulumi")


@pytest.mark.parametrize("format", ["arm", "bicep"])
def test_what_describes_whole_scale_sets_refuses_changes(format: str) -> None:
    with pytest.raises(CannotExport, match=r"holds changes alone\. Choose one of REST request, Terraform"):
        export(request("update"), format)


def places_of_secrets(node: Node, path: paths.Path = ()) -> Iterator[tuple[paths.Path, Node]]:
    if node.property.secret:
        yield path, node
    for wire, child in node.children.items():
        yield from places_of_secrets(child, (*path, wire))
    if node.item is not None:
        step: str | int = 0 if isinstance(node.property, List) else "name"
        yield from places_of_secrets(node.item, (*path, step))


@pytest.mark.parametrize("format", list(FORMATS))
def test_no_secret_of_any_version_is_in_an_export(format: str) -> None:
    canary, reference = "S3cret-canary!", "reference-canary"
    looked_at = set()
    for version in API_VERSIONS:
        for path, node in places_of_secrets(tree(version)):
            plain: Any = {"deep": [canary]} if isinstance(node.property, Json) else canary
            for value in (plain, secrets.reference(reference)):
                held: dict[str, Any] = {"location": "uksouth"}
                paths.put(held, path, value)
                text = export(Request(TARGET, "create", version, held), format)
                assert canary not in text
                assert reference not in text
                looked_at.add(node.pattern)
    assert len(looked_at) >= 5


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_misspelled_secret_is_none_the_less_one(format: str) -> None:
    held = {"Properties": {"VirtualMachineProfile": {"OSProfile": {"ADMINPASSWORD": "S3cret-canary!"}}}}
    assert "S3cret-canary!" not in export(Request(TARGET, "create", LATEST, held), format)


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_document_is_not_changed(format: str) -> None:
    held = request()
    export(held, format)
    assert held.document == document()


@pytest.mark.parametrize("format", list(FORMATS))
def test_an_address_that_is_not_filled_in_is_named(format: str) -> None:
    text = export(Request(document={"location": "uksouth"}), format)
    assert "SCALE-SET-NAME" in text
    if format not in ("arm", "bicep"):
        assert "SUBSCRIPTION-ID" in text
        assert "RESOURCE-GROUP" in text


@pytest.mark.parametrize("format", list(FORMATS))
def test_what_azure_writes_is_left_out(format: str) -> None:
    text = export(request(id="canary-1", etag="canary-2", name="canary-3", Type="canary-4"), format)
    assert "canary" not in text


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_secret_that_is_null_needs_no_parameter(format: str) -> None:
    held = {"properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": None}}}}
    text = export(Request(TARGET, "create", LATEST, held), format)
    assert "adminPassword" in text
    assert not re.search(r"admin_password|ADMIN_PASSWORD|{{adminPassword|parameters|param ", text)


def test_secrets_of_one_name_have_parameters_of_their_own() -> None:
    extensions = [
        {"name": name, "properties": {"protectedSettings": {"a": 1}}}
        for name in ("run", "Run", "1st", "日本", "", "日")
    ]
    held = {"properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": extensions}}}}
    template = json.loads(export(Request(TARGET, "create", LATEST, held), "arm"))
    assert list(template["parameters"]) == [
        "runProtectedSettings",
        "runProtectedSettings2",
        "secret1StProtectedSettings",
        "protectedSettings",
        "protectedSettings2",
        "protectedSettings3",
    ]


# ---------------------------------------------------------------------------------------------------------------- REST


def test_rest_is_the_request_with_variables_for_secrets() -> None:
    head, _, body = export(request(), "rest").partition("\n\n")
    lines = [line for line in head.splitlines() if not line.startswith("#")]
    assert lines == [
        f"PUT https://management.azure.com{ADDRESS} HTTP/1.1",
        "Authorization: Bearer {{accessToken}}",
        "Content-Type: application/json",
        "If-None-Match: *",
    ]
    assert json.loads(body) == with_placeholders(lambda name: f"{{{{{name}}}}}")
    for name in ("accessToken", "adminPassword}}: Admin password", "runScriptProtectedSettings"):
        assert name in head


@pytest.mark.parametrize(
    "text",
    [
        "{{accessToken}}",
        "{{adminPassword}}",
        "{{$processEnv HOME}} {{{three}}} {{{{four",
        "{{}} {{ a }} {one} {",
        '\\{{x}} \\u007b{y}} "{{z}}"',
        "\ue000adminPassword\ue000 \ue000\ue000",
    ],
)
def test_no_editor_fills_a_variable_of_its_own_into_what_a_person_wrote(text: str) -> None:
    document = {
        "location": "uksouth",
        "tags": {"say": text, text: "named"},
        "properties": {
            "virtualMachineProfile": {
                "osProfile": {"adminPassword": "Canary-7-Horse", "customData": "Y2FuYXJ5"}
            }
        },
    }
    written = export(Request(TARGET, "create", LATEST, document), "rest")
    head, _, body = written.partition("\n\n")
    assert re.findall(r"\{\{(.*?)\}\}", body) == ["adminPassword", "customData"]
    assert json.loads(body)["tags"] == document["tags"]
    assert "{{accessToken}}" in head
    back = read(written)
    assert back.request is not None
    assert back.request.document["tags"] == document["tags"]


@pytest.mark.parametrize(
    ("operation", "version", "start"),
    [("update", LATEST, "PATCH"), ("update", "2016-04-30-preview", "PUT"), ("create", "2023-07-01", "PUT")],
)
def test_rest_sends_what_the_version_has(operation: str, version: str, start: str) -> None:
    text = export(Request(TARGET, operation, version, {"location": "uksouth"}), "rest")  # type: ignore[arg-type] # the operations come from a list of words
    assert f"\n{start} https://" in text
    assert f"api-version={version} " in text
    assert "If-None-Match" not in text


def test_an_address_is_escaped() -> None:
    target = Target(SUBSCRIPTION, "rg ä/b", "a'b?c\nd")
    for name in ("rest", "az", "curl"):
        text = export(Request(target, "create", LATEST, {}), name)
        assert "/resourceGroups/rg%20%C3%A4%2Fb/" in text
        assert "/virtualMachineScaleSets/a%27b%3Fc%0Ad?api-version" in text


# ------------------------------------------------------------------------------------------------------- ARM templates


def unescaped(value: Any) -> Any:
    """The value as Resource Manager reads it, where no expression is."""
    if isinstance(value, str):
        assert not re.fullmatch(r"\[(?!\[).*\]", value, re.DOTALL) or value.startswith("[parameters('")
        return value[1:] if value.startswith("[[") and value.endswith("]") else value
    if isinstance(value, dict):
        return {unescaped(name): unescaped(inner) for name, inner in value.items()}
    return [unescaped(item) for item in value] if isinstance(value, list) else value


def test_a_template_holds_the_document_and_secure_parameters() -> None:
    template = json.loads(export(request(), "arm"))
    assert {name: each["type"] for name, each in template["parameters"].items()} == {
        "adminPassword": "securestring",
        "runScriptProtectedSettings": "secureObject",
        "otherProtectedSettings": "secureObject",
    }
    (resource,) = template["resources"]
    assert unescaped(resource) == {
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "apiVersion": LATEST,
        "name": "web-prod",
        **with_placeholders(lambda name: f"[parameters('{name}')]"),
    }
    assert resource["tags"]["brackets"] == "[[resourceGroup().location]"
    assert resource["tags"]["bracket"] == "[x"
    assert resource["tags"]["twice"] == "[[[x]"


def test_a_template_is_read_back() -> None:
    text = export(Request(TARGET, "create", LATEST, {"location": "[x]", "tags": {"a": "[b()]"}}), "arm")
    reading = read(text)
    assert reading.document == {"location": "[x]", "tags": {"a": "[b()]"}}
    assert reading.api_version == LATEST
    assert reading.request.target.name == "web-prod"


# --------------------------------------------------------------------------------------------------------------- Bicep

_BICEP = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
_BICEP_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.DOTALL)
_BICEP_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def bicep(text: str) -> tree_sitter.Node:
    root = _BICEP.parse(text.encode()).root_node
    assert not root.has_error, text
    return root


def bicep_text(source: str) -> str:
    """The text of a literal. An interpolation would have been another kind of node."""
    assert source[0] == source[-1] == "'"
    return _BICEP_ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _BICEP_LETTERS.get(found[2], found[2]),
        source[1:-1],
    )


def bicep_value(node: tree_sitter.Node) -> Any:
    source = (node.text or b"").decode()
    if node.type == "object":
        members = [child for child in node.named_children if child.type == "object_property"]
        assert len(members) == len(node.named_children)
        return {
            bicep_name(child.named_children[0]): bicep_value(child.named_children[1]) for child in members
        }
    if node.type == "array":
        return [bicep_value(child) for child in node.named_children]
    if node.type == "string":
        assert all(child.type in ("string_content", "escape_sequence") for child in node.named_children), (
            source
        )
        return bicep_text(source)
    if node.type == "call_expression":
        called = re.fullmatch(r"json\(('.*')\)", source)
        assert called is not None, source
        return json.loads(bicep_text(called[1]))
    if node.type == "identifier":
        return f"<{source}>"
    assert node.type in ("number", "boolean", "null", "unary_expression"), (node.type, source)
    if node.type == "number":
        assert -(2**63) <= int(source) < 2**63
    return json.loads(source)


def bicep_name(node: tree_sitter.Node) -> str:
    source = (node.text or b"").decode()
    return bicep_text(source) if source.startswith("'") else source


def bicep_resource(text: str) -> Any:
    (resource,) = [child for child in bicep(text).named_children if child.type == "resource_declaration"]
    return bicep_value(resource.named_children[-1])


def test_bicep_holds_the_document_and_secure_parameters() -> None:
    text = export(request(), "bicep")
    assert bicep_resource(text) == {"name": "web-prod", **with_placeholders(lambda name: f"<{name}>")}
    assert f"resource scaleSet 'Microsoft.Compute/virtualMachineScaleSets@{LATEST}' = {{" in text
    assert re.findall(r"@secure\(\)\nparam (\w+ \w+)\n", text) == [
        "adminPassword string",
        "runScriptProtectedSettings object",
        "otherProtectedSettings object",
    ]


@given(documents(LATEST))
def test_bicep_gives_back_any_document(held: dict[str, Any]) -> None:
    bare: dict[str, Any] = secrets.replace(held, lambda _path, _value: "")
    bare = without_secrets(bare)
    resource = bicep_resource(export(Request(TARGET, "create", LATEST, bare), "bicep"))
    assert resource == {"name": "web-prod", **bare}


def without_secrets(held: dict[str, Any]) -> dict[str, Any]:
    for path, _ in list(secrets.find(held)):
        paths.remove(held, path)
    return held


# ----------------------------------------------------------------------------------------------------------- Terraform

_HCL_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))|\$(\$)(?=\{)|%(%)(?=\{)", re.DOTALL)


def hcl_text(source: str) -> str:
    """The text of a quoted literal; what would be evaluated fails."""
    assert source[0] == source[-1] == '"', source
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", source), source

    def letter(found: re.Match[str]) -> str:
        if code := found[1] or found[2]:
            return chr(int(code, 16))
        if found[3]:
            return {"n": "\n", "r": "\r", "t": "\t"}.get(found[3], found[3])
        return found[4] or found[5]

    return _HCL_ESCAPE.sub(letter, source[1:-1])


def hcl_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            hcl_text(name) if name.startswith('"') else name: hcl_value(inner)
            for name, inner in value.items()
            if name not in ("__is_block__", "__comments__")
        }
    if isinstance(value, list):
        return [hcl_value(item) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith("${"):
        inner = value[2:-1]
        return f"<{inner}>" if inner.startswith("var.") else json.loads(inner)
    return hcl_text(value)


def hcl_resource(text: str, kind: str = "azapi_resource") -> dict[str, Any]:
    (resource,) = hcl2.loads(text)["resource"]
    found = hcl_value(resource[f'"{kind}"']['"scale_set"'])
    assert isinstance(found, dict)
    return found


def test_terraform_holds_the_document_and_sensitive_variables() -> None:
    text = export(request(), "terraform")
    resource = hcl_resource(text)
    wanted = with_placeholders(lambda name: f"<var.{snake(name)}>")
    paths.remove(wanted, (*PROFILE, "osProfile", "adminPassword"))
    assert resource["body"] == {
        name: value for name, value in wanted.items() if name not in ("location", "tags")
    }
    assert resource["sensitive_body"] == {
        "properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": "<var.admin_password>"}}}
    }
    assert (resource["location"], resource["tags"]) == ("uksouth", NASTY)
    assert (resource["parent_id"], resource["name"]) == (GROUP, "web-prod")
    assert resource["type"] == f"Microsoft.Compute/virtualMachineScaleSets@{LATEST}"
    variables = {
        hcl_text(name): each for block in hcl2.loads(text)["variable"] for name, each in block.items()
    }
    assert {
        name: (each["type"], each["sensitive"], "ephemeral" in each) for name, each in variables.items()
    } == {
        "admin_password": ("string", True, True),
        "run_script_protected_settings": ("any", True, False),
        "other_protected_settings": ("any", True, False),
    }


def test_terraform_changes_what_exists_with_the_resource_for_that() -> None:
    text = export(request("update"), "terraform")
    resource = hcl_resource(text, "azapi_update_resource")
    assert resource["body"] == with_placeholders(lambda name: f"<var.{snake(name)}>")
    assert resource["resource_id"] == ADDRESS.partition("?")[0]
    assert "ephemeral" not in text


def test_terraform_needs_a_new_version_only_where_secrets_do() -> None:
    plain = export(Request(TARGET, "create", LATEST, {"location": "uksouth"}), "terraform")
    assert "required_version" not in plain
    assert 'required_version = ">= 1.11"' in export(request(), "terraform")


def test_terraform_takes_a_malformed_location_and_tags_as_they_are() -> None:
    held = {"location": 1, "tags": {"a": 1}, "plan": None}
    assert hcl_resource(export(Request(TARGET, "create", LATEST, held), "terraform"))["body"] == held


@settings(max_examples=40)
@given(documents(LATEST))
def test_terraform_gives_back_any_document(held: dict[str, Any]) -> None:
    bare = without_secrets(secrets.replace(held, lambda _path, _value: ""))
    resource = hcl_resource(export(Request(TARGET, "create", LATEST, bare), "terraform"))
    outside = {name: resource[name] for name in ("location", "tags") if name in resource}
    assert resource["body"] | outside == bare


# --------------------------------------------------------------------------------------------------------------- shell

VALUES = {
    "ADMIN_PASSWORD": "p\"w$(id)'",
    "RUN_SCRIPT_PROTECTED_SETTINGS": '{"a": [1]}',
    "OTHER_PROTECTED_SETTINGS": "{}",
}

RECORDER = '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.args"\ncat > "$0.body"\n'


def run(
    text: str, program: str, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a script with a program of that name which writes down what it is given."""
    stand_in = folder / program
    stand_in.write_text(RECORDER)
    stand_in.chmod(0o755)
    path = f"{folder}:{jq_folder(folder)}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-c", text], env={"PATH": path, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("program", ["az", "curl"])
def test_a_script_sends_the_document_with_the_secrets_of_the_environment(
    program: str, tmp_path: Path
) -> None:
    text = export(request(), program)
    done = run(text, program, tmp_path, {**VALUES, "ACCESS_TOKEN": "token"})
    assert done.returncode == 0, done.stderr
    body = json.loads((tmp_path / f"{program}.body").read_text())
    wanted = document()
    for path, value in zip(SECRETS, (VALUES["ADMIN_PASSWORD"], {"a": [1]}, {}), strict=True):
        paths.put(wanted, path, value)
    # jq before 1.7 rounds numbers beyond 53 bits.
    settings_path = (*PROFILE, "extensionProfile", "extensions", 0, "properties", "settings", "big")
    for each in (body, wanted):
        paths.put(each, settings_path, float(paths.get(each, settings_path)))
    assert body == wanted
    arguments = (tmp_path / f"{program}.args").read_text()
    assert unquote(arguments).count(ADDRESS) == 1
    assert "If-None-Match" in arguments
    assert "application/json" in arguments
    assert "PUT" in arguments.upper()
    for value in (*VALUES.values(), "token"):
        assert value not in arguments.splitlines()


@pytest.mark.parametrize("program", ["az", "curl"])
def test_a_script_without_secrets_sends_the_document_as_it_is(program: str, tmp_path: Path) -> None:
    held = {"location": "uksouth", "tags": NASTY}
    text = export(Request(TARGET, "update", LATEST, held), program)
    done = run(text, program, tmp_path, {"ACCESS_TOKEN": "token"})
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / f"{program}.body").read_text()) == {"tags": NASTY, "location": "uksouth"}
    assert "PATCH" in (tmp_path / f"{program}.args").read_text().upper()
    assert "jq" not in text


def test_a_name_that_is_no_plain_word_is_quoted_for_jq(tmp_path: Path) -> None:
    # Two letters of the name are long s, which is an s without regard to case.
    held = {"Properties": {"virtualMachineProfile": {"osProfile": {"adminPa\u017f\u017fword": "x"}}}}
    text = export(Request(TARGET, "create", LATEST, held), "az")
    assert "x" not in re.findall(r'word": "([^"]*)"', text)
    (variable,) = re.findall(r"export (\w+)", text)
    done = run(text, "az", tmp_path, {variable: "value"})
    assert done.returncode == 0, done.stderr
    paths.put(held, ("Properties", "virtualMachineProfile", "osProfile", "adminPa\u017f\u017fword"), "value")
    assert json.loads((tmp_path / "az.body").read_text()) == held


@pytest.mark.parametrize("missing", [*VALUES, "ACCESS_TOKEN"])
def test_a_script_stops_before_it_sends_when_a_secret_is_missing(missing: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in (VALUES | {"ACCESS_TOKEN": "t"}).items() if name != missing}
    done = run(export(request(), "curl"), "curl", tmp_path, environment)
    assert done.returncode != 0
    assert missing in done.stderr
    assert not (tmp_path / "curl.body").exists()


def test_the_token_reaches_curl_in_a_file_of_its_own() -> None:
    text = export(request(), "curl")
    assert '--config <(printf \'header = "Authorization: Bearer %s"\\n\' "$ACCESS_TOKEN")' in text
    assert "--header 'Authorization" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_each_secret_is_named_as_a_parameter_of_its_format(format: str) -> None:
    held = {"properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": {"$secret": "one"}}}}}
    ((name, title),) = parameters(Request(TARGET, "create", LATEST, held), format)
    assert title == "Admin password"
    assert name in export(Request(TARGET, "create", LATEST, held), format)


# --- where it goes ---------------------------------------------------------------------------------------------------

HERE = Endpoint(
    "http://127.0.0.1:8001", note="http://127.0.0.1:8001 is no Azure.", token="print-a-token --here"
)
CLOUDS = [
    Endpoint("https://management.usgovcloudapi.net", "AzureUSGovernment", "usgovernment"),
    Endpoint("https://management.chinacloudapi.cn", "AzureChinaCloud", "china"),
]


@pytest.mark.parametrize("format", [each.name for each in FORMATS.values() if each.placed])
@pytest.mark.parametrize("endpoint", [*CLOUDS, HERE], ids=lambda each: each.cli or "here")
def test_an_export_goes_to_no_other_cloud_than_its_own(format: str, endpoint: Endpoint) -> None:
    text = export(request(), format, endpoint)
    assert "management.azure.com" not in text
    named = {"az": endpoint.cli, "terraform": f'"{endpoint.terraform}"'} if endpoint.cli else {}
    assert named.get(format, endpoint.address) in text
    assert (HERE.note in text) == (endpoint is HERE)


@pytest.mark.parametrize("format", [each.name for each in FORMATS.values() if not each.placed])
def test_an_export_that_names_no_address_is_the_same_everywhere(format: str) -> None:
    assert export(request(), format, HERE) == export(request(), format)


@pytest.mark.parametrize("program", ["az", "curl"])
def test_a_script_for_a_stand_in_sends_the_token_without_showing_it(program: str, tmp_path: Path) -> None:
    text = export(request(), program, HERE)
    done = run(text, program, tmp_path, {**VALUES, "ACCESS_TOKEN": "to'k%sen"})
    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / f"{program}.args").read_text()
    assert unquote(arguments).count(HERE.address + ADDRESS) == 1
    assert "to'k%sen" not in arguments
    assert f"print-a-token --here\n# {HERE.note}" in text


def test_terraform_is_told_where_the_stand_in_is() -> None:
    text = export(request(), "terraform", HERE)
    assert 'resource_manager_endpoint = "http://127.0.0.1:8001"' in text
    assert hcl2.loads(text)["provider"]
