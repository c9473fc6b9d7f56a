"""Guessing passwords is slowed down by name, by address and overall; a person's own address is told through proxies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from tests.accounts.entra import browser
from vmssbuilder.accounts.guessing import OF_EVERYBODY, PER_ADDRESS, address_of
from vmssbuilder.accounts.models import User

pytestmark = pytest.mark.usefixtures("local_lockout")

NAMES = 10


def attempt(name: str, password: str, address: str) -> Any:
    return browser().post("/sign-in/", {"username": name, "password": password}, REMOTE_ADDR=address)


def address(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250 + 1}"


def test_a_name_is_slowed_down_wherever_the_guesses_come_from(requester: User) -> None:
    for number in range(NAMES - 1):
        assert attempt("rita", "wrong", address(number)).status_code == 422
    assert attempt("rita", "wrong", address(NAMES)).status_code == 429
    answer = attempt("rita", "correct-horse", "203.0.113.9")
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert attempt("sam", "wrong", "203.0.113.9").status_code == 422, "others are not"


def test_an_address_is_slowed_down_whatever_the_names(requester: User) -> None:
    seen = [attempt(f"name-{number}", "wrong", "198.51.100.1").status_code for number in range(30)]
    assert seen == [422] * (PER_ADDRESS - 1) + [429] * (31 - PER_ADDRESS)
    assert attempt("rita", "correct-horse", "198.51.100.1").status_code == 429
    assert attempt("rita", "correct-horse", "198.51.100.2").status_code == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt("rita", "correct-horse", "198.51.100.1").status_code == 302, "it ends"


def test_many_addresses_with_many_names_are_slowed_down_together(requester: User) -> None:
    made = [
        AccessAttempt(
            username=f"name-{number}",
            ip_address=address(number),
            user_agent="",
            failures_since_start=1,
            attempt_time=timezone.now(),
        )
        for number in range(OF_EVERYBODY)
    ]
    AccessAttempt.objects.bulk_create(made[:-1])
    assert attempt("sam", "wrong", "203.0.113.8").status_code == 429
    answer = attempt("rita", "correct-horse", "203.0.113.9")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=61))
    assert attempt("rita", "correct-horse", "203.0.113.9").status_code == 302, "nobody waits long for it"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "expected"),
    [
        (0, "203.0.113.7", "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.7", "127.0.0.1", "203.0.113.7"),
        (1, "1.1.1.1, 203.0.113.7", "127.0.0.1", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 10.0.0.2", "127.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.2", "203.0.113.7"),
        (1, "", "198.51.100.1", "198.51.100.1"),
        (1, "nonsense", "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.7:51234", "127.0.0.1", "203.0.113.7"),
        (1, "[2001:db8:1:2:3:4:5:6]:443", "127.0.0.1", "2001:db8:1:2::"),
        (0, "", "::ffff:198.51.100.1", "198.51.100.1"),
        (0, "", "", None),
    ],
)
def test_the_address_is_the_one_that_our_own_proxies_saw(
    settings: Settings, trusted: int, forwarded: str, peer: str, expected: str | None
) -> None:
    settings.VMSSBUILDER_TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert address_of(request) == expected


def test_behind_a_proxy_each_person_has_an_address_of_their_own(requester: User, settings: Settings) -> None:
    settings.VMSSBUILDER_TRUSTED_PROXIES = 1

    def through_proxy(client: str, password: str, name: str) -> int:
        data = {"username": name, "password": password}
        # What the client itself sent stands before what the proxy added.
        return int(
            browser().post("/sign-in/", data, HTTP_X_FORWARDED_FOR=f"1.2.3.{len(name)}, {client}").status_code
        )

    seen = [through_proxy("203.0.113.7", "wrong", "x" * (number + 1)) for number in range(PER_ADDRESS + 2)]
    assert seen[-1] == 429, "made-up addresses in front help nobody"
    assert through_proxy("203.0.113.8", "correct-horse", "rita") == 302
