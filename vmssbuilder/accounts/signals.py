"""What other apps hear of accounts."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

signed_in_with_mail: Final = Signal()
"""Sent after the transaction of a sign-in with Entra ID, with `user` and `mail`: an address that Entra ID verified, of a
person of a tenant that the installation names. Errors of who listens are logged."""

changed_by_administrator: Final = Signal()
"""Sent in the transaction of the change, with `account` and `actor`: an administrator changed the password, role or
state of an account, and so may have acted, or may act, in its name."""
