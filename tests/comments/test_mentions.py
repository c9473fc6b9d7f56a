"""Whom a comment names: who is found, what is refused, and where people find it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import GetPage, person, signed_in
from tests.web.strict import text_of
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.comments import actions, mentions, queries
from vmssbuilder.comments.models import Comment, CommentMention
from vmssbuilder.drafts.models import Draft, DraftRole
from vmssbuilder.drafts.people import actions as people


@pytest.fixture
def ola(db: None) -> User:
    made = person("ola", "Ola Operator", Role.REQUESTER)
    User.objects.filter(pk=made.pk).update(email="ola.op@example.org")
    made.refresh_from_db()
    return made


@pytest.fixture
def shared(draft: Draft, requester: User, ola: User) -> Draft:
    """The draft with one more of its people."""
    people.add(requester, draft, ola, DraftRole.COMMENT)
    return draft


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@ola, is three enough?", ["ola"]),
        ("(@OLA.OP@Example.org)", ["ola"]),
        ("@ola.op", ["ola"]),
        ("Ask @Ola Operator.", ["ola"]),
        ("Ask @ola.operator and @Rita Requester, or @ola", ["ola", "rita"]),
        ("Mail to ola.op@example.org or to azure@example.org", []),
        ("`[parameters('@nobody')]` and ```\n@nobody\n```", []),
        ("5 @ 3", []),
    ],
)
def test_people_are_named_by_user_name_address_or_name(shared: Draft, text: str, named: list[str]) -> None:
    assert [user.username for user in mentions.named(shared, text)] == named


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@nobody", "Nobody who may see this draft is called @nobody. Ask its owner"),
        # That there is somebody of this name is not told to who has nothing to do with them.
        ("@sam", "Nobody who may see this draft is called @sam. Ask its owner"),
        ("@Sam Stranger and @ola.o", "is called @sam or @ola.o."),
        ("@Olaf", "is called @olaf."),
        (
            " ".join(f"@p{number}" for number in range(21)),
            "Name at most 20 people in one comment; this one names 21.",
        ),
    ],
)
def test_who_may_not_see_the_draft_is_told_apart_from_nobody_by_nothing(
    shared: Draft, stranger: User, text: str, says: str
) -> None:
    assert stranger.username == "sam"
    with pytest.raises(mentions.NotNamed, match=says.replace(".", r"\.")):
        mentions.named(shared, text)


def test_a_name_of_several_people_asks_for_an_address(shared: Draft, requester: User) -> None:
    people.add(requester, shared, person("ola2", "Ola Operator", Role.REQUESTER), DraftRole.VIEW)
    with pytest.raises(mentions.NotNamed, match=r"Several people are called @ola\. Write the mail address"):
        mentions.named(shared, "@Ola Operator")
    assert [user.username for user in mentions.named(shared, "@ola2")] == ["ola2"]
    assert mentions.offered(shared, requester) == ["ola.op@example.org", "ola2"]


def test_a_name_that_finds_nobody_is_refused_and_the_comment_stays_in_its_box(
    as_requester: Client, requester: User, shared: Draft, page_of: GetPage
) -> None:
    thread = actions.begin(requester, shared, 1, "sku.capacity", "Is three enough?").thread
    where = f"/drafts/{shared.code}/comments/"
    mine = f"/drafts/{shared.code}/comment/{thread.comments.get().pk}/edit/"
    for address in (where, f"{where}{thread.pk}/", mine):
        page = page_of(
            as_requester,
            address,
            post={"base": 1, "place": "sku.capacity", "text": "So many words @sam"},
            status=422,
        )
        assert "Nobody who may see this draft is called @sam." in page.text
        assert "So many words @sam" in page.html
    assert Comment.objects.count() == 1


def test_who_is_named_finds_the_words_on_their_start_page_until_they_open_them(
    requester: User, ola: User, shared: Draft, page_of: GetPage
) -> None:
    comment = actions.begin(requester, shared, 1, "sku.capacity", "Is three enough, @Ola Operator and @rita?")
    browser = signed_in(ola)
    page = page_of(browser, "/")
    assert "Is three enough, @Ola Operator" in page.text
    where = page.links()["Rita Requester on web-prod"]
    assert where == f"/drafts/{shared.code}/comments/{comment.thread_id}/?page=1#comment-{comment.pk}"
    assert "Comments that name you" not in page_of(signed_in(requester), "/").text, "not who wrote it"
    page_of(browser, where)
    assert "Comments that name you" not in page_of(browser, "/").text
    event = Event.objects.get(what="comment.thread-begun")
    assert event.details["mentions"] == ["ola"]


@pytest.mark.parametrize("how", ["answer", "list", "delete", "unnamed", "removed"])
def test_it_goes_from_the_start_page_once_it_is_over(
    how: str, requester: User, ola: User, shared: Draft, page_of: GetPage
) -> None:
    comment = actions.begin(requester, shared, 1, "sku.capacity", "@ola?")
    browser = signed_in(ola)
    if how == "answer":
        actions.reply(ola, comment.thread, "It is.")
    elif how == "list":
        page_of(browser, f"/drafts/{shared.code}/comments/")
    elif how == "delete":
        actions.delete(requester, comment)
    elif how == "unnamed":
        actions.edit(requester, comment, "Is it?")
    else:
        people.remove(requester, shared.members.get())
    assert "Comments that name you" not in page_of(browser, "/").text


def test_only_what_is_drawn_is_read(
    requester: User, ola: User, shared: Draft, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COMMENTS_A_PAGE", 1)
    first = actions.begin(requester, shared, 1, "sku.capacity", "@ola, first?")
    for number in range(4):
        actions.reply(requester, first.thread, f"@ola, answer {number}?")
    browser = signed_in(ola)
    page_of(browser, f"/drafts/{shared.code}/comments/{first.thread_id}/?page=2")
    still = [comment.text for comment, _where in queries.unread(ola, 10)]
    assert still == ["@ola, answer 3?", "@ola, answer 2?", "@ola, answer 1?", "@ola, first?"]
    page_of(browser, f"/drafts/{shared.code}/comments/")
    assert [comment.text for comment, _where in queries.unread(ola, 10)] == ["@ola, answer 1?"]


def test_who_is_named_by_an_edit_of_what_they_have_seen_reads_it_in_the_list(
    requester: User, ola: User, shared: Draft, page_of: GetPage
) -> None:
    comment = actions.begin(requester, shared, 1, "sku.capacity", "Is three enough?")
    browser = signed_in(ola)
    page_of(browser, f"/drafts/{shared.code}/comments/")
    actions.edit(requester, comment, "Is three enough, @ola?")
    assert len(queries.unread(ola, 10)) == 1
    page_of(browser, f"/drafts/{shared.code}/comments/")
    assert queries.unread(ola, 10) == []


def test_an_edit_tells_nobody_twice_and_keeps_who_left(requester: User, ola: User, shared: Draft) -> None:
    comment = actions.begin(requester, shared, 1, "sku.capacity", "@ola?")
    CommentMention.objects.update(seen=comment.at)
    people.remove(requester, shared.members.get())
    actions.edit(requester, comment, "@ola, is it?")
    assert CommentMention.objects.get().seen == comment.at
    with pytest.raises(actions.CommentRefused, match="Nobody who may see this draft"):
        actions.reply(requester, comment.thread, "@ola")


@pytest.mark.parametrize("way", ["owner", "member", "link", "reviewer"])
def test_nobody_is_offered_whom_the_people_page_keeps_to_its_owner(
    requester: User, reviewer: User, stranger: User, administrator: User, shared: Draft, ola: User, way: str
) -> None:
    by_link, spoke = (person(name, name.title(), Role.REQUESTER) for name in ("lena", "sven"))
    link = people.share(requester, shared, DraftRole.COMMENT)
    for each in (by_link, spoke, *([stranger] if way == "link" else [])):
        people.open_link(each, link)
    actions.begin(spoke, shared, 1, "", "Hello")
    if way == "member":
        people.add(requester, shared, stranger, DraftRole.COMMENT)
    who = {"owner": requester, "reviewer": administrator}.get(way, stranger)
    found = mentions.offered(shared, who)
    assert "Lena" not in found
    assert {"Ola Operator", "Sven"} <= set(found)
    assert ("Ada Administrator" in found) == (way in ("owner", "member"))
    assert mentions.named(shared, "@lena") == [by_link], "who types the name finds them"


def test_mail_addresses_are_offered_to_the_owner_alone(requester: User, ola: User, shared: Draft) -> None:
    other = person("ola2", "Ola Operator", Role.REQUESTER)
    User.objects.filter(pk=other.pk).update(email="other@example.org", object_id="2", tenant_id="t")
    mail = person("mail", "mail@example.org", Role.REQUESTER)
    member = person("mona", "Mona Member", Role.REQUESTER)
    for each in (other, mail, member):
        people.add(requester, shared, each, DraftRole.COMMENT)
    assert mentions.offered(shared, requester) == [
        "Mona Member",
        "ola.op@example.org",
        "other@example.org",
        "mail@example.org",
    ]
    assert mentions.offered(shared, member) == ["ola", "Rita Requester"]


@pytest.mark.parametrize("name", ["Özge Öz", "özge öz", "Ola Operator"])
def test_who_has_to_do_with_the_draft_is_found_among_ever_so_many(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for number in range(3):
        person(f"o{number}", f"Ola {number}", Role.ADMINISTRATOR)
    meant = person("9", name, Role.REQUESTER)
    people.add(requester, draft, meant, DraftRole.VIEW)
    monkeypatch.setattr(mentions, "_CONSIDERED", 1)
    assert mentions.named(draft, f"@{name}?") == [meant]


def test_a_page_offers_those_who_may_see_the_draft(
    as_requester: Client,
    requester: User,
    stranger: User,
    administrator: User,
    shared: Draft,
    page_of: GetPage,
) -> None:
    page = page_of(as_requester, f"/drafts/{shared.code}/comments/")
    offered = [text_of(each) for each in page.all("span") if "data-person" in each.attrib]
    assert offered == ["@Ola Operator", "@Ada Administrator"]
