"""The picture of a draft or revision, as templates draw it."""

from __future__ import annotations

from typing import Any

from vmssbuilder.scaleset.picture import Picture, laid_out, picture, sentences

from . import sent
from .models import Draft, Revision


def of(source: Draft | Revision) -> Picture | None:
    """The picture of the whole scale set that is wanted; None while there is nothing to draw.

    Changes alone are no whole scale set: a picture of them would lack what they leave as it is.
    """
    if sent.is_changes_alone(source):
        return None
    return picture(source.document, source.name.strip())


def drawn(shown: Picture | None) -> dict[str, Any]:
    """The context of `drafts/picture.html`."""
    if shown is None:
        return {"drawing": None}
    return {"picture": shown, "drawing": laid_out(shown), "sentences": sentences(shown)}
