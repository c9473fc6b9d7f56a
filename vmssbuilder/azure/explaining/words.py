"""Azure's messages as sentences: what is wrapped around them taken off, the first one, and those that give advice."""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = 2_000
"""Characters of a message that are read as sentences: what follows is a list or a log."""

LONGEST: Final = 400
"""Characters of a sentence that is told as ours."""

_AROUND: Final = re.compile(
    r"(?:failed (?:with|validation with) (?:error|message)|could not be deserialized|could not be parsed"
    r"|validation to purchase resources\. Error messages?|Additional Info"
    r"|most impactful error(?: message)? is)\s*:\s*[\"'“]?(?=\S)",
    re.IGNORECASE,
)
_TO_READ_ON: Final = re.compile(
    r"(?:^|(?<=[.;] ))(?:please )?(?:see|read more|refer to|visit|go to|for (?:more|further|additional|details)|learn more|to learn more"
    r"|check out|more (?:information|details)|find more|look at|please refer|details:)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_LINK: Final = re.compile(r"(?:\b(?:at|on|from|see|here|link)\b:?\s*)?\(?https?://[^\s'\"<>]+", re.IGNORECASE)
_ID: Final = re.compile(r"['\"]?/subscriptions/[^\s'\"“”<>()\[\],]{1,1000}['\"]?", re.IGNORECASE)
_END: Final = re.compile(r"(?<=[.!?])['\"”]?\s+(?=[A-Z“\"'0-9(/])|\n\s*\n|\r?\n(?=[A-Z][a-z]+ )")
_TRAILING: Final = re.compile(r"[\s.'\"”]*['\"”][\s.'\"”]*\Z")
_ADVISES: Final = re.compile(
    r"(?:please |kindly |in order to .{1,80}?, |to (?:\w+ ){1,8}?\w+, |you (?:need to|must|can|should|have to|may) |"
    r"consider |try |use (?!of )|ensure |make sure |verify |check |choose |select |remove |set |specify |provide |enable |disable |switch |"
    r"reduce |increase |register |add |change |update |upgrade |grant |query |delete |allowed |compatible |supported |valid |the (?:allowed|supported|valid|available|possible) |"
    r"(?:the )?(?:following|newer|latest) |only |either |instead|submit |contact |wait |retry )"
    r"|.{0,120}\b(?:should (?:be|only)|must (?:be|only))\b",
    re.IGNORECASE | re.DOTALL,
)
_WHERE: Final = re.compile(r"path '[^']{0,500}', line \d+", re.IGNORECASE)
"""What stands after a sentence about JSON, and is none."""
_POLITE: Final = re.compile(r"^(?:please|kindly)\s+(?:do\s+)?", re.IGNORECASE)
_ASIDE: Final = re.compile(r"[;,]\s*(?=please )|\.\s+(?=please )", re.IGNORECASE)


def heart(message: str) -> str:
    """The message itself, without the messages of others that only say that something failed with it."""
    text = message[:LOOKED_AT]
    for _ in range(5):
        last = next(reversed(list(_AROUND.finditer(text))), None)
        if last is None or len(text) - last.end() < 8:
            break
        text = text[last.end() :]
    return _TRAILING.sub(".", text).strip() if text != message[:LOOKED_AT] else text.strip()


def short(resource_id: str) -> str:
    """The end of a resource id, as people call it: “subnets/web”."""
    bare = resource_id.strip("'\"").rstrip("/.,;:")
    return f"“{'/'.join(bare.split('/')[-2:])}”"


def sentences(message: str) -> list[str]:
    """The sentences of a message, in its order; those that only lead to a page are left out, ids are short."""
    found = []
    for each in _END.split(message[:LOOKED_AT]):
        for part in _ASIDE.split(each):
            bare = _TO_READ_ON.sub("", _ID.sub(lambda hit: short(hit[0]), part))
            bare = " ".join(_LINK.sub("", bare).split()).strip(" ,;:")
            if len(bare) > 3 and " " in bare and not _WHERE.match(bare):
                found.append(_finished(bare))
    return found


def first(message: str) -> str:
    """The first sentence, as one of ours; empty where there is none."""
    return next(iter(sentences(message)), "")


def advice(message: str) -> str:
    """What the message says to do, after what it says is wrong, as ours; empty where it says nothing of the kind."""
    given = [_asked(each) for each in sentences(message)[1:] if _ADVISES.match(each)]
    return " ".join(dict.fromkeys(given[:3]))


def _asked(sentence: str) -> str:
    bare = _POLITE.sub("", sentence)
    return bare if bare == sentence else bare[:1].upper() + bare[1:]


def _finished(sentence: str) -> str:
    """The sentence with its end. No letter is changed: where it quotes a secret, that has to be known again."""
    if len(sentence) > LONGEST:
        return f"{sentence[:LONGEST].rsplit(' ', 1)[0]}…"
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
