"""The codes of Azure's errors: whose turn each is, in our words, with where it is known from.

A code that says what happened has a row in CODES. One that only says that something was refused or failed stands in
VAGUE: there the message decides, and 409 or 400 alone say nothing. A code that nobody wrote down belongs to a family by
its name (FAMILIES), which tells whose turn it is and no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vmssbuilder.scaleset.paths import Path

from .causes import Cause
from .shapes import COUNT, IMAGE, PROFILE, SIZE

COMMON: Final = "learn.microsoft.com: Troubleshoot common Azure deployment errors"
MACHINES: Final = "learn.microsoft.com: Understand common error messages when you manage VMs"
BALANCING: Final = "learn.microsoft.com: Troubleshoot Azure Load Balancer error codes"
UPGRADES: Final = "learn.microsoft.com: Rolling upgrades of scale sets"
SPOT: Final = "learn.microsoft.com: Error messages for Azure Spot Virtual Machines"
ALLOCATION: Final = "learn.microsoft.com: Troubleshoot allocation failures"
THREADS: Final = "answers that people show in public issues of Azure's tools"
PROTOCOL: Final = "Azure Resource Manager RPC"
OURS: Final = "this product, where Azure gives no code"


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of a code.

    name: as Azure writes it. sentence: ours; empty where Azure's first sentence says more than we could. cure: empty where
    the message gives it. place: the field that such an error is about when the message names none. source: where it is
    known from.
    """

    name: str
    cause: Cause
    sentence: str
    cure: str
    place: Path | None
    source: str


_STORAGE: Final = (*PROFILE, "storageProfile")
_OS: Final = (*PROFILE, "osProfile")
_NICS: Final = (*PROFILE, "networkProfile", "networkInterfaceConfigurations")
_EXTENSIONS: Final = (*PROFILE, "extensionProfile")
_ROLLING: Final = ("properties", "upgradePolicy", "rollingUpgradePolicy")
_SUBSCRIPTION: Final = ("$target", "subscription")
_GROUP: Final = ("$target", "resourceGroup")
_NAME: Final = ("$target", "name")
_VERSION: Final = ("$target", "apiVersion")

COARSE: Final = frozenset(
    {_STORAGE, _OS, _NICS, _EXTENSIONS, _ROLLING, ("identity",), ("identity", "userAssignedIdentities")}
)
"""Places of so much that a closer look for the field is worth it."""

_LATER: Final = "Try again later. If it lasts, look at Azure status."
_TROUBLE: Final = "Azure has trouble of its own."
_LESS: Final = "Ask for fewer or smaller instances, or request more quota."
_PAUSE: Final = "Azure asks for a pause: too many requests."
_BY_ITSELF: Final = "Wait for the pause that Azure asks for; a submission here goes on by itself."
_FAILED_ON_THEM: Final = "The instances were made, but an extension failed on them."
_LOOK_AT_IT: Final = (
    "Look at the extension's settings and its log on an instance, and at Azure's message below."
)
_ENDED: Final = "Wait until it has ended, then try again."
_WAITS: Final = "Another operation is at work on a network resource that the request uses."
_VAULT: Final = (
    "Check the vault's name and the secret's address, and that the vault is enabled for deployment."
)
_ONE_SKU: Final = (
    "Use one SKU for all: every load balancer and public IP address Standard, or every one Basic."
)

_ROWS: Final[tuple[Code, ...]] = (
    # the request
    Code("VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary", "form", "A network interface has no primary IP configuration.", "Mark exactly one IP configuration of each network interface as primary.", _NICS, THREADS),
    Code("VirtualMachineScaleSetMustHaveOnePrimaryNetworkInterface", "form", "The scale set has no primary network interface, or more than one.", "Mark exactly one network interface as primary.", _NICS, THREADS),
    Code("VMScaleSetCannotReferenceLoadbalancerWhenLargeScaleOrCrossAZ", "form", "A Basic load balancer cannot serve a scale set that is large or spread over zones.", "Use a Standard load balancer, or keep to a single placement group without zones.", ("properties", "singlePlacementGroup"), BALANCING),
    Code("VMScaleSetCannotUseMultipleLoadBalancersOfSameType", "form", "The scale set refers to more than one load balancer of the same type.", "Use one public and one internal load balancer at most.", _NICS, BALANCING),
    Code("CannotUseInactiveHealthProbe", "form", "No load balancing rule that sends to the instances uses the health probe.", "Have such a rule use the probe, choose the probe of such a rule, or use the Application Health extension.", (*PROFILE, "networkProfile", "healthProbe"), THREADS),
    Code("CannotUseHealthProbeWithoutLoadBalancing", "form", "The health probe belongs to a load balancer that the instances are not behind.", "Put the network interfaces into a backend pool of that load balancer, or use the Application Health extension.", (*PROFILE, "networkProfile", "healthProbe"), THREADS),
    Code("RulesOfSameLoadBalancerTypeUseSameBackendPortProtocolAndVmssIPConfig", "form", "Two load balancing rules would send to the same port of the same IP configuration.", "Give the rules different backend ports, or use another backend pool.", _NICS, BALANCING),
    Code("DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed", "form", "Basic and Standard load balancers or public IP addresses are mixed.", _ONE_SKU, _NICS, THREADS),
    Code("DifferentSkuLoadBalancerAndPublicIPAddressNotAllowedInVMSS", "form", "Basic and Standard load balancers or public IP addresses are mixed.", _ONE_SKU, _NICS, BALANCING),
    Code("NetworkApiVersionMustBeSpecifiedWithNetworkInterfaceConfigurations", "form", "The network API version is missing: a scale set with flexible orchestration needs it.", "Fill in the network API version: 2020-11-01 or later.", (*PROFILE, "networkProfile", "networkApiVersion"), THREADS),
    Code("VMSizeIsNotPermittedToEnableAcceleratedNetworkingForVmss", "form", "This size does not support accelerated networking.", "Choose another size, or switch accelerated networking off.", SIZE, THREADS),
    Code("VMSizeIsNotPermittedToEnableAcceleratedNetworking", "form", "This size does not support accelerated networking.", "Choose another size, or switch accelerated networking off.", SIZE, THREADS),
    Code("SecondaryIpConfigurationCountPerVMSSVMExceeded", "form", "", "Ask for fewer IP configurations or fewer instances.", _NICS, THREADS),
    Code("SubnetWithExternalResourcesCannotBeUsedByOtherResources", "form", "The subnet belongs to another service, so instances cannot lie in it.", "Choose another subnet, or delete what the other service keeps in this one.", _NICS, THREADS),
    Code("SubnetsNotInSameVnet", "form", "The subnets of the instances lie in different virtual networks.", "Choose subnets of one virtual network.", _NICS, COMMON),
    Code("PrivateIPAddressInReservedRange", "form", "", "Choose another address: Azure keeps the first four and the last of each subnet.", _NICS, COMMON),
    Code("PrivateIPAddressNotInSubnet", "form", "", "Choose an address of the subnet.", _NICS, COMMON),
    Code("PublicIPAddressInUse", "form", "The public IP address is used by something else.", "Choose another public IP address.", _NICS, THREADS),
    Code("DnsRecordInUse", "form", "The DNS name is taken by another public IP address.", "Choose another domain name label.", _NICS, COMMON),
    Code("VMMarketplaceInvalidInput", "form", "The image comes from the marketplace and needs its purchase plan.", "Fill in the plan: its name, product and publisher, as the image's page in the marketplace gives them.", ("plan",), MACHINES),
    Code("LinkedInvalidPropertyId", "form", "A resource id in the request is not a valid one.", "Correct the id: /subscriptions/…/resourceGroups/…/providers/…, without placeholders.", None, COMMON),
    Code("InvalidResourceReference", "form", "The request refers to a resource that does not exist, or lies in another region.", "Check the id, and that the resource is in the same region as the scale set.", None, COMMON),
    Code("MissingJsonReferenceId", "form", "A reference to another resource has no id.", "Fill in the id.", None, THREADS),
    Code("PropertyChangeNotAllowed", "form", "This property cannot be changed once the scale set exists.", "Put the old value back, or create a new scale set.", None, MACHINES),
    Code("InvalidResourceLocation", "form", "A scale set of this name already exists in another region.", "Use its region, or another name.", ("location",), COMMON),
    Code("LocationNotAvailableForResourceType", "form", "Scale sets are not offered in this region.", "Choose another region.", ("location",), COMMON),
    Code("LocationRequired", "form", "The request names no region.", "Choose a region.", ("location",), COMMON),
    Code("RegionDoesNotAllowProvisioning", "capacity", "This region takes no new resources of this kind from your subscription.", "Choose another region, or ask Azure support for access to this one.", ("location",), COMMON),
    Code("InvalidIdentityValues", "form", "", "", ("identity", "userAssignedIdentities"), THREADS),
    Code("FailedIdentityOperation", "form", "", "", ("identity",), THREADS),
    Code("PlatformImageNotFound", "form", "The image does not exist in this region.", "Check publisher, offer, SKU and version, or choose another image.", IMAGE, MACHINES),
    Code("ImageNotFound", "form", "The image does not exist, or you cannot see it.", "Check its id, or choose another image.", IMAGE, COMMON),
    Code("InaccessibleImage", "form", "The image cannot be read.", "Check that it exists and is shared with you, or choose another image.", IMAGE, COMMON),
    Code("GalleryImageNotFound", "form", "The image of the gallery does not exist, or you cannot see it.", "Check its id, or choose another image.", IMAGE, THREADS),
    Code("ArtifactNotFound", "form", "An extension of this publisher, type and version does not exist.", "Check the extension's publisher, type and version.", _EXTENSIONS, MACHINES),
    Code("ArtifactPublisherNotFound", "form", "The publisher of an extension does not exist.", "Check the extension's publisher and type.", _EXTENSIONS, MACHINES),
    Code("ArtifactVersionNotFound", "form", "An extension has no such version.", "Check the extension's version: its first two numbers.", _EXTENSIONS, MACHINES),
    Code("MultipleExtensionsPerHandlerNotAllowed", "form", "Two extensions have the same publisher and type.", "Keep one of them, with the settings of both.", _EXTENSIONS, MACHINES),
    Code("PasswordTooLong", "form", "The password is longer than Azure takes.", "Choose a shorter password.", (*_OS, "adminPassword"), COMMON),
    Code("ReservedResourceName", "form", "The name is reserved, or holds a word that is.", "Choose another name.", _NAME, COMMON),
    Code("ConflictingUserInput", "form", "", "Choose another name, or delete what is left there of an earlier try.", (*_STORAGE, "osDisk"), MACHINES),
    Code("StorageAccountTypeNotSupported", "form", "The disk type does not fit the size or the region.", "Choose another disk type or another size.", _STORAGE, MACHINES),
    Code("CertificateImproperlyFormatted", "form", "A certificate from the key vault has another form than Azure expects.", "Store the certificate as JSON with its data in base64, its type and its password.", (*_OS, "secrets"), MACHINES),
    Code("KeyVaultSecretDoesNotExist", "form", "A secret does not exist in the key vault.", _VAULT, (*_OS, "secrets"), THREADS),
    Code("KeyVaultNotFound", "form", "The key vault does not exist, or lies in another region.", _VAULT, (*_OS, "secrets"), THREADS),
    Code("VMExtensionProvisioningError", "form", _FAILED_ON_THEM, _LOOK_AT_IT, _EXTENSIONS, MACHINES),
    Code("VMExtensionProvisioningTimeout", "form", "The instances were made, but an extension did not end in time on them.", _LOOK_AT_IT, _EXTENSIONS, MACHINES),
    Code("VMExtensionHandlerNonTransientError", "form", _FAILED_ON_THEM, _LOOK_AT_IT, _EXTENSIONS, MACHINES),
    Code("VMExtensionHandlerTransientError", "form", _FAILED_ON_THEM, f"{_LOOK_AT_IT} It may also go by: try again.", _EXTENSIONS, THREADS),
    Code("VMExtensionHandlerNonRetryableError", "form", _FAILED_ON_THEM, _LOOK_AT_IT, _EXTENSIONS, THREADS),
    Code("VMExtensionManagementInternalError", "outage", "Azure had trouble of its own with an extension.", _LATER, None, MACHINES),
    Code("OSProvisioningTimedOut", "form", "The instances were made, but their operating system did not report in time.", "Check that the image is generalized and has an agent; then try again.", IMAGE, MACHINES),
    Code("OSProvisioningClientError", "form", "The operating system could not set itself up on the instances.", "Check the image, the custom data and the settings of the operating system; then try again.", IMAGE, MACHINES),
    Code("OSProvisioningInternalError", "form", "The operating system could not be set up on the instances.", "Check the image, the custom data and the settings of the operating system; then try again.", IMAGE, MACHINES),
    Code("MaxUnhealthyInstancePercentExceededInRollingUpgrade", "form", "Too many instances are unhealthy, so Azure stopped the rolling upgrade.", "Look why the instances do not report healthy; then correct the change, or allow more unhealthy instances.", _ROLLING, UPGRADES),
    Code("MaxUnhealthyInstancePercentExceededBeforeRollingUpgrade", "form", "Too many instances were unhealthy before the rolling upgrade began, so Azure did not begin it.", "Look why the instances do not report healthy, or allow more unhealthy instances.", _ROLLING, UPGRADES),
    Code("MaxUnhealthyUpgradedInstancePercentExceededInRollingUpgrade", "form", "Too many of the upgraded instances became unhealthy, so Azure stopped the rolling upgrade.", "Look why the upgraded instances do not report healthy; then correct the change, or put back what was there before.", _ROLLING, UPGRADES),
    Code("VariablePriceGreaterThanProvidedMaxPrice", "form", "The price of Spot instances is higher than the maximum price of the request.", "Set a higher maximum price, or -1 to pay up to the price without Spot.", (*PROFILE, "billingProfile", "maxPrice"), SPOT),
    Code("EvictionPolicyCanBeSetOnlyOnLowPriorityVirtualMachines", "form", "An eviction policy is only for Spot instances.", "Set the priority to Spot, or remove the eviction policy.", (*PROFILE, "evictionPolicy"), SPOT),
    Code("EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines", "form", "An eviction policy is only for Spot instances.", "Set the priority to Spot, or remove the eviction policy.", (*PROFILE, "evictionPolicy"), SPOT),
    Code("MaxPriceValueInvalid", "form", "The maximum price is not one that Azure takes.", "Set -1, or a price above 0 with five decimals at most.", (*PROFILE, "billingProfile", "maxPrice"), SPOT),
    Code("MaxPriceChangeNotAllowedForAllocatedVMs", "form", "The maximum price cannot be changed while instances run.", "Deallocate the instances first, or put the old price back.", (*PROFILE, "billingProfile", "maxPrice"), SPOT),
    Code("MaxPriceChangeNotAllowed", "form", "The maximum price cannot be changed here.", "Put the old price back.", (*PROFILE, "billingProfile", "maxPrice"), SPOT),
    Code("AzureSpotIsNotSupportedForThisAPIVersion", "form", "The API version does not have Spot instances.", "Choose an API version of 2019-03-01 or later.", _VERSION, SPOT),
    Code("AzureSpotIsNotSupportedForThisVMSize", "form", "Spot instances of this size are not offered.", "Choose another size, or regular priority.", SIZE, SPOT),
    Code("MaxPriceIsSupportedOnlyForAzureSpotVirtualMachines", "form", "A maximum price is only for Spot instances.", "Set the priority to Spot, or remove the maximum price.", (*PROFILE, "billingProfile", "maxPrice"), SPOT),
    Code("MoveResourcesWithAzureSpotVMNotSupported", "form", "Spot instances cannot be moved.", "Leave them where they are, or create them anew elsewhere.", None, SPOT),
    Code("AzureSpotVMNotSupportedInAvailabilitySet", "form", "Spot instances cannot lie in an availability set.", "Choose regular priority, or do without the availability set.", (*PROFILE, "priority"), SPOT),
    Code("AzureSpotFeatureNotEnabledForSubscription", "registration", "Your subscription may not have Spot instances.", "Choose regular priority, or ask Azure support about the subscription's offer.", (*PROFILE, "priority"), SPOT),
    Code("VMPriorityCannotBeApplied", "form", "The priority does not go with what is there.", "Put the old priority back, or create a new scale set.", (*PROFILE, "priority"), SPOT),
    Code("DiskEncryptionSetNotFound", "form", "The disk encryption set does not exist, or lies in another region.", "Check its id and its region.", _STORAGE, THREADS),
    Code("DiskImageNotReady", "conflict", "An image is still being captured.", "Wait until the image is ready, then try again.", IMAGE, MACHINES),
    Code("InvalidResourceType", "form", "This API version does not have scale sets in this cloud or region.", "Choose another API version or region.", _VERSION, COMMON),
    Code("InvalidApiVersionParameter", "form", "Azure does not have this API version.", "Choose another API version.", _VERSION, PROTOCOL),
    Code("InvalidSubscriptionId", "form", "The subscription's id is not one.", "Correct the subscription's id.", _SUBSCRIPTION, PROTOCOL),
    Code("InvalidTemplate", "form", "", "", None, COMMON),
    # rights and rules
    Code("AuthorizationFailed", "permission", "You may not do this in the chosen subscription and resource group.", "Ask an owner for a role there such as Virtual Machine Contributor. A new role takes some minutes to count.", None, COMMON),
    Code("LinkedAuthorizationFailed", "permission", "You may not use one of the resources that the request refers to.", "", None, COMMON),
    Code("KeyVaultAccessForbidden", "permission", "Azure may not read a certificate or key in the key vault.", "Ask the vault's owner to enable it for deployment, and to let the scale set's identity or disk encryption set read it.", None, MACHINES),
    Code("RequestDisallowedByPolicy", "policy", "Azure Policy denies this request.", "Change what the policy forbids, or ask those who run it for an exemption.", None, COMMON),
    Code("RequestDisallowedByAzure", "policy", "Azure does not let this subscription deploy there.", "Choose another region, or ask Azure support.", ("location",), COMMON),
    Code("ScopeLocked", "permission", "A lock keeps this from being changed.", "Ask somebody who may do so to remove the lock, then try again.", _GROUP, COMMON),
    Code("ResourcePurchaseValidationFailed", "permission", "", "", ("plan",), THREADS),
    Code("MarketplacePurchaseEligibilityFailed", "permission", "This subscription may not buy the image from the marketplace as it is now.", "Have somebody with rights on the subscription accept the terms of the plan, or choose another image.", ("plan",), MACHINES),
    Code("ResourcePurchaseCanceled", "permission", "The purchase of the marketplace image was canceled.", "Ask the owner of the subscription, or choose another image.", ("plan",), THREADS),
    Code("ReadOnlyDisabledSubscription", "permission", "The subscription is disabled, so nothing in it can be changed.", "Have its owner enable it again.", _SUBSCRIPTION, COMMON),
    Code("MissingSubscriptionRegistration", "registration", "The subscription is not registered for a resource provider that this needs.", "", _SUBSCRIPTION, COMMON),
    Code("SubscriptionNotRegistered", "registration", "The subscription is not registered for a resource provider that this needs.", "", _SUBSCRIPTION, COMMON),
    Code("InvalidSubscriptionRegistrationState", "registration", "The subscription is not registered for a resource provider that this needs.", "", _SUBSCRIPTION, COMMON),
    Code("MissingRegistrationForLocation", "registration", "The subscription is not registered for this region.", "Have an owner register the resource provider anew, or choose another region.", ("location",), COMMON),
    Code("NoRegisteredProviderFound", "registration", "This API version is not served in the region, or Microsoft.Compute is not registered.", "Choose a newer API version, or have an owner register Microsoft.Compute.", _VERSION, COMMON),
    # quotas and room
    Code("ResourceQuotaExceeded", "quota", "A quota of the subscription would be exceeded.", _LESS, COUNT, COMMON),
    Code("QuotaExceeded", "quota", "A quota of the subscription would be exceeded.", _LESS, COUNT, COMMON),
    Code("DeploymentQuotaExceeded", "quota", "The resource group has as many deployments in its history as Azure keeps.", "Delete old deployments of the resource group.", _GROUP, COMMON),
    Code("PublicIPCountLimitReached", "quota", "", "Use fewer public IP addresses or instances, or request more quota.", COUNT, COMMON),
    Code("SubnetIsFull", "capacity", "The subnet has too few free addresses for the instances.", "Choose a larger subnet, or ask for fewer instances.", None, COMMON),
    Code("SkuNotAvailable", "capacity", "This size is not on offer here for your subscription.", "Choose another size, region or zone.", SIZE, COMMON),
    Code("AllocationFailed", "capacity", "Azure has no room for these instances right now.", "Try later, or choose another size, region or zone.", SIZE, ALLOCATION),
    Code("ZonalAllocationFailed", "capacity", "The chosen zone has no room for these instances right now.", "Try later, or choose another zone or size.", SIZE, ALLOCATION),
    Code("AllocationFailedSpot", "capacity", "Azure has no room for these Spot instances right now.", "Try later, or choose another size, region or zone, or regular priority.", SIZE, ALLOCATION),
    Code("OverconstrainedAllocationRequest", "capacity", "No place in Azure meets all the wishes of this request at once.", "Loosen one of them: size, zone, placement group, accelerated networking or disk type.", SIZE, ALLOCATION),
    Code("OverconstrainedZonalAllocationRequest", "capacity", "No place in the chosen zone meets all the wishes of this request at once.", "Loosen one of them: zone, size, placement group, accelerated networking or disk type.", SIZE, ALLOCATION),
    # what is there
    Code("ResourceGroupNotFound", "missing", "The resource group does not exist in this subscription.", "Choose another resource group, or create it first.", _GROUP, COMMON),
    Code("SubscriptionNotFound", "missing", "The subscription does not exist, or you cannot see it.", "Choose another subscription, or sign in with an account that has it.", _SUBSCRIPTION, COMMON),
    Code("ResourceNotFound", "missing", "The scale set does not exist.", "Check its name and resource group.", None, COMMON),
    Code("ParentResourceNotFound", "missing", "What this belongs to does not exist.", "Create it first, or check its name and resource group.", None, COMMON),
    # what gets in the way
    Code("ResourceGroupBeingDeleted", "conflict", "The resource group is being deleted.", "Choose another one, or wait until it is gone and create it anew.", _GROUP, COMMON),
    Code("AnotherOperationInProgress", "conflict", "Another change of the scale set or of something that it uses is running.", _ENDED, None, COMMON),
    Code("OperationPreempted", "conflict", "A newer change of the scale set took the place of this one.", "Look at the scale set as it is now, then decide whether to send this again.", None, THREADS),
    Code("RollingUpgradeInProgress", "conflict", "A rolling upgrade of the scale set is running.", "Wait until it has ended, or cancel it; then try again.", None, UPGRADES),
    Code("ReferencedResourceNotProvisioned", "conflict", "A resource that the request refers to is not ready.", "Wait until its own change has ended. If that failed, have it repaired first.", None, THREADS),
    Code("AttachDiskWhileBeingDetached", "conflict", "A disk is still being detached.", _ENDED, None, MACHINES),
    Code("DiskBlobPendingCopy", "conflict", "A disk is still being copied.", _ENDED, None, MACHINES),
    Code("AcquireDiskLeaseFailed", "conflict", "A disk is held by something else.", "Wait until the other one has let it go, or use another disk.", None, MACHINES),
    Code("PreconditionFailed", "changed", "The scale set changed since it was read.", "Look at what is different now, then send again. The mark also changes while instances come and go.", None, PROTOCOL),
    Code("InvalidAuthenticationTokenTenant", "sign-in", "The subscription belongs to another directory than the one you signed in to.", "Sign in to the directory of the subscription.", _SUBSCRIPTION, COMMON),
    Code("ExpiredAuthenticationToken", "sign-in", "Your sign-in has expired.", "Sign in again.", None, PROTOCOL),
    Code("RetryableErrorDueToAnotherOperation", "throttled", _WAITS, "Wait until that operation has ended; a submission here goes on by itself.", None, THREADS),
    Code("RetryableError", "throttled", "Azure says that this may go by.", "Try again in some minutes.", None, THREADS),
    Code("TooManyRequests", "throttled", _PAUSE, _BY_ITSELF, None, PROTOCOL),
    Code("SubscriptionRequestsThrottled", "throttled", _PAUSE, _BY_ITSELF, None, COMMON),
    # Azure's own trouble
    Code("InternalServerError", "outage", _TROUBLE, _LATER, None, COMMON),
    Code("InternalExecutionError", "outage", _TROUBLE, _LATER, None, MACHINES),
    Code("InternalOperationError", "outage", _TROUBLE, _LATER, None, MACHINES),
    Code("NetworkingInternalOperationError", "outage", "Azure had trouble of its own with the network.", _LATER, None, MACHINES),
    Code("DiskServiceInternalError", "outage", "Azure had trouble of its own with a disk.", _LATER, None, THREADS),
    Code("VMStartTimedOut", "outage", "An instance did not start in time.", "Look whether it runs meanwhile; then try again later, or choose another size.", None, MACHINES),
    Code("VMRedeploymentTimedOut", "outage", "An instance could not be set up anew in time.", _LATER, None, MACHINES),
    Code("VMAgentStatusCommunicationError", "form", "The agent on the instances does not report to Azure.", "Check that the image has an agent that runs, and that the network lets it reach Azure.", IMAGE, MACHINES),
    # where Azure gives no code
    Code("GoneMeanwhile", "missing", "The scale set is not there: somebody deleted it meanwhile.", "Look into the activity log in Azure, then send the request again.", None, OURS),
    Code("ProxyRefuses", "gateway", "A proxy on the way refuses to connect to Azure. Nothing was sent.", "Tell the people who run this service, or its network.", None, OURS),
    Code("CertificateNotTrusted", "gateway", "What answered in Azure's place has a certificate that is not trusted here. Nothing was sent.", "Tell the people who run this service, or its network: a proxy may look into connections.", None, OURS),
    Code("NotThereAfterAll", "unknown", "The answer to the request was a success without any word, and the scale set is not there.", "Something between here and Azure may have given it. Send the request again.", None, OURS),
    Code("FailedAfterAll", "unknown", "Azure called the operation a success, but the scale set is in a failed state.", "Look at it in Azure: its instances may say what went wrong. Then send the request again.", None, OURS),
    Code("DeleteFailed", "conflict", "The scale set is still there.", "Look at it in Azure, then delete it again.", None, OURS),
    Code("KeyNotHere", "unknown", "A part of this service was started before a key was added, and cannot read what that key encrypts.", "Nothing is lost: it goes on once those who run the service have restarted that part.", None, OURS),
)  # fmt: skip

CODES: Final[Mapping[str, Code]] = {row.name.casefold(): row for row in _ROWS}
"""By code in lower case, since Azure does not always write it alike."""

VAGUE: Final = frozenset(
    code.casefold()
    for code in (
        "BadRequest", "Conflict", "InvalidParameter", "InvalidParameterValue", "InvalidRequest", "OperationNotAllowed",
        "NotSupported", "NotAllowed", "Forbidden", "NotFound", "InvalidRequestContent", "InvalidRequestFormat", "InvalidJson",
        "InvalidTemplateDeployment", "InvalidTemplate", "DeploymentFailed", "ResourceDeploymentFailure",
        "ResourceOperationFailure", "ResourcePurchaseValidationFailed", "MultipleErrorsOccurred", "ValidationFailed",
        "InvalidRequestParameter", "Failed", "Failure", "Error", "UnknownError", "PreflightValidationCheckFailed",
        "DisallowedOperation", "RetryableError", "FailedIdentityOperation", "InternalServerError",
    )
)  # fmt: skip
"""Codes that only say that something was refused or failed: the message decides what."""

REFUSING: Final = frozenset(
    code for code in VAGUE if code.startswith(("badrequest", "invalid", "validation", "preflight"))
)
"""Those of them that mean the request, whatever status they come with."""

_REFUSES: Final = (
    "Invalid|NotAllowed|NotSupported|Unsupported|Must|Required|Missing|Cannot|CanBe|Only|Mismatch|Conflicting|Different|"
    "Exceed|OutOfRange|AlreadyExist|InUse|Incompatible|NotPermitted|Improper|Incorrect|Duplicate|Malformed|TooLong|TooMany|TooLarge"
)

_NAMES: Final[tuple[tuple[str, Cause, Path | None], ...]] = (
    (r"Throttl|TooManyRequests|RateLimit", "throttled", None),
    (r"Policy(?!CanBe)(?!.*(?:Must|Cannot|Only|Invalid|Not))|Disallowed", "policy", None),
    (r"Quota|(?:Count|Core|Cores)?LimitReached|(?:Count)?LimitExceeded", "quota", COUNT),
    (r"NotRegistered|Registration|FeatureNotEnabled|NotOnboarded", "registration", None),
    (r"AllocationFail|Overconstrained|NotEnoughCapacity|OutOfCapacity|InsufficientCapacity|CapacityRestrict", "capacity", SIZE),
    (r"Lock(?:ed)?$", "permission", None),
    (r"Authoriz|Forbidden|AccessDenied|Unauthorized|PermissionDenied", "permission", None),
    (r"InProgress|BeingDeleted|BeingUpdated|Preempted|Concurrent|NotInSucceededState|Busy$", "conflict", None),
    (r"Unhealthy|RollingUpgrade", "form", _ROLLING),
    (r"Extension.*(?:Error|Timeout|TimedOut|Failed|Failure)", "form", _EXTENSIONS),
    (r"^OSProvisioning", "form", IMAGE),
    (r"Internal.*Error|InternalError|ServiceUnavailable|ServerError|Transient|TimedOut|Timeout", "outage", None),
    (_REFUSES, "form", None),
    (r"NotFound|DoesNotExist", "missing", None),
)  # fmt: skip

FAMILIES: Final = tuple((re.compile(pattern), cause, place) for pattern, cause, place in _NAMES)
"""What a code says by its name, when nobody wrote it down."""


def family(code: str) -> tuple[Cause, Path | None] | None:
    """Whose turn a code is by its name, and the field of such errors; None where its name does not tell."""
    for pattern, cause, place in FAMILIES:
        if pattern.search(code):
            return cause, place
    return None
