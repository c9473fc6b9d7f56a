"""The header says who is signed in and where, though it is drawn only once for all pages alike."""

from __future__ import annotations

import re

from django.test import Client

from tests.conftest import GetPage
from tests.web.strict import Page
from vmssbuilder.accounts.models import User


def header(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode().split("</header>")[0]


def test_it_follows_the_person_at_once(as_requester: Client, requester: User) -> None:
    assert str(requester) in header(as_requester)
    User.objects.filter(pk=requester.pk).update(display_name="<b>Ada</b> O'Hara")
    assert "&lt;b&gt;Ada&lt;/b&gt; O&#x27;Hara" in header(as_requester)
    assert "<b>Ada" not in header(as_requester)


def test_two_people_do_not_see_each_other(
    as_requester: Client, as_reviewer: Client, requester: User, reviewer: User
) -> None:
    mine, theirs = header(as_requester, "/reviews/"), header(as_reviewer, "/reviews/")
    assert str(requester) in mine
    assert str(reviewer) not in mine
    assert str(reviewer) in theirs


def test_each_browser_gets_its_own_token(as_requester: Client, as_reviewer: Client) -> None:
    def tokens(client: Client) -> set[str | None]:
        page = Page(client.get("/reviews/"))
        return {field.get("value") for field in page.all("input", name="csrfmiddlewaretoken")}

    mine, theirs = tokens(as_requester), tokens(as_reviewer)
    assert mine
    assert not mine & theirs
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_requester.cookies
    token = Page(strict.get("/")).all("input", name="csrfmiddlewaretoken")[0].get("value")
    assert strict.post("/theme/", {"theme": "dark", "csrfmiddlewaretoken": token}).status_code == 302


def test_the_theme_leads_back_to_this_page(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, '/reference/?q=a&x="<')
    assert page.all("input", name="next")[0].get("value") == "/reference/?q=a&x=%22%3C"


def test_it_marks_the_section(as_requester: Client) -> None:
    for address, title in {"/": "Home", "/reviews/": "Reviews", "/reference/": "Reference"}.items():
        assert header(as_requester, address).count("aria-current") == 1
        assert re.search(rf'aria-current="page">{title}\b', header(as_requester, address))
