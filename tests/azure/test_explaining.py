"""Errors of Azure in our words: the codes, what messages say whatever their code, and where in a document they belong."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from tests.azure.codes import CODES as EXPECTED
from tests.azure.codes import SAYING_NOTHING
from tests.azure.helpers import SUBNET, document
from vmssbuilder.azure import explain
from vmssbuilder.azure.errors import AzureError, failure, refusal
from vmssbuilder.azure.explaining import TURNS, Explanation, codes, explain_all, shapes, words
from vmssbuilder.azure.explaining.causes import Cause
from vmssbuilder.azure.explaining.codes import CODES, FAMILIES, VAGUE, family
from vmssbuilder.scaleset import paths

PROFILE = "properties.virtualMachineProfile"
NIC = f"{PROFILE}.networkProfile.networkInterfaceConfigurations[0].properties"


def azure(code: str, message: str = "Words.", target: str = "", status: int = 400, **more: Any) -> AzureError:
    error: dict[str, Any] = {"code": code, "message": message, **more}
    if target:
        error["target"] = target
    return refusal(status, json.dumps({"error": error}))


def place(told: Explanation) -> str:
    return paths.text(told.path) if told.path else ""


# --- codes -----------------------------------------------------------------------------------------------------------


def test_every_code_that_is_known_is_in_the_table_of_the_tests() -> None:
    assert {row.name for row in CODES.values()} == {name for name, *_rest in EXPECTED}
    assert {code.casefold() for code in SAYING_NOTHING} == codes.VAGUE


@pytest.mark.parametrize(
    ("name", "cause", "field", "begins", "cure"), EXPECTED, ids=[row[0] for row in EXPECTED]
)
def test_every_code_says_whose_turn_it_is_and_where(
    name: str, cause: str, field: str, begins: str, cure: str
) -> None:
    row = CODES[name.casefold()]
    assert row.source
    told = explain(azure(name, "Azure tells it in plain words."), document())
    assert told.cause == cause
    assert place(told) == field
    assert told.sentence.startswith(begins or "Azure tells it in plain words."), told.sentence
    assert told.cure.startswith(cure or "Correct what Azure says")


@pytest.mark.parametrize("code", sorted(VAGUE - {"internalservererror", "retryableerror"}))
@pytest.mark.parametrize("status", [400, 409, None])
def test_a_code_that_only_says_no_is_neither_a_quota_nor_another_change(
    code: str, status: int | None
) -> None:
    error = (
        failure({"code": code, "message": "Words."}, outcome="Failed")
        if status is None
        else azure(code, status=status)
    )
    told = explain(error, document())
    assert told.cause in {"form", "unknown", "permission"}
    assert told.path is None or told.path[0] in {"plan", "identity"}
    assert told.sentence
    assert told.cure


@pytest.mark.parametrize(
    "code", ["OperationNotAllowed", "QuotaExceeded", "TooManyRequests", "BadRequest", "NeverSeen"]
)
def test_429_is_a_pause_whatever_its_code(code: str) -> None:
    told = explain(azure(code, "The quota of requests is used up.", "sku.capacity", 429), document())
    assert (told.cause, told.path) == ("throttled", None)
    assert "quota" not in told.cure


BY_NAME: list[tuple[str, Cause, str]] = [
    ("ReadsThrottledForNow", "throttled", ""),
    ("DeniedByPolicySet", "policy", ""),
    ("NetworkCoresQuotaReached", "quota", "sku.capacity"),
    ("SpotFeatureNotEnabled", "registration", ""),
    ("EdgeAllocationFailure", "capacity", "sku.name"),
    ("GroupLocked", "permission", ""),
    ("VaultAccessDenied", "permission", ""),
    ("ReimageInProgress", "conflict", ""),
    ("TooManyUnhealthyInstances", "form", "properties.upgradePolicy.rollingUpgradePolicy"),
    ("GuestExtensionFailed", "form", f"{PROFILE}.extensionProfile"),
    ("OSProvisioningStuck", "form", f"{PROFILE}.storageProfile.imageReference"),
    ("InternalNetworkError", "outage", ""),
    ("ProbeMustBeTcp", "form", ""),
    ("ProbeDoesNotExist", "missing", ""),
]


@pytest.mark.parametrize(("code", "cause", "field"), BY_NAME)
def test_a_code_that_nobody_wrote_down_belongs_to_a_family(code: str, cause: Cause, field: str) -> None:
    assert code.casefold() not in CODES
    told = explain(azure(code, status=409), document())
    assert (told.cause, place(told)) == (cause, field)


def test_every_family_is_tried() -> None:
    tried = {
        next(index for index, (pattern, *_rest) in enumerate(FAMILIES) if pattern.search(code))
        for code, *_ in BY_NAME
    }
    assert tried == set(range(len(FAMILIES)))
    assert family("Perplexing") is None


def test_an_unknown_code_gives_azures_first_sentence_and_claims_nothing_more() -> None:
    told = explain(
        azure("Perplexing", "The tide is out at the quay. See https://aka.ms/tides for more.", status=409),
        document(),
    )
    assert (told.sentence, told.cause, told.path) == ("The tide is out at the quay.", "unknown", None)
    assert told.quoting
    assert "tide" not in (told.without_words().sentence + told.without_words().cure)


def test_every_cause_has_somebody_whose_turn_it_is() -> None:
    assert set(TURNS) == set(get_args(Cause))


# --- messages --------------------------------------------------------------------------------------------------------

# shape, message, cause, field, a part of the sentence, a part of the cure
SAID: list[tuple[str, str, Cause, str, str, str]] = [
    ("throttled", "The rate limit of this service was reached.", "throttled", "", "pause", "Wait"),
    ("policy", "The deployment was denied by policy here.", "policy", "", "Azure Policy", "exemption"),
    ("locked", "The scope is locked against writes.", "permission", "", "lock", "lock"),
    ("terms", "Nobody accepted the legal terms of this offer.", "permission", "plan", "terms", "accept"),
    ("purchase", "This offer is not eligible for any purchase here.", "permission", "plan", "not eligible", "marketplace"),
    ("quota", "The quota of NP cores would not do.", "quota", "sku.capacity", "NP cores", "more quota"),
    ("quota", "It results in exceeding Edge Cores quota. Current Limit: 8, Current Usage: 6, Additional Required: 4.", "quota", "sku.capacity", "“Edge Cores” allows 8; 6 are in use, and this needs 4 more", "more quota"),
    ("limit-of-the-subscription", "You cannot create more than 7 gateways for this subscription.", "quota", "sku.capacity", "7 gateways", "fewer"),
    ("not-registered", "Please be aware: it is not registered to use namespace 'Microsoft.Quay'.", "registration", "", "not registered for Microsoft.Quay", "register the resource provider Microsoft.Quay"),
    ("not-registered", "The feature 'Microsoft.Compute/Harbor' is not enabled here.", "registration", "", "Microsoft.Compute/Harbor", "register the feature Microsoft.Compute/Harbor"),
    ("no-right", "The caller does not have permission to do that.", "permission", "", "does not have permission", "right"),
    ("under-way", "Another upgrade of the set is in progress.", "conflict", "", "Another upgrade", "Wait"),
    ("under-way", "The thing is marked for deletion.", "conflict", "", "marked", "Wait"),
    ("image", "The image of the harbor is deprecated. Please use a newer image: 9.1.", "form", f"{PROFILE}.storageProfile.imageReference", "deprecated", "Use a newer image: 9.1."),
    ("no-room", "Allocation failed in the cluster.", "capacity", "sku.name", "no room", "later"),
    ("no-room", "That size is currently not available in that region.", "capacity", "sku.name", "not on offer", "another size"),
    ("extension-failed", "Processing VM extension 'harbor' ended in an error.", "form", f"{PROFILE}.extensionProfile", "extension failed", "log"),
    ("unhealthy-upgrade", "The upgrade ended, for every second instance is unhealthy now.", "form", "properties.upgradePolicy.rollingUpgradePolicy", "stopped the rolling upgrade", "healthy"),
    ("unhealthy", "The health probe of the set is unhealthy.", "form", f"{PROFILE}.networkProfile.healthProbe", "is unhealthy", "report healthy"),
    ("failed-before", "The network there is in a failed state.", "conflict", "", "failed state", "repaired"),
    ("range", "The regular share above base has to lie between 0 and 100.", "form", "", "between 0 and 100", "from 0 to 100"),
    ("hundred-instances", "There may be at most 100 instances in it.", "form", "sku.capacity", "100 instances at most", "single placement group"),
    ("hundred-instances", "There may be at most 600 instances in it.", "form", "sku.capacity", "600", "no more than 600"),
    ("member-of-another-place", "Could not find member 'scaleInPolicy' on object of type 'Root'. Path 'scaleInPolicy', line 1, position 2.", "form", "scaleInPolicy", "“scaleInPolicy” has no place", "Move it inside “properties”"),
    ("member-of-another-place", "Could not find member 'quayDepth' on object of type 'Root'. Path 'quayDepth', line 1, position 2.", "form", "quayDepth", "“quayDepth” has no place", "spelling"),
    ("fixed", "Changing property 'osProfile.adminUsername' is not allowed.", "form", f"{PROFILE}.osProfile.adminUsername", "cannot be changed", "old value"),
    ("fixed-in-words", "The admin user name may not be altered later.", "form", f"{PROFILE}.osProfile.adminUsername", "altered", "old value"),
    ("missing", "Required member 'upgradePolicy.mode' was not there.", "form", "properties.upgradePolicy.mode", "“upgradePolicy.mode” is missing", "Fill it in"),
    ("choice", "The value 'Loud' of property 'evictionPolicy' is not supported. Allowed values are: Delete.", "form", f"{PROFILE}.evictionPolicy", "“evictionPolicy”", "Allowed values are: Delete."),
    ("not-allowed", "Property 'zoneBalance' is not permitted.", "form", "properties.zoneBalance", "not allowed here", "Remove it"),
    ("wrong-type", "Error converting value \"many\". Path 'sku.capacity', line 1, position 9.", "form", "sku.capacity", "converting", "type"),
    ("unreadable", "The body was malformed somehow.", "form", "", "cannot read", "shape"),
    ("set-to", "It can do so only if single placement group is set to true.", "form", "properties.singlePlacementGroup", "single placement group", "Switch single placement group on"),
    ("because", "Repairs are off because a health probe was not defined.", "form", f"{PROFILE}.networkProfile.healthProbe", "Repairs", "Provide a health probe"),
    ("must-be-there", "The network api version must be supplied.", "form", f"{PROFILE}.networkProfile.networkApiVersion", "network api version", "Fill it in"),
    ("size-against-feature", "Write Accelerator is not supported for VM size Standard_D2_v2.", "form", "sku.name", "Write Accelerator", "another size"),
    ("only-with", "A spot restore policy works only with Spot instances.", "form", "properties.spotRestorePolicy", "restore policy", "Use it only with Spot instances"),
    ("not-found", f"Resource {SUBNET} was not found.", "form", f"{NIC}.ipConfigurations[0].properties.subnet.id", "subnets/web", "Check the name"),
    ("taken", "The domain name label is already taken.", "form", f"{NIC}.ipConfigurations[0].properties.publicIPAddressConfiguration.properties.dnsSettings.domainNameLabel", "already taken", "another name"),
    ("too-much", "The computer name prefix is longer than 58 characters.", "form", f"{PROFILE}.osProfile.computerNamePrefix", "58", "no more than 58 characters"),
    ("too-much", "The maximum number of data disks there is 4.", "form", f"{PROFILE}.storageProfile.dataDisks", "data disks", "no more than 4"),
    ("unsupported", "A proximity placement group and zones cannot be used together.", "form", "properties.proximityPlacementGroup", "proximity", "Remove one"),
    ("has-to-be", "The admin password has to be stronger than that.", "form", f"{PROFILE}.osProfile.adminPassword", "stronger", "Correct it"),
    ("in-time", "It took too long and timed out.", "outage", "", "timed out", "later"),
    ("azures-own", "Something temporary went wrong there.", "outage", "", "trouble of its own", "later"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "message", "cause", "field", "sentence", "cure"),
    SAID,
    ids=[f"{row[0]}-{n}" for n, row in enumerate(SAID)],
)
@pytest.mark.parametrize("code", ["BadRequest", "OperationNotAllowed"])
def test_what_a_message_says_counts_whatever_its_code(
    shape: str, message: str, cause: Cause, field: str, sentence: str, cure: str, code: str
) -> None:
    found = shapes.shape(message)
    assert found is not None
    assert found[0].name == shape
    told = explain(azure(code, message), document())
    assert told.cause == cause
    assert place(told) == field
    assert sentence in told.sentence
    assert cure in told.cure


def mixed() -> dict[str, Any]:
    sizes = [{"name": "Standard_D2s_v5"}, {"name": "Standard_D4s_v5"}]
    sent = document(sku={"name": "Mix", "capacity": 2})
    sent["properties"]["skuProfile"] = {"vmSizes": sizes}
    return sent


IN_THE_SUBNET = f"{NIC}.ipConfigurations[0].properties.subnet.id"
LED: list[tuple[str, str, str]] = [
    ("not-registered", "The property 'securityProfile.encryptionAtHost' is not valid because the 'Microsoft.Compute/EncryptionAtHost' feature is not enabled for this subscription.", f"{PROFILE}.securityProfile.encryptionAtHost"),
    ("no-right", f"The caller does not have permission to do that with {SUBNET}.", IN_THE_SUBNET),
    ("image", "The image with the offer 'WindowsServer' is deprecated.", f"{PROFILE}.storageProfile.imageReference.offer"),
    ("no-room", "Allocation failed for Standard_D4s_v5.", "properties.skuProfile.vmSizes[1]"),
    ("extension-failed", "Processing VM extension 'join-harbor' ended in an error.", f"{PROFILE}.extensionProfile.extensions[1]"),
    ("failed-before", f"The network {SUBNET} is in a failed state.", IN_THE_SUBNET),
    ("unreadable", "The body was malformed somehow. Path 'sku.capacity', line 1, position 4.", "sku.capacity"),
    ("set-to", "Standard_D4s_v5 can do so only if the harbor is set to true.", "properties.skuProfile.vmSizes[1]"),
    ("size-against-feature", "Write Accelerator is not supported for VM size Standard_D4s_v5.", "properties.skuProfile.vmSizes[1]"),
    ("size-against-feature", "A harbor is not supported for this VM size.", "sku.name"),
    ("range", "The computer name prefix has to lie between 1 and 9 letters.", f"{PROFILE}.osProfile.computerNamePrefix"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "message", "field"), LED, ids=[f"{row[0]}-{n}" for n, row in enumerate(LED)]
)
def test_what_a_message_names_is_the_field(shape: str, message: str, field: str) -> None:
    found = shapes.shape(message)
    assert found is not None
    assert found[0].name == shape
    sent = mixed() if "Standard" in message else with_extension()
    assert place(explain(azure("BadRequest", message), sent)) == field


def test_every_shape_is_tried() -> None:
    assert {row[0] for row in SAID} == {each.name for each in shapes.SHAPES}


def test_a_limit_of_100_instances_is_not_told_to_a_set_without_placement_group() -> None:
    sent = document()
    sent["properties"]["singlePlacementGroup"] = False
    told = explain(azure("OperationNotAllowed", "There may be at most 100 instances.", status=409), sent)
    assert "single placement group" not in told.sentence + told.cure


@pytest.mark.parametrize(
    ("message", "heart"),
    [
        (
            "The deployment failed with error: 'The resource failed validation with message: 'No room there.'.'.",
            "No room there.",
        ),
        ("The request content was invalid and could not be deserialized: 'Bad number.'.", "Bad number."),
        ("It failed. The most impactful error is: Allocation failed here.", "Allocation failed here."),
        ("Plain words.", "Plain words."),
    ],
)
def test_what_is_wrapped_around_a_message_is_taken_off(message: str, heart: str) -> None:
    assert words.heart(message) == heart


def test_the_true_reason_of_a_stopped_upgrade_counts() -> None:
    code = "MaxUnhealthyUpgradedInstancePercentExceededInRollingUpgrade"
    ill = explain(
        azure(code, "It stopped. The most impactful error is: Instances do not answer."), document()
    )
    full = explain(
        azure(code, "It stopped. The most impactful error is: Allocation failed in the cluster."), document()
    )
    assert (ill.cause, full.cause) == ("form", "capacity")


def test_the_letters_of_what_azure_quotes_stay_as_they_are() -> None:
    told = explain(
        azure("Perplexing", "hunter2-of-the-quay is not what was meant by it", status=409), document()
    )
    assert told.sentence.startswith("hunter2-of-the-quay")


def test_what_compute_passes_on_may_be_refused_in_any_version() -> None:
    message = (
        "Could not find member 'networkApiVersion' on object of type 'VMScaleSetNetworkProfile'."
        " Path 'Properties.UpdateGroups[0].NetworkProfile.networkApiVersion', line 1, position 9."
    )
    told = explain(azure("InvalidJson", message), document())
    assert place(told) == f"{PROFILE}.networkProfile.networkApiVersion"
    assert "does not exist" not in told.sentence
    assert told.cure.startswith("Remove it")


# --- places ----------------------------------------------------------------------------------------------------------


def with_extension() -> dict[str, Any]:
    sent = document()
    extension = {"name": "join-harbor", "properties": {"publisher": "Contoso", "type": "HarborPatrolAgent"}}
    sent["properties"]["virtualMachineProfile"]["extensionProfile"] = {
        "extensions": [{"name": "first"}, extension]
    }
    identity = SUBNET.replace("virtualNetworks/vnet1/subnets/web", "x/id-quay")
    sent["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    return sent


@pytest.mark.parametrize(
    ("code", "message", "target", "field"),
    [
        ("VMExtensionProvisioningError", "VM has reported a failure when processing extension 'join-harbor'.", "", f"{PROFILE}.extensionProfile.extensions[1]"),
        ("NotSupported", "Please take out the Harbor Patrol Agent extension, it is not supported.", "", f"{PROFILE}.extensionProfile.extensions[1]"),
        ("InvalidParameter", "No.", "vmss.properties.virtualMachineProfile.osProfile.adminUsername", f"{PROFILE}.osProfile.adminUsername"),
        ("InvalidParameter", "No.", "Properties.UpdateGroups[0].osProfile.adminUsername", f"{PROFILE}.osProfile.adminUsername"),
        ("InvalidParameter", "No.", "properties.template.resources[3].sku.capacity", "sku.capacity"),
        ("InvalidParameter", "No.", "dataDisk.lun", f"{PROFILE}.storageProfile.dataDisks"),
        ("InvalidParameter", "No.", "vmSize", "sku.name"),
        ("InvalidParameter", "No.", "resourceIdentity.identityIds", "identity.userAssignedIdentities"),
        ("InvalidParameter", "No.", "billingProfile.maxPrice", f"{PROFILE}.billingProfile.maxPrice"),
        ("BadRequest", "The size Standard_D2_v2 is not what was agreed; it must be another.", "", "sku.name"),
        ("BadRequest", "The offer 'WindowsServer' must be another one.", "", f"{PROFILE}.storageProfile.imageReference.offer"),
        ("BadRequest", "This must not be TrustedLaunch.", "", f"{PROFILE}.securityProfile.securityType"),
        ("BadRequest", "Nothing about any setting, but it must be otherwise.", "", ""),
    ],
)  # fmt: skip
def test_the_field_is_found(code: str, message: str, target: str, field: str) -> None:
    assert place(explain(azure(code, message, target), with_extension())) == field


def test_an_id_that_is_a_key_is_found() -> None:
    identity = next(iter(with_extension()["identity"]["userAssignedIdentities"]))
    told = explain(
        azure("InvalidIdentityValues", f"Invalid value for the identities '{identity}'."), with_extension()
    )
    assert told.path == ("identity", "userAssignedIdentities", identity)


def test_a_subscription_of_another_directory_is_found_by_what_lies_in_it() -> None:
    sent = document()
    image = sent["properties"]["virtualMachineProfile"]["storageProfile"]["imageReference"] = {
        "id": "/subscriptions/99999999-aaaa/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/y"
    }
    message = (
        "The client has permission to perform action 'Microsoft.Compute/galleries/read' on scope '/subscriptions/1/x', however"
        " the current tenant 'quay' is not authorized to access linked subscription '99999999-aaaa'."
    )
    told = explain(azure("LinkedAuthorizationFailed", message, status=403), sent)
    assert image["id"].startswith("/subscriptions/99999999-aaaa")
    assert place(told) == f"{PROFILE}.storageProfile.imageReference.id"
    assert "directory" in told.sentence
    assert "subnet" not in told.cure


@pytest.mark.parametrize(
    ("locked", "field"),
    [
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/web",
            "$target.name",
        ),
        ("/subscriptions/s/resourceGroups/g", "$target.resourceGroup"),
        ("/subscriptions/s", "$target.subscription"),
    ],
)
def test_what_is_locked_is_named(locked: str, field: str) -> None:
    message = f"The scope cannot perform write operation because following scope(s) are locked: '{locked}'."
    assert place(explain(azure("ScopeLocked", message, status=409), document())) == field


# --- policies --------------------------------------------------------------------------------------------------------


def looked_at(**expression: Any) -> dict[str, Any]:
    return {"expressionKind": "Field", "expression": "x", "path": "sku.name", **expression}


@pytest.mark.parametrize(
    ("expression", "field", "cure"),
    [
        (looked_at(operator="In", result="False", targetValue=["Standard_B2s", "Standard_B4ms"]), "sku.name", "Choose one of “Standard_B2s”, “Standard_B4ms”."),
        (looked_at(operator="NotIn", result="True", targetValue=["Standard_B2s"]), "sku.name", "Set it to “Standard_B2s”."),
        (looked_at(operator="Equals", result="True", targetValue="Standard_D2_v2"), "sku.name", "Choose another value than “Standard_D2_v2”."),
        (looked_at(operator="Exists", result="True", targetValue="false", path="tags['owner']"), "tags.owner", "Fill it in."),
        (looked_at(operator="Exists", result="True", targetValue="true", path="plan"), "plan", "Remove it."),
        (looked_at(operator="Match", result="True", targetValue="a#"), "sku.name", "Change what the policy forbids"),
        (looked_at(operator="Equals", result="True", targetValue="x", path="type"), "", "Change what the policy forbids"),
        ({"expressionKind": "Value", "path": "sku.name"}, "", "Change what the policy forbids"),
        (looked_at(operator="In", result="False", targetValue=[f"S{n}" for n in range(30)]), "sku.name", "and others"),
        ("no object", "", "Change what the policy forbids"),
    ],
)  # fmt: skip
def test_what_a_policy_looked_at_is_the_field_and_the_cure(expression: Any, field: str, cure: str) -> None:
    info = {
        "policyAssignmentName": "harbor rules",
        "evaluationDetails": {"evaluatedExpressions": [expression]},
    }
    error = azure(
        "RequestDisallowedByPolicy",
        "Resource 'web' was disallowed by policy. Reasons: 'Ask the harbor master.'. See error details.",
        status=403,
        additionalInfo=[{"type": "PolicyViolation", "info": info}],
    )
    told = explain(error, document())
    assert place(told) == field
    assert cure in told.cure
    assert "“harbor rules”" in told.sentence
    assert "Ask the harbor master." in told.sentence


# --- several ---------------------------------------------------------------------------------------------------------


def test_several_errors_that_say_the_same_are_told_as_one() -> None:
    same = [{"code": "SkuNotAvailable", "message": "Not here."}] * 2
    whole, several = explain_all(azure("MultipleErrorsOccurred", "Two.", details=same), document())
    assert whole.cause == "capacity"
    assert "not on offer" in whole.sentence
    assert len(several) == 2


def test_a_message_without_end_is_read_in_bounded_time(document_of_many_places: dict[str, Any]) -> None:
    for start in ("The maximum ", "Image ", "size ", "'", "because ", "only ", "scope ", "/subscriptions/"):
        told = explain(azure("BadRequest", start * 20_000), document_of_many_places)
        assert len(told.sentence) < 500


@pytest.fixture
def document_of_many_places() -> dict[str, Any]:
    return document(tags={f"t{number}": "x" for number in range(50_000)})


def test_instances_that_did_not_come_up_may_do_so_the_next_time() -> None:
    late = {"code": "OSProvisioningTimedOut", "message": "It did not end in the allotted time."}
    assert explain(failure(late, outcome="Failed"), document()).retryable
    assert not explain(azure("PlatformImageNotFound"), document()).retryable
