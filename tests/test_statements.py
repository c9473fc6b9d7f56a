"""The statements made once say the same as the ORM's."""

from __future__ import annotations

import pytest

from vmssbuilder import statements
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import Request, Target

pytestmark = pytest.mark.django_db

DOCUMENT = {"location": "uksouth", "tags": {"ä": "é\u2028'\"", "n": "%s"}, "zones": ["1"]}


@pytest.fixture
def draft(requester: User) -> Draft:
    return actions.create(
        requester, Request(Target("", "rg", "web"), "create", "2024-07-01", DOCUMENT), "test"
    )


def columns(row: Draft | Revision) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in type(row)._meta.concrete_fields}


def test_a_row_is_found_as_the_orm_finds_it(draft: Draft) -> None:
    found = statements.find(Draft, "code", draft.code)
    assert found is not None
    assert columns(found) == columns(Draft.objects.get(code=draft.code))
    assert found.document == DOCUMENT
    found.save()
    assert statements.find(Draft, "code", "nothing") is None


def test_a_row_is_written_as_the_orm_writes_it(draft: Draft) -> None:
    first = draft.revisions.get()
    values = columns(first)
    del values["id"]
    statements.insert(Revision, **values | {"number": 2, "restores": 1})
    second = draft.revisions.get(number=2)
    assert columns(second) == columns(first) | {"id": second.pk, "number": 2, "restores": 1}


def test_columns_are_written_where_all_conditions_hold(draft: Draft, requester: User) -> None:
    where = {"code": draft.code, "discarded": None}
    assert statements.update(Draft, where, {"document": {"tags": {}}, "updated": draft.created}) == 1
    draft.refresh_from_db()
    assert (draft.document, draft.updated) == ({"tags": {}}, draft.created)
    assert statements.update(Draft, where | {"head": 7}, {"name": "other"}) == 0
    actions.discard(requester, draft)
    assert statements.update(Draft, where, {"name": "other"}) == 0
    draft.refresh_from_db()
    assert draft.name == "web"
