"""How lists of the API are paged; a file of its own, because the framework imports it while it loads."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from accounts.ground.paging import fitting


class Pages(CursorPagination):
    """Fifty rows a page; a row that appears meanwhile moves nothing. A list in another order is a subclass."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "pk"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Keeps the rows, by whose first column a cursor is read."""
        self._rows = queryset
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The framework compares with whatever the text says; here it has to fit the column."""
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        first = self.ordering if isinstance(self.ordering, str) else self.ordering[0]
        try:
            fitting(self._rows, first.lstrip("-"), cursor.position)
        except ValidationError as problem:
            raise NotFound(self.invalid_cursor_message) from problem
        return cursor
