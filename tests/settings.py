"""The product's settings as tests run them: no `.env` of a developer, no Azure, nothing slower than it must be."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.update(
    {
        "DJANGO_SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
        "DJANGO_ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        # Fernet keys are 32 bytes in base64.
        "VMSSBUILDER_SECRET_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        "VMSSBUILDER_CLOUD": "sandbox",
        "VMSSBUILDER_SANDBOX_URL": "http://127.0.0.1:9",
        "VMSSBUILDER_TENANT": "",
        "VMSSBUILDER_CLIENT_ID": "",
        "VMSSBUILDER_CLIENT_SECRET": "",
        "VMSSBUILDER_CLIENT_CERTIFICATE": "",
        "VMSSBUILDER_LOCAL_ACCOUNTS": "true",
        "VMSSBUILDER_HTTPS": "false",
        "DJANGO_DEBUG": "false",
        # Tests of costs switch it on: elsewhere each page of a draft would ask.
        "VMSSBUILDER_PRICES": "false",
        # Playwright's synchronous interface runs inside an event loop, where Django would refuse to touch the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)

_scratch = Path(tempfile.mkdtemp(prefix="vmssbuilder-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

if os.environ.get("VMSSBUILDER_TEST_DATABASE") == "postgresql":
    # One server for all test processes of this person; it ends with the last of them.
    _home = Path(tempfile.gettempdir()) / f"vmssbuilder-tests-postgresql-{os.getuid()}"
    _home.mkdir(exist_ok=True)
    # Imported late: few runs need a PostgreSQL.
    from bench.database import postgresql

    os.environ["DATABASE_URL"] = postgresql(_home).get_uri()
elif not os.environ.get("DATABASE_URL"):
    # A file, not memory: only then do threads and processes wait for each other as they do in production.
    os.environ["DATABASE_URL"] = f"sqlite:///{_scratch}/unused.sqlite3"

from vmssbuilder.settings import *  # noqa: E402, F403 - they read the environment set above
from vmssbuilder.settings import CACHES, DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402 - as above

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    # Two runs at the same time on one server keep out of each other's way.
    DATABASES["default"]["TEST"] = {"NAME": f"vmssbuilder_tests_{os.getpid()}"}

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = _scratch
CACHES = CACHES | {"shared": CACHES["shared"] | {"LOCATION": _scratch / "cache"}}

# Its `flush` empties the log too, which the database refuses to everybody else.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.flushing"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Its own tests switch it on: elsewhere every sign-in would write rows.
AXES_ENABLED = False
