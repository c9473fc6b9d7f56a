"""What screen readers, keyboards and high contrast get of a draft's pages: much of it is read from the accessibility tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from .conftest import People
from .measures import SETTLED
from .person import Person
from .test_lists import NICS, act, press, request

NEWEST = "2025-11-01"
PASSWORD = "properties.virtualMachineProfile.osProfile.adminPassword"
NAME = "web-heard"
PAGES = (
    "basics",
    "instances",
    "disks",
    "check",
    "json",
    "history",
    "export/rest",
    "people",
    "find",
    "preflight",
)

SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
"""WCAG 1.4.12: what a reader may set, and nothing may be lost by it."""

WIDEST = """() => {
  const root = document.documentElement, right = (element) => element.getBoundingClientRect().right;
  if (root.scrollWidth <= root.clientWidth) return "";
  const wide = [...document.querySelectorAll("main *, .bar *")].sort((one, other) => right(other) - right(one))[0];
  return `${root.scrollWidth} px by ${wide.outerHTML.slice(0, 200)}`;
}"""

LOST = "htmx:(sendError|afterRequest)|ERR_FAILED"
"""What a browser says of a connection that a check takes away."""

MAC = "Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })"


class Heard:
    """A draft at a browser, and what assistive technology reads of its pages."""

    def __init__(self, person: Person, code: str) -> None:
        self.person, self.page, self.code = person, person.page, code
        self.cdp = person.page.context.new_cdp_session(person.page)

    def open(self, below: str) -> Page:
        self.person.open(f"/drafts/{self.code}/{below}")
        return self.page

    def nodes(self, *roles: str) -> list[dict[str, Any]]:
        """The nodes of the accessibility tree with one of these roles, in the order of the page."""
        tree: list[dict[str, Any]] = self.cdp.send("Accessibility.getFullAXTree")["nodes"]
        return [
            node for node in tree if not node.get("ignored") and node.get("role", {}).get("value") in roles
        ]

    def names(self, *roles: str) -> list[str]:
        return [_words(node, "name") for node in self.nodes(*roles)]

    def description(self, name: str, *roles: str) -> str:
        """What is said of the control of that name after the name."""
        return next(
            _words(node, "description") for node in self.nodes(*roles) if _words(node, "name") == name
        )

    def focused(self) -> str:
        """The role and name of what has the focus."""
        tree: list[dict[str, Any]] = self.cdp.send("Accessibility.getFullAXTree")["nodes"]
        found = [
            node for node in tree if node["role"].get("value") != "RootWebArea" and _has(node, "focused")
        ]
        return f"{found[-1]['role']['value']} {_words(found[-1], 'name')}" if found else ""

    def said(self) -> str:
        """What the live regions of the page hold."""
        return " ".join(self.page.locator("[role=status], [role=alert], [aria-live]").all_text_contents())

    def style(self, selector: str, what: str, part: str | None = None) -> str:
        found = self.page.locator(selector).first.evaluate(
            "(element, [what, part]) => getComputedStyle(element, part)[what]", [what, part]
        )
        return str(found)


def _words(node: dict[str, Any], what: str) -> str:
    return " ".join(str(node.get(what, {}).get("value", "")).split())


def _has(node: dict[str, Any], name: str) -> bool:
    return any(each["name"] == name and each["value"].get("value") for each in node.get("properties", ()))


def test_what_is_heard_and_reached_is_what_is_seen(people: People) -> None:
    rita = people("Rita")
    document = request(nics=3, disks=2, tags=1)
    document["odd"] = True
    document["properties"]["virtualMachineProfile"]["osProfile"] = {
        "adminUsername": "azure",
        "adminPassword": "Heard-it-2-day",
    }
    code = rita.paste({"$target": {"name": NAME}}, document, NEWEST)
    heard = Heard(rita, code)
    failed = []
    for check in CHECKS:
        rita.page.set_viewport_size({"width": 1440, "height": 900})
        try:
            failed += [f"{check.__name__}: {said}" for said in check(heard)]
        except (AssertionError, PlaywrightError) as error:
            failed.append(f"{check.__name__}: {error}")
        rita.page.emulate_media(forced_colors="none")
    people.complaints[:] = [line for line in people.complaints if not re.search(LOST, line)]
    assert not failed, "\n".join(failed)


def titles_name_the_draft(heard: Heard) -> Iterator[str]:
    for below in PAGES:
        page = heard.open(f"{below}/")
        if NAME not in page.title():
            yield f"{below}: {page.title()}"


def names_begin_with_what_is_seen(heard: Heard) -> Iterator[str]:
    for below in ("network/", "image/", "check/", "json/", ""):
        heard.open(below)
        seen = dict(_texts(heard.cdp.send("DOM.getDocument", {"depth": -1})["root"]))
        for node in heard.nodes("button", "link", "DisclosureTriangle"):
            shown, called = seen.get(node["backendDOMNodeId"], ""), _words(node, "name")
            if not _plain(called).startswith(_plain(shown)):
                yield f"{below}: “{shown}” is called “{called}”"


def _texts(node: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Of each element its number and the words of it that are to be seen."""
    attributes = dict(zip(node.get("attributes", [])[::2], node.get("attributes", [])[1::2], strict=True))
    words = node["nodeValue"] if node["nodeName"] == "#text" else ""
    for child in node.get("children", []):
        inner = list(_texts(child))
        yield from inner
        words += inner[-1][1]
    unseen = {"hidden", "aria-hidden"} & set(attributes) or re.search(
        r"visually-hidden\b|person\b", attributes.get("class", "")
    )
    yield node["backendNodeId"], "" if unseen else words


def _plain(words: str) -> str:
    return re.sub(r"\W+", "", words).casefold()


def legends_of_sections_are_headings(heard: Heard) -> Iterator[str]:
    heard.open("disks/")
    legends = heard.page.locator("legend.fieldset__legend").all_inner_texts()
    assert legends
    yield from (legend for legend in legends if legend not in heard.names("heading"))


def what_stands_beside_a_box_describes_it(heard: Heard) -> Iterator[str]:
    disk = "disks/properties/virtualMachineProfile/storageProfile/dataDisks/0/"
    for below, marks in {disk: ".field__unit", "image/": ".secret-set"}.items():
        marked = heard.open(below).locator(f".field:has({marks})")
        heard.person.unfold()
        assert marked.count(), marks
        for field in marked.all():
            label = " ".join(field.locator(".field__label").first.inner_text().split())
            said = " ".join(field.locator(marks).first.inner_text().split())
            if said not in heard.description(label, "textbox"):
                yield f"{label}: {said}"


def acts_on_lists_are_said(heard: Heard) -> Iterator[str]:
    page = heard.open("network/")
    for value, words in (
        (f"duplicate:{NICS}[0]", "Copied network interface 1 (nic0)"),
        (f"down:{NICS}[0]", "Moved nic0 down: 2 of 4"),
        (f"up:{NICS}[1]", "Moved nic0 up: 1 of 4"),
        (f"remove:{NICS}[1]", "Removed network interface 2"),
    ):
        press(page, value)
        expect(page.locator("#announced")).to_contain_text(words)
        assert (
            any(words in name or words in heard.said() for name in heard.names("status", ""))
            or words in heard.said()
        )
    expect(act(page, f"down:{NICS}[0]")).to_be_visible()
    yield from ()


def the_json_is_one_stop(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/")
    assert page.locator("#json [tabindex='0'], #json a:not([tabindex])").count() == 0
    page.locator("#json").focus()
    page.keyboard.press("ArrowDown")
    first = heard.focused()
    page.keyboard.press("ArrowDown")
    second = heard.focused()
    if not (first.startswith("link") and second.startswith("link") and first != second):
        yield f"arrow keys lead to “{first}” and “{second}”"
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('#json')"), "Tab stays in the JSON"


def a_link_skips_to_the_json(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert heard.focused() == "link Skip to the JSON", heard.focused()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'pane-title'")
    yield from ()


def the_menu_closes(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/")
    menu, summary = page.locator("details.menu"), page.locator("details.menu > summary")
    for leave in ("Escape", "Shift+Tab"):
        summary.focus()
        page.keyboard.press("Enter")
        expect(menu).to_have_attribute("open", "")
        page.keyboard.press(leave)
        expect(menu).not_to_have_attribute("open", "")
    summary.focus()
    page.keyboard.press("Enter")
    page.locator(".menu button").last.focus()
    page.keyboard.press("Escape")
    if not heard.focused().startswith(("DisclosureTriangle", "button")):
        yield f"Escape leaves the focus at {heard.focused()}"


def the_theme_keeps_the_focus(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/")
    page.locator("[name='sku.name']").fill("Standard_D2s_v5")
    page.locator("details.menu > summary").click()
    for name in ("Dark", "Light"):
        button = page.get_by_role("button", name=name, exact=True)
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", name.lower())
        expect(button).to_have_attribute("aria-pressed", "true")
        if heard.focused() != f"button {name}":
            yield f"after {name}: {heard.focused()}"
    expect(page.locator("[name='sku.name']")).to_have_value("Standard_D2s_v5")


def ctrl_k_is_left_to_a_mac(heard: Heard) -> Iterator[str]:
    page = heard.page.context.new_page()
    page.add_init_script(MAC)
    page.goto(f"{heard.person.base}/drafts/{heard.code}/instances/")
    page.locator("[name='sku.name']").focus()
    for keys, opens in (("Control+k", 0), ("Meta+k", 1)):
        page.keyboard.press(keys)
        expect(page.locator("dialog.find[open]")).to_have_count(opens)
    page.close()
    heard.open("instances/").keyboard.press("Control+k")
    expect(heard.page.locator("dialog.find[open]")).to_have_count(1)
    yield from ()


def trouble_is_where_the_person_is(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/")
    heard.person.unfold()
    page.route(
        re.compile("/instances/$"),
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[name='sku.name']").fill("Standard_D4s_v5")
    expect(page.locator("#save-status")).to_contain_text("Not saved")
    expect(page.locator("#save-status")).to_be_in_viewport(ratio=1)
    page.unroute_all()
    with page.expect_response(re.compile("/instances/$")):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#save-status")).to_contain_text("Saved")
    yield from ()


def a_name_is_judged_once_it_is_left(heard: Heard) -> Iterator[str]:
    page = heard.open("basics/")
    name = page.locator("[name='$target.resourceGroup']")
    name.fill("rg shop")
    expect(page.locator(".checklist__missed")).to_have_count(0)
    page.locator("[name='location']").focus()
    expect(page.locator(".checklist__missed")).to_have_text(["Letters, numbers and _ - . ( ) (not met)"])
    if "(not met)" not in heard.description("Resource group", "combobox", "textbox"):
        yield "the field does not say it"
    name.fill("rg-shop")
    page.locator("[name='location']").focus()
    expect(page.locator(".checklist__missed")).to_have_count(0)


def marked_lines_have_signs(heard: Heard) -> Iterator[str]:
    page = heard.open("instances/?findings=1")
    page.locator("[name='sku.name']").fill("Standard_D8s_v5")
    expect(page.locator(".json__line--changed").first).to_be_visible()
    signs = [heard.style(f".json__line--{mark}", "content", "::after") for mark in ("changed", "error")]
    assert len({*signs, "none"}) == 3, signs
    expect(page.locator("#save-status")).to_contain_text("Saved")
    page.emulate_media(forced_colors="active")
    plain = heard.style(".json__line:not([class*='--'])", "borderLeftWidth")
    for mark in ("changed", "error"):
        if heard.style(f".json__line--{mark}", "borderLeftWidth") == plain:
            yield f"in high contrast nothing marks what is {mark}"
    described = [_words(node, "description") for node in heard.nodes("link")]
    assert any(said.startswith("Error: ") for said in described)
    assert "Changed since this page was opened" in described


def high_contrast_shows_what_is_current(heard: Heard) -> Iterator[str]:
    newest = heard.open("instances/").locator("#base").input_value()
    page = heard.open(f"compare/2/{newest}/?view=split")
    page.emulate_media(forced_colors="active")
    for one, other, what in (
        (".tabs a[aria-current]", ".tabs a:not([aria-current])", "borderBottomColor"),
        (".diff ins", ".diff__text:not(:has(ins, del))", "textDecorationLine"),
        (".diff__text--added", ".diff__text:not([class*='--'])", "borderLeftWidth"),
    ):
        if heard.style(one, what) == heard.style(other, what):
            yield f"{one} looks like {other}"
    heard.open("instances/")
    if heard.style(".frame__steps .tasklist__item:has([aria-current])", "outlineStyle") == "none":
        yield "the current step"


def nothing_is_lost_by_width_or_spacing(heard: Heard) -> Iterator[str]:
    page = heard.page
    for below in ("basics/", "image/", "disks/", "network/", "check/", "json/", ""):
        heard.open(below)
        heard.person.unfold()
        for width, css in ((720, ""), (390, ""), (320, SPACED)):
            page.set_viewport_size({"width": width, "height": 800})
            if css:
                page.evaluate(
                    "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }",
                    css,
                )
            page.evaluate(SETTLED)
            if wide := page.evaluate(WIDEST):
                yield f"{below} at {width} px: {wide}"


CHECKS: tuple[Callable[[Heard], Iterator[str]], ...] = (
    titles_name_the_draft,
    names_begin_with_what_is_seen,
    legends_of_sections_are_headings,
    what_stands_beside_a_box_describes_it,
    acts_on_lists_are_said,
    the_json_is_one_stop,
    a_link_skips_to_the_json,
    the_menu_closes,
    the_theme_keeps_the_focus,
    ctrl_k_is_left_to_a_mac,
    trouble_is_where_the_person_is,
    a_name_is_judged_once_it_is_left,
    marked_lines_have_signs,
    high_contrast_shows_what_is_current,
    nothing_is_lost_by_width_or_spacing,
)
