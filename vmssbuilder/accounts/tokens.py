"""Tokens for Azure Resource Manager on behalf of a person who need not be there."""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from vmssbuilder.azure.errors import SignInNeeded
from vmssbuilder.azure.signin import REFRESHED_BEFORE, SHUT_OUT, AccessToken
from vmssbuilder.encryption import CannotDecrypt, encrypt, key_ids

from . import entra, keyholders, roles
from .models import TokenCache, User

USED_AGAIN: Final = 60.0
"""Seconds in which a process uses a token again without opening what is kept. A worker wants one many times a second."""


class _Used(NamedTuple):
    """The token of what was kept as this ciphertext and opened with these keys. until: by the monotonic clock."""

    ciphertext: bytes
    keys: tuple[str, ...]
    token: str
    until: float


_used: Final[dict[int, _Used]] = {}
"""By person. In memory only."""


def keep(user: User, cache: str) -> None:
    """Keeps the token cache of a sign-in, in place of an earlier one."""
    kept = TokenCache(user=user)
    kept.close(cache)
    TokenCache.objects.update_or_create(user=user, defaults={"ciphertext": kept.ciphertext, "claims": ""})


def access_token(user: User, claims: str | None = None) -> str:
    """A token for Resource Manager in the person's name, refreshed when needed.

    claims: from a ClaimsChallenge, or NEW_TOKEN. Raises SignInNeeded when the person has to sign in again, other
    AzureErrors when Entra ID does not answer, KeyNotHere among them, NotSetUp.
    """
    if not user.is_active:
        # What they submitted would otherwise go on in their name.
        raise SignInNeeded("This account is switched off here.", code="switched_off")
    kept = TokenCache.objects.filter(user=user).first()
    if kept is None:
        raise SignInNeeded("Sign in with Microsoft: no sign-in of yours is kept.", code="no_account")
    if claims is None and (used := _used_before(user, kept)):
        return used
    try:
        cache = kept.open()
    except CannotDecrypt as error:
        if keyholders.held([error.key]):
            raise keyholders.KeyNotHere from None
        raise SignInNeeded(
            "Sign in with Microsoft again: the kept sign-in cannot be read.", code="unreadable_cache"
        ) from None
    try:
        token = entra.sign_in().token(cache, user.home_account_id, claims)
    except SignInNeeded as needed:
        # The next sign-in asks for what Azure wants, else its token would be refused just the same.
        if needed.code == SHUT_OUT:
            roles.shut_out(user)
        if needed.claims:
            TokenCache.objects.filter(pk=kept.pk).update(claims=needed.claims)
        raise
    if token.changed:
        # Nobody holds a lock while Entra ID answers. Whoever wrote meanwhile has a newer cache, which must win.
        TokenCache.objects.filter(pk=kept.pk, ciphertext=bytes(kept.ciphertext)).update(
            ciphertext=encrypt(token.cache, kept.bound_to)
        )
    else:
        _use_again(user, kept, token)
    if token.roles is not None:
        roles.follow(user, token.roles)
    return token.value


def _used_before(user: User, kept: TokenCache) -> str | None:
    used = _used.get(user.pk)
    if used is None or used.until <= time.monotonic():
        return None
    return used.token if (used.ciphertext, used.keys) == (bytes(kept.ciphertext), key_ids()) else None


def _use_again(user: User, kept: TokenCache, token: AccessToken) -> None:
    now = time.monotonic()
    for person, used in list(_used.items()):
        if used.until <= now:
            _used.pop(person, None)
    until = now + min(USED_AGAIN, token.expires_at - time.time() - REFRESHED_BEFORE)
    _used[user.pk] = _Used(bytes(kept.ciphertext), key_ids(), token.value, until)


def wanted_claims(user: User) -> str | None:
    """What Azure wants a new sign-in of the person to bring along."""
    return TokenCache.objects.filter(user=user).values_list("claims", flat=True).first() or None
