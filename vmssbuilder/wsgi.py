"""The WSGI application that gunicorn serves. With a configuration that is wrong it ends instead, and says why."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vmssbuilder.settings")
django.setup(set_prefix=False)

# There are models from here on.
from vmssbuilder.accounts.checks import refuse_to_start  # noqa: E402 - see above

refuse_to_start()

application = get_wsgi_application()
