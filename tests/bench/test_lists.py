"""The bench of lists writes its rows past the models, so that a hundred thousand take seconds."""

from __future__ import annotations

from django.apps import apps
from django.db.models import NOT_PROVIDED

from bench import lists, together


def test_each_column_that_must_hold_something_is_written() -> None:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    for table, row, _source in [*lists.rows(), *together.events(), *together.comments()]:
        columns = {field.column: field for field in tables[table]._meta.concrete_fields}
        needed = {
            name
            for name, field in columns.items()
            if not field.null and not field.primary_key and field.db_default is NOT_PROVIDED
        }
        assert needed <= row.keys() <= columns.keys(), table
