"""The form of local accounts."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class LocalSignIn(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        error_messages={"required": "Enter your user name."},
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label="Password",
        max_length=4096,
        strip=False,
        error_messages={"required": "Enter your password."},
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )

    # The page marks what is missing itself, in the same words for everybody.
    use_required_attribute = False

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def problems(self) -> list[dict[str, str]]:
        """Every error with the address of its field, for the summary above the heading."""
        return [
            {"message": str(message), "href": f"#{field.id_for_label}"}
            for field in self
            for message in field.errors
        ]
