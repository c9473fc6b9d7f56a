"""Trouble of the database, made for real: each request is answered soon, and what was typed is not lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.test import RequestFactory

from bench.database import postgresql as started_postgresql
from tests.forms import entries
from tests.web.serving import REASONABLE, Answer, Web, filled, web
from tests.web.strict import Page, problems_of
from vmssbuilder.web import unavailable

PASSWORD = "Canary-9-Typed-Once"
SECRETS = ("adminPassword", "customData")
"""The last words of the fields whose values are not shown again."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trouble") / "product.sqlite3"


@pytest.fixture(scope="module")
def served(path: Path) -> Iterator[Web]:
    with web(f"sqlite:///{path}") as running:
        yield running


@pytest.fixture
def locked(path: Path, served: Web) -> Iterator[sqlite3.Connection]:
    """Another program that writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def sound(answer: Answer) -> Page:
    """The page of a 503, strictly looked at."""
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.seconds < REASONABLE
    headers = {"Content-Type": "text/html; charset=utf-8"} | answer.headers
    content = answer.text.encode()
    response = SimpleNamespace(content=content, status_code=503, headers=headers, get=headers.get)
    assert problems_of(response) == []
    return Page(response)


def kept(answer: Answer) -> list[tuple[str, str]]:
    """What the form of the page sends again, by name."""
    return by_name(entries(answer.text[answer.text.rindex("<form") : answer.text.rindex("</form>")]))


def by_name(form: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The values of one name in their order; the order of names means nothing."""
    return sorted(form, key=lambda pair: pair[0])


def test_a_save_while_the_database_is_locked_can_be_sent_again(
    served: Web, locked: sqlite3.Connection
) -> None:
    step = f"/drafts/{served.code}/image/"
    form = filled(served.form(step), adminUsername="typed-by-rita", adminPassword=PASSWORD)
    answer = served.post(step, form)
    page = sound(answer)
    assert "somebody else holds it locked" in page.text
    assert "is not saved" in page.text
    assert PASSWORD not in answer.text
    again = page.all("form")[-1]
    assert again.get("action") == step
    others = by_name([pair for pair in form if not pair[0].endswith(SECRETS)])
    assert [pair for pair in kept(answer) if not pair[0].endswith(SECRETS)] == others
    assert any(each.get("type") == "password" for each in again.iter("input")), "it is asked for again"
    assert served.get(step).status == 200, "reading goes on"

    locked.execute("ROLLBACK")
    entered = [(name, PASSWORD if name.endswith("adminPassword") else value) for name, value in kept(answer)]
    assert served.post(step, entered).status == 302
    assert "typed-by-rita" in served.get(step).text


def test_an_autosave_while_the_database_is_locked_is_not_taken_for_saved(
    served: Web, locked: sqlite3.Connection
) -> None:
    step = f"/drafts/{served.code}/image/"
    form = filled(served.form(step), adminUsername="typed-in-passing")
    answer = served.post(step, form, **{"HX-Request": "true"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.text.startswith("Not saved")
    assert answer.seconds < REASONABLE
    locked.execute("ROLLBACK")
    assert served.post(step, form, **{"HX-Request": "true"}).status in (200, 204)
    assert "typed-in-passing" in served.get(step).text


def test_the_probe_knows_that_the_database_is_locked(served: Web, locked: sqlite3.Connection) -> None:
    answer = served.get("/readyz")
    assert (answer.status, answer.text) == (
        503,
        "The database takes no changes: somebody else holds it locked.\n",
    )
    assert answer.seconds < REASONABLE
    assert served.get("/healthz").status == 200
    locked.execute("ROLLBACK")
    assert served.get("/readyz").status == 200


def test_a_full_database_loses_nothing_that_was_typed(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/full.sqlite3"
    # Fewer pages than there are already: none can be added.
    with web(database, "tests.web.settings_of_a_full_database", MOST_PAGES="1") as served:
        step = f"/drafts/{served.code}/image/"
        form = filled(served.form(step), adminUsername="x" * 100_000)
        answer = served.post(step, form)
        assert "it or its disk is full" in sound(answer).text
        assert kept(answer) == by_name([pair for pair in form if not pair[0].endswith(SECRETS)])
        assert served.get(step).status == 200


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Any]:
    """A server of its own, to be stopped and started."""
    server = started_postgresql(tmp_path, cleanup_mode="delete")
    yield server
    server.cleanup()


def test_a_database_server_that_goes_and_comes_back_loses_nothing_that_was_typed(postgresql: Any) -> None:
    with web(postgresql.get_uri()) as served:
        step = f"/drafts/{served.code}/basics/"
        form = filled(served.form(step), name="web-typed")
        assert served.get("/readyz").status == 200
        postgresql.stop()
        for answer in [served.post(step, form) for _both_processes in range(3)]:
            sound(answer)
            assert kept(answer) == by_name(form)
            assert "127.0.0.1" not in answer.text
        sound(served.get(step))
        down = served.get("/readyz")
        assert (down.status, down.text) == (503, "The database does not answer.\n")
        postgresql.ensure_postgres_running()
        assert served.post(step, form).status == 302, "on the very connections that broke"
        assert served.get("/readyz").status == 200
        assert "web-typed" in served.get(step).text


# --- What counts as trouble, and what the page keeps ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationalError("database is locked"), "somebody else holds it locked"),
        (OperationalError("database or disk is full"), "it or its disk is full"),
        (OperationalError('could not extend file "base/1": No space left on device'), "its disk is full"),
        (OperationalError("attempt to write a readonly database"), "it is read-only"),
        (OperationalError("connection to server at 10.0.0.7 failed"), ""),
        (InterfaceError("connection already closed"), ""),
        (DatabaseError("database disk image is malformed"), ""),
    ],
)
def test_trouble_is_said_without_addresses(error: Exception, words: str) -> None:
    assert unavailable.is_trouble(error)
    assert unavailable.why(error) == words
    page = unavailable.page(RequestFactory().get("/"), error).content.decode()
    assert str(error) not in page


@pytest.mark.parametrize("error", [IntegrityError("x"), DataError("x"), ValueError("locked"), None])
def test_mistakes_of_ours_are_no_trouble_of_the_database(error: Exception | None) -> None:
    assert not unavailable.is_trouble(error)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "properties.virtualMachineProfile.osProfile.adminPassword",
        "properties.virtualMachineProfile.osProfile.customData",
        "properties.virtualMachineProfile.osProfile.windowsConfiguration.additionalUnattendContent[0].content",
        "properties.virtualMachineProfile.extensionProfile.extensions[2].properties.protectedSettings",
        "properties.protectedSettings.storageAccountKey",
        "properties.virtualMachineProfile['osProfile']['adminPassword']",
        "of-a-template",
    ],
)
def test_no_secret_comes_back_on_the_page(name: str) -> None:
    sent = {name: PASSWORD, "note": 'a "note" <b>', "withheld": "of-a-template"}
    request = RequestFactory().post("/drafts/x/", sent)
    html = unavailable.page(request, OperationalError("database is locked")).content.decode()
    assert PASSWORD not in html
    assert (name, "") in entries(html)
    assert ("note", 'a "note" <b>') in entries(html)


def test_what_is_too_long_for_the_page_is_left_to_the_browser() -> None:
    request = RequestFactory().post("/drafts/new/", {"text": "x" * 600_000})
    response = unavailable.page(request, OperationalError("database is locked"))
    assert len(response.content) < 50_000
    assert "your browser then sends everything as it was" in " ".join(response.content.decode().split())
