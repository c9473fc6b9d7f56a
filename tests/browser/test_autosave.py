"""Saving while somebody types on, over a connection that is slower than their fingers."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Route, expect

from .conftest import People


def test_typing_on_while_a_save_is_under_way_is_no_conflict_with_oneself(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if held:
            route.fulfill(response=answer)
        else:
            held.append((route, answer))

    page.route(f"**/drafts/{code}/basics/", hold_the_first_answer)
    name = page.get_by_label("Scale set name", exact=True)
    with page.expect_request(f"**/drafts/{code}/basics/"):
        name.fill("web")
    name.fill("web-prod")
    # Longer than autosave waits for more to be typed.
    page.wait_for_timeout(1_000)
    expect(page.locator("#save-status")).to_have_text("Saving…")
    with page.expect_response(lambda answer: "web-prod" in (answer.request.post_data or "")) as second:
        route, answer = held[0]
        route.fulfill(response=answer)
    assert second.value.status == 200
    expect(page.locator("#save-status")).to_contain_text("Saved")
    expect(page.locator("#f-target-name-field")).not_to_contain_text("while you were editing")
    page.unroute_all()
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")
