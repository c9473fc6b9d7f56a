"""Every change of who may do what with a draft: checks permission, writes, records the event, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vmssbuilder.accounts import entra
from vmssbuilder.accounts.backends import may_sign_in
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.clock import Now
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access, may_hand_over, permit
from vmssbuilder.drafts.models import Draft, DraftRole, Invitation, Member, SearchWord, ShareLink

MOST_MEMBERS: Final = 200
"""How many people a draft has by name."""
INVITED_DAYS: Final = 30
"""How long an invitation waits for the first sign-in."""
MOST_ACCEPTED: Final = 100
"""Invitations that one sign-in answers; another one goes on."""
CANNOT_INVITE: Final = "People of every organization can sign in here, so a mail address proves nothing. Make a link below and send it."
MOST_LINKS: Final = 50
"""How many links of a draft are live at a time."""
MOST_BY_LINK: Final = 200
"""How many people one link lets in."""
OPENING: Final = timedelta(hours=1)
"""Whoever follows a link again within this time has opened it once."""
SHARE_DAYS: Final = 30
"""How long a link opens its draft, unless somebody chooses otherwise or the installation allows less."""
LONGEST_REASON: Final = 500


class PeopleRefused(Exception):
    """Nothing was changed; the message says why and what to do. field: the name of the input that it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def is_mail(text: str) -> bool:
    """Whether that is a whole mail address."""
    try:
        validate_email(text.strip())
    except ValidationError:
        return False
    return True


def add(user: User, draft: Draft, person: User, role: str) -> Member:
    """Makes a person known here one of the draft's people. Raises PeopleRefused, Http404, PermissionDenied."""
    permit(user, draft, Access.OWN)
    with transaction.atomic():
        locked = _locked(user, draft, Access.OWN)
        _refuse_owner(locked, person, "who")
        _refuse_shut_out(person, "who")
        if locked.members.filter(link=None, user=person).exists():
            raise PeopleRefused("who", f"{person} is here already. Change the role in the list.")
        _room(locked, "who")
        member = Member.objects.create(draft=locked, user=person, role=DraftRole(role), added_by=user)
        record(user, "draft.member-added", locked.code, person=person.username, role=role)
    access.forget(draft)
    return member


def change_role(user: User, member: Member, role: str) -> None:
    """Gives somebody who was added by name another role. Raises Http404, PermissionDenied."""
    permit(user, member.draft, Access.OWN)
    with transaction.atomic():
        _locked(user, member.draft, Access.OWN)
        Member.objects.filter(pk=member.pk, link=None).update(role=DraftRole(role))
        record(
            user,
            "draft.role-given",
            member.draft.code,
            person=member.user.username,
            role=role,
            before=member.role,
        )
    access.forget(member.draft)


def remove(user: User, member: Member) -> None:
    """Takes somebody out of the draft: the owner does it, or they themselves. Raises Http404, PermissionDenied."""
    wanted = Access.VIEW if member.user_id == user.pk else Access.OWN
    permit(user, member.draft, wanted)
    with transaction.atomic():
        _locked(user, member.draft, wanted)
        Member.objects.filter(pk=member.pk).delete()
        record(user, "draft.member-removed", member.draft.code, person=member.user.username)
    access.forget(member.draft)


# --- Invitations ------------------------------------------------------------------------------------------------------


def invite(user: User, draft: Draft, mail: str, role: str) -> Invitation:
    """Has whoever signs in with that address, verified by Entra ID, become one of the draft's people then.

    An address that is invited already gets the role and another term. Raises PeopleRefused, Http404, PermissionDenied.
    """
    permit(user, draft, Access.OWN)
    mail = mail.strip().lower()
    if not is_mail(mail):
        raise PeopleRefused("who", "Enter a whole mail address to invite somebody, such as ola@example.org.")
    if entra.takes_any_tenant():
        raise PeopleRefused("who", CANNOT_INVITE)
    with transaction.atomic():
        locked = _locked(user, draft, Access.OWN)
        _room(locked, "who", mail)
        # So that they do not pile up.
        locked.invitations.filter(expires__lte=Now()).exclude(mail=mail).delete()
        invitation, _new = Invitation.objects.update_or_create(
            draft=locked,
            mail=mail,
            defaults={
                "role": DraftRole(role),
                "invited_by": user,
                "expires": timezone.now() + timedelta(days=INVITED_DAYS),
            },
        )
        record(user, "draft.invited", locked.code, mail=mail, role=role, days=INVITED_DAYS)
    return invitation


def take_back(user: User, invitation: Invitation) -> None:
    """Ends an invitation that nobody came by. Raises Http404, PermissionDenied."""
    permit(user, invitation.draft, Access.OWN)
    with transaction.atomic():
        _locked(user, invitation.draft, Access.OWN)
        Invitation.objects.filter(pk=invitation.pk).delete()
        record(user, "draft.invitation-taken-back", invitation.draft.code, mail=invitation.mail)


def accept_invitations(user: User, mail: str) -> None:
    """Makes the person one of the people of each draft that they are invited to by this address.

    mail: an address that is known to be theirs. From now on they are known by their account, whatever address they have.
    """
    mail = mail.strip().lower()
    found = Invitation.objects.filter(mail=mail, expires__gt=Now(), draft__discarded=None).order_by("draft")
    for draft_id in list(found.values_list("draft", flat=True)[:MOST_ACCEPTED]):
        with transaction.atomic():
            draft = Draft.objects.select_for_update().defer("document").get(pk=draft_id)
            invitation = Invitation.objects.filter(draft=draft, mail=mail, expires__gt=Now()).first()
            if invitation is None:
                continue
            invitation.delete()
            is_new = draft.owner_id != user.pk and not draft.members.filter(user=user, link=None).exists()
            if is_new:
                Member.objects.create(
                    draft=draft, user=user, role=invitation.role, added_by_id=invitation.invited_by_id
                )
            record(user, "draft.invitation-accepted", draft.code, role=invitation.role, added=is_new)


# --- Links ------------------------------------------------------------------------------------------------------------


def share(
    user: User,
    draft: Draft,
    role: str = DraftRole.VIEW,
    *,
    days: int = SHARE_DAYS,
    label: str = "",
    tenant: str = "",
) -> ShareLink:
    """A new link that lets signed-in people who have it open the draft.

    days: how long. tenant: the Entra tenant whose people alone it lets in, "" for everybody. Raises PeopleRefused.
    """
    permit(user, draft, Access.OWN)
    most = settings.VMSSBUILDER_LINK_DAYS
    if not 1 <= days <= most:
        raise PeopleRefused("days", f"Enter a number of days from 1 to {most}.")
    with transaction.atomic():
        locked = _locked(user, draft, Access.OWN)
        now = timezone.now()
        if locked.share_links.filter(revoked=None, expires__gt=now).count() >= MOST_LINKS:
            raise PeopleRefused("label", f"A draft has at most {MOST_LINKS} links. Revoke one first.")
        link = ShareLink.objects.create(
            draft=locked,
            created_by=user,
            role=DraftRole(role),
            expires=now + timedelta(days=days),
            label=label,
            tenant=tenant,
        )
        record(user, "draft.shared", locked.code, link=link.code, role=link.role, days=days, tenant=tenant)
    return link


def revoke(user: User, link: ShareLink) -> None:
    """Ends a link now, for those too who came by it."""
    permit(user, link.draft, Access.OWN)
    with transaction.atomic():
        ShareLink.objects.filter(pk=link.pk, revoked=None).update(revoked=timezone.now())
        record(user, "draft.share-revoked", link.draft.code, link=link.code)
    access.forget(link.draft)


def open_link(user: User, link: ShareLink) -> None:
    """Lets the person in by the link, and counts that. Raises PeopleRefused for a link that does not take them."""
    draft = link.draft
    if draft.owner_id == user.pk:
        return
    with transaction.atomic():
        locked = ShareLink.objects.select_for_update().get(pk=link.pk)
        locked.draft = draft
        if not locked.is_live or draft.discarded is not None:
            said = f"The link {access.why_closed(locked)}. Ask {draft.owner} for a new one."
            raise PeopleRefused("", said)
        if locked.tenant not in ("", user.tenant_id):
            said = f"It is for people of one organization, and you are signed in as somebody else. Ask {draft.owner}."
            raise PeopleRefused("", said)
        came = locked.members.filter(user=user)
        before = came.first()
        if before is not None and before.opened is not None and before.opened > timezone.now() - OPENING:
            return
        if before is None:
            if locked.members.count() >= MOST_BY_LINK:
                said = f"It was opened by {MOST_BY_LINK} people, and lets in no more. Ask {draft.owner} for a new one."
                raise PeopleRefused("", said)
            Member.objects.create(draft=draft, user=user, link=locked, added_by_id=locked.created_by_id)
        came.update(openings=F("openings") + 1, opened=timezone.now())
        ShareLink.objects.filter(pk=locked.pk).update(openings=F("openings") + 1)
        record(user, "draft.link-opened", draft.code, link=locked.code, role=locked.role)
    access.forget(draft)


# --- Another owner ----------------------------------------------------------------------------------------------------


def hand_over(user: User, draft: Draft, person: User, *, stays: bool, reason: str = "") -> None:
    """Gives the draft to another owner. stays: whether the former one goes on as an editor.

    The owner does it, or an administrator, who says why. Raises PeopleRefused, Http404, PermissionDenied.
    """
    permit(user, draft, Access.VIEW)
    reason = reason.strip()
    if not may_hand_over(user, draft):
        raise PermissionDenied("Only its owner hands a draft over, or an administrator, who says why.")
    if draft.owner_id != user.pk and not reason:
        raise PeopleRefused("reason", "Enter why you hand over a draft that is not yours.")
    if len(reason) > LONGEST_REASON:
        raise PeopleRefused(
            "reason", f"Shorten the reason to {LONGEST_REASON} characters; it has {len(reason):,}."
        )
    with transaction.atomic():
        locked = _locked(user, draft, Access.VIEW)
        if not may_hand_over(user, locked) or locked.discarded is not None:
            raise PermissionDenied("The draft has another owner now, or was discarded.")
        _refuse_owner(locked, person, "to")
        _refuse_shut_out(person, "to")
        former = locked.owner
        Draft.objects.filter(pk=locked.pk).update(owner=person)
        SearchWord.objects.filter(draft=locked).update(owner=person)
        locked.members.filter(user=person, link=None).delete()
        if stays:
            _room(locked, "former")
            Member.objects.create(draft=locked, user=former, role=DraftRole.EDIT, added_by=user)
        record(
            user,
            "draft.handed-over",
            locked.code,
            to=person.username,
            before=former.username,
            stays=stays,
            reason=reason,
        )
    draft.owner = person
    access.forget(draft)


def _locked(user: User, draft: Draft, wanted: Access) -> Draft:
    """The draft, its row held, and permission looked at again. Everything but the document, which can be large."""
    locked = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("owner")
        .defer("document")
        .get(pk=draft.pk)
    )
    permit(user, locked, wanted)
    return locked


def _room(draft: Draft, field: str, mail: str = "") -> None:
    """Raises PeopleRefused where nobody more can be one of the people. mail: an address that may have a place already.

    Who is invited has a place, for they come without asking again. The draft's row is held.
    """
    invited = draft.invitations.filter(expires__gt=Now()).exclude(mail=mail)
    if draft.members.filter(link=None).count() + invited.count() >= MOST_MEMBERS:
        said = (
            f"A draft has at most {MOST_MEMBERS} people. Remove somebody first, or take an invitation back."
        )
        raise PeopleRefused(field, said)


def _refuse_owner(draft: Draft, person: User, field: str) -> None:
    if draft.owner_id == person.pk:
        raise PeopleRefused(field, f"{person} owns this draft. Name somebody else.")


def _refuse_shut_out(person: User, field: str) -> None:
    if not may_sign_in(person):
        raise PeopleRefused(field, f"{person} cannot sign in here any more. Name somebody else.")
