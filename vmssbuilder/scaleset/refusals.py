"""What people have that is no scale set: each is named, with what to do instead.

No sentence repeats a value of the text. A name of Azure's (a type, an error code) is repeated where it is plainly one.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

RESOURCE_TYPE: Final = "Microsoft.Compute/virtualMachineScaleSets"

WHAT_IS_READ: Final = "a request body, an answer of Azure, a template, or a text that holds one"
SHOW: Final = "az vmss show --resource-group GROUP --name NAME"
"""The command that prints a scale set which is there."""


class ReadingError(ValueError):
    """A text from which no request can be read.

    message: what is wrong and the cure; it never repeats a value. line, column: the place, from 1. excerpt: the line
    around the place with `^` below it, for the person who typed it only. expected: what would be right there. source:
    which of the two texts is meant, that of the request or that of its parameters.
    """

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        excerpt: str = "",
        expected: str = "",
        source: Literal["text", "parameters"] = "text",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.excerpt = excerpt
        self.expected = expected
        self.source = source


def no_scale_set(what: str, cure: str, line: int | None = None) -> ReadingError:
    """The refusal of something else. what: "a Kubernetes manifest"; cure: a sentence."""
    return ReadingError(f"This is {what}, not a scale set. {cure}", line or 1, expected=WHAT_IS_READ)


# ------------------------------------------------------------------------------------------------------------------- JSON

_PASTE: Final = f"Paste the scale set itself: its request, or what {SHOW} prints."
_TERRAFORM: Final = (
    "Its words are not Azure's. Paste the body of the azapi_resource in it, or apply it and paste what "
    f"{SHOW} prints."
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,99}\Z")
_TYPE: Final = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+(?:/[A-Za-z0-9]+)+(?:@[0-9a-z-]+)?\Z")
_ID: Final = re.compile(r"/providers/([^/]+)/(.+)", re.IGNORECASE)
_STATES: Final = frozenset(
    ("succeeded", "failed", "canceled", "inprogress", "running", "accepted", "creating")
)


def folded(value: dict[str, Any]) -> dict[str, Any]:
    """The members by their names in small letters, the first of each."""
    result: dict[str, Any] = {}
    for name, inner in value.items():
        result.setdefault(name.casefold(), inner)
    return result


def of_json(value: dict[str, Any]) -> ReadingError | None:
    """The refusal of an object that is plainly something else, None for one that may be a scale set or hold one."""
    members = folded(value)
    properties = members.get("properties")
    inner = folded(properties) if isinstance(properties, dict) else {}
    for look in (_credential, _error, _tool, _definition, _resource, _machine, _state):
        found = look(members, inner)
        if found is not None:
            return found
    return None


def of_tool(value: dict[str, Any]) -> ReadingError | None:
    """The refusal of the file of another tool, which may look like a template."""
    return _tool(folded(value), {})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _credential(members: dict[str, Any], _inner: dict[str, Any]) -> ReadingError | None:
    if {"accesstoken", "access_token", "clientsecret", "client_secret", "refresh_token"} & members.keys():
        return ReadingError(_CREDENTIAL, expected=WHAT_IS_READ)
    return None


def _error(members: dict[str, Any], _inner: dict[str, Any]) -> ReadingError | None:
    error = members.get("error", members.get("odata.error"))
    error = folded(error) if isinstance(error, dict) else members
    code, message = error.get("code"), error.get("message")
    if not (isinstance(code, str) and isinstance(message, str | dict)) or "properties" in members:
        return None
    named = f" ({code})" if _NAME.match(code) else ""
    return no_scale_set(f"an error that Azure answered{named}", "Paste the request that Azure refused.")


def _tool(members: dict[str, Any], _inner: dict[str, Any]) -> ReadingError | None:
    """Files of other tools."""
    if {"planned_values", "resource_changes"} & members.keys():
        return no_scale_set("a Terraform plan", _TERRAFORM)
    if "terraform_version" in members and {"resources", "serial", "lineage", "values"} & members.keys():
        return no_scale_set("a Terraform state", _TERRAFORM)
    resource = members.get("resource")
    if isinstance(resource, dict) and resource and ({"terraform", "provider", "variable"} & members.keys() or all(name.startswith("azurerm_") for name in resource)):  # fmt: skip
        return no_scale_set("a Terraform configuration in JSON", _TERRAFORM)
    if isinstance(members.get("apiversion"), str) and isinstance(members.get("kind"), str) and {"metadata", "spec", "items", "data"} & members.keys():  # fmt: skip
        return no_scale_set("a Kubernetes manifest", _PASTE)
    resources = members.get("resources")
    listed = resources.values() if isinstance(resources, dict) else ()
    if "awstemplateformatversion" in members or any(
        isinstance(each, dict) and _text(folded(each).get("type")).startswith("AWS::") for each in listed
    ):
        return no_scale_set("a CloudFormation template, which is for Amazon's cloud", _PASTE)
    if {"swagger", "openapi"} & members.keys():
        return no_scale_set("the description of an API", "Paste an example of a request.")
    if {"hosts", "tasks"} <= members.keys():
        return no_scale_set("an Ansible playbook", _PASTE)
    return None


def _definition(members: dict[str, Any], inner: dict[str, Any]) -> ReadingError | None:
    """What describes a page, a policy or other JSON."""
    schema = _text(members.get("$schema")).casefold()
    if (
        "createuidefinition" in schema
        or _text(members.get("handler")).casefold() == "microsoft.azure.createuidef"
    ):
        cure = "Paste the template that goes with it, usually mainTemplate.json or azuredeploy.json."
        return no_scale_set("a createUiDefinition: the form that the Azure portal shows for a template", cure)
    if "uiformdefinition" in schema:
        return no_scale_set("the form of a template spec", "Paste the template that goes with it.")
    if "json-schema.org" in schema:
        return no_scale_set("a JSON Schema: it says what others may look like", _PASTE)
    if "policyrule" in inner or "policyrule" in members:
        return no_scale_set("a policy definition", _PASTE)
    return None


def _resource(members: dict[str, Any], _inner: dict[str, Any]) -> ReadingError | None:
    """A resource of another type, also when only its id tells."""
    kind = _text(members.get("type"))
    if kind.startswith("AWS::"):
        return no_scale_set("a resource of Amazon's cloud", _PASTE)
    if not _TYPE.match(kind):
        found = _ID.search(_text(members.get("id")).strip().rstrip("/"))
        if found is None:
            return None
        kind = "/".join((found[1], *found[2].split("/")[::2]))
    kind = kind.split("@", 1)[0]
    return None if kind.casefold() == RESOURCE_TYPE.casefold() or not _TYPE.match(kind) else of_type(kind)


def of_type(kind: str) -> ReadingError:
    """The refusal of a resource, or a request about one. kind: "Microsoft.Compute/virtualMachines"."""
    below = kind.casefold().removeprefix(f"{RESOURCE_TYPE.casefold()}/")
    if below == "virtualmachines":
        cure = f"Paste the scale set that it belongs to: {SHOW}"
        return no_scale_set("one instance of a scale set", cure)
    if below == "extensions":
        cure = f"Paste the scale set, which holds its extensions: {SHOW}"
        return no_scale_set("an extension of a scale set", cure)
    cure = f"Paste a resource of type {RESOURCE_TYPE}."
    return no_scale_set(f"a resource of type {kind[:100]}", cure)


def _machine(members: dict[str, Any], inner: dict[str, Any]) -> ReadingError | None:
    around = members | inner
    if "virtualmachineprofile" in around:
        return None
    if "instanceid" in members or {"latestmodelapplied", "modeldefinitionapplied"} & around.keys():
        return of_type(f"{RESOURCE_TYPE}/virtualMachines")
    hardware = around.get("hardwareprofile")
    if isinstance(hardware, dict) and "vmsize" in folded(hardware):
        cure = f"A virtual machine is no scale set. Paste a resource of type {RESOURCE_TYPE}."
        return no_scale_set("a virtual machine", cure)
    machines = members.get("virtualmachine")
    if (isinstance(machines, dict) and "statusessummary" in folded(machines)) or (
        isinstance(members.get("statuses"), list) and not {"location", "sku", "properties"} & members.keys()
    ):
        return no_scale_set("an instance view: the state of what runs", f"Paste the scale set: {SHOW}")
    return None


def _state(members: dict[str, Any], inner: dict[str, Any]) -> ReadingError | None:
    """What Azure says about an operation or a deployment."""
    for holder in (members, inner):
        if isinstance(holder.get("changes"), list) and not {"location", "sku"} & members.keys():
            return no_scale_set("the result of a what-if", "Paste the template that it is about.")
    if {"outputresources", "templatelink", "templatehash"} & inner.keys() and "template" not in inner:
        cure = "Paste the template that was deployed: az deployment group export shows it."
        return no_scale_set("what Azure says about a deployment, without its template", cure)
    if _text(members.get("status")).casefold() in _STATES and not {"location", "sku"} & members.keys():
        return no_scale_set("the state of an operation in Azure", f"Paste the scale set that it made: {SHOW}")
    return None


def of_nothing_known() -> ReadingError:
    """The refusal of an object that has no member of a scale set."""
    message = (
        "This is JSON, but none of the members of a scale set is there: no location, sku, properties, tags. "
    )
    return ReadingError(message + _PASTE, expected=WHAT_IS_READ)


# ------------------------------------------------------------------------------------------------------------------- text

_CREDENTIAL: Final = (
    "This holds a credential (a token, a key or a secret), not a scale set. Take it out of the text, and "
    "replace it where it is used if others may have seen it."
)
_BICEP: Final = re.compile(
    r"^[ \t]*(?:(?:resource|module)[ \t]+\w+[ \t]+'|param[ \t]+\w+[ \t]+\w+|targetScope[ \t]*=|using[ \t]+'|output[ \t]+\w+[ \t]+\w+[ \t]*=)",
    re.MULTILINE,
)
_HCL: Final = re.compile(
    r"^[ \t]*(?:(?:resource|data)[ \t]+\"?[\w-]+\"?[ \t]+\"?[\w-]+\"?|(?:variable|provider|module|output)[ \t]+\"?[\w-]+\"?|terraform|locals)[ \t]*\{",
    re.MULTILINE,
)
_PLAN: Final = re.compile(
    r"Terraform will perform the following actions|Terraform used the selected providers"
)
_KEY: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_TOKEN: Final = re.compile(
    r"\s*(?:Authorization:\s*)?(?:Bearer\s+)?eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*\s*\Z", re.IGNORECASE
)
_MARKUP: Final = re.compile(r"\s*<(?:\?xml|!doctype|!--|[A-Za-z][\w:.-]*[\s>/])", re.IGNORECASE)
_PAGE: Final = re.compile(r"\s*<(?:!doctype\s+html|html\b|head\b|body\b|div\b)", re.IGNORECASE)
_YAML: Final = re.compile(r"^[ \t]*(?:- +)?[\"']?[A-Za-z_$][\w. /-]{0,60}[\"']?:(?:[ \t]|$)", re.MULTILINE)
_ANSIBLE: Final = re.compile(
    r"^[ \t]*(?:- +)?(?:hosts|tasks|gather_facts|(?:\w+\.){0,3}azure_rm_\w+):", re.MULTILINE
)
_MAKES: Final = re.compile(r"^[^\n]{0,80}?\b(?:az[ \t]+vmss[ \t]+(?:create|update|scale|extension|deallocate|delete)|New-Az(?:Rm)?Vmss\w*|Update-Az(?:Rm)?Vmss\w*|Set-Az(?:Rm)?Vmss\w*)\b", re.MULTILINE)  # fmt: skip
_SHOWS: Final = re.compile(r"^[^\n]{0,80}?\b(?:az[ \t]+(?:vmss|graph|resource|rest|deployment)[ \t]+\w+|Get-Az(?:Rm)?Vmss|Search-AzGraph)\b", re.MULTILINE)  # fmt: skip
_PARTS: Final = re.compile(r"\s*(?:https?://[^\s?]*)?/subscriptions/\S+\s*\Z", re.IGNORECASE)


def of_source(text: str) -> ReadingError | None:
    """The refusal of a text that may hold braces but is the source of something else, or a credential."""
    if _KEY.search(text) or _TOKEN.match(text):
        return ReadingError(_CREDENTIAL, expected=WHAT_IS_READ)
    if _BICEP.search(text):
        cure = "Turn it into a template with “bicep build” (or “az bicep build”), and paste that."
        return no_scale_set("the source of a Bicep file", cure)
    if _HCL.search(text):
        cure = (
            "Paste the body of its azapi_resource as JSON (“terraform show -json” prints it), or apply it and paste "
            f"what {SHOW} prints."
        )
        return no_scale_set("the source of a Terraform configuration", cure)
    return no_scale_set("a Terraform plan", _TERRAFORM) if _PLAN.search(text) else None


def of_text(text: str) -> ReadingError | None:
    """The refusal of a text that holds no JSON, by what it plainly is; None where that is not plain."""
    source = of_source(text)
    if source is not None:
        return source
    if _MARKUP.match(text):
        if _PAGE.match(text):
            return no_scale_set(
                "a web page", "Copy the request out of it: the JSON alone, or the text around it too."
            )
        return no_scale_set("XML", "Paste JSON.")
    if _MAKES.search(text):
        cure = f"It makes its request itself. Add --debug and paste what it sends, or run it and paste what {SHOW} prints."
        return no_scale_set("a command", cure)
    if _SHOWS.search(text):
        return no_scale_set("a command", "Run it and paste what it prints, as JSON.")
    if _PARTS.match(text):
        return no_scale_set("the address of a resource", f"Paste what is there: {SHOW}")
    return _yaml(text)


def _yaml(text: str) -> ReadingError | None:
    if "AWSTemplateFormatVersion" in text:
        return no_scale_set("a CloudFormation template, which is for Amazon's cloud", _PASTE)
    lines = [line for line in text.splitlines()[:400] if line.strip()]
    if sum(1 for line in lines if _YAML.match(line)) * 2 < len(lines) or not lines:
        return None
    if _ANSIBLE.search(text):
        return no_scale_set("an Ansible playbook", _PASTE)
    if re.search(r"^kind:[ \t]*\w", text, re.MULTILINE) and re.search(r"^apiVersion:", text, re.MULTILINE):
        return no_scale_set("a Kubernetes manifest", _PASTE)
    return no_scale_set("YAML", "Paste JSON: the Azure CLI prints it with --output json.")


def of_call(method: str, action: str, line: int) -> ReadingError:
    """The refusal of a request that carries no scale set."""
    if action:
        return no_scale_set(f"a request that does something with a scale set ({action[:40]})", _PASTE, line)
    if method == "GET":
        return no_scale_set("a request that reads", "Run it and paste what it answers.", line)
    if method == "DELETE":
        return no_scale_set("a request that deletes", _PASTE, line)
    return ReadingError(
        "The request has no body. Paste it with its JSON.", line, expected="an object in braces"
    )


def of_prose() -> ReadingError:
    """The refusal of a text without any JSON."""
    message = "There is no JSON in this text. Paste a JSON object, in braces: a request, a template, or what Azure answered."
    return ReadingError(message, expected="an object, starting with {")
