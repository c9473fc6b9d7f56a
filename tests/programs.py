"""Programs that exported scripts call."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def jq_folder(scratch: Path) -> Path:
    """A folder with `jq`: that of this machine, else jaq, which reads the same language, under that name in `scratch`."""
    found = shutil.which("jq")
    if found is not None:
        return Path(found).parent
    ours = scratch / "jq"
    if not ours.exists():
        ours.symlink_to(Path(sys.executable).parent / "jaq")
    return scratch
