"""The forms of the page of a draft's people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from crispy_forms.layout import Layout
from django import forms
from django.conf import settings

from vmssbuilder.accounts import entra
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import DraftRole
from vmssbuilder.web.forms import PLAIN, Radios, Select, SmallForm

from .actions import LONGEST_REASON, SHARE_DAYS

_ROLES: Final = {
    DraftRole.EDIT.value: "Editor: changes everything",
    DraftRole.COMMENT.value: "Commenter: looks and comments",
    DraftRole.VIEW.value: "Viewer: looks",
}
_NO_ROLE: Final = "Choose what they may do."


def _role(label: str, initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(_ROLES.items()),
        initial=initial,
        widget=Select({"class": "select"}),
        error_messages={"required": _NO_ROLE, "invalid_choice": _NO_ROLE},
    )


class _Person(SmallForm):
    """Somebody by name, and where several are called so, which of them. people: those that the name found."""

    WHO = ""
    ONE = ""
    mail = ""
    """The address that can be invited, because nobody here has it."""

    def offer(self, people: Sequence[User], error: str) -> None:
        """Asks which of these is meant."""
        radios = Radios({str(each.pk): each.email or each.username for each in people})
        chosen = forms.ChoiceField(
            label="Which of them?",
            choices=[(str(each.pk), str(each)) for each in people],
            required=False,
            widget=radios,
        )
        self.fields[self.ONE] = chosen
        position = self.helper.layout.fields.index(self.WHO)
        self.helper.layout.fields.insert(position + 1, self.ONE)
        self.add_error(self.WHO, error)


def _who(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=254,
        error_messages={
            "required": "Enter a name or a mail address.",
            "max_length": "Enter a name or a mail address of at most 254 characters.",
        },
        widget=forms.TextInput(PLAIN),
    )


class AddPersonForm(_Person):
    """Somebody more for a draft, with a role."""

    WHO = "who"
    ONE = "person"
    who = _who(
        "Name or mail address",
        "Whoever has signed in here before is found by the beginning of either.",
    )
    role = _role("They may", DraftRole.EDIT)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if not entra.takes_any_tenant():
            self.fields["who"].help_text += " Others are invited by their whole address."
        self.helper.layout = Layout("who", "role")


class RoleForm(SmallForm):
    """Another role for one of a draft's people."""

    role = _role("Role", DraftRole.VIEW)


class LinkForm(SmallForm):
    """A new link. tenant: that of who makes it, "" for none."""

    label = forms.CharField(
        label="Label",
        help_text="Whom it is for. Whoever has the link does not see it.",
        required=False,
        max_length=100,
        widget=forms.TextInput(PLAIN),
        error_messages={"max_length": "Shorten the label to 100 characters."},
    )
    link_role = _role("Who has the link may", DraftRole.VIEW)
    own_tenant = forms.ChoiceField(
        label="For",
        required=False,
        choices=[("", "Everybody who can sign in here"), ("1", "People of my organization alone")],
        widget=Select({"class": "select"}),
    )

    def __init__(self, *args: Any, tenant: str, **named: Any) -> None:
        super().__init__(*args, **named)
        most = settings.VMSSBUILDER_LINK_DAYS
        said = f"Enter a number of days from 1 to {most}."
        self.fields["days"] = forms.IntegerField(
            label="Days until it expires",
            help_text=f"At most {most} here.",
            initial=min(SHARE_DAYS, most),
            min_value=1,
            max_value=most,
            widget=forms.NumberInput({"class": "input input--number"}),
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), said),
        )
        if not tenant:
            del self.fields["own_tenant"]
        self.helper.layout = Layout("label", "link_role", "days", *(["own_tenant"] if tenant else []))


class HandOverForm(_Person):
    """Another owner. by_administrator: somebody who has to say why."""

    WHO = "to"
    ONE = "new_owner"
    to = _who("New owner", "Name or mail address of somebody who has signed in here before.")
    former = forms.ChoiceField(
        label="The owner until now",
        choices=[("stays", "Stays as an editor"), ("leaves", "Leaves the draft")],
        widget=Select({"class": "select"}),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose whether the owner until now stays."
        ),
    )
    reason = forms.CharField(
        label="Reason",
        help_text="It stands in the log.",
        max_length=LONGEST_REASON,
        error_messages={
            "required": "Enter why you hand over a draft that is not yours.",
            "max_length": f"Shorten the reason to {LONGEST_REASON} characters.",
        },
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 2}),
    )

    def __init__(self, *args: Any, by_administrator: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        if not by_administrator:
            del self.fields["reason"]
        self.helper.layout = Layout("to", "former", *(["reason"] if by_administrator else []))
