"""What needs node, npm and a network is collected for `make test-openid` alone."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("VMSSBUILDER_OPENID") else ["test_*.py"]
