"""Characters that deceive who reads a text: those that nobody sees, that turn its order around, or look like others.

This is the one table of them. What a script really needs is fine: emoji that are joined, letters of Arabic and Indic
scripts that are joined or kept apart, and the wide space between Chinese and Japanese letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BIDIRECTIONAL: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Those that turn the order around in which a text is shown, as ranges of a pattern."""

_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_BREAKS: Final = "\u2028\u2029"
_UNSEEN: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
CLASS: Final = BIDIRECTIONAL + _SPACES + _BREAKS + _UNSEEN
"""All of them, as ranges of a pattern."""

_SIGN: Final = (
    "[\u00a9\u00ae\u203c-\u205e\u2070-\u27ff\u2801-\u2fff\u3001-\u3163\u3165-\u3299\U0001f000-\U0001faff]"
)
_EMOJI: Final = f"{_SIGN}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
_JOINED: Final = "[\u0600-\u061b\u061d-\u06ff\u0750-\u077f\u08a0-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\ufb50-\ufdff\ufe70-\ufefc]"
_WIDE: Final = "[\u3001-\u3163\u3165-\u9fff\uac00-\ud7af\uff01-\uff9f]"
_FINE: Final = "|".join(
    (
        "[0-9#*]\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f",
        f"{_EMOJI}(?:\u200d{_EMOJI})+",
        f"{_SIGN}[\ufe0e\ufe0f]",
        f"(?<={_JOINED})[\u200c\u200d](?={_JOINED})",
        f"(?<={_WIDE})\u3000|\u3000(?={_WIDE})",
        "(?<=[\u1820-\u18aa])[\u180b-\u180d]",
        "(?<=[\u3400-\u9fff])[\U000e0100-\U000e01ef]",
    )
)
PATTERN: Final = re.compile(f"(?:{_FINE})|(?P<hidden>[{CLASS}]+)", re.DOTALL)
"""Matches a run of hidden characters, its group `hidden`, or one that is fine where it stands."""

_SHOWN: Final = 3
"""Places that are told of one text."""
_BEFORE: Final = 12
"""Characters of what stands before."""


@dataclass(frozen=True, slots=True)
class HiddenRun:
    """A run of hidden characters: where it begins, and what it is."""

    start: int
    characters: str


def find(text: str) -> list[HiddenRun]:
    """Every run of hidden characters of the text, in order."""
    if text.isascii():
        return []
    return [HiddenRun(found.start(), found["hidden"]) for found in PATTERN.finditer(text) if found["hidden"]]


def replaced(text: str, write: Callable[[str], str]) -> str:
    """The text with each run of hidden characters as `write` puts it."""
    if text.isascii():
        return text
    return PATTERN.sub(lambda found: write(found["hidden"]) if found["hidden"] else found[0], text)


def cleaned(text: str) -> str:
    """The text without them: what looks like a space, or breaks a line unseen, becomes a space."""
    return replaced(text, lambda run: _SEEN.sub("", run).translate(_AS))


_SEEN: Final = re.compile(f"[{BIDIRECTIONAL}{_UNSEEN}]")
_AS: Final = {number: " " for number in range(0x3001) if re.match(f"[{_SPACES}{_BREAKS}]", chr(number))}


def code(character: str) -> str:
    """A character by its number: U+202E."""
    return f"U+{ord(character):04X}"


def name(character: str) -> str:
    """What a character is called: right-to-left override."""
    return unicodedata.name(character, "control character").lower()


def codes(run: str) -> str:
    """A run of characters by number, shortened: “U+202E U+2066”, “U+200B, 7 times”."""
    if len(run) > 1 and len(set(run)) == 1:
        return f"{code(run[0])}, {len(run):,} times"
    more = f" and {len(run) - _SHOWN} more" if len(run) > _SHOWN else ""
    return " ".join(map(code, run[:_SHOWN])) + more


def described(text: str, *, secret: bool = False) -> str:
    """What the text hides, in words: “2 hidden characters: U+202E (right-to-left override) after “ab””; "" for nothing.

    secret: without what stands around them.
    """
    found = find(text)
    if not found:
        return ""
    count = sum(len(each.characters) for each in found)
    described = [_described(text, each, secret=secret) for each in found[:_SHOWN]]
    more = [f"{len(found) - _SHOWN} more places"] if len(found) > _SHOWN else []
    return f"{count:,} hidden character{'s' * (count > 1)}: {', '.join([*described, *more])}"


def _described(text: str, found: HiddenRun, *, secret: bool) -> str:
    run = found.characters
    named = f"{codes(run)} ({name(run[0])})" if len(set(run)) == 1 else codes(run)
    if secret:
        return named
    before = replaced(text[max(0, found.start - _BEFORE) : found.start], lambda _run: "").split("\n")[-1]
    before = "".join(each for each in before if each.isprintable()).strip()
    return f"{named} after “{before}”" if before else f"{named} at the beginning"


# --- letters that look like others -----------------------------------------------------------------------------------

_LIKE: Final = {
    **dict(zip("АВЕЅІЈКМНОРСТУХԌԚԜаеорсухѕіјһԁԛԝӏ", "ABESIJKMHOPCTYXGQWaeopcyxsijhdqwl", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρϳ", "ABEZHIKMNOPTYXovpj", strict=True)),  # noqa: RUF001 - look-alikes are what this table is of
    **dict(zip("օոսհԼՕՍ", "onuhLOU", strict=True)),
    **dict(zip("ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", "ABCDEGHJKLMPRSTVWZ", strict=True)),  # noqa: RUF001 - look-alikes are what this table is of
}
"""Letters of other scripts, and the Latin ones that most fonts draw the same."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_LONGEST_WORD: Final = 40
_LONGEST_NAME: Final = 256
"""Longer texts are judged word by word only."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A letter that looks like a Latin one, and the word that it stands in."""

    letter: str
    like: str
    word: str

    @property
    def script(self) -> str:
        """The script of the letter: Cyrillic, Greek."""
        return _script(self.letter).capitalize()

    @property
    def described(self) -> str:
        """The letter in words."""
        word = cleaned(self.word)[:_LONGEST_WORD]
        return f"“{self.letter}” in “{word}”, a {self.script} letter that looks like the Latin “{self.like}”"


def look_alike(text: str) -> LookAlike | None:
    """The first letter of the text that passes for one of another script, None where none does.

    That is a letter beside Latin ones in one word, or, in a name, one of a script of which nothing else can be told.
    """
    if text.isascii():
        return None
    words = [word for word in _LETTERS.findall(text) if not word.isascii()]
    for word in words:
        found = _first(word)
        if found is not None and any(_script(each) == "LATIN" for each in word):
            return LookAlike(found, like(found), word)
    if len(text) > _LONGEST_NAME or "\n" in text:
        return None
    plain = {_script(each) for word in words for each in word if not like(each)}
    for word in words:
        found = _first(word)
        if found is not None and _script(found) not in plain:
            return LookAlike(found, like(found), word)
    return None


def _first(word: str) -> str | None:
    return next((each for each in word if like(each)), None)


def like(letter: str) -> str:
    """The Latin letter that this one looks like, "" for none: also those that are wide, or drawn for mathematics."""
    if letter.isascii():
        return ""
    if letter in _LIKE:
        return _LIKE[letter]
    if letter >= "\uff21":
        plain = unicodedata.normalize("NFKC", letter)
        return plain if plain.isascii() and plain.isalpha() else ""
    return ""


def _script(letter: str) -> str:
    """The first word of a letter's name: LATIN, CYRILLIC, GREEK, FULLWIDTH, MATHEMATICAL."""
    return unicodedata.name(letter, "").partition(" ")[0]
