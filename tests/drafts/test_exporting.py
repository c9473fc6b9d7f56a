"""The pages of exports: what they say is what `export` writes, and no secret is in them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.pages.strict import text_of
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import export
from vmssbuilder.scaleset.exports import FORMATS

PASSWORD = "Plain-passw0rd-1"


def at(draft: Draft, name: str) -> str:
    return f"/drafts/{draft.code}/export/{name}/"


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_shows_exactly_what_is_exported(
    page_of: GetPage, as_requester: Client, draft: Draft, name: str
) -> None:
    page = page_of(as_requester, at(draft, name))
    shown = next(element for element in page.root.iter("pre") if element.get("id") == "export")
    draft.refresh_from_db()
    assert "".join(shown.itertext()) == export(draft.request, name)
    assert PASSWORD not in page.html
    assert "1 secret left out" in page.text
    # The name that the page says is the one that the text uses.
    callout = next(
        each for each in page.root.iter("code") if "adminpassword" in text_of(each).lower().replace("_", "")
    )
    assert text_of(callout) in "".join(shown.itertext())


@pytest.mark.parametrize("name", FORMATS)
def test_a_download_is_the_same_text_as_a_file(as_requester: Client, draft: Draft, name: str) -> None:
    answer = as_requester.get(at(draft, name) + "?download=1")
    draft.refresh_from_db()
    assert answer.content.decode() == export(draft.request, name)
    assert answer["Content-Disposition"] == f'attachment; filename="web-prod{FORMATS[name].suffix}"'
    assert answer["Content-Type"].startswith(FORMATS[name].media_type)


def test_a_name_that_is_no_file_name_leaves_the_code(as_requester: Client, draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(name='"/\r\n.')
    answer = as_requester.get(at(draft, "bicep") + "?download=1")
    assert answer["Content-Disposition"] == f'attachment; filename="{draft.code}.bicep"'


@pytest.mark.parametrize("name", ["arm", "bicep"])
def test_what_a_format_cannot_say_is_explained_with_the_way_out(
    page_of: GetPage, as_requester: Client, draft: Draft, name: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(operation="update")
    page = page_of(as_requester, at(draft, name))
    assert "describes a whole scale set" in page.text
    assert at(draft, "terraform") in page.addresses()
    assert not page.all("pre")
    # The file would hold nothing, so that the page is answered instead.
    page_of(as_requester, at(draft, name) + "?download=1")


def test_the_exports_start_with_the_first_format(as_requester: Client, draft: Draft) -> None:
    assert as_requester.get(f"/drafts/{draft.code}/export/")["Location"] == at(draft, "rest")


def test_a_format_that_does_not_exist_is_not_there(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    assert "Choose one of" in page_of(as_requester, at(draft, "pulumi"), status=404).text


def test_errors_that_the_request_still_has_are_said(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, at(draft, "az"))
    assert "in this request. Check everything" in page.text


def test_markup_in_values_stays_text(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    draft.document["tags"] = {"<b>&": "</pre><script>alert('1')</script>"}
    Draft.objects.filter(pk=draft.pk).update(document=draft.document)
    for name in FORMATS:
        assert "<script>alert" not in page_of(as_requester, at(draft, name)).html
