"""Azure Resource Manager for one person: scale sets, long-running operations, lists."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

import requests

from vmssbuilder.scaleset import versions

from . import operations
from .clouds import Cloud
from .errors import AlreadyExists, AzureError, BadAnswer, ChangedMeanwhile, Conflict, NotFound
from .receiving import Answer
from .sending import (
    ArmRequest,
    Retry,
    Send,
    SingleSend,
    Throttle,
    Token,
    TokenProvider,
    backoff,
    custom,
    foreign,
    unconditional,
)
from .throttling import Gate, SharedGate

__all__ = ["ArmClient", "Gate", "LiveScaleSet", "ScaleSetAddress", "TokenProvider", "scale_set"]

ATTEMPTS: Final = 5
PATIENCE: Final = 10.0
"""Longest pause, in seconds, that the client sits out itself; a longer one is for the caller to schedule."""

PAGES_LIMIT: Final = 1000
"""Longest list, in pages, that is followed to its end."""

SUBSCRIPTIONS_VERSION: Final = "2022-12-01"
GROUPS_VERSION: Final = "2021-04-01"

_MISSING: Final = frozenset({"resourcenotfound", "notfound"})
"""Codes by which Azure says that there is no scale set. A 404 without one is some proxy's, and says nothing."""


@dataclass(frozen=True, slots=True)
class ScaleSetAddress:
    """Where a scale set is. Raises ValueError for parts that cannot stand in an address."""

    subscription: str
    resource_group: str
    name: str

    def __post_init__(self) -> None:
        for what, value in (
            ("subscription", self.subscription),
            ("resource group", self.resource_group),
            ("name", self.name),
        ):
            _segment(what, value)

    @property
    def resource_id(self) -> str:
        """The ARM resource id."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )


def _segment(what: str, value: str) -> None:
    # Dots alone would climb up the path: `..` survives percent-encoding.
    if not value.strip() or not value.strip(".") or re.search(r"[\x00-\x1f/\\?#%]", value):
        raise ValueError(f"“{value}” cannot be the {what} of a scale set.")


@dataclass(frozen=True, slots=True)
class LiveScaleSet:
    """A scale set as Azure returned it: without secrets, with read-only members."""

    address: ScaleSetAddress
    api_version: str
    document: dict[str, Any]
    etag: str | None

    @property
    def provisioning_state(self) -> str:
        """`Succeeded`, `Failed`, `Creating` and so on; Azure means Succeeded where it says nothing."""
        properties = self.document.get("properties")
        state = properties.get("provisioningState") if isinstance(properties, dict) else None
        return state if isinstance(state, str) and state else "Succeeded"


# --- the client ------------------------------------------------------------------------------------------------------


class ArmClient:
    """Azure Resource Manager for one person.

    token_provider: gives their access token. session: from `open_session`. correlation_id: ties the requests of one
    submission together at Microsoft; a GUID, made when not given. attempts: how often a request is sent at most.
    patience: the longest pause sat out here; a longer one is raised as Throttled. gate: share one among the clients of a
    person, so that a pause that Azure asked for holds for all; across processes too, see `throttling.SharedGate`.
    region: of the resources that are worked on, for the limits that hold for one region. pause: seconds between two
    questions about an operation where Azure does not say how many. before_write: called right before a request that may
    change something leaves, each time it does; what it raises keeps the request back.
    """

    def __init__(
        self,
        cloud: Cloud,
        token_provider: TokenProvider,
        session: requests.Session,
        *,
        correlation_id: str | None = None,
        user_agent: str = "vmssbuilder",
        attempts: int = ATTEMPTS,
        patience: float = PATIENCE,
        gate: SharedGate | None = None,
        region: str = "",
        pause: float = operations.DEFAULT_PAUSE,
        sleep: Callable[[float], None] = time.sleep,
        before_write: Callable[[], None] | None = None,
    ) -> None:
        self.cloud = cloud
        self.session = session
        """For hosts of the same cloud that need no token, such as the list of prices."""
        self.pause = pause
        self.correlation_id = correlation_id or str(uuid.uuid4())
        self.remaining: dict[str, int] = {}
        """Requests that are left, by limit, as the newest answers told."""
        self._attempts = attempts
        self._patience = patience
        self._sleep = sleep
        send: Send = SingleSend(cloud, session, user_agent, self.correlation_id, self.remaining, before_write)
        send = Throttle(send, gate or Gate(), region, patience, sleep)
        send = Retry(send, attempts, patience, sleep)
        self._send: Send = Token(send, token_provider)

    def send(
        self,
        method: str,
        url: str,
        document: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        harmless: bool = False,
        cookies: dict[str, str] | None = None,
    ) -> Answer:
        """One request to an address of Resource Manager, through all layers.

        harmless: a POST that changes nothing, and so may be sent again like a GET. cookies: sent along; what the answer
        sets is put there. Raises AzureError; ValueError for a header that the client sets itself.
        """
        if not self.cloud.is_arm(url):
            # Before anything else: no token is even asked for.
            raise foreign(url, self.cloud)
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        return self._send(
            ArmRequest(method, url, body, custom(headers or {}), harmless=harmless, cookies=cookies)
        )

    def begin(
        self,
        method: str,
        url: str,
        document: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        harmless: bool = False,
        result: operations.Result = "location",
    ) -> operations.Operation:
        """Sends a request that may start a long-running operation, to be stepped to its end.

        headers: of the caller; all but conditions (`If-Match` and the like) are repeated with every question about the
        operation. When an answer is lost, or Azure has trouble, a PUT or PATCH looks at the resource before it is sent
        again, a DELETE is sent again (deleting twice deletes once), and a POST only when it is harmless. Raises AzureError;
        with `uncertain`, the request may have been accepted all the same.
        """
        fresh = any(name.lower() == "if-none-match" for name in headers or {})
        return self._begin(
            method, url, document, headers or {}, fresh=fresh, harmless=harmless, result=result
        )

    def _begin(
        self,
        method: str,
        url: str,
        document: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        resource_url: str = "",
        fresh: bool = False,
        harmless: bool = False,
        result: operations.Result = "location",
    ) -> operations.Operation:
        """See `begin`. fresh: nothing was there before, so that whatever is there now is the work of this request."""
        headers = headers or {}
        kept = unconditional(headers)
        cookies: dict[str, str] = {}
        attempt = 1
        while True:
            try:
                answer = self.send(method, url, document, headers, harmless=harmless, cookies=cookies)
                return operations.begun(
                    method,
                    resource_url or url,
                    answer,
                    self.cloud,
                    headers=kept,
                    cookies=cookies,
                    result=result,
                    pause=self.pause,
                )
            except (ChangedMeanwhile, Conflict) as error:
                # It may have been an earlier attempt that changed the resource, when it arrived after we had looked.
                if attempt == 1 or not (
                    found := self._arrived(url, document, kept, cookies, error, fresh=fresh)
                ):
                    raise
                return operations.following(found, method, url, headers=kept, cookies=cookies)
            except AzureError as error:
                pause = backoff(error, attempt, self._patience)
                last = attempt >= self._attempts or pause > self._patience
                if not error.uncertain or method == "POST" or last:
                    raise
                # The answer is lost, not necessarily the write: look before sending again. Deleting twice deletes once.
                if method != "DELETE" and (
                    found := self._arrived(url, document, kept, cookies, error, fresh=fresh)
                ):
                    return operations.following(found, method, url, headers=kept, cookies=cookies)
                self._sleep(pause)
                attempt += 1

    def _arrived(
        self,
        url: str,
        document: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
        doubt: AzureError,
        *,
        fresh: bool,
    ) -> dict[str, Any] | None:
        """The resource, when it shows that a write whose answer was lost was accepted. Raises the doubt when in the dark."""
        try:
            found = self.send("GET", url, headers=headers, cookies=dict(cookies)).json()
        except NotFound as error:
            if error.code.lower() in _MISSING:
                return None
            raise doubt from error
        except AzureError as error:
            # The caller must hear that the write may have arrived, whatever the look ran into.
            raise doubt from error
        return found if fresh or _is_work_of(document or {}, found) else None

    def url(self, path: str, api_version: str, **query: str) -> str:
        """The address of a resource id or another path below Resource Manager's host."""
        return (
            f"{self.cloud.arm_url}{quote(path, safe='/')}?{urlencode({**query, 'api-version': api_version})}"
        )

    # --- one scale set ---------------------------------------------------------------------------------------------

    def get(
        self, address: ScaleSetAddress, api_version: str, *, user_data: bool = False
    ) -> LiveScaleSet | None:
        """The scale set as it is, None when there is none. Raises AzureError, NotFound for a missing group too.

        user_data: ask for the user data as well, which Azure returns on request only (since 2021-03-01).
        """
        query = {"$expand": "userData"} if user_data else {}
        try:
            answer = self.send("GET", self._scale_set_url(address, api_version, **query))
        except NotFound as error:
            if error.code.lower() in _MISSING:
                return None
            raise
        return scale_set(address, api_version, answer)

    def create(
        self,
        address: ScaleSetAddress,
        api_version: str,
        document: Mapping[str, Any],
        *,
        overwrite: bool = False,
        resuming: bool = False,
    ) -> operations.Operation:
        """Creates the scale set (PUT); the answer's operation is then stepped to its end.

        It never overwrites: AlreadyExists is raised when there is one, and where the version has it `If-None-Match`
        makes Azure see to that as well. overwrite: replace what is there. resuming: an earlier attempt, whose answer
        was not kept, may have been accepted; then what is there is taken to be its work and is followed to its end.
        """
        if not overwrite:
            existing = self.get(address, api_version)
            if existing is not None and resuming:
                return operations.following(
                    existing.document, "PUT", self._scale_set_url(address, api_version)
                )
            if existing is not None:
                raise _already_exists(address)
        headers = {} if overwrite else self._condition(api_version, "If-None-Match", "*")
        url = self._scale_set_url(address, api_version)
        return self._begin("PUT", url, document, headers, fresh=not overwrite)

    def update(
        self,
        address: ScaleSetAddress,
        api_version: str,
        document: Mapping[str, Any],
        *,
        method: Literal["PATCH", "PUT"] | None = None,
        etag: str | None = None,
    ) -> operations.Operation:
        """Changes the scale set: PATCH with the members that change, PUT with the whole where the version has no PATCH.

        etag: of the scale set that was read; where the version has it, Azure then refuses with ChangedMeanwhile when
        somebody else changed it since.
        """
        patches = versions.within(api_version, versions.PATCH_SINCE)
        if method == "PATCH" and not patches:
            raise ValueError(
                f"API version {api_version} has no PATCH; it first appears in {versions.PATCH_SINCE}."
            )
        headers = self._condition(api_version, "If-Match", etag) if etag else {}
        url = self._scale_set_url(address, api_version)
        return self._begin(method or ("PATCH" if patches else "PUT"), url, document, headers)

    def delete(
        self, address: ScaleSetAddress, api_version: str, *, force: bool = False
    ) -> operations.Operation:
        """Deletes the scale set and its instances. Nothing there is success."""
        query = {"forceDeletion": "true"} if force else {}
        url = self._scale_set_url(address, api_version, **query)
        resource_url = self._scale_set_url(address, api_version)
        try:
            return self._begin("DELETE", url, resource_url=resource_url)
        except NotFound as error:
            if error.code.lower() in _MISSING:
                return operations.ended("DELETE", resource_url, operations.SUCCEEDED)
            raise

    def _scale_set_url(self, address: ScaleSetAddress, api_version: str, **query: str) -> str:
        return self.url(address.resource_id, api_version, **query)

    @staticmethod
    def _condition(api_version: str, header: str, value: str) -> dict[str, str]:
        return {header: value} if versions.within(api_version, versions.ETAG_SINCE) else {}

    # --- lists -----------------------------------------------------------------------------------------------------

    def pages(self, path: str, api_version: str, **query: str) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page.

        A list that leads back to a page ends after one round. Raises ForeignAddress for a next page anywhere else, BadAnswer
        for a page that is no list and for a list without end: half a list would look like a whole one.
        """
        url = self.url(path, api_version, **query)
        read: set[str] = set()
        while len(read) < PAGES_LIMIT:
            read.add(url)
            answer = self.send("GET", url)
            page = answer.json()
            items, following = page.get("value"), _next(page)
            if not isinstance(items, list) or not isinstance(following, str | None):
                message = "Azure's answer is not a list."
                raise BadAnswer(message, status=answer.status, raw=answer.text, retryable=True, **answer.ids)
            yield from (item for item in items if isinstance(item, dict))
            if not following:
                return
            url = following
            if url in read:
                # A list that leads in a circle has been read whole after one round.
                return
        raise BadAnswer("Azure's list goes on without end.")

    def subscriptions(self) -> list[dict[str, Any]]:
        """The subscriptions that the person can see."""
        return list(self.pages("/subscriptions", SUBSCRIPTIONS_VERSION))

    def resource_groups(self, subscription: str) -> list[dict[str, Any]]:
        """The resource groups of a subscription."""
        _segment("subscription", subscription)
        return list(self.pages(f"/subscriptions/{subscription}/resourcegroups", GROUPS_VERSION))

    def locations(self, subscription: str) -> list[dict[str, Any]]:
        """The regions open to a subscription."""
        _segment("subscription", subscription)
        return list(self.pages(f"/subscriptions/{subscription}/locations", SUBSCRIPTIONS_VERSION))


_NEXT: Final = ("nextLink", "@odata.nextLink", "odata.nextLink", "@nextLink")


def _next(page: Mapping[str, Any]) -> Any:
    """Where the list goes on, by any of the names that services have for it."""
    return next((page[name] for name in _NEXT if page.get(name)), None)


def scale_set(address: ScaleSetAddress, api_version: str, answer: Answer) -> LiveScaleSet:
    """The scale set of an answer that carries one."""
    document = operations.whole(answer)
    etag = document.get("etag") or answer.headers.get("ETag")
    # It goes back as a header, which takes no other characters.
    fits = isinstance(etag, str) and re.fullmatch(r"[!-~]{1,200}", etag)
    return LiveScaleSet(address, api_version, document, etag if fits else None)


def _already_exists(address: ScaleSetAddress) -> AlreadyExists:
    message = (
        f"There is already a scale set “{address.name}” in the resource group “{address.resource_group}”."
    )
    return AlreadyExists(message, status=409, code="AlreadyExists", target="name")


def _is_work_of(document: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether the resource shows that the document was accepted: a change is running, or it is already there."""
    return operations.is_running(found) or _shows(document, found)


def _shows(wanted: Any, live: Any) -> bool:
    """Whether everything wanted is in the live resource. Secrets never are, so a document with one is never shown."""
    if isinstance(wanted, Mapping):
        return isinstance(live, dict) and all(
            # null takes a member away, so it is shown where there is none.
            _shows(value, live.get(name))
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(_shows, wanted, live))
    return bool(wanted == live)
