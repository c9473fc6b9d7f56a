from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from vmssbuilder.accounts.models import Pause, User
from vmssbuilder.accounts.throttling import CarriedGate, PersonsGate
from vmssbuilder.azure.throttling import Bucket, Gate, SharedGate, bucket

WRITES = Bucket("s", "uksouth", "writes")


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("gita")


@pytest.fixture(params=["memory", "database"])
def gate(request: pytest.FixtureRequest, person: User) -> SharedGate:
    return Gate() if request.param == "memory" else PersonsGate(person.pk)


def test_a_pause_holds_for_its_own_kind_of_request_only(gate: SharedGate) -> None:
    gate.close(WRITES, 60)
    assert gate.wait_for(WRITES) == pytest.approx(60, abs=2)
    for other in (
        WRITES._replace(kind="reads"),
        WRITES._replace(region="westeurope"),
        WRITES._replace(subscription="t"),
        WRITES.everywhere,
    ):
        assert gate.wait_for(other) == 0


def test_a_pause_of_resource_manager_itself_holds_in_every_region(gate: SharedGate) -> None:
    gate.close(WRITES.everywhere, 60)
    assert gate.wait_for(WRITES) > 0
    assert gate.wait_for(WRITES._replace(region="westeurope")) > 0


def test_a_shorter_pause_does_not_open_the_gate_early(gate: SharedGate) -> None:
    gate.close(WRITES, 60)
    gate.close(WRITES, 1)
    assert gate.wait_for(WRITES) > 50
    gate.close(WRITES, 120)
    assert gate.wait_for(WRITES) > 110


def test_a_pause_ends(gate: SharedGate) -> None:
    gate.close(WRITES, 0)
    assert gate.wait_for(WRITES) == 0


def test_all_processes_of_a_person_wait_at_the_same_gate_and_nobody_elses(person: User) -> None:
    PersonsGate(person.pk).close(WRITES, 60)
    assert PersonsGate(person.pk).wait_for(WRITES) > 50
    assert PersonsGate(User.objects.create_user("other").pk).wait_for(WRITES) == 0


def test_pauses_long_over_are_forgotten(person: User) -> None:
    PersonsGate(person.pk).close(WRITES._replace(kind="reads"), 1)
    Pause.objects.update(until=timezone.now() - timedelta(hours=2))
    PersonsGate(person.pk).close(WRITES, 1)
    assert [each.kind for each in Pause.objects.all()] == ["writes"]


@pytest.mark.django_db(transaction=True)
def test_two_that_close_the_gate_at_once_leave_the_longer_pause() -> None:
    person = User.objects.create_user("gita")

    def close(pause: float) -> None:
        try:
            PersonsGate(person.pk).close(WRITES, pause)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(close, (10, 90, 20, 30)))
    assert PersonsGate(person.pk).wait_for(WRITES) > 80
    assert Pause.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path", "region", "expected"),
    [
        ("GET", "/subscriptions", "", ("", "", "reads")),
        ("PUT", "/subscriptions/S1/resourceGroups/locations/x", "UK South", ("s1", "uksouth", "writes")),
        ("PATCH", "/subscriptions/S1/resourceGroups/g", "UK South", ("s1", "uksouth", "writes")),
        ("DELETE", "/Subscriptions/s1", "", ("s1", "", "deletes")),
        ("GET", "/subscriptions/s/providers/Microsoft.Compute/locations/WestEurope/usages", "uksouth", ("s", "westeurope", "reads")),
        ("POST", "/subscriptions/s/providers/x/locations", "", ("s", "", "writes")),
    ],
)  # fmt: skip
def test_the_bucket_of_a_request(method: str, path: str, region: str, expected: tuple[str, str, str]) -> None:
    assert bucket(method, f"https://management.azure.com{path}?api-version=1", region) == expected


def test_a_carried_gate_knows_the_pauses_of_its_person_only(person: User) -> None:
    other = User.objects.create_user("otto")
    PersonsGate(other.pk).close(WRITES, 60)
    gate = CarriedGate(person.pk)
    gate.read()
    assert gate.wait_for(WRITES) == 0
    gate.close(WRITES, 30)
    gate.publish()
    assert PersonsGate(person.pk).wait_for(WRITES) == pytest.approx(30, abs=2)
    assert PersonsGate(other.pk).wait_for(WRITES) == pytest.approx(60, abs=2)


def test_a_gate_is_opened_for_a_subscription_and_for_what_belongs_to_none(person: User) -> None:
    gate, other = PersonsGate(person.pk), PersonsGate(User.objects.create_user("otto").pk)
    kept = WRITES._replace(subscription="t")
    for each in (WRITES, WRITES.everywhere, WRITES._replace(subscription=""), kept):
        gate.close(each, 60)
    other.close(WRITES, 60)
    gate.open("S")
    assert [each.subscription for each in Pause.objects.filter(user=person)] == ["t"]
    assert gate.wait_for(kept) > 50
    assert other.wait_for(WRITES) > 50


def test_a_carried_gate_holds_what_was_known_and_what_was_met(person: User) -> None:
    PersonsGate(person.pk).close(WRITES, 60)
    PersonsGate(person.pk).close(WRITES._replace(kind="reads"), -5)
    gate = CarriedGate(person.pk)
    assert gate.wait_for(WRITES) == 0
    gate.read()
    assert gate.wait_for(WRITES) == pytest.approx(60, abs=2)
    assert gate.wait_for(WRITES._replace(kind="reads")) == 0
    gate.close(WRITES._replace(kind="deletes"), 30)
    assert gate.wait_for(WRITES._replace(kind="deletes")) == pytest.approx(30, abs=2)


@pytest.mark.parametrize(("pause", "rows"), [(-0.5, 0), (0.0, 0), (0.5, 1)])
def test_a_carried_gate_tells_of_pauses_that_are_not_over_and_once(
    person: User, monkeypatch: pytest.MonkeyPatch, pause: float, rows: int
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    gate = CarriedGate(person.pk)
    gate.close(WRITES, pause)
    gate.publish()
    assert Pause.objects.count() == rows
    Pause.objects.all().delete()
    gate.publish()
    assert not Pause.objects.exists()


@pytest.mark.parametrize(("seconds", "left"), [(3599, 2), (3601, 1)])
def test_a_pause_is_forgotten_an_hour_after_its_end(person: User, seconds: int, left: int) -> None:
    gate = PersonsGate(person.pk)
    gate.close(WRITES._replace(kind="reads"), -seconds + 0.5)
    gate.close(WRITES, 1)
    assert Pause.objects.count() == left
