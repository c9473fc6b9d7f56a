"""A sign-in that ends while somebody types costs them nothing that they typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import People


@pytest.mark.parametrize("way", ["typing on", "the button"])
def test_typed_text_survives_a_sign_in_in_another_tab(people: People, way: str) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    rita.open(f"/drafts/{code}/basics/")
    page, context = rita.page, rita.page.context
    name = page.get_by_label("Scale set name", exact=True)
    context.clear_cookies(name="sessionid")
    name.fill("web-prod")
    name.blur()
    expect(page.locator("#save-status")).to_contain_text("signed out")

    other = context.new_page()
    other.goto(f"{rita.base}/sign-in/")
    other.get_by_role("link", name="Sign in with Microsoft").click()
    other.get_by_role("button", name="Rita").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("What needs you")
    other.close()

    expect(name).to_have_value("web-prod")
    if way == "typing on":
        group = page.get_by_label("Resource group", exact=True)
        group.fill("rg-shop")
        group.blur()
        expect(page.locator("#save-status")).to_contain_text("Saved")
    else:
        page.get_by_role("button", name="Save and continue").click()
        expect(page).not_to_have_url(f"{rita.base}/drafts/{code}/basics/")
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("could not be checked")
    # htmx notes the refused save in the console.
    people.complaints[:] = [
        line for line in people.complaints if "Response Status Error Code 401" not in line
    ]
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")
