"""Comments are about the draft of the drafts' own tests."""

from tests.drafts.conftest import draft

__all__ = ["draft"]
