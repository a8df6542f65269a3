"""API addresses of trading."""

from django.urls import path

from accounts.broker.allocation import api as allocation
from accounts.broker.corporate import api as corporate
from accounts.broker.lots import api as lots
from accounts.broker.margin import api as margin
from accounts.broker.permissions import api as permissions
from accounts.broker.products import api as products
from accounts.broker.restrictions import api as restrictions
from accounts.broker.trading import api as trading
from accounts.broker.transmit import api as transmit

urlpatterns = [
    path("blocks/", allocation.Blocks.as_view(), name="api_blocks"),
    path("blocks/<uuid:pk>/", allocation.BlockRecord.as_view(), name="api_block"),
    path("blocks/<uuid:pk>/preview/", allocation.PreviewAllocation.as_view(), name="api_preview_allocation"),
    path("blocks/<uuid:pk>/allocate/", allocation.AllocateBlock.as_view(), name="api_allocate"),
    path("blocks/<uuid:pk>/cancel/", allocation.CancelAllocation.as_view(), name="api_cancel_allocation"),
    path("corporate-actions/", corporate.CorporateActions.as_view(), name="api_corporate_actions"),
    path("corporate-actions/<uuid:pk>/", corporate.Announcement.as_view(), name="api_announcement"),
    path("corporate-actions/<uuid:pk>/choose/", corporate.Elect.as_view(), name="api_elect"),
    path("instructions/", transmit.Instructions.as_view(), name="api_instructions"),
    path("may-trade/", trading.MayTrade.as_view(), name="api_may_trade"),
    path("margin-groups/", margin.MarginGroups.as_view(), name="api_margin_groups"),
    path("accounts/<str:number>/margin/", margin.AccountMargin.as_view(), name="api_account_margin"),
    path("accounts/<str:number>/restrictions/", restrictions.AccountRestrictions.as_view(), name="api_restrictions"),
    path("accounts/<str:number>/restrictions/add/", restrictions.AddRestriction.as_view(), name="api_add_restriction"),
    path("restrictions/<uuid:pk>/end/", restrictions.EndRestriction.as_view(), name="api_end_restriction"),
    path("accounts/<str:number>/tax-lots/", lots.TaxLots.as_view(), name="api_tax_lots"),
    path("accounts/<str:number>/tax-lots/trial/", lots.TaxLotTrial.as_view(), name="api_tax_lot_trial"),
    path("accounts/<str:number>/tax-lots/run/", lots.RunTaxOptimizer.as_view(), name="api_run_tax_lots"),
    path("accounts/<str:number>/tax-lots/default/", lots.TaxLotDefault.as_view(), name="api_tax_lots_default"),
    path("accounts/<str:number>/tax-lots/choose/", lots.ChooseTaxLots.as_view(), name="api_choose_tax_lots"),
    path("accounts/<str:number>/products/", products.AccountProducts.as_view(), name="api_products"),
    path(
        "accounts/<str:number>/permission-requests/",
        permissions.AccountPermissionRequests.as_view(),
        name="api_permission_requests",
    ),
    path("permission-requests/<uuid:pk>/answer/", permissions.Answer.as_view(), name="api_permission_answer"),
    path("permission-requests/<uuid:pk>/facts/", permissions.Facts.as_view(), name="api_permission_facts"),
    path("permission-requests/<uuid:pk>/sign/", permissions.Signing.as_view(), name="api_sign_permission"),
    path("permission-requests/<uuid:pk>/", permissions.Asked.as_view(), name="api_permission_request"),
    path("accounts/<str:number>/products/set/", products.SetAccountProducts.as_view(), name="api_set_products"),
]
