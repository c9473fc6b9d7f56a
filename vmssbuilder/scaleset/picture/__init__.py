"""A scale set as a picture: what it consists of, where it stands in a drawing, and the same in sentences.

shown = picture(document, "web-prod")
laid_out(shown).boxes
sentences(shown)
"""

from .facts import DISK_KINDS, Picture, PicturedInstance, StateKind, picture
from .layout import Drawing, laid_out
from .words import sentences

__all__ = [
    "DISK_KINDS",
    "Drawing",
    "Picture",
    "PicturedInstance",
    "StateKind",
    "laid_out",
    "picture",
    "sentences",
]
