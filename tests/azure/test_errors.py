from __future__ import annotations

import json
from typing import Any

import pytest

from tests.azure.helpers import document
from vmssbuilder.azure import errors, explain
from vmssbuilder.azure.errors import (
    AzureError,
    Conflict,
    Forbidden,
    GatewayAnswer,
    LostAnswer,
    NotFound,
    Refused,
    ServiceTrouble,
    Throttled,
    TokenRefused,
    Unreachable,
    described,
    refusal,
)
from vmssbuilder.azure.explaining import document_path

PROFILE = ("properties", "virtualMachineProfile")


def azure(status: int, code: str, message: str = "Words.", target: str = "", **more: Any) -> AzureError:
    error: dict[str, Any] = {"code": code, "message": message, **more}
    if target:
        error["target"] = target
    return refusal(status, json.dumps({"error": error}))


# --- decoding --------------------------------------------------------------------------------------------------------


def test_json_inside_the_message_is_read_and_its_code_comes_first() -> None:
    inner = {
        "error": {
            "code": "BadRequest",
            "message": "Could not find member 'orchestrationMode' on object of type 'Properties'. Path 'properties.orchestrationMode', line 1, position 1344.",
            "target": "vmss.properties.orchestrationMode",
        }
    }
    error = azure(400, "DeploymentFailed", json.dumps(inner, indent=1).replace("\n", "\r\n"))
    assert (error.code, error.target) == ("BadRequest", "vmss.properties.orchestrationMode")
    assert [each.code for each in error.details] == ["DeploymentFailed", "BadRequest"]
    explained = explain(error)
    assert explained.sentence == "“orchestrationMode” does not exist in the chosen API version."
    assert explained.path == ("properties", "orchestrationMode")
    assert "newer API version" in explained.cure
    assert not explained.retryable


def test_json_inside_the_message_of_a_detail() -> None:
    deep = json.dumps({"error": {"code": "SkuNotAvailable", "message": "Not here."}})
    error = azure(
        409,
        "DeploymentFailed",
        "At least one operation failed.",
        details=[{"code": "Conflict", "message": deep}],
    )
    assert (error.code, error.message) == ("SkuNotAvailable", "Not here.")


def test_several_errors_side_by_side_are_all_kept() -> None:
    several = [{"code": "A", "message": "First.", "target": "sku.name"}, {"code": "B", "message": "Second."}]
    error = azure(400, "MultipleErrorsOccurred", "Several things are wrong.", details=several)
    assert (error.code, error.message) == ("MultipleErrorsOccurred", "Several things are wrong.")
    assert [each.code for each in error.details] == ["MultipleErrorsOccurred", "A", "B"]
    assert error.target == "sku.name"


def test_a_nest_without_end_is_left_alone() -> None:
    body = json.dumps({"error": {"code": "Inner", "message": "At last."}})
    for depth in range(30):
        body = json.dumps({"error": {"code": f"Level{depth}", "message": body}})
        if len(body) > 200_000:
            break
    assert refusal(400, body).code


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "status 502 and no further words"),
        ("   ", "status 502 and no further words"),
        ("<html><head><title>502 Bad\n Gateway</title></head></html>", "a web page “502 Bad Gateway”"),
        ("<!DOCTYPE html><p>x", "a web page"),
        ("plain words", "status 502"),
        ("[]", "status 502"),
        ("{}", "status 502"),
        ('{"error": "text"}', "status 502"),
        ('{"error": {"code": 5, "message": ["x"]}}', "status 502"),
        ('{"error": {"details": [1, null, {"code": 3}]}}', "status 502"),
        ('{"error": {"code": "X", "mess', "status 502"),
    ],
)
def test_bodies_of_proxies_and_rubbish(body: str, words: str) -> None:
    error = refusal(502, body)
    assert words in error.message
    assert error.raw == body
    assert not error.said
    # Azure answers in JSON, even where it is at a loss for words.
    azures = not body.strip() or body.startswith(("{", "["))
    assert isinstance(error, ServiceTrouble if azures else GatewayAnswer)
    assert explain(error).cause == ("outage" if azures else "gateway")


def test_an_error_without_its_envelope_is_read_too() -> None:
    assert described('\ufeff{"code": "X", "message": "Words."}')["code"] == "X"


def test_the_policy_that_denies_is_named() -> None:
    violation = {
        "type": "PolicyViolation",
        "info": {
            "policyDefinitionDisplayName": "Allowed locations",
            "policyAssignmentDisplayName": "Contoso: Europe only",
            "policyAssignmentId": "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/p",
        },
    }
    error = azure(
        403,
        "RequestDisallowedByPolicy",
        "Resource 'web' was disallowed.",
        "web",
        additionalInfo=[violation, {"type": "Other"}],
    )
    assert isinstance(error, Forbidden)
    assert error.policies[0].definition == "Allowed locations"
    explained = explain(error)
    assert explained.cause == "policy"
    assert "Contoso: Europe only" in explained.sentence


# --- the table of the contract ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "cause", "retryable"),
    [
        (400, "InvalidParameter", Refused, "form", False),
        (400, "InvalidRequestContent", Refused, "form", False),
        (400, "BadRequest", Refused, "form", False),
        (400, "VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary", Refused, "form", False),
        (400, "VMScaleSetCannotReferenceLoadbalancerWhenLargeScaleOrCrossAZ", Refused, "form", False),
        (400, "VMMarketplaceInvalidInput", Refused, "form", False),
        (400, "LinkedInvalidPropertyId", Refused, "form", False),
        (409, "LinkedInvalidPropertyId", Conflict, "form", False),
        (400, "InvalidResourceReference", Refused, "form", False),
        (401, "ExpiredAuthenticationToken", TokenRefused, "sign-in", False),
        (401, "InvalidAuthenticationTokenTenant", TokenRefused, "sign-in", False),
        (401, "", TokenRefused, "sign-in", False),
        (403, "AuthorizationFailed", Forbidden, "permission", False),
        (403, "LinkedAuthorizationFailed", Forbidden, "permission", False),
        (403, "RequestDisallowedByPolicy", Forbidden, "policy", False),
        (404, "ResourceGroupNotFound", NotFound, "missing", False),
        (404, "SubscriptionNotFound", NotFound, "missing", False),
        (404, "NotFound", NotFound, "missing", False),
        (404, "", NotFound, "missing", False),
        (409, "PropertyChangeNotAllowed", Conflict, "form", False),
        (409, "OperationNotAllowed", Conflict, "unknown", False),
        (409, "Conflict", Conflict, "unknown", True),
        (409, "AnotherOperationInProgress", Conflict, "conflict", True),
        (409, "ResourceGroupBeingDeleted", Conflict, "conflict", True),
        (409, "SkuNotAvailable", Conflict, "capacity", False),
        (409, "AllocationFailed", Conflict, "capacity", True),
        (409, "OverconstrainedAllocationRequest", Conflict, "capacity", True),
        (409, "MissingSubscriptionRegistration", Conflict, "registration", False),
        (400, "NoRegisteredProviderFound", Refused, "registration", False),
        (412, "PreconditionFailed", errors.ChangedMeanwhile, "changed", False),
        (429, "TooManyRequests", Throttled, "throttled", True),
        (429, "RetryableErrorDueToAnotherOperation", Throttled, "throttled", True),
        (500, "InternalServerError", ServiceTrouble, "outage", True),
        (502, "", ServiceTrouble, "outage", True),
        (503, "ServiceUnavailable", ServiceTrouble, "outage", True),
        (504, "GatewayTimeout", ServiceTrouble, "outage", True),
        (408, "RequestTimeout", ServiceTrouble, "outage", True),
    ],
)
def test_every_row_of_the_table(
    status: int, code: str, kind: type[AzureError], cause: str, retryable: bool
) -> None:
    error = azure(status, code)
    assert type(error) is kind
    explained = explain(error)
    assert (explained.cause, explained.retryable) == (cause, retryable)
    assert explained.sentence
    assert explained.cure, "everything in the table has a cure"


def test_trouble_on_the_way_is_explained() -> None:
    assert explain(Unreachable("x", retryable=True)).cause == "network"
    assert "look at the scale set before" in explain(LostAnswer("x", retryable=True)).cure


def test_every_error_of_the_tree_is_explained_and_named_in_it() -> None:
    def below(kind: type[AzureError]) -> list[type[AzureError]]:
        # Other parts of the product have errors of their own, which are not of this tree's making.
        own = [child for child in kind.__subclasses__() if child.__module__.startswith("vmssbuilder.azure")]
        return [kind, *(each for child in own for each in below(child))]

    tree = set((errors.__doc__ or "").split())
    for kind in below(AzureError):
        assert kind.__name__ in tree, f"{kind.__name__} is missing in the tree"
        error = kind("x", claims="{}") if kind is errors.ClaimsChallenge else kind("x")
        explained = explain(error)
        if kind not in {AzureError, errors.SignInError, Refused, errors.OperationFailed}:
            assert explained.cause != "unknown" or explained.cure, kind


# --- from target to field --------------------------------------------------------------------------------------------

NIC = (*PROFILE, "networkProfile", "networkInterfaceConfigurations", 0)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("vmss.properties.overprovision", ("properties", "overprovision")),
        ("VMSS.Properties.UpgradePolicy.Mode", ("properties", "upgradePolicy", "mode")),
        ("properties.upgradePolicy", ("properties", "upgradePolicy")),
        ("$.sku.capacity", ("sku", "capacity")),
        ("/properties/virtualMachineProfile", PROFILE),
        ("adminPassword", (*PROFILE, "osProfile", "adminPassword")),
        ("osProfile.adminUsername", (*PROFILE, "osProfile", "adminUsername")),
        ("imageReference", (*PROFILE, "storageProfile", "imageReference")),
        ("networkInterfaceConfigurations[0].properties.primary", (*NIC, "properties", "primary")),
        (
            "ipConfigurations.properties.subnet",
            (*NIC, "properties", "ipConfigurations", 0, "properties", "subnet"),
        ),
        ("location", ("location",)),
        ("vmss.properties.notThereYet", ("properties", "notThereYet")),
        ("tags['team']", ("tags", "team")),
        ("name", None),
        ("properties", ("properties",)),
        ("", None),
        ("vmss", None),
        ("what is this?", None),
        ("a" * 5000, None),
    ],
)
def test_a_target_leads_to_its_field(target: str, path: tuple[str | int, ...] | None) -> None:
    assert document_path(target, document()) == path


def test_without_the_document_the_schema_tells_the_place() -> None:
    assert document_path("vmss.properties.overprovision") == ("properties", "overprovision")
    assert document_path("adminPassword") == (*PROFILE, "osProfile", "adminPassword")
    assert document_path("storageAccountType") is None, "it may be that of any disk"


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("Error converting value. Path 'sku.capacity', line 1, position 20.", ("sku", "capacity")),
        ("Required parameter 'adminUsername' is missing (null).", (*PROFILE, "osProfile", "adminUsername")),
        (
            "Changing property 'computerNamePrefix' is not allowed.",
            (*PROFILE, "osProfile", "computerNamePrefix"),
        ),
        ("Nothing to find.", None),
    ],
)
def test_the_message_may_name_the_field(message: str, path: tuple[str | int, ...] | None) -> None:
    error = azure(400, "InvalidParameter", message)
    assert explain(error, document()).path == path


def test_an_error_goes_into_the_database_as_json() -> None:
    error = azure(400, "InvalidParameter", "No.", "adminPassword")
    kept = json.loads(json.dumps(error.to_json()))
    assert (kept["kind"], kept["code"], kept["target"], kept["status"]) == (
        "Refused",
        "InvalidParameter",
        "adminPassword",
        400,
    )
