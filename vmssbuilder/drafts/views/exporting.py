"""The draft in the words of other tools, to look at, copy and download."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record_once
from vmssbuilder.drafts import access, sent
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.installation import endpoint, own_cloud
from vmssbuilder.scaleset.exports import FORMATS, CannotExport, Format, export, parameters
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.kept import label
from vmssbuilder.web.rendering import drawn


@require_safe
def exports(request: HttpRequest, code: str) -> HttpResponse:
    """On to the first format: each has a page of its own."""
    access.find(cast(User, request.user), code, Access.VIEW)
    return redirect("draft-export", code, next(iter(FORMATS)))


@require_safe
def one_format(request: HttpRequest, code: str, format: str) -> HttpResponse:
    """The request in one format; as a file with `?download=1`."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    chosen = FORMATS.get(format)
    if chosen is None:
        raise Http404(f"There is no export format “{format}”. Choose one of {', '.join(FORMATS)}.")
    context: dict[str, Any] = {"draft": draft, "format": chosen, "formats": FORMATS.values()}
    request_sent, where = sent.request(draft), endpoint()
    context |= {"where": where, "cloud": own_cloud()}
    try:
        text = export(request_sent, format, where)
    except CannotExport as refusal:
        context |= {
            "refusal": str(refusal),
            "others": [each for each in FORMATS.values() if each.updates],
        }
        return render(request, "drafts/export.html", context)
    record_once(user, "draft.exported", draft.code, to=format, revision=draft.head)
    if request.GET.get("download"):
        return _file(draft, chosen, text)
    context |= {
        "text": _highlighted(text[:_SHOWN_AT_MOST]),
        "characters": len(text) if len(text) > _SHOWN_AT_MOST else 0,
        "shown": _SHOWN_AT_MOST,
        "parameters": parameters(request_sent, format),
        "wrong": len(errors(check_content(draft))),
        # Without PATCH the whole scale set is sent, and changes alone do not say what it is.
        "alone": request_sent.method == "PUT" and sent.is_changes_alone(draft),
        "lost": [
            label(each.path, draft.document, draft.api_version) for each in sent.kept(draft) if each.lost
        ],
    }
    return render(request, "drafts/export.html", context)


_SHOWN_AT_MOST: Final = 200_000
"""Characters of an export that its page shows; the download has all of them."""


def _file(draft: Draft, chosen: Format, text: str) -> HttpResponse:
    name = re.sub(r"[^A-Za-z0-9._-]", "", draft.name)[:64].strip(".") or draft.code
    answer = HttpResponse(text, content_type=f"{chosen.media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}{chosen.suffix}"'
    return answer


_TOKENS: Final = re.compile(
    r"""(?P<comment>^[ ]*(?:\#|//).*$)"""
    r"""|(?P<key>"(?:\\.|[^"\\\n])*"(?=\s*[:=])|^[ ]*[A-Za-z_][\w-]*(?=\s*[:=][ ]))"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'(?!\w))"""
    r"""|(?P<number>(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-]))"""
    r"""|(?P<literal>\b(?:true|false|null)\b)""",
    re.MULTILINE,
)
"""What all formats have in common; more than that no reader needs to find their way."""

_CLASSES: Final = {
    "comment": "punct",
    "key": "key",
    "string": "string",
    "number": "number",
    "literal": "literal",
}


def _highlighted(text: str) -> SafeString:
    """The text with its names, values and comments told apart; its characters are those of the text."""
    pieces, end = [], 0
    for token in _TOKENS.finditer(text):
        pieces += [("", text[end : token.start()]), (_CLASSES[str(token.lastgroup)], token[0])]
        end = token.end()
    return drawn("forms/highlighted.html", {"pieces": [*pieces, ("", text[end:])]})
