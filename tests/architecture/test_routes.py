"""Every route of the product, and who may do what there. A route that the table does not know fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from tests.architecture.world import PEOPLE, World, build
from tests.web.markup import faults_by_the_standard
from tests.web.strict import Page, problems_of
from vmssbuilder.audit.models import Event
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Row:
    """A route. where: what stands in its address, names of the world or =literally. get, post: the status that
    anonymous, owner; editor, commenter, viewer by name; the same by link; reviewer, stranger and administrator get, in
    this order; post sends an empty form.
    """

    name: str
    where: tuple[str, ...]
    get: str
    post: str

    def address(self, names: dict[str, str | int]) -> str:
        return reverse(self.name, args=[word[1:] if word[0] == "=" else names[word] for word in self.where])


EVERYBODY_READS: Final = (
    "302 200 200 200 200 200 200 200 200 200 200",
    "401 405 405 405 405 405 405 405 405 405 405",
)
WHO_MAY_VIEW_READS: Final = (
    "302 200 200 200 200 200 200 200 200 404 200",
    "401 405 405 405 405 405 405 405 405 405 405",
)
ACT: Final = "302 405 405 405 405 405 405 405 405 405 405"
"""What reading an address answers that is only for acts."""
EDITOR_ACTS: Final = (ACT, "401 302 302 403 403 302 403 403 403 404 403")
OWNER_ACTS: Final = (ACT, "401 302 403 403 403 403 403 403 403 404 403")

TABLE: Final = (
    Row("home", (), *EVERYBODY_READS),
    Row(
        "sign-in",
        (),
        "200 302 302 302 302 302 302 302 302 302 302",
        "422 302 302 302 302 302 302 302 302 302 302",
    ),
    Row(
        "sign-in-start",
        (),
        "302 302 302 302 302 302 302 302 302 302 302",
        "405 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "sign-in-callback",
        (),
        "400 302 302 302 302 302 302 302 302 302 302",
        "405 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "sign-in-lasting",
        (),
        "200 200 200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405 405 405",
    ),
    Row("sign-in-renewed", (), *EVERYBODY_READS),
    Row("sign-out", (), ACT, "401 302 302 302 302 302 302 302 302 302 302"),
    Row(
        "sign-out-microsoft",
        (),
        "200 302 302 302 302 302 302 302 302 302 302",
        "405 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "sign-out-front-channel",
        (),
        "204 204 204 204 204 204 204 204 204 204 204",
        "405 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "theme",
        (),
        "405 405 405 405 405 405 405 405 405 405 405",
        "302 302 302 302 302 302 302 302 302 302 302",
    ),
    Row(
        "draft-new",
        (),
        "302 200 200 200 200 200 200 200 200 200 200",
        "401 302 302 302 302 302 302 302 302 302 302",
    ),
    Row(
        "draft-starter",
        ("=linux-web",),
        "302 200 200 200 200 200 200 200 200 200 200",
        "401 302 302 302 302 302 302 302 302 302 302",
    ),
    Row(
        "draft-copies",
        (),
        "302 200 200 200 200 200 200 200 200 200 200",
        "401 404 404 404 404 404 404 404 404 404 404",
    ),
    Row("picker-suggest-anew", ("=subscription",), *EVERYBODY_READS),
    Row("draft", ("draft",), *WHO_MAY_VIEW_READS),
    Row(
        "draft-step",
        ("draft", "=instances"),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 409 409 403 403 409 403 403 403 404 403",
    ),
    Row(
        "draft-item",
        (
            "draft",
            "=network",
            "=properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0",
        ),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 409 409 403 403 409 403 403 403 404 403",
    ),
    Row(
        "picker",
        ("draft", "=sku/name"),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 422 422 403 403 422 403 403 403 404 403",
    ),
    Row(
        "picker-suggest",
        ("draft", "=sku/name"),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "preflight",
        ("draft",),
        "302 200 200 200 200 200 200 200 200 404 200",
        "401 302 302 403 403 302 403 403 403 404 403",
    ),
    Row(
        "preflight-by-itself",
        ("draft",),
        "302 405 405 405 405 405 405 405 405 405 405",
        "401 302 302 302 302 302 302 302 302 404 302",
    ),
    Row(
        "draft-work",
        ("draft",),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 302 302 403 403 302 403 403 403 404 403",
    ),
    Row("draft-work-stop", ("draft",), *EDITOR_ACTS),
    Row(
        "update-open",
        (),
        "302 200 200 200 200 200 200 200 200 200 200",
        "401 422 422 422 422 422 422 422 422 422 422",
    ),
    Row(
        "update-changes",
        ("draft",),
        "302 200 200 200 200 200 200 200 200 404 200",
        "401 302 302 403 403 302 403 403 403 404 403",
    ),
    Row(
        "draft-json",
        ("draft",),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 422 422 403 403 422 403 403 403 404 403",
    ),
    Row("draft-notes", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-document", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-check", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-defaults", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-findings", ("draft", "=error"), *WHO_MAY_VIEW_READS),
    Row("draft-values", ("draft", "=1", "=basics"), *WHO_MAY_VIEW_READS),
    Row(
        "draft-tasks",
        ("draft",),
        "302 302 302 403 403 302 403 403 403 404 403",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row(
        "draft-together",
        ("draft",),
        "302 302 302 403 403 302 403 403 403 404 403",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row("draft-picture", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-cost", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-comments", ("draft",), WHO_MAY_VIEW_READS[0], "401 422 422 422 403 422 422 403 422 404 422"),
    Row(
        "comment-thread",
        ("draft", "thread"),
        WHO_MAY_VIEW_READS[0],
        "401 422 422 422 403 422 422 403 422 404 422",
    ),
    Row("comment-resolve", ("draft", "thread"), *EDITOR_ACTS),
    Row("comment-reopen", ("draft", "thread"), ACT, "401 409 409 403 403 409 403 403 403 404 403"),
    Row("comment-edit", ("draft", "comment"), ACT, "401 422 403 403 403 403 403 403 403 404 403"),
    Row("suggestion-accept", ("draft", "suggestion"), *EDITOR_ACTS),
    Row("comment-delete", ("draft", "comment"), *OWNER_ACTS),
    Row("draft-history", ("draft",), *WHO_MAY_VIEW_READS),
    Row("draft-restore", ("draft", "=1"), *EDITOR_ACTS),
    Row("draft-compare", ("draft", "=1", "=1"), *WHO_MAY_VIEW_READS),
    Row(
        "draft-exports",
        ("draft",),
        "302 302 302 302 302 302 302 302 302 404 302",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row("draft-export", ("draft", "=bicep"), *WHO_MAY_VIEW_READS),
    Row(
        "draft-find",
        ("draft",),
        "302 200 200 403 403 200 403 403 403 404 403",
        "401 404 404 403 403 404 403 403 403 404 403",
    ),
    Row("draft-fix", ("draft",), *EDITOR_ACTS),
    Row(
        "draft-fixes",
        ("draft",),
        "302 302 302 403 403 302 403 403 403 404 403",
        "401 302 302 403 403 302 403 403 403 404 403",
    ),
    Row(
        "draft-people",
        ("draft",),
        "302 200 200 200 200 200 200 200 200 404 200",
        "401 422 403 403 403 403 403 403 403 404 403",
    ),
    Row("draft-member", ("draft", "member"), *OWNER_ACTS),
    Row("draft-invitation-take-back", ("draft", "invitation"), *OWNER_ACTS),
    Row("draft-links", ("draft",), ACT, "401 422 403 403 403 403 403 403 403 404 403"),
    Row("draft-link-revoke", ("draft", "link"), *OWNER_ACTS),
    Row("draft-hand-over", ("draft",), ACT, "401 422 403 403 403 403 403 403 403 404 422"),
    Row("draft-discard", ("draft",), *OWNER_ACTS),
    Row(
        "shared",
        ("token",),
        "302 302 302 302 302 302 302 302 302 302 302",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row("reference", (), *EVERYBODY_READS),
    Row("reference-property", ("=sku.capacity",), *EVERYBODY_READS),
    Row("reference-schema", ("=2026-04-01",), *EVERYBODY_READS),
    Row(
        "explain",
        (),
        "302 200 200 200 200 200 200 200 200 200 200",
        "401 422 422 422 422 422 422 422 422 422 422",
    ),
    Row("review-list", (), *EVERYBODY_READS),
    Row("review-detail", ("review",), *WHO_MAY_VIEW_READS),
    Row(
        "review-request",
        ("draft",),
        "302 200 403 403 403 403 403 403 403 404 403",
        "401 409 403 403 403 403 403 403 403 404 403",
    ),
    Row("review-decide", ("review",), ACT, "401 403 403 403 403 403 403 403 422 404 422"),
    Row("review-revoke", ("review",), ACT, "401 403 403 403 403 403 403 403 403 404 409"),
    Row(
        "review-away",
        (),
        "302 403 403 403 403 403 403 403 200 403 200",
        "401 403 403 403 403 403 403 403 422 403 422",
    ),
    Row("review-away-end", ("delegation",), ACT, "401 404 404 404 404 404 404 404 302 404 302"),
    Row("review-withdraw", ("review",), *OWNER_ACTS),
    Row("review-script-open", ("review",), ACT, "401 422 403 403 403 403 403 403 403 404 403"),
    Row(
        "review-script",
        ("review", "script"),
        "302 403 403 403 403 403 403 403 200 404 403",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
    Row("review-script-close", ("review", "script"), *OWNER_ACTS),
    Row("submission-list", (), *EVERYBODY_READS),
    Row("submission-create", ("approved",), *OWNER_ACTS),
    Row("submission-detail", ("submission",), *WHO_MAY_VIEW_READS),
    Row("submission-instances", ("submission",), *WHO_MAY_VIEW_READS),
    Row("submission-continue", ("submission",), *OWNER_ACTS),
    Row("submission-check", ("submission",), ACT, "401 302 403 403 403 403 403 403 403 404 302"),
    Row("submission-stop", ("submission",), ACT, "401 302 403 403 403 403 403 403 403 404 302"),
    Row(
        "submission-answer",
        ("submission",),
        "302 404 404 404 404 404 404 404 404 404 404",
        "401 405 405 405 405 405 405 405 405 405 405",
    ),
)

DRAFTS: Final = tuple(row for row in TABLE if row.where[:1] in (("draft",), ("approved",)))
ACTS: Final = tuple(
    row for row in TABLE if "302" in row.post.split() or "422" in row.post or "409" in row.post
)


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route outside the admin site, with its pattern."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: what a test writes is taken back after it, and this after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(one_world: World, sandbox: Running) -> World:
    return one_world


def again(client: Client, **options: Any) -> Client:
    """The same person in a fresh browser, so that one request cannot change what the next finds."""
    fresh = Client(raise_request_exception=True, **options)
    fresh.cookies = client.cookies.copy()  # type: ignore[assignment] # a copy of cookies is cookies
    return fresh


def test_the_table_knows_every_route() -> None:
    found = list(routes(get_resolver().url_patterns))
    nameless = [address for address, pattern in found if not pattern.name]
    assert not nameless, "routes without a name"
    names = [str(pattern.name) for _address, pattern in found]
    assert sorted(names) == sorted(set(names)), "two routes of one name"
    assert sorted(set(names)) == sorted(row.name for row in TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_who_may_do_what(world: World, row: Row) -> None:
    address = row.address(world.names)
    found: dict[str, list[str]] = {"get": [], "post": []}
    for method, statuses in found.items():
        for who in PEOPLE:
            with transaction.atomic():
                browser = again(world.browsers[who])
                response = browser.get(address) if method == "get" else browser.post(address, {})
                transaction.set_rollback(True)
            statuses.append(str(response.status_code))
            html = response.headers.get("Content-Type", "").startswith("text/html")
            if html and response.content:
                # Whatever a person is answered is a proper page, refusals included.
                assert problems_of(response) == [], f"{method} {address} as {who}"
                if who == "owner":
                    assert faults_by_the_standard(response.content.decode()) == [], f"{method} {address}"
            if who == "anonymous" and response.status_code not in (200, 422):
                assert b"web-prod" not in response.content
    assert " ".join(found["get"]) == row.get, f"GET {address}"
    assert " ".join(found["post"]) == row.post, f"POST {address}"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_asking_for_the_head_alone_answers_like_reading(world: World, row: Row) -> None:
    response = again(world.browsers["owner"]).head(row.address(world.names))
    assert str(response.status_code) == row.get.split()[1]
    assert response.content == b""


@pytest.mark.parametrize("row", ACTS, ids=lambda row: row.name)
def test_nothing_is_done_without_a_csrf_token(world: World, row: Row) -> None:
    events = Event.objects.count()
    for who in PEOPLE:
        response = again(world.browsers[who], enforce_csrf_checks=True).post(row.address(world.names), {})
        assert response.status_code == 403
        assert Page(response).heading == "This form could not be checked"
    assert Event.objects.count() == events


@pytest.mark.parametrize("row", DRAFTS, ids=lambda row: row.name)
def test_a_stranger_cannot_tell_a_draft_from_none(world: World, row: Row) -> None:
    nothing = world.names | {"draft": "zzzzzzzzzz", "approved": "zzzzzzzzzz"}
    for method in ("get", "post"):
        browser = again(world.browsers["stranger"])
        real, none = (getattr(browser, method)(row.address(names), {}) for names in (world.names, nothing))
        assert real.status_code == none.status_code
        assert Page(real).text == Page(none).text


# --- The admin site ---------------------------------------------------------------------------------------------------


def admin_addresses() -> Iterator[str]:
    """Every page of the admin site, with a row that there is where one is asked for."""
    from django.contrib.admin import site

    rows = {
        f"{model._meta.app_label}_{model._meta.model_name}_": model._default_manager.values_list(
            "pk", flat=True
        ).first()
        for model in site._registry
    }
    for pattern in _flat(site.get_urls()):
        if pattern.name:
            row = next((pk for prefix, pk in rows.items() if pattern.name.startswith(prefix)), None) or 1
            asked = [*pattern.pattern.converters, *getattr(pattern.pattern.regex, "groupindex", {})]
            known = {"app_label": "accounts", "url": "x", "content_type_id": 1}
            yield reverse(f"admin:{pattern.name}", kwargs={name: known.get(name, row) for name in asked})


def _flat(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _flat(pattern.url_patterns)
        else:
            yield pattern


def test_the_admin_site_is_for_administrators(world: World) -> None:
    addresses = sorted(set(admin_addresses()))
    assert len(addresses) > 30
    opened = 0
    for address in addresses:
        for who in PEOPLE:
            with transaction.atomic():
                response = again(world.browsers[who]).get(address)
                transaction.set_rollback(True)
            status = response.status_code
            if who == "anonymous":
                assert (status, response.headers.get("Location", "")[:14]) == (302, "/sign-in/?next"), address
            elif who == "administrator":
                assert status in (200, 302, 403, 404, 405), f"{address} answers {status}"
                opened += status == 200
                assert b"unsafe" not in response.headers["Content-Security-Policy"].encode()
            else:
                assert status in (403, 404), f"{address} answers {status} to the {who}"
    assert opened > 15


def test_the_log_has_no_button_that_changes_it(world: World) -> None:
    page = again(world.browsers["administrator"]).get("/admin/audit/event/")
    assert page.status_code == 200
    assert b"/admin/audit/event/add/" not in page.content
    event = Event.objects.order_by("id").first()
    assert event is not None
    for name in ("change", "delete"):
        response = again(world.browsers["administrator"]).post(
            f"/admin/audit/event/{event.pk}/{name}/", {"post": "yes"}
        )
        assert response.status_code == 403
    assert Event.objects.filter(pk=event.pk).exists()
