"""Buttons that no page has: whatever a form names, the answer says what is wrong, and nothing is an accident."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request

from .conftest import TARGET

PROFILE = "properties.virtualMachineProfile"
EXTENSIONS = f"{PROFILE}.extensionProfile.extensions"
HUGE = "9" * 5000
PLACES = (
    "", "zones", "zones[0]", f"zones[{HUGE[:400]}]", "tags", "tags.team", "tags[0]", "sku", "nowhere", "]][[", "…\x00",
    EXTENSIONS, f"{EXTENSIONS}[0]", f"{EXTENSIONS}[7]", f"{PROFILE}.networkProfile.networkInterfaceConfigurations[0]",
    "a." * 3000, "$target", "$target.name", "properties", "identity.userAssignedIdentities",
)  # fmt: skip
VERBS = (
    "add",
    "remove",
    "duplicate",
    "up",
    "down",
    "undo",
    "more",
    "drop",
    "paste",
    "fix",
    "system",
    "clear-system",
)
ODD: tuple[dict[str, Any], ...] = (
    {
        "zones": 5,
        "tags": "x",
        "properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": True}}},
    },
    {
        "zones": [{}],
        "tags": [1],
        "identity": {"userAssignedIdentities": 3},
        "properties": {"virtualMachineProfile": []},
    },
    {"zones": {"a": 1}, "tags": {"team": {"x": 1}}, "properties": None},
)


@pytest.fixture(params=range(len(ODD)))
def odd(request: pytest.FixtureRequest, requester: User) -> Draft:
    return actions.create(requester, Request(TARGET, "create", "2024-07-01", ODD[request.param]), "pasted")


def answered(client: Client, draft: Draft, act: str, step: str = "basics") -> int:
    draft.refresh_from_db()
    answer = client.post(f"/drafts/{draft.code}/{step}/", {"base": draft.head, "act": act})
    return answer.status_code


@pytest.mark.parametrize("verb", VERBS)
def test_an_act_on_an_odd_place_is_answered(as_requester: Client, odd: Draft, verb: str) -> None:
    for place in PLACES:
        assert answered(as_requester, odd, f"{verb}:{place}") in (200, 302, 400, 409), place[:60]


@pytest.mark.parametrize(
    "act",
    [f"undo:{HUGE}:zones[0]", "undo:-1:zones[0]", "undo:\u0661:zones[0]", f"restore-system:{HUGE}:Linux",
     "restore-system:1:Linux", "restore-system:²:Linux", "system:Solaris", "clear-system:", "preset:", "preset:x:y",
     f"preset:custom-script-linux:{EXTENSIONS}", f"preset:custom-script-linux:{EXTENSIONS}[3]", "unheard-of:x", ":"],
)  # fmt: skip
def test_an_odd_act_is_answered(as_requester: Client, odd: Draft, act: str) -> None:
    for step in ("basics", "image", "extensions"):
        assert answered(as_requester, odd, act, step) in (200, 302, 400, 409)


@pytest.mark.parametrize(
    "query",
    [f"system=removed:{HUGE[:4400]}:Linux", "system=removed:²:Linux", "system=x", f"done=removed:zones[0]:{HUGE[:4400]}",
     "done=:::", "done=pasted:tags:\u0663:x", f"findings={HUGE}", "return=x"],
)  # fmt: skip
def test_an_odd_address_is_answered(as_requester: Client, odd: Draft, query: str) -> None:
    for step in ("basics", "image", "extensions"):
        assert as_requester.get(f"/drafts/{odd.code}/{step}/?{query}").status_code == 200


@pytest.mark.parametrize("base", ["", "x", "-1", "0", "\u0663", HUGE, "9" * 30, "1e3"])
def test_an_odd_base_is_answered(as_requester: Client, odd: Draft, base: str) -> None:
    for below in ("basics/", "json/", "restore/1/", "find/", "fixes/"):
        sent = {"base": base, "text": "{}", "place": "zones", "switch": "2024-07-01"}
        for headers in ({}, {"HX-Request": "true"}):
            answer = as_requester.post(f"/drafts/{odd.code}/{below}", sent, headers=headers)
            assert answer.status_code in (200, 302, 404, 409), below


@pytest.mark.parametrize(
    "address",
    ["history/?before=x", f"history/?before={HUGE[:4400]}", "history/?before=-1", f"compare/1/{HUGE[:400]}/",
     f"compare/1/{HUGE[:4400]}/", f"restore/{HUGE[:400]}/", "tasks/?step=x&seen=%00", "find/?q=%00%ff", "find/?place=]]",
     "export/x/", "basics/zones/0/", f"basics/zones/{HUGE[:400]}/", "extensions/%00/", "basics/properties//x/"],
)  # fmt: skip
def test_an_odd_page_is_answered(as_requester: Client, odd: Draft, address: str) -> None:
    assert as_requester.get(f"/drafts/{odd.code}/{address}").status_code in (200, 302, 400, 404, 405)
