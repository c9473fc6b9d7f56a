"""Encrypts everything that is stored encrypted anew, with the newest key."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from vmssbuilder.encryption import CannotDecrypt, rotate


class Command(BaseCommand):
    help = (
        "Encrypts secrets and token caches anew with the first key of VMSSBUILDER_SECRET_KEYS. "
        "Afterwards the other keys can be removed. Safe while the product runs, and to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for model in apps.get_models():
            if _holds_ciphertext(model):
                done, unreadable = self._rotate(model)
                lost += unreadable
                self.stdout.write(
                    f"{model._meta.verbose_name_plural}: {done} encrypted anew, {unreadable} unreadable"
                )
        if lost:
            raise CommandError(f"{lost} could not be read with any key. Keep all keys until that is settled.")

    def _rotate(self, model: type[Model]) -> tuple[int, int]:
        done = unreadable = 0
        rows = model._default_manager.order_by("pk").values_list("pk", "ciphertext")
        for pk, before in rows.iterator(chunk_size=500):
            try:
                after = rotate(before)
            except CannotDecrypt:
                unreadable += 1
                continue
            # A row that changed meanwhile was written with the newest key already.
            done += model._default_manager.filter(pk=pk, ciphertext=bytes(before)).update(ciphertext=after)
        return done, unreadable


def _holds_ciphertext(model: type[Model]) -> bool:
    try:
        model._meta.get_field("ciphertext")
    except FieldDoesNotExist:
        return False
    return True
