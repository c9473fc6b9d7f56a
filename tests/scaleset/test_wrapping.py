"""Texts around a request: Markdown, mail, pages, HTTP, commands; each is read as the request in it."""

from __future__ import annotations

import contextlib
import html
import json
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import SLOWER, effort
from tests.scaleset.bodies import BODIES, versions_of
from tests.scaleset.faulty_page import PAGE
from tests.scaleset.reading_back import BACK, read_back
from vmssbuilder.scaleset import Request, Target, commands, export, paths
from vmssbuilder.scaleset.exports import FORMATS
from vmssbuilder.scaleset.json_text import MAX_SIZE
from vmssbuilder.scaleset.reading import ReadingError, read
from vmssbuilder.scaleset.wrapping import blocks

SUBSCRIPTION = "0a1b2c3d-1111-4222-8333-444455556666"
VERSION = "2023-09-01"
PATH = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web"
ADDRESS = f"https://management.azure.com{PATH}?api-version={VERSION}"
HERE = Target(SUBSCRIPTION, "rg-shop", "web")
BODY: dict[str, Any] = {
    "location": "northeurope",
    "tags": {"note": 'it\'s {odd} "quoted" $5 > `x`', "path": "C:\\a", "two": "a\nb"},
    "sku": {"name": "Standard_D4s_v5", "capacity": 3},
    "properties": {"upgradePolicy": {"mode": "Manual"}, "overprovision": False},
}
PLAIN: dict[str, Any] = {"location": "northeurope", "sku": {"name": "Standard_B2s", "capacity": 3}}
TEXT = json.dumps(BODY, indent=2)
SHORT = json.dumps(PLAIN)


def fence(text: str, mark: str = "```", language: str = "json") -> str:
    return f"{mark}{language}\n{text}\n{mark}\n"


def quoted(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def numbered(text: str, form: str) -> str:
    return "\n".join(form.format(number, line) for number, line in enumerate(text.splitlines(), 1))


# ------------------------------------------------------------------------------------------------------------ around JSON

AROUND: dict[str, str] = {
    "a fence": fence(TEXT),
    "a fence without a language": fence(TEXT, language=""),
    "a fence of tildes": fence(TEXT, "~~~~", "jsonc"),
    "an indented fence in a list": "1. Do this:\n" + re.sub("^", "   ", fence(TEXT), flags=re.MULTILINE) + "2. Done",
    "a fence that is not closed": "Here:\n```json\n" + TEXT,
    "a fence on the line of the JSON": f"See ```{SHORT}``` please",
    "prose before": "Hi all, here's what I'd send {soon}. It's \"fine\":\n\n" + TEXT,
    "prose after": TEXT + "\n\nDoes that look right to you? It doesn't to me.",
    "prose before and after": f"Request:\n{TEXT}\nThanks!",
    "prose on the same line": f"The body is {SHORT} - what's wrong?",
    "a quoted mail": "On Monday Kim wrote:\n" + quoted(TEXT) + "\nLooks good.",
    "quoted twice": quoted(quoted(TEXT), ">"),
    "a quoted fence": quoted("Try this:\n" + fence(TEXT)),
    "escaped for a page": html.escape(TEXT),
    "preformatted in a page": f'<html><body><p>Send this:</p><pre><code class="lang-json">{html.escape(TEXT)}</code></pre></body></html>',
    "coloured in a page": "<pre>" + re.sub(r"(&quot;.*?&quot;)", r'<span class="s">\1</span>', html.escape(json.dumps(PLAIN, indent=1))) + "</pre>",
    "line numbers": numbered(TEXT, "{:>4}  {}"),
    "line numbers with colons": numbered(TEXT, "{}: {}"),
    "line numbers with bars": numbered(TEXT, "{:3} | {}"),
    "line numbers on lines of their own": numbered(TEXT, "{}\n{}"),
    "a byte order mark and Windows lines": "\ufeff" + fence(TEXT).replace("\n", "\r\n"),
    "no-break spaces": "Body:\n" + TEXT.replace("  ", "\u00a0\u00a0"),
    "a prompt and a command": f"me@box:~$ az vmss show -g rg-shop -n web\n{TEXT}\nme@box:~$ ",
    "a prompt of PowerShell": f"PS C:\\Users\\me> Get-Content body.json\n{TEXT}\nPS C:\\Users\\me>",
    "colours of a terminal": re.sub(r'("\w+":)', "\x1b[34m\\1\x1b[0m", TEXT),
    "members without braces": TEXT.strip()[1:-1],
    "a remark in front": f"// what we send\n{TEXT}",
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_json_is_taken_out_of_what_stands_around_it(name: str) -> None:
    reading = read(AROUND[name], VERSION)
    assert reading.document in (BODY, PLAIN)
    assert reading.choices == ()


@pytest.mark.parametrize(
    "name", ["a fence", "prose before", "a quoted mail", "line numbers", "a quoted fence"]
)
def test_notes_and_faults_keep_the_lines_of_the_whole_text(name: str) -> None:
    broken = AROUND[name].replace('"capacity": 3', '"CAPACITY": 3')
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "CAPACITY" in text)
    assert [note.line for note in read(broken, VERSION).notes if note.kind == "canonicalised"] == [line]
    with pytest.raises(ReadingError) as caught:
        read(broken.replace('"CAPACITY": 3', '"CAPACITY": three'), VERSION)
    assert caught.value.line == line


def test_a_fault_in_json_on_the_line_of_prose_names_its_column() -> None:
    with pytest.raises(ReadingError) as caught:
        read('My body: {"location": nowhere}')
    assert (caught.value.line, caught.value.column) == (1, 23)


def test_slips_in_a_piece_of_a_text_are_mended() -> None:
    reading = read("Body:\n" + fence('{"location": "x",\n"sku": {"name": "a",}}'), VERSION)
    assert reading.document == {"location": "x", "sku": {"name": "a"}}
    assert [note.line for note in reading.repairs] == [4]


@pytest.mark.parametrize("tail", ["}", "]", ', "sku": {}', ": 3"])
def test_json_that_goes_on_after_its_end_is_a_fault_and_not_prose(tail: str) -> None:
    with pytest.raises(ReadingError):
        read('{"location": "x"}' + tail)


def test_several_pieces_are_offered_under_the_words_above_them() -> None:
    text = f"# Two ways\n\nWith one instance:\n\n{fence(SHORT)}\nWith **tags**\n{fence(TEXT)}\nAn error:\n" + fence('{"error": {"code": "Conflict", "message": "x"}}')  # fmt: skip
    first = read(text, VERSION)
    assert [each.title for each in first.choices] == ["With one instance (line 6)", "With tags (line 11)"]
    assert first.document == PLAIN
    assert read(text, VERSION, 1).document == BODY
    (skipped,) = [note for note in first.notes if note.kind == "skipped"]
    assert "Conflict" in skipped.message
    assert skipped.line == text.splitlines().index('{"error": {"code": "Conflict", "message": "x"}}') + 1


def test_objects_one_after_the_other_are_several() -> None:
    lines = "\n".join(json.dumps(PLAIN | {"name": name}) for name in ("a", "b"))
    assert [each.title for each in read(lines, VERSION).choices] == ["a (line 1)", "b (line 2)"]
    assert read(lines.replace("\n", ",\n"), VERSION, 1).request.target.name == "b"


# ------------------------------------------------------------------------------------------------------------------- HTTP

HTTP: dict[str, str] = {
    "a request": f"PUT {ADDRESS} HTTP/1.1\nContent-Type: application/json\nIf-None-Match: *\n\n{TEXT}\n",
    "a relative address": f"PUT {PATH}?api-version={VERSION} HTTP/1.1\nHost: management.azure.com\n\n{TEXT}",
    "without headers": f"PUT {ADDRESS}\n\n{TEXT}",
    "an address over several lines": f"PUT https://management.azure.com{PATH}\n    ?api-version={VERSION}\nAccept: */*\n\n{TEXT}",
    "Windows lines": f"PUT {ADDRESS}\r\nAccept: */*\r\n\r\n{TEXT}".replace("\n", "\r\n").replace("\r\r", "\r"),
    "a fence of each": f"Send\n{fence('PUT ' + ADDRESS, language='http')}\n### Body\n{fence(TEXT)}",
    "in prose": f"We call\n\nPUT {ADDRESS}\n\nwith\n\n{TEXT}\n\nand that's it.",
    "the trace of curl": f"> PUT {PATH}?api-version={VERSION} HTTP/2\n> Host: management.azure.com\n> Content-Length: 9\n>\n{TEXT}",
    "variables of the file": f"@group = rg-shop\n@name = web\n\nPUT {ADDRESS.replace('rg-shop', '{{group}}').replace('/web', '/{{ name }}')}\n\n{TEXT}",
    "a debug log of PowerShell": f"DEBUG: ==== HTTP REQUEST ====\n\nHTTP Method:\nPUT\n\nAbsolute Uri:\n{ADDRESS}\n\nHeaders:\nx-ms-client-request-id : 1\n\nBody:\n{TEXT}\n\n",
    "a debug log of az": f"cli.azure: Request URL: '{ADDRESS}'\ncli.azure: Request method: 'PUT'\ncli.azure: Request headers:\ncli.azure:     'Accept': '*/*'\ncli.azure: Request body:\ncli.azure: {json.dumps(BODY)}\ncli.azure: Response status: 201\n",
    "a script of another language": f"import requests\n\nrequests.put('{ADDRESS}', json={json.dumps(BODY)}, headers=h)\n",
    "another program": f"$ http PUT '{ADDRESS}' Accept:*/* <<< {json.dumps(BODY)}",
    "copied from a browser": f'fetch("{ADDRESS}", {{\n  "headers": {{"accept": "*/*"}},\n  "body": {json.dumps(json.dumps(BODY))},\n  "method": "PUT"\n}});',
}  # fmt: skip


@pytest.mark.parametrize("name", HTTP)
def test_a_request_as_text_gives_address_version_and_body(name: str) -> None:
    reading = read(HTTP[name])
    assert reading.document == BODY
    assert (reading.request.target, reading.api_version, reading.stated) == (HERE, VERSION, VERSION)
    assert reading.request.operation == "create"


def test_an_address_that_takes_two_methods_is_an_address_alone() -> None:
    text = fence(f"PUT or PATCH on `{PATH}?api-version={VERSION}`", language="") + fence(SHORT)
    reading = read(text)
    assert (reading.request.target, reading.api_version, reading.document) == (HERE, VERSION, PLAIN)


@pytest.mark.parametrize(
    "part",
    ["subscription_id", "{subscriptionId}", "<your-subscription>", "xxxx-xx", "$SUB", "SUBSCRIPTION-ID"],
)
def test_a_placeholder_in_an_address_tells_nothing(part: str) -> None:
    reading = read(f"PUT {ADDRESS.replace(SUBSCRIPTION, part)}\n\n{SHORT}")
    assert reading.request.target == Target("", "rg-shop", "web")


def test_a_member_without_braces_in_a_fence_is_read_as_that_member() -> None:
    reading = read("So:\n" + fence('"sku": {\n  "CAPACITY": 2\n}'), VERSION)
    assert reading.document == {"sku": {"capacity": 2}}
    assert [note.line for note in reading.notes if note.kind == "canonicalised"] == [4]


def test_patch_is_an_update_in_which_null_stays() -> None:
    reading = read(f"PATCH {ADDRESS}\n\n" + json.dumps({"plan": None, "sku": {"capacity": 4}}))
    assert reading.request.operation == "update"
    assert reading.document == {"plan": None, "sku": {"capacity": 4}}


def test_the_method_beside_an_address_is_that_of_the_request() -> None:
    reading = read(f'r = requests.patch(\'{ADDRESS}\', json={{"sku": {{"capacity": 1}}}})')
    assert (reading.request.operation, reading.document) == ("update", {"sku": {"capacity": 1}})


def test_of_a_request_and_its_answer_both_are_offered() -> None:
    answer = BODY | {"id": PATH, "type": "Microsoft.Compute/virtualMachineScaleSets"}
    text = f"PUT {ADDRESS} HTTP/1.1\n\n{SHORT}\n\nHTTP/1.1 201 Created\nContent-Type: application/json\n\n{json.dumps(answer)}"
    reading = read(text)
    assert len(reading.choices) == 2
    assert (reading.document, reading.request.operation) == (PLAIN, "create")
    answered = read(text, choice=1)
    assert answered.document == BODY
    assert "withheld" not in {note.kind for note in reading.notes}


def test_several_requests_of_a_file_are_offered() -> None:
    text = f'### one\nPUT {ADDRESS}\n\n{SHORT}\n\n### two\nPATCH {ADDRESS.replace("/web", "/job")}\n\n{{"tags": {{}}}}\n'
    assert [each.title for each in read(text).choices] == ["web (line 4)", "job (line 9)"]
    second = read(text, choice=1)
    assert (second.request.operation, second.request.target.name) == ("update", "job")


def test_a_file_that_many_commands_send_is_read_for_some_of_them() -> None:
    body = json.dumps({"tags": {"a": "b" * 200_000}})
    text = f"cat > a.json <<'END'\n{body}\nEND\n" + "curl -X PUT https://a/b -d @a.json\n" * 90
    assert len(read(text).choices) == commands.MAX_BODIES // len(body)


def test_a_header_is_no_title() -> None:
    text = "Authorization: Bearer abcdefghijklmnopqrstu\n\n" + '{"tags": {"a": "b"}}\n'
    titles = [each.title for each in read(text + text).choices]
    assert titles == ["Scale set (line 3)", "Scale set (line 6)"]


def test_a_token_in_a_request_is_left_out_and_said() -> None:
    reading = read(f"PUT {ADDRESS}\nAuthorization: Bearer eyJcanarycanarycanary.abc.def\n\n{SHORT}")
    assert "canary" not in repr(reading)
    assert any("token" in note.message for note in reading.notes if note.kind == "removed")


def test_variables_without_a_value_are_said_and_no_secret_becomes_one() -> None:
    body = '{"location": "{{where}}", "sku": {"capacity": {{count}}}, "properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": "{{password}}", "adminUsername": "a"}}}}'
    reading = read(f"PUT {ADDRESS}\n\n{body}")
    profile = paths.get(reading.document, ("properties", "virtualMachineProfile", "osProfile"))
    assert profile == {"adminUsername": "a"}
    assert reading.document["sku"] == {"capacity": "{{count}}"}
    assert [note.where for note in reading.notes if note.kind == "unresolved"] == ["location", "sku.capacity"]
    assert [note.path[-1] for note in reading.notes if note.kind == "withheld"] == ["adminPassword"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"GET {ADDRESS}", "a request that reads"),
        (f"DELETE {ADDRESS}\n\n{{}}", "no scale set|deletes"),
        (f"POST {ADDRESS.replace('/web', '/web/start')}\n\n{{\"instanceIds\": [\"1\"]}}", "start"),
        (f"PUT {ADDRESS}\n", "no body"),
        (f"PUT {ADDRESS}\nAccept: */*\n\n< ./body.json\n", "in a file"),
        (f"PUT {ADDRESS.replace('virtualMachineScaleSets', 'virtualMachines')}\n\n{SHORT}", "Microsoft.Compute/virtualMachines"),
        (f"PUT {ADDRESS.replace('/web', '/web/extensions/e')}\n\n{{\"properties\": {{}}}}", "an extension"),
        (f"PATCH {ADDRESS.replace('/web', '/web/virtualMachines/0')}\n\n{{\"tags\": {{}}}}", "one instance"),
    ],
)  # fmt: skip
def test_a_request_that_carries_no_scale_set_says_so(text: str, words: str) -> None:
    with pytest.raises(ReadingError, match=words):
        read(text)


def test_a_request_of_a_deployment_is_read_as_its_template() -> None:
    resource = {
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "apiVersion": VERSION,
        "name": "[parameters('n')]",
        **BODY,
    }
    template = {
        "$schema": "https://x/deploymentTemplate.json#",
        "parameters": {"n": {"type": "string"}},
        "resources": [resource],
    }
    body = {
        "properties": {"mode": "Incremental", "template": template, "parameters": {"n": {"value": "web"}}}
    }
    address = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Resources/deployments/d"
    )
    for act in ("?api-version=2021-04-01", "/validate?api-version=2021-04-01"):
        reading = read(f"POST https://management.azure.com{address}{act}\n\n{json.dumps(body)}")
        assert (reading.document, reading.request.target, reading.api_version) == (BODY, HERE, VERSION)


# --------------------------------------------------------------------------------------------------------------- commands

ESCAPED = json.dumps(BODY).replace("\\", "\\\\").replace('"', '\\"')
COMMANDS: dict[str, str] = {
    "curl": f"curl -X PUT '{ADDRESS}' \\\n  -H 'Content-Type: application/json' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -d {shlex.quote(TEXT)}",
    "curl with a prompt": f"~/src (main) $ curl -sS -XPUT {ADDRESS.replace('?', chr(92) + '?')} --data-raw {shlex.quote(TEXT)} | jq .",
    "curl with a here-document": f"#!/bin/bash\nset -e\ncurl --request PUT --url \"{ADDRESS}\" --data-binary @- <<'EOF'\n{TEXT}\nEOF\necho done\n",
    "curl with --json and $'...'": f"curl --json $'{TEXT.replace(chr(92), chr(92) * 2).replace(chr(39), chr(92) + chr(39))}' -X PUT {ADDRESS!r}",
    "curl with variables": f"SUB={SUBSCRIPTION}\nexport NAME=web\ncurl -X PUT \"{ADDRESS.replace(SUBSCRIPTION, '${SUB}').replace('/web', '/$NAME')}\" -d {shlex.quote(SHORT)}",
    "curl with a pipe": f"echo {shlex.quote(SHORT)} | curl -X PUT -d @- '{ADDRESS}'",
    "curl of the command prompt": f'C:\\Users\\me>curl -X PUT "{ADDRESS}" ^\n  -H "Content-Type: application/json" ^\n  -d "{SHORT.replace(chr(34), chr(92) + chr(34))}"',
    "curl as a browser copies it for cmd": 'curl ^"' + ADDRESS + '^" ^\n  -X ^"PUT^" ^\n  --data-raw ^"' + SHORT.replace("{", "^{").replace("}", "^}").replace('"', '^\\^"') + '^"',
    "az rest": f'az rest --method put --url "{ADDRESS}" --body {shlex.quote(TEXT)}',
    "az rest with parameters of its address": f"az rest -m PUT -u {PATH} --uri-parameters api-version={VERSION} -b {shlex.quote(TEXT)}",
    "az rest in double quotes": f"az rest --method=put --uri={ADDRESS} --body=\"{ESCAPED.replace('$', chr(92) + '$').replace('`', chr(92) + '`')}\"",
    "az rest in PowerShell": f"PS /home/me> az rest --method PUT `\n    --uri '{ADDRESS}' `\n    --body '{SHORT.replace(chr(34), chr(92) + chr(34))}'",
    "az rest with a file that the script writes": f"cat > body.json <<EOF\n{SHORT}\nEOF\n\naz rest --method put --uri {ADDRESS} --body @body.json",
    "az rest with a variable": f"BODY=$(cat <<'JSON'\n{TEXT}\nJSON\n)\naz rest --method put --uri {ADDRESS} --body \"$BODY\"",
    "Invoke-AzRestMethod": f"$payload = @'\n{TEXT}\n'@\nInvoke-AzRestMethod -Path '{PATH}?api-version={VERSION}' -Method PUT -Payload $payload",
    "Invoke-AzRestMethod by names": f"Invoke-AzRestMethod -SubscriptionId {SUBSCRIPTION} -ResourceGroupName rg-shop -ResourceProviderName Microsoft.Compute -ResourceType virtualMachineScaleSets -Name web -ApiVersion {VERSION} -Method PUT -Payload '{SHORT}'",
    "Invoke-RestMethod": f"$r = Invoke-RestMethod -Uri \"{ADDRESS}\" -Method Put -Headers $h -Body \"{SHORT.replace(chr(34), '`' + chr(34))}\"",
    "a command behind remarks": "".join(f"# {line}\n" for line in f"az rest -m put -u {ADDRESS} -b '{json.dumps(PLAIN, indent=1)}'".splitlines()),
    "a command in a fence": "Run this, it's easy:\n" + fence(f"curl -X PUT '{ADDRESS}' -d {shlex.quote(TEXT)}", language="bash"),
    "a command in prose": f"Here's what I ran:\n\naz rest --method put --url {ADDRESS} --body {shlex.quote(SHORT)}\n\nIt doesn't work.",
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_gives_method_address_and_body(name: str) -> None:
    reading = read(COMMANDS[name])
    assert reading.document in (BODY, PLAIN)
    assert (reading.request.target, reading.api_version) == (HERE, VERSION)
    assert (reading.request.operation, reading.choices) == ("create", ())


@pytest.mark.parametrize(
    "options",
    [
        "-x http://proxy:1 -sSX PUT {url} -d {body}",
        "-X PUT {url} --data {body} -x http://proxy:1",
        "-XPUT {url} -sd {body}",
        "-O -k --request=PUT --url {url} -H 'If-None-Match: */*' --data-raw={body}",
        "-K own/config -o out/put.json -X PUT {url} -d{body}",
    ],
)
def test_options_of_curl_are_told_apart(options: str) -> None:
    url = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/web?api-version=2024-07-01"
    reading = read("curl " + options.format(url=url, body='\'{"location": "westeurope"}\''))
    assert reading.document == {"location": "westeurope"}
    assert (reading.request.operation, reading.request.target.name) == ("create", "web")


def test_a_body_in_a_command_keeps_its_lines() -> None:
    text = COMMANDS["curl"].replace('"capacity"', '"CAPACITY"')
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "CAPACITY" in each)
    assert [note.line for note in read(text).notes if note.kind == "canonicalised"] == [line]


def test_a_command_that_updates_is_an_update() -> None:
    reading = read(f'az rest --method patch --url {ADDRESS} --body \'{{"sku": {{"capacity": 0}}}}\'')
    assert (reading.request.operation, reading.document) == ("update", {"sku": {"capacity": 0}})


def test_what_a_command_prints_is_read_after_it() -> None:
    reading = read(f"$ curl -s {ADDRESS} -H 'Accept: */*'\n{TEXT}")
    assert (reading.document, reading.request.target) == (BODY, HERE)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("-d @body.json", "the file body.json"),
        ("--data-binary '@C:/x/b.json'", "the file C:/x/b.json"),
        ('-d "$BODY"', "a variable"),
        ('-d "$(cat body.json)"', "another command"),
        ("-d @-", "the standard input"),
    ],
)
def test_a_body_that_is_not_in_the_text_is_asked_for(body: str, where: str) -> None:
    with pytest.raises(ReadingError, match=re.escape(where)):
        read(f"curl -X PUT {ADDRESS} {body}")


def many_requests(count: int, fence: str) -> str:
    bodies = [json.dumps({**PLAIN, "tags": {"number": str(number)}}) for number in range(1, count + 1)]
    return "\n".join(f"{fence}\n{body}\n{fence}" if fence else f"Request:\n{body}" for body in bodies)


@pytest.mark.parametrize("fence", ["", "```"])
def test_what_is_beyond_the_hundredth_piece_of_a_text_is_told(fence: str) -> None:
    line = 302 if fence else 202
    for count, described in ((100, 0), (101, 1), (130, 1)):
        found = blocks(many_requests(count, fence))
        assert len(found[0]) == 100
        assert json.loads(found[0][99].content)["tags"] == {"number": "100"}
        said = [note for note in found[1] if note.line == line]
        assert len(said) == described
        assert all(f"begins on line {line} and after it was left out" in note.message for note in said)


def test_a_variable_in_a_secret_is_asked_for_and_elsewhere_said() -> None:
    body = '{"location": "\'"$WHERE"\'", "properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": "\'"$PW"\'"}}}}'
    reading = read(f"curl -X PUT {ADDRESS} -d '{body}'")
    assert paths.get(reading.document, ("properties", "virtualMachineProfile", "osProfile")) == {}
    assert [note.where for note in reading.notes if note.kind == "unresolved"] == ["location"]
    assert [note.path[-1] for note in reading.notes if note.kind == "withheld"] == ["adminPassword"]


# ---------------------------------------------------------------------------------------------------------------- exports

SECRET = {
    "location": "northeurope",
    "tags": {"odd": "'; $HOME `x` [y] {{z}} \\ \" \n EOF", "[b]": "[concat('a')]"},
    "properties": {
        "virtualMachineProfile": {
            "osProfile": {"adminUsername": "a", "adminPassword": "canary-1", "customData": "canary-2"},
            "extensionProfile": {
                "extensions": [
                    {"name": "e", "properties": {"type": "t", "protectedSettings": {"k": "canary-3"}}}
                ]
            },
        }
    },
}


@pytest.mark.parametrize("name", BACK)
@pytest.mark.parametrize("target", [HERE, Target()], ids=["addressed", "without an address"])
def test_an_export_of_ours_is_read_back_as_the_request(name: str, target: Target) -> None:
    reading = read_back(Request(target, "create", VERSION, SECRET), name)
    assert "canary" not in repr(reading)
    if FORMATS[name].updates:
        read_back(Request(target, "update", VERSION, {"sku": {"capacity": 2}, "plan": None}), name)


def test_exports_of_sound_bodies_are_read_back() -> None:
    for title, body in BODIES.items():
        for name in BACK:
            read_back(Request(HERE, "create", versions_of(title)[-1], body), name)


def test_the_other_exports_are_refused_with_the_command_that_turns_them_into_json() -> None:
    request = Request(HERE, "create", VERSION, BODY)
    for name, cure in (("bicep", "bicep build"), ("terraform", "terraform show -json")):
        for text in (export(request, name), fence(export(request, name), language=name)):
            with pytest.raises(ReadingError, match=cure):
                read(text)


# ---------------------------------------------------------------------------------------------------------- the REST page


def test_a_whole_page_of_documentation_offers_its_samples() -> None:
    reading = read(PAGE, "2016-04-30-preview")
    assert len(reading.choices) == 4
    lines = [int(found[1]) for each in reading.choices if (found := re.search(r"line (\d+)", each.title))]
    assert [PAGE.splitlines()[line - 1].strip() for line in lines] == ["{"] * 4
    assert "managed disks" in reading.choices[0].title
    for choice in range(4):
        assert read(PAGE, "2016-04-30-preview", choice).document


# ------------------------------------------------------------------------------------------------------- what is no JSON

NO_JSON: dict[str, tuple[str, str]] = {
    "a Bicep file": ("param name string\n\nresource set 'Microsoft.Compute/virtualMachineScaleSets@2023-09-01' = {\n  name: name\n  location: 'x'\n}\n", "bicep build"),
    "a module of Bicep": ("targetScope = 'subscription'\nmodule x './x.bicep' = {\n  name: 'x'\n}\n", "bicep build"),
    "a Terraform file": ('resource "azurerm_linux_virtual_machine_scale_set" "x" {\n  name = "x"\n  sku  = "Standard_B2s"\n}\n', "terraform show -json"),
    "what terraform plan prints": ("Terraform will perform the following actions:\n\n  # azurerm_x.y will be created\n", "az vmss show"),
    "an Ansible playbook": ('- hosts: localhost\n  tasks:\n    - name: Create\n      azure_rm_virtualmachinescaleset:\n        name: x\n        vm_size: "{{ size }}"\n', "az vmss show"),
    "a Kubernetes manifest": ("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n", "az vmss show"),
    "a CloudFormation template": ("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  G:\n    Type: AWS::AutoScaling::AutoScalingGroup\n", "az vmss show"),
    "YAML": ("location: northeurope\nsku:\n  name: Standard_B2s\n  capacity: 2\n", "--output json"),
    "XML": ('<?xml version="1.0"?>\n<unattend><settings pass="x"/></unattend>', "Paste JSON"),
    "a web page": ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Hello</p></body></html>", "Copy the request"),
    "a command that makes one": ("az vmss create --resource-group rg-shop --name web --image Debian12", "--debug"),
    "a cmdlet that makes one": ("New-AzVmss -ResourceGroupName rg-shop -VMScaleSetName web -Verbose", "--debug"),
    "a command that shows one": ("az vmss show --resource-group rg-shop --name web", "paste what it prints"),
    "a resource id": (PATH, "az vmss show"),
    "prose": ("Please make me three machines in Dublin.", "There is no JSON"),
    "a private key": ("-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n", "credential"),
    "an access token": ("Bearer eyJ0eXAiOiJKV1QiLCJcanary.eyJhdWQiOiJodHRwcanary.c2ln", "credential"),
    "nothing": ("  \n", "There is no text"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_JSON)
def test_a_text_without_a_scale_set_is_named_with_what_to_do(name: str) -> None:
    text, cure = NO_JSON[name]
    with pytest.raises(ReadingError) as caught:
        read(text)
    assert cure in caught.value.message
    assert caught.value.expected
    assert "canary" not in caught.value.message + caught.value.excerpt


# ----------------------------------------------------------------------------------------------------------------- bounds

PIECES = ["```", "~~~", "\n", "> ", '"', "'", "\\", "{", "}", "[", "]", "$(cat <<A", "<<EOF", "curl -d ", "az rest -b ", "PUT /x ", "{{a}}", "@a = b", "<pre>", "&quot;", "1 ", "$a", "`", "@'", "^", "%a%", SHORT, "a: ", "\x1b[0m", "### "]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join))
def test_whatever_text_is_given_only_a_reading_error_is_raised(text: str) -> None:
    try:
        reading = read(text)
    except ReadingError:
        return
    assert isinstance(reading.document, dict)
    json.dumps(reading.document)


def filled(piece: str, size: int) -> str:
    return piece * (size // len(piece))


HOSTILE: dict[str, Callable[[int], str]] = {
    "fences": lambda size: filled("```\n", size),
    "fences with objects": lambda size: filled('```\n{"sku": {}}\n```\n', size),
    "objects": lambda size: filled('{"tags": {"a": "b"}}\n', size),
    "objects in one list": lambda size: "[" + ",".join(['{"tags": {}}'] * (size // 13)) + "]",
    "open braces": lambda size: filled('x {"', size),
    "open braces in a command": lambda size: "curl -d '" + filled('{"', size),
    "escaped quotes": lambda size: '{"a": ' + filled('\\"', size),
    "escaped brackets": lambda size: 'x {"' + filled('\\"[\n', size),
    "quotes": lambda size: "curl " + filled('"', size | 1) + '"',
    "single quotes": lambda size: "curl " + filled("$'\\", size),
    "substitutions": lambda size: "curl " + filled("$(cat <<A\n", size),
    "here-documents": lambda size: filled("curl <<A\n", size),
    "here-texts of PowerShell": lambda size: "Invoke-RestMethod\n" + filled("@'\n", size),
    "backticks": lambda size: "$a = 1\n" + filled('Invoke-RestMethod "`', size),
    "carets": lambda size: "curl ^\n" + filled('^"', size),
    "commands": lambda size: filled("curl -X PUT /a/b -d '{}'\n", size),
    "variables": lambda size: "curl -d '" + filled("x", size // 2) + "' $a\na='" + filled("$a", size // 2) + "'",
    "growing variables": lambda size: "a='" + filled("x", size // 2) + "'\n" + filled('curl "$a$a$a$a"\n', size // 2),
    "growing settings": lambda size: "@a = " + filled("x", size // 2) + "\nPUT /x\n" + filled("{{a}}", size // 2),
    "quoted lines": lambda size: filled("> > > {\n", size),
    "many marks": lambda size: filled(">", size) + "\n{}",
    "line numbers": lambda size: "\n".join(f"{number} {{" for number in range(size // 9)),
    "tags": lambda size: "<pre>" + filled("<a", size),
    "escapes": lambda size: filled("&quot;", size),
    "requests": lambda size: filled("PUT /a/b\n\n{}\n", size),
    "addresses over lines": lambda size: "PUT /a" + filled("\n ?a", size),
    "addresses": lambda size: filled("https://a/subscriptions/", size),
    "addresses nearly": lambda size: filled("/subscriptions/a/virtualMachineScaleSets/", size),
    "blanks": lambda size: "x" + filled(" ", size) + "{",
    "blanks in brackets": lambda size: filled("[ ", size),
    "lines": lambda size: filled("\n", size),
    "colours": lambda size: filled("\x1b[0", size),
    "words": lambda size: filled("word: ", size),
    "commas": lambda size: "{" + filled('"a":1,', size),
    "json in json": lambda size: json.dumps(json.dumps(json.dumps({"tags": {"a": filled("x", size // 2)}}))),
    "nested text": lambda size: '{"properties": ' + json.dumps("{" + filled('"', size // 3)) + "}",
    "nulls": lambda size: '{"tags": {' + ",".join(f'"{number}":null' for number in range(size // 16)) + "}}",
    "lines after a command": lambda size: "curl /a -d '{}'" + filled("\n", size),
    "template expressions": lambda size: 'x {"a": "[' + filled("(", size) + '"}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_longer_than_its_length_allows(name: str) -> None:
    def reading(size: int) -> None:
        with contextlib.suppress(ReadingError):
            read(texts[size][:MAX_SIZE])

    texts = {size: HOSTILE[name](size) for size in (20_000, 160_000)}
    small = effort(lambda: reading(20_000))
    # Eight times the text, and room for what is measured unevenly; twice that would be a square.
    limit = 24 * small + 0.3 * SLOWER
    assert effort(lambda: reading(160_000), enough=limit) <= limit
