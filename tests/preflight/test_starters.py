"""From each starter to a scale set in Azure: in three regions, and in another company's subscription, groups and networks."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

import pytest
from django.test import Client

from tests.places import ELSEWHERE, HOME, Place, another_world
from tests.reviews.making import PASSWORD, approved
from tests.submissions.conftest import drive
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure.preflight import Result
from vmssbuilder.drafts import starters, vault
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.drafts.starters import Starter
from vmssbuilder.preflight import actions as preflights
from vmssbuilder.preflight import checking
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.findings import errors, warnings
from vmssbuilder.submissions import actions as submissions
from vmssbuilder.workers import heartbeats

pytestmark = pytest.mark.django_db

KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDt6e5M179Y8USAerDv0horwrOqIPgEIO8hYHKlUmiOU ops"
STARTERS: Final = starters.starters()


def answers(starter: Starter, place: Place) -> dict[str, str]:
    """What a person who works at the place answers."""
    known = {
        "name": f"from-{starter.name}",
        "subscription": place.subscription,
        "resourceGroup": place.group,
        "location": place.region,
        "subnet": place.subnet,
        "pool": place.pool,
        "securityGroup": place.security_group,
        "image": place.image,
        "sshKey": KEY,
        "password": PASSWORD,
    }
    return {question.name: known[question.name] for question in starter.questions}


@pytest.fixture(autouse=True)
def _at_once(sandbox: Running) -> Iterator[None]:
    """Azure is done as soon as it is asked."""
    memory = sandbox.sandbox.memory
    before, memory.delay = memory.delay, 0.0
    yield
    memory.delay = before


@pytest.fixture
def elsewhere(_one_sandbox: Running) -> Iterator[None]:
    with another_world():
        _one_sandbox.reset()
        yield
    _one_sandbox.reset()


def stock(sandbox: Running, *places: Place) -> None:
    for place in places:
        for resource_id, body in place.resources().items():
            sandbox.add(resource_id, body, region=place.region)


def offered(client: Client, kind: str, place: Place) -> list[str]:
    """The values that the field of a question suggests at a place, as soon as Azure has answered."""
    asked = {"subscription": place.subscription, "region": place.region}
    while True:
        html = client.get(f"/drafts/new/suggest/{kind}/", asked).json()["html"]
        if "data-again" not in html:
            return [
                unescape(value)
                for value, rest in re.findall(r'data-value="([^"]*)"(.*?)</li>', html, re.DOTALL)
                if "options__reason" not in rest
            ]


def succeeds(client: Client, rita: User, rolf: User, starter: Starter, place: Place) -> None:
    """Answers the questions, and follows what comes of it to its end."""
    answered = answers(starter, place)
    for question in starter.questions:
        kind = question.node.property.kind
        if kind and question.rows == 1:
            suggested = {each.lower() for each in offered(client, kind, place)}
            assert answered[question.name].lower() in suggested, f"{question.name} is not suggested"
    events = Event.objects.count()
    answer = client.post(f"/drafts/new/{starter.name}/", answered)
    draft = Draft.objects.order_by("-pk")[0]
    assert (answer.status_code, answer["Location"]) == (302, f"/drafts/{draft.code}/check/"), answer.content
    assert Revision.objects.filter(draft=draft).count() == 1
    assert Event.objects.count() == events + 1
    found = check_content(draft)
    assert not errors(found)
    assert {each.rule for each in warnings(found)} == set(starter.announced)
    run = preflights.start(rita, draft)
    checking.run(run.pk)
    run.refresh_from_db()
    results = [Result.from_json(each) for each in run.results]
    assert {each.check: each.status for each in results if each.status != "passed"} == {}
    heartbeats.beat("here")
    approved(rita, rolf, draft)
    done = drive(submissions.submit(rita, Draft.objects.get(pk=draft.pk)))
    assert done.state == "succeeded", done.error


@pytest.mark.parametrize("place", HOME, ids=str)
@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_a_starter_passes_check_and_pre_flight_and_is_made(
    starter: Starter, place: Place, sandbox: Running, as_rita: Client, rita: User, rolf: User
) -> None:
    stock(sandbox, place)
    succeeds(as_rita, rita, rolf, starter, place)


def test_every_starter_does_where_all_else_has_other_names(
    elsewhere: None, sandbox: Running, as_rita: Client, rita: User, rolf: User
) -> None:
    stock(sandbox, *ELSEWHERE)
    for starter, place in zip(STARTERS, itertools.cycle(ELSEWHERE), strict=False):
        succeeds(as_rita, rita, rolf, starter, place)


# --- the declarations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_a_starter_passes_the_check_in_each_api_version_on_offer(starter: Starter) -> None:
    assert starter.api_version in starter.api_versions
    for version in starter.api_versions:
        made = starter.request(answers(starter, HOME[0]), version)
        found = check(made.document, version, "create", made.target, today=dt.date(2026, 11, 27))
        assert not errors(found), version


def test_no_answer_goes_where_a_starter_is_locked_and_none_names_a_place() -> None:
    assert len({each.name for each in STARTERS}) == len(STARTERS)
    for starter in STARTERS:
        text = str(starter.document)
        assert not re.search(r"/subscriptions/|[0-9a-f]{8}-[0-9a-f]{4}|resourceGroups", text)
        assert "location" not in starter.document
        for locked in map(paths.parse, starter.essential):
            assert paths.get(starter.document, locked) is not paths.MISSING
            for question in starter.questions:
                assert not paths.starts_with(question.path, locked), question.name


def test_a_starter_is_not_offered_in_a_version_that_lacks_what_makes_it() -> None:
    flexible = starters.find("flexible")
    assert flexible is not None
    assert "2019-12-01" not in flexible.api_versions


# --- the page -----------------------------------------------------------------------------------------------------------


def test_what_there_is_only_one_of_is_filled_in_and_the_rest_follows(
    elsewhere: None, sandbox: Running, as_rita: Client
) -> None:
    place = ELSEWHERE[1]
    stock(sandbox, place)
    url = "/drafts/new/linux-web/"
    asked = {"look": "1", "resourceGroup": place.group}
    told: dict[str, Any] = {}
    for _ in range(5):
        told = as_rita.post(url, asked, headers={"Accept": "application/json"}).json()["known"]
    assert told == {
        "subscription": place.subscription,
        "location": place.region,
        "subnet": place.subnet,
        "pool": place.pool,
    }
    html = as_rita.post(url, asked).content.decode()
    for value in [*told.values(), place.group]:
        assert f'value="{value}"' in html
    assert not Draft.objects.exists()


def test_a_secret_goes_into_the_vault(sandbox: Running, as_rita: Client) -> None:
    windows = starters.find("windows")
    assert windows is not None
    as_rita.post("/drafts/new/windows/", answers(windows, HOME[0]))
    draft = Draft.objects.get()
    assert PASSWORD not in str(draft.document)
    held = vault.put_back(draft, draft.document)["properties"]["virtualMachineProfile"]["osProfile"]
    assert held["adminPassword"] == PASSWORD


def test_a_list_of_no_kind_is_none(as_rita: Client) -> None:
    assert as_rita.get("/drafts/new/suggest/nonsense/").status_code == 404
    lookups.forget_everything()
