"""A page of fields: the draft, the step, the item it is about, and how all of it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import (
    actions,
    addresses,
    answers,
    commenting,
    known_values,
    sent,
    steps,
    summary,
    systems,
)
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.checking import UNREADABLE, WAITING, check_content
from vmssbuilder.drafts.forms import extensions, picking
from vmssbuilder.drafts.forms.cards import item_title
from vmssbuilder.drafts.forms.conflicts import TwoValues
from vmssbuilder.drafts.forms.formsets import kind_of_rows
from vmssbuilder.drafts.forms.layout import EverythingElse
from vmssbuilder.drafts.forms.lists import ITEMS_A_PAGE
from vmssbuilder.drafts.forms.page import PageForm
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.forms.rows import cell_at
from vmssbuilder.drafts.forms.searching import SettingSearch
from vmssbuilder.drafts.forms.widgets import scripts
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, errors, warnings
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import List

from . import os_and_presets
from .flash import flash_message
from .frame import frame
from .pane import pane


@dataclass(slots=True)
class Form:
    """A page of fields in the making: the draft, the step, the item it is about, and the layout of its fields."""

    draft: Draft
    step: steps.Step
    place: Path
    layout: steps.Layout

    @property
    def url(self) -> str:
        return (
            addresses.page_url(self.draft.code, self.place, self.draft.api_version)
            if self.place
            else self.step_url
        )

    @property
    def step_url(self) -> str:
        return f"/drafts/{self.draft.code}/{self.step.name}/"

    def fit(self, content: dict[str, Any], *, typing: bool = False) -> None:
        """Lays the page out as the content asks for: a known extension has fields for its settings.

        typing: to read what a form sent.
        """
        if extensions.is_extension(self.place):
            self.layout = extensions.layout(self.draft, self.place, content, typing=typing)

    @property
    def parent(self) -> Path:
        """The path of the page that this item's list stands on."""
        return steps.item_page(self.place[:-1], self.draft.api_version) if self.place else ()


_ALWAYS: Final = frozenset({"wrong-type", UNREADABLE, WAITING, answers.RULE})
"""Rules whose findings stand at their fields from the start: nobody who fills in a form makes them, or Azure was asked."""


def _zones(request: HttpRequest, form: Form, content: dict[str, Any]) -> tuple[picking.ZoneOption, ...]:
    """The zones of the region, where the page has a list of zones."""
    asked = any(entry.is_rows and kind_of_rows(entry.node) == "zone" for entry in form.layout.fields)
    return picking.zones(cast(User, request.user), content) if asked else ()


def draw(
    request: HttpRequest,
    form: Form,
    *,
    shown: bool,
    status: int = 200,
    typed: dict[str, list[str]] | None = None,
    extra: list[Finding] | None = None,
    conflicts: dict[Path, TwoValues] | None = None,
) -> HttpResponse:
    """The page of a form. shown: whether findings stand at their fields. extra: problems of what was just typed.

    conflicts: two values for one place, by path.
    """
    draft = form.draft
    form.fit(contents.of(draft))
    user = cast(User, request.user)
    found = [
        *check_content(draft),
        *answers.answer(draft).findings,
        *picking.doubts(user, contents.of(draft), without_query=True),
    ]
    own = [*(extra or []), *(each for each in findings_of(form, found) if shown or each.rule in _ALWAYS)]
    html = fields(
        request,
        form,
        findings=by_field(form, own),
        typed=typed,
        attention=_attention(contents.of(draft), found, judged=shown),
        conflicts=conflicts,
        done=flash_message(draft, request.GET["done"]) if "done" in request.GET else None,
        at=_at(request),
    )
    in_items = list(_elsewhere(form, errors(found))) if shown and not extra else []
    # What Azure said stands at its fields; the summary on top is of what this page was asked for.
    own_errors = [each for each in errors(own) if shown or each.rule != answers.RULE]
    context = frame(draft, form.step) | {
        "fields": html,
        "scripts": scripts(html),
        "secret_names": ",".join(secret_names(form)),
        "base": draft.head,
        "url": form.url,
        "title": _title(form),
        "anchor": steps.anchor(form.place) if form.place else "",
        "crumbs": _crumbs(form),
        "search": SettingSearch() if form.step is steps.STEPS[-1] and not form.place else None,
        "item": _item(form),
        "returns": request.GET.get("return", request.POST.get("return", "")),
        "errors": [
            *(
                {"message": finding.message, "href": _own_href(form, finding)}
                for finding in own_errors[:_NAMED_AT_MOST]
            ),
            *in_items[: max(_NAMED_AT_MOST - len(own_errors), 0)],
            *_others(draft, len(own_errors) + len(in_items)),
        ],
        "considered": [
            {"message": finding.message, "href": _own_href(form, finding)}
            for finding in warnings(own)[:_NAMED_AT_MOST]
        ],
        "considered_in_all": len(warnings(own)),
        "unfinished": shown and not extra,
        "continue_url": onward(form),
        "commented": sum(
            count
            for place, count in commenting.marks(draft).items()
            if place and steps.owner(place) is form.step
        ),
        **pane(request, draft, here=form.url, found=found if shown else ()),
    }
    return render(request, "drafts/step.html", context, status=status)


def page_of(request: HttpRequest, form: Form, content: dict[str, Any], **shown: Any) -> PageForm:
    """The page of a content, for all of it or some of its fields. shown: what else it shows, as `PageForm` takes it."""
    draft = form.draft
    content = extensions.as_shown(draft, form.place, form.layout, content)
    return page_form(form.layout)(
        content,
        form.place,
        form.step_url,
        system=systems.shown_for(draft, content),
        kept=sent.kept(draft) if secret_names(form) else (),
        unnamed=extensions.unnamed(form.layout, form.place, content),
        zones=_zones(request, form, content),
        subscription_name=picking.subscription_name(
            cast(User, request.user), draft.subscription, without_query=True
        ),
        filled=known_values.marked(draft, content),
        commented=_commented(form),
        **shown,
    )


def _commented(form: Form) -> dict[Path, int]:
    """The open threads of comments by the field of the page that shows them."""
    marks = commenting.marks(form.draft)
    if not marks:
        return {}
    own = {form.place + entry.below for entry in form.layout.fields}
    return commenting.gathered(marks, own.__contains__)


def fields(request: HttpRequest, form: Form, **shown: Any) -> SafeString:
    """All fields of a page as HTML. shown: what else they show, as `PageForm` takes it."""
    page = page_of(request, form, contents.of(form.draft), whole=whole(request), **shown)
    return page.draw(os_and_presets.laid_out(request, form, page, systems.of(form.draft)))


def unset(request: HttpRequest, form: Form) -> HttpResponse:
    """The part of the fold that a page leaves out: what is not set. `base` is the revision that the page was made from."""
    shown = actions.shown_at(form.draft, counted(request.GET.get("base", "")) or 0)
    form.fit(shown)
    page = page_of(request, form, shown, whole=True)
    return HttpResponse(EverythingElse(form.layout.rest).unset(page))


def whole(request: HttpRequest) -> bool:
    """Whether a page shows all of its fold: asked for by the address, or what came back had it."""
    return "all" in request.GET or "everything" in request.POST


def _at(request: HttpRequest) -> Path:
    """The item that a long list is shown around: `?at=` in the address; () for none."""
    try:
        return paths.parse(request.GET.get("at", ""))
    except PathError:
        return ()


_NAMED_AT_MOST: Final = 100
"""How many findings the summary of a page names."""


def _others(draft: Draft, count: int) -> list[dict[str, str]]:
    """The last line of a summary that names only the first findings."""
    if count <= _NAMED_AT_MOST:
        return []
    url = reverse("draft-findings", args=[draft.code, "error"])
    return [{"message": f"And {count - _NAMED_AT_MOST:,} more: see all errors of the draft", "href": url}]


def onward(form: Form) -> str:
    """The address after this page: the list of an item, the next step, at last the check."""
    if form.place:
        page = addresses.page_url(form.draft.code, form.place[:-1], form.draft.api_version)
        return _to_card(page, form.place)
    following = steps.following(form.step)
    if following is None:
        return reverse("draft-check", args=[form.draft.code])
    return f"/drafts/{form.draft.code}/{following.name}/"


def _to_card(page: str, place: Path) -> str:
    """The card of an item on the page of its list, which shows that part of a long list."""
    number = place[-1]
    far = isinstance(number, int) and number >= ITEMS_A_PAGE
    return f"{page}{f'?at={quote(paths.text(place))}' if far else ''}#{steps.anchor(place)}"


def findings_of(form: Form, found: list[Finding]) -> list[Finding]:
    """The findings about places that this page edits."""
    version = form.draft.api_version
    return [
        finding
        for finding in found
        if steps.owner(finding.path) is form.step and steps.item_page(finding.path, version) == form.place
    ]


def has_field_here(form: Form, finding: Finding) -> bool:
    """Whether what a finding is about can be filled in on this page."""
    return any(paths.starts_with(finding.path, form.place + entry.below) for entry in form.layout.fields)


def _attention(content: dict[str, Any], found: list[Finding], *, judged: bool) -> dict[Path, bool]:
    """Every list item in which an error lies, and whether it is wrong: what nobody filled in yet is no mistake.

    judged: whether the person asked for what is wrong; then what is not filled in counts, too.
    """
    items: dict[Path, bool] = {}
    for finding in errors(found):
        wrong = judged or paths.get(content, finding.path) not in (MISSING, "")
        for depth in range(1, len(finding.path) + 1):
            if isinstance(finding.path[depth - 1], int):
                item = finding.path[:depth]
                items[item] = items.get(item, False) or wrong
    return items


def _elsewhere(form: Form, found: list[Finding]) -> Iterator[dict[str, str]]:
    """The findings on the pages of this page's items, each named with its page."""
    draft = form.draft
    for finding in found:
        page = steps.item_page(finding.path, draft.api_version)
        if page != form.place and paths.starts_with(page, form.place) and steps.owner(page) is form.step:
            named_page = summary.page_title(draft, finding.path).removeprefix(f"{form.step.title}, ")
            anchor = addresses.field_anchor(finding.path, draft.api_version)
            url = addresses.page_url(draft.code, finding.path, draft.api_version)
            if not addresses.has_field(finding.path, draft.api_version):
                url, anchor = f"/drafts/{draft.code}/json/", "text"
            yield {"message": f"{named_page}: {finding.message}", "href": f"{url}?findings=1#{anchor}"}


def _own_href(form: Form, finding: Finding) -> str:
    """Where the error summary of a page leads: to the field, or to the JSON for what has none."""
    draft = form.draft
    for entry in form.layout.fields:
        # A named setting has a field of its own within the settings.
        if entry.within and paths.starts_with(finding.path, form.place + entry.below):
            return f"#{steps.anchor(form.place + entry.below)}"
    if not addresses.has_field(finding.path, draft.api_version):
        return f"/drafts/{draft.code}/json/#text"
    in_row = _in_row(form, finding.path)
    if in_row is not None:
        return f"#{in_row[1]}"
    return f"#{addresses.field_anchor(finding.path, draft.api_version)}"


def by_field(form: Form, found: list[Finding]) -> dict[Path, list[Finding]]:
    """Findings by the path of the input that shows them: their own, that of a row, or of the rows or JSON they lie in."""
    own = {form.place + entry.below for entry in form.layout.fields}
    by_path: dict[Path, list[Finding]] = {}
    for finding in found:
        path = finding.path
        while path and path not in own:
            path = path[:-1]
        in_row = _in_row(form, finding.path) if path != finding.path else None
        by_path.setdefault(in_row[0] if in_row else path or finding.path, []).append(finding)
    return by_path


def _in_row(form: Form, path: Path) -> tuple[Path, str] | None:
    """Place and id of the input for what lies in a row of this page; None for anything else."""
    for entry in form.layout.fields:
        listed = form.place + entry.below
        if entry.is_rows and paths.starts_with(path, listed):
            held = paths.get(contents.of(form.draft), listed)
            return cell_at(entry.node, listed, held, path[len(listed) :])
    return None


def secret_names(form: Form) -> list[str]:
    return [
        paths.text(form.place + entry.below) for entry in form.layout.fields if entry.node.property.secret
    ]


def _title(form: Form) -> str:
    if not form.place:
        return form.step.title
    node = contents.node_at(form.place, form.draft.api_version)
    value = paths.get(form.draft.document, form.place, {})
    assert node is not None
    return item_title(node, value, cast(int, form.place[-1]))[0]


def _item(form: Form) -> str:
    """The noun of the item that this page is about, "" on a step's page."""
    if not form.place:
        return ""
    node = contents.node_at(form.place[:-1], form.draft.api_version)
    assert node is not None
    assert isinstance(node.property, List)
    return node.property.singular


def _crumbs(form: Form) -> list[dict[str, str]]:
    """The pages above an item, from its step down."""
    if not form.place:
        return []
    # Each leads to the card of what lies below it, so that the reader comes back to where they were.
    version = form.draft.api_version
    above = [form.place[:depth] for depth in range(1, len(form.place) + 1)]
    items = [path for path in above if isinstance(path[-1], int) and steps.item_page(path, version) == path]
    crumbs = [{"title": form.step.title, "url": _to_card(form.step_url, items[0])}]
    for path, below in pairwise(items):
        node = contents.node_at(path, version)
        assert node is not None
        title = item_title(node, paths.get(form.draft.document, path, {}), cast(int, path[-1]))[0]
        crumbs.append({"title": title, "url": _to_card(f"{form.step_url}{paths.to_url(path)}/", below)})
    return crumbs
