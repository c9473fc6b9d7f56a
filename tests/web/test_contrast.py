"""The colour tokens of app.css keep their contrast in both themes (WCAG 2.2: 1.4.3 text, 1.4.11 everything else)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLE_SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "app.css"
CSS = re.sub(r"/\*.*?\*/", "", STYLE_SHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: {"light": light, "dark": dark} for name, light, dark in TOKEN.findall(CSS)}

TEXT = 4.5
GRAPHIC = 3.0
PLAIN = ("bg", "surface", "surface-2")
TINTED = ("accent-soft", "ok-soft", "warn-soft", "err-soft")

# What is drawn on what, and how strong the contrast must be.
PAIRS: list[tuple[str, str, float]] = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "accent") for ground in (*PLAIN, *TINTED)),
    *((ink, ground, TEXT) for ink in ("ok", "warn", "err") for ground in (*PLAIN, f"{ink}-soft")),
    *(
        (ink, ground, TEXT)
        for ink in ("j-key", "j-string", "j-number", "j-literal", "j-punct")
        for ground in ("surface", "surface-2", "accent-soft", "ok-soft", "err-soft")
    ),
    ("on-button", "button", TEXT),
    ("on-button", "button-hover", TEXT),
    ("bg", "ink", TEXT),
    *((ink, ground, GRAPHIC) for ink in ("edge", "focus") for ground in (*PLAIN, *TINTED)),
    *(("button", ground, GRAPHIC) for ground in ("bg", "surface")),
]
# Hairlines only please the eye: what they part is also parted by space or by a heading.
DECORATIVE = {"line"}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_is_readable(theme: str) -> None:
    weak = [
        f"{ink} {TOKENS[ink][theme]} on {ground} {TOKENS[ground][theme]}: {found:.2f}, needs {needed}"
        for ink, ground, needed in PAIRS
        if (found := contrast(TOKENS[ink][theme], TOKENS[ground][theme])) < needed
    ]
    assert not weak, "\n".join(weak)


def test_every_colour_token_is_measured() -> None:
    measured = {name for ink, ground, _ in PAIRS for name in (ink, ground)}
    assert set(TOKENS) == measured | DECORATIVE


def test_colours_are_written_only_as_tokens() -> None:
    rules = TOKEN.sub("", CSS)
    # A picture inside the style sheet cannot read tokens; its one colour is the light `edge`.
    rules = re.sub(r'url\("data:[^"]*"\)', "", rules)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []


def test_every_token_used_is_declared() -> None:
    declared = set(re.findall(r"(?<![\w-])(--[a-z0-9-]+):", CSS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", CSS))
    assert used <= declared, sorted(used - declared)
