"""Numbers as forms and addresses write them."""

from __future__ import annotations

from typing import Any

from django import forms


def counted(text: str) -> int | None:
    """A number of something, such as of a revision; None for anything else, and for more than a database can count."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class BaseRevisionField(forms.Field):
    """The revision that a page was made from; None for what is no number of one, which the view tells from all others."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> int | None:
        return counted(str(value or ""))
