"""What pages and probes are held against."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection


@pytest.fixture
def no_database(db: None) -> Iterator[None]:
    """Every query fails, as with a server that is gone."""

    def gone(*_args: object, **_named: object) -> None:
        raise OperationalError("could not connect to server")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        yield
