"""How lists of the API are paged; a file of its own, because the framework imports it while it loads."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Fifty rows a page; a row that appears meanwhile moves nothing."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = "pk"
