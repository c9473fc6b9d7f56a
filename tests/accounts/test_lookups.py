"""Questions to Azure in a person's name: threads ask, pages wait a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import AzureError
from vmssbuilder.azure.errors import ClaimsChallenge, SignInNeeded, Throttled, TokenRefused
from vmssbuilder.azure.pickers import Trouble

SOMEBODY = User(pk=1)


class Gate:
    """A person's pauses, without a database."""

    def publish(self) -> None:
        """Nothing was met."""


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """The claims of each token that was got. Nothing else of Azure is there."""
    got: list[str | None] = []

    def client(user: User, gate: Any, claims: str | None = None) -> str:
        return client_of(got, claims)

    monkeypatch.setattr(lookups, "client_for_thread", client)
    monkeypatch.setattr(lookups, "gate", lambda _user: Gate())
    monkeypatch.setattr(lookups, "publish_pauses", lambda _user: None)
    lookups.forget_everything()
    yield got
    lookups.forget_everything()


def client_of(tokens: list[str | None], claims: str | None) -> str:
    tokens.append(claims)
    return f"client {len(tokens)}"


def words(error: AzureError) -> Trouble:
    return Trouble("refused", str(error), "")


def ask(work: lookups.Work, wait: float = 5.0, within: float = 60.0) -> lookups.Lookup:
    return lookups.ask(SOMEBODY, "this", work, words, wait=wait, within=within)


def test_two_pages_that_ask_the_same_at_once_are_one_question(
    tokens: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    both, asked = threading.Barrier(2, timeout=5), []

    def slow(user: User, gate: Any, claims: str | None = None) -> Any:
        both.wait()
        return client_of(tokens, claims)

    def work(client: Any) -> str:
        asked.append(client)
        return "the answer"

    monkeypatch.setattr(lookups, "client_for_thread", slow)
    with ThreadPoolExecutor(2) as pages:
        answers = list(pages.map(lambda _: ask(work).value, range(2)))
    assert answers == ["the answer"] * 2
    assert len(tokens) == 2, "both got a token, since neither knew of the other"
    assert len(asked) == 1


def test_a_slow_answer_is_on_its_way_and_then_there(tokens: list[str | None]) -> None:
    goes_on = threading.Event()
    asked = ask(lambda _client: goes_on.wait(5), wait=0.0)
    assert asked.loading
    assert not asked.known
    assert lookups.is_pending(SOMEBODY, "this")
    goes_on.set()
    assert ask(lambda _client: "another").value is True
    assert len(tokens) == 1


@pytest.mark.parametrize("error", [ClaimsChallenge("More.", claims="c1"), TokenRefused("No.", status=401)])
def test_a_refused_token_is_replaced_once(tokens: list[str | None], error: AzureError) -> None:
    def work(client: Any) -> str:
        if client == "client 1":
            raise error
        return str(client)

    assert ask(work).value == "client 2"
    assert tokens == [None, "c1" if isinstance(error, ClaimsChallenge) else tokens[1]]
    assert tokens[1], "NEW_TOKEN, where Azure names no claims"

    def always(client: Any) -> str:
        raise error

    lookups.forget_everything()
    found = ask(always).trouble
    assert found is not None
    assert found.message == str(error)
    assert len(tokens) == 4


def test_a_person_who_has_to_sign_in_is_not_asked_at_entra_for_each_key_pressed(
    tokens: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:

    def client(user: User, gate: Any, claims: str | None = None) -> Any:
        made = client_of(tokens, claims)
        if claims:
            raise SignInNeeded("Sign in.", code="x")
        return made

    def work(client: Any) -> str:
        raise ClaimsChallenge("More.", claims="c1")

    monkeypatch.setattr(lookups, "client_for_thread", client)
    for _ in range(5):
        assert ask(work).trouble is not None
    assert tokens == [None, "c1"]


def test_trouble_is_believed_for_as_long_as_azure_says(
    tokens: list[str | None],
) -> None:
    def work(client: Any) -> str:
        raise Throttled("Wait.", status=429, retry_after=40.0)

    for later, questions in ((0.0, 1), (39.0, 1), (2.0, 2)):
        for job in lookups._jobs.values():
            job.ended -= later
        assert ask(work).trouble is not None
        assert len(tokens) == questions
    ask(work, within=0.0)
    assert len(tokens) == 3, "somebody who wants it anew gets it anew"


def test_questions_and_what_is_remembered_are_bounded(
    tokens: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(lookups._REMEMBERED + 50):
        lookups.ask(SOMEBODY, str(number), lambda _client: 1, words, wait=5.0, within=60.0)
    assert len(lookups._jobs) <= lookups._REMEMBERED + 1
    monkeypatch.setattr(lookups, "AT_ONCE", 0)
    assert ask(lambda _client: 1).loading
