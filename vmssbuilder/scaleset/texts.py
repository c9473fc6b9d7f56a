"""From a text to the scale sets in it: of its JSON, with slips mended, or of JSON that stands somewhere in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from . import json_text, refusals, shapes, wrapping
from .addresses import RequestLine
from .canonical import Note
from .json_text import JSONTextError, Parsed
from .parameters import is_parameters, values_in
from .refusals import ReadingError
from .scopes import NOWHERE, Place
from .shapes import FoundScaleSet
from .wrapping import Block

_BEGINS: Final = re.compile(r"[\s\ufeff\u200b\u2060]*(?:[{\[]|//|/\*)")
_MEMBERS: Final = re.compile(r'[\s\ufeff]*"[\w$. -]{1,60}"\s*:')
_TOKEN: Final = re.compile(r"\bAuthorization\b.{0,20}\bBearer\s+[\w-]{16,}", re.IGNORECASE)


def scale_sets(
    text: str, given: Mapping[str, Any], place: Place = NOWHERE
) -> tuple[list[FoundScaleSet], list[Note]]:
    """The scale sets of a text, at least one, and notes about the text. Raises ReadingError, JSONTextError, TooLarge.

    given: values of the parameters of a template. place: where that is deployed.
    """
    try:
        parsed = json_text.parse(text)
    except JSONTextError as error:
        fault = error
    else:
        return shapes.scale_sets(parsed.value, parsed, RequestLine(), given, place), _repairs(parsed)
    begins = _BEGINS.match(text) is not None
    if begins or _MEMBERS.match(text):
        try:
            parsed = json_text.parse(text, repair=True) if begins else _in_braces(text)
        except JSONTextError as error:
            fault = error
            if wrapping.continues(text):
                raise
        else:
            return shapes.scale_sets(parsed.value, parsed, RequestLine(), given, place), _repairs(parsed)
    return _taken_out(text, given, place, fault, begins=begins)


def _in_braces(text: str) -> Parsed:
    """Members that were copied without the braces around them."""
    parsed = json_text.parse("{" + text.lstrip("\ufeff").rstrip().rstrip(",") + "}", repair=True)
    note = json_text.Repair(1, "Added the braces around the members.")
    return parsed.with_repair(note)


def _repairs(parsed: Parsed) -> list[Note]:
    return [Note("repaired", (), repair.message, repair.line) for repair in parsed.notes]


def _taken_out(
    text: str, given: Mapping[str, Any], place: Place, fault: JSONTextError, *, begins: bool
) -> tuple[list[FoundScaleSet], list[Note]]:
    blocks, notes = wrapping.blocks(text)
    blocks, stated, noted = _without_parameters(blocks)
    given = {**stated, **given}
    notes += noted
    read: list[tuple[Block, list[FoundScaleSet]]] = []
    refused: list[tuple[Block, ReadingError]] = []
    for block in blocks:
        try:
            read.append((block, _of_block(block, given, place)))
        except ReadingError as error:
            refused.append((block, error))
    if not read:
        raise _refusal(text, refused, fault, begins=begins)
    if _TOKEN.search(text):
        message = "Left out an access token. It is a credential: whoever has it can act in your name."
        notes.append(Note("removed", (), message))
    notes += [
        Note("skipped", (), f"Left out what begins on line {block.line}. {error.message}", block.line)
        for block, error in refused
        if block.content or block.refusal
    ]
    return [each for block, found in read for each in _titled(block, found, alone=len(read) == 1)], notes


def _without_parameters(blocks: list[Block]) -> tuple[list[Block], dict[str, Any], list[Note]]:
    """The pieces but those that are parameters of a template in another piece, the values of these, and a note for each."""
    stated: dict[str, Any] = {}
    notes: list[Note] = []
    others: list[Block] = []
    for block in blocks:
        values = _parameters_of(block)
        if values is None:
            others.append(block)
            continue
        stated |= values
        message = f"The text holds parameters too, from line {block.line}. The template was read with them."
        notes.append(Note("unwrapped", (), message, block.line))
    return (others, stated, notes) if others else (blocks, {}, [])


def _parameters_of(block: Block) -> dict[str, Any] | None:
    """The values of the parameters that a piece of the text is, None where it is anything else."""
    if block.refusal is not None or not _PARAMETERS.search(block.content):
        return None
    try:
        value = _parsed(block).value
        return values_in(value) if is_parameters(value) else None
    except JSONTextError:
        return None


_PARAMETERS: Final = re.compile(r'"(?:value|reference|parameters)"\s*:', re.IGNORECASE)


def _titled(block: Block, found: list[FoundScaleSet], *, alone: bool) -> list[FoundScaleSet]:
    """The scale sets of a block, each with the note of where it was found, and a title that tells it from others."""
    what = f"its {block.call.method} request" if block.call.method and block.call.address else "it"
    note = Note(
        "unwrapped",
        (),
        f"The text holds more than a request: took {what} from line {block.line}.",
        block.line,
    )
    return [
        replace(
            each,
            notes=(note, *each.notes),
            variables=block.variables,
            title=each.title if alone else _title(block, each),
        )
        for each in found
    ]


def _title(block: Block, found: FoundScaleSet) -> str:
    name = found.title or found.target.name or block.title or "Scale set"
    return f"{name} (line {block.line})"


def _of_block(block: Block, given: Mapping[str, Any], place: Place) -> list[FoundScaleSet]:
    """The scale sets of a piece of the text. Raises ReadingError, TooLarge."""
    if block.refusal is not None:
        raise block.refusal
    if not block.content.strip():
        stated = refusals.of_text(block.around) if not block.call.address else None
        raise stated or refusals.of_call(block.call.method, block.call.action, block.line)
    try:
        parsed = _parsed(block)
    except JSONTextError as error:
        raise refusals.of_source(block.around) or refused(error) from None
    notes = tuple(_repairs(parsed))
    found = shapes.scale_sets(parsed.value, parsed, block.call, given, place)
    return [replace(each, notes=(*notes, *each.notes)) for each in found]


def _parsed(block: Block) -> Parsed:
    try:
        return json_text.parse(block.content, first_line=block.line)
    except JSONTextError:
        try:
            return json_text.parse(block.content, repair=True, first_line=block.line)
        except JSONTextError:
            # Some shells want the quotes of an argument escaped.
            if '\\"' not in block.content or '"' in block.content.replace('\\"', ""):
                raise
            return json_text.parse(block.content.replace('\\"', '"'), repair=True, first_line=block.line)


def refused(error: JSONTextError) -> ReadingError:
    """The same fault, as reading says it."""
    return ReadingError(error.message, error.line, error.column, error.excerpt, error.expected)


def _refusal(
    text: str, refused_blocks: list[tuple[Block, ReadingError]], fault: JSONTextError, *, begins: bool
) -> Exception:
    """The one reason, of several, that helps most: what the text plainly is, else the first piece, else the first fault."""
    for block, error in refused_blocks:
        if block.content or block.refusal is not None or block.call.address:
            return error
    plain = refusals.of_text(text)
    if plain is not None:
        return plain
    return refused(fault) if begins or not re.search(r"[^\W\d]{2}", text) else refusals.of_prose()
