"""A sandbox over real HTTP, and the cast signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.azure.helpers import Tokens, signed_in
from vmssbuilder.azure import ArmClient, SignIn, cloud, open_session
from vmssbuilder.azure.signin import SignedIn
from vmssbuilder.azure.transport import Session
from vmssbuilder.sandbox.server import Running, running

DELAY = 0.02


@pytest.fixture(scope="package")
def one_sandbox() -> Iterator[Running]:
    with running(delay=DELAY) as sandbox:
        yield sandbox


@pytest.fixture(scope="package")
def kept_sign_ins() -> dict[str, SignedIn]:
    """Sign-ins that several tests share; a test about tokens makes its own."""
    return {}


@pytest.fixture
def sandbox(one_sandbox: Running) -> Iterator[Running]:
    """The sandbox, empty, with quick operations."""
    one_sandbox.reset()
    one_sandbox.sandbox.memory.delay = DELAY
    one_sandbox.sandbox.entra.token_lifetime = 3600.0
    yield one_sandbox
    unused = [fault for fault in one_sandbox.sandbox.memory.faults if fault.times > 0]
    assert not unused, f"the test asked for faults that never came: {unused}"


@pytest.fixture
def session(sandbox: Running) -> Iterator[Session]:
    with open_session(cloud("sandbox"), sandbox.url) as opened:
        yield opened


@pytest.fixture
def sign_in(session: Session) -> SignIn:
    return SignIn(cloud("sandbox"), "", "", "", session)


@pytest.fixture
def pauses() -> list[float]:
    """How long the client would have slept."""
    return []


@pytest.fixture
def client_for(
    session: Session, sign_in: SignIn, pauses: list[float], kept_sign_ins: dict[str, SignedIn]
) -> Callable[..., ArmClient]:
    """A client for one of the cast, which notes its pauses instead of sleeping."""

    def make(account: str = "rita", **options: Any) -> ArmClient:
        if account not in kept_sign_ins:
            kept_sign_ins[account] = signed_in(sign_in, account)
        tokens = Tokens(sign_in, account, kept_sign_ins[account])
        return ArmClient(cloud("sandbox"), tokens, session, sleep=pauses.append, **options)

    return make


@pytest.fixture
def client(client_for: Callable[..., ArmClient]) -> ArmClient:
    return client_for()
