"""The picture of a draft or revision, as pages show it."""

from __future__ import annotations

from vmssbuilder.scaleset.picture import Picture, laid_out, picture, sentences
from vmssbuilder.web.rendering import drawn

from . import sent
from .models import Draft, Revision


def of(source: Draft | Revision) -> Picture | None:
    """The picture of the whole scale set that is wanted; None while there is nothing to draw.

    Changes alone are no whole scale set: a picture of them would lack what they leave as it is.
    """
    if sent.is_changes_alone(source):
        return None
    return picture(source.document, source.name.strip())


def html(shown: Picture | None) -> str:
    """The drawing with its sentences, nothing where there is nothing to draw."""
    if shown is None:
        return ""
    context = {"picture": shown, "drawing": laid_out(shown), "sentences": sentences(shown)}
    return drawn("forms/picture.html", context)
