"""A sign-in that ends while somebody types costs them nothing that they typed, and shows it to nobody else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import ROOT, People, Product
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

OFFER = "Restore what you typed"
VERSION = "2016-04-30-preview"


def sign_out(context: BrowserContext) -> None:
    context.clear_cookies(name="sessionid")


def sign_in_elsewhere(person: Person, name: str) -> None:
    """In another tab of the same browser."""
    sign_out(person.page.context)
    tab = person.page.context.new_page()
    Person(tab, person.base).sign_in(name)
    tab.close()


def refused_alone(people: People) -> None:
    """htmx notes a refused save in the console; nothing else may have been noted."""
    people.complaints[:] = [
        line for line in people.complaints if "Response Status Error Code 401" not in line
    ]


def copies(page: Page) -> str:
    """All that the browser keeps of what was typed."""
    return str(
        page.evaluate(
            """() => new Promise((done) => {
                 const open = indexedDB.open("typed", 2);
                 open.onsuccess = () => {
                   const all = open.result.transaction("copies").objectStore("copies").getAll();
                   all.onsuccess = () => { open.result.close(); done(JSON.stringify(all.result)); };
                 };
               })"""
        )
    )


@pytest.mark.parametrize("way", ["typing on", "the button"])
def test_typed_text_survives_a_sign_in_in_another_tab(people: People, way: str) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page, context = rita.page, rita.page.context
    name = page.get_by_label("Scale set name", exact=True)
    sign_out(context)
    name.fill("web-prod")
    if way == "typing on":
        name.blur()
    else:
        page.get_by_role("button", name="Save and continue").last.click()
    expect(page.locator("#save-status")).to_contain_text("signed out")
    # Somebody else at this browser saves nothing in the other's stead.
    sign_in_elsewhere(rita, "Sam")
    if way == "the button":
        page.get_by_role("button", name="Save and continue").last.click()
        expect(page.locator("#save-status")).to_contain_text("somebody else is signed in")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#session-end")).to_contain_text("Somebody else is signed in")
    sign_in_elsewhere(rita, "Rita")
    expect(name).to_have_value("web-prod")
    if way == "typing on":
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.locator("#save-status")).to_contain_text("Saved")
    else:
        rita.press("Save and continue")
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("could not be checked")
    refused_alone(people)
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")
    assert "web-prod" not in copies(page)


def test_a_form_that_arrives_after_the_end_comes_back_with_its_text(people: People) -> None:
    """The session ends between the question who is signed in and the form itself."""
    rita = people("Rita")
    page = rita.page
    rita.open("/drafts/new/")
    account = page.locator("#session-end").get_attribute("data-account")
    still = json.dumps({"left": 30_000, "account": account, "ends": "2030-01-01T00:00:00Z"})
    page.route(
        "**/sign-in/lasting/", lambda route: route.fulfill(body=still, content_type="application/json")
    )
    page.locator("#text").fill('{"name": "kept-two"}')
    sign_out(page.context)
    with page.expect_navigation():
        page.get_by_role("button", name="Start from this JSON").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("401You are signed out")
    expect(page.locator("details.more")).to_contain_text("kept-two")
    page.unroute_all()
    page.get_by_role("link", name="Sign in here and go back to the form").click()
    page.get_by_role("link", name="Sign in with Microsoft").click()
    expect(
        page.get_by_role("button", name=OFFER).or_(page.get_by_role("button", name="Rita"))
    ).to_be_visible()
    if page.get_by_role("button", name="Rita").count():
        page.get_by_role("button", name="Rita").click()
    page.get_by_role("button", name=OFFER).click()
    expect(page.locator("#text")).to_have_value('{"name": "kept-two"}')


def test_a_reviewers_reason_is_there_again_and_shown_to_nobody_else(people: People) -> None:
    rita = people("Rita")
    code = rita.paste(address("reasoned", "create", VERSION), MANAGED_DISKS, VERSION)
    rita.send_for_review(code)
    review = rita.page.url
    rolf = people("Rolf")
    page = rolf.page
    page.goto(review)
    page.get_by_label("Reject").check()
    page.get_by_role("textbox", name="Reason").fill("It has no owner")
    sign_out(page.context)
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_text("Not saved: you are signed out")).to_be_visible()
    assert "It has no owner" in copies(page)
    # As if the tab had been closed: a reviewer who is not him, then he himself.
    for name, offers in (("Ada", 0), ("Rolf", 1)):
        sign_out(page.context)
        rolf.sign_in(name)
        page.goto(review)
        expect(page.get_by_role("textbox", name="Reason")).to_have_value("")
        expect(page.locator("#session-end")).to_be_attached()
        page.wait_for_function("async () => (await indexedDB.databases()).length > 0")
        expect(page.get_by_role("button", name=OFFER)).to_have_count(offers)
    page.get_by_role("button", name=OFFER).click()
    expect(page.get_by_role("textbox", name="Reason")).to_have_value("It has no owner")
    expect(page.get_by_label("Reject")).to_be_checked()
    rolf.press("Record decision")
    expect(page.locator("main")).to_contain_text("Rejected")
    assert "It has no owner" not in copies(page)


def test_a_pasted_text_is_kept_unless_a_secret_may_stand_in_it(people: People) -> None:
    rita = people("Rita")
    page = rita.page
    rita.open("/drafts/new/")
    box = page.locator("#text")
    box.fill('{"name": "kept-one"}')
    sign_out(page.context)
    page.get_by_role("button", name="Start from this JSON").click()
    expect(page.get_by_text("Not saved: you are signed out")).to_be_visible()
    assert "kept-one" in copies(page)
    box.fill('{"adminPassword": "Canary-passw0rd-77"}')
    page.get_by_role("button", name="Start from this JSON").click()
    expect(page.get_by_text("Not saved: you are signed out")).to_be_visible()
    assert "Canary" not in copies(page)
    expect(box).to_have_value('{"adminPassword": "Canary-passw0rd-77"}')


def test_a_page_says_that_the_sign_in_ends_and_goes_on_after_another(
    people: People, product: Product
) -> None:
    rita = people("Rita")
    page = rita.page
    session = next(each["value"] for each in page.context.cookies() if each["name"] == "sessionid")
    page.clock.install()
    rita.open("/drafts/new/")
    region = page.locator("#session-end")
    expect(region).to_have_text("")
    # The page's clock says that it is time to ask; what it says then is the server's answer.
    ends_in(product, session, 250)
    page.clock.fast_forward("11:56:00")
    expect(region).to_contain_text("Your sign-in ends at")
    assert region.get_attribute("role") == "status"
    with page.expect_popup() as opened:
        region.get_by_role("link", name="Sign in to go on").click()
    tab = opened.value
    # Entra ID knows her still, and is told who is to sign in.
    tab.get_by_role("link", name="Sign in with Microsoft").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are signed in again")
    tab.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(region).to_have_text("")
    people.product.sessions.pop("Rita", None)


def ends_in(product: Product, session: str, seconds: int) -> None:
    """Lets a session end so many seconds from now."""
    words = (
        "from datetime import timedelta; from django.utils import timezone;"
        "from vmssbuilder.accounts.sessions import store;"
        f"s = store()({session!r}); s.set_expiry(timezone.now() + timedelta(seconds={seconds})); s.save()"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", words],
        cwd=ROOT,
        env=product.env,
        check=True,
    )
