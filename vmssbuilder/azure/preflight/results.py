"""What a check found, in words; and what an error of Azure's means for a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from vmssbuilder.scaleset import paths

from ..blotting import Blotter
from ..errors import AzureError
from ..explaining import Explanation, explain, explain_all

Status = Literal["passed", "warning", "failed", "unknown"]
"""unknown: not checked, for a reason that the finding gives."""

_WORST: Final[tuple[Status, ...]] = ("failed", "unknown", "warning", "passed")
PARTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class PreflightFinding:
    """One thing that a check has to say.

    sentence: what was found. cure: what to do about it. path: the field it is about, as text, empty when it is none's.
    said: Azure's own message, where it says more.
    """

    status: Status
    sentence: str
    cure: str = ""
    path: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check came to. at: when, as ISO text. correlation_id: for Microsoft support, empty when all went well.

    unavailable_reason: why Azure could not be asked, such as "network" or "sign-in"; empty when it was asked.
    """

    check: str
    title: str
    findings: tuple[PreflightFinding, ...]
    at: str
    correlation_id: str = ""
    unavailable_reason: str = ""

    @property
    def status(self) -> Status:
        """The worst of its findings; a check without any found out nothing."""
        return next((each for each in _WORST if any(f.status == each for f in self.findings)), "unknown")

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return asdict(self) | {"findings": [asdict(each) for each in self.findings]}

    @property
    def may_pass(self) -> bool:
        """Whether the reason goes by itself, so that asking again soon makes sense."""
        return self.unavailable_reason in _PASSING

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Result:
        """The result that `to_json` gave, in earlier releases too, which called the reason something else."""
        value = {("unavailable_reason" if name == "hindered" else name): held for name, held in value.items()}
        return cls(**{**value, "findings": tuple(PreflightFinding(**each) for each in value["findings"])})


def now() -> str:
    """This moment as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# --- errors ----------------------------------------------------------------------------------------------------------

_IN_THE_DARK: Final = {
    "permission": "You may not look there, so this was not checked.",
    "sign-in": "Azure wants you to sign in again, so this was not checked.",
    "throttled": "Azure asks for a pause, so this was not checked.",
    "outage": "Azure has trouble of its own, so this was not checked.",
    "network": "Azure's answer did not arrive, so this was not checked.",
    "gateway": "Something between here and Azure answered in its place, so this was not checked.",
    "unusable": "Azure's answer cannot be used, so this was not checked.",
}
"""Causes that say nothing about the request itself."""

_MAY_NOT_ASK: Final = frozenset({"", "authorizationfailed", "forbidden"})
"""Codes of a refusal to answer the question itself."""

_PASSING: Final = frozenset({"throttled", "outage", "network", "gateway"})

_OUR_OWN_WORDS: Final = frozenset({"gateway", "unusable"})
"""Causes whose sentence says more than the cause does."""

_CURES: Final = {
    "permission": "Ask for the Reader role there, or go on without this check.",
    "sign-in": "Sign in with Microsoft, then run it again.",
    "throttled": "Run it again in a moment.",
    "outage": "Run it again in a moment.",
    "network": "Run it again in a moment.",
    "gateway": "Run it again in a moment. If it lasts, tell the people who run this service, or its network.",
    "unusable": "Go on without this check, and tell the people who run this service.",
}


def unavailable_reason(error: AzureError, document: Any) -> str:
    """What kept Azure from being asked; empty when the error is an answer about the request itself."""
    return _unavailable_reason(error, explain(error, document))


def _unavailable_reason(error: AzureError, explained: Explanation) -> str:
    if explained.cause == "permission" and error.code.lower() not in _MAY_NOT_ASK:
        # Azure answered, and somebody with rights is needed for what the request wants.
        return ""
    return explained.cause if explained.cause in _IN_THE_DARK else ""


def of_error(error: AzureError, document: Any) -> Iterator[PreflightFinding]:
    """What an error means: that the request would fail, or only that nobody knows."""
    explained, several = explain_all(error, document)
    if _unavailable_reason(error, explained):
        sentence = _IN_THE_DARK[explained.cause]
        if explained.cause in _OUR_OWN_WORDS:
            sentence = f"{explained.sentence.rstrip('.')}, so this was not checked."
        yield PreflightFinding("unknown", sentence, _CURES[explained.cause], said=error.said)
        return
    for each, meant in several[:PARTS_SHOWN] or [(error, explained)]:
        yield _failed(each, meant)


def _failed(error: AzureError, explained: Explanation) -> PreflightFinding:
    path = paths.text(explained.path) if explained.path else ""
    return PreflightFinding("failed", explained.sentence, explained.cure, path, error.said)


def blotted(result: Result, blotter: Blotter) -> Result:
    """The result without any secret that Azure quoted."""
    return replace(
        result,
        findings=tuple(
            replace(
                each,
                sentence=blotter.clean(each.sentence),
                cure=blotter.clean(each.cure),
                said=blotter.clean(each.said)[:1_000],
            )
            for each in result.findings
        ),
    )
