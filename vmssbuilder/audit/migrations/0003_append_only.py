"""The database itself refuses to change or delete what is in the log, and notes each new event as not chained yet.

On SQLite, a later migration that alters one of the two tables makes it anew without its triggers, and has to make them
again; `manage.py verify_audit` misses them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = [
    """CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
    """CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
       WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id OR number = NEW.number)
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
    """CREATE TRIGGER audit_event_unchained AFTER INSERT ON audit_event
       BEGIN INSERT INTO audit_unchained (event_id) VALUES (NEW.id); END""",
    """CREATE TRIGGER audit_chainlink_no_update BEFORE UPDATE ON audit_chainlink
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
    """CREATE TRIGGER audit_chainlink_no_delete BEFORE DELETE ON audit_chainlink
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
    """CREATE TRIGGER audit_chainlink_no_replace BEFORE INSERT ON audit_chainlink
       WHEN EXISTS (SELECT 1 FROM audit_chainlink WHERE position = NEW.position OR event_id = NEW.event_id)
       BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END""",
]

POSTGRESQL = [
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE FUNCTION audit_note_unchained() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO audit_unchained (event_id) VALUES (NEW.id); RETURN NULL; END $$""",
    *(
        f"CREATE TRIGGER audit_{table}_no_{act.lower()} BEFORE {act} ON audit_{table} "
        f"FOR EACH {each} EXECUTE FUNCTION audit_refuse()"
        for table in ("event", "chainlink")
        for act, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))
    ),
    """CREATE TRIGGER audit_event_unchained AFTER INSERT ON audit_event
       FOR EACH ROW EXECUTE FUNCTION audit_note_unchained()""",
]


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)
    # What is there already is chained first, in the order in which it was written.
    schema_editor.execute("INSERT INTO audit_unchained (event_id) SELECT id FROM audit_event ORDER BY id")


def remove(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        kind, name, _, *rest = statement.split()[1:]
        where = f" ON {rest[rest.index('ON') + 1]}" if postgresql and kind == "TRIGGER" else ""
        if kind == "TRIGGER":
            schema_editor.execute(f"DROP TRIGGER {name}{where}")
    if postgresql:
        schema_editor.execute("DROP FUNCTION audit_refuse()")
        schema_editor.execute("DROP FUNCTION audit_note_unchained()")
    schema_editor.execute("DELETE FROM audit_unchained")


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_codes_and_chain")]

    operations = [migrations.RunPython(make, remove)]
