"""Loaded by pytest before Django reads its settings: points the environment at the embedded servers of the tests."""

import os

os.environ["PORTAL_TESTING"] = "1"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the thread

if not os.environ.get("DATABASE_URL"):
    from portal.servers import launcher, places

    # A cluster of their own, without fsync: tests neither slow down nor touch the portal's data.
    os.environ["PORTAL_STATE"] = str(places.state_dir() / "test")
    servers = launcher.ensure(durable=False)
    os.environ.update(servers.env)
