"""What choosing may change outside of the draft: a resource group that is created on the way."""

from __future__ import annotations

from django.db import transaction

from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.arm import client_for_thread
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.azure.pickers import Where, groups
from vmssbuilder.azure.pickers.groups import NewGroup
from vmssbuilder.azure.pickers.sources import SOURCES
from vmssbuilder.drafts.access import Access, require
from vmssbuilder.drafts.models import Draft

from . import cache
from .models import KnownList


def create_group(user: User, draft: Draft, group: NewGroup) -> None:
    """Creates a resource group in the person's name. Raises AzureError, NotSetUp, Http404 or PermissionDenied."""
    require(user, draft, Access.EDIT)
    try:
        groups.create(client_for_thread(user, lookups.gate(user)), group)
    finally:
        lookups.publish_pauses(user)
    with transaction.atomic():
        outdated = cache.key_of(SOURCES["resourceGroups"], Where(group.subscription))
        KnownList.objects.filter(user=user, key=outdated).delete()
        record(user, "azure.resource-group-created", draft.code, name=group.name, region=group.region)
