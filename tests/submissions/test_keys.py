"""Submissions whose secrets or sign-in cannot be opened: they end, or wait, in a state that a person can act on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from tests.drafts.test_lost_keys import ADMIN, lose_the_keys
from tests.reviews.making import PASSWORD
from tests.submissions.conftest import drive, said, step
from vmssbuilder.accounts import keyholders, tokens
from vmssbuilder.accounts.models import KeyHolder, TokenCache, User
from vmssbuilder.azure.errors import Detail, Refused, ServiceTrouble
from vmssbuilder.drafts.models import Secret
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths
from vmssbuilder.submissions import failures, transitions
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]


def created(sandbox: Running) -> list[str]:
    return [each["method"] for each in sandbox.requests() if each["method"] == "PUT"]


def test_a_secret_that_cannot_be_read_fails_before_anything_is_sent(
    sandbox: Running, submitted: Submit, rita: User, settings: Settings
) -> None:
    submission = submitted()
    kept, secret = settings.VMSSBUILDER_SECRET_KEYS, Secret.objects.get()
    plain = secret.open()
    lose_the_keys(settings)
    secret.close(plain)
    secret.save()
    settings.VMSSBUILDER_SECRET_KEYS = kept
    ended = drive(submission)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "cannot be read any more. Nothing was sent." in ended.error["sentence"]
    assert (ended.error["path"], ended.error["cure"]) == (
        paths.text(ADMIN),
        failures.SecretsUnreadable().cure,
    )
    assert created(sandbox) == []


def test_a_secret_that_was_copied_from_another_draft_is_not_sent(
    sandbox: Running, submitted: Submit, rita: User
) -> None:
    submission = submitted()
    other = submitted(name="other")
    stolen = Secret.objects.get(draft=other.draft).ciphertext
    Secret.objects.filter(draft=submission.draft).update(ciphertext=stolen)
    assert drive(submission).state == "failed"
    assert created(sandbox) == []


def test_a_request_whose_seal_cannot_be_read_asks_nobody_to_sign_in_and_fails(
    sandbox: Running, submitted: Submit, settings: Settings
) -> None:
    submission = submitted()
    lose_the_keys(settings)
    failed = step(submission)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "is not among the keys of this service. Nothing was sent." in failed.error["sentence"]
    assert created(sandbox) == []


def test_a_sign_in_that_cannot_be_read_waits_for_the_person(
    submitted: Submit, rita: User, settings: Settings
) -> None:
    submission = submitted()
    kept, cache = settings.VMSSBUILDER_SECRET_KEYS, TokenCache.objects.get(user=rita).open()
    lose_the_keys(settings)
    tokens.keep(rita, cache)
    settings.VMSSBUILDER_SECRET_KEYS = kept
    assert step(submission).state == "needs-sign-in"


def test_a_worker_without_a_key_that_others_have_goes_on_once_it_has_it(
    sandbox: Running, submitted: Submit, rita: User, settings: Settings
) -> None:
    submission = submitted()
    older = settings.VMSSBUILDER_SECRET_KEYS
    newer = [Fernet.generate_key().decode(), *older]
    settings.VMSSBUILDER_SECRET_KEYS = newer
    keyholders.beat("web", "restarted")
    secret = Secret.objects.get()
    secret.close(secret.open())
    secret.save()
    settings.VMSSBUILDER_SECRET_KEYS = older
    for _ in range(transitions.TRIES + 5):
        step(submission)
    waiting = Submission.objects.get()
    assert (waiting.state, waiting.attempts, waiting.may_exist) == ("sending", 0, False)
    assert waiting.error is not None
    assert "was started before a key was added" in waiting.error["sentence"]
    assert len([line for line in said(waiting) if "key was added" in line]) == 1
    sign_in = TokenCache.objects.get(user=rita)
    settings.VMSSBUILDER_SECRET_KEYS = newer
    sign_in.close(sign_in.open())
    sign_in.save()
    settings.VMSSBUILDER_SECRET_KEYS = older
    assert step(submission).state == "sending"
    assert created(sandbox) == []
    settings.VMSSBUILDER_SECRET_KEYS = newer
    assert drive(submission).state == "succeeded"
    assert created(sandbox) == ["PUT"]


def test_a_key_that_nobody_has_is_not_waited_for(
    sandbox: Running, submitted: Submit, rita: User, settings: Settings
) -> None:
    submission = submitted()
    cache = TokenCache.objects.get(user=rita).open()
    keyholders.beat("web", "gone")
    KeyHolder.objects.update(keys="00000000")
    lose_the_keys(settings)
    tokens.keep(rita, cache)
    assert drive(submission).state == "failed"


def test_words_that_may_quote_a_secret_nobody_can_read_are_not_kept(
    sandbox: Running, submitted: Submit, rita: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submitted()
    said = f"The value '{PASSWORD}' is refused."
    error = Refused(
        said, status=400, code="Bad", said=said, raw=said, spoken=True, details=[Detail("Bad", said)]
    )
    kept = failures.kept(submission, error)
    assert PASSWORD not in str(kept)
    assert "is refused" in str(kept)
    lose_the_keys(settings)
    kept = failures.kept(submission, error)
    assert PASSWORD not in str(kept)
    assert kept["azure"]["message"] == failures.WITHHELD
    assert kept["azure"]["code"] == "Bad"


@pytest.mark.parametrize("may_exist", [False, True])
def test_an_error_while_an_error_is_handled_ends_the_step(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, may_exist: bool
) -> None:
    submission = submitted()
    Submission.objects.update(may_exist=may_exist)

    def trouble(*_: object) -> None:
        raise ServiceTrouble("Bad gateway", status=502, retryable=True)

    def blot(*_: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(transitions, "_STEPS", dict.fromkeys(transitions._STEPS, trouble))
    monkeypatch.setattr(failures, "Blotter", blot)
    after = step(submission)
    assert (after.state, after.lease, after.attempts) == ("queued", "", 1)
    assert after.error is not None
    assert after.error["sentence"] == failures.OurFault().sentence
    for _ in range(transitions.TRIES):
        after = step(submission)
    assert after.state == ("queued" if may_exist else "failed")
    assert "canary" not in str(after.error) + " ".join(said(after))


def test_what_cannot_be_written_ends_the_step_too(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submitted()
    odd = transitions.Transition("sending", columns={"operation": {"no JSON": object()}})
    monkeypatch.setattr(transitions, "_STEPS", dict.fromkeys(transitions._STEPS, lambda *_: odd))
    after = step(submission)
    assert (after.state, after.lease, after.attempts) == ("queued", "", 1)
    assert after.error is not None
    assert after.error["sentence"] == failures.OurFault().sentence
