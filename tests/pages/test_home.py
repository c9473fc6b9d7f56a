from __future__ import annotations

from django.test import Client

from tests.conftest import GetPage


def test_someone_new_is_told_how_to_begin(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, "/")
    assert page.heading == "What needs you"
    assert "No drafts yet" in page.text
    assert page.links()["New scale set"] == "/drafts/new/"
