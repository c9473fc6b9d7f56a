"""The road of a value, as `docs/architecture.md` walks it: through how many files of the product it goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import pytest
from django.test import Client
from requests.adapters import HTTPAdapter

from tests.architecture.test_writing import PACKAGE, ROOT
from tests.forms import sent
from tests.reviews.making import document, draft
from tests.submissions.conftest import drive
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.addresses import page_url
from vmssbuilder.drafts.models import Draft
from vmssbuilder.submissions.models import Submission

Submit = Callable[..., Submission]

pytestmark = pytest.mark.django_db

PRODUCT: Final = f"{ROOT / PACKAGE}/"

CACHING: Final = ("properties", "virtualMachineProfile", "storageProfile", "osDisk", "caching")
AUTOSAVE, SUBMISSION, SEAL = 14, 9, 3
"""Files at most; those of the seal have the whole document in hand, and look at no value of it. One more is one more place
in which a reader has to look for what becomes of a value."""


class Road:
    """The files whose functions had the value in hand: as an argument, a local variable or what they answered.

    In hand is the value itself, or a text that holds it, such as a line of JSON or a page. An object or a list that is
    passed on unopened is not, nor is an attribute that nobody reads. `whole` counts objects and lists as well, at any
    depth, for what goes on with documents only; it ends where the request leaves, as documents come back after that.
    """

    def __init__(self, value: str, *, whole: bool = False) -> None:
        self.value, self.whole, self.ended = value, whole, False
        self.files: dict[str, str] = {}

    def holds(self, held: Any) -> bool:
        if isinstance(held, str | bytes):
            return self.value in (held if isinstance(held, str) else held.decode(errors="replace"))
        if self.whole and isinstance(held, dict | list | tuple):
            return any(map(self.holds, held.values() if isinstance(held, dict) else held))
        return False

    def look(self, frame: FrameType, event: str, answer: Any) -> None:
        if self.ended or event not in ("call", "return"):
            return
        if (
            self.whole
            and frame.f_code is HTTPAdapter.send.__code__
            and frame.f_locals["request"].method == "PUT"
        ):
            self.ended = True
            waiting = frame.f_back
            while waiting is not None:
                self.note(waiting, waiting.f_locals)
                waiting = waiting.f_back
            return
        self.note(frame, {**frame.f_locals, "its answer": answer} if event == "return" else frame.f_locals)

    def note(self, frame: FrameType, held: Mapping[str, Any]) -> None:
        file = frame.f_code.co_filename.removeprefix(PRODUCT)
        if file != frame.f_code.co_filename and file not in self.files:
            found = next((name for name, each in held.items() if self.holds(each)), None)
            if found is not None:
                self.files[file] = f"{frame.f_code.co_name}: {found}"

    @contextmanager
    def watched(self) -> Iterator[None]:
        """For this thread, which is the product's; those of the sandbox are Azure's."""
        before = sys.getprofile()
        sys.setprofile(self.look)
        try:
            yield
        finally:
            sys.setprofile(before)


def test_an_autosave_takes_a_value_through_few_files(as_rita: Client, rita: User) -> None:
    made, unique = draft(rita), "ReadWrite-4f1c7e"
    url = page_url(made.code, CACHING, made.api_version)
    page = sent(as_rita.get(url).content.decode())
    page[".".join(CACHING)] = [unique]
    road = Road(unique)
    with road.watched():
        answer = as_rita.post(url, page, headers={"hx-request": "true"})
    saved: Any = Draft.objects.get(pk=made.pk).document
    for step in CACHING:
        saved = saved[step]
    assert (answer.status_code, saved) == (200, unique)
    assert unique in answer.content.decode()
    assert {"drafts/forms/fields.py", "drafts/actions.py", "drafts/preview.py"} <= road.files.keys()
    assert len(road.files) <= AUTOSAVE, "\n".join(map(str, road.files.items()))


@pytest.mark.parametrize("whole", [False, True], ids=["the value", "documents"])
def test_a_submission_takes_a_value_through_few_files(submitted: Submit, whole: bool) -> None:
    wanted = document()
    wanted["properties"]["virtualMachineProfile"]["storageProfile"]["osDisk"]["caching"] = "ReadOnly"
    submission, road = submitted(wanted=wanted), Road("ReadOnly", whole=whole)
    with road.watched():
        done = drive(submission)
    assert (done.state, road.ended) == ("succeeded", whole)
    assert "azure/client.py" in road.files
    assert len(road.files) <= SUBMISSION + SEAL * whole, "\n".join(map(str, road.files.items()))
