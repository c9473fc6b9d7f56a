from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from vmssbuilder.accounts.actions import welcome
from vmssbuilder.accounts.models import Role, TokenCache, User
from vmssbuilder.accounts.roles import from_app_roles
from vmssbuilder.azure import SignedInIdentity

TENANT = "c0ffee00-0000-4000-8000-00000000c0de"


def identity(oid: str = "1", tid: str = TENANT, **more: str) -> SignedInIdentity:
    given = {"username": "nora@contoso.example", "name": "Nora New", "home_account_id": f"{oid}.{tid}"} | more
    return SignedInIdentity(oid=oid, tid=tid, roles=("Reviewer",), **given)


@pytest.mark.django_db(transaction=True)
def test_two_sign_ins_at_the_same_moment_make_one_person() -> None:
    def enter(number: int) -> int:
        try:
            return welcome(identity(), f"cache {number}").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        people = set(threads.map(enter, range(12)))
    assert people == {User.objects.get().pk}
    assert TokenCache.objects.count() == 1


@pytest.mark.django_db
def test_a_person_is_a_directory_and_an_id_whatever_their_name() -> None:
    first = welcome(identity(), "")
    assert welcome(identity(username="nora.married@contoso.example", name="Nora Married"), "") == first
    assert welcome(identity(tid="0dd00000-0000-4000-8000-000000000000"), "") != first
    assert welcome(identity(oid="2"), "") != first, "a user name can move on to somebody else"


@pytest.mark.django_db
def test_names_as_long_as_a_directory_allows() -> None:
    user = welcome(identity(name="N" * 500, username="u" * 500), "")
    user.refresh_from_db()
    assert (len(str(user)), len(user.email)) == (200, 254)
    nameless = welcome(identity(oid="2", name="", username="nora@contoso.example"), "")
    assert str(nameless) == "nora@contoso.example"


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ([], Role.REQUESTER),
        (["Requester"], Role.REQUESTER),
        (["Requester", "Reviewer"], Role.REVIEWER),
        (["Administrator", "Reviewer"], Role.ADMINISTRATOR),
        (["administrator", "Owner", ""], Role.REQUESTER),
    ],
)
def test_the_strongest_role_counts(given: list[str], role: Role) -> None:
    assert from_app_roles(given) == role
