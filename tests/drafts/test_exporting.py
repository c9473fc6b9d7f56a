"""The pages of exports: what they say is what `export` writes, and no secret is in them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.conftest import GetPage
from tests.programs import jq_folder
from tests.reviews.making import PASSWORD as SANDBOX_PASSWORD
from tests.reviews.making import draft as complete
from tests.web.strict import text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import cloud
from vmssbuilder.drafts.models import Draft
from vmssbuilder.installation import endpoint
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import export
from vmssbuilder.scaleset.exports import FORMATS

PASSWORD = "Plain-passw0rd-1"


def at(draft: Draft, name: str) -> str:
    return f"/drafts/{draft.code}/export/{name}/"


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_shows_exactly_what_is_exported(
    page_of: GetPage, as_requester: Client, draft: Draft, name: str
) -> None:
    page = page_of(as_requester, at(draft, name))
    shown = next(element for element in page.root.iter("pre") if element.get("id") == "export")
    draft.refresh_from_db()
    assert "".join(shown.itertext()) == export(draft.request, name, endpoint())
    assert PASSWORD not in page.html
    assert "1 secret left out" in page.text
    # The name that the page says is the one that the text uses.
    callout = next(
        each for each in page.root.iter("code") if "adminpassword" in text_of(each).lower().replace("_", "")
    )
    assert text_of(callout) in "".join(shown.itertext())


@pytest.mark.parametrize("name", FORMATS)
def test_a_download_is_the_same_text_as_a_file(as_requester: Client, draft: Draft, name: str) -> None:
    answer = as_requester.get(at(draft, name) + "?download=1")
    draft.refresh_from_db()
    assert answer.content.decode() == export(draft.request, name, endpoint())
    assert answer["Content-Disposition"] == f'attachment; filename="web-prod{FORMATS[name].suffix}"'
    assert answer["Content-Type"].startswith(FORMATS[name].media_type)


def test_a_name_that_is_no_file_name_leaves_the_code(as_requester: Client, draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(name='"/\r\n.')
    answer = as_requester.get(at(draft, "bicep") + "?download=1")
    assert answer["Content-Disposition"] == f'attachment; filename="{draft.code}.bicep"'


@pytest.mark.parametrize("name", ["arm", "bicep"])
def test_what_a_format_cannot_say_is_explained_with_the_way_out(
    page_of: GetPage, as_requester: Client, draft: Draft, name: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(operation="update")
    page = page_of(as_requester, at(draft, name))
    assert "describes a whole scale set" in page.text
    assert at(draft, "terraform") in page.addresses()
    assert not page.all("pre")
    # The file would hold nothing, so that the page is answered instead.
    page_of(as_requester, at(draft, name) + "?download=1")


def test_the_exports_start_with_the_first_format(as_requester: Client, draft: Draft) -> None:
    assert as_requester.get(f"/drafts/{draft.code}/export/")["Location"] == at(draft, "rest")


def test_a_format_that_does_not_exist_is_not_there(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    assert "Choose one of" in page_of(as_requester, at(draft, "pulumi"), status=404).text


def test_errors_that_the_request_still_has_are_said(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, at(draft, "az"))
    assert "in this request. Check everything" in page.text


def test_markup_in_values_stays_text(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    draft.document["tags"] = {"<b>&": "</pre><script>alert('1')</script>"}
    Draft.objects.filter(pk=draft.pk).update(document=draft.document)
    for name in FORMATS:
        assert "<script>alert" not in page_of(as_requester, at(draft, name)).html


CLOUDS = {
    "public": "management.azure.com",
    "usgov": "management.usgovcloudapi.net",
    "china": "management.chinacloudapi.cn",
}


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("form", ["rest", "curl", "az", "terraform", "arm", "bicep"])
def test_an_export_is_for_the_cloud_of_the_installation(
    page_of: GetPage, as_requester: Client, draft: Draft, settings: Settings, name: str, form: str
) -> None:
    settings.VMSSBUILDER_CLOUD = name
    page = page_of(as_requester, at(draft, form))
    others = [host for each, host in CLOUDS.items() if each != name]
    assert not [each for each in others if f"//{each}" in page.text]
    assert name == "public" or cloud(name).title in page.text
    if form in {"rest", "curl"}:
        assert CLOUDS[name] in page.text


@pytest.mark.parametrize("form", ["rest", "curl", "az", "terraform"])
def test_in_the_sandbox_an_export_names_the_sandbox_and_says_so(
    page_of: GetPage, as_requester: Client, draft: Draft, settings: Settings, form: str
) -> None:
    settings.VMSSBUILDER_SANDBOX_URL = "http://127.0.0.1:8765"
    page = page_of(as_requester, at(draft, form))
    assert page.text.count("http://127.0.0.1:8765 is the sandbox of this installation.") == 2
    assert "management." not in page.text.replace("management.sandbox.invalid/.default", "")


def test_examples_name_the_hosts_of_the_installations_cloud(
    page_of: GetPage, as_requester: Client, settings: Settings
) -> None:
    place = "/reference/properties.virtualMachineProfile.diagnosticsProfile.bootDiagnostics.storageUri/"
    assert "blob.core.windows.net" in page_of(as_requester, place).text
    settings.VMSSBUILDER_CLOUD = "china"
    assert "blob.core.chinacloudapi.cn" in page_of(as_requester, place).text


@pytest.mark.parametrize("form", ["curl"])
def test_the_export_of_a_sandbox_does_what_it_says(
    as_requester: Client, requester: User, sandbox: Running, form: str, tmp_path: Path
) -> None:
    made = complete(requester)
    script = as_requester.get(at(made, form) + "?download=1").content.decode()
    bash = ["bash", "-c"]
    environment = {**os.environ, "PATH": f"{jq_folder(tmp_path)}:{os.environ['PATH']}"}
    token = subprocess.run(
        [*bash, endpoint().token], env=environment, capture_output=True, text=True, check=True
    )
    given = {**environment, "ACCESS_TOKEN": token.stdout.strip(), "ADMIN_PASSWORD": SANDBOX_PASSWORD}
    done = subprocess.run([*bash, script], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["name"] == "web-prod"
    assert [each["method"] for each in sandbox.requests()] == ["PUT"]
