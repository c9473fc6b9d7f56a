"""The Azure clouds: where people sign in, where Resource Manager answers, where the portal is."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud. Hosts are bare names; everything is reached over https.

    arm_loopback: where Resource Manager answers instead, as an http address on this machine (see `stand_in`).

    default_tenant, default_client_id, default_client_secret: used where a deployment names none. Only the sandbox has
    them: its registration is the same on every machine and opens nothing.
    """

    name: str
    title: str
    authority_host: str
    arm_host: str
    portal_url: str
    cli_name: str = ""
    """What the Azure CLI calls it; empty for the one that it is in by itself."""
    terraform_name: str = ""
    """What Terraform's provider AzAPI calls it; empty likewise."""
    suffixes: tuple[tuple[str, str], ...] = ()
    """Ends of host names in the public cloud, with what they are in this one."""
    prices_host: str = ""
    """Where list prices are told, without sign-in; empty where they are not."""
    arm_loopback: str = ""
    default_tenant: str = ""
    default_client_id: str = ""
    default_client_secret: str = ""

    @property
    def authority_url(self) -> str:
        """Where Microsoft Entra ID answers."""
        return f"https://{self.authority_host}"

    @property
    def arm_url(self) -> str:
        """Where Azure Resource Manager answers."""
        return self.arm_loopback or f"https://{self.arm_host}"

    @property
    def scope(self) -> str:
        """What a token must be for, so that Resource Manager takes it."""
        return f"{self.arm_url}/.default"

    @property
    def is_sandbox(self) -> bool:
        """Whether this is the stand-in on the own machine rather than a cloud."""
        return self.name == SANDBOX

    def portal_link(self, resource_id: str, tenant: str = "") -> str:
        """The page of a resource in the portal, empty where the cloud has no portal."""
        if not self.portal_url:
            return ""
        return f"{self.portal_url}/#@{quote(tenant, safe='')}/resource{quote(resource_id, safe='/')}"

    def in_its_words(self, text: str) -> str:
        """A text that names hosts of the public cloud, such as an example, with the hosts of this one."""
        for public, own in self.suffixes:
            text = text.replace(public, own)
        return text

    def is_arm(self, url: str) -> bool:
        """Whether the address belongs to this cloud's Resource Manager: the only place a token may be sent to."""
        if not _PLAIN.fullmatch(url):
            # Parsers disagree about what such characters mean, and the one that sends is not the one that asks here.
            return False
        return _origin(url) == _origin(self.arm_url)


_PLAIN: Final = re.compile(r"[!-\[\]-~]+")


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port


_PORTS: Final = {"https": 443, "http": 80}


SANDBOX: Final = "sandbox"

# Hosts: learn.microsoft.com, "National clouds" (sign-in) and "Azure Resource Manager" endpoints by cloud.
_CLOUDS: Final = {
    each.name: each
    for each in (
        Cloud(
            "public",
            "Azure",
            "login.microsoftonline.com",
            "management.azure.com",
            "https://portal.azure.com",
            prices_host="prices.azure.com",
        ),
        Cloud(
            "usgov",
            "Azure US Government",
            "login.microsoftonline.us",
            "management.usgovcloudapi.net",
            "https://portal.azure.us",
            "AzureUSGovernment",
            "usgovernment",
            (("core.windows.net", "core.usgovcloudapi.net"), ("vault.azure.net", "vault.usgovcloudapi.net")),
            # One list for the public cloud and this one; the third has none.
            "prices.azure.com",
        ),
        Cloud(
            "china",
            "Azure operated by 21Vianet",
            "login.partner.microsoftonline.cn",
            "management.chinacloudapi.cn",
            "https://portal.azure.cn",
            "AzureChinaCloud",
            "china",
            (("core.windows.net", "core.chinacloudapi.cn"), ("vault.azure.net", "vault.azure.cn")),
        ),
        # RFC 2606 keeps `.invalid` unresolvable, so nothing meant for the sandbox can leave the machine by mistake.
        Cloud(
            SANDBOX,
            "Sandbox",
            "login.sandbox.invalid",
            "management.sandbox.invalid",
            "",
            prices_host="prices.sandbox.invalid",
            default_tenant="c0ffee00-0000-4000-8000-00000000c0de",
            default_client_id="5a9db0c5-0000-4000-8000-0000000000a9",
            default_client_secret="sandbox-registration-opens-nothing",  # noqa: S106 - the sandbox is on loopback
        ),
    )
}

CLOUD_NAMES: Final = tuple(_CLOUDS)


def cloud(name: str) -> Cloud:
    """The cloud of that name. Raises ValueError naming those there are."""
    try:
        return _CLOUDS[name]
    except KeyError:
        raise ValueError(f"“{name}” is not a cloud. Choose one of: {', '.join(CLOUD_NAMES)}.") from None


def stand_in(arm_url: str) -> Cloud:
    """A cloud of nothing but a Resource Manager on this machine, such as a test server.

    arm_url: for example http://127.0.0.1:3000. Raises ValueError when it is not http on this machine.
    """
    parts = urlsplit(arm_url)
    host = parts.hostname or ""
    if _origin(arm_url) is None or parts.scheme != "http" or not is_loopback(host) or parts.path.strip("/"):
        raise ValueError(f"A stand-in must be an http address on this machine, not “{arm_url}”.")
    return Cloud("stand-in", "Stand-in", "", host, "", arm_loopback=f"http://{parts.netloc}")


def is_loopback(host: str) -> bool:
    """Whether the host can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
