"""Seals: codes beside a row that tell whether what it says was changed past the product.

A seal holds a code for each part of what it covers, so that a part that differs can be named, and one over all of them.
The keys are those of `encryption`: older ones still verify, and `rotate_keys` seals anew with the newest.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db import models

from .encryption import canonical, key_ids, mac, mac_holds, mac_key_of

NO_SEAL: Final = "seal"
"""In place of a part: there is no seal, or it is none that was made here."""

NO_KEY: Final = "key"
"""In place of a part: the key that made the seal is not here."""


class Sealed(models.Model):
    """A row that counts only while its seal holds.

    seal: `{"parts": {name: code}, "whole": code}`; empty for what was never sealed.
    """

    seal = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def parts(self) -> dict[str, Any]:
        """What the seal covers, as JSON values by the names of its parts. It may hold secrets: never store or show it.

        What cannot be known now is left out; whoever needs it asks for it beside the seal.
        """
        raise NotImplementedError

    def close_seal(self) -> None:
        """Seals what the row says now, as the database has it; it is saved by whoever calls."""
        codes = {name: mac(self._purpose, canonical([name, value])) for name, value in self.parts().items()}
        self.seal = {"parts": codes, "whole": mac(self._purpose, canonical(codes))}

    def broken_part(self) -> str:
        """The first part that is not as it was sealed, NO_SEAL, NO_KEY, or "" where the seal holds."""
        seal = self.seal if isinstance(self.seal, dict) else {}
        codes, whole = seal.get("parts"), seal.get("whole")
        if not isinstance(codes, dict) or not isinstance(whole, str):
            return NO_SEAL
        if self.seal_key not in key_ids():
            return NO_KEY
        if not mac_holds(self._purpose, canonical(codes), whole):
            return NO_SEAL
        known = self.parts()
        return next(
            (
                name
                for name, value in known.items()
                if not mac_holds(self._purpose, canonical([name, value]), str(codes.get(name, "")))
            ),
            "",
        )

    @property
    def seal_key(self) -> str:
        """The id of the key that made the seal, "" for none."""
        whole = self.seal.get("whole") if isinstance(self.seal, dict) else None
        return mac_key_of(whole) if isinstance(whole, str) else ""

    @property
    def _purpose(self) -> str:
        return f"seal of {self._meta.label_lower}"


def tables() -> list[type[Sealed]]:
    """Every model whose rows are sealed."""
    return [model for model in apps.get_models() if issubclass(model, Sealed)]
