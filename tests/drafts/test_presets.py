"""Known extensions: added with a press, their settings as fields, their secrets merged in the vault and never shown."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.test_systems import draft_of, html_of, names
from tests.forms import entries, sent
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps, vault
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms import extensions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths, secrets
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.presets import BY_NAME, PRESETS
from vmssbuilder.scaleset.systems import PUBLISHER
from vmssbuilder.scaleset.versions import LATEST

LIST = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")
ITEM = (*LIST, 0)
SETTINGS = (*ITEM, "properties", "settings")
PROTECTED = (*ITEM, "properties", "protectedSettings")


def with_extension(preset: str = "custom-script-linux", **members: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    properties = BY_NAME[preset].members(LATEST) | members
    paths.put(document, ITEM, {"name": "setup", "properties": properties})
    return document


def page(draft: Draft, *, item: bool = True) -> str:
    return f"/drafts/{draft.code}/extensions/" + (f"{paths.to_url(ITEM)}/" if item else "")


def send(browser: Client, draft: Draft, changed: dict[str, str] | None = None, *, item: bool = True) -> Any:
    """Opens the page and sends it back with some inputs changed, as a browser without JavaScript does."""
    html = browser.get(page(draft, item=item)).content.decode()
    data: dict[str, list[str]] = {}
    for name, value in entries(html[html.index('id="step-form"') :]):
        data.setdefault(name, []).append(value)
    answer = browser.post(
        page(draft, item=item), data | {name: [value] for name, value in (changed or {}).items()}
    )
    draft.refresh_from_db()
    return answer


def in_clear(draft: Draft) -> Any:
    return vault.revealed(draft, paths.get(draft.document, PROTECTED))


def test_each_preset_can_be_added_and_opens_with_its_settings(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    for preset in PRESETS:
        draft = draft_of(requester, {})
        answer = send(as_requester, draft, {"act": f"preset:{preset.name}:{paths.text(LIST)}"}, item=False)
        assert answer.status_code == 302
        extension = paths.get(draft.document, ITEM)
        assert extension == {"name": preset.called, "properties": preset.members(draft.api_version)}
        html = html_of(page_of(as_requester, answer.url.partition("#")[0]))
        layout = extensions.layout(draft, ITEM, draft.document)
        for entry in layout.fields:
            if not entry.is_rows:
                assert names(html).count(paths.text(ITEM + entry.below)) <= 1, entry.below
        if preset.settings is not None:
            assert f">{preset.title}</h2></legend>" in html


def test_only_presets_for_the_system_are_offered_first(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    document: dict[str, Any] = {}
    paths.put(document, PUBLISHER, "Canonical")
    html = html_of(page_of(as_requester, page(draft_of(requester, document), item=False)))
    folded = html.index("For Windows")
    for preset in PRESETS:
        at = html.index(f'value="preset:{preset.name}:')
        assert (at > folded) is (preset.system == "Windows"), preset.name


@pytest.mark.parametrize(
    "chosen",
    [
        {"upgradePolicy": {"mode": "Rolling"}},
        {"automaticRepairsPolicy": {"enabled": True}},
    ],
    ids=["rolling", "repairs"],
)
def test_what_needs_the_health_of_instances_offers_the_extension_that_reports_it(
    chosen: dict[str, Any], as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, {"properties": chosen})
    actions.choose_system(requester, draft, "Linux")
    upgrades = f"/drafts/{draft.code}/upgrades/"
    offered = html_of(page_of(as_requester, upgrades))
    act = f"preset:application-health-linux:{paths.text(LIST)}"
    assert f'value="{act}"' in offered
    assert "preset:application-health-windows:" not in offered
    assert "preset:custom-script-linux:" not in offered
    answer = as_requester.post(upgrades, {"base": draft.head, "act": act})
    assert answer["Location"].partition("#")[0] == page(draft)
    settings = {paths.text((*SETTINGS, "protocol")): "tcp", paths.text((*SETTINGS, "port")): "80"}
    send(as_requester, draft, settings)
    assert "preset:" not in html_of(page_of(as_requester, upgrades))


def test_none_is_offered_that_the_api_version_lacks_what_it_needs_for(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    old = actions.create(requester, Request(Target("", "", "web"), "create", "2016-03-30", {}), "blank")
    html = html_of(page_of(as_requester, page(old, item=False)))
    for preset in PRESETS:
        assert (f'value="preset:{preset.name}:' in html) is preset.fits("2016-03-30"), preset.name
    paths.put(
        old.document, ITEM, {"name": "health", "properties": BY_NAME["rich-health-linux"].members(LATEST)}
    )
    old.save()
    html = html_of(page_of(as_requester, page(old)))
    assert "Needs API version 2018-10-01 or newer." in html


def test_a_name_that_is_taken_gets_a_number(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, {})
    for _ in range(3):
        send(as_requester, draft, {"act": f"preset:custom-script-linux:{paths.text(LIST)}"}, item=False)
    found = [extension["name"] for extension in paths.get(draft.document, LIST)]
    assert found == ["CustomScript", "CustomScript2", "CustomScript3"]


def test_an_empty_extension_becomes_a_known_one_and_keeps_its_settings(
    as_requester: Client, requester: User
) -> None:
    document: dict[str, Any] = {}
    paths.put(
        document, ITEM, {"name": "mine", "properties": {"settings": {"own": 1}, "typeHandlerVersion": "1.0"}}
    )
    draft = draft_of(requester, document)
    send(as_requester, draft, {"act": f"preset:application-health-linux:{paths.text(ITEM)}"})
    assert paths.get(draft.document, ITEM) == {
        "name": "mine",
        "properties": {"settings": {"own": 1}, **BY_NAME["application-health-linux"].members(LATEST)},
    }


def test_a_named_setting_is_a_lens_over_the_settings(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension("application-health-linux", settings={"port": 80, "own": [1]}))
    port = paths.text((*SETTINGS, "port"))
    send(as_requester, draft, {port: "8080", paths.text((*SETTINGS, "protocol")): "http"})
    assert paths.get(draft.document, SETTINGS) == {"port": 8080, "own": [1], "protocol": "http"}
    send(as_requester, draft, {port: ""})
    assert paths.get(draft.document, SETTINGS) == {"own": [1], "protocol": "http"}


def test_nested_and_listed_settings_too(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension("key-vault-linux"))
    url = (*SETTINGS, "secretsManagementSettings", "observedCertificates", 0, "url")
    send(as_requester, draft, {paths.text(url): "https://kv.vault.azure.net/secrets/a"})
    send(as_requester, draft, {"act": f"drop:{paths.text(url[:-1])}"})
    assert paths.get(draft.document, SETTINGS) is MISSING
    draft = draft_of(requester, with_extension(settings={"fileUris": ["https://a/1"]}))
    more = paths.text((*SETTINGS, "fileUris"))
    answer = send(as_requester, draft, {f"{more}[1]": "https://a/2", "act": f"more:{more}"})
    assert answer.status_code == 302
    assert paths.get(draft.document, SETTINGS) == {"fileUris": ["https://a/1", "https://a/2"]}


def test_json_and_fields_sent_together_both_count(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension("application-health-linux", settings={"port": 80}))
    both = {paths.text(SETTINGS): '{"port": 80, "own": 1}', paths.text((*SETTINGS, "protocol")): "tcp"}
    send(as_requester, draft, both)
    assert paths.get(draft.document, SETTINGS) == {"port": 80, "own": 1, "protocol": "tcp"}


def test_json_and_fields_that_contradict_each_other_are_refused_with_both_kept(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, with_extension("application-health-linux", settings={"port": 80}))
    before = copy.deepcopy(draft.document)
    both = {paths.text(SETTINGS): '{"port": 1}', paths.text((*SETTINGS, "port")): "2"}
    answer = send(as_requester, draft, both)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "says one thing here and another in its field above" in html
    assert dict(entries(html))[paths.text((*SETTINGS, "port"))] == "2"
    assert dict(entries(html))[paths.text(SETTINGS)] == '{"port": 1}'
    broken = {paths.text(SETTINGS): '{"port": ', paths.text((*SETTINGS, "port")): "2"}
    assert send(as_requester, draft, broken).status_code == 422
    assert draft.document == before


def test_a_named_secret_goes_into_the_vault_beside_the_others(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    held = {"storageAccountKey": "canary-key", "own": {"deep": "canary-deep"}}
    draft = draft_of(requester, with_extension(protectedSettings=held))
    command = paths.text((*PROTECTED, "commandToExecute"))
    send(as_requester, draft, {command: "sh canary-command"})
    assert in_clear(draft) == {**held, "commandToExecute": "sh canary-command"}
    assert secrets.is_reference(paths.get(draft.document, PROTECTED))
    html = html_of(page_of(as_requester, page(draft)))
    assert "canary" not in html
    for name, is_set in (
        ("commandToExecute", True),
        ("storageAccountKey", True),
        ("storageAccountName", False),
    ):
        at = f'name="{paths.text((*PROTECTED, name))}:clear"'
        assert (at in html) is is_set, name
    send(as_requester, draft, {f"{paths.text((*PROTECTED, 'storageAccountKey'))}:clear": "1"})
    assert in_clear(draft) == {"own": {"deep": "canary-deep"}, "commandToExecute": "sh canary-command"}


def test_the_last_named_secret_takes_the_secret_with_it(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension())
    command = paths.text((*PROTECTED, "commandToExecute"))
    send(as_requester, draft, {command: "sh a"})
    assert in_clear(draft) == {"commandToExecute": "sh a"}
    send(as_requester, draft, {f"{command}:clear": "1"})
    assert paths.get(draft.document, PROTECTED) is MISSING


def test_a_script_is_encoded_and_an_identity_is_json(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension())
    typed = {
        paths.text((*PROTECTED, "script")): "#!/bin/sh\r\necho hi",
        paths.text((*PROTECTED, "managedIdentity")): '{"clientId": "x"}',
    }
    send(as_requester, draft, typed)
    assert in_clear(draft) == {"script": "IyEvYmluL3NoCmVjaG8gaGk=", "managedIdentity": {"clientId": "x"}}


def test_two_people_set_different_secrets_and_both_stand(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension(protectedSettings={"own": "x"}))
    base, shown = draft.head, paths.get(draft.document, PROTECTED)
    for name in ("commandToExecute", "storageAccountKey"):
        change = Changed(PROTECTED, shown, vault.Members({name: name}), secret=True)
        draft = actions.save(requester, draft, base, [change])
    assert in_clear(draft) == {
        "own": "x",
        "commandToExecute": "commandToExecute",
        "storageAccountKey": "storageAccountKey",
    }


def test_two_people_set_the_same_secret_and_the_second_is_asked(requester: User) -> None:
    draft = draft_of(requester, with_extension(protectedSettings={"commandToExecute": "a"}))
    base, shown = draft.head, paths.get(draft.document, PROTECTED)
    changes = [
        Changed(PROTECTED, shown, vault.Members({"commandToExecute": value}), secret=True) for value in "bc"
    ]
    draft = actions.save(requester, draft, base, changes[:1])
    with pytest.raises(actions.EditConflict):
        actions.save(requester, draft, base, changes[1:])
    draft.refresh_from_db()
    assert in_clear(draft) == {"commandToExecute": "b"}


ODD_SETTINGS: list[Any] = [
    None,
    "text",
    "",
    [],
    [1],
    7,
    {},
    {"fileUris": "one"},
    {"fileUris": [1, {"a": 2}, None]},
    {"fileUris": []},
    {"fileUris": {}},
    {"timestamp": {"odd": 1}},
    {"timestamp": "123"},
    {"timestamp": 1.5},
    {"commandToExecute": ["a"]},
    {"skipDos2Unix": "true"},
    {"own": {"deep": [1, "two"]}},
]


@pytest.mark.parametrize("member", ["settings", "protectedSettings"])
@pytest.mark.parametrize("odd", ODD_SETTINGS, ids=repr)
def test_odd_settings_come_back_unchanged(
    odd: Any, member: str, as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, with_extension(**{member: odd}))
    before, secret = copy.deepcopy(draft.document), in_clear(draft)
    page_of(as_requester, page(draft))
    send(as_requester, draft)
    assert draft.document == before
    assert in_clear(draft) == secret


@pytest.mark.parametrize(
    "odd",
    [
        {"secretsManagementSettings": "text"},
        {"secretsManagementSettings": {"observedCertificates": ["https://kv/secrets/a"]}},
        {"secretsManagementSettings": {"observedCertificates": [{"url": "a", "acls": [{"user": "x"}]}]}},
        {"secretsManagementSettings": []},
        {"authenticationSettings": None},
    ],
    ids=repr,
)
def test_odd_nested_settings_come_back_unchanged(
    odd: Any, as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, with_extension("key-vault-linux", settings=odd))
    before = copy.deepcopy(draft.document)
    page_of(as_requester, page(draft))
    send(as_requester, draft)
    assert draft.document == before


def test_a_made_up_preset_is_refused(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, with_extension())
    for act in (
        "preset:none:" + paths.text(LIST),
        "preset:dsc:tags",
        "preset:dsc:" + paths.text((*LIST, 9)),
        "preset:dsc:(",
    ):
        assert send(as_requester, draft, {"act": act}).status_code == 400, act


def test_json_that_is_half_typed_keeps_what_is_typed_in_a_field_meanwhile(
    as_requester: Client, requester: User
) -> None:
    """The page still shows the fields; what is typed there must not vanish without a word."""
    draft = draft_of(requester, with_extension("application-health-linux", settings={"port": 80}))
    html = as_requester.get(page(draft)).content.decode()
    data = sent(html) | {paths.text(SETTINGS): ['{"port": 80, ']}
    quietly = {"HX-Request": "true"}
    assert as_requester.post(page(draft), data, headers=quietly).status_code == 200
    draft.refresh_from_db()
    assert paths.get(draft.document, SETTINGS) == '{"port": 80,'
    port = {paths.text((*SETTINGS, "port")): ["81"], "base": [str(draft.head)]}
    answer = as_requester.post(page(draft), data | port, headers=quietly)
    assert answer.status_code == 422
    assert "This JSON is no object" in answer.content.decode()
    mended = {paths.text(SETTINGS): ['{"own": 1}']}
    assert as_requester.post(page(draft), data | port | mended, headers=quietly).status_code == 200
    draft.refresh_from_db()
    assert paths.get(draft.document, SETTINGS) == {"own": 1, "port": 81}


def test_json_that_only_looks_otherwise_does_not_overrule_a_field(
    as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, with_extension("application-health-linux", settings={"port": 80, "own": 1}))
    both = {paths.text(SETTINGS): '{"port":80,"own":1}', paths.text((*SETTINGS, "port")): "81"}
    send(as_requester, draft, both)
    assert paths.get(draft.document, SETTINGS) == {"port": 81, "own": 1}


def test_what_is_wrong_with_a_named_setting_stands_at_its_field(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, with_extension("application-health-linux", settings={"protocol": "http"}))
    html = html_of(page_of(as_requester, page(draft) + "?findings=1"))
    field = steps.anchor((*SETTINGS, "requestPath"))
    assert f'href="#{field}"' in html
    assert f'id="{field}-findings"' in html


def test_fields_that_the_page_does_not_have_are_not_sent_to_it(as_requester: Client, requester: User) -> None:
    """The extension becomes a known one while it is typed: its named settings come when the page is opened anew."""
    document: dict[str, Any] = {}
    paths.put(document, ITEM, {"name": "setup"})
    draft = draft_of(requester, document)
    plain = dict(entries(as_requester.get(page(draft)).content.decode().split('id="step-form"')[1]))
    typed = {
        paths.text((*ITEM, "properties", wire)): str(value)
        for wire, value in BY_NAME["custom-script-linux"].members(LATEST).items()
        if wire in ("publisher", "type")
    }
    quietly = {"HX-Request": "true"}
    as_requester.post(page(draft), plain | typed, headers=quietly)
    settings = {paths.text(SETTINGS): '{"fileUris": ["https://a/1"], "commandToExecute": "ls"}'}
    answer = as_requester.post(page(draft), plain | typed | settings | {"base": "2"}, headers=quietly)
    draft.refresh_from_db()
    assert paths.get(draft.document, (*SETTINGS, "fileUris")) == ["https://a/1"]
    for wire in ("fileUris", "commandToExecute"):
        assert f'id="{steps.anchor((*SETTINGS, wire))}-field"' not in answer.content.decode()
