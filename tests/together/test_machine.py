"""Five hundred steps of the machine, and that it knows every act."""

from __future__ import annotations

import os
from collections import Counter
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.accounts import entra
from tests.actions.table import ACTIONS
from tests.together.machine import CAST, Together, known_acts
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.accounts.tokens import keep
from vmssbuilder.sandbox.server import Running

IN_THE_SUITE: Final = 500
STEPS: Final = int(os.environ.get("VMSSBUILDER_TOGETHER_STEPS", IN_THE_SUITE))
"""How many steps at least; `make test-together` takes 10,000."""
AT_A_TIME: Final = 50

LEFT_OUT: Final[dict[str, str]] = {}
"""Acts that the machine does not do, and why."""


def test_the_machine_knows_every_act() -> None:
    names = {action.name for action in ACTIONS}
    assert known_acts | set(LEFT_OUT) == names
    assert not known_acts & set(LEFT_OUT)


@pytest.fixture
def cast(sandbox: Running, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody, each with a sign-in that Azure takes, which is Rita's. Azure is done as soon as it is asked."""
    monkeypatch.setattr(sandbox.sandbox.memory, "delay", 0.0)
    entra.sign_in(entra.browser(), "rita")
    rita = User.objects.get()
    kept = rita.token_cache.open()
    for person in CAST.values():
        role = (
            Role.ADMINISTRATOR if person.administers else Role.REVIEWER if person.reviews else Role.REQUESTER
        )
        user = User.objects.create_user(
            person.name,
            display_name=person.name.capitalize(),
            role=role,
            object_id=f"object-{person.name}",
            tenant_id=person.tenant,
            home_account_id=rita.home_account_id,
        )
        keep(user, kept)


def test_whatever_people_do_nothing_is_sent_or_seen_that_must_not_be(sandbox: Running, cast: None) -> None:
    done: Counter[str] = Counter()

    class Here(Together):
        """At work in this test's Azure."""

        def __init__(self) -> None:
            super().__init__(sandbox, done)

    run_state_machine_as_test(
        Here,
        settings=settings(
            # Some runs end early, where nothing is left to do.
            max_examples=STEPS * 11 // 10 // AT_A_TIME,
            stateful_step_count=AT_A_TIME,
            # The suite does the same each time; `make test-together` goes by a seed.
            derandomize=STEPS == IN_THE_SUITE,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    print("\n".join(f"{count:6} {what}" for what, count in sorted(done.items())))  # noqa: T201 - with -s, of interest
    assert done["steps"] >= STEPS
    for what in (
        "approved",
        "submitted",
        "left for Azure",
        "a step to succeeded",
        "handed over",
        "script read",
    ):
        assert done[what], f"nobody came as far as “{what}”, so that nothing was proved of it"
