"""Encrypts everything that is stored encrypted anew, with the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vmssbuilder import seals
from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import KeyHolder
from vmssbuilder.audit.actions import record
from vmssbuilder.encryption import CannotDecrypt, Encrypted, is_newest, key_ids, ready, tables
from vmssbuilder.seals import Sealed


class Command(BaseCommand):
    help = (
        "Encrypts secrets and token caches anew with the first key of VMSSBUILDER_SECRET_KEYS, each bound to its place, "
        "and seals anew what was sealed with another key and holds. "
        "Afterwards web and workers need the other keys no more; verify_audit does, for rows of the log from before. "
        "Safe while the product runs, and to run again; it refuses while a process lacks that key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if trouble := ready():
            raise CommandError(trouble)
        newest = key_ids()[0]
        if lacking := keyholders.without(newest):
            raise CommandError(
                f"Nothing was changed: {_listed(lacking)} without the key {newest}, the first of "
                "VMSSBUILDER_SECRET_KEYS here. Give it to them, behind the others if need be, restart them, and run this "
                "again."
            )
        if behind := keyholders.behind(newest):
            raise CommandError(
                f"Nothing was changed: {_listed(behind)} with the key {newest} behind another one, and would go on to "
                "encrypt with that. Put it first there too, restart them, and run this again."
            )
        lost = rotated = 0
        for sealed in seals.tables():
            done, kept, broken = self._seal(sealed)
            self.stdout.write(
                f"{sealed._meta.verbose_name_plural}: {done} sealed anew, {kept} were already, "
                f"{broken} left alone because their seal does not hold"
            )
        for model in tables():
            done, kept, unreadable = self._rotate(model)
            lost += sum(unreadable.values())
            rotated += done
            self.stdout.write(
                f"{model._meta.verbose_name_plural}: {done} encrypted anew, {kept} were already, "
                f"{sum(unreadable.values())} unreadable"
            )
            for key, count in sorted(unreadable.items()):
                why = f"their key {key} is not among the keys" if key else "no key opens them where they are"
                self.stdout.write(f"  {count}: {why}")
        record(None, "keys.rotated", newest, rotated=rotated, unreadable=lost)
        if lost:
            raise CommandError(f"{lost} could not be read with any key. Keep all keys until that is settled.")

    def _rotate(self, model: type[Encrypted]) -> tuple[int, int, dict[str, int]]:
        """How many were written anew, how many had been before, and those that did not open, by the key they ask for."""
        done = kept = 0
        unreadable: dict[str, int] = {}
        for row in model._default_manager.order_by("pk").iterator(chunk_size=500):
            before = bytes(row.ciphertext)
            try:
                row.close(row.open())
            except CannotDecrypt as error:
                unreadable[error.key] = unreadable.get(error.key, 0) + 1
                continue
            if is_newest(before):
                kept += 1
                continue
            # A row that changed meanwhile was written with the newest key already: every process has it first.
            written = model._default_manager.filter(pk=row.pk, ciphertext=before)
            done += written.update(ciphertext=row.ciphertext)
        return done, kept, unreadable

    def _seal(self, model: type[Sealed]) -> tuple[int, int, int]:
        """How many were sealed anew, how many had been before, and those whose seal does not hold, which stays so."""
        done = kept = broken = 0
        for row in model._default_manager.exclude(seal={}).order_by("pk").iterator(chunk_size=100):
            before = row.seal
            if row.seal_key == key_ids()[0]:
                kept += 1
            elif row.broken_part() or row.parts().keys() != row.seal["parts"].keys():
                # Also where something that it covers, such as a secret, cannot be read now.
                broken += 1
            else:
                row.close_seal()
                done += model._default_manager.filter(pk=row.pk, seal=before).update(seal=row.seal)
        return done, kept, broken


def _listed(holders: list[KeyHolder]) -> str:
    named = ", ".join(map(str, holders[:5]))
    more = f" and {len(holders) - 5} more" if len(holders) > 5 else ""
    return f"{named}{more} {'runs' if len(holders) == 1 else 'run'}"
