"""The picture of a draft on its pages: drawn where it is looked at, asked for beside a form, safe with any name."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.conftest import DOCUMENT, TARGET
from tests.scaleset.pictured import SHAPES
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target

pytestmark = pytest.mark.django_db
SVG_BYTES = 6_000


def made(person: User, document: dict[str, Any], name: str = "web-prod", operation: Any = "create") -> Draft:
    target = Target(TARGET.subscription, TARGET.resource_group, name)
    return actions.create(person, Request(target, operation, "2024-07-01", copy.deepcopy(document)), "pasted")


def drawing(html: str) -> str:
    found = re.search(r'<svg class="picture__drawing".*?</svg>', html, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_drawing_is_named_told_and_small(
    as_requester: Client, requester: User, page_of: GetPage, shape: str
) -> None:
    document, told = SHAPES[shape]
    page = page_of(as_requester, f"/drafts/{made(requester, document).code}/picture/")
    for attribute in ('role="img"', 'aria-labelledby="picture-title"', 'aria-describedby="picture-words"'):
        assert attribute in drawing(page.html)
    assert 'id="picture-words"' in page.html
    assert "Picture of web-prod" in drawing(page.html)
    for sentence in told:
        assert sentence in page.text
    assert len(drawing(page.html)) < SVG_BYTES


@pytest.mark.parametrize("where", ["", "check/"])
def test_the_draft_and_its_check_show_it(
    as_requester: Client, draft: Draft, page_of: GetPage, where: str
) -> None:
    page = page_of(as_requester, f"/drafts/{draft.code}/{where}", queries=40)
    assert "3 instances of Standard_D2s_v5 in uksouth, Uniform orchestration." in page.text


def test_a_page_of_fields_leads_to_it_and_asks_for_it_once_it_is_opened(
    as_requester: Client, draft: Draft, page_of: GetPage
) -> None:
    page = page_of(as_requester, f"/drafts/{draft.code}/basics/", queries=40)
    assert page.links()["Open the picture"] == f"/drafts/{draft.code}/picture/"
    assert "picture__drawing" not in page.html
    part = as_requester.get(f"/drafts/{draft.code}/picture/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "3 instances" in drawing(part)


NASTY = "\u202e</text><script>alert(1)</script>\u200b שלום " + "漢" * 40


def test_a_nasty_name_stays_a_text_of_the_drawing(as_requester: Client, requester: User) -> None:
    document = copy.deepcopy(DOCUMENT) | {"zones": [NASTY], "location": NASTY}
    document["sku"]["name"] = NASTY
    answer = as_requester.get(f"/drafts/{made(requester, document, NASTY).code}/picture/").content.decode()
    svg = drawing(answer)
    assert "<script" not in answer.partition("<main")[2].partition("</main")[0]
    assert "&lt;script&gt;" in answer
    # HTML within a drawing would end it.
    inside = set(re.findall(r"<(\w+)", svg)) - {
        "svg",
        "title",
        "desc",
        "defs",
        "g",
        "use",
        "path",
        "rect",
        "circle",
        "text",
    }
    assert not inside
    assert "\u202e" not in svg
    assert "\u200b" not in svg


@pytest.mark.parametrize(
    ("document", "operation", "words"),
    [
        ({}, "create", "There is nothing to draw yet."),
        ({"sku": {"capacity": 5}}, "update", "This request holds changes alone"),
    ],
    ids=["nothing", "changes alone"],
)
def test_where_there_is_nothing_to_draw_it_says_why(
    as_requester: Client, requester: User, page_of: GetPage, document: Any, operation: str, words: str
) -> None:
    code = made(requester, document, operation=operation).code
    assert words in page_of(as_requester, f"/drafts/{code}/picture/").text
    assert "picture__drawing" not in page_of(as_requester, f"/drafts/{code}/", queries=40).html
