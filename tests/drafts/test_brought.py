"""What people bring, through the page: each kind of text becomes the draft that it means, or is refused by its name."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.test_starting import NEW, bring, filled
from tests.forms import entries
from tests.scaleset import test_shapes as shapes
from tests.scaleset import test_wrapping as wrapping
from tests.scaleset.reading_back import BACK
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, export

BODY = shapes.body()


class Brought(NamedTuple):
    """A text, and what its draft is to be. parameters: the second text."""

    text: str
    document: dict[str, Any] = BODY
    target: Target = shapes.HERE
    version: str = ""
    operation: str = "create"
    parameters: str = ""


def as_template(count: Any) -> dict[str, Any]:
    """A template of the body."""
    inner: dict[str, Any] = shapes.deployment()["properties"]["template"]
    inner["resources"][0]["sku"]["capacity"] = count
    return inner


BROUGHT = {
    "a request body": Brought(shapes.text(BODY), target=Target()),
    "az vmss show": Brought(shapes.text(shapes.flat())),
    "az vmss list": Brought(shapes.text([shapes.flat()])),
    "az vmss create": Brought(shapes.text({"vmss": shapes.flat()})),
    "Get-AzVmss": Brought(shapes.text(shapes.powershell())),
    **{str(each.id): Brought(shapes.text(each.values[0])) for each in shapes.ROWS},
    "the PUT of a deployment": Brought(
        shapes.text(shapes.deployment(setName="web", count=3)),
        target=Target("", "", "web"),
        version="2023-03-01",
    ),
    "a template and its parameters file": Brought(
        shapes.text(as_template("[parameters('count')]")),
        target=Target("", "", "web"),
        version="2023-03-01",
        parameters=shapes.text(
            {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
                "contentVersion": "1.0.0.0",
                "parameters": {"setName": {"value": "web"}, "count": {"value": 3}},
            }
        ),
    ),
    "an example of the REST documentation": Brought(shapes.text(shapes.example()), version="2022-08-01"),
    "JSON written as a text": Brought(json.dumps(json.dumps(BODY)), target=Target()),
    "a request of a batch": Brought(
        shapes.text(
            {
                "requests": [
                    {
                        "httpMethod": "PATCH",
                        "relativeUrl": f"{shapes.ID}?api-version=2023-07-01",
                        "content": BODY,
                    }
                ]
            }
        ),
        version="2023-07-01",
        operation="update",
    ),
}


def either(text: str, found: str, **more: Any) -> Brought:
    """A text around one of the two bodies: the short one where its size is found."""
    return Brought(text, wrapping.PLAIN if "Standard_B2s" in found else wrapping.BODY, **more)


AROUND = {name: either(text, text, target=Target()) for name, text in wrapping.AROUND.items()}
REQUESTS = {
    name: either(text, text, version=wrapping.VERSION)
    for name, text in (wrapping.HTTP | wrapping.COMMANDS).items()
}
EXPORTS = {
    f"our own {name}": Brought(
        export(Request(shapes.HERE, "create", wrapping.VERSION, wrapping.BODY), name),
        wrapping.BODY,
        Target(name="web") if name == "arm" else shapes.HERE,
        wrapping.VERSION,
    )
    for name in BACK
}
EVERY = BROUGHT | AROUND | REQUESTS | EXPORTS


def drafted(browser: Client, brought: Brought) -> Draft:
    """The draft that comes of a text when every page on the way is sent as it stands."""
    form = bring(brought.text, parameters=brought.parameters)
    for _ in range(3):
        answer = browser.post(NEW, form)
        if answer.status_code == 302:
            return Draft.objects.get(code=answer.headers["Location"].split("/")[2])
        assert answer.status_code == 200, answer.content.decode()[:3000]
        form = dict(entries(answer.content.decode()))
    raise AssertionError("no draft came of it")


@pytest.mark.parametrize("brought", EVERY.values(), ids=EVERY)
def test_what_is_brought_becomes_the_draft_that_it_means(as_requester: Client, brought: Brought) -> None:
    draft = drafted(as_requester, brought)
    assert draft.document == brought.document
    assert (draft.target, draft.operation) == (brought.target, brought.operation)
    assert draft.api_version == (brought.version or draft.api_version)


def test_of_several_the_person_chooses(as_requester: Client, page_of: GetPage) -> None:
    second = shapes.flat() | {"name": "job", "id": shapes.ID.replace("/web", "/job")}
    page = page_of(as_requester, NEW, post=bring(shapes.text([shapes.flat(), second])))
    assert ">web</label>" in page.html
    assert ">job</label>" in page.html
    again = page_of(as_requester, NEW, post=filled(page) | {"choice": "1"})
    assert not Draft.objects.exists(), "the one that was picked is shown first"
    as_requester.post(NEW, filled(again))
    assert Draft.objects.get().name == "job"


@pytest.mark.parametrize("count", [30, 1_500])
def test_of_many_the_person_chooses_from_a_list_of_bounded_length(
    as_requester: Client, page_of: GetPage, count: int
) -> None:
    many = [{"name": f"set-{number}", "location": "northeurope"} for number in range(count)]
    page = page_of(as_requester, NEW, post=bring(shapes.text(many)))
    assert page.html.count(">set-") <= 1_001
    assert ("Read the first 1,000 of 1,500" in page.text) is (count > 1_000)
    assert filled(page)["choice"] == "0"
    again = page_of(as_requester, NEW, post=filled(page) | {"choice": "29"})
    as_requester.post(NEW, filled(again))
    assert Draft.objects.get().name == "set-29"


def test_of_several_pieces_of_a_page_the_person_chooses_by_the_words_above_them(
    as_requester: Client, page_of: GetPage
) -> None:
    text = f"Small\n\n{wrapping.fence(wrapping.SHORT)}\nWith tags\n{wrapping.fence(wrapping.TEXT)}"
    page = page_of(as_requester, NEW, post=bring(text))
    assert "Small (line 4)" in page.text
    assert "With tags (line 9)" in page.text
    picked = filled(page_of(as_requester, NEW, post=filled(page) | {"choice": "1", "look": "1"}))
    assert picked["text"].replace("\r\n", "\n") == text
    as_requester.post(NEW, picked)
    assert Draft.objects.get().document == wrapping.BODY


def test_a_patch_as_text_is_an_update_in_which_null_stays(as_requester: Client, page_of: GetPage) -> None:
    text = f"PATCH {wrapping.ADDRESS}\n\n" + json.dumps({"plan": None, "location": "northeurope"})
    page = page_of(as_requester, NEW, post=bring(text))
    assert "The text is a request that updates." in page.text
    as_requester.post(NEW, filled(page))
    draft = Draft.objects.get()
    assert (draft.operation, draft.target) == ("update", shapes.HERE)
    assert draft.document == {"plan": None, "location": "northeurope"}


def test_the_secrets_of_our_own_template_are_asked_for_and_go_into_the_vault(
    as_requester: Client, page_of: GetPage
) -> None:
    written = export(Request(shapes.HERE, "create", wrapping.VERSION, wrapping.SECRET), "arm")
    page = page_of(as_requester, NEW, post=bring(written))
    names = [name for name in filled(page) if name.endswith("-name")]
    assert len(names) == 3
    values = {
        name.removesuffix("-name"): '{"k": "canary-3"}'
        if "rotected" in filled(page)[name]
        else f"canary-{number}"
        for number, name in enumerate(names)
    }
    as_requester.post(NEW, filled(page) | values)
    draft = Draft.objects.get()
    assert "canary" not in json.dumps(draft.document)
    clear = json.dumps(vault.put_back(draft, draft.document))
    assert clear.count("canary") == 3
    page = page_of(as_requester, f"/drafts/{draft.code}/")
    assert "canary" not in page.html


NONE = wrapping.NO_JSON | {
    f"our own {name}": (export(Request(shapes.HERE, "create", wrapping.VERSION, wrapping.BODY), name), cure)
    for name, cure in (("bicep", "bicep build"), ("terraform", "terraform show -json"))
}


@pytest.mark.parametrize("name", NONE)
def test_a_text_without_a_scale_set_is_refused_with_what_to_do_and_stays(
    as_requester: Client, page_of: GetPage, name: str
) -> None:
    text, cure = NONE[name]
    page = page_of(as_requester, NEW, post=bring(text), status=422)
    assert cure in page.text
    assert "Expected:" in page.text
    assert filled(page)["text"].replace("\r\n", "\n") == text
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("what", "written", "cure"), shapes.OTHERS, ids=[each[0] for each in shapes.OTHERS])
def test_what_is_no_scale_set_is_refused_by_name_and_stays_in_the_box(
    as_requester: Client, page_of: GetPage, what: str, written: Any, cure: str
) -> None:
    page = page_of(as_requester, NEW, post=bring(shapes.text(written)), status=422)
    assert what in page.text
    assert cure in page.text
    assert filled(page)["text"].replace("\r\n", "\n") == shapes.text(written)
    assert not Draft.objects.exists()


def test_another_version_than_the_stated_one_is_named_with_it(as_requester: Client, page_of: GetPage) -> None:
    as_requester.post(NEW, bring(shapes.text(shapes.example()), api_version="2025-04-01", accept="1"))
    draft = Draft.objects.get()
    assert draft.api_version == "2025-04-01"
    page = page_of(as_requester, f"/drafts/{draft.code}/")
    assert "The text states API version 2022-08-01; it was read as 2025-04-01" in page.text
