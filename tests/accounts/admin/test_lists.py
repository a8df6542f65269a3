"""Every list and page of the back office shows its rows, and what it asks the database does not grow with them."""

from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.ground.access.admin import OfficeAdmin, rows_of
from accounts.ground.ledger.models import Transfer
from accounts.ground.outbox.models import OutboxMessage
from tests.accounts.admin.rows import fill

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_page_is_one_of_ours():
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, OfficeAdmin)] == []


def cost(client, model):
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address(model, "changelist"))
    assert answer.status_code == 200, model
    return len(asked)


def test_a_list_costs_the_same_whatever_it_shows(office, filled):
    office.get("/office/")  # content types are remembered from here on
    few = {model: cost(office, model) for model in MODELS}

    fill(filled, batch=2)

    more = {model: cost(office, model) for model in MODELS}
    assert more == few
    assert max(few.values()) <= 16


def test_a_row_has_a_page_and_so_has_a_new_one(office, filled):
    for model in MODELS:
        row = rows_of(model).first()
        if row is not None:
            answer = office.get(address(model, "change", row.pk))
            assert answer.status_code == 200, model
            assert f"{model.__name__} object" not in answer.content.decode(), model
        may_add = admin.site._registry[model].may_add
        assert office.get(address(model, "add")).status_code == (200 if may_add else 403), model


SEARCHES = (
    ("account", "U1000001", "Ruiz, Ana"),
    ("account", "u2000001", "Okafor, Chidi"),
    ("account", "U20", "Okafor, Chidi"),
    ("account", "weiss", "U3000001"),
    ("firm", "southb", "Southbank Capital"),
    ("practice", "lakes", "Lakeside LLC"),
    ("user", "ali", "alice"),
    ("seat", "mallory", "mallory"),
    ("party", "novak", "Novak, Nina"),
    ("clientright", "U9000001", "Novak, Nina"),
    ("transfer", "U7001000", "U7001000"),
    ("book", "U7001001", "U7001001"),
    ("hold", "U7001002", "U7001002"),
    ("request", "U7001002", "Waits U7001002"),
    ("notification", "U7001002", "News U7001002"),
    ("event", "U7001002", "Deposit U7001002"),
    ("outboxmessage", "U7001001", "U7001001"),
)


def test_search_finds_the_row_and_leaves_the_others_out(office, filled):
    for model, wanted, found in SEARCHES:
        address = reverse(f"admin:accounts_{model}_changelist")
        text = office.get(address, {"q": wanted}).content.decode()
        assert found in text, (model, wanted)
        assert "Ito, Ken" not in text, (model, wanted)
        assert "No row matches" in office.get(address, {"q": "no such thing"}).content.decode(), model


FILTERS = (
    ("account", {"kind__exact": "stl_sub"}, 2),
    ("account", {"currency": "JPY"}, 1),
    ("account", {"currency": "no such"}, 15),
    ("hold", {"state": "open"}, 3),
    ("hold", {"state": "resolved"}, 0),
    ("hold", {"stage": "accrue", "reason": "no_nav"}, 3),
    ("request", {"ended": "no"}, 6),
    ("outboxmessage", {"delivery": "failed"}, 0),
    ("outboxmessage", {"delivery": "waiting"}, 3),
    ("transfer", {"currency": "EUR"}, 0),
)


def test_filters_narrow(office, filled):
    for model, query, rows in FILTERS:
        answer = office.get(reverse(f"admin:accounts_{model}_changelist"), query)
        assert answer.context["cl"].result_count == rows, (model, query)


def test_the_sum_under_movements_is_of_the_filtered_rows(office, filled):
    everything = office.get(reverse("admin:accounts_transfer_changelist")).content.decode()
    one = office.get(reverse("admin:accounts_transfer_changelist"), {"q": "U7001000"}).content.decode()

    assert "37.02" in everything
    assert one.count("12.34") == 2


def test_a_count_stops_where_nobody_pages(office, filled, monkeypatch):
    monkeypatch.setattr("accounts.ground.access.admin.CappedPaginator.most_counted", 2)

    answer = office.get(reverse("admin:accounts_transfer_changelist"))

    assert Transfer.unscoped.count() == 3
    assert "more than 2 rows" in answer.content.decode()


def test_a_file_for_the_broker_is_read_by_the_broker_alone(office):
    """It names banks with their whole numbers, which the trail and the saved banks' own page do not show."""
    told = OutboxMessage.unscoped.create(
        channel="file", recipient="file:///broker", subject="f.csv", body="DE89370400440532013000", natural_key="f"
    )
    page = office.get(reverse("admin:accounts_outboxmessage_change", args=[told.pk])).content.decode()
    assert "f.csv" in page
    assert "DE89370400440532013000" not in page
