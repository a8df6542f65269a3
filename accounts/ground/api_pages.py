"""How lists of the API are paged; a file of its own, because the framework imports it while it loads."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Fifty rows a page; a row that appears meanwhile moves nothing. A list in another order is a subclass."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "pk"
