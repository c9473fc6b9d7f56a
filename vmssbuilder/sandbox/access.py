"""Who is asking, whether they may, and what they sent: what every part of Resource Manager begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import jwt

from . import entra, intake, tokens, world
from .memory import Memory, ScaleSet, scale_set_key
from .messages import IncomingRequest, Refusal

AUDIENCES: Final = (world.CLOUD.arm_url, f"{world.CLOUD.arm_url}/")
_GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def authenticated(request: IncomingRequest) -> world.Account:
    """The person of the bearer token. Refuses with 401 as Azure does."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorised(
            "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
        )
    try:
        claims = tokens.verified(token.strip(), audience=AUDIENCES, issuer=entra.ISSUER)
    except jwt.ExpiredSignatureError:
        raise _unauthorised(
            "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."
        ) from None
    except jwt.InvalidAudienceError:
        message = f"The access token has been obtained for wrong audience or resource. It should exactly match '{AUDIENCES[1]}'."
        raise _unauthorised("InvalidAuthenticationTokenAudience", message) from None
    except jwt.InvalidIssuerError:
        message = "The access token is from the wrong issuer. It must match the tenant associated with this subscription."
        raise _unauthorised("InvalidAuthenticationTokenTenant", message) from None
    except jwt.InvalidTokenError:
        raise _unauthorised("InvalidAuthenticationToken", "The access token is invalid.") from None
    account = world.account_by_oid(claims["oid"])
    if account is None:
        raise _unauthorised("InvalidAuthenticationToken", "The access token names an unknown person.")
    return account


def _unauthorised(code: str, message: str) -> Refusal:
    place = f"{world.CLOUD.authority_url}/{world.TENANT}"
    challenge = f'Bearer authorization_uri="{place}", error="invalid_token", error_description="{message}"'
    return Refusal(401, code, message, headers={"WWW-Authenticate": challenge})


def authorised(account: world.Account, action: str, scope: str) -> None:
    """Refuses a write that the person's role does not allow, or that no role could."""
    subscription = world.SUBSCRIPTIONS[scope.split("/")[2]]
    if account.azure_role == "Contributor" and not subscription.read_only:
        if subscription.state == "Disabled":
            message = (
                f"The subscription '{subscription.id}' is disabled and therefore marked as read only. You cannot perform"
                " any write actions on this subscription until it is re-enabled."
            )
            raise Refusal(409, "ReadOnlyDisabledSubscription", message)
        return
    message = (
        f"The client '{account.username}' with object id '{account.oid}' does not have authorization to perform action"
        f" '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your"
        " credentials."
    )
    raise Refusal(403, "AuthorizationFailed", message)


def no_such_method(method: str) -> Refusal:
    """The refusal of a method that the route has not."""
    return Refusal(
        405, "HttpMethodNotSupported", f"The requested resource does not support http method '{method}'."
    )


def known_subscription(written: str) -> str:
    """The id as the world knows it."""
    if not re.fullmatch(_GUID, written):
        message = f"The provided subscription identifier '{written[:80]}' is malformed or invalid."
        raise Refusal(400, "InvalidSubscriptionId", message)
    if written.lower() not in world.SUBSCRIPTIONS:
        raise Refusal(404, "SubscriptionNotFound", f"The subscription '{written}' could not be found.")
    return written.lower()


def known_group(memory: Memory, subscription: str, name: str) -> tuple[str, str]:
    """The key of a resource group."""
    key = (known_subscription(subscription), name.lower())
    if key not in memory.groups:
        raise Refusal(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    return key


def existing_scale_set(memory: Memory, found: tuple[str, ...]) -> ScaleSet:
    """The scale set of subscription, group and name. Refuses when there is none."""
    known_group(memory, found[0], found[1])
    scale_set = memory.scale_sets.get(scale_set_key(*found[:3]))
    if scale_set is None:
        message = (
            f"The Resource 'Microsoft.Compute/virtualMachineScaleSets/{found[2]}' under resource group"
            f" '{found[1]}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        raise Refusal(404, "ResourceNotFound", message)
    return scale_set


def writable_scale_set(
    memory: Memory, account: world.Account, found: tuple[str, ...], right: str
) -> tuple[str, str, str]:
    """The key of subscription, group and name, for who may do that to it: `write`, `delete`, `start/action`."""
    subscription = known_subscription(found[0])
    scope = f"/subscriptions/{subscription}/resourceGroups/{found[1]}/providers/Microsoft.Compute/virtualMachineScaleSets/{found[2]}"
    authorised(account, f"Microsoft.Compute/virtualMachineScaleSets/{right}", scope)
    known_group(memory, found[0], found[1])
    return scale_set_key(subscription, found[1], found[2])


def not_busy(memory: Memory, key: tuple[str, str, str]) -> None:
    """Refuses while something is under way on the scale set."""
    if memory.busy(key) is not None:
        message = f"The request failed due to conflict with a concurrent request on the scale set '{key[2]}'."
        raise Refusal(409, "AnotherOperationInProgress", message)


def object_of(request: IncomingRequest) -> tuple[dict[str, Any], str]:
    """The body as a JSON object, and its text."""
    text = request.body.decode("utf-8", errors="replace")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(
            415,
            "UnsupportedMediaType",
            "The content media type is not supported. Only 'application/json' is supported.",
        )
    try:
        value = intake.parse(text)
    except (ValueError, RecursionError) as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise Refusal(400, "InvalidRequestContent", message) from None
    if not isinstance(value, dict):
        message = (
            "The request content was invalid and could not be deserialized: 'a JSON object is expected'."
        )
        raise Refusal(400, "InvalidRequestContent", message)
    return value, text


def region_of(body: Mapping[str, Any], resource_type: str) -> str:
    """The name of the region that the body asks for."""
    location = body.get("location")
    if not isinstance(location, str) or not location.strip():
        raise Refusal(400, "LocationRequired", "The location property is required for this definition.")
    region = world.region(location)
    if region is None:
        names = ",".join(world.REGIONS)
        message = (
            f"The provided location '{location[:80]}' is not available for resource type"
            f" 'Microsoft.Compute/{resource_type}'. List of available regions for the resource type is '{names}'."
        )
        raise Refusal(400, "LocationNotAvailableForResourceType", message)
    return region.name
