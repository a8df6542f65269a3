"""What pages of invoices hand out as files."""

from collections.abc import Sequence

from django.http import HttpResponse

from portal.lib.csvtext import Cell, write_bytes


def table_answer(rows: Sequence[Sequence[Cell]], *, name: str) -> HttpResponse:
    """A table as CSV."""
    answer = HttpResponse(write_bytes(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
