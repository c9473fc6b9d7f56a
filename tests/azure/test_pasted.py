"""Errors in what people paste: every tool's way of printing them, whatever was done to the text on the way."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from tests.azure.helpers import SUBNET, document
from tests.effort import effort
from vmssbuilder.azure import pasted
from vmssbuilder.azure.errors import AzureError, failure
from vmssbuilder.azure.explaining import explain_all

CORRELATION = "0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab"

# What Azure says, by name: plain, with a target, with an id, with quotes, with a list, inside others, side by side.
BODIES: dict[str, dict[str, Any]] = {
    "target": {"code": "InvalidParameter", "message": "The value of parameter zoneBalance is invalid.", "target": "zoneBalance"},
    "quota": {
        "code": "OperationNotAllowed",
        "message": "The operation results in exceeding approved Edge Cores quota. Additional details - Deployment Model: Resource Manager,"
        " Location: uksouth, Current Limit: 10, Current Usage: 8, Additional Required: 4, (Minimum) New Limit Required: 12. Submit a request for more.",
    },
    "id": {"code": "InvalidResourceReference", "message": f"Resource {SUBNET} that 'web' refers to was not found anywhere in the region."},
    "policy": {
        "code": "RequestDisallowedByPolicy",
        "message": "Resource 'web' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":{\"name\":\"Harbor rules\",\"id\":\"/x\"}}]'.",
    },
    "quotes": {"code": "BadRequest", "message": "The 'admin user name' must not be \"harbor master\" as it is kept for others there."},
    "list": {"code": "AllocationFailed", "message": "Allocation failed. What is wished for:\n  - A zone\n  - A size\n"},
    "unknown": {"code": "PerplexingTideInvalid", "message": "The tide of the quay is out. Please wait for the moon."},
}  # fmt: skip

DEEP = json.dumps({"error": BODIES["target"]}, indent=2).replace("\n", "\r\n")
NESTED: dict[str, dict[str, Any]] = {
    "deep": {
        "code": "DeploymentFailed",
        "message": "At least one operation failed.",
        "details": [{"code": "Conflict", "message": DEEP}],
    },
    "several": {
        "code": "MultipleErrorsOccurred",
        "message": "Several things are wrong.",
        "details": [BODIES["target"], BODIES["quota"]],
    },
}


def answer(error: dict[str, Any]) -> str:
    return json.dumps({"error": error}, indent=2)


def of_go(error: dict[str, Any]) -> str:
    """Code, message, target and details as the SDK for Go prints them."""
    target = f' Target="{error["target"]}"' if "target" in error else ""
    details = f" Details={json.dumps(error['details'])}" if "details" in error else ""
    return f"Code={json.dumps(error['code'])} Message={json.dumps(error['message'])}{target}{details}"


def lines_of(error: dict[str, Any], code: str, message: str, target: str) -> str:
    found = f"{code}{error['code']}\n{message}{error['message']}"
    return f"{found}\n{target}{error['target']}" if "target" in error else found


Wrapper = Callable[[dict[str, Any]], str]

AS_JSON: dict[str, Wrapper] = {
    "answer": answer,
    "one line": lambda error: json.dumps({"error": error}),
    "portal": json.dumps,
    "az deployment": lambda error: f"ERROR: Deployment failed. Correlation ID: {CORRELATION}. {answer(error)}",
    "az status": lambda error: f"ERROR: {json.dumps({'status': 'Failed', 'error': error})}",
    "powershell deployment": lambda error: (
        f"New-AzResourceGroupDeployment : 1:04:56 PM - Resource Microsoft.Compute/virtualMachineScaleSets 'web' failed with message '{answer(error)}'"
    ),
    "azapi": lambda error: (
        f"PUT https://management.azure.com/x\n{'-' * 80}\nRESPONSE 400: 400 Bad Request\nERROR CODE: {error['code']}\n{'-' * 80}\n{answer(error)}\n{'-' * 80}"
    ),
    "node": lambda error: f"RestError: failed\n  body: '{json.dumps({'error': error})}'",
    "java": lambda error: (
        f'com.azure.core.management.exception.ManagementException: Status code 409, "{json.dumps({"error": error})}"'
    ),
    "polling": lambda error: (
        f'polling failed: the Azure API returned the following error:\n\nStatus: "{error["code"]}"\nCode: ""\nMessage: {json.dumps(error["message"])}\n'
        f'Activity Id: ""\n\n---\n\nAPI Response:\n\n----[start]----\n{json.dumps({"status": "Failed", "error": error}, indent=2)}\n-----[end]-----'
    ),
    "go": lambda error: f"compute.VirtualMachineScaleSetsClient#CreateOrUpdate: Failure sending request: StatusCode=0 -- Original Error: {of_go(error)}",
    "pulumi": lambda error: f"error: autorest/azure: Service returned an error. Status=<nil> {of_go(error)}",
    "kubernetes": lambda error: f'E0806 09:57:03.758230       1 azure_scale_set.go:162] CreateOrUpdate for scale set "web" failed: {of_go(error)}',
}  # fmt: skip

AS_TEXT: dict[str, Wrapper] = {
    "az": lambda error: f"ERROR: ({error['code']}) {error['message']}\n{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}",
    "python": lambda error: (
        f"Traceback (most recent call last):\n  File \"x.py\", line 1\nazure.core.exceptions.HttpResponseError: ({error['code']}) {error['message']}\n"
        f"{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}"
    ),
    "old az": lambda error: lines_of(error, "Azure Error: ", "Message: ", "Target: "),
    "powershell": lambda error: (
        f"New-AzVmss : {error['message']}\n{lines_of(error, 'ErrorCode: ', 'ErrorMessage: ', 'ErrorTarget: ')}\nReasonPhrase: \nOperationID : {CORRELATION}\n"
        "At line:1 char:1\n+ New-AzVmss -ResourceGroupName rg\n+ ~~~~~\n    + CategoryInfo          : CloseError: (:) [New-AzVmss], ComputeCloudException"
    ),
    "ansible": lambda error: (
        "fatal: [localhost]: FAILED! => "
        + json.dumps({"changed": False, "msg": f"Error creating web - {lines_of(error, 'Azure Error: ', 'Message: ', 'Target: ')}"})
    ),
    "az in colors": lambda error: (
        f"\x1b[33mWARNING: Consider upgrading your CLI.\x1b[0m\n\x1b[91mERROR: ({error['code']}) {error['message']}\n"
        f"{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}\x1b[0m"
    ),
    "az with debug": lambda error: (
        f"cli.azure.cli.core.azclierror: ({error['code']}) {error['message']}\n{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}\n"
        f"az_command_data_logger: ({error['code']}) {error['message']}\n{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}\ncli.knack.cli: Event: x"
    ),
    "ansible in lines": lambda error: (
        f"fatal: [localhost]: FAILED! => changed=false\n  msg: |-\n    Error creating web - ({error['code']}) {error['message']}\n"
        f"{lines_of(error, '    Code: ', '    Message: ', '    Target: ')}\n\nPLAY RECAP ****\nlocalhost : ok=1 failed=1"
    ),
    "ansible anew": lambda error: (
        "fatal: [localhost]: FAILED! => "
        + json.dumps({"changed": False, "msg": f"Error creating web - ({error['code']}) {error['message']}\n{lines_of(error, 'Code: ', 'Message: ', 'Target: ')}"})
    ),
}  # fmt: skip

WITHOUT_TARGET: dict[str, Wrapper] = {
    "terraform": lambda error: (
        f'│ Error: creating Linux Virtual Machine Scale Set (Subscription: "x"\n│ Virtual Machine Scale Set Name: "web"): performing CreateOrUpdate:'
        f" unexpected status with error: {error['code']}: {error['message']}\n│ \n│   with azurerm_linux_virtual_machine_scale_set.main,\n│   on main.tf line 52"
    ),
    "terraform in colors": lambda error: (
        "\x1b[31m╷\x1b[0m\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mcreating web: performing CreateOrUpdate: unexpected"
        f" status with error: {error['code']}: {error['message']}\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m  with azurerm_x.web,\n\x1b[31m╵\x1b[0m"
    ),
    "powershell 7": lambda error: (
        "New-AzResourceGroupDeployment: /home/u/deploy.ps1:3:1\nLine |\n   3 |  New-AzResourceGroupDeployment -ResourceGroupName rg\n     |  ~~~~~~~~~~\n"
        "     | 12:00:01 PM - The deployment 'web' failed with error(s). Showing 1 out of 1 error(s).\n"
        f"     | Status Message: {error['message']} (Code:{error['code']})\n     | CorrelationId: {CORRELATION}"
    ),
    "azure devops": lambda error: (
        "##[error]At least one resource deployment operation failed.\n##[error]Details:\n"
        f"##[error]{error['code']}: {error['message']}\n##[error]Check out the troubleshooting guide to see if your issue is addressed: x\n"
        "##[error]Task failed while creating or updating the template deployment."
    ),
    "azd": lambda error: f"ERROR: deployment failed:\n\nDeployment Error Details:\n{error['code']}: {error['message']}\n\nTraceID: 0f1e2d3c",
    "crossplane": lambda error: (
        f"create failed: async create failed: [{{0 creating web: unexpected status with error: {error['code']}: {error['message']}  []}}]"
    ),
    ".net": lambda error: f"Azure.RequestFailedException: {error['message']}\nStatus: 000 (None)\nErrorCode: {error['code']}\n",
    "end": lambda error: f"Status Message: {error['message']} (Code:{error['code']})\nCorrelationId: {CORRELATION}",
    "console": lambda error: f"{error['code']}: {error['message']}\n",
}  # fmt: skip


def timed(text: str) -> str:
    return "\n".join(f"[2026-04-21T09:13:54.457Z] {line}" for line in text.split("\n"))


MANGLED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "times": timed,
    "times of GitHub": lambda text: "\n".join(f"2026-04-21T09:13:54.4571234Z {line}" for line in text.split("\n")),
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "colors": lambda text: "\n".join(f"\x1b[31m{line}\x1b[0m" for line in text.split("\n")),
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "page": html.escape,
    "log": lambda text: json.dumps({"level": "ERROR", "time": "2026-03-09T03:30:25Z", "message": f"failed: {text}"}),
    "log of a log": lambda text: json.dumps({"log": json.dumps({"message": f"failed: {text}"})}),
    "wide console": lambda text: "\n".join(
        "\n".join(textwrap.wrap(line, 100, break_long_words=False, break_on_hyphens=False)) or "" for line in text.split("\n")
    ),
    "around": lambda text: f"Starting: deploy\nsome words before\n\n{text}\n\nsome words after it\n##[section]Finishing: deploy",
    "step of GitHub": lambda text: "\n".join(
        f"2026-04-21T09:13:54.4571234Z {line}" for line in f"##[error]{text}\n##[error]Process completed with exit code 1.".split("\n")
    ),
    "job of GitLab": lambda text: f"$ deploy\n\x1b[0;33m{text}\x1b[0;m\n\x1b[0KERROR: Job failed: exit code 1\x1b[0;m",
    "Jenkins": lambda text: "[Pipeline] sh\n" + "\n".join(f"10:00:01  {line}" for line in text.split("\n")) + "\n[Pipeline] }",
    "task of Azure DevOps": lambda text: "\n".join(f"##[error]{line}" for line in text.split("\n")) + "\n##[error]Script failed with exit code: 1",
    "a log, with times": lambda text: timed(json.dumps({"message": text})),
}  # fmt: skip


def meaning(error: AzureError) -> tuple[Any, ...]:
    whole, several = explain_all(error, document())
    return (
        whole.sentence,
        whole.cure,
        whole.cause,
        whole.path,
        [(each.sentence, each.path) for _part, each in several],
    )


CASES = [
    *((way, wrap, list((BODIES | NESTED).items())) for way, wrap in AS_JSON.items()),
    *((way, wrap, list(BODIES.items())) for way, wrap in AS_TEXT.items()),
    *(
        (way, wrap, [(n, b) for n, b in BODIES.items() if "target" not in b])
        for way, wrap in WITHOUT_TARGET.items()
    ),
]


@pytest.mark.parametrize(("way", "wrap", "bodies"), CASES, ids=[case[0] for case in CASES])
def test_every_tool_and_every_log_comes_to_the_same_as_the_bare_answer(
    way: str, wrap: Wrapper, bodies: list[tuple[str, dict[str, Any]]]
) -> None:
    for name, body in bodies:
        bare = meaning(failure(body, outcome="Failed"))
        for mangled, mangle in MANGLED.items():
            found = pasted.read(mangle(wrap(body))).errors
            assert [meaning(each.error) for each in found] == [bare], (way, name, mangled)


def test_the_errors_under_another_are_found() -> None:
    text = (
        "Azure Error: InvalidTemplateDeployment\nMessage: It is not valid. See inner errors.\nException Details:\n\tError Code: SkuNotAvailable\n"
        "\tMessage: The size is currently not available in location 'x'.\n\tTarget: web"
    )
    (found,) = pasted.read(text).errors
    assert found.error.code == "SkuNotAvailable"
    both = f"{text}\n\tError Code: QuotaExceeded\n\tMessage: The quota would be exceeded."
    assert next(each.error.code for each in pasted.read(both).errors) in {
        "InvalidTemplateDeployment",
        "SkuNotAvailable",
    }


def test_what_powershell_lists_under_an_error_is_its_reason() -> None:
    text = (
        "New-AzResourceGroupDeployment: 11:04:40 AM - The deployment 'web' failed with error(s). Showing 1 out of 1 error(s).\n"
        "Status Message: Cannot parse the request. (Code: InvalidRequestFormat)\n"
        " - Could not find member 'quayDepth' on object of type 'Root'. Path 'quayDepth', line 1, position 2. (Code:InvalidJson)\n"
        f"CorrelationId: {CORRELATION}"
    )
    found = pasted.read(text)
    assert [each.error.code for each in found.errors] == ["InvalidJson"]
    assert "“quayDepth”" in explain_all(found.errors[0].error)[0].sentence
    assert found.ids == (("Correlation ID", CORRELATION),)


def test_errors_one_after_the_other_are_not_inside_each_other() -> None:
    text = "\n".join(
        f"ERROR: ({body['code']}) {body['message']}\n{lines_of(body, 'Code: ', 'Message: ', 'Target: ')}"
        for body in (BODIES["unknown"], BODIES["target"], BODIES["quota"])
    )
    codes = [each.error.code for each in pasted.read(text).errors]
    assert codes == [BODIES[name]["code"] for name in ("unknown", "target", "quota")]
    as_json = pasted.read(f"{AS_TEXT['az'](BODIES['target'])}\n\n{answer(BODIES['id'])}").errors
    assert [each.error.code for each in as_json] == [BODIES[name]["code"] for name in ("target", "id")]


def test_what_only_says_that_something_failed_is_not_told_beside_what_did() -> None:
    roof = "ERROR: (DeploymentFailed) At least one resource deployment operation failed. Please list deployment operations for details."
    alone = pasted.read(roof).errors
    assert [each.error.code for each in alone] == ["DeploymentFailed"]
    both = pasted.read(f"{roof}\n\n{AS_TEXT['az'](BODIES['id'])}").errors
    assert [each.error.code for each in both] == [BODIES["id"]["code"]]


def test_a_text_with_a_nul_after_each_letter_is_read_as_text() -> None:
    text = AS_TEXT["az"](BODIES["id"])
    wide = text.encode("utf-16").decode("utf-8", "replace")
    (found,) = pasted.read(wide).errors
    assert meaning(found.error) == meaning(failure(BODIES["id"], outcome="Failed"))
    assert pasted.no_text(wide) == 0
    assert pasted.no_text(f"\x1b[31m{text}\x1b[0m\r\n\t") == 0
    assert pasted.no_text("PK\x03\x04\x00\x00") == 4


def test_a_log_of_many_errors_names_each_and_the_one_that_matters_first() -> None:
    passing = [f'Code="TooManyRequests" Message="Wait a little, number {n}."' for n in range(9)]
    own = [f"ERROR: (QuotaExceeded{n}Now) The quota number {n} would be exceeded here." for n in range(10)]
    later = 'Code="InvalidParameter" Message="The value of parameter priority is invalid." Target="priority"'
    found = pasted.read("\n\n".join([*passing, later, *own]))
    assert len(found.errors) == 20
    assert found.errors[0].error.code == "InvalidParameter"
    assert [each.cause for each in found.errors[-9:]] == ["throttled"] * 9


def test_more_errors_than_are_told_are_counted() -> None:
    text = "\n\n".join(
        f'Code="Bad{n}Invalid" Message="Number {n} is invalid."' for n in range(pasted.MOST_ERRORS + 5)
    )
    found = pasted.read(text)
    assert (len(found.errors), found.more) == (pasted.MOST_ERRORS, 5)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Correlation ID: {CORRELATION}", "Correlation ID"),
        (f'"correlationId": "{CORRELATION}"', "Correlation ID"),
        (f"x-ms-correlation-request-id  : {CORRELATION}", "Correlation ID"),
        (f"x-ms-request-id: {CORRELATION}", "Request ID"),
        (f"OperationID : {CORRELATION}", "Operation ID"),
        (f"The tracking id is '{CORRELATION}'.", "Tracking ID"),
    ],
)
def test_ids_for_support_are_found(text: str, kind: str) -> None:
    assert pasted.read(text).ids == ((kind, CORRELATION),)


def test_a_status_in_the_text_counts() -> None:
    text = 'Failure sending request: StatusCode=429 -- Original Error: Code="OperationNotAllowed" Message="The quota of calls is used up."'
    (found,) = pasted.read(text).errors
    assert (found.error.status, found.cause) == (429, "throttled")


def test_what_is_no_error_is_said_to_be_none() -> None:
    found = pasted.read("All is well.\nThe deployment failed somehow, and nobody says why.\n" * 3)
    assert found.errors == ()
    assert found.words == ("The deployment failed somehow, and nobody says why.",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x01\ufffd" * 500,
        "{" * 5_000,
        '{"error": {"code": "Bad',
        "[" * 3_000 + "error",
        'error \\"' * 3_000,
        '{"a": "error code", "b": ' * 400,
        "Code: Abcde\nMessage: " * 500,
        "x" * 50_000 + " error",
    ],
)
def test_rubbish_is_read_without_harm(text: str) -> None:
    found = pasted.read(text)
    assert len(found.errors) <= pasted.MOST_ERRORS
    assert all(len(line) <= 300 for line in found.words)


@pytest.mark.parametrize(
    "piece",
    [
        "\\", "-", "error {   ", '{"error":', 'Code="AbcdE" Message="', "(QuotaExceeded) x ", "Error: ", '"code":"Abcde" "message":"',
        '{"error":{"code":"A', '"{\\"error\\":', '"message":"{\\"error\\":{\\"code\\":\\"A\\"', "RequestFailedException: x ", "Code: QuotaExceeded\nMessage: x\n", "error\n", "correlation id is ", "<a ",
    ],
)  # fmt: skip
def test_a_text_of_four_times_the_length_takes_no_more_than_that(piece: str) -> None:
    def text(length: int) -> str:
        return 'error "code=' + (piece * (length // len(piece) + 1))[:length] + "x"

    short, long = text(30_000), text(120_000)
    limit = 9 * max(effort(lambda: pasted.read(short)), 0.01)
    assert effort(lambda: pasted.read(long), enough=limit) <= limit


def test_of_errors_without_end_the_first_are_weighed_and_the_others_counted() -> None:
    def text(count: int) -> str:
        return "\n".join(
            json.dumps({"error": {"code": "AllocationFailed", "message": f"{number} {'x' * 150}"}})
            for number in range(count)
        )

    few, many = text(300), text(3_000)
    limit = 15 * effort(lambda: pasted.read(few))
    assert effort(lambda: pasted.read(many), enough=limit) <= limit
    found = pasted.read(many)
    assert (len(found.errors), found.more) == (pasted.MOST_ERRORS, 3_000 - pasted.MOST_ERRORS)


def test_a_message_of_blanks_takes_a_time_that_grows_with_its_length() -> None:
    def text(length: int) -> str:
        return "Code: AllocationFailed\nMessage: a" + " \t" * length + "b\n"

    short, long = text(2_000), text(8_000)
    limit = 9 * max(effort(lambda: pasted.read(short)), 0.005)
    assert effort(lambda: pasted.read(long), enough=limit) <= limit


def test_the_effort_for_a_text_is_bounded() -> None:
    search = pasted._Search()
    search.text('{"error": [' + '{"code": "Aaaa", "message": ' * 30_000, 0)
    assert search.effort > -100_000
    assert search.pieces >= 0
