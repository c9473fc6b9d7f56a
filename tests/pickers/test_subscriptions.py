"""Subscriptions stand by name on the pages of a draft, as soon as the person has a list of them, and Azure is never asked."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from tests.pickers.conftest import MakeDraft
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import Suggestion, pack
from vmssbuilder.pickers import cache, subscriptions
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

NAME = "Shop <development>"


def know(user: User, name: str = NAME) -> None:
    cache.store(user, subscriptions._KEY, pack([Suggestion(world.DEVELOPMENT, name)]))


@pytest.fixture(autouse=True)
def _nothing_at_hand() -> None:
    cache._digests.clear()


def below(html: str) -> str:
    found = re.search(r'subscription-reading"[^>]*>([^<]*)</p>', html)
    assert found is not None
    return found[1]


def test_the_check_and_the_field_say_the_name_that_is_known(
    rita: Client, owner: User, make_draft: MakeDraft, page_of: GetPage, sandbox: Running
) -> None:
    draft = make_draft({})
    id_alone = f'<dd class="summary-list__value">{world.DEVELOPMENT}</dd>'
    assert id_alone in page_of(rita, f"/drafts/{draft.code}/check/").html
    assert below(page_of(rita, f"/drafts/{draft.code}/basics/").html) == ""
    know(owner)
    escaped = "Shop &lt;development&gt;"
    check = page_of(rita, f"/drafts/{draft.code}/check/").html
    assert f'>{escaped}<br><code class="muted">{world.DEVELOPMENT}</code></dd>' in check
    assert below(page_of(rita, f"/drafts/{draft.code}/basics/").html) == escaped
    assert not [each for each in sandbox.sandbox.memory.requests if each.path == "/subscriptions"]


@pytest.mark.parametrize("asked", [world.DEVELOPMENT, f" {world.DEVELOPMENT.upper()} "])
def test_a_name_is_found_as_azure_compares(owner: User, asked: str) -> None:
    know(owner)
    assert subscriptions.name(owner, asked) == NAME


@pytest.mark.parametrize("name", [world.DEVELOPMENT, "Shop\u202eprod"], ids=["the id itself", "a trick"])
def test_what_is_no_name_to_be_read_is_not_said(owner: User, name: str) -> None:
    know(owner, name)
    assert subscriptions.name(owner, world.DEVELOPMENT) == ""


def test_nobody_is_told_what_another_person_sees(owner: User, reviewer: User) -> None:
    know(owner)
    for without_query in (False, True):
        assert subscriptions.name(reviewer, world.DEVELOPMENT, without_query=without_query) == ""


def test_the_page_of_a_step_reads_no_list_for_it(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    know(owner)
    with django_assert_num_queries(0):
        assert subscriptions.name(owner, world.DEVELOPMENT, without_query=True) == NAME
    cache._digests.clear()
    with django_assert_num_queries(0):
        assert subscriptions.name(owner, world.DEVELOPMENT, without_query=True) == ""
    with django_assert_num_queries(1):
        assert subscriptions.name(owner, world.DEVELOPMENT) == NAME
