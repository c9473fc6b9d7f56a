"""The product under way while a worker, a web process and the sandbox are killed one after the other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.chaos import VICTIMS, Chaos
from tests.submissions.test_worker import database_url
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)


def test_whatever_is_killed_each_submission_ends_with_one_create(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.submissions.own_settings",
        "DATABASE_URL": database_url(),
        "VMSSBUILDER_TEST_DATABASE": "",
    }
    with Chaos(tmp_path, seed=seed, in_flight=6, operation=1.0, env=env, quick=True) as chaos:
        order = chaos.chance.sample(VICTIMS, 3)
        group = chaos.group([(victim, False) for victim in order])
    assert not group.breaches, f"seed {seed}\n" + "\n".join(group.breaches)
    assert group.ended >= 6
    assert group.killed.total() == 3
    assert Submission.objects.filter(state="succeeded").exists()
