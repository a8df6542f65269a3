"""Addresses of trading: what may be traded, by whom, and what stops it."""

from django.urls import path

from accounts.broker.allocation import views as allocation
from accounts.broker.corporate import views as corporate
from accounts.broker.lots import views as lots
from accounts.broker.margin import views as margin
from accounts.broker.permissions import views as permissions
from accounts.broker.products import views as products
from accounts.broker.restrictions import views as restrictions
from accounts.broker.trading import views as trading

app_name = "trading"

urlpatterns = [
    path("trading/allocation/", allocation.listed, name="allocation"),
    path("trading/allocation/new/", allocation.new, name="new_block"),
    path("trading/allocation/<uuid:pk>/", allocation.show, name="block"),
    path("trading/allocation/<uuid:pk>/allocate/", allocation.allocate, name="allocate"),
    path("trading/allocation/<uuid:pk>/cancel/", allocation.change, {"what": "cancel"}, name="cancel_allocation"),
    path("trading/allocation/<uuid:pk>/take/", allocation.change, {"what": "take"}, name="take_executed"),
    path("trading/allocation/<uuid:pk>/attach/", allocation.change, {"what": "attach"}, name="attach_executions"),
    path("trading/allocation/<uuid:pk>/withdraw/", allocation.change, {"what": "withdraw"}, name="withdraw_block"),
    path("trading/check/", trading.check, name="check"),
    path("trading/corporate-actions/", corporate.listed, name="corporate_actions"),
    path("trading/corporate-actions/action/", corporate.told, name="corporate_action"),
    path("trading/corporate-actions/<uuid:pk>/", corporate.announcement, name="announcement"),
    path("trading/corporate-actions/<uuid:pk>/choose/", corporate.choose, name="elect"),
    path("trading/restrictions/", restrictions.listed, name="restrictions"),
    path("trading/restrictions/<uuid:pk>/end/", restrictions.end, name="end_restriction"),
    path("trading/permissions/", products.listed, name="products"),
    path("trading/tax-lots/", lots.listed, name="tax_lot_accounts"),
    path("reports/margin/", margin.report, name="margin"),
    path("accounts/<str:number>/margin/", margin.of_account, name="account_margin"),
    path("accounts/<str:number>/restrictions/", restrictions.of_account, name="account_restrictions"),
    path("accounts/<str:number>/restrictions/add/", restrictions.add, name="add_restriction"),
    path("accounts/<str:number>/tax-lots/", lots.of_account, name="tax_lots"),
    path("accounts/<str:number>/tax-lots/contract/", lots.of_contract, name="tax_lot"),
    path("accounts/<str:number>/tax-lots/run/", lots.run, name="run_tax_lots"),
    path("accounts/<str:number>/tax-lots/default/", lots.set_default, name="tax_lots_default"),
    path("accounts/<str:number>/tax-lots/choose/", lots.choose, name="choose_tax_lots"),
    path("accounts/<str:number>/tax-lots/file/", lots.instructions, name="tax_lots_file"),
    path("accounts/<str:number>/products/", products.of_account, name="account_products"),
    path("accounts/<str:number>/products/ask/", permissions.ask, name="ask_permission"),
    path("trading/permissions/<uuid:pk>/", permissions.show, name="permission"),
    path("trading/permissions/<uuid:pk>/facts/", permissions.facts, name="permission_facts"),
    path("trading/permissions/<uuid:pk>/sign/", permissions.sign, name="sign_permission"),
    path("trading/permissions/<uuid:pk>/decide/", permissions.decide, name="decide_permission"),
    path("trading/permissions/<uuid:pk>/cancel/", permissions.cancel, name="cancel_permission"),
    path("accounts/<str:number>/products/change/", products.change, name="change_products"),
]
