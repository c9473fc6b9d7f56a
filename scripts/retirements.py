"""Names the retirements whose date is past, so that texts and rules about them are looked at. Run by `make lint`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from vmssbuilder.scaleset.retirements import RETIREMENTS, past


def main() -> None:
    """Prints a line for each; it is nothing to fail for."""
    for name in past(dt.datetime.now(dt.UTC).date()):
        print(f"Retired since {RETIREMENTS[name].day}: {name}. See whether texts and rules still fit.")


if __name__ == "__main__":
    main()
