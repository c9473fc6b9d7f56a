"""The chain of events, and who had a hand in it with SQL alone."""

# ruff: noqa: S608 - somebody with SQL is who this is about
from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.flushing.unlocked import unlocked
from vmssbuilder.accounts.models import User
from vmssbuilder.audit import chaining
from vmssbuilder.audit.actions import record
from vmssbuilder.audit.models import ChainHead, ChainLink, Event, Unchained
from vmssbuilder.audit.verifying import CHUNK, GRACE, KnownHead, Verification

pytestmark = pytest.mark.django_db


def sql(*statements: str) -> None:
    """What somebody does who owns the database."""
    with unlocked(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def problems(told: str = "") -> list[str]:
    return list(Verification(KnownHead.of(told) if told else None).problems())


@pytest.fixture
def thirty(requester: User) -> list[Event]:
    """Thirty events in the chain."""
    for number in range(30):
        record(requester, "draft.saved", f"draft-{number}", revision=number, automatic=True)
    assert chaining.catch_up() == 30
    assert problems() == []
    return list(Event.objects.order_by("pk"))


# --- as it should be --------------------------------------------------------------------------------------------------


def test_events_are_chained_in_their_order_and_the_log_stream_has_each_head(
    requester: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    caplog.set_level(logging.INFO, "vmssbuilder.audit")
    heads = []
    for round_ in range(2):
        for number in range(3):
            record(requester, "draft.saved", f"draft-{round_}-{number}")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined] # a context manager
            chaining.catch_up()
        heads.append(caplog.messages[-1].removeprefix("head "))
    links = list(ChainLink.objects.select_related("event"))
    assert [each.position for each in links] == [1, 2, 3, 4, 5, 6]
    assert [each.event.about for each in links] == [f"draft-{r}-{n}" for r in range(2) for n in range(3)]
    assert [each.previous for each in links[1:]] == [each.mac for each in links[:-1]]
    assert heads == [str(links[2]), str(links[5])]
    assert problems(heads[0]) == problems(heads[1]) == []


def test_nothing_new_is_one_question(
    django_assert_num_queries: DjangoAssertNumQueries, thirty: list[Event]
) -> None:
    with django_assert_num_queries(1):
        assert chaining.catch_up() == 0


def test_a_step_is_bounded_and_the_next_goes_on(requester: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaining, "AT_ONCE", 4)
    for number in range(10):
        record(requester, "draft.saved", str(number))
    assert [chaining.step() for _ in range(4)] == [4, 4, 2, 0]
    assert problems() == []


def test_an_event_that_others_see_late_is_chained_when_it_is_seen(
    thirty: list[Event], requester: User
) -> None:
    """As of a transaction that took its id early and ended late."""
    late = Event(pk=thirty[-1].pk + 1000, actor=requester, what="late", about="x")
    early = Event(pk=late.pk + 1, actor=requester, what="early", about="x")
    early.save()
    chaining.step()
    late.save()
    chaining.step()
    last = list(ChainLink.objects.select_related("event"))[-2:]
    assert [each.event.what for each in last] == ["early", "late"]
    assert problems() == []


def test_more_than_is_read_at_a_time_is_verified(requester: User) -> None:
    Event.objects.bulk_create(
        [Event(actor=requester, what="draft.saved", about=str(number)) for number in range(CHUNK + 3)]
    )
    while chaining.step():
        pass
    looking = Verification()
    assert list(looking.problems()) == []
    assert looking.links == CHUNK + 3


def test_codes_of_an_older_key_hold_and_one_that_was_removed_is_named(
    thirty: list[Event], settings: Settings
) -> None:
    (old,) = settings.VMSSBUILDER_SECRET_KEYS
    new = Fernet.generate_key().decode()
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    record(None, "later", "x")
    chaining.step()
    assert problems() == []
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    assert "is not among VMSSBUILDER_SECRET_KEYS" in problems()[0]


def test_what_is_in_it_holds_whatever_is_in_it(requester: User) -> None:
    record(
        requester,
        "x",
        "é ✓",
        numbers=[1, 1.5, -0.25, 10**15],
        none=None,
        text='"\\\n\u2028',
        nested={"b": 1, "a": {}},
    )
    chaining.step()
    assert problems() == []


# --- the database itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET what = 'x'",
        "UPDATE audit_event SET details = '{}' WHERE what = 'draft.saved'",
        "DELETE FROM audit_event",
        "UPDATE audit_chainlink SET mac = ''",
        "DELETE FROM audit_chainlink WHERE position > 20",
        "TRUNCATE audit_chainlink",
        "TRUNCATE audit_event CASCADE",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event LIMIT 1",
        "INSERT OR REPLACE INTO audit_chainlink SELECT * FROM audit_chainlink LIMIT 1",
    ],
)
def test_the_database_refuses_changes(thirty: list[Event], statement: str) -> None:
    if statement.startswith(("TRUNCATE", "INSERT OR")) and statement.startswith("T") != (
        connection.vendor == "postgresql"
    ):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table with checks ahead is refused for another reason.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert problems() == []


def test_triggers_that_are_gone_are_named(thirty: list[Event]) -> None:
    with connection.cursor() as cursor:
        where = " ON audit_event" if connection.vendor == "postgresql" else ""
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if where else "SELECT 1")
        cursor.execute(f"DROP TRIGGER audit_event_no_delete{where}")
    (said,) = problems()
    assert "audit_event_no_delete" in said


# --- with SQL alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "what = 'draft.read'",
        "about = 'draft-1'",
        "actor_id = NULL",
        "address = '10.0.0.1'",
        "revision = 1",
        "details = '{}'",
        "number = 'ffffffffffffffff'",
        "at = '2026-01-01 00:00:00'",
    ],
)
def test_an_event_that_was_changed_is_named(thirty: list[Event], change: str) -> None:
    sql(f"UPDATE audit_event SET {change} WHERE id = {thirty[16].pk}")
    (said,) = problems()
    assert said.startswith(f"Position 17: Event {thirty[16].pk} ")
    assert "was changed" in said


def test_an_event_that_says_what_another_says_is_named(thirty: list[Event]) -> None:
    """Everything copied, the code too."""
    columns = ("at", "actor_id", "what", "about", "address", "revision", "details", "mac")
    copied = ", ".join(
        f"{name} = (SELECT {name} FROM audit_event WHERE id = {thirty[3].pk})" for name in columns
    )
    sql(f"UPDATE audit_event SET {copied} WHERE id = {thirty[16].pk}")
    assert problems()[0].startswith("Position 17: ")


def test_a_place_that_was_given_to_another_event_is_named(thirty: list[Event]) -> None:
    sql(
        "DELETE FROM audit_chainlink WHERE position = 5",
        f"UPDATE audit_chainlink SET event_id = {thirty[4].pk} WHERE position = 6",
    )
    said = problems()
    assert said[0].startswith("Position 5 is missing")
    assert said[1].startswith("Position 6: ")


def deleted(events: list[Event]) -> None:
    pks = ", ".join(str(each.pk) for each in events)
    sql(
        f"DELETE FROM audit_chainlink WHERE event_id IN ({pks})",
        f"DELETE FROM audit_event WHERE id IN ({pks})",
    )


def test_one_that_was_deleted_in_the_middle_is_named(thirty: list[Event]) -> None:
    deleted(thirty[11:12])
    assert problems()[0] == "Position 12 is missing: its event was deleted."


def test_the_rest_moved_up_does_not_hide_it(thirty: list[Event]) -> None:
    deleted(thirty[11:12])
    sql("UPDATE audit_chainlink SET position = position - 1 WHERE position = 13")
    said = problems()
    assert said[0].startswith("Position 12 does not follow on the one before it")
    assert said[1].startswith("Position 12: ")


def test_the_last_ten_deleted_are_missed(thirty: list[Event]) -> None:
    told = str(ChainLink.objects.get(position=30))
    deleted(thirty[20:])
    assert problems() == ["The end is cut: Positions 21 to 30 are missing: their events were deleted."]
    # Who keeps a copy of that row puts it back too. What the log stream told is out of their reach.
    head, link = ChainHead.objects.get(), ChainLink.objects.get(position=20)
    head.move(link.position, link.mac)
    head.save()
    assert problems() == []
    assert problems(str(link)) == []
    assert problems(told) == ["The end is cut: Positions 21 to 30 are missing: their events were deleted."]


def test_the_last_ten_deleted_are_missed_when_the_chain_went_on(thirty: list[Event], requester: User) -> None:
    told = str(ChainLink.objects.get(position=30))
    deleted(thirty[20:])
    head, link = ChainHead.objects.get(), ChainLink.objects.get(position=20)
    head.move(link.position, link.mac)
    head.save()
    for number in range(15):
        record(requester, "later", str(number))
    chaining.catch_up()
    assert problems() == []
    (said,) = problems(told)
    assert said.startswith("Position 30 is not what the log stream says")


def test_a_worker_does_not_close_the_gap(thirty: list[Event], requester: User) -> None:
    deleted(thirty[20:])
    record(requester, "later", "x")
    chaining.catch_up()
    assert problems()[0] == "Positions 21 to 30 are missing: their events were deleted."
    assert ChainLink.objects.get(event__what="later").position == 31


def put_in(thirty: list[Event], **values: str) -> None:
    """A row that the product did not write: a copy of the first, with these columns otherwise."""
    columns = ["at", "actor_id", "what", "about", "address", "revision", "details", "number", "mac"]
    values = {"number": "'0123456789abcdef'", **values}
    written = ", ".join(values.get(name, name) for name in columns)
    sql(
        f"INSERT INTO audit_event ({', '.join(columns)}) SELECT {written} FROM audit_event WHERE id = {thirty[0].pk}"
    )


@pytest.mark.parametrize(
    ("values", "said"), [({}, "its code does not hold"), ({"mac": "''"}, "is not chained")]
)
def test_one_that_was_put_in_past_the_chain_is_named(
    thirty: list[Event], values: dict[str, str], said: str
) -> None:
    put_in(thirty, at="'2026-01-01 00:00:00'", **values)
    Unchained.objects.all().delete()
    (found,) = problems()
    assert said in found


@pytest.mark.parametrize("values", [{}, {"mac": "''"}, {"mac": "''", "number": "NULL"}, {"what": "'other'"}])
def test_one_that_was_put_in_and_chained_is_named(thirty: list[Event], values: dict[str, str]) -> None:
    put_in(thirty, **values)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_unchained (event_id) SELECT max(id) FROM audit_event WHERE true ON CONFLICT DO NOTHING"
        )
    chaining.step()
    (found,) = problems()
    assert found.startswith("Position 31: ")
    assert "put in" in found


def test_one_that_was_deleted_before_it_was_chained_is_named(thirty: list[Event], requester: User) -> None:
    record(requester, "later", "x")
    late = Event.objects.get(what="later").pk
    sql(f"DELETE FROM audit_event WHERE id = {late}")
    assert chaining.catch_up() == 0
    assert problems() == [f"Event {late} was deleted before it was chained."]


def test_events_that_no_worker_chains_are_named_after_a_while(thirty: list[Event], requester: User) -> None:
    record(requester, "new", "x")
    assert problems() == []
    Event(at=timezone.now() - GRACE - timedelta(seconds=1), actor=requester, what="old", about="x").save()
    Event(at=timezone.now() - GRACE - timedelta(seconds=1), actor=requester, what="old", about="y").save()
    (said,) = problems()
    assert "is not chained, and 1 more are not" in said


def test_what_is_from_before_there_were_codes_comes_first_and_is_vouched_for_by_the_chain(
    requester: User,
) -> None:
    old = "INSERT INTO audit_event (at, actor_id, what, about, address, details, mac) VALUES "
    row = "('2025-01-01 00:00:00', NULL, 'draft.saved', '{}', '', '{{}}', '')"
    with connection.cursor() as cursor:
        cursor.execute(old + ", ".join(row.format(number) for number in range(5)))
    record(requester, "draft.saved", "new")
    chaining.catch_up()
    looking = Verification()
    assert list(looking.problems()) == []
    assert (looking.links, looking.before) == (6, 5)
    third = Event.objects.get(about="2").pk
    sql(f"UPDATE audit_event SET what = 'x' WHERE id = {third}")
    assert problems()[0].startswith("Position 3: ")


# --- the command ------------------------------------------------------------------------------------------------------


def verify(**options: str) -> str:
    out = io.StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_the_command_says_what_holds_and_where_the_chain_ends(thirty: list[Event]) -> None:
    end = ChainLink.objects.get(position=30)
    assert (
        verify() == verify(since=str(end)) == f"30 events in the chain, and all of them hold.\nhead {end}\n"
    )


def test_the_command_ends_with_an_error_and_names_no_more_than_anybody_reads(thirty: list[Event]) -> None:
    sql("UPDATE audit_event SET what = 'x'")
    said = verify().splitlines()
    assert len(said) == 21
    assert said[0].startswith("Position 1: ")
    assert said[-1] == "The log does not hold. There are more."


@pytest.mark.parametrize("head", ["x", "12", ":", "12:", "-1:a.b", "1" * 30 + ":a.b", "²:a.b", "head 12:a.b"])
def test_what_is_no_head_is_said_to_be_none(head: str) -> None:
    assert "is no head" in verify(since=head)
