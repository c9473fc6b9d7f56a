"""Photographs every page of the product, in both themes and two widths, and writes a gallery of them.

Run by `make screens`. The pages are those of the tour that the accessibility tests take.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import django
from playwright.sync_api import Page

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.browser.people import People, chromium  # noqa: E402 - the path to it and Django are set up above
from tests.browser.product import installed  # noqa: E402 - as above
from tests.browser.tour import tour  # noqa: E402 - as above

FOLDER: Final = ROOT / "docs" / "screens"
TALLEST: Final = 1_500
"""Pixels of a page that a picture shows; what is below looks like what is above."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    theme: Literal["light", "dark"]
    width: int

    @property
    def name(self) -> str:
        return f"{self.theme}-{self.width}"


LOOKS: Final = (Look("light", 1440), Look("dark", 1440), Look("light", 390), Look("dark", 390))


def main() -> int:
    """Takes all pictures anew and writes the gallery."""
    titles: list[str] = []
    for look in LOOKS:
        target = FOLDER / look.name
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob("*.jpg"):
            old.unlink()
    with (
        tempfile.TemporaryDirectory(prefix="vmssbuilder-screens-") as folder,
        installed(Path(folder)) as product,
        chromium() as browser,
    ):
        for title, person in tour(People(browser, product), "web-prod"):
            for look in LOOKS:
                photograph(person.page, look, FOLDER / look.name / f"{title}.jpg")
            titles.append(title)
    print(f"{len(titles)} pages, {len(LOOKS)} pictures of each, in {FOLDER.relative_to(ROOT)}")
    gallery(titles)
    return 0


def photograph(page: Page, look: Look, target: Path) -> None:
    """Takes one picture of the page as it stands."""
    page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")
    page.set_viewport_size({"width": look.width, "height": 900})
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": look.width, "height": height})
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=target, type="jpeg", quality=40)


def gallery(titles: list[str]) -> None:
    """One page that shows what was taken, a line for each page of the product."""
    lines = [
        "# Every page of vmssbuilder",
        "",
        "Made by `make screens`, in the order in which a request goes its way.",
        "",
    ]
    for title in titles:
        lines += [f"## {title.replace('-', ' ').capitalize()}", ""]
        lines += [
            f'<img src="{look.name}/{title}.jpg" alt="{title}, {look.theme}, {look.width} px" width="{360 if look.width > 500 else 120}">'
            for look in LOOKS
        ]
        lines.append("")
    (FOLDER / "README.md").write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
