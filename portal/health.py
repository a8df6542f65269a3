"""`/health`: can this web process reach the database and the cache? For load balancers; it tells nothing else."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from redis.exceptions import RedisError

PATH = "/health"


class Health:
    """Answers before sessions and transactions are begun: without a database they could only fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _answer() if request.path == PATH else self.get_response(request)


def _answer() -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("health")
    except (Error, RedisError):
        return HttpResponse("unwell\n", status=503, content_type="text/plain")
    return HttpResponse("well\n", content_type="text/plain")
