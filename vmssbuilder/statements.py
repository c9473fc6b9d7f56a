"""The statements of each autosave, their SQL made once.

The ORM builds it anew for every call, which takes longer than the database does. Values are prepared and read by the
same fields. No signals are sent, and no default is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

Row = TypeVar("Row", bound=models.Model)
_Names = tuple[str, ...]
_NOTHING: Final[Mapping[str, Any]] = {}


def find(model: type[Row], name: str, value: Any) -> Row | None:
    """The row whose unique column holds the value, None when there is none."""
    database, (sql, columns, converters) = _database(), _select(model, name)
    with database.cursor() as cursor:
        cursor.execute(sql, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    read = list(row)
    for position, (steps, expression) in converters.items():
        for convert in steps:
            read[position] = convert(read[position], expression, database)
    return model.from_db(database.alias, columns, read)


def insert(model: type[models.Model], prepared: Mapping[str, Any] = _NOTHING, /, **values: Any) -> None:
    """Writes one row. values: every column but the key, foreign keys as `author_id`. Raises what the database raises.

    prepared: columns that `prepare` made ready, here and in `update`.
    """
    ready = {**prepared, **prepare(model, values)}
    with _database().cursor() as cursor:
        cursor.execute(_insert(model, tuple(ready)), list(ready.values()))


def update(
    model: type[models.Model],
    where: Mapping[str, Any],
    values: Mapping[str, Any],
    prepared: Mapping[str, Any] = _NOTHING,
) -> int:
    """Writes columns of the rows that hold the values of `where`; answers how many there were."""
    held = prepare(model, {name: value for name, value in where.items() if value is not None})
    empty = tuple(name for name in where if name not in held)
    ready = {**prepared, **prepare(model, values)}
    with _database().cursor() as cursor:
        sql = _update(model, tuple(held), empty, tuple(ready))
        cursor.execute(sql, [*ready.values(), *held.values()])
        return int(cursor.rowcount)


def _database() -> BaseDatabaseWrapper:
    """The connection itself: `django.db.connection` looks it up anew at each of its attributes."""
    return connections[DEFAULT_DB_ALIAS]


def prepare(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the database takes them. A document that goes into two rows becomes text once."""
    fields, database = _fields(model), _database()
    return {name: fields[name].get_db_prep_save(value, database) for name, value in values.items()}


@lru_cache
def _select(model: type[models.Model], name: str) -> tuple[str, list[str], dict[int, tuple[list[Any], Any]]]:
    """The statement, the attributes that its columns are, and what turns what the database answers into their values."""
    every = model._base_manager  # noqa: SLF001 - documented by Django, for all rows without a filter of the model's own
    compiler = every.filter(**{name: ""}).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, _ = compiler.as_sql()
    expressions = [expression for expression, _, _ in compiler.select]
    return (
        sql,
        [expression.target.attname for expression in expressions],
        compiler.get_converters(expressions),
    )


@lru_cache
def _fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}


@lru_cache
def _insert(model: type[models.Model], names: _Names) -> str:
    columns = ", ".join(_quoted(_fields(model)[name].column) for name in names)
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 - names of our own


@lru_cache
def _update(model: type[models.Model], held: _Names, empty: _Names, names: _Names) -> str:
    changes = ", ".join(f"{_quoted(_fields(model)[name].column)} = %s" for name in names)
    conditions = [f"{_quoted(_fields(model)[name].column)} = %s" for name in held]
    conditions += [f"{_quoted(_fields(model)[name].column)} IS NULL" for name in empty]
    return f"UPDATE {_table(model)} SET {changes} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names of our own


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str | None) -> str:
    assert name is not None, "only fields without a column have no name of one"
    return _database().ops.quote_name(name)
