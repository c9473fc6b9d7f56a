"""What Azure would make of a request, found out without changing anything: several checks side by side.

    for result in run(client, request, document, limit=20.0):
        print(result.title, result.status, *(each.sentence for each in result.findings))

`client` makes an `ArmClient` for each check; `document` is the request's own with its secrets in clear. No result holds
the value of a secret.
"""

from __future__ import annotations

from .results import PreflightFinding, Result, Status
from .running import LIMIT, TITLES, checks_for, run

__all__ = ["LIMIT", "TITLES", "PreflightFinding", "Result", "Status", "checks_for", "run"]
