"""What is collected: two connections that meet in one row need a database that lets two transactions write."""

from __future__ import annotations

import os

# `make test-postgresql`, a part of `make check`, runs it.
collect_ignore = [] if os.environ.get("VMSSBUILDER_TEST_DATABASE") == "postgresql" else ["test_at_once.py"]
