"""The entry point of the web server, which forgets the logins that pages never use."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_PROCESS", "web")

application = get_wsgi_application()

from crm.vault.pepper import refuse_wrong  # noqa: E402 (models load with the application)
from portal.warm import settle  # noqa: E402

refuse_wrong()
settle()

if os.environ["PORTAL_PROCESS"] == "web":
    for name in ("DATABASE_URL", "DATABASE_URL_WORKER", "DATABASE_URL_NIGHT", "DATABASE_ADMIN_URL"):
        os.environ.pop(name, None)
