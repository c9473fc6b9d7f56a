"""The WSGI application that gunicorn serves. With a configuration that is wrong it ends instead, and says why."""

import os
from typing import Any

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vmssbuilder.settings")
django.setup(set_prefix=False)

# There are models from here on.
from vmssbuilder.accounts.checks import refuse_to_start  # noqa: E402 - see above
from vmssbuilder.web.middleware import with_plain_charset  # noqa: E402 - see above

refuse_to_start()

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """What gunicorn calls. A charset is settled here: Django reads the address with it before any middleware is asked."""
    if "charset" in environ.get("CONTENT_TYPE", ""):
        environ["CONTENT_TYPE"] = with_plain_charset(environ["CONTENT_TYPE"])
    return _django(environ, start_response)
