"""`/health`: can this web process reach the database and the cache? For load balancers; it tells nothing else."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from accounts.ground.access.gates import PUBLIC, gate


@gate(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("health")
    except (DatabaseError, RedisError):
        return HttpResponse("unwell\n", status=503, content_type="text/plain")
    return HttpResponse("well\n", content_type="text/plain")
