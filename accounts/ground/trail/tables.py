"""The tables whose rows keep a trail, in words; tests hold the list to the triggers there are."""

from typing import Any

from django.utils.translation import gettext_lazy as _

TABLES: dict[str, Any] = {
    "accounts_user": _("Users"),
    "accounts_seat": _("Seats"),
    "accounts_accessrole": _("Roles of users"),
    "accounts_seataccount": _("Chosen accounts"),
    "accounts_apitoken": _("API tokens"),
    "accounts_addressrule": _("IP restrictions"),
    "auth2fa_device": _("Secure login devices"),
    "auth2fa_stockedcard": _("Security cards in stock"),
    "auth2fa_rememberedbrowser": _("Remembered browsers"),
    "accounts_optout": _("Secure login: who has opted out"),
    "accounts_invitation": _("Invitations"),
    "accounts_authorizationrule": _("Rules of approval"),
    "accounts_authorizer": _("Authorizers"),
    "accounts_authorization": _("Authorizations"),
    "accounts_vote": _("Answers of authorizers"),
    "accounts_party": _("Parties"),
    "accounts_clientright": _("Client rights"),
    "accounts_firm": _("Firms"),
    "accounts_practice": _("Practices"),
    "accounts_account": _("Accounts"),
    "accounts_request": _("Requests"),
    "accounts_linkage": _("Links"),
    "accounts_hold": _("Holds"),
    "accounts_calendarday": _("Calendar days"),
    "accounts_consent": _("What clients are asked to agree to"),
    "broker_permissionrequest": _("Requests for trading permissions"),
    "fees_schedule": _("Fee schedules"),
    "fees_proposal": _("Fee proposals"),
    "fees_template": _("Fee templates"),
    "fees_invoicecap": _("Invoice limits"),
    "fees_invoice": _("Invoices"),
    "fees_billingrule": _("Approval of invoices"),
    "fees_billinglock": _("Closed months of billing"),
    "fees_noticesetting": _("How clients are told of fees"),
    "fees_reimbursement": _("Reimbursements"),
    "crm_vault": _("Vaults"),
    "crm_note": _("Notes"),
    "crm_member": _("Members of vaults"),
    "crm_epoch": _("Data keys of vaults"),
    "crm_grant": _("Keys given to members"),
    "desk_brandversion": _("Brands"),
    "broker_flexquery": _("Flex queries"),
    "broker_fxrate": _("Exchange rates"),
    "broker_trade": _("Trades"),
    "broker_cashline": _("Cash lines"),
    "broker_positiontransfer": _("Position transfers"),
    "broker_corporateaction": _("Corporate actions"),
    "broker_restriction": _("Trading restrictions"),
    "broker_productapproval": _("Trading permissions"),
    "broker_block": _("Block trades"),
    "broker_allocation": _("Allocations"),
    "broker_instruction": _("Instructions to the broker"),
}

# Not a table: tries that were refused, noted beside the changes that were made.
REFUSED = "refused"
REFUSED_WORDS = _("Refused tries")
