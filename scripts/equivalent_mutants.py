"""Mutants that mean the same as the real code, or do no harm that a test could see, by name with the reason."""

from __future__ import annotations

from typing import Final

_SAME_LENGTH: Final = "The lengths are compared right before."

EQUIVALENT: Final[dict[str, str]] = {
    "vmssbuilder.azure.signin._Http._sent: 'utf-8' -> 'utf-8~'": "Python reads the names of encodings like that.",
    "vmssbuilder.scaleset.paths.force: 1 -> 0": "At depth 0 is the content itself, which is an object.",
    "vmssbuilder.drafts.merging._position: True -> False": _SAME_LENGTH,
    "vmssbuilder.drafts.merging.clashes: True -> False": _SAME_LENGTH,
    "vmssbuilder.drafts.vault._strays_taken_out: True -> False": _SAME_LENGTH,
    "vmssbuilder.drafts.vault.opened: secrets.referred(value) or '' -> without ''": (
        "No secret has the id None either; it is there for the type checker."
    ),
    "vmssbuilder.submissions.tasks.sweep: 0 -> -1 (2)": "A wake-up has one argument.",
    "vmssbuilder.encryption.samples: 1 -> 2": "Without its first byte the beginning still names the key.",
}
