"""The client in a script of five lines, without Django anywhere near."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.azure.scripted import scripted
from vmssbuilder import azure

ROOT = Path(__file__).resolve().parents[2]

WITHOUT_DJANGO = """
import importlib.abc, sys

class No(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "django_tasks"}:
            raise ImportError(f"{name} is not to be had here")

sys.meta_path.insert(0, No())
"""


def documented(text: str) -> str:
    """The first block of code that names ArmClient, without its indent."""
    blocks = re.findall(r"((?:^    .+\n)+)", text, re.MULTILINE) + re.findall(
        r"^```python\n(.+?)^```", text, re.MULTILINE | re.DOTALL
    )
    (block,) = [each for each in blocks if "ArmClient(" in each]
    return "\n".join(line.removeprefix("    ") for line in block.splitlines())


@pytest.mark.parametrize("page", ["docstring", "docs/architecture.md"])
def test_the_documented_use_works_as_it_stands(page: str) -> None:
    code = documented((azure.__doc__ or "") if page == "docstring" else (ROOT / page).read_text())
    assert len([line for line in code.splitlines() if line and not line.startswith(("from", "import"))]) <= 5
    path = "/subscriptions/s1/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web-prod"
    with scripted() as arm:
        arm.on(f"PATCH {path}", 200, None, Azure_AsyncOperation="{url}/status", Retry_After=0)
        arm.on("GET /status", 200, {"status": "Succeeded"})
        arm.on(f"GET {path}", 200, {"name": "web-prod", "sku": {"capacity": 3}})
        # Only where Azure is differs from what is written there.
        script = (
            f"{WITHOUT_DJANGO}\ntoken, subscription = 'a-token', 's1'\n"
            + code.replace('cloud("public")', f"stand_in({arm.url!r})").replace(
                "import ArmClient", "import stand_in, ArmClient"
            )
            + "\nprint(done.status, done.resource['sku']['capacity'])\n"
            + "assert not any(name.partition('.')[0] == 'django' for name in sys.modules)\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout == "succeeded 3\n"
        assert set(arm.headers("Authorization")) == {"Bearer a-token"}
        assert arm.requests == [f"PATCH {path}", "GET /status", f"GET {path}"]
