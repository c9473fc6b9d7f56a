"""The page *Explain an error*: what was pasted in words, and nothing of it kept."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart

from tests.conftest import GetPage
from tests.reviews.making import draft
from tests.web.strict import Page
from vmssbuilder.accounts.models import User
from vmssbuilder.explain import forms, views

URL = "/explain/"
CANARY = "Zq9-canary-in-the-paste"
ERROR = {
    "error": {
        "code": "InvalidParameter",
        "message": "The value of parameter overprovision is invalid.",
        "target": "overprovision",
    }
}
PLACE = "/reference/properties.overprovision/"


def paste(**named: str) -> dict[str, Any]:
    return {"said": json.dumps(ERROR), "draft": "", "sent": "", **named}


def test_the_page_is_linked_from_every_page(page_of: GetPage, as_requester: Client) -> None:
    assert URL in page_of(as_requester, "/").addresses()


def test_an_error_is_told_with_field_cure_and_turn(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, URL, post=paste())
    for seen in (
        "Azure does not accept the value of “overprovision”.",
        "Correct the value",
        "Overprovisioning",
        "Yours",
    ):
        assert seen in page.text, seen
    assert PLACE in page.addresses()


def test_with_a_draft_the_field_is_a_link_into_it(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    own = draft(requester)
    page = page_of(as_requester, f"{URL}?draft={own.code}")
    assert own.code in [each.get("value") for each in page.all("option") if "selected" in each.keys()]  # noqa: SIM118 - an lxml element, whose items are its children
    page = page_of(as_requester, URL, post=paste(draft=own.code))
    assert any(address.startswith(f"/drafts/{own.code}/") for address in page.addresses())


def test_with_a_request_the_field_is_found_in_it(page_of: GetPage, as_requester: Client) -> None:
    sent = {"location": "uksouth", "sku": {"name": "Standard_X9_quay", "capacity": 2}, "properties": {}}
    said = {"error": {"code": "BadRequest", "message": "Whatever 'Standard_X9_quay' is, it must be another."}}
    page = page_of(as_requester, URL, post=paste(said=json.dumps(said), sent=json.dumps(sent)))
    assert "sku.name" in page.text


def test_a_request_that_cannot_be_read_is_named_and_the_error_explained(
    page_of: GetPage, as_requester: Client
) -> None:
    page = page_of(as_requester, URL, post=paste(sent="no request"), status=422)
    assert "explained without it" in page.text
    assert "Azure does not accept the value" in page.text


def test_the_draft_of_somebody_else_is_not_on_offer(
    page_of: GetPage, as_stranger: Client, requester: User
) -> None:
    other = draft(requester)
    offered = page_of(as_stranger, f"{URL}?draft={other.code}").all("option")
    assert [each.get("value") for each in offered] == [""]
    page = page_of(as_stranger, URL, post=paste(draft=other.code), status=422)
    assert "Choose one of your drafts" in page.text


def test_nothing_is_kept(as_requester: Client, caplog: pytest.LogCaptureFixture) -> None:
    def rows() -> dict[str, int]:
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}

    as_requester.get(URL)
    before, session = rows(), dict(as_requester.session)
    with caplog.at_level(logging.DEBUG):
        response = as_requester.post(
            URL, paste(said=f'Code="BadRequest" Message="No {CANARY} there, it is invalid."', sent=CANARY)
        )
    assert CANARY in response.content.decode(), "their own paste is shown back to them"
    assert (rows(), dict(as_requester.session)) == (before, session)
    assert CANARY not in caplog.text
    assert "no-store" in response.headers["Cache-Control"]


def test_what_is_pasted_is_text_and_marked_where_it_deceives(page_of: GetPage, as_requester: Client) -> None:
    said = 'Code="BadRequest" Message="The <script>alert(1)</script> is \u202einvalid."'
    page = page_of(as_requester, URL, post=paste(said=said))
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script>" in page.text


def test_nothing_recognized_says_so_and_shows_the_words(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, URL, post=paste(said="It failed, and nobody knows."))
    assert "No error of Azure was recognized" in page.text
    assert "It failed, and nobody knows." in page.text


def test_an_empty_box_is_named(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, URL, post=paste(said=" \n"), status=422)
    assert "Paste what Azure or your tool printed." in page.text


def test_a_log_of_twenty_errors_names_each(page_of: GetPage, as_requester: Client) -> None:
    said = "\n\n".join(
        f'Code="Odd{n}Invalid" Message="The odd thing number {n} is invalid."' for n in range(20)
    )
    page = page_of(as_requester, URL, post=paste(said=said))
    assert "20 errors" in page.text
    assert all(f"number {n} is" in page.text for n in range(20))


@pytest.mark.parametrize(
    "piece",
    [
        "a line of a log that says nothing\n",
        '{"error": ',
        "Error: x\n",
        "\x7f\x01 error \x02",
        '{"error":{"code":"A',
        "\x00\x01error",
    ],
)
def test_a_megabyte_is_answered(page_of: GetPage, as_requester: Client, piece: str) -> None:
    said = (
        (piece * (1_000_000 // len(piece)))[: 1_000_000 - 200] + 'Code="Abc'
        if piece[0] == "a"
        else piece * 20_000
    )
    page = page_of(as_requester, URL, post=paste(said=said))
    assert len(page.html) < 2_000_000


def box(page: Page, name: str = "said") -> str:
    (found,) = [each for each in page.all("textarea") if each.get("name") == name]
    return found.text or ""


def test_what_is_no_text_is_said_to_be_none_and_stays(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, URL, post=paste(said="PK\x03\x04\x00\x00 harbor.log"))
    assert "4 characters of it are no text" in page.text
    assert "Open the log in an editor" in page.text
    assert "harbor.log" in box(page)


def test_a_few_odd_characters_make_a_log_no_archive(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, URL, post=paste(said=f"It failed, and nobody knows why.{' ' * 50}\x02"))
    assert "No error of Azure was recognized" in page.text
    assert "archive" not in page.text


def test_an_error_among_what_is_no_text_is_told(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(
        as_requester, URL, post=paste(said=f"\x00\x01{json.dumps(ERROR)}\x00", sent="\x00{"), status=422
    )
    assert "Azure does not accept the value of “overprovision”." in page.text
    assert "3 characters of the text are no text" in page.text
    assert "explained without it" in page.text


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "latin-1"])
def test_bytes_of_a_log_in_another_coding_are_read(as_requester: Client, coding: str) -> None:
    log = f"déploiement:\n{json.dumps(ERROR)}".encode(coding)
    form = encode_multipart("b0und", {"draft": "", "sent": ""}).removesuffix(b"--b0und--\r\n")
    body = (
        form + b'--b0und\r\nContent-Disposition: form-data; name="said"\r\n\r\n' + log + b"\r\n--b0und--\r\n"
    )
    response = as_requester.post(URL, body, content_type="multipart/form-data; boundary=b0und")
    assert response.status_code == 200
    assert "Azure does not accept the value of “overprovision”." in response.content.decode()


def test_nul_is_refused_in_what_is_looked_up(as_requester: Client) -> None:
    response = as_requester.post(URL, paste(draft="\x00"))
    assert response.status_code == 400


def test_a_text_that_is_too_long_is_refused_with_the_cure(
    as_requester: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST", 100)
    monkeypatch.setattr(views, "SHOWN_AGAIN", 10)
    response = as_requester.post(URL, paste(said="x" * 101))
    assert response.status_code == 422
    assert "Paste the part with the error" in response.content.decode()
    assert "too long to be shown here again" in response.content.decode()


def test_texts_of_quotes_alone_do_not_make_the_page_too_large(as_requester: Client) -> None:
    response = as_requester.post(URL, paste(said='"' * 190_000, sent="'" * 190_000))
    assert response.status_code == 422, "the request is no JSON"
    page = response.content.decode()
    assert "Explain an error" in page
    assert page.count("too long to be shown here again") == 2


def test_a_file_in_the_place_of_text_is_no_fault(as_requester: Client) -> None:
    response = as_requester.post(
        URL, {"said": SimpleUploadedFile("a.bin", b"\x00\xff"), "draft": "", "sent": ""}
    )
    assert response.status_code == 422
