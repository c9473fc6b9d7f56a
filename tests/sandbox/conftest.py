"""A sandbox over real HTTP, and tokens for its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from vmssbuilder.sandbox import tokens, world
from vmssbuilder.sandbox.entra import ISSUER
from vmssbuilder.sandbox.server import Running, running

DELAY = 0.02


@pytest.fixture(scope="package")
def one_sandbox() -> Iterator[Running]:
    with running(delay=DELAY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: Running) -> Running:
    one_sandbox.reset()
    one_sandbox.sandbox.memory.delay = DELAY
    return one_sandbox


def access_token(account: str = "rita", **changes: Any) -> str:
    person = world.ACCOUNTS[account]
    claims = {"oid": person.oid, "tid": world.TENANT, "iss": ISSUER, "aud": world.CLOUD.arm_url, **changes}
    return tokens.signed(claims, lifetime=600)


Arm = Callable[..., requests.Response]


@pytest.fixture
def arm(sandbox: Running) -> Iterator[Arm]:
    """Sends one request to Resource Manager as one of the cast."""
    with requests.Session() as session:
        session.trust_env = False

        def send(
            method: str,
            path: str,
            body: Any = None,
            *,
            account: str = "rita",
            version: str = "2024-07-01",
            headers: dict[str, str] | None = None,
            **query: str,
        ) -> requests.Response:
            return session.request(
                method,
                f"{sandbox.url}{path}",
                params={**query, "api-version": version} if version else query,
                json=body,
                headers={"Authorization": f"Bearer {access_token(account)}", **(headers or {})},
                timeout=5,
            )

        yield send
