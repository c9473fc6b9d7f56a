"""What migrations use and models go on using. A migration says the same for ever, so this is never changed."""

import secrets

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_code() -> str:
    """An unguessable code without look-alike letters, 50 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))
