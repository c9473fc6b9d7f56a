from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from tests.conftest import GetPage
from tests.web.strict import Page, problems_of
from vmssbuilder.web.middleware import public

# --- Signing in -------------------------------------------------------------------------------------------------------


def test_pages_lead_to_the_sign_in_and_back(client: Client, db: None) -> None:
    assert client.get("/reviews/?show=decided")["Location"] == "/sign-in/?next=%2Freviews%2F%3Fshow%3Ddecided"


def test_htmx_is_told_without_a_page(client: Client, db: None) -> None:
    for response in (client.get("/", HTTP_HX_REQUEST="true"), client.post("/", HTTP_HX_REQUEST="true")):
        assert response.status_code == 401
        assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("address", ["/reference/sku.capacity/", "/reviews/"])
def test_an_address_that_is_none_is_no_place_that_somebody_came_from(
    as_requester: Client, address: str
) -> None:
    assert as_requester.get(address, HTTP_REFERER="http://[::1").status_code == 200


def test_an_act_without_a_sign_in_says_that_nothing_was_saved(
    client: Client, page_of: GetPage, db: None
) -> None:
    page = page_of(client, "/sign-out/", post={}, status=401)
    assert "Nothing was saved" in page.text
    assert page.links()["Sign in here and go back to the form"] == "/sign-in/?next=%2F"
    for referer, then in {
        "http://testserver/drafts/abc/instances/": "/sign-in/?next=%2Fdrafts%2Fabc%2Finstances%2F",
        "http://evil.example/drafts/abc/": "/sign-in/?next=%2F",
        "http://testserver//evil.example/": "/sign-in/?next=%2F",
        "http://[::1": "/sign-in/?next=%2F",
    }.items():
        assert (
            Page(client.post("/sign-out/", HTTP_REFERER=referer)).links()[
                "Sign in here and go back to the form"
            ]
            == then
        )


def test_pages_for_a_person_are_kept_nowhere(as_requester: Client) -> None:
    for address in ("/", "/nowhere/", "/sign-in/"):
        assert as_requester.get(address)["Cache-Control"] == "no-store"


# --- Theme ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_theme_is_remembered(client: Client, page_of: GetPage, theme: str, db: None) -> None:
    response = client.post("/theme/", {"theme": theme, "next": "/sign-in/?next=/reviews/"})
    assert response["Location"] == "/sign-in/?next=/reviews/"
    assert client.cookies["theme"]["httponly"]
    page = page_of(client, "/sign-in/")
    assert page.root.get("data-bs-theme") == theme
    assert page.all("button", value=theme)[0].get("aria-pressed") == "true"


def test_a_theme_that_does_not_exist_changes_nothing(client: Client, page_of: GetPage, db: None) -> None:
    client.post("/theme/", {"theme": "neon"})
    assert "theme" not in client.cookies
    client.cookies["theme"] = '"><script>'
    assert page_of(client, "/sign-in/").root.get("data-bs-theme") == "auto"


def test_the_theme_leads_to_no_other_site(client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_the_sandbox_is_named(client: Client, page_of: GetPage, settings: Settings, db: None) -> None:
    assert "Sandbox: nothing here reaches Azure" in page_of(client, "/sign-in/").html
    settings.VMSSBUILDER_CLOUD = "public"
    assert "andbox" not in page_of(client, "/sign-in/").html


# --- Problems ---------------------------------------------------------------------------------------------------------


@public
def refuse(request: HttpRequest, what: str) -> HttpResponse:
    if what == "403":
        raise PermissionDenied
    if what == "403-why":
        raise PermissionDenied("Only the owner may do this.")
    if what == "404-why":
        raise Http404("There is no such draft.")
    raise RuntimeError("canary-in-the-traceback")


urlpatterns = [path("refuse/<str:what>/", refuse), path("", include("vmssbuilder.urls"))]
handler400 = "vmssbuilder.web.views.bad_request"
handler403 = "vmssbuilder.web.views.forbidden"
handler404 = "vmssbuilder.web.views.not_found"
handler500 = "vmssbuilder.web.views.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "heading", "words"),
    [
        ("/refuse/403/", 403, "You cannot do this", "no permission"),
        ("/refuse/403-why/", 403, "You cannot do this", "Only the owner may do this."),
        ("/refuse/404-why/", 404, "Page not found", "There is no such draft."),
        ("/nowhere/", 404, "Page not found", "check that it is correct"),
        ("/refuse/500/", 500, "Something went wrong", "This is our fault"),
        ("/sign-in/?next=%00", 400, "The request could not be read", "NUL"),
    ],
)
def test_every_problem_has_its_page(
    as_requester: Client, page_of: GetPage, address: str, status: int, heading: str, words: str
) -> None:
    as_requester.raise_request_exception = False
    page = page_of(as_requester, address, status=status)
    assert page.heading == heading
    assert page.title == f"Error: {heading} - vmssbuilder"
    assert words in page.text
    assert "canary" not in page.html


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/refuse/403/", "/nowhere/", "/refuse/404-why/", "/", "/refuse/500/"])
def test_problems_have_their_page_without_a_database_too(
    as_requester: Client, no_database: None, address: str
) -> None:
    as_requester.raise_request_exception = False
    as_requester.cookies["theme"] = "dark"
    response = as_requester.get(address)
    expected = (
        503
        if address == "/"
        else 500
        if address == "/refuse/500/"
        else int(address[8:11])
        if "refuse" in address
        else 404
    )
    assert response.status_code == expected
    assert problems_of(response) == []
    assert 'data-bs-theme="dark"' in response.content.decode()
