"""With nothing opened, a page of a draft is no longer than two and a half screens, and its save status is in sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playwright.sync_api import expect

from tests.drafts.test_steps import addresses
from tests.places import HOME
from tests.preflight.test_starters import answers
from vmssbuilder.drafts import starters, steps
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.starters import Starter
from vmssbuilder.scaleset import API_VERSIONS

from .conftest import People
from .person import Person

MOST: Final = 2_400
"""Pixels of a page at 1440 px, the JSON beside the form apart."""

HEIGHT: Final = """() => {
  document.getElementById("json")?.replaceChildren();
  return document.documentElement.scrollHeight;
}"""


def distinct() -> Iterator[tuple[str, str]]:
    """The name of each step, and the newest of the API versions in which its page has the same fields in sight."""
    for step in steps.STEPS:
        newest: dict[tuple[str, ...], str] = {}
        for version in API_VERSIONS:
            sections = steps.step_layout(step, version).sections
            newest[
                tuple(
                    entry.node.pattern for section in sections if not section.rest for entry in section.fields
                )
            ] = version
        yield from ((step.name, version) for version in newest.values())


def too_high(person: Person, addresses: list[str]) -> list[str]:
    found = []
    for address in addresses:
        person.open(address)
        height = int(person.page.evaluate(HEIGHT))
        if height > MOST:
            found.append(f"{address} is {height} px high")
    return found


def test_no_page_of_a_new_draft_or_of_a_web_tier_is_higher_than_the_goal(people: People) -> None:
    people.product.stock(HOME[0].resources())
    rita = people("Rita")
    rita.page.set_viewport_size({"width": 1440, "height": 900})
    pages = []
    codes: dict[str, str] = {}
    for step, version in distinct():
        if version not in codes:
            rita.post("/drafts/new/", start="blank", api_version=version)
            codes[version] = rita.page.url.split("/")[4]
        pages.append(f"/drafts/{codes[version]}/{step}/")
    tier: Starter | None = starters.find("linux-web")
    assert tier is not None
    answered = answers(tier, HOME[0])
    rita.post("/drafts/new/linux-web/", **answered)
    code = rita.page.url.split("/")[4]
    document = tier.request(answered, tier.api_version).document
    pages += [
        *addresses(Draft(code=code, api_version=tier.api_version, document=document)),
        f"/drafts/{code}/check/",
    ]
    assert too_high(rita, pages) == []
    rita.open(pages[0])
    rita.page.set_viewport_size({"width": 390, "height": 844})
    rita.page.locator('[name="$target.name"]').fill("web-seen")
    expect(rita.page.locator("#save-status")).to_contain_text("Saved")
    expect(rita.page.locator("#save-status")).to_be_in_viewport(ratio=1)
