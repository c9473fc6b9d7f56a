"""Reads the body of an answer to its end, but never without end, however small it was packed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import requests

from . import cleaning
from .transport import Clock

ANSWER_LIMIT: Final = 16_000_000
"""Bytes of an answer, unpacked; Azure's longest list of sizes has half of it."""

_PIECE: Final = 65_536


class CannotRead(Exception):
    """The body cannot be read; the message is a sentence that says why."""


def read(response: requests.Response, clock: Clock) -> str:
    """The body as text. Raises CannotRead; what breaks on the way is raised as requests and urllib3 have it."""
    data = b"".join(_unpacked(response, clock))
    return data.decode(json.detect_encoding(data), errors="replace")


def _too_long(unpacked: str) -> CannotRead:
    return CannotRead(
        f"Azure's answer {unpacked}more than {ANSWER_LIMIT // 1_000_000} MB, so it was not read to its end."
    )


def _unpacked(response: requests.Response, clock: Clock) -> Iterator[bytes]:
    """The body piece by piece, never more than ANSWER_LIMIT of it, however small it was packed."""
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    unpack: Callable[[bytes], Iterator[bytes]] | None = None
    if packed in {"gzip", "x-gzip", "deflate"}:
        unpack = _Unpacker(raw=packed == "deflate")
    elif packed not in {"", "identity"}:
        shown = cleaning.line(packed, 40)
        raise CannotRead(
            f"Azure's answer is packed in a way that was not asked for (“{shown}”), so it was not read."
        )
    arrived = length = 0
    # What has come so far, not a full buffer: filling one can take for ever where each byte is just in time.
    while piece := response.raw.read1(_PIECE, decode_content=False):
        arrived += len(piece)
        if arrived > ANSWER_LIMIT:
            raise _too_long("is ")
        for part in unpack(piece) if unpack is not None else (piece,):
            length += len(part)
            if length > ANSWER_LIMIT:
                raise _too_long("unpacks to ")
            yield part
    if clock.is_over:
        # A connection that was shut looks like one that has nothing more to say.
        raise requests.exceptions.ReadTimeout("The answer did not end in time.")
    if isinstance(unpack, _Unpacker) and arrived and not unpack.is_whole:
        raise CannotRead("Azure's answer is packed, and cannot be unpacked whole.")


class _Unpacker:
    """Unpacks gzip, of several members too, and deflate with or without its zlib frame; a piece at a time."""

    def __init__(self, *, raw: bool) -> None:
        self._deflate = raw
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 16)
        self._begun = False
        self.is_whole = False

    def __call__(self, piece: bytes) -> Iterator[bytes]:
        if self._deflate and not self._begun and piece[0] & 0x0F != 8:
            # Some servers mean deflate without a frame.
            self._inner = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        self._begun = True
        while True:
            if self._inner.eof:
                if self._deflate or piece[:1] != b"\x1f":
                    return
                self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            try:
                part = self._inner.decompress(piece, _PIECE)
            except zlib.error:
                raise CannotRead("Azure's answer is packed, and cannot be unpacked.") from None
            self.is_whole = self._inner.eof
            if part:
                yield part
            piece = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            # A full part may have more behind it although all input is used up.
            if not piece and len(part) < _PIECE:
                return
