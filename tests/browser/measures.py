"""What a page must keep to for people who see, hear or reach less: axe's rules and some of our own."""

from __future__ import annotations

import os
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

WIDTHS = (1440, 768, 320)
"""Pixels: a desk, a tablet, a phone or a page magnified four times."""

MEASURES = """() => {
  const found = [];
  const say = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} px wide in ${root.clientWidth}`);
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  for (const element of document.querySelectorAll(controls)) {
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue;
    element.focus();
    if (document.activeElement !== element) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const ys = [box.top + box.height / 2, box.top + 2, box.bottom - 2];
    const seen = ys.some((y) => {
      const top = document.elementFromPoint(x, Math.min(Math.max(y, 0), innerHeight - 1));
      return top && (element.contains(top) || top.contains(element) || [...(element.labels || [])].some((l) => l.contains(top)));
    });
    if (!seen) say("hidden while it has the focus", element);
    const ringed = (part) => {
      const style = getComputedStyle(element, part);
      return style.outlineStyle !== "none" || style.boxShadow !== "none";
    };
    // A ring may be drawn around the whole row that a link fills.
    if (!ringed(null) && !ringed("::after")) say("shows no focus", element);
  }
  for (const error of document.querySelectorAll("[id$='-findings']")) {
    const tied = document.querySelector(`[aria-describedby~="${CSS.escape(error.id)}"]`);
    if (!tied && error.textContent.trim()) say("an error that no control is tied to", error);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return found;
}"""
"""What axe does not look at: nothing sticks out, the focus is never hidden and always shown, errors are tied."""


SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

AXE = Axe().axe_script
EVERY_RULE: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}}
ALL_BUT_COLOURS: dict[str, Any] = {
    "rules": EVERY_RULE["rules"]
    | {"color-contrast": {"enabled": False}, "link-in-text-block": {"enabled": False}}
}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What another theme can break: it has other colours, and nothing else."""
THOROUGH = "VMSSBUILDER_THOROUGH" in os.environ
"""Whether everything is looked at at each width, and colours in both themes; else see `_rules`."""


def _rules(width: int, widths: tuple[int, ...]) -> list[dict[str, Any]]:
    """What axe looks at in the light theme, then what it looks at in the dark one.

    All at the widest and all but colours at the narrowest, between which a page has the layout of one or the other; dark
    colours at 768.
    """
    light = [EVERY_RULE] if THOROUGH or width == max(widths) else []
    light = light or ([ALL_BUT_COLOURS] if width == min(widths) else [])
    return [*(light or [{}]), COLOURS if THOROUGH or width == 768 else {}]


def axe_violations(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What axe and our own measures find on the page as it stands, at each width, colours in both themes.

    The page must be a styled one, in the light theme.
    """
    found: list[str] = []
    before = page.viewport_size
    for width in widths:
        try:
            found += _look(page, width, *_rules(width, widths))
        except PlaywrightError:
            # A page that follows along may load itself anew just now; then we look at what came.
            page.wait_for_timeout(1_000)
            found += _look(page, width, *_rules(width, widths))
    if before is not None:
        page.set_viewport_size(before)
    return found


def _look(page: Page, width: int, light: dict[str, Any], dark: dict[str, Any]) -> list[str]:
    page.wait_for_load_state("load")
    accent = page.evaluate("getComputedStyle(document.body).getPropertyValue('--accent')")
    assert accent.strip(), "the stylesheet did not arrive, so axe would judge a bare page"
    _resize(page, width, 800)
    where = f"{page.url} at {width} px"
    found = [f"{where}: {said}" for said in _axe(page, light)] if light else []
    if dark:
        # A colour on its way from one theme to the other is in neither.
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.evaluate(SETTLED)
        found += [f"{where}, dark: {said}" for said in _axe(page, dark)]
        page.emulate_media(color_scheme="light", reduced_motion="null")
    # After a key, browsers show where the focus is.
    page.keyboard.press("Tab")
    return found + [f"{where}: {said}" for said in page.evaluate(MEASURES)]


def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    answer = page.evaluate("(options) => axe.run(options)", options | {"resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][-160:]}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]


def _resize(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(SETTLED)
