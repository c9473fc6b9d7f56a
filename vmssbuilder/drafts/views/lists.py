"""The buttons of lists: add, remove, duplicate, move."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.pages.problems import problem
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.scaleset.properties import List

from .form import Form

_LIST_ACTS = frozenset({"add", "remove", "duplicate", "up", "down"})


def act(request: HttpRequest, form: Form, act: str, base: int) -> HttpResponse:
    """A button of a list: add, remove, duplicate, move a card; one more or one fewer row."""
    verb, _, written = act.partition(":")
    try:
        path = paths.parse(written)
        if verb == "more" or (verb == "drop" and path):
            # A row was removed with what else the form said.
            holder = path if verb == "more" else path[:-1]
            return redirect(f"{form.url}#{steps.anchor(holder)}-field")
        return _act_on_cards(cast(User, request.user), form, verb, path, base)
    except PathError as error:
        return problem(
            request,
            400,
            "That cannot be done",
            f"{error} Nothing was changed.",
            links=[(form.url, "Go back")],
        )
    except actions.EditConflict:
        title, words = "The list was changed by someone else", "Open the page again"
        return problem(request, 409, title, f"Nothing was changed. {words}.", links=[(form.url, words)])


def _act_on_cards(user: User, form: Form, verb: str, path: Path, base: int) -> HttpResponse:
    # Positions are those of the page, so that the list must still be the one that the page showed.
    holder = path if verb == "add" else path[:-1]
    node = contents.node_at(holder, form.draft.api_version)
    if verb not in _LIST_ACTS or node is None or not isinstance(node.property, List):
        raise PathError("There is no such list.")
    form.draft, where = actions.edit_list(user, form.draft, base, verb, path)
    if verb in ("add", "duplicate"):
        return redirect(f"{form.step_url}{paths.to_url(where)}/")
    return redirect(f"{form.url}#{steps.anchor(holder)}-field")
