"""One request to Azure Resource Manager, well done: token, throttling, retries and a single send, one layer each.

client = ArmClient(cloud("public"), lambda claims: token, open_session(cloud("public")))
client.get(ScaleSetAddress(subscription, "rg-shop", "web-prod"), "2024-07-01")
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode, urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from vmssbuilder.scaleset import versions

from . import operations
from .clouds import Cloud
from .errors import (
    AlreadyExists,
    AzureError,
    BadAnswer,
    ChangedMeanwhile,
    ClaimsChallenge,
    Conflict,
    ForeignAddress,
    LostAnswer,
    NotFound,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    refusal,
)
from .signin import NEW_TOKEN, decoded_claims

ATTEMPTS: Final = 5
PATIENCE: Final = 10.0
"""Longest pause, in seconds, that the client sits out itself; a longer one is for the caller to schedule."""

ANSWER_LIMIT: Final = 16_000_000
ANSWER_TIME: Final = 150.0
"""Longest time, in seconds, for an answer to arrive whole: a read timeout alone lets it drip for ever."""

SUBSCRIPTIONS_VERSION: Final = "2022-12-01"
GROUPS_VERSION: Final = "2021-04-01"

TokenProvider = Callable[[str | None], str]
"""Gives an access token. Its argument: None; claims that Azure demands; or NEW_TOKEN, "not the one you had"."""


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
class ScaleSet:
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


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through the layers."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it may be sent any number of times."""
        return self.method in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status below 400."""

    status: int
    url: str
    headers: Mapping[str, str]
    text: str
    request_id: str
    correlation_id: str
    client_request_id: str

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one for an empty body. Raises BadAnswer."""
        if not self.text.strip():
            return {}
        try:
            value = json.loads(self.text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise BadAnswer(
                "Azure's answer is not a JSON object.",
                status=self.status,
                raw=self.text,
                retryable=True,
                **self.ids,
            )
        return value

    @property
    def ids(self) -> dict[str, Any]:
        """The ids that Microsoft support asks for."""
        return {
            "request_id": self.request_id,
            "correlation_id": self.correlation_id,
            "client_request_id": self.client_request_id,
        }

    @property
    def retry_after(self) -> float | None:
        """Seconds that Azure asks to wait before the next request."""
        return seconds(self.headers.get("Retry-After"))


def seconds(header: str | None) -> float | None:
    """The seconds of a Retry-After header; Azure never sends a date there."""
    if header is None or not re.fullmatch(r"\s*\d{1,6}(\.\d{1,3})?\s*", header):
        return None
    return float(header)


Send = Callable[[Call], Answer]


# --- the layers, innermost first -------------------------------------------------------------------------------------


class SingleSend:
    """Sends once and reads the answer whole; whatever goes wrong becomes an error of ours."""

    def __init__(self, cloud: Cloud, session: requests.Session, user_agent: str, correlation_id: str) -> None:
        self._cloud = cloud
        self._session = session
        self._user_agent = user_agent
        self._correlation_id = correlation_id

    def __call__(self, call: Call) -> Answer:
        if not self._cloud.is_arm(call.url):
            raise ForeignAddress(
                f"“{call.url[:200]}” is not an address of {self._cloud.arm_host}. Nothing was sent there."
            )
        client_request_id = str(uuid.uuid4())
        headers = {
            "Authorization": f"Bearer {call.token}",
            "Accept": "application/json",
            # Azure translates its messages; ours are recognised by their English words.
            "Accept-Language": "en",
            "User-Agent": self._user_agent,
            "x-ms-client-request-id": client_request_id,
            "x-ms-return-client-request-id": "true",
            "x-ms-correlation-request-id": self._correlation_id,
            **call.headers,
        }
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        ids: dict[str, Any] = {"correlation_id": self._correlation_id, "client_request_id": client_request_id}
        try:
            with self._session.request(
                call.method, call.url, data=call.body, headers=headers, stream=True
            ) as response:
                text = _read(response)
                status, received = response.status_code, response.headers
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _no_answer(error, call, ids) from error
        ids["correlation_id"] = received.get("x-ms-correlation-request-id", self._correlation_id)
        ids["request_id"] = received.get("x-ms-request-id", "")
        if status >= 400:
            raise _refusal(status, received, text, call, ids)
        if status >= 300:
            raise BadAnswer(
                "Azure redirects to another address, which is not followed.", status=status, **ids
            )
        return Answer(status, call.url, received, text, **ids)


def _read(response: requests.Response) -> str:
    until = time.monotonic() + ANSWER_TIME
    pieces: list[bytes] = []
    length = 0
    for piece in response.iter_content(65_536):
        pieces.append(piece)
        length += len(piece)
        if length > ANSWER_LIMIT:
            raise requests.exceptions.ContentDecodingError(f"The answer is longer than {ANSWER_LIMIT} bytes.")
        if time.monotonic() > until:
            raise requests.exceptions.ReadTimeout(f"The answer took longer than {ANSWER_TIME} seconds.")
    return b"".join(pieces).decode("utf-8", errors="replace")


def _no_answer(error: Exception, call: Call, ids: Mapping[str, Any]) -> AzureError:
    if _never_connected(error):
        return Unreachable(
            "No connection to Azure came about.", code=type(error).__name__, retryable=True, **ids
        )
    return LostAnswer(
        "The connection broke before Azure's answer was complete.",
        code=type(error).__name__,
        retryable=True,
        uncertain=not call.reads,
        **ids,
    )


def _never_connected(error: BaseException) -> bool:
    """Whether it is certain that nothing was sent. requests hides the cause some levels down."""
    if isinstance(
        error,
        requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.SSLError,
    ):
        return True
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        here = queue.pop()
        if isinstance(here, NewConnectionError | ConnectTimeoutError):
            return True
        if isinstance(here, BaseException) and id(here) not in seen:
            seen.add(id(here))
            queue += [here.__cause__, here.__context__, getattr(here, "reason", None), *here.args]
    return False


def _refusal(
    status: int, headers: Mapping[str, str], text: str, call: Call, ids: Mapping[str, Any]
) -> AzureError:
    error = refusal(
        status,
        text,
        retry_after=seconds(headers.get("Retry-After")),
        # 408, 500, 502 and 504 may come from the front door while the provider goes on with the write; 503 likewise.
        uncertain=not call.reads and (status >= 500 or status == 408),
        **ids,
    )
    challenge = headers.get("WWW-Authenticate", "") if status == 401 else ""
    claims = challenged_claims(challenge)
    if claims is None:
        return error
    message = "Azure asks for a new sign-in with more proof."
    return ClaimsChallenge(message, claims=claims, status=status, code="insufficient_claims", raw=text, **ids)


def challenged_claims(header: str) -> str | None:
    """The claims that a WWW-Authenticate header demands, as JSON text; None when it demands none, or more than one set."""
    found = re.findall(r'\bclaims="([^"]*)"', header)
    return decoded_claims(found[0]) if len(found) == 1 else None


class Gate:
    """When the next request may go out, by subscription and kind. A request sent earlier would prolong Azure's wait."""

    def __init__(self) -> None:
        self._not_before: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def wait_for(self, call: Call) -> float:
        """Seconds to wait before the call may go out."""
        with self._lock:
            return max(0.0, self._not_before.get(self._bucket(call), 0.0) - time.monotonic())

    def close(self, call: Call, pause: float) -> None:
        """Holds back calls of the same kind for that many seconds."""
        with self._lock:
            bucket = self._bucket(call)
            self._not_before[bucket] = max(self._not_before.get(bucket, 0.0), time.monotonic() + pause)

    @staticmethod
    def _bucket(call: Call) -> tuple[str, str]:
        parts = urlsplit(call.url).path.split("/")
        subscription = parts[2].lower() if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""
        return subscription, {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(call.method, "writes")


class Throttle:
    """Keeps to the pauses that Azure asks for: short ones are sat out, long ones are raised as Throttled."""

    def __init__(self, inner: Send, gate: Gate, patience: float, sleep: Callable[[float], None]) -> None:
        self._inner = inner
        self._gate = gate
        self._patience = patience
        self._sleep = sleep

    def __call__(self, call: Call) -> Answer:
        pause = self._gate.wait_for(call)
        if pause > self._patience:
            message = f"Azure asked for a pause; {pause:.0f} seconds of it are left."
            raise Throttled(message, status=429, code="TooManyRequests", retryable=True, retry_after=pause)
        if pause > 0:
            self._sleep(pause)
        try:
            return self._inner(call)
        except Throttled as error:
            self._gate.close(call, error.retry_after if error.retry_after is not None else 5.0)
            raise


class Retry:
    """Sends again what is safe to send again: reads on any trouble, writes only when they surely did not arrive."""

    def __init__(self, inner: Send, attempts: int, patience: float, sleep: Callable[[float], None]) -> None:
        self._inner = inner
        self._attempts = attempts
        self._patience = patience
        self._sleep = sleep

    def __call__(self, call: Call) -> Answer:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._inner(call)
            except AzureError as error:
                pause = self._pause(error, attempt)
                if attempt == self._attempts or not _sendable_again(error, call) or pause > self._patience:
                    raise
                self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, error: AzureError, attempt: int) -> float:
        if isinstance(error, Throttled):
            # The gate below waits for as long as Azure asked; only a little spread is added here.
            asked = error.retry_after or 0.0
            return asked if asked > self._patience else random.uniform(0.0, 0.2)  # noqa: S311
        if error.retry_after is not None:
            return error.retry_after
        ceiling = min(self._patience, 0.5 * 2 ** (attempt - 1))
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - spreads load, guards nothing


def _sendable_again(error: AzureError, call: Call) -> bool:
    if isinstance(error, Unreachable | Throttled):
        return True
    return call.reads and isinstance(error, LostAnswer | ServiceTrouble)


class Token:
    """Puts the token on the call, and gets another one, once, when Azure does not accept it."""

    def __init__(self, inner: Send, provider: TokenProvider) -> None:
        self._inner = inner
        self._provider = provider

    def __call__(self, call: Call) -> Answer:
        token = self._provider(None)
        try:
            return self._inner(replace(call, token=token))
        except ClaimsChallenge as challenge:
            try:
                fresh = self._provider(challenge.claims)
            except SignInNeeded as needed:
                raise challenge from needed
            return self._inner(replace(call, token=fresh))
        except TokenRefused:
            with contextlib.suppress(SignInNeeded):
                fresh = self._provider(NEW_TOKEN)
                if fresh != token:
                    return self._inner(replace(call, token=fresh))
            raise


# --- the client ------------------------------------------------------------------------------------------------------


class ArmClient:
    """Azure Resource Manager for one person.

    token_provider: gives their access token. session: from `open_session`. correlation_id: ties the requests of one
    submission together at Microsoft; a GUID, made when not given. patience: the longest pause sat out here. gate: share
    one among the clients of a person, so that a pause that Azure asked for holds for all.
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
        gate: Gate | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.cloud = cloud
        self.correlation_id = correlation_id or str(uuid.uuid4())
        send: Send = SingleSend(cloud, session, user_agent, self.correlation_id)
        send = Throttle(send, gate or Gate(), patience, sleep)
        send = Retry(send, attempts, patience, sleep)
        self._send: Send = Token(send, token_provider)

    def send(
        self,
        method: str,
        url: str,
        document: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to an address of Resource Manager, through all layers. Raises AzureError."""
        if not self.cloud.is_arm(url):
            # Before anything else: no token is even asked for.
            raise ForeignAddress(
                f"“{url[:200]}” is not an address of {self.cloud.arm_host}. Nothing was sent there."
            )
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        return self._send(Call(method, url, body, headers or {}))

    def url(self, path: str, api_version: str, **query: str) -> str:
        """The address of a resource id or another path below Resource Manager's host."""
        return (
            f"{self.cloud.arm_url}{quote(path, safe='/')}?{urlencode({**query, 'api-version': api_version})}"
        )

    # --- one scale set ---------------------------------------------------------------------------------------------

    def get(self, address: ScaleSetAddress, api_version: str, *, user_data: bool = False) -> ScaleSet | None:
        """The scale set as it is, None when there is none. Raises AzureError, NotFound for a missing group too.

        user_data: ask for the user data as well, which Azure returns on request only (since 2021-03-01).
        """
        query = {"$expand": "userData"} if user_data else {}
        try:
            answer = self.send("GET", self._scale_set_url(address, api_version, **query))
        except NotFound as error:
            if error.code.lower() in {"resourcenotfound", "notfound", ""}:
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
                return operations.following(existing, "PUT", self._scale_set_url(address, api_version))
            if existing is not None:
                raise _already_exists(address)
        headers = {} if overwrite else self._condition(api_version, "If-None-Match", "*")
        return self._write("PUT", address, api_version, document, headers, fresh=not overwrite)

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
        return self._write(
            method or ("PATCH" if patches else "PUT"), address, api_version, document, headers, fresh=False
        )

    def delete(
        self, address: ScaleSetAddress, api_version: str, *, force: bool = False
    ) -> operations.Operation:
        """Deletes the scale set and its instances. Nothing there is success."""
        query = {"forceDeletion": "true"} if force else {}
        url = self._scale_set_url(address, api_version, **query)
        resource_url = self._scale_set_url(address, api_version)
        try:
            return operations.begun("DELETE", resource_url, self.send("DELETE", url), self.cloud)
        except NotFound as error:
            if error.code.lower() in {"resourcenotfound", "notfound", ""}:
                return operations.ended("DELETE", resource_url, operations.SUCCEEDED)
            raise
        except AzureError as error:
            if not error.uncertain:
                raise
            # Deleting twice deletes once.
            return operations.begun("DELETE", resource_url, self.send("DELETE", url), self.cloud)

    def _write(
        self,
        method: str,
        address: ScaleSetAddress,
        api_version: str,
        document: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        fresh: bool,
    ) -> operations.Operation:
        url = self._scale_set_url(address, api_version)
        try:
            return operations.begun(method, url, self.send(method, url, document, headers), self.cloud)
        except AzureError as error:
            if not error.uncertain:
                raise
            # The answer is lost, not necessarily the write: look before sending again.
            found = self._look(address, api_version, error)
            if found is not None and (fresh or _is_work_of(document, found)):
                return operations.following(found, method, url)
        try:
            return operations.begun(method, url, self.send(method, url, document, headers), self.cloud)
        except (ChangedMeanwhile, Conflict) as error:
            # The first one arrived after we had looked.
            found = self._look(address, api_version, error) if fresh else None
            if found is None:
                raise
            return operations.following(found, method, url)

    def _look(self, address: ScaleSetAddress, api_version: str, uncertain: AzureError) -> ScaleSet | None:
        try:
            return self.get(address, api_version)
        except AzureError as error:
            # Still in the dark: the caller must hear that the write may have arrived, whatever the look ran into.
            raise uncertain from error

    def _scale_set_url(self, address: ScaleSetAddress, api_version: str, **query: str) -> str:
        return self.url(address.resource_id, api_version, **query)

    @staticmethod
    def _condition(api_version: str, header: str, value: str) -> dict[str, str]:
        return {header: value} if versions.within(api_version, versions.ETAG_SINCE) else {}

    # --- lists -----------------------------------------------------------------------------------------------------

    def pages(self, path: str, api_version: str, **query: str) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page. A next page anywhere else raises ForeignAddress."""
        url: str | None = self.url(path, api_version, **query)
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            page = self.send("GET", url).json()
            items = page.get("value")
            yield from (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
            following = page.get("nextLink")
            url = following if isinstance(following, str) else None

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


def scale_set(address: ScaleSetAddress, api_version: str, answer: Answer) -> ScaleSet:
    """The scale set of an answer that carries one."""
    document = answer.json()
    etag = document.get("etag") or answer.headers.get("ETag")
    return ScaleSet(address, api_version, document, etag if isinstance(etag, str) else None)


def _already_exists(address: ScaleSetAddress) -> AlreadyExists:
    message = (
        f"There is already a scale set “{address.name}” in the resource group “{address.resource_group}”."
    )
    return AlreadyExists(message, status=409, code="AlreadyExists", target="name")


def _is_work_of(document: Mapping[str, Any], found: ScaleSet) -> bool:
    """Whether the scale set shows that the document was accepted: a change is running, or it is already there."""
    running = found.provisioning_state.lower() not in operations.TERMINAL
    return running or _shows(document, found.document)


def _shows(wanted: Any, live: Any) -> bool:
    """Whether everything wanted is in the live resource. Secrets never are, so a document with one is never shown."""
    if isinstance(wanted, Mapping):
        return isinstance(live, dict) and all(
            name in live and _shows(value, live[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(_shows, wanted, live))
    return bool(wanted == live)
