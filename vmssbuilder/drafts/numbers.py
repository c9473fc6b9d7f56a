"""Numbers as forms and addresses write them."""

from __future__ import annotations


def counted(text: str) -> int | None:
    """A number of something, such as of a revision; None for anything else, and for more than a database can count."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
