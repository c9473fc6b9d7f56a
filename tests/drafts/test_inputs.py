"""What stands with the fields: readings, sizes, checklists, texts that are sent as base64, and no private key in clear."""

from __future__ import annotations

import base64
import json
import random
import re
import string
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries, post
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses
from vmssbuilder.drafts.forms import checklists, readings
from vmssbuilder.drafts.forms.fields import shown_encoded, text_of
from vmssbuilder.drafts.forms.widgets import SCRIPTS
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset import Request, Target, check, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Node, Text
from vmssbuilder.scaleset.rules.target import check_target

from .conftest import TARGET

VERSION = "2024-07-01"
PROFILE = "properties.virtualMachineProfile"
OS = ("properties", "virtualMachineProfile", "osProfile")
KEYS = f"{PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys"
PRIVATE_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kYcqYqkzRGQ2Zl3nJ5uKxSx0c6Zb9u0gKX1mQeU4r azureuser@shop"


def drafted(owner: User, document: dict[str, Any]) -> Draft:
    return actions.create(owner, Request(TARGET, "create", VERSION, document), "pasted")


def sent(client: Client, url: str, **changed: str) -> Any:
    """Submits a page with some fields typed anew; answers what came back."""
    page = client.get(url).content.decode()
    form = page[page.index('id="step-form"') :]
    given = dict(entries(form[: form.index("</form>")])) | changed
    data = post(list(given.items()))
    return client.post(url, data.urlencode(), content_type="application/x-www-form-urlencoded")


# --- Readings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("duration", "PT30M", "30 minutes"),
        ("duration", "PT1H30M", "1 hour 30 minutes"),
        ("duration", "P1DT1S", "1 day 1 second"),
        ("duration", "PT0S", "No time at all"),
        ("duration", "", ""),
        ("duration", "30 minutes", "Not a duration yet: PT30M is 30 minutes, PT1H30M is 1½ hours"),
        ("size", "1023", ""),
        ("size", "4095", "3.999 TiB"),
        ("size", "2048", "2 TiB"),
        ("size", "much", ""),
        ("minutes", "30", ""),
        ("minutes", "90", "1 hour 30 minutes"),
        (
            "vault",
            "https://kv.vault.azure.net/secrets/web/01ab",
            "Certificate web of the vault kv, version 01ab",
        ),
        (
            "vault",
            "https://kv.vault.azure.net/secrets/web",
            "Certificate web of the vault kv, without a version, which Azure needs",
        ),
        ("vault", "https://[", ""),
        ("ssh", PUBLIC_KEY, "Ed25519 key, azureuser@shop"),
        ("ssh", "ssh-ed25519 AAAA", "Not a whole public key yet"),
        ("ssh", "ssh-dss AAAAB3NzaC1kc3M= me", "ssh-dss key, me. Azure takes RSA and Ed25519 only."),
    ],
)
def test_a_value_is_said_in_words(kind: str, text: str, words: str) -> None:
    assert readings.in_words(kind, text) == words


def test_an_rsa_key_tells_its_length() -> None:
    for size, ending in ((2048, ""), (1024, ". Too short: Azure wants 2,048 bits or more.")):
        fields = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + (1 << size - 1 | 1).to_bytes(size // 8, "big")]
        blob = base64.b64encode(b"".join(len(one).to_bytes(4, "big") + one for one in fields)).decode()
        assert (
            readings.in_words("ssh", f"ssh-rsa {blob} me@shop")
            == f"RSA key of {size:,} bits, me@shop{ending}"
        )


def test_every_duration_is_read_out() -> None:
    named = re.compile(r"(Time|Duration|Period|Budget|Timeout|BetweenBatches)\Z")
    read_out = {
        node.pattern for node in tree("2026-04-01").leaves() if readings.kind_of(node.property) == "duration"
    }
    likely = {
        node.pattern
        for node in tree("2026-04-01").leaves()
        if isinstance(node.property, Text) and named.search(node.pattern) and "time" not in node.property.kind
    }
    assert len(read_out) >= 9
    assert {pattern for pattern in likely - read_out if not pattern.endswith("Time")} == set()


def test_readings_stand_below_their_fields(as_requester: Client, requester: User, page_of: GetPage) -> None:
    draft = drafted(requester, {"properties": {"automaticRepairsPolicy": {"gracePeriod": "PT40M"}}})
    path = ("properties", "automaticRepairsPolicy", "gracePeriod")
    page = page_of(as_requester, addresses.page_url(draft.code, path, VERSION)).html
    own = anchor(path)
    box = re.search(rf'<input [^>]*id="{own}"[^>]*>', page)
    assert box is not None
    assert f"{own}-reading" in box[0]
    assert f'<p class="field__reading" id="{own}-reading" data-reading="duration">40 minutes</p>' in page


def test_a_page_loads_the_scripts_that_its_fields_need(as_requester: Client, requester: User) -> None:
    draft = drafted(requester, {})
    by_step = {
        step: {script for script in set(SCRIPTS.values()) if script.removesuffix(".js") in page}
        for step in ("image", "network", "basics")
        if (page := as_requester.get(f"/drafts/{draft.code}/{step}/?all").content.decode())
    }
    assert {"js/ssh.js", "js/sizes.js", "js/password.js", "js/checklist.js"} <= by_step["image"]
    assert by_step["network"].isdisjoint({"js/ssh.js", "js/password.js", "js/json.js", "js/sizes.js"})
    assert "js/checklist.js" in by_step["basics"]


def test_secrets_are_not_read_out(as_requester: Client, requester: User) -> None:
    secret = base64.b64encode(b"#!/bin/sh\n# much").decode()
    draft = drafted(
        requester, {"properties": {"virtualMachineProfile": {"osProfile": {"customData": secret}}}}
    )
    page = as_requester.get(f"/drafts/{draft.code}/image/").content.decode()
    found = re.search(r'-customData-reading"[^>]*>([^<]*)</p>', page)
    assert found is not None
    assert found[1] == ""


# --- Texts that are sent as base64 ------------------------------------------------------------------------------------


def user_data() -> Node:
    node = tree(VERSION).at(("properties", "virtualMachineProfile", "userData"))
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("value", "shown", "encoded"),
    [
        (base64.b64encode("grün\n".encode()).decode(), "grün\n", False),
        (base64.b64encode(b"\xff\xfe").decode(), "//4=", True),
        (base64.b64encode(b"a\x00b").decode(), base64.b64encode(b"a\x00b").decode(), True),
        (base64.b64encode(b" \n").decode(), base64.b64encode(b" \n").decode(), True),
        ("not base64!", "not base64!", True),
        ("YQ", "YQ", True),
        (MISSING, "", False),
        (7, "7", True),
    ],
)
def test_base64_is_shown_as_the_text_it_stands_for(value: Any, shown: str, encoded: bool) -> None:
    prop = user_data().property
    assert (text_of(prop, value), shown_encoded(prop, value)) == (shown, encoded)


@pytest.mark.parametrize(
    ("typed", "box", "kept"),
    [
        ("a=1\r\nb=2", False, base64.b64encode(b"a=1\nb=2").decode()),
        ("YT0x", True, "YT0x"),
        ("", False, MISSING),
    ],
)
def test_text_is_encoded_for_the_person(
    as_requester: Client, requester: User, typed: str, box: bool, kept: Any
) -> None:
    held = {"properties": {"virtualMachineProfile": {"userData": base64.b64encode(b"old").decode()}}}
    draft = drafted(requester, held)
    name = f"{PROFILE}.userData"
    url = addresses.page_url(draft.code, ("properties", "virtualMachineProfile", "userData"), VERSION)
    sent(as_requester, url, **{name: typed}, **({f"{name}:encoded": "1"} if box else {}))
    draft.refresh_from_db()
    assert paths.get(draft.document, ("properties", "virtualMachineProfile", "userData")) == kept


# --- Private keys -----------------------------------------------------------------------------------------------------


def rows_of_keys(requester: User) -> Draft:
    keys = [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": PUBLIC_KEY}]
    document = {"osProfile": {"linuxConfiguration": {"ssh": {"publicKeys": keys}}}}
    return drafted(requester, {"properties": {"virtualMachineProfile": document}})


@pytest.mark.parametrize("key", [PRIVATE_KEY, "PuTTY-User-Key-File-3: ssh-rsa", f"mine:\n{PRIVATE_KEY}"])
@pytest.mark.parametrize("automatic", [False, True])
def test_a_private_key_is_refused_before_anything_is_saved(
    as_requester: Client, requester: User, key: str, automatic: bool
) -> None:
    draft = rows_of_keys(requester)
    url = f"/drafts/{draft.code}/image/"
    headers = {"HX-Request": "true"} if automatic else {}
    page = as_requester.get(url).content.decode()
    form = page[page.index('id="step-form"') :]
    given = dict(entries(form[: form.index("</form>")])) | {f"{KEYS}[0].keyData": key}
    answer = as_requester.post(url, given, headers=headers)
    assert answer.status_code == 422
    assert "This holds a private key, so it was not saved." in answer.content.decode()
    assert "PRIVATE KEY" not in "".join(str(one.document) for one in draft.revisions.all())
    assert draft.revisions.count() == 1


def test_a_private_key_is_refused_in_free_json_too(as_requester: Client, requester: User) -> None:
    extension = {"name": "one", "properties": {"publisher": "Contoso", "type": "Agent"}}
    draft = drafted(
        requester,
        {"properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": [extension]}}}},
    )
    place = f"{PROFILE}.extensionProfile.extensions[0]"
    url = f"/drafts/{draft.code}/extensions/{place.replace('.', '/').replace('[', '/').replace(']', '')}/"
    answer = sent(
        as_requester, url, **{f"{place}.properties.settings": f'{{"pem": "{PRIVATE_KEY.splitlines()[0]}"}}'}
    )
    assert answer.status_code == 422
    assert draft.revisions.count() == 1


def test_a_private_key_may_stand_in_custom_data(as_requester: Client, requester: User) -> None:
    draft = rows_of_keys(requester)
    url = f"/drafts/{draft.code}/image/"
    assert sent(as_requester, url, **{f"{PROFILE}.osProfile.customData": PRIVATE_KEY}).status_code == 302
    draft.refresh_from_db()
    assert "customData" in paths.get(draft.document, OS)


CLEAR = {"osProfile": {"linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": PRIVATE_KEY}]}}}}
IN_CLEAR = [
    {"properties": {"virtualMachineProfile": CLEAR}},
    {"tags": {"key": f"mine: {PRIVATE_KEY}"}},
    {"tags": {PRIVATE_KEY: "mine"}},
    {"tags": {}, "foreign": [["PuTTY-User-Key-File-3: ssh-rsa"]]},
]


@pytest.mark.parametrize("document", IN_CLEAR)
def test_a_private_key_is_refused_in_a_whole_document(
    page_of: GetPage, as_requester: Client, requester: User, document: dict[str, Any]
) -> None:
    draft = drafted(requester, {"location": "uksouth"})
    given = {"base": 1, "text": json.dumps(document)}
    page = page_of(as_requester, f"/drafts/{draft.code}/json/", post=given, status=422)
    assert "his holds a private key, so it was not saved." in page.text
    assert dict(entries(page.html))["text"] == given["text"]
    assert draft.revisions.count() == 1


@pytest.mark.parametrize("document", IN_CLEAR)
def test_no_draft_is_started_from_a_private_key(
    page_of: GetPage, as_requester: Client, document: dict[str, Any]
) -> None:
    given = {
        "start": "text",
        "api_version": VERSION,
        "accept": "1",
        "text": json.dumps(document),
    }
    page = page_of(as_requester, "/drafts/new/", post=given, status=422)
    assert "his holds a private key, so it was not saved." in page.text
    assert not Draft.objects.exists()


def test_a_private_key_in_a_secret_of_a_whole_document_goes_into_the_vault(
    as_requester: Client, requester: User
) -> None:
    draft = drafted(requester, {"location": "uksouth"})
    document = {"properties": {"virtualMachineProfile": {"osProfile": {"customData": PRIVATE_KEY}}}}
    given = {"base": 1, "text": json.dumps(document)}
    assert as_requester.post(f"/drafts/{draft.code}/json/", given).status_code == 302
    draft.refresh_from_db()
    assert "PRIVATE KEY" not in json.dumps(draft.document)
    assert draft.secrets.count() == 1


# --- Checklists -------------------------------------------------------------------------------------------------------


def is_met(wish: checklists.Requirement, text: str, other: str) -> bool:
    """As static/js/checklist.js has it."""
    if wish.apart_from:
        return len(other) < 3 or other.lower() not in text.lower()
    wanted = text.lower() if wish.folded else text
    return sum(re.search(pattern, wanted) is not None for pattern in wish.patterns) >= wish.enough


def random_texts(seed: int, count: int) -> list[str]:
    drawn = random.Random(seed)
    letters = string.ascii_letters + string.digits + string.punctuation + " "
    words = [
        "",
        "Password1",
        "P@$$w0rd",
        "iloveyou!",
        "admin",
        "ROOT",
        "user",
        "azureuser1A",
        "-web",
        "web.",
        "1234",
        "a" * 73,
    ]
    words += [
        "".join(drawn.choices(letters, k=drawn.choice((3, 6, 9, 11, 12, 14, 16, 59, 72, 100, 124))))
        for _ in range(count)
    ]
    words += [
        "".join(drawn.choices(string.ascii_lowercase + "-.", k=drawn.randint(1, 20))) for _ in range(count)
    ]
    return [word for word in words if word == word.strip()]


def findings_about(path: Path, text: str, system: str) -> list[str]:
    profile: dict[str, Any] = {
        "adminUsername": "azureuser",
        "adminPassword": "Plain-passw0rd-1",
        "computerNamePrefix": "web",
    }
    paths.put(profile, path[len(OS) :], text)
    image = "Canonical" if system == "Linux" else "MicrosoftWindowsServer"
    document = {
        "location": "uksouth",
        "properties": {
            "virtualMachineProfile": {
                "osProfile": profile,
                "storageProfile": {
                    "imageReference": {"publisher": image},
                    "osDisk": {"osType": system, "createOption": "FromImage"},
                },
            }
        },
    }
    # What Azure itself takes but advises against is left to the check.
    advice = {"prefix-over-15-linux", "admin-username-linux-case"}
    return [
        found.rule for found in check(document, VERSION) if found.path == path and found.rule not in advice
    ]


@pytest.mark.parametrize("system", ["Linux", "Windows"])
@pytest.mark.parametrize("member", ["adminPassword", "computerNamePrefix", "adminUsername"])
def test_a_checklist_that_is_all_met_leaves_the_check_nothing_to_say(system: str, member: str) -> None:
    path = (*OS, member)
    wishes = checklists.requirements(path, system)
    met = broken = 0
    for text in random_texts(7, 60):
        other = text if member == "adminUsername" else "azureuser"
        if all(is_met(wish, text, other) for wish in wishes):
            met += 1
            assert findings_about(path, text, system) == [], text
        else:
            broken += 1
    assert met > 3
    assert broken > 10


@pytest.mark.parametrize("member", ["name", "resourceGroup"])
def test_the_checklists_of_the_address_agree_with_the_check(member: str) -> None:
    fine = {"subscription": TARGET.subscription, "resource_group": "rg", "name": "web"}
    own = {"name": "name", "resourceGroup": "resource_group"}[member]
    for text in [*random_texts(3, 80), "rg(1)", "räume", "web_1", "a" * 64, "a" * 65, "a" * 90, "a" * 91]:
        found = [each for each in check_target(Target(**(fine | {own: text}))) if each.path[-1] == member]
        wanted = all(is_met(wish, text, "") for wish in checklists.requirements(("$target", member), ""))
        assert wanted == (errors(found) == []), text


def test_checklists_are_tied_to_their_boxes_and_neutral(as_requester: Client, requester: User) -> None:
    draft = drafted(requester, {})
    page = as_requester.get(f"/drafts/{draft.code}/image/").content.decode()
    for member in ("adminPassword", "computerNamePrefix", "adminUsername"):
        own = f"f-{'-'.join((*OS, member))}"
        box = re.search(rf'<input [^>]*id="{own}"[^>]*>', page)
        assert box is not None
        described = re.search('aria-describedby="([^"]*)"', box[0])
        assert described is not None
        assert f"{own}-checks" in described[1].split()
        assert f'<ul class="checklist" id="{own}-checks" data-checks="{own}"><li' in page
    assert "checklist__met" not in page


def test_the_chosen_system_decides_the_checklist(as_requester: Client, requester: User) -> None:
    draft = drafted(requester, {})
    url = f"/drafts/{draft.code}/image/"
    assert "up to 58 for Linux" in as_requester.get(url).content.decode()
    sent(as_requester, url, act="system:Windows")
    page = as_requester.get(url).content.decode()
    assert ">1 to 9 characters<" in page
    assert "12 to 123 characters" in page


def test_rows_below_a_cleared_one_keep_what_they_do_not_show(as_requester: Client, requester: User) -> None:
    keys = [{"path": f"/{name}", "keyData": PUBLIC_KEY, "note": name} for name in "abc"]
    linux = {"linuxConfiguration": {"ssh": {"publicKeys": [*keys[:1], {"path": "/b"}, *keys[2:]]}}}
    draft = drafted(requester, {"properties": {"virtualMachineProfile": {"osProfile": linux}}})
    url = f"/drafts/{draft.code}/image/"
    given = dict(entries(as_requester.get(url).content.decode().split('id="step-form"')[1]))
    answer = as_requester.post(url, given | {f"{KEYS}[1].path": ""}, headers={"HX-Request": "true"})
    assert f'name="{KEYS}[1].path" value="/c"' in answer.content.decode(), (
        "the rows come anew, with their numbers"
    )
    assert f'name="{KEYS}[3].path"' not in answer.content.decode()
    draft.refresh_from_db()
    assert [
        key["note"] for key in paths.get(draft.document, (*OS, "linuxConfiguration", "ssh", "publicKeys"))
    ] == ["a", "c"]
