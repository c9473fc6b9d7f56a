"""What the tests of Azure and of its sandbox share: a believable document, a browser of few words, a trap."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from vmssbuilder.azure import ScaleSetAddress, SignedInIdentity, SignIn
from vmssbuilder.azure.signin import SignedIn
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

CALLBACK = "http://localhost:8000/sign-in/callback/"
OLD = "2016-04-30-preview"
NEW = "2024-07-01"
SUBSCRIPTION = world.DEVELOPMENT
ADDRESS = ScaleSetAddress(SUBSCRIPTION, "rg-shop", "web-prod")
SUBNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Network/virtualNetworks/vnet1/subnets/web"
PASSWORD = "Correct-Horse-7"


def document(**changes: Any) -> dict[str, Any]:
    """A scale set that Azure takes, with every kind of secret in it."""
    wanted: dict[str, Any] = {
        "location": "uksouth",
        "tags": {"team": "shop"},
        "sku": {"name": "Standard_D2_v2", "tier": "Standard", "capacity": 2},
        "properties": {
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {
                    "computerNamePrefix": "web",
                    "adminUsername": "azureuser",
                    "adminPassword": PASSWORD,
                    "customData": "I2Nsb3VkLWNvbmZpZw==",
                    "windowsConfiguration": {
                        "provisionVMAgent": True,
                        "additionalUnattendContent": [
                            {
                                "passName": "OobeSystem",
                                "componentName": "Microsoft-Windows-Shell-Setup",
                                "settingName": "FirstLogonCommands",
                                "content": "<unattend-canary/>",
                            }
                        ],
                    },
                },
                "storageProfile": {
                    "imageReference": {
                        "publisher": "MicrosoftWindowsServer",
                        "offer": "WindowsServer",
                        "sku": "2016-Datacenter",
                        "version": "latest",
                    }
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [
                        {
                            "name": "nic1",
                            "properties": {
                                "primary": True,
                                "ipConfigurations": [
                                    {"name": "ip1", "properties": {"subnet": {"id": SUBNET}}}
                                ],
                            },
                        }
                    ]
                },
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": "script",
                            "properties": {
                                "publisher": "Microsoft.Compute",
                                "type": "CustomScriptExtension",
                                "typeHandlerVersion": "1.9",
                                "autoUpgradeMinorVersion": True,
                                "settings": {"commandToExecute": "run.cmd"},
                                "protectedSettings": {"storageAccountKey": "protected-canary"},
                            },
                        }
                    ]
                },
            },
        },
    }
    wanted.update(changes)
    return wanted


def pick(auth_uri: str, account: str) -> dict[str, str]:
    """Opens the sign-in page, picks the account, and gives the query that comes back to the product."""
    page = requests.get(auth_uri, timeout=5)
    assert page.status_code == 200, page.text
    assert f'name="account" value="{account}"' in page.text
    chosen = requests.post(auth_uri, data={"account": account}, timeout=5, allow_redirects=False)
    return returned(chosen)


def returned(answer: requests.Response) -> dict[str, str]:
    """The query of a redirect back to the product."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))


def signed_in(sign_in: SignIn, account: str) -> SignedIn:
    """The whole way through sign-in."""
    flow = sign_in.start(CALLBACK)
    return sign_in.finish(flow, pick(flow["auth_uri"], account))


@contextlib.contextmanager
def azure_at_a_standstill(sandbox: Running) -> Iterator[None]:
    """No time passes for Azure inside of the block, however long this machine takes."""
    memory = sandbox.sandbox.memory
    clock, now = memory.clock, memory.clock()
    memory.clock = lambda: now
    try:
        yield
    finally:
        memory.clock = clock


def briefly(_pause: float) -> None:
    """Sleeps instead of the client: the sandbox's operations take little time."""
    time.sleep(0.004)


class Tokens:
    """A person's token provider, as the product has one; it counts what it was asked for."""

    def __init__(self, sign_in: SignIn, account: str, done: SignedIn | None = None) -> None:
        self.sign_in = sign_in
        done = done or signed_in(sign_in, account)
        self.identity: SignedInIdentity = done.identity
        self.cache = done.cache
        self.asked: list[str | None] = []

    def __call__(self, claims: str | None) -> str:
        self.asked.append(claims)
        token = self.sign_in.token(self.cache, self.identity.home_account_id, claims)
        self.cache = token.cache
        return token.value


class Trap:
    """A server that must never be asked anything."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.fell_in: list[dict[str, str]] = []


@contextlib.contextmanager
def trap() -> Iterator[Trap]:
    """A server elsewhere that notes who comes by."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            caught.fell_in.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_PUT = do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    caught = Trap(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield caught
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
