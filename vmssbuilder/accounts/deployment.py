"""Whether an installation can sign people in and reach Azure: each thing looked at, and how to mend what is missing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

import requests
from cryptography import x509
from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse
from requests.utils import get_environ_proxies

from vmssbuilder.azure import AzureError, Cloud, cloud, open_session
from vmssbuilder.azure.clouds import is_loopback
from vmssbuilder.azure.signin import ANY_TENANT, CLOCK_SKEW, MANY_TENANTS, read_certificate
from vmssbuilder.encryption import CannotDecrypt, Encrypted, key_ids, ready, samples

from . import demo, entra, keyholders
from .checks import KEY_LENGTH, problems

Outcome = Literal["good", "note", "bad", "unknown"]

SKEW_WORTH_A_WORD: Final = 30.0
EXPIRES_SOON: Final = 30
"""Days before a certificate's end that are worth a word."""
TIMEOUT: Final = (10.0, 20.0)

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ARM_PROBE: Final = "/subscriptions?api-version=2022-12-01"

_CREDENTIAL_CURES: Final = {
    "AADSTS7000215": "Copy the secret's value, not its id, from “Certificates & secrets”.",
    "AADSTS7000222": "The secret has expired: make a new one under “Certificates & secrets”.",
    "AADSTS700016": "VMSSBUILDER_CLIENT_ID is not a registration in this tenant: copy “Application (client) ID”.",
    "AADSTS700027": "Upload this certificate under “Certificates & secrets”, “Certificates”.",
    "AADSTS7000229": "The registration has no enterprise application in this tenant: an administrator must consent there.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. cure: what to do, where something is missing."""

    outcome: Outcome
    title: str
    text: str
    cure: str = ""


def checks(url: str = "") -> Iterator[Check]:
    """Everything, one after the other. url: the address at which people open the product, when it is known.

    What depends on something that is missing is left out.
    """
    yield from _settings()
    yield from _keys()
    yield from _addresses(url)
    try:
        chosen = cloud(settings.VMSSBUILDER_CLOUD)
        session = open_session(chosen, settings.VMSSBUILDER_SANDBOX_URL or None)
    except ValueError as error:
        yield Check("bad", "Cloud", str(error), "Correct VMSSBUILDER_CLOUD or VMSSBUILDER_SANDBOX_URL.")
        return
    if chosen.is_sandbox:
        yield Check(
            "note", "Cloud", "The sandbox: nothing reaches Azure.", "Set VMSSBUILDER_CLOUD for a real cloud."
        )
    else:
        yield Check("good", "Cloud", chosen.title)
    with session:
        yield from _Deployment(chosen, session, url).checks()


# --- what is here ----------------------------------------------------------------------------------------------------


_LOOKED_AT_BELOW: Final = frozenset({"E001", "E002", "E005", "E009"})


def _settings() -> Iterator[Check]:
    """What the system checks say, but for what is looked at more closely here."""
    for each in problems(deploying=settings.VMSSBUILDER_CLOUD != "sandbox"):
        number = each.id.rpartition(".")[2]
        if number not in _LOOKED_AT_BELOW:
            yield Check("bad" if number.startswith("E") else "note", each.id, each.text, each.cure)
    try:
        for each in demo.problems():
            yield Check("note", each.id, each.text, each.cure)
    except DatabaseError:
        # Said where secrets are looked for.
        return


def _keys() -> Iterator[Check]:
    if len(settings.SECRET_KEY) < KEY_LENGTH:
        yield Check(
            "bad",
            "DJANGO_SECRET_KEY",
            f"It is shorter than {KEY_LENGTH} characters.",
            "Make a longer random one.",
        )
    else:
        yield Check("good", "DJANGO_SECRET_KEY", "Long enough.")
    title = "VMSSBUILDER_SECRET_KEYS"
    if trouble := ready():
        yield Check("bad", title, trouble, "Make keys as docs/deploying.md says under “Settings”.")
        return
    try:
        yield from _opened(title)
        for each in keyholders.without(key_ids()[0]):
            text = f"{each} lacks the first of these keys, so it cannot read what others encrypt."
            yield Check("bad", title, text, "Give it the same keys, and restart it.")
    except DatabaseError as error:
        yield Check("bad", "Database", str(error), "Correct DATABASE_URL, and run manage.py migrate.")


def _opened(title: str) -> Iterator[Check]:
    """Opens something of each key that anything was encrypted with."""
    count = _count(len(key_ids()), "key")
    rows_of = samples()
    if not rows_of:
        yield Check("good", title, f"{count}; nothing is encrypted yet.")
    for key, rows in sorted(rows_of.items()):
        lost = [row for row in rows if not _opens(row)]
        named = f"the key {key}" if key else "an earlier version"
        if lost and key and key not in key_ids():
            text = f"Secrets or sign-ins were encrypted with {named}, which is not among the {count} here."
            yield Check("bad", title, text, "Put the key that was removed back, behind the new one.")
        elif lost:
            text = f"What was encrypted with {named} does not open: {', '.join(map(str, lost))}."
            cure = "Put back the key it was made with. What was copied there from elsewhere has to be entered again."
            yield Check("bad", title, text, cure)
        elif key in key_ids()[:1]:
            yield Check("good", title, f"{count}; what the first of them, {key}, encrypted opens.")
        else:
            text = f"What was encrypted with {named} opens, but not with the first key alone."
            yield Check("note", title, text, "Run manage.py rotate_keys.")


def _opens(row: Encrypted) -> bool:
    try:
        row.open()
    except CannotDecrypt:
        return False
    return True


def _addresses(url: str) -> Iterator[Check]:
    if not url:
        yield Check(
            "unknown",
            "Address",
            "Say where people open the product, and its redirect address is looked at too.",
            "Add --url https://your.host",
        )
        return
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        text = "It is not https. Entra ID sends people back to https addresses only, save on this machine itself."
        yield Check(
            "bad", "Address", text, "Put a server that speaks https in front, and set VMSSBUILDER_HTTPS=true."
        )
    elif parts.scheme == "https" and not settings.HTTPS:
        text = "It is https, but VMSSBUILDER_HTTPS is not set: the product would name itself with http to Entra ID."
        yield Check("bad", "Address", text, "Set VMSSBUILDER_HTTPS=true.")
    else:
        yield Check("good", "Address", url)
    allowed = settings.ALLOWED_HOSTS
    if not any(_covers(each, host) for each in allowed):
        yield Check(
            "bad", "DJANGO_ALLOWED_HOSTS", f"{host} is not among {', '.join(allowed)}.", f"Add {host}."
        )


def _covers(pattern: str, host: str) -> bool:
    name = pattern.strip("[]").lower()
    return name in {"*", host.lower()} or (name.startswith(".") and f".{host.lower()}".endswith(name))


# --- what is out there -----------------------------------------------------------------------------------------------


class _Deployment:
    """The cloud as it is seen from here."""

    def __init__(self, chosen: Cloud, session: requests.Session, url: str) -> None:
        self._cloud = chosen
        self._session = session
        self._url = url.rstrip("/")
        self._tenant = settings.VMSSBUILDER_TENANT or chosen.default_tenant
        self._client_id = settings.VMSSBUILDER_CLIENT_ID or chosen.default_client_id
        self._allowed = [each.lower() for each in settings.VMSSBUILDER_ALLOWED_TENANTS]
        self._many = self._tenant.lower() in MANY_TENANTS

    def checks(self) -> Iterator[Check]:
        yield from self._network()
        yield from self._registration()
        yield from self._authority()
        yield from self._arm()
        if not self._cloud.is_sandbox and settings.VMSSBUILDER_LOCAL_ACCOUNTS:
            text = "People may sign in with passwords kept here, beside Microsoft."
            yield Check(
                "note", "Local accounts", text, "Set VMSSBUILDER_LOCAL_ACCOUNTS=false if that is not meant."
            )

    def _network(self) -> Iterator[Check]:
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or ""
        if bundle and not Path(bundle).exists():
            yield Check(
                "bad", "Certificate authorities", f"{bundle} is not there.", "Correct REQUESTS_CA_BUNDLE."
            )
        elif bundle:
            yield Check("good", "Certificate authorities", f"Those of {bundle}.")
        for what in (self._cloud.authority_url, self._cloud.arm_url):
            proxies = {} if self._cloud.is_sandbox else get_environ_proxies(what, no_proxy=None)
            proxy = proxies.get("https") or proxies.get("all")
            way = f"through the proxy {_without_password(proxy)}" if proxy else "directly"
            yield Check("good", "Way out", f"{what} is reached {way}.")

    def _registration(self) -> Iterator[Check]:
        if not self._client_id:
            cure = "Copy “Application (client) ID” from the registration's “Overview”."
            yield Check("bad", "VMSSBUILDER_CLIENT_ID", "It is not set.", cure)
        elif not _GUID.fullmatch(self._client_id):
            cure = "Copy “Application (client) ID”; the name of the registration is something else."
            yield Check("bad", "VMSSBUILDER_CLIENT_ID", f"“{self._client_id}” is no id.", cure)
        path = settings.VMSSBUILDER_CLIENT_CERTIFICATE
        if path:
            yield self._certificate(path)
        if not self._many and not _GUID.fullmatch(self._tenant) and "." not in self._tenant:
            text = f"“{self._tenant}” is neither an id nor a domain." if self._tenant else "It is not set."
            yield Check("bad", "VMSSBUILDER_TENANT", text, "Copy “Directory (tenant) ID” from “Overview”.")
        yield from self._allow_list()

    @staticmethod
    def _certificate(path: str) -> Check:
        title = "VMSSBUILDER_CLIENT_CERTIFICATE"
        try:
            pem = read_certificate(path).certificate
        except ValueError as error:
            return Check(
                "bad",
                title,
                str(error),
                "Write certificate and key into one file, as PEM, and let the product read it.",
            )
        ends = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
        days = (ends - datetime.now(UTC)).days
        if days < 0:
            return Check(
                "bad",
                title,
                f"It ended on {ends:%d %B %Y}.",
                "Make a new one and upload it to the registration.",
            )
        if days < EXPIRES_SOON:
            return Check(
                "note", title, f"It ends on {ends:%d %B %Y}.", "Make a new one and upload it beside this one."
            )
        return Check("good", title, f"Good until {ends:%d %B %Y}.")

    def _allow_list(self) -> Iterator[Check]:
        title = "VMSSBUILDER_ALLOWED_TENANTS"
        wrong = [each for each in self._allowed if each != ANY_TENANT and not _GUID.fullmatch(each)]
        if wrong:
            text = f"Not the id of a tenant: {', '.join(wrong)}. Nobody from there gets in."
            yield Check("bad", title, text, "Name tenants by “Directory (tenant) ID”, not by domain.")
        elif self._many and not self._allowed and not self._cloud.is_sandbox:
            text = f"With the tenant “{self._tenant}” it must say who is let in."
            yield Check(
                "bad", title, text, "Name the ids of the tenants, or set VMSSBUILDER_TENANT to your own."
            )
        elif self._many and ANY_TENANT in self._allowed:
            yield Check(
                "note",
                title,
                "People of every organization are let in.",
                "Name the tenants if that is not meant.",
            )
        elif (
            _GUID.fullmatch(self._tenant)
            and self._allowed
            and not {ANY_TENANT, self._tenant.lower()} & set(self._allowed)
        ):
            text = "Your own tenant is not on it, so nobody gets in."
            yield Check("bad", title, text, f"Add {self._tenant}, or leave the setting away.")
        elif self._allowed:
            yield Check("good", title, f"{_count(len(self._allowed), 'tenant')}.")

    # --- Entra ID

    def _authority(self) -> Iterator[Check]:
        found = self._metadata(self._tenant)
        if isinstance(found, Check):
            yield found
            return
        answer, metadata = found
        yield Check(
            "good", "Microsoft Entra ID", f"{self._cloud.authority_host} answers and knows the tenant."
        )
        yield self._clock(answer)
        yield self._issuer(metadata)
        yield self._signing_keys(metadata)
        for each in self._allowed:
            if each != ANY_TENANT and _GUID.fullmatch(each) and isinstance(self._metadata(each), Check):
                text = f"{self._cloud.authority_host} knows no tenant {each}."
                yield Check(
                    "bad",
                    "VMSSBUILDER_ALLOWED_TENANTS",
                    text,
                    "Correct or remove it; is it of another cloud?",
                )
        yield self._credential()
        if self._url:
            yield self._redirect(metadata)

    def _metadata(self, tenant: str) -> tuple[requests.Response, dict[str, Any]] | Check:
        title = "Microsoft Entra ID"
        url = f"{self._cloud.authority_url}/{tenant}/v2.0/.well-known/openid-configuration"
        try:
            answer = self._session.get(url, timeout=TIMEOUT)
        except (requests.RequestException, OSError) as error:
            return _unreachable(title, self._cloud.authority_host, error)
        if answer.status_code in (400, 404):
            text = f"{self._cloud.authority_host} does not know the tenant “{tenant}”."
            return Check(
                "bad",
                title,
                text,
                "Correct VMSSBUILDER_TENANT, or VMSSBUILDER_CLOUD if it is of another cloud.",
            )
        try:
            metadata = answer.json() if answer.status_code == 200 else None
        except ValueError:
            metadata = None
        if not isinstance(metadata, dict):
            text = f"{self._cloud.authority_host} answers with status {answer.status_code} and no OpenID configuration."
            return Check("bad", title, text, "Does a proxy answer in its place? Else try again later.")
        return answer, metadata

    @staticmethod
    def _clock(answer: requests.Response) -> Check:
        title = "Clock"
        try:
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        except ValueError:
            return Check("unknown", title, "Entra ID's answer has no date to compare with.")
        off = (datetime.now(UTC) - theirs.astimezone(UTC)).total_seconds()
        way = "ahead" if off > 0 else "behind"
        if abs(off) > CLOCK_SKEW:
            text = f"This machine's clock is {abs(off):.0f} seconds {way}: tokens would be refused."
            return Check("bad", title, text, "Let it follow a time server (chrony, systemd-timesyncd).")
        if abs(off) > SKEW_WORTH_A_WORD:
            text = f"This machine's clock is {abs(off):.0f} seconds {way}."
            return Check("note", title, text, "Let it follow a time server.")
        return Check("good", title, "It agrees with Entra ID's.")

    def _issuer(self, metadata: dict[str, Any]) -> Check:
        title = "OpenID configuration"
        issuer = str(metadata.get("issuer", ""))
        base = re.escape(self._cloud.authority_url)
        tenant = r"\{tenantid\}" if self._many else _GUID.pattern
        if not re.fullmatch(rf"{base}/{tenant}/v2\.0", issuer):
            text = f"The issuer is “{issuer}”, not one of {self._cloud.authority_host}."
            return Check(
                "bad", title, text, "Something answers in Entra ID's place, or VMSSBUILDER_CLOUD is wrong."
            )
        if _GUID.fullmatch(self._tenant) and self._tenant.lower() not in issuer.lower():
            text = f"The issuer “{issuer}” is another tenant's."
            return Check("bad", title, text, "Correct VMSSBUILDER_TENANT.")
        for name in ("token_endpoint", "jwks_uri"):
            if not str(metadata.get(name, "")).startswith(f"{self._cloud.authority_url}/"):
                text = f"Its {name} is “{metadata.get(name, '')}”, not at {self._cloud.authority_host}."
                return Check("bad", title, text, "Something answers in Entra ID's place.")
        return Check("good", title, f"Issuer {issuer}.")

    def _signing_keys(self, metadata: dict[str, Any]) -> Check:
        title = "Signing keys"
        try:
            answer = self._session.get(str(metadata.get("jwks_uri", "")), timeout=TIMEOUT)
        except (requests.RequestException, OSError) as error:
            return _unreachable(title, self._cloud.authority_host, error)
        try:
            usable = [each for each in answer.json()["keys"] if each.get("kty") == "RSA" and each.get("kid")]
        except (ValueError, TypeError, KeyError, AttributeError):
            usable = []
        if not usable:
            return Check(
                "bad",
                title,
                "Entra ID publishes none.",
                "Does a proxy change its answers? Else try again later.",
            )
        return Check("good", title, f"{_count(len(usable), 'key')}.")

    def _credential(self) -> Check:
        title = "Client secret or certificate"
        try:
            sign_in = entra.sign_in()
        except entra.NotSetUp as error:
            return Check("bad", title, str(error), "Set what is missing; see docs/deploying.md.")
        tenant = (
            next((each for each in self._allowed if each != ANY_TENANT), "") if self._many else self._tenant
        )
        tenant = tenant or self._cloud.default_tenant
        if not tenant:
            text = (
                "Entra ID tells only for a tenant that is named, and VMSSBUILDER_ALLOWED_TENANTS names none."
            )
            return Check("unknown", title, text)
        try:
            sign_in.prove(tenant)
        except AzureError as error:
            number = re.match(r"AADSTS\d+", error.message)
            cure = _CREDENTIAL_CURES.get(
                number[0] if number else "", "Compare the registration with docs/deploying.md."
            )
            return Check("bad", title, error.message, cure)
        return Check("good", title, "Entra ID accepts it.")

    def _redirect(self, metadata: dict[str, Any]) -> Check:
        """Asks as a browser would that nobody is signed in with; Entra ID looks at the address before anything else."""
        title = "Redirect address"
        uri = self._url + reverse("sign-in-callback")
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "redirect_uri": uri,
            "scope": "openid",
            "prompt": "none",
            "state": "check",
            "code_challenge": "0" * 43,
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata.get("authorization_endpoint", ""))
        try:
            answer = self._session.get(f"{endpoint}?{urlencode(query)}", timeout=TIMEOUT)
        except (requests.RequestException, OSError) as error:
            return _unreachable(title, self._cloud.authority_host, error)
        if "AADSTS50011" in answer.text:
            return Check(
                "bad", title, f"{uri} is not registered.", "Add it under “Authentication”, platform “Web”."
            )
        if answer.headers.get("Location", "").startswith(uri):
            return Check("good", title, f"{uri} is registered.")
        return Check(
            "unknown", title, f"Entra ID does not say whether {uri} is registered. Signing in will tell."
        )

    # --- Resource Manager

    def _arm(self) -> Iterator[Check]:
        title = "Azure Resource Manager"
        try:
            answer = self._session.get(self._cloud.arm_url + _ARM_PROBE, timeout=TIMEOUT)
        except (requests.RequestException, OSError) as error:
            yield _unreachable(title, self._cloud.arm_host, error)
            return
        challenge = answer.headers.get("WWW-Authenticate", "")
        if answer.status_code != 401 or not challenge:
            text = f"{self._cloud.arm_host} answers with status {answer.status_code} where it should ask for a token."
            yield Check("bad", title, text, "Does a proxy answer in its place? Else try again later.")
            return
        named = re.search(r'authorization_uri="https://([^/"]+)', challenge)
        if named and not _same_cloud(named[1], self._cloud.authority_host):
            text = f"{self._cloud.arm_host} takes tokens of {named[1]}, not of {self._cloud.authority_host}."
            yield Check("bad", title, text, "Something answers in its place, or VMSSBUILDER_CLOUD is wrong.")
            return
        yield Check("good", title, f"{self._cloud.arm_host} answers and asks for a token.")


_OLD_NAMES: Final = {
    "login.windows.net": "login.microsoftonline.com",
    "login.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}
"""Resource Manager still names sign-in hosts as they were called before."""


def _same_cloud(named: str, authority_host: str) -> bool:
    return _OLD_NAMES.get(named.lower(), named.lower()) == authority_host


def _unreachable(title: str, host: str, error: Exception) -> Check:
    if isinstance(error, requests.exceptions.ProxyError):
        return Check("bad", title, f"The proxy does not lead to {host}.", "Correct HTTPS_PROXY or NO_PROXY.")
    if isinstance(error, requests.exceptions.SSLError):
        text = f"The certificate of {host} is not trusted here."
        cure = "If a proxy of yours opens https, name its certificate authority in REQUESTS_CA_BUNDLE."
        return Check("bad", title, text, cure)
    if isinstance(error, requests.Timeout):
        return Check(
            "bad", title, f"{host} does not answer in time.", "Let this machine out to it on port 443."
        )
    text = f"{host} cannot be reached: {type(error).__name__}."
    return Check(
        "bad", title, text, "Let this machine out to it on port 443, or name your proxy in HTTPS_PROXY."
    )


def _without_password(proxy: str) -> str:
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
