"""The statements of each autosave, their SQL made once.

The ORM builds it anew for every call, which takes longer than the database does. Values are prepared and read by the
same fields. No signals are sent, and no default is filled in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
_Names = tuple[str, ...]


def find(model: type[Row], name: str, value: Any) -> Row | None:
    """The row whose unique column holds the value, None when there is none."""
    sql, columns, converters = _select(model, name)
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    read = list(row)
    for position, (steps, expression) in converters.items():
        for convert in steps:
            read[position] = convert(read[position], expression, connection)
    return model.from_db(connection.alias, columns, read)


def insert(model: type[models.Model], **values: Any) -> None:
    """Writes one row. values: every column but the key, foreign keys as `author_id`. Raises what the database raises."""
    names = tuple(values)
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, names), _prepared(model, values))


def update(model: type[models.Model], where: dict[str, Any], values: dict[str, Any]) -> int:
    """Writes columns of the rows that hold the values of `where`; answers how many there were."""
    held = {name: value for name, value in where.items() if value is not None}
    empty = tuple(name for name in where if name not in held)
    with connection.cursor() as cursor:
        parameters = _prepared(model, values) + _prepared(model, held)
        cursor.execute(_update(model, tuple(held), empty, tuple(values)), parameters)
        return int(cursor.rowcount)


def _prepared(model: type[models.Model], values: dict[str, Any]) -> list[Any]:
    return [_field(model, name).get_db_prep_save(value, connection) for name, value in values.items()]


@lru_cache
def _select(model: type[models.Model], name: str) -> tuple[str, list[str], dict[int, tuple[list[Any], Any]]]:
    """The statement, the attributes that its columns are, and what turns what the database answers into their values."""
    every = model._base_manager  # noqa: SLF001 - documented by Django, for all rows without a filter of the model's own
    compiler = every.filter(**{name: ""}).query.get_compiler(connection.alias)
    sql, _ = compiler.as_sql()
    expressions = [expression for expression, _, _ in compiler.select]
    return (
        sql,
        [expression.target.attname for expression in expressions],
        compiler.get_converters(expressions),
    )


@lru_cache
def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return fields[name]


@lru_cache
def _insert(model: type[models.Model], names: _Names) -> str:
    columns = ", ".join(_quoted(_field(model, name).column) for name in names)
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 - names of our own


@lru_cache
def _update(model: type[models.Model], held: _Names, empty: _Names, names: _Names) -> str:
    changes = ", ".join(f"{_quoted(_field(model, name).column)} = %s" for name in names)
    conditions = [f"{_quoted(_field(model, name).column)} = %s" for name in held]
    conditions += [f"{_quoted(_field(model, name).column)} IS NULL" for name in empty]
    return f"UPDATE {_table(model)} SET {changes} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names of our own


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str | None) -> str:
    assert name is not None, "only fields without a column have no name of one"
    return connection.ops.quote_name(name)
