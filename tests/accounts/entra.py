"""Signing in with Microsoft as a browser does: to the sandbox's Entra ID and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from django.test import Client

CHOSEN = "account"


def browser() -> Client:
    """A browser on this machine: Entra ID sends people back to registered addresses only."""
    return Client(SERVER_NAME="127.0.0.1")


def begin(client: Client, then: str = "") -> str:
    """Follows the link of the sign-in page; answers the address at Entra ID."""
    response = client.get("/sign-in/start/", {"next": then} if then else {})
    assert response.status_code == 302, response.content.decode()[:2000]
    return response["Location"]


def choose(address: str, account: str) -> str:
    """Picks an account at Entra ID; answers the path and query it sends the browser back to."""
    response = requests.post(address, data={CHOSEN: account}, allow_redirects=False, timeout=10)
    assert response.status_code in (302, 303), response.text[:2000]
    back = urlsplit(response.headers["Location"])
    return f"{back.path}?{back.query}"


def refuse(address: str, **answer: str) -> str:
    """What Entra ID sends the browser back with when the person or the directory says no."""
    state = dict(pair.split("=", 1) for pair in urlsplit(address).query.split("&"))["state"]
    return f"/sign-in/callback/?{urlencode({'state': state, **answer})}"


def sign_in(client: Client, account: str, then: str = "") -> Any:
    """The whole way; answers what the callback answered."""
    return client.get(choose(begin(client, then), account))
