"""The cast, signed in, and the strict look at every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings
from pytest_django import DjangoAssertNumQueries, Settings

from tests.web.strict import Page, problems_of
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.sandbox.server import Running, running

# A test fails for what it finds, never for how long a busy machine takes.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no process is alone with a browser in the end."""
    items.sort(key=lambda item: item.path.parent.name != "browser")


QUERIES = 20
"""What any page may ask of the database."""


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


# --- The cast ---------------------------------------------------------------------------------------------------------


def person(username: str, display_name: str, role: Role) -> User:
    """A user with a local account."""
    return User.objects.create_user(username, password="correct-horse", display_name=display_name, role=role)


@pytest.fixture
def requester(db: None) -> User:
    """Fills in requests; in most tests the owner of the draft."""
    return person("rita", "Rita Requester", Role.REQUESTER)


@pytest.fixture
def reviewer(db: None) -> User:
    """Decides about other people's requests."""
    return person("rolf", "Rolf Reviewer", Role.REVIEWER)


@pytest.fixture
def stranger(db: None) -> User:
    """Has an account, but no part in the requester's drafts."""
    return person("sam", "Sam Stranger", Role.REQUESTER)


@pytest.fixture
def administrator(db: None) -> User:
    """Sees everything, reviews, and may use the admin pages."""
    return person("ada", "Ada Administrator", Role.ADMINISTRATOR)


def signed_in(user: User) -> Client:
    """A browser in which the person is signed in with their local account."""
    browser = Client(raise_request_exception=True)
    browser.force_login(user, backend="vmssbuilder.accounts.backends.LocalAccounts")
    return browser


@pytest.fixture
def as_requester(requester: User) -> Client:
    return signed_in(requester)


@pytest.fixture
def as_reviewer(reviewer: User) -> Client:
    return signed_in(reviewer)


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    return signed_in(stranger)


@pytest.fixture
def as_administrator(administrator: User) -> Client:
    return signed_in(administrator)


# --- Pages ------------------------------------------------------------------------------------------------------------

GetPage = Callable[..., Page]


@pytest.fixture
def page_of(django_assert_max_num_queries: DjangoAssertNumQueries) -> GetPage:
    """Opens an address as a browser would and looks at the page strictly: page_of(client, url, status=200)."""

    def get(
        client: Client,
        url: str,
        *,
        status: int = 200,
        post: dict[str, Any] | None = None,
        follow: bool = False,
        queries: int = QUERIES,
    ) -> Page:
        with django_assert_max_num_queries(queries):
            if post is None:
                response = client.get(url, follow=follow)
            else:
                response = client.post(url, post, follow=follow)
        assert response.status_code == status, f"{url} answers {response.status_code}, not {status}"
        found = problems_of(response)
        assert not found, f"{url}:\n" + "\n".join(found)
        return Page(response)

    return get


# --- Azure ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _one_sandbox() -> Iterator[Running]:
    with running(delay=0.05) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_one_sandbox: Running, settings: Settings) -> Iterator[Running]:
    """Entra ID and Resource Manager over real HTTP, empty; the settings point to it."""
    _one_sandbox.reset()
    settings.VMSSBUILDER_SANDBOX_URL = _one_sandbox.url
    yield _one_sandbox
    unused = [fault for fault in _one_sandbox.sandbox.memory.faults if fault.times > 0]
    assert not unused, f"the test asked for faults that never came: {unused}"


@pytest.fixture
def local_lockout(db: None, settings: Settings) -> None:
    """django-axes at work, as in production."""
    settings.AXES_ENABLED = True
