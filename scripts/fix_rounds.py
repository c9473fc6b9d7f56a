"""Makes the fixes of random documents until none is left, and tells of those that never come to an end.

    .venv/bin/python scripts/fix_rounds.py [COUNT] [SEED]

Without a seed the documents are others each time; the seed is printed. A document is some of those that break rules, laid
over each other, with random values of the catalogue here and there. Ends with 1 when fixes of any undo each other, after
printing these fixes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.scaleset.rules.fixing import Circle, fixed, random_case

COUNT = 100_000


def main(count: int = COUNT, seed: int | None = None) -> int:
    seed = time.time_ns() if seed is None else seed
    print(f"seed {seed}", flush=True)
    random = Random(seed)  # noqa: S311 - nothing secret comes of it
    circles = 0
    for number in range(1, count + 1):
        case = random_case(random)
        try:
            fixed(case)
        except Circle as circle:
            circles += 1
            print(f"{number}: {case.version}, {case.operation}")
            for fix in circle.fixes:
                print(f"    {fix}")
        if number % 10_000 == 0:
            print(f"{number:,} documents, {circles} in circles", flush=True)
    print(f"{count:,} documents, the fixes of {circles} undo each other")
    return 1 if circles else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
