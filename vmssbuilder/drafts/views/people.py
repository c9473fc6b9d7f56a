"""The people of a draft, the links by which others come, another owner, and the end of a draft."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.accounts import entra
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts import actions as drafts
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft, DraftRole, Invitation, Member, ShareLink
from vmssbuilder.drafts.people import actions, queries
from vmssbuilder.drafts.people.forms import AddPersonForm, HandOverForm, LinkForm, RoleForm
from vmssbuilder.scaleset.properties import with_article
from vmssbuilder.web.problems import problem


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Who has to do with this draft; its owner adds somebody."""
    user = cast(User, request.user)
    if request.method != "POST":
        return _page(request, access.find_without_document(user, code, Access.VIEW))
    draft = access.find_without_document(user, code, Access.OWN)
    form = AddPersonForm(request.POST)
    if form.is_valid():
        person = _meant(form, draft, request)
        if person is None and form.mail and request.POST.get("act") == "invite":
            return _invite(request, draft, form)
        if person is not None:
            try:
                actions.add(user, draft, person, form.cleaned_data["role"])
            except actions.PeopleRefused as refused:
                form.refuse([(refused.field, str(refused))])
            else:
                messages.success(request, f"{person} is one of the people of this draft now.")
                return redirect("draft-people", code)
    return _page(request, draft, add=form)


def _invite(request: HttpRequest, draft: Draft, form: AddPersonForm) -> HttpResponse:
    """Invites the address that nobody here has."""
    try:
        made = actions.invite(cast(User, request.user), draft, form.mail, form.cleaned_data["role"])
    except actions.PeopleRefused as refused:
        form.errors.clear()
        form.refuse([(refused.field, str(refused))])
        return _page(request, draft, add=form)
    messages.success(request, f"{made.mail} is invited. No mail is sent: tell them yourself.")
    return redirect(reverse("draft-people", args=[draft.code]) + "#invited")


@require_POST
def take_back(request: HttpRequest, code: str, invitation: str) -> HttpResponse:
    """Ends an invitation."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.OWN)
    found = get_object_or_404(Invitation, draft=draft, code=invitation)
    found.draft = draft
    actions.take_back(user, found)
    messages.success(request, f"{found.mail} is not invited any more.")
    return redirect("draft-people", code)


@require_POST
def member(request: HttpRequest, code: str, member: str) -> HttpResponse:
    """Gives one of the people another role, or with `act=remove` takes them out; anybody may go by themselves."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.VIEW)
    found = draft.members.select_related("user").filter(code=member, link=None).first()
    if found is None:
        access.permit(user, draft, Access.OWN)
        raise Http404("They are not among the people of this draft any more.")
    found.draft = draft
    if request.POST.get("act") == "remove":
        actions.remove(user, found)
        return _removed(request, draft, found)
    access.permit(user, draft, Access.OWN)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: choose one of the roles on offer.")
    elif form.cleaned_data["role"] != found.role:
        actions.change_role(user, found, form.cleaned_data["role"])
        role = DraftRole(form.cleaned_data["role"]).label.lower()
        messages.success(request, f"{found.user} is {with_article(role)} now.")
    return redirect("draft-people", code)


def _removed(request: HttpRequest, draft: Draft, member: Member) -> HttpResponse:
    """Where to go on after somebody was taken out, and what lets them in all the same."""
    still = access.memberships(member.user).filter(draft=draft).exists()
    if member.user_id == cast(User, request.user).pk:
        by_link = " The link by which you came still lets you in." if still else ""
        messages.success(request, f"You left {draft}.{by_link}")
        return redirect("home")
    said = f"{member.user} is not among the people of this draft any more."
    if still:
        messages.warning(
            request, f"{said} They came by a link too, which still lets them in until you revoke it."
        )
    else:
        messages.success(request, said)
    return redirect("draft-people", draft.code)


@require_POST
def links(request: HttpRequest, code: str) -> HttpResponse:
    """Makes a link."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.OWN)
    form = LinkForm(request.POST, tenant=user.tenant_id)
    if form.is_valid():
        asked = form.cleaned_data
        tenant = user.tenant_id if asked.get("own_tenant") else ""
        try:
            actions.share(
                user, draft, asked["link_role"], days=asked["days"], label=asked["label"], tenant=tenant
            )
        except actions.PeopleRefused as refused:
            form.refuse([(refused.field, str(refused))])
        else:
            messages.success(request, "The link is ready. Copy it and send it to a colleague.")
            return redirect(reverse("draft-people", args=[code]) + "#links")
    return _page(request, draft, link=form)


@require_POST
def revoke(request: HttpRequest, code: str, link: str) -> HttpResponse:
    """Ends a link."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.OWN)
    found = get_object_or_404(ShareLink, draft=draft, code=link)
    found.draft = draft
    actions.revoke(user, found)
    messages.success(request, "The link no longer opens the draft, nor do pages that are open by it.")
    return redirect(reverse("draft-people", args=[code]) + "#links")


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Lets somebody in by a link, and leads to the draft."""
    user = cast(User, request.user)
    try:
        link = (
            ShareLink.objects.select_related("draft__owner")
            .defer("draft__document")
            .get(code=signing.Signer(salt="share").unsign(token))
        )
    except (signing.BadSignature, ShareLink.DoesNotExist):
        raise Http404("This link is not one of ours. Was it copied whole?") from None
    if request.method == "GET":
        try:
            actions.open_link(user, link)
        except actions.PeopleRefused as refused:
            return problem(request, 410, "This link does not open the draft", str(refused))
    return redirect("draft", link.draft.code)


@require_POST
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Gives the draft to another owner."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.VIEW)
    if not access.may_hand_over(user, draft):
        access.permit(user, draft, Access.OWN)
    form = HandOverForm(request.POST, by_administrator=draft.owner_id != user.pk)
    if form.is_valid():
        person = _meant(form, draft, request)
        if person is not None:
            asked = form.cleaned_data
            stays = asked["former"] == "stays"
            try:
                actions.hand_over(user, draft, person, stays=stays, reason=asked.get("reason", ""))
            except actions.PeopleRefused as refused:
                form.refuse([(refused.field, str(refused))])
            else:
                messages.success(request, f"{draft} belongs to {person} now.")
                gone = access.access(user, draft) == Access.NONE
                return redirect("home") if gone else redirect("draft-people", code)
    return _page(request, draft, new_owner=form)


@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Puts a draft away for good."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    try:
        drafts.discard(user, draft)
    except drafts.UnderWay as error:
        return problem(
            request,
            409,
            "This draft cannot be discarded yet",
            str(error),
            links=[(f"/drafts/{code}/", "Go back")],
        )
    messages.success(request, f"{draft} was discarded and its secrets destroyed.")
    return redirect("home")


def _meant(form: AddPersonForm | HandOverForm, draft: Draft, request: HttpRequest) -> User | None:
    """The one person whom the form names; None, and the form says why or asks which one, where that is not plain."""
    text = form.cleaned_data[form.WHO]
    found = queries.matching(text, draft)
    chosen = request.POST.get(form.ONE, "")
    one = [each for each in found if str(each.pk) == chosen] or found
    if len(one) == 1:
        return one[0]
    if len(found) > queries.OFFERED:
        form.add_error(form.WHO, f"More than {queries.OFFERED} people are called so. Type more of the name.")
    elif found:
        form.offer(found, "Several people are called so. Choose who of them is meant.")
    elif len(text.strip()) < queries.SHORTEST:
        form.add_error(form.WHO, f"Type at least {queries.SHORTEST} letters.")
    else:
        known = queries.is_known(text)
        invites = isinstance(form, AddPersonForm) and actions.is_mail(text) and not entra.takes_any_tenant()
        if invites and not known:
            form.mail = text.strip()
        form.add_error(form.WHO, _nobody(text, draft, known=known, invites=bool(form.mail)))
    return None


def _nobody(text: str, draft: Draft, *, known: bool, invites: bool) -> str:
    """Why nobody is found. known: whether an account is called so, which is not on offer."""
    owner = draft.owner
    if text.strip().casefold() in {str(owner).casefold(), owner.email.casefold(), owner.username.casefold()}:
        return f"{owner} owns this draft. Name somebody else."
    if known:
        return f"{text.strip()} cannot sign in here any more. Name somebody else."
    if invites:
        return f"Nobody who has signed in here has the address {text.strip()}. Check the spelling, or invite them below."
    return f"Nobody who has signed in here is called “{text}”. Check the spelling, or make a link below and send it to them."


def _page(
    request: HttpRequest,
    draft: Draft,
    *,
    add: AddPersonForm | None = None,
    link: LinkForm | None = None,
    new_owner: HandOverForm | None = None,
) -> HttpResponse:
    """The page; a form that was sent stands in it with what was typed and what is wrong with it."""
    user = cast(User, request.user)
    owns = access.acting(user, draft) == Access.OWN
    sent = add or link or new_owner
    context: dict[str, Any] = {
        "draft": draft,
        "owns": owns,
        "members": queries.named(draft),
        "invited": list(draft.invitations.select_related("invited_by")) if owns else [],
        "url": request.build_absolute_uri(reverse("draft", args=[draft.code])),
        "roles": DraftRole.choices,
        "may_hand_over": access.may_hand_over(user, draft) and draft.discarded is None,
        "new_owner": new_owner or HandOverForm(by_administrator=not owns),
        "handing_over": new_owner is not None,
        "errors": sent.problems() if sent is not None else [],
    }
    if owns:
        context |= {
            "add": add or AddPersonForm(),
            "link_form": link or LinkForm(tenant=user.tenant_id),
            "links": [
                {"opened": each, "url": request.build_absolute_uri(reverse("shared", args=[each.link.token]))}
                for each in queries.links(draft)
            ],
        }
    return render(request, "drafts/people.html", context, status=422 if sent is not None else 200)
