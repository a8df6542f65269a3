"""Small Flex files written by hand, so that a test shows every figure it is about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import quoteattr

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.limits import LIMITS
from accounts.broker.feed.models import NavDaily
from accounts.broker.feed.report import Report

DAY = date(2026, 3, 2)  # a Monday
AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
ANA, KEN, CHIDI, DANA, NINA = "U1000001", "U1000002", "U2000001", "U3000001", "U9000001"


def element(tag: str, /, **attributes: object) -> str:
    return f"<{tag} " + " ".join(f"{key}={quoteattr(str(text))}" for key, text in attributes.items()) + " />"


def nav(total: object, day: str = "20260302", **more: object) -> str:
    return element("EquitySummaryByReportDateInBase", reportDate=day, total=total, **more)


def statement(
    *rows: str, account: str = ANA, first: str = "20260302", last: str = "", generated: str = "20260303;053012"
) -> str:
    inside = "\n".join(rows)
    return (
        f'<FlexStatement accountId="{account}" fromDate="{first}" toDate="{last or first}" period="LastBusinessDay"'
        f' whenGenerated="{generated}">\n{inside}\n</FlexStatement>\n'
    )


def section(name: str, *rows: str) -> str:
    return f"<{name}>\n" + "\n".join(rows) + f"\n</{name}>"


def document(*statements: str, count: object = None) -> bytes:
    stated = len(statements) if count is None else count
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<FlexQueryResponse queryName="Test" type="AF">\n'
        f'<FlexStatements count="{stated}">\n{"".join(statements)}</FlexStatements>\n</FlexQueryResponse>\n'
    ).encode()


class Desk:
    """Writes files into the test's folder and imports them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0

    def put(self, content: bytes | str, name: str = "") -> Path:
        self.written += 1
        path = self.folder / (name or f"file{self.written}.xml")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, *contents: bytes | str, at: datetime = AT, **limits: int) -> Report:
        paths = [self.put(content) for content in contents]
        return import_statements(paths, at=at, limits=_limits(**limits))

    def statements(self, *statements: str, at: datetime = AT) -> Report:
        return self.load(document(*statements), at=at)


def _limits(**changes: int):
    from dataclasses import replace

    return replace(LIMITS, **changes)


def stored(number: str, day: date = DAY) -> tuple[Decimal, Decimal] | None:
    """The value and the flow of a day, or None where there is none."""
    row = NavDaily.unscoped.filter(account__number=number, nav_date=day).values_list("nlv", "flow").first()
    return row or None


def rows_everywhere() -> dict[str, int]:
    """How many rows each of the broker's tables has; what a refusal must not change."""
    from django.apps import apps

    return {
        model.__name__: model.unscoped.count()
        for model in apps.get_app_config("broker").get_models()
        if model.__name__ != "StatementFile"
    }
