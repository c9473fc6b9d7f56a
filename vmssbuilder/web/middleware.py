"""What stands before every view: input that cannot be meant is refused, and people are asked to sign in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, unquote_to_bytes, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from . import resending
from .characters import showable_page
from .problems import page, problem

Respond = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

public = login_not_required
"""Marks a view that people may open without signing in. Every other view needs a signed-in person."""


def takes_any_text(*fields: str) -> Callable[[View], View]:
    """Marks a view that stores nothing of these fields: they may hold NUL and what was no UTF-8, as a pasted file does."""

    def marked(view: View) -> View:
        view.any_text = frozenset(fields)  # type: ignore[attr-defined] # a function takes attributes
        return view

    return marked


_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACED: Final = "\ufffd"
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class _Bad(Exception):
    """Input that cannot be what the person meant; the message says why."""


class RefuseBadInput:
    """Answers broken requests with a page that names what is broken, before any view sees them.

    No database stores NUL or half of a surrogate pair as text, and text that is not UTF-8 would be changed in silence.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if _length(request) > settings.MAX_BODY_BYTES:
            return _too_large(request)
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            text = "It was sent in pieces, without saying how large it is. Send it with a Content-Length."
            return problem(request, 411, "The length is missing", text)
        # Dropped rather than refused: nobody could get rid of such a cookie by going to another page.
        for name in [name for name, value in request.COOKIES.items() if _UNSTORABLE.search(name + value)]:
            del request.COOKIES[name]
        try:
            self._check(request)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
            if isinstance(error, RequestDataTooBig):
                return _too_large(request)
            what = "files" if isinstance(error, TooManyFilesSent) else "fields"
            return problem(
                request, 400, "The request could not be read", f"It has too many {what}. Nothing was changed."
            )
        except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError):
            text = (
                "What was sent breaks off or is not a form. Nothing was changed. Go back and send it again."
            )
            return problem(request, 400, "The request could not be read", text)
        except _Bad as error:
            return problem(request, 400, "The request could not be read", f"{error} Nothing was changed.")
        return None

    @staticmethod
    def _check(request: HttpRequest) -> None:
        if (request.encoding or "utf-8").lower() not in _UTF8:
            raise _Bad("The text is not in UTF-8.")
        if _UNSTORABLE.search(request.path):
            raise _Bad("The address holds a character that no name here can have.")
        query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        _check_encoded(query)
        # Read in any case: Django counts the fields then.
        fields = request.GET
        if _may_hold_nul(query):
            _check_values(fields, "the address")
        if request.method != "POST":
            return
        if request.content_type == "application/x-www-form-urlencoded":
            _check_encoded(request.body)
        # Files are read as a whole first: afterwards their bytes could not be looked at any more.
        whole = request.body if request.content_type == "multipart/form-data" else None
        fields = request.POST
        if request.content_type == "application/x-www-form-urlencoded" and not _may_hold_nul(request.body):
            return
        free = _free_fields(request)
        _check_values(fields, "the form", free)
        if whole is not None:
            names = (getattr(upload, "name", None) or "" for upload in request.FILES.values())
            _check_texts(names, "The name of a file")
            if _REPLACED.encode() not in whole and any(_REPLACED in text for text in _texts(fields, free)):
                raise _Bad("The text is not in UTF-8.")


def with_plain_charset(content_type: str) -> str:
    """The content type, with a charset other than UTF-8 replaced by Latin-1: RefuseBadInput refuses both alike.

    Python has codecs that are for no text (rot13, hex) and some that fail in ways of their own (idna, punycode).
    """
    return _CHARSET.sub(
        lambda found: found[0] if found[1].lower() in _UTF8 else "charset=latin-1", content_type
    )


_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([^;\s\"']*)[\"']?", re.IGNORECASE)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large(request: HttpRequest) -> HttpResponse:
    megabytes = settings.MAX_BODY_BYTES / 1_000_000
    text = (
        f"At most {megabytes:g} MB are accepted. Nothing was changed. A request to Azure is far smaller: "
        "check that the right file was chosen or the right text pasted."
    )
    return problem(request, 413, "That is too large", text)


def _check_encoded(raw: bytes) -> None:
    """Refuses percent-encoded text that is not UTF-8; Django would put a question mark in its place."""
    if b"%" not in raw and raw.isascii():
        return
    try:
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise _Bad("The text is not in UTF-8.") from None


def _may_hold_nul(raw: bytes) -> bool:
    """Whether percent-encoded text that is UTF-8 may hold what cannot be stored; half of a surrogate pair is no UTF-8."""
    return b"%00" in raw or b"\0" in raw


def _free_fields(request: HttpRequest) -> frozenset[str]:
    """The fields of the form at this address that may hold any text."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return frozenset()
    found: frozenset[str] = getattr(view, "any_text", frozenset())
    return found


def _check_values(values: QueryDict, where: str, free: frozenset[str] = frozenset()) -> None:
    for name, texts in values.lists():
        if _UNSTORABLE.search(name):
            raise _Bad(f"The name of a field of {where} holds a NUL character or half of a character.")
        if name not in free:
            _check_texts(map(str, texts), f"The field “{name[:100]}” of {where}")


def _check_texts(texts: Iterable[str], what: str) -> None:
    for text in texts:
        found = _UNSTORABLE.search(text)
        if found is not None:
            kind = "a NUL character" if found[0] == "\x00" else "half of a character (a lone surrogate)"
            raise _Bad(f"{what} holds {kind}, which cannot be stored.")


def _texts(values: QueryDict, free: frozenset[str]) -> Iterable[str]:
    for name, texts in values.lists():
        yield name
        if name not in free:
            yield from map(str, texts)


class ShowableText:
    """Keeps each page valid and honest whatever the texts hold that it shows: names from Azure, pasted tags, messages.

    Here rather than at each of the hundreds of places where a page shows a text, so that none can be forgotten.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            content = showable_page(response.content)
            if content is not response.content:
                response.content = content
                if response.has_header("Content-Length"):
                    response["Content-Length"] = str(len(content))
        return response


class PagesOfBoundedSize:
    """Never sends a page that a browser would be busy with for seconds.

    Pages that show long lists show them in parts; this is for what none of them thought of.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        if len(response.content) <= settings.MAX_PAGE_BYTES:
            return response
        text = f"It would be {len(response.content) / 1_000_000:.1f} MB long"
        code = getattr(request.resolver_match, "kwargs", {}).get("code", "")
        if request.method == "POST" and not code:
            text += ". Go back, and make what you sent shorter."
            return problem(request, 422, "This page would be too large", text)
        text += ", because the draft holds very long texts or names. Nothing is lost: download its JSON to see all of it."
        links = [(f"/drafts/{code}/document.json", "Download the JSON")] if code else []
        return problem(request, 422, "This page would be too large", text, links=links)


class SignInRequired:
    """Sends people who are not signed in to the sign-in page, unless the view is public."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # What was made for a person is kept by no cache and by no browser that somebody else uses next.
        if request.session.accessed and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, named: Any
    ) -> HttpResponse | None:
        """Django's hook; None lets the request through."""
        if not getattr(view, "login_required", True) or request.user.is_authenticated:
            return None
        if request.headers.get("HX-Request"):
            # A redirect would put the sign-in page into the middle of a form. The text that was typed stays where it is.
            return HttpResponse("You are signed out.", content_type="text/plain", status=401)
        if request.method in ("GET", "HEAD"):
            return redirect(sign_in_url(request.get_full_path()))
        # Its token was checked before, so that it came from a page of ours.
        came_from = _came_from(request)
        found = resending.kept(request, files=True)
        signing_in = {"sign_in": sign_in_url(reverse("sign-in-renewed")), "came_from": sign_in_url(came_from)}
        return page(request, 401, "401.html", found | signing_in)


class SaysWhatWasSaved:
    """Names a form's copy, which the browser keeps, as saved once what it held is saved: then the copy goes.

    Every form that is kept answers with a redirect when it was saved, and with a page of its own when it was not.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code not in (302, 303):
            return response
        copy = request.POST.get("kept_copy", "")
        if _COPY.fullmatch(copy) and request.user.is_authenticated:
            before = [each for each in request.COOKIES.get(_SAVED, "").split(".") if _COPY.fullmatch(each)]
            # Its script reads it, and takes it away again.
            response.set_cookie(
                _SAVED,
                ".".join([*before[-9:], copy]),
                max_age=_COPIES_KEPT,
                samesite="Lax",
                secure=settings.HTTPS,
            )
        return response


_SAVED: Final = "saved-copies"
_COPY: Final = re.compile("[0-9a-f]{32}")
_COPIES_KEPT: Final = 7 * 24 * 60 * 60
"""Seconds for which browsers keep copies."""


def sign_in_url(then: str) -> str:
    """The sign-in page that leads on to a path."""
    return f"{reverse('sign-in')}?{urlencode({'next': then})}"


def safe_path(request: HttpRequest, path: str, default: str = "/") -> str:
    """The path if it is one of ours, else the default: nobody is sent to another site by a link to us."""
    ours = path.startswith("/") and url_has_allowed_host_and_scheme(
        path, allowed_hosts=None, require_https=request.is_secure()
    )
    return path if ours else default


def parts_of(address: str) -> SplitResult:
    """The parts of an address that a browser sent; all empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _came_from(request: HttpRequest) -> str:
    """The page that an act was sent from, the start page when unknown."""
    came = parts_of(request.headers.get("Referer", ""))
    return safe_path(request, came.path or "/") if came.netloc == request.get_host() else "/"
