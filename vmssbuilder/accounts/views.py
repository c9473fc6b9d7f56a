"""Signing in with Microsoft Entra ID or a local account, and signing out."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.azure.errors import AzureError, GatewayAnswer, RegistrationRefused, SignInRefused
from vmssbuilder.azure.explaining import explain
from vmssbuilder.web.lasting import Lasting, lasting
from vmssbuilder.web.middleware import public, safe_path, sign_in_url
from vmssbuilder.web.problems import problem

from . import actions, entra, refused, sessions, tokens
from .forms import LocalSignIn
from .models import User

log = logging.getLogger(__name__)

FLOW_SECONDS: Final = 15 * 60
FLOWS_KEPT: Final = 5
"""Sign-ins that one browser may have begun in several tabs."""

_FLOWS: Final = "sign-ins"
_HINT: Final = "sign-out-hint"


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The choice of how to sign in, and the form of local accounts.

    With `again` somebody who is signed in can do it once more, so that it lasts its full time from now on.
    """
    then = _then(request)
    again = "again" in request.GET or "again" in request.POST
    if request.user.is_authenticated and not again:
        return redirect(then)
    local = settings.VMSSBUILDER_LOCAL_ACCOUNTS
    form = LocalSignIn(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not local:
        raise Http404("There are no local accounts here. Sign in with Microsoft.")
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            _begin(request, user, "vmssbuilder.accounts.backends.LocalAccounts")
            actions.welcome_local(user)
            return redirect(then)
        form.add_error("username", "The user name or the password is wrong.")
    asked = [
        *(["switch"] if "switch" in request.GET else []),
        *([f"next={quote(then, safe='')}"] if then != "/" else []),
    ]
    query = f"?{'&'.join(asked)}" if asked else ""
    context = {"form": form, "local": local, "then": then, "again": again, "query": query}
    context["errors"] = form.problems() if form.is_bound else []
    return render(request, "accounts/sign_in.html", context, status=422 if form.is_bound else 200)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What django-axes answers after too many wrong passwords."""
    wait = getattr(request, "guessing_wait", timedelta(hours=settings.AXES_COOLOFF_TIME))
    minutes = max(1, round(wait.total_seconds() / 60))
    text = (
        "There were too many wrong passwords for this user name, from this address or altogether. "
        f"Try again in {minutes} minute{'' if minutes == 1 else 's'}, or sign in with Microsoft."
    )
    answer = problem(request, 429, "Wait before you try again", text, links=[(reverse("sign-in"), "Sign in")])
    answer["Retry-After"] = str(minutes * 60)
    return answer


@public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Sends the person to Entra ID. Someone who is signed in already is asked to sign in anew as the same person.

    With `?switch` they choose among their accounts instead.
    """
    then = _then(request)
    options: dict[str, str | None] = {"prompt": "select_account"}
    user = request.user
    if isinstance(user, User) and not user.is_local and "switch" not in request.GET:
        options = {"login_hint": user.email, "claims": tokens.wanted_claims(user)}
    try:
        flow = entra.sign_in().start(request.build_absolute_uri(reverse("sign-in-callback")), **options)
    except (entra.NotSetUp, AzureError) as error:
        return _failed(request, error, then)
    flows = _live_flows(request)
    flows[flow["state"]] = {"flow": flow, "then": then, "at": time.time()}
    request.session[_FLOWS] = dict(list(flows.items())[-FLOWS_KEPT:])
    return redirect(flow["auth_uri"])


@public
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where Entra ID sends the person back to."""
    query = request.GET.dict()
    flows = _live_flows(request)
    begun = flows.pop(query.get("state", ""), None)
    if begun is None:
        # Nothing that the address says is shown: without a sign-in of this browser anybody may have written it.
        if request.user.is_authenticated:
            return redirect("home")
        text = "This sign-in was not begun in this browser, or it took too long. Nothing happened. Sign in again."
        return problem(request, 400, "You were not signed in", text, links=_again("/"))
    request.session[_FLOWS] = flows
    then = safe_path(request, begun["then"])
    try:
        done = entra.sign_in().finish(begun["flow"], query)
        user = actions.welcome(done.identity, done.cache)
    except actions.SwitchedOff:
        refused.by_entra("switched-off")
        text = "Your account here is switched off. Ask an administrator to switch it on."
        return problem(request, 403, "You were not signed in", text)
    except (entra.NotSetUp, AzureError) as error:
        return _failed(request, error, then)
    _begin(request, user, "vmssbuilder.accounts.backends.EntraAccounts")
    request.session[_HINT] = done.identity.sign_out_hint
    sessions.tie(request.session, user, done.identity.session_id)
    return redirect(then)


def _begin(request: HttpRequest, user: User, backend: str) -> None:
    """Lets the person's session begin."""
    before = request.user
    again = before.pk == user.pk
    token = request.META.get("CSRF_COOKIE")
    login(request, user, backend=backend)
    if again and token:
        # Pages of the same person that are open in other tabs must still be able to send what was typed in them.
        request.META["CSRF_COOKIE"] = token
    elif before.is_authenticated and not again:
        messages.info(request, f"You are signed in as {user} now, no longer as {before}.")


@public
@require_safe
def lasting_now(request: HttpRequest) -> HttpResponse:
    """How long the sign-in of this browser lasts, for pages that are open."""
    found = lasting(request) or Lasting(0, "")
    return JsonResponse(found.as_json(), headers={"Cache-Control": "no-store"})


@require_safe
def renewed(request: HttpRequest) -> HttpResponse:
    """Where a sign-in ends that was begun from a page which stays open in another tab."""
    return render(request, "accounts/renewed.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session, or with `everywhere` all sessions of the person; then goes on to end the one at Microsoft."""
    user = cast(User, request.user)
    if "everywhere" in request.POST:
        actions.farewell_everywhere(user)
    else:
        actions.farewell(user)
    hint = request.session.get(_HINT, "")
    logout(request)
    if user.is_local:
        messages.success(request, "You are signed out.")
        return redirect("sign-in")
    request.session[_HINT] = hint
    return redirect("sign-out-microsoft")


@public
@require_safe
def leave_microsoft(request: HttpRequest) -> HttpResponse:
    """Leads on to Entra ID, where the sign-in with Microsoft ends too.

    A page of its own: browsers hold the address that a form finally leads to against the page's policy.
    """
    if request.user.is_authenticated:
        return redirect("home")
    return_to = request.build_absolute_uri(reverse("sign-in"))
    url = ""
    try:
        url = entra.sign_in().sign_out_url(return_to, request.session.get(_HINT, ""))
    except (entra.NotSetUp, AzureError) as error:
        log.warning("Entra ID: %s", error)
    response = render(request, "accounts/signed_out.html", {"url": url})
    if url:
        response["Refresh"] = f"0; url={url}"
        messages.success(request, "You are signed out.")
    return response


@public
@require_safe
def front_channel(request: HttpRequest) -> HttpResponse:
    """Asked by Entra ID, in a hidden frame and without our cookie, when the person signed out somewhere else."""
    actions.end_entra_session(request.GET.get("sid", ""))
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _then(request: HttpRequest) -> str:
    """Where to go after signing in."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return safe_path(request, wanted, reverse("home"))


def _live_flows(request: HttpRequest) -> dict[str, Any]:
    oldest = time.time() - FLOW_SECONDS
    return {state: begun for state, begun in request.session.get(_FLOWS, {}).items() if begun["at"] > oldest}


def _again(then: str) -> list[tuple[str, str]]:
    return [(sign_in_url(then), "Sign in")]


def _failed(request: HttpRequest, error: Exception, then: str) -> HttpResponse:
    """Why Entra ID did not let the person in, and what to do about it."""
    title, links = "You were not signed in", _again(then)
    if isinstance(error, entra.NotSetUp):
        log.error("Signing in with Microsoft is not set up: %s", error)
        text = "Signing in with Microsoft is not set up here. Tell the people who run this service."
        return problem(request, 503, title, text, links=links)
    if isinstance(error, RegistrationRefused):
        log.error("Entra ID does not accept this installation: %s", error)
        text = "Microsoft Entra ID does not accept this installation. Tell the people who run this service."
        return problem(request, 503, title, text, links=links, detail=error.message)
    if isinstance(error, GatewayAnswer):
        log.warning("Entra ID: %s", error)
        explained = explain(error)
        return problem(request, 503, title, f"{explained.sentence} {explained.cure}", links=links)
    if not isinstance(error, SignInRefused):
        log.warning("Entra ID: %s", error)
        text = "Microsoft Entra ID does not answer. Try again in a moment."
        return problem(request, 503, title, text, links=links)
    log.info("Sign-in refused: %s", error.code)
    refused.by_entra(error.code)
    if error.code == "access_denied":
        text = "The sign-in was canceled, or you did not allow what the product needs. You can try again."
        return problem(request, 403, title, text, links=links, detail=error.raw)
    text = "Microsoft Entra ID, or the check of its answer, refused the sign-in. You can try again."
    return problem(request, 403, title, text, links=links, detail=error.message)
