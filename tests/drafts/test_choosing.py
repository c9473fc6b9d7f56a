"""Two people, or two tabs, at one draft: what merges, what is asked, and that nothing is overwritten unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING

HTMX = {"HX-Request": "true"}
CAPACITY = "sku.capacity"
PASSWORD = "properties.virtualMachineProfile.osProfile.adminPassword"
NICS = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
NIC_URL = "network/" + NICS.replace(".", "/")


def at(draft: Draft, below: str) -> str:
    return f"/drafts/{draft.code}/{below}"


def value(draft: Draft, path: str) -> Any:
    draft.refresh_from_db()
    return paths.get(draft.document, paths.parse(path))


def others_change(
    requester: User, draft: Draft, path: str, shown: Any, wanted: Any, *, secret: bool = False
) -> None:
    draft.refresh_from_db()
    change = Changed(paths.parse(path), shown, wanted, secret=secret)
    actions.save(requester, draft, draft.head, [change])


def asked(client: Client, draft: Draft, requester: User, sent: dict[str, Any]) -> dict[str, str]:
    """Someone else sets the capacity to 50; this page, opened before, sends a 7. Answers what its form holds then."""
    others_change(requester, draft, CAPACITY, 3, 50)
    answer = client.post(at(draft, "instances/"), {"base": 1, CAPACITY: "7"} | sent)
    assert answer.status_code == 409
    return dict(entries(answer.content.decode()))


def test_keep_mine_saves_what_was_typed(as_requester: Client, requester: User, draft: Draft) -> None:
    form = asked(as_requester, draft, requester, {})
    answer = as_requester.post(at(draft, "instances/"), form | {"settle": f"mine:{CAPACITY}"})
    assert answer["Location"] == at(draft, "instances/#f-sku-capacity")
    assert value(draft, CAPACITY) == 7


def test_take_theirs_leaves_it_and_shows_it(as_requester: Client, requester: User, draft: Draft) -> None:
    form = asked(as_requester, draft, requester, {})
    answer = as_requester.post(at(draft, "instances/"), form | {"settle": f"theirs:{CAPACITY}"})
    assert value(draft, CAPACITY) == 50
    page = as_requester.get(answer["Location"]).content.decode()
    assert dict(entries(page))[CAPACITY] == "50"
    assert "unsettled" not in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["button", "autosave"])
def test_without_a_choice_nothing_is_overwritten_and_the_rest_is_saved(
    as_requester: Client, requester: User, draft: Draft, headers: dict[str, str]
) -> None:
    form = asked(as_requester, draft, requester, {})
    answer = as_requester.post(at(draft, "instances/"), form | {"sku.tier": "Basic"}, headers=headers)
    assert answer.status_code == 409
    assert (value(draft, CAPACITY), value(draft, "sku.tier")) == (50, "Basic")


def test_typing_what_others_wrote_ends_the_question(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    form = asked(as_requester, draft, requester, {})
    assert as_requester.post(at(draft, "instances/"), form | {CAPACITY: "50"}).status_code == 302
    assert value(draft, CAPACITY) == 50


def test_a_third_value_is_asked_about_again(as_requester: Client, requester: User, draft: Draft) -> None:
    """The choice was made between two values; meanwhile there is another, which nobody has seen here."""
    form = asked(as_requester, draft, requester, {})
    others_change(requester, draft, CAPACITY, 50, 60)
    answer = as_requester.post(at(draft, "instances/"), form | {"settle": f"mine:{CAPACITY}"})
    assert answer.status_code == 409
    assert "<code>60</code>" in answer.content.decode()
    assert value(draft, CAPACITY) == 60


def test_the_page_with_the_question_is_sound(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    others_change(requester, draft, CAPACITY, 3, 50)
    page = page_of(as_requester, at(draft, "instances/"), post={"base": 1, CAPACITY: "7"}, status=409)
    assert '<h2 id="error-summary-title">There is a problem</h2>' in page.html
    assert "Keep mine" in page.text
    assert "in another window" in page.text, "it was the same person"


def test_who_wrote_the_other_value_is_named(
    as_requester: Client, requester: User, administrator: User, draft: Draft
) -> None:
    others_change(requester, draft, CAPACITY, 3, 50)
    draft.revisions.filter(number=2).update(author=administrator)
    html = as_requester.post(at(draft, "instances/"), {"base": 1, CAPACITY: "7"}).content.decode()
    assert "Ada Administrator changed it" in html
    # The question stays when something else is saved, and so does the name.
    again = dict(entries(html)) | {"sku.tier": "Basic"}
    assert (
        "Ada Administrator changed it" in as_requester.post(at(draft, "instances/"), again).content.decode()
    )


def test_a_secret_changed_by_both_shows_no_value(as_requester: Client, requester: User, draft: Draft) -> None:
    others_change(requester, draft, PASSWORD, value(draft, PASSWORD), "Their-passw0rd-2", secret=True)
    theirs = value(draft, PASSWORD)
    answer = as_requester.post(at(draft, "image/"), {"base": 1, PASSWORD: "My-passw0rd-3"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "type it again" in html
    assert not re.search("Their-passw0rd-2|My-passw0rd-3|unsettled", html)
    assert value(draft, PASSWORD) == theirs
    form = dict(entries(html)) | {PASSWORD: "My-passw0rd-3"}
    assert as_requester.post(at(draft, "image/"), form).status_code == 302
    assert value(draft, PASSWORD) != theirs


def test_after_a_question_the_page_holds_what_others_changed_elsewhere(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    """Otherwise the next save would take the old text of that field for a change, and put it back."""
    others_change(requester, draft, CAPACITY, 3, 50)
    others_change(requester, draft, "sku.name", "Standard_D2s_v5", "Standard_D8s_v5")
    sent = {"base": 1, CAPACITY: "7", "sku.name": "Standard_D2s_v5"}
    html = as_requester.post(at(draft, "instances/"), sent, headers=HTMX).content.decode()
    assert 'value="Standard_D8s_v5"' in html
    again = sent | dict(entries(html))
    as_requester.post(at(draft, "instances/"), again, headers=HTMX)
    assert value(draft, "sku.name") == "Standard_D8s_v5"


def test_different_tags_merge_and_the_page_sees_all(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    others_change(requester, draft, "tags", {"team": "shop"}, {"team": "shop", "cost": "42"})
    rows = {"tags[0].key": "team", "tags[0].value": "shop", "tags[1].key": "stage", "tags[1].value": "test"}
    answer = as_requester.post(at(draft, "basics/"), {"base": 1, "rows": "tags"} | rows, headers=HTMX)
    assert value(draft, "tags") == {"team": "shop", "cost": "42", "stage": "test"}
    assert 'id="f-tags-field" hx-swap-oob="true"' in answer.content.decode()


def test_one_tag_changed_by_both_is_asked_about(as_requester: Client, requester: User, draft: Draft) -> None:
    others_change(requester, draft, "tags", {"team": "shop"}, {"team": "bank"})
    rows = {"tags[0].key": "team", "tags[0].value": "farm"}
    answer = as_requester.post(at(draft, "basics/"), {"base": 1, "rows": "tags"} | rows, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "bank" in html
    assert "farm" in html
    assert value(draft, "tags") == {"team": "bank"}


def test_a_page_whose_item_moved_is_led_to_where_it_stands(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.edit_list(requester, draft, 1, "up", (*paths.parse(NICS), 1))
    sent = {"base": 1, f"{NICS}[0].name": "renamed"}
    answer = as_requester.post(at(draft, f"{NIC_URL}/0/"), sent, headers=HTMX)
    assert answer["HX-Redirect"] == at(draft, f"{NIC_URL}/1/")
    assert [nic["name"] for nic in value(draft, NICS)] == ["nic-b", "renamed"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["button", "autosave"])
def test_a_page_whose_item_was_removed_asks_before_it_writes(
    as_requester: Client, requester: User, draft: Draft, headers: dict[str, str]
) -> None:
    actions.edit_list(requester, draft, 1, "remove", (*paths.parse(NICS), 0))
    sent = {"base": 1, f"{NICS}[0].name": "renamed"}
    answer = as_requester.post(at(draft, f"{NIC_URL}/0/"), sent, headers=headers)
    assert answer.status_code == 409
    assert [nic["name"] for nic in value(draft, NICS)] == ["nic-b"]


def test_an_autosave_that_changes_nothing_costs_nothing(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.post(at(draft, "instances/"), {"base": 1, CAPACITY: "3"}, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    assert draft.revisions.count() == 1


def test_the_task_list_is_sent_only_when_it_reads_otherwise(as_requester: Client, draft: Draft) -> None:
    page = as_requester.get(at(draft, "instances/")).content.decode()
    found = re.search('id="tasks" data-seen="([0-9a-f]+)"', page)
    assert found is not None
    address = at(draft, f"tasks/?step=instances&seen={found[1]}")
    as_requester.post(at(draft, "instances/"), {"base": 1, CAPACITY: "4"}, headers=HTMX)
    assert as_requester.get(address, headers=HTMX).status_code == 204
    as_requester.post(at(draft, "instances/"), {"base": 2, CAPACITY: "lots"}, headers=HTMX)
    html = as_requester.get(address, headers=HTMX).content.decode()
    assert 'id="tasks"' in html
    assert re.search(r'aria-current="step"[^>]*>Instances<', html)
    assert found[1] not in html


def test_an_autosave_asks_little_of_the_database(
    as_requester: Client, draft: Draft, django_assert_max_num_queries: Any
) -> None:
    """Session, person, draft; begin, update, revision, event, commit."""
    as_requester.get(at(draft, "instances/"))
    with django_assert_max_num_queries(8):
        as_requester.post(at(draft, "instances/"), {"base": 1, CAPACITY: "4"}, headers=HTMX)


def test_a_page_of_a_revision_that_is_gone_loads_itself_anew(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.post(at(draft, "instances/"), {"base": 99, CAPACITY: "4"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Refresh"]) == (409, "true")
    assert value(draft, CAPACITY) == 3


def test_a_place_that_was_empty_is_a_conflict_too(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    others_change(requester, draft, "sku.tier", "Standard", MISSING)
    sent = {"base": 1, "sku.tier": "Basic"}
    html = as_requester.post(at(draft, "instances/"), sent).content.decode()
    assert "Nothing" in html
    assert value(draft, "sku.tier") is MISSING
