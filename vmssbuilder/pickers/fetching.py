"""Asks Azure for a list without keeping anybody waiting, and keeps what it brings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import ArmClient
from vmssbuilder.azure.pickers import PICKERS, Picker, Suggestion, Where, pack, trouble

from . import cache

ANY_AGE: Final = lookups.FORGOTTEN_AFTER


def fetch_list(user: User, picker: Picker, where: Where, *, wait: float, fresh: bool = False) -> Lookup:
    """The list of a picker as the person may see it, a `CachedList`. wait: seconds at most, where nothing is known yet.

    fresh: ask again, whatever is known. A list past its time is shown as it is, and renewed meanwhile.
    """
    source = picker.source
    missing = where.missing(source.needs)
    if missing:
        return Lookup(missing=missing)
    key = cache.key_of(source, where)
    known = cache.cached(user, key)
    if known is not None and known.age < source.lasts and not fresh and not lookups.is_pending(user, key):
        return Lookup(known)

    def fetch(client: ArmClient) -> bytes:
        return pack(source.fetch(client, where))

    asked = lookups.ask(
        user,
        key,
        fetch,
        lambda error: trouble(error, picker.plural),
        wait=0.0 if known is not None and not fresh else wait,
        within=0.0 if fresh else ANY_AGE,
    )
    if not asked.known:
        return replace(asked, value=known)
    lookups.forget(user, key)
    return Lookup(cache.store(user, key, asked.value))


def usable(user: User, kind: str, where: Where, wait: float, value: str = "") -> tuple[Suggestion, ...]:
    """What of a list can be used at a place, as far as it is known within the seconds to wait: the first few of it, or the
    one of that value.
    """
    picker = PICKERS[kind]
    known = fetch_list(user, picker, where, wait=wait).value
    if known is None:
        return ()
    found = (
        [known.index.find(value, where, picker)]
        if value
        else known.index.search("", where, picker).suggestions
    )
    return tuple(each for each in found if each is not None and not each.reason)
