"""Characters that HTML has no room for, in every text of a request: pages stay valid, and change nothing by being sent."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests import forms
from tests.conftest import GetPage
from tests.web.strict import problems_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target

from .conftest import DOCUMENT, TARGET

ODD = "\x01\x08\x0b\x0c\x1f\x7f\x80\x85\x9f\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff"
TEXTS = st.text(
    st.sampled_from(ODD) | st.sampled_from("aZ9 \t\n\r.'\"\\<>&\u00a0\u2028\ufffd\U0001f600"),
    min_size=1,
    max_size=12,
)


def opened(
    browser: Client, owner: User, document: dict[str, Any], target: Target = TARGET
) -> Iterator[tuple[Draft, str, str]]:
    """Each page of a draft of the document that may show a text of it: the draft, the address, the page."""
    with transaction.atomic():
        draft = actions.create(owner, Request(target, "create", "2024-07-01", document), "pasted")
        code = draft.code
        for below in (
            *(
                "",
                "basics/",
                "instances/",
                "image/",
                "network/",
                "extensions/",
                "extensions/properties/virtualMachineProfile/extensionProfile/extensions/0/",
            ),
            *("check/", "history/", "json/", "find/?q=a", "export/bicep/", "basics/?findings=1"),
        ):
            response = browser.get(f"/drafts/{code}/{below}")
            assert response.status_code == 200, (below, response.status_code)
            assert not (found := problems_of(response)), f"{below}:\n" + "\n".join(found)
            yield draft, below, response.content.decode()
        response = browser.get("/")
        assert not problems_of(response)
        transaction.set_rollback(True)


@settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],  # A page costs too much for the hundreds of tries of shrinking.
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TEXTS, TEXTS, st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3))
@example("a\x7f", "\x85", {"\ufffe": "\x01", "\uffff": "\x02", "a\rb": "c\rd"})
@example(ODD, ODD, {ODD: ODD})
def test_pages_are_valid_and_change_nothing(
    as_requester: Client, requester: User, name: str, text: str, tags: dict[str, str]
) -> None:
    document = copy.deepcopy(DOCUMENT)
    document |= {"tags": tags, "location": text, "zones": [text, name]}
    document[text] = {name: text}
    profile = document["properties"]["virtualMachineProfile"]
    profile["osProfile"] |= {"adminUsername": text, "computerNamePrefix": name}
    profile["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = text
    profile["extensionProfile"] = {
        "extensions": [
            {"name": name, "properties": {"publisher": text, "settings": {name: text, "list": [text]}}}
        ]
    }
    target = Target(text, name, name)
    for draft, below, html in opened(as_requester, requester, document, target):
        if 'id="step-form"' in html:
            before = actions.shown_at(draft, draft.head)
            head = draft.head
            answer = as_requester.post(f"/drafts/{draft.code}/{below.partition('?')[0]}", forms.sent(html))
            assert answer.status_code == 302, below
            draft.refresh_from_db()
            assert actions.shown_at(draft, draft.head) == before, below
            assert draft.head == head, below


def test_a_tag_with_an_odd_name_is_removed_and_put_back(
    as_requester: Client, draft: Draft, page_of: GetPage
) -> None:
    """The button names the tag, so its name must survive the way through the page."""
    requester = draft.owner
    odd = actions.create(
        requester, Request(TARGET, "create", "2024-07-01", {"tags": {"a\x7fb": "x", "c": "y"}}), "pasted"
    )
    url = f"/drafts/{odd.code}/basics/"
    sent = forms.sent(page_of(as_requester, url).html) | {"act": ["drop:tags[0]"]}
    page = page_of(as_requester, url, post=sent, follow=True, queries=60)
    odd.refresh_from_db()
    assert odd.document["tags"] == {"c": "y"}
    undo = next(
        each.get("value")
        for each in page.all("button", name="act")
        if (each.get("value") or "").startswith("undo:")
    )
    as_requester.post(url, forms.sent(page.html) | {"act": [undo]})
    odd.refresh_from_db()
    assert odd.document["tags"] == {"a\x7fb": "x", "c": "y"}


def test_the_json_beside_the_form_is_the_json(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    """An odd character stands as an escape there, so that what is copied is what is sent."""
    made = actions.create(
        requester, Request(TARGET, "create", "2024-07-01", {"location": "a\x7f\ufffe\U0001ffffb"}), "pasted"
    )
    page = page_of(as_requester, f"/drafts/{made.code}/basics/")
    shown = "".join(next(each for each in page.all("code", class_="json")).itertext())
    assert '"a\\u007f\\ufffe\\ud83f\\udfffb"' in shown


@pytest.mark.parametrize("odd", ["\x7f", "\x85", "\ufffe"])
def test_what_was_typed_stays_through_autosaves(as_requester: Client, draft: Draft, odd: str) -> None:
    """The browser goes on sending what was typed, not what a new page would show: that is no change either."""
    url = f"/drafts/{draft.code}/basics/"
    sent = forms.sent(as_requester.get(url).content.decode()) | {"location": [f"uk{odd}south"]}
    as_requester.post(url, sent, headers={"HX-Request": "true"})
    draft.refresh_from_db()
    assert draft.document["location"] == f"uk{odd}south"
    again = sent | {"base": [str(draft.head)]}
    assert as_requester.post(url, again, headers={"HX-Request": "true"}).status_code == 204
