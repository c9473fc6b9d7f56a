"""What every page of a draft shows around its middle, and small things several pages need."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import preview, steps
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request

from .tasks import drawn_tasks, tasks_of


def frame(
    draft: Draft,
    current: steps.Step | None = None,
    *,
    editable: bool = True,
    checked: bool = False,
    out_of_band: bool = False,
) -> dict[str, Any]:
    """What every page of a draft shows around its middle: the task list, and what the draft is called.

    editable: for people who may change the draft; checked: on the check's own page. out_of_band: for a page that is
    there already and gets what changed.
    """
    tasks = tasks_of(draft, current)
    return {
        "draft": draft,
        "step": current,
        "editable": editable,
        "checked": checked,
        "tasks": tasks,
        "out_of_band": out_of_band,
        "task_list": drawn_tasks(tasks, linked=editable, checked=checked, out_of_band=out_of_band),
    }


def json_html(shown: Draft | Request, *, linked: bool = False) -> SafeString:
    """The masked body. linked: its lines lead to their fields, for people who may edit the draft."""
    code = shown.code if isinstance(shown, Draft) else ""
    return preview.render(code, shown.document, shown.api_version, linked=linked)


NO_PROPERTY = f"“{contents.TARGET}” is not a property of a scale set. The address is edited under Basics."
