"""Linux or Windows: the form shows what applies, and hides the rest without losing any of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from tests.web.strict import Page
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.systems import PUBLISHER, SETTINGS

LINUX, WINDOWS = SETTINGS["Linux"], SETTINGS["Windows"]
BOTH: dict[str, Any] = {}
paths.put(BOTH, PUBLISHER, "Canonical")
paths.put(BOTH, LINUX, {"disablePasswordAuthentication": True})
paths.put(
    BOTH,
    WINDOWS,
    {"enableAutomaticUpdates": False, "timeZone": "UTC", "winRM": {"listeners": [{"protocol": "Http"}]}},
)
ZONE = paths.text((*WINDOWS, "timeZone"))
KEYS_ONLY = paths.text((*LINUX, "disablePasswordAuthentication"))


def draft_of(user: User, document: dict[str, Any], version: str = "2024-07-01") -> Draft:
    return actions.create(
        user, Request(Target("", "", "web"), "create", version, copy.deepcopy(document)), "pasted"
    )


def step(draft: Draft) -> str:
    return f"/drafts/{draft.code}/image/?all"


def html_of(page: Page) -> str:
    """The source of a page."""
    return str(page.response.content.decode())


def names(html: str) -> list[str]:
    return [name for name, _ in entries(html)]


def send(browser: Client, draft: Draft, act: str, also: dict[str, str] | None = None) -> Any:
    """Presses a button of the step's page, as a browser without JavaScript does."""
    html = browser.get(step(draft)).content.decode()
    form = html[html.index('id="step-form"') : html.index("</form>", html.index('id="step-form"'))]
    data: dict[str, list[str]] = {}
    for name, value in entries(form):
        data.setdefault(name, []).append(value)
    data |= {name: [value] for name, value in (also or {}).items()} | {"act": [act]}
    answer = browser.post(step(draft), data)
    draft.refresh_from_db()
    return answer


def test_while_nobody_knows_everything_is_shown(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, {})
    page = page_of(as_requester, step(draft))
    assert ZONE in names(html_of(page))
    assert paths.text((*LINUX, "provisionVMAgent")) in names(html_of(page))
    assert 'aria-pressed="true"' not in html_of(page).split('id="step-form"')[1]
    assert "Hidden for" not in page.text


def test_the_image_tells_and_only_what_applies_is_shown(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    document: dict[str, Any] = {}
    paths.put(document, PUBLISHER, "MicrosoftWindowsServer")
    draft = draft_of(requester, document)
    page = page_of(as_requester, step(draft))
    assert (
        "MicrosoftWindowsServer publishes Windows images. The form shows what applies to Windows."
        in page.text
    )
    assert ZONE in names(html_of(page))
    assert KEYS_ONLY not in names(html_of(page))


def test_settings_of_the_other_system_are_hidden_by_name(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, BOTH)
    page = page_of(as_requester, step(draft))
    assert "Hidden for Linux" in page.text
    assert "Automatic updates, Time zone, WinRM listeners" in page.text
    assert "Remove the Windows settings" in page.text
    assert names(html_of(page)).count(ZONE) == 1
    assert names(html_of(page)).count(KEYS_ONLY) == 1


def test_choosing_a_system_loses_nothing_and_makes_no_revision(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, BOTH)
    head, before = draft.head, copy.deepcopy(draft.document)
    for system in ("Windows", "Linux", ""):
        answer = send(as_requester, draft, f"system:{system}")
        assert answer.status_code == 302
        assert draft.system == system
        assert (draft.head, draft.document) == (head, before)
    chosen = Event.objects.filter(what="draft.system-chosen", about=draft.code)
    assert [event.details["system"] for event in chosen.order_by("pk")] == ["Windows", "Linux", ""]


def test_what_was_typed_is_saved_by_the_button(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, {})
    send(as_requester, draft, "system:Windows", {ZONE: "UTC"})
    assert paths.get(draft.document, (*WINDOWS, "timeZone")) == "UTC"


def test_a_person_may_know_better_and_is_told_so(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    document: dict[str, Any] = {}
    paths.put(document, PUBLISHER, "Canonical")
    draft = draft_of(requester, document)
    send(as_requester, draft, "system:Windows")
    page = page_of(as_requester, step(draft))
    assert "You chose Windows" in page.text
    assert "The request says otherwise: Canonical publishes Linux images." in page.text
    assert ZONE in names(html_of(page))
    assert KEYS_ONLY not in names(html_of(page))


def test_removed_settings_can_be_put_back(as_requester: Client, requester: User, page_of: GetPage) -> None:
    draft = draft_of(requester, BOTH)
    answer = send(as_requester, draft, "clear-system:Windows")
    assert paths.get(draft.document, WINDOWS) is MISSING
    assert paths.get(draft.document, LINUX) == {"disablePasswordAuthentication": True}
    page = page_of(as_requester, answer.url)
    assert "Removed the Windows settings" in page.text
    assert "Hidden for" not in page.text
    answer = send(as_requester, draft, f"restore-system:{draft.head - 1}:Windows")
    assert draft.document == BOTH
    assert "The Windows settings are back." in page_of(as_requester, answer.url).text


def test_settings_that_others_changed_are_not_removed_unseen(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, BOTH)
    html = as_requester.get(step(draft)).content.decode()
    data: dict[str, list[str]] = {}
    for name, value in entries(html[html.index('id="step-form"') :]):
        data.setdefault(name, []).append(value)
    change = Changed((*WINDOWS, "timeZone"), "UTC", "GMT Standard Time")
    actions.save(requester, draft, draft.head, [change])
    answer = as_requester.post(step(draft), data | {"act": ["clear-system:Windows"]})
    draft.refresh_from_db()
    assert answer.status_code == 409
    assert paths.get(draft.document, (*WINDOWS, "timeZone")) == "GMT Standard Time"


def test_what_one_changed_in_the_fold_oneself_does_not_stand_in_the_way(
    as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, BOTH)
    answer = send(as_requester, draft, "clear-system:Windows", {ZONE: "GMT Standard Time"})
    assert answer.status_code == 302
    assert paths.get(draft.document, WINDOWS) is MISSING


@pytest.mark.parametrize("odd", [{}, None, "text", [1], 7, {"unknown": {"deep": 1}}, {"timeZone": ["x"]}])
def test_odd_settings_are_hidden_and_kept_too(
    odd: Any, as_requester: Client, requester: User, page_of: GetPage
) -> None:
    document = copy.deepcopy(BOTH)
    paths.put(document, WINDOWS, odd)
    draft = draft_of(requester, document)
    page = page_of(as_requester, step(draft))
    assert "Hidden for Linux" in page.text
    send(as_requester, draft, "system:Linux")
    assert draft.document == document
    send(as_requester, draft, "clear-system:Windows")
    assert paths.get(draft.document, WINDOWS) is MISSING


@pytest.mark.parametrize(
    "act", ["system:BeOS", "clear-system:", "restore-system:x:Windows", "restore-system:99:Windows"]
)
def test_a_made_up_act_is_refused(act: str, as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, BOTH)
    assert send(as_requester, draft, act).status_code == 400
    assert draft.document == BOTH


def test_nobody_else_chooses(stranger: User, requester: User) -> None:
    draft = draft_of(requester, {})
    with pytest.raises(Http404):
        actions.choose_system(stranger, draft, "Linux")
    draft.refresh_from_db()
    assert draft.system == ""
