"""Agreeing to another API version, after a page said what that brings about."""

from __future__ import annotations

from django import forms

from vmssbuilder.drafts.revision_numbers import BaseRevisionField
from vmssbuilder.web.forms import SmallForm


class SwitchForm(SmallForm):
    """switch: the version. The page carries along what asked for it."""

    switch = forms.CharField(required=False, widget=forms.HiddenInput)


class SettingSwitch(SwitchForm):
    """For the sake of a setting. place: which one. base: the revision that the page showed."""

    place = forms.CharField(required=False, widget=forms.HiddenInput)
    base = BaseRevisionField()
