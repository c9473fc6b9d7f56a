"""What comments refuse, and how threads keep to what they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from vmssbuilder.accounts.models import User
from vmssbuilder.comments import actions, anchors
from vmssbuilder.comments.models import Comment, CommentThread
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts import merging
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths

DISKS = "properties.virtualMachineProfile.storageProfile.dataDisks"
NICS = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"


@pytest.fixture
def disks(requester: User, draft: Draft) -> Draft:
    """The draft with three data disks, which have no names."""
    listed = [{"lun": number, "createOption": "Empty", "diskSizeGB": 10 * number} for number in (1, 2, 3)]
    place = paths.parse(DISKS)
    return editing.save(requester, draft, 1, [Changed(place, paths.MISSING, listed)])


def thread_on(user: User, draft: Draft, place: str, text: str = "Why?") -> CommentThread:
    return actions.begin(user, draft, draft.head, place, text).thread


def now(thread: CommentThread) -> CommentThread:
    return CommentThread.objects.get(pk=thread.pk)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Enter a comment."),
        (" \r\n\t", "Enter a comment."),
        ("x" * 102_400, "Shorten the comment to 10,000 characters; it has 102,400."),
        ("a\x00b", "control character"),
        ("a\x1b[31mb", "control character"),
        ("Mine:\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc", "private key"),
    ],
)
def test_a_comment_that_cannot_be_kept_is_refused_in_words(
    requester: User, draft: Draft, text: str, says: str
) -> None:
    thread = thread_on(requester, draft, "")
    acts: tuple[Callable[[], object], ...] = (
        lambda: actions.begin(requester, draft, draft.head, "", text),
        lambda: actions.reply(requester, thread, text),
        lambda: actions.edit(requester, thread.comments.get(), text),
    )
    for act in acts:
        with pytest.raises(actions.CommentRefused, match=says.replace(".", r"\.")):
            act()
    assert Comment.objects.get().text == "Why?"


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("sku..name", "is not a path"),
        ("sku.wings", "There is no sku.wings in this draft"),
        ("zones[4]", r"There is no zones\[4\] in this draft"),
        ("tags['" + "x" * 600 + "']", "no more than 500 characters"),
    ],
)
def test_a_place_that_is_none_is_refused_in_words(
    requester: User, draft: Draft, place: str, says: str
) -> None:
    with pytest.raises(actions.CommentRefused, match=says):
        actions.begin(requester, draft, draft.head, place, "Why?")
    assert Draft.objects.get(pk=draft.pk).threads == 0


def test_hidden_characters_are_kept_as_they_are(requester: User, draft: Draft) -> None:
    text = "a\u202eb\u200bc\nd"
    assert Comment.objects.get(pk=actions.begin(requester, draft, 1, "", text).pk).text == text


def test_nobody_changes_what_somebody_else_said(requester: User, administrator: User, draft: Draft) -> None:
    comment = thread_on(requester, draft, "").comments.get()
    for act in (
        lambda: actions.edit(administrator, comment, "No."),
        lambda: actions.delete(administrator, comment),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_deleted_comment_leaves_its_place_and_no_text(requester: User, draft: Draft) -> None:
    thread = thread_on(requester, draft, "", "A slip")
    answer = actions.reply(requester, thread, "An answer")
    actions.delete(requester, thread.comments.all()[0])
    assert [each.text for each in now(thread).comments.all()] == ["", "An answer"]
    with pytest.raises(actions.CommentRefused, match="deleted already"):
        actions.delete(requester, thread.comments.all()[0])
    with pytest.raises(actions.CommentRefused, match="was deleted"):
        actions.edit(requester, thread.comments.all()[0], "Back")
    assert answer.text == "An answer"


def test_a_comment_is_no_revision(requester: User, draft: Draft) -> None:
    thread = thread_on(requester, draft, "sku.capacity")
    actions.reply(requester, thread, "So be it.")
    actions.resolve(requester, thread)
    assert Draft.objects.get(pk=draft.pk).head == draft.head


# --- following --------------------------------------------------------------------------------------------------------


def test_a_thread_follows_its_item_when_that_is_moved(requester: User, disks: Draft) -> None:
    first, second = (
        thread_on(requester, disks, f"{DISKS}[0].diskSizeGB"),
        thread_on(requester, disks, f"{DISKS}[1]"),
    )
    disks.refresh_from_db()
    moved, _path = editing.edit_list(requester, disks, disks.head, "down", paths.parse(f"{DISKS}[0]"))
    assert (now(first).place, now(second).place) == (f"{DISKS}[1].diskSizeGB", f"{DISKS}[0]")
    assert moved.marks == {paths.parse(f"{DISKS}[1].diskSizeGB"): 1, paths.parse(f"{DISKS}[0]"): 1}
    assert anchors.marks(moved) == moved.marks


def test_a_thread_whose_item_goes_stays_readable_and_comes_back_with_it(
    requester: User, disks: Draft
) -> None:
    thread = thread_on(requester, disks, f"{DISKS}[1].diskSizeGB")
    shown = Draft.objects.get(pk=disks.pk)
    without, _path = editing.edit_list(requester, shown, shown.head, "remove", paths.parse(f"{DISKS}[1]"))
    gone = now(thread)
    assert (gone.gone, gone.quoted) == (without.head, "20")
    assert "disk" in gone.was.lower()
    assert without.marks == {}
    back, _path = editing.edit_list(requester, without, shown.head, "undo", paths.parse(f"{DISKS}[1]"))
    assert (now(thread).gone, now(thread).place, now(thread).quoted) == (None, f"{DISKS}[1].diskSizeGB", "")
    assert back.marks == {paths.parse(f"{DISKS}[1].diskSizeGB"): 1} == anchors.marks(back)


def test_a_thread_comes_back_with_an_earlier_revision(requester: User, disks: Draft) -> None:
    thread = thread_on(requester, disks, f"{DISKS}[2]")
    draft = editing.save(
        requester,
        disks,
        disks.head,
        [Changed(paths.parse(DISKS), paths.get(disks.document, paths.parse(DISKS)), paths.MISSING)],
    )
    assert now(thread).gone == draft.head
    draft = editing.save(requester, draft, draft.head, [Changed(("sku", "capacity"), 3, 4)])
    editing.restore(requester, draft, draft.head, disks.head)
    assert (now(thread).gone, now(thread).place) == (None, f"{DISKS}[2]")


def test_what_was_said_while_a_page_was_open_is_followed_by_its_save(requester: User, disks: Draft) -> None:
    """The save began on the draft as it was before the thread."""
    opened = Draft.objects.get(pk=disks.pk)
    thread = thread_on(requester, disks, f"{DISKS}[0]")
    editing.edit_list(requester, opened, opened.head, "down", paths.parse(f"{DISKS}[0]"))
    assert now(thread).place == f"{DISKS}[1]"


def test_a_comment_from_an_older_page_lands_where_its_item_is_now(requester: User, disks: Draft) -> None:
    editing.edit_list(requester, disks, disks.head, "down", paths.parse(f"{DISKS}[0]"))
    assert actions.begin(requester, disks, 2, f"{DISKS}[0]", "Why?").thread.place == f"{DISKS}[1]"
    editing.edit_list(requester, Draft.objects.get(pk=disks.pk), 3, "remove", paths.parse(f"{DISKS}[1]"))
    with pytest.raises(actions.CommentRefused, match="removed or replaced"):
        actions.begin(requester, disks, 2, f"{DISKS}[0]", "Why?")


def test_no_secret_is_quoted(requester: User, draft: Draft) -> None:
    place = "properties.virtualMachineProfile.extensionProfile.extensions"
    item = {"name": "ext", "properties": {"protectedSettings": {"key": "Canary-1"}}}
    draft = editing.save(requester, draft, 1, [Changed(paths.parse(place), paths.MISSING, [item])])
    thread = thread_on(requester, draft, f"{place}[0]")
    shown = Draft.objects.get(pk=draft.pk)
    editing.edit_list(requester, shown, shown.head, "remove", paths.parse(f"{place}[0]"))
    quoted = now(thread).quoted
    assert "ext" in quoted
    assert "Canary" not in quoted
    assert "$secret" not in quoted


ACTS = st.lists(
    st.tuples(st.sampled_from(["up", "down", "remove", "duplicate", "add"]), st.integers(0, 5)), max_size=8
)


@pytest.mark.django_db
@effort(max_examples=40)
@given(acts=ACTS, named=st.booleans())
def test_whatever_is_done_with_a_list_a_thread_is_with_its_item_or_nowhere(
    acts: list[tuple[str, int]], named: bool
) -> None:
    """Each item has a mark of its own that no act changes; a copy of an item has another one."""
    from django.db import transaction

    from tests.reviews.making import draft as made
    from tests.reviews.making import person

    with transaction.atomic():
        user = person("rita")
        draft = made(user)
        listed: list[dict[str, Any]] = [
            {"lun": number, "diskSizeGB": 10 + number} | ({"name": f"disk{number}"} if named else {})
            for number in range(4)
        ]
        draft = editing.save(user, draft, 1, [Changed(paths.parse(DISKS), paths.MISSING, listed)])
        threads = {number: thread_on(user, draft, f"{DISKS}[{number}].lun") for number in range(4)}
        draft.refresh_from_db()
        for act, number in acts:
            count = len(paths.get(draft.document, paths.parse(DISKS), []))
            if act != "add" and number >= count:
                continue
            where = DISKS if act == "add" else f"{DISKS}[{number}]"
            draft, _path = editing.edit_list(user, draft, draft.head, act, paths.parse(where))
        held = paths.get(draft.document, paths.parse(DISKS), [])
        for number, thread in threads.items():
            thread.refresh_from_db()
            alike = [each for each in held if merging.same(each, listed[number])]
            if thread.gone is None:
                assert paths.get(draft.document, thread.path) == listed[number]["lun"]
                assert thread.path[:-1][-1] in [at for at, each in enumerate(held) if each["lun"] == number]
            else:
                assert len(alike) != 1, "its item is there, and can be told from others"
        assert anchors.marks(draft) == (draft.marks if draft.marks is not None else anchors.marks(draft))
        transaction.set_rollback(True)


# --- suggestions ------------------------------------------------------------------------------------------------------


def suggestion(user: User, draft: Draft, place: str, value: str) -> Comment:
    return actions.begin(user, draft, draft.head, place, "", value)


def test_a_suggestion_is_accepted_with_one_press(requester: User, administrator: User, draft: Draft) -> None:
    comment = suggestion(requester, draft, "sku.capacity", " 8 ")
    saved = actions.accept(requester, comment)
    assert saved.document["sku"]["capacity"] == 8
    comment.refresh_from_db()
    assert (comment.accepted_by, comment.accepted_in) == (requester, saved.head)
    assert not now(comment.thread).is_open
    with pytest.raises(actions.CommentRefused, match="accepted already"):
        actions.accept(requester, comment)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("properties.virtualMachineProfile.osProfile.adminPassword", "x", "A secret is never suggested"),
        (NICS, "[]", "for a single setting"),
        (f"{NICS}[0]", "x", "for a single setting"),
        ("tags['team']", "x", "for a single setting"),
        ("", "x", "for a single setting"),
        ("$target.apiVersion", "2024-07-01", "under Basics"),
        ("sku.capacity", "3", "stands there already"),
        ("$target.name", "x" * 300, "no more than 200 can be kept"),
        ("sku.capacity", "4\x00", "control character"),
        ("sku.name", "-----BEGIN RSA PRIVATE KEY-----", "private key"),
    ],
)
def test_what_cannot_be_suggested_is_refused_in_words(
    requester: User, draft: Draft, place: str, value: str, says: str
) -> None:
    with pytest.raises(actions.CommentRefused, match=says):
        suggestion(requester, draft, place, value)
    assert not Comment.objects.exists()


def test_a_choice_may_be_suggested_as_it_is_called(requester: User, draft: Draft) -> None:
    place = "properties.overProvision"
    comment = suggestion(requester, draft, place, "yes")
    assert comment.suggests == [True]
    assert actions.accept(requester, comment).document["properties"]["overProvision"] is True


def test_a_value_that_changed_since_is_asked_about(requester: User, draft: Draft) -> None:
    comment = suggestion(requester, draft, "sku.capacity", "8")
    draft = editing.save(requester, Draft.objects.get(pk=draft.pk), 1, [Changed(("sku", "capacity"), 3, 5)])
    with pytest.raises(actions.SuggestionOvertaken) as asked:
        actions.accept(requester, comment)
    assert asked.value.now == "5"
    editing.save(requester, draft, 2, [Changed(("sku", "capacity"), 5, 6)])
    with pytest.raises(actions.SuggestionOvertaken) as again:
        actions.accept(requester, comment, asked.value.mark)
    assert actions.accept(requester, comment, again.value.mark).document["sku"]["capacity"] == 8


def test_a_suggestion_goes_where_its_item_went_and_stays_when_that_is_gone(
    requester: User, disks: Draft
) -> None:
    first = suggestion(requester, disks, f"{DISKS}[0].diskSizeGB", "64")
    second = suggestion(requester, disks, f"{DISKS}[2].diskSizeGB", "128")
    shown = Draft.objects.get(pk=disks.pk)
    moved, _path = editing.edit_list(requester, shown, shown.head, "down", paths.parse(f"{DISKS}[0]"))
    gone, _path = editing.edit_list(requester, moved, moved.head, "remove", paths.parse(f"{DISKS}[2]"))
    saved = actions.accept(requester, first)
    assert [disk["diskSizeGB"] for disk in paths.get(saved.document, paths.parse(DISKS))] == [20, 64]
    with pytest.raises(actions.CommentRefused, match=f"went with revision {gone.head}. Nothing was changed"):
        actions.accept(requester, second)
    second.refresh_from_db()
    assert second.suggests == [128]


def test_accepting_is_an_edit_that_voids_an_approval(requester: User, reviewer: User) -> None:
    from tests.reviews.making import approved
    from tests.reviews.making import draft as made
    from vmssbuilder.reviews.queries import approval

    draft = made(requester)
    approved(requester, reviewer, draft)
    comment = suggestion(requester, draft, "sku.capacity", "8")
    assert approval(Draft.objects.get(pk=draft.pk)) is not None
    actions.accept(requester, comment)
    assert approval(Draft.objects.get(pk=draft.pk)) is None
