"""What went wrong with a submission, as it is kept and shown: our words, the field, Azure's own answer, no secrets.

AzureError
└── Ours              raised here, with its own words
    ├── OurFault          the product failed, not Azure
    │   └── DatabaseAway      its database did not answer
    ├── SecretsGone       a secret of the request was destroyed
    ├── SecretsUnreadable a secret of the request cannot be opened any more
    ├── NeverArrived      the request was lost on the way to Azure
    ├── NameTaken         a create would have gone over what is there
    ├── NothingToUpdate   an update finds no scale set
    ├── Overtaken         somebody changed in Azure what an update changes
    ├── NotApproved       what allowed it does not count any more
    └── Stopped           a person stopped it, or does not want it followed any more
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vmssbuilder.azure import AzureError
from vmssbuilder.azure.blotting import Blotter
from vmssbuilder.azure.errors import GatewayAnswer
from vmssbuilder.azure.explaining import Cause, Explanation, explain_all
from vmssbuilder.drafts import vault
from vmssbuilder.scaleset import Target, paths

from .models import Submission

RAW_KEPT: Final = 20_000
"""Characters of Azure's answer that are kept with the submission, which is read for every look at its page."""

WHOLE_KEPT: Final = 4_000_000
"""Characters of a longer answer, which is kept beside it for whoever wants to download it."""

MESSAGE_KEPT: Final = 2_000
DETAILS_KEPT: Final = 20
DETAIL_KEPT: Final = 500


class Ours(AzureError):
    """An error that is not Azure's, with its own sentence, cure and field."""

    def __init__(self, sentence: str, cure: str, path: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cure = cure
        self.path = path


class OurFault(Ours):
    """The product failed, not Azure; the log of the worker says how."""

    def __init__(self, sentence: str = "This service could not do its part.") -> None:
        super().__init__(sentence, "Tell those who run it, then send the request again.")


class DatabaseAway(OurFault):
    """The product's own database did not answer in the middle of a step. It says nothing about the request."""

    def __init__(self) -> None:
        super().__init__("The database of this service did not answer for a while.")


def _sent(again: bool) -> str:
    """What was sent of a request that stops before it leaves. again: it left once before, and its answer was lost."""
    return "It was not sent again; an earlier try may still arrive." if again else "Nothing was sent."


class SecretsGone(Ours):
    """A secret of the request was destroyed, for instance after an earlier success."""

    def __init__(self, *, again: bool = False) -> None:
        super().__init__(
            f"A password or another secret of this request is no longer kept here. {_sent(again)}",
            "Enter it again in the draft, and have the draft reviewed.",
        )


class SecretsUnreadable(Ours):
    """A secret of the request cannot be opened any more: its key is gone, or it was made for another draft."""

    def __init__(self, path: str = "", *, again: bool = False) -> None:
        super().__init__(
            f"A password or another secret of this request cannot be read any more. {_sent(again)}",
            "Enter it again in the draft, and have the draft reviewed.",
            path,
        )


class NeverArrived(Ours):
    """The request was lost on the way to Azure. last: what happened on the way, in a sentence."""

    def __init__(self, target: Target, *, there: bool, last: str = "") -> None:
        found = (
            f"The scale set “{target.name}” shows nothing of it."
            if there
            else f"Azure has no scale set “{target.name}”."
        )
        super().__init__(f"The request never arrived. {found} {last}".strip(), "Send it again.")


class NameTaken(Ours):
    """A create would have gone over what is there."""

    def __init__(self, target: Target) -> None:
        super().__init__(
            f"There is already a scale set “{target.name}” in the resource group “{target.resource_group}”."
            " It was left as it is.",
            "Choose another name, or make the request an update.",
            "$target.name",
        )


class NothingToUpdate(Ours):
    """An update finds no scale set."""

    def __init__(self, target: Target) -> None:
        super().__init__(
            f"There is no scale set “{target.name}” in the resource group “{target.resource_group}” to update.",
            "Check the name and the resource group, or make the request a create.",
            "$target.name",
        )


class Overtaken(Ours):
    """Somebody changed in Azure what an update changes, or what it would undo, since the draft was opened."""

    def __init__(self, *, clash: bool) -> None:
        what = "what this request changes too" if clash else "what this request would undo"
        super().__init__(
            f"Since the draft was opened, somebody changed in Azure {what}. Nothing was sent.",
            "Look at the values and choose. The draft is then reviewed again, because what is sent will be another request.",
        )


class NotApproved(Ours):
    """What allowed the request does not count: its approval ended or was changed, or the row that asks for it was.

    log: what the log says of it.
    """

    def __init__(self, sentence: str, log: dict[str, Any], *, again: bool = False) -> None:
        super().__init__(f"{sentence} {_sent(again)}", "Have the draft reviewed again, then send it again.")
        self.log = log


class Stopped(Ours):
    """A person stopped it, or does not want it followed any more. taken: whether Azure may have the request."""

    def __init__(self, person: str, *, taken: bool) -> None:
        if taken:
            super().__init__(f"{person} stopped following it. What Azure has of it goes on there.", "")
        else:
            super().__init__(f"{person} stopped it before Azure took the request.", "")


_NOT_THE_FORM: Final[Mapping[Cause, str]] = {
    "permission": "Permission",
    "policy": "Policy",
    "quota": "Quota",
    "capacity": "Capacity",
    "conflict": "Another change",
    "changed": "Another change",
    "registration": "Registration",
    "throttled": "Too many requests",
    "outage": "Trouble at Azure",
    "network": "Connection",
    "gateway": "Between here and Azure",
    "unusable": "What Azure answers",
    "sign-in": "Sign-in",
}
"""What kind of trouble it is, where it is none with the form."""


def kept(submission: Submission, error: AzureError) -> dict[str, Any]:
    """An error as it is kept: explained, tied to its field, and without any secret that Azure's answer may quote."""
    if isinstance(error, Ours):
        return _kept(error, error.sentence, error.cure, error.path)
    document = submission.revision.document
    clear = vault.opened(submission.draft, document)
    explained, several = explain_all(error, document)
    if clear.lost or clear.waiting:
        # Nobody here knows what to blot out of Azure's words.
        explained, several = (
            explained.without_words(),
            [(part, told.without_words()) for part, told in several],
        )
    value = _kept(error, explained.sentence, explained.cure, _field(explained))
    value |= {
        "retryable": explained.retryable,
        "cause": explained.cause,
        "kind": _NOT_THE_FORM.get(explained.cause, ""),
    }
    value["parts"] = [
        {
            "sentence": told.sentence,
            "cure": told.cure,
            "cause": told.cause,
            "path": _field(told),
            "retryable": told.retryable,
            "said": part.said,
        }
        for part, told in several
    ]
    if clear.lost or clear.waiting:
        value = _without_words(value)
    # Shortened only then: of a secret that was cut the beginning might stay.
    return _shortened(Blotter(clear.document).clean(value))


WITHHELD: Final = (
    "Azure's words are not kept: a secret of the request cannot be read here, and they might quote it."
)


def _without_words(value: dict[str, Any]) -> dict[str, Any]:
    azure = value["azure"]
    if not any(azure[name] for name in ("said", "raw", "details")):
        return value
    silent = {"message": WITHHELD, "said": "", "raw": "", "details": [], "target": ""}
    return value | {"azure": azure | silent, "parts": [each | {"said": ""} for each in value["parts"]]}


def _shortened(value: dict[str, Any]) -> dict[str, Any]:
    """The error as it is kept with the submission. What of Azure's answer is too long for that goes under `whole`."""
    azure = value["azure"]
    raw = azure["raw"]
    details = [
        {name: _cut(text, DETAIL_KEPT) for name, text in each.items()}
        for each in azure["details"][:DETAILS_KEPT]
    ]
    short = {
        "raw": raw[:RAW_KEPT],
        "message": _cut(azure["message"], MESSAGE_KEPT),
        "said": _cut(azure["said"], MESSAGE_KEPT),
        "details": details,
        "policies": azure["policies"][:DETAILS_KEPT],
    }
    parts = [each | {"said": _cut(each["said"], DETAIL_KEPT)} for each in value["parts"]]
    value = value | {"azure": azure | short, "parts": parts, "sentence": _cut(value["sentence"], DETAIL_KEPT)}
    return value if len(raw) <= RAW_KEPT else value | {WHOLE: raw}


WHOLE: Final = "whole"
"""The member of a kept error that holds the whole of an answer too long for a page, until the step is written."""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _field(explained: Explanation) -> str:
    return paths.text(explained.path) if explained.path else ""


def _kept(error: AzureError, sentence: str, cure: str, path: str) -> dict[str, Any]:
    return {
        "sentence": sentence,
        "cure": cure,
        "path": path,
        "retryable": error.retryable,
        "ours": isinstance(error, Ours),
        "overtaken": isinstance(error, Overtaken),
        "gateway": isinstance(error, GatewayAnswer),
        "refused": error.log if isinstance(error, NotApproved) else None,
        "azure": error.to_json(),
    }
