"""What a parameter of a route stands for, per account: rows of the scenery, and values that lead nowhere."""

from collections.abc import Callable
from functools import partial

from tests.house import trading
from tests.world import World

MISSING = "U9999999"
NOWHERE = "00000000-0000-4000-8000-000000000000"
# Rows of these belong to a practice alone: not even the level above reads them.
PROPOSED = (
    *("proposal", "cancel_proposal", "api_proposal", "api_cancel_proposal", "proposal_pdf"),
    *("return_paper", "api_return_paper", "returned_scan", "api_returned_scan"),
)
ASKED_OF_AN_OWNER = (
    *("approval", "sign_proposal", "decline_proposal"),
    *("api_sign_proposal", "api_decline_proposal"),
)
TOLD_OF_FEES = ("notice", "notice_pdf", "api_notice")
MOVED = (
    *("funding_request", "funding_number", "funding_resend", "funding_consent", "funding_verify", "funding_cancel"),
    *("funding_amount", "api_funding_request", "api_cancel_funding", "api_consent_funding", "api_verify_funding"),
    "api_confirm_funding",
)
RECURRING = (
    *("recurring_one", "recurring_pause", "recurring_resume", "recurring_end"),
    *("api_recurring_one", "api_pause_recurring", "api_resume_recurring"),
)
SAVED_BANKS = ("delete_bank", "api_delete_bank")
GIVEN_BACK = ("reimbursement", "cancel_reimbursement", "api_reimbursement")
# What a client believes in is for its own advisor.
IMPACT = (
    *("esg_account", "esg_resend", "esg_withdraw", "esg_on_behalf"),
    *("api_impact_account", "api_impact_answer", "api_impact_invitation"),
)
TOLD_TO_A_PRACTICE = (
    *("notification", "thread", "api_thread", "share_thread", "api_share_thread"),
    *("close_thread", "api_close_thread"),
    *("invoice", "cancel_invoice", "api_invoice", "approve_line", "api_approve_line", *PROPOSED),
    *GIVEN_BACK,
    *MOVED,
    *RECURRING,
    *SAVED_BANKS,
    *IMPACT,
)
# What a client was asked; it is taken back by the practice that asked, and the owner is told so.
CONSENTS = (
    *("consent", "agree", "decline_consent", "cancel_consent"),
    *("api_consent", "api_agree", "api_decline_consent"),
    *("send_pin_link", "api_send_pin_link"),
)
# What a client was asked to invest.
ASKED_TO_INVEST = (
    *("fund_request", "sign_fund", "decline_fund", "cancel_fund"),
    *("api_fund_request", "api_sign_fund", "api_decline_fund", "api_cancel_fund"),
)
# The cast has no money manager; tests/accounts/assignments employs one and walks every route as its person.
ASSIGNMENTS = ("answer_assignment", "end_assignment", "api_answer_assignment", "api_end_assignment")

# What a route's parameter stands for, per account: by "route.parameter" or by the parameter's name alone. A row of the
# scenery, the same for every account, or a value that leads nowhere. A new parameter gets its line here.
Specimen = Callable[[World, str], object]
SPECIMENS: dict[str, Specimen] = {
    "number": lambda world, number: number,
    **{
        kind: lambda world, number, kind=kind: 10**9 if number == MISSING else world.rows[kind].get(number)
        for kind in ("seat", "role", "rule", "address")
    },
    "authorization": lambda world, number: NOWHERE,
    # Devices are a person's own; tests/auth2fa says that nobody else reaches them.
    # tests/desk/hooks says whose a webhook is, tests/desk/mailboxes whose a mailbox.
    **{name: lambda world, number: NOWHERE if number == MISSING else None for name in ("hook", "delivery", "mailbox")},
    "device": lambda world, number: NOWHERE,
    "browser": lambda world, number: NOWHERE,
    "mark": lambda world, number: "0" * 40,
    "token": lambda world, number: NOWHERE,
    "note": lambda world, number: NOWHERE,
    # tests/crm/contacts says whose a contact is.
    "contact": lambda world, number: NOWHERE,
    "past": lambda world, number: NOWHERE,
    "mailing": lambda world, number: NOWHERE,
    # tests/crm/mail says whose a mailbox is.
    "mail": lambda world, number: "1-1",
    "kept": lambda world, number: NOWHERE,
    "part": lambda world, number: 1,
    "intake": lambda world, number: NOWHERE,
    # tests/crm/documents says whose a document is.
    "document": lambda world, number: NOWHERE,
    # tests/crm/calendar says whose an event is.
    "event": lambda world, number: NOWHERE,
    # tests/crm/workflows says whose a workflow is, tests/crm/feeds whose a feed.
    **{name: lambda world, number: NOWHERE for name in ("workflow", "stage", "pattern", "feed")},
    "edition": lambda world, number: 1,
    "group": lambda world, number: NOWHERE,
    "change": lambda world, number: NOWHERE,
    "other": lambda world, number: NOWHERE,
    "field": lambda world, number: NOWHERE,
    # tests/crm/vault says whose keys somebody may look at.
    "member": lambda world, number: NOWHERE,
    "secret": lambda world, number: "no-such-link",
    "step": lambda world, number: "person",
    "uidb36": lambda world, number: "1",
    "key": lambda world, number: "no-such-key",
    "brand_id": lambda world, number: "no_such",
    "colour": lambda world, number: "1f4e79",
    "sha256": lambda world, number: "0" * 64,
    "month": lambda world, number: "2025-09",
    # tests/fees/patterns says whose a template is, and whose a job that gives it; tests/crm/tasks whose a task is.
    **{name: lambda world, number: NOWHERE if number == MISSING else None for name in ("template", "task")},
    # tests/portal/tools says whose a goal or a query is.
    **{name: lambda world, number: NOWHERE if number == MISSING else None for name in ("goal", "query")},
    **{
        f"{name}.pk": lambda world, number: NOWHERE if number == MISSING else None
        for name in (*("decide", "cancel", "api_link", "api_link_decision"),)
    },
    "notification.pk": lambda world, number: world.rows["notification"].get(number, 10**9),
    # None of the files is written; tests/portal/exports says whose a written one is.
    "file.job": lambda world, number: NOWHERE if number == MISSING else None,
    # A what-if is its asker's alone; tests/fees/whatif says so.
    "trial": lambda world, number: NOWHERE if number == MISSING else None,
    # A report is its asker's alone; tests/portal/reports says so.
    "report": lambda world, number: NOWHERE if number == MISSING else None,
    "regular": lambda world, number: NOWHERE if number == MISSING else None,
    # An exam pack is its asker's alone; tests/portal/examination says so.
    "exam_pack": lambda world, number: NOWHERE if number == MISSING else None,
    # tests/portal/transactions says whose a transaction is.
    "entry": lambda world, number: f"cash-{10**9}" if number == MISSING else None,
    "job": lambda world, number: world.rows["job"].get(number, NOWHERE),
    **{
        f"{name}.pk": lambda world, number: world.rows["thread"].get(number, NOWHERE if number == MISSING else None)
        for name in ("thread", "api_thread", "share_thread", "api_share_thread", "close_thread", "api_close_thread")
    },
    # No paper is handed in; tests/fees/returned says who gets one.
    **{
        f"{name}.paper": lambda world, number: NOWHERE if number == MISSING else None
        for name in ("returned_scan", "api_returned_scan")
    },
    # No file is written; tests/desk/applying says who gets what was handed in.
    **{
        f"{name}.file": lambda world, number: NOWHERE if number == MISSING else None
        for name in ("application_file", "api_application_document")
    },
    # A master of advisors holds no securities and gets nothing back.
    **{
        f"{name}.number": lambda world, number: None if number.startswith("F") else number
        for name in (
            *("class_action", "enroll_recovery", "leave_recovery"),
            *("api_class_action", "api_enroll_recovery", "api_leave_recovery"),
            *("account_hedge_funds", "write_answer", "api_account_funds", "api_write_answer"),
        )
    },
    # Packages are the same for everybody; tests/desk/topics says whose a subscription is.
    "code": lambda world, number: "no-such" if number == MISSING else None,
    # Listings are of practices and not of accounts; tests/desk/marketplace says who reads and writes one.
    "category": lambda world, number: "no-such" if number == MISSING else None,
    **{
        f"{name}.pk": lambda world, number: NOWHERE if number == MISSING else None
        for name in ("listing", "api_listing")
    },
    # No account of the cast reports; tests/desk/topics says who sees and elects an LEI.
    **{
        f"{name}.number": lambda world, number: MISSING if number == MISSING else None
        for name in ("lei", "elect_lei", "api_lei", "api_elect_lei")
    },
    # No file is written; tests/desk/messages/test_files says who gets one.
    **{
        f"{name}.{part}": lambda world, number: NOWHERE if number == MISSING else None
        for name in ("message_file", "api_message_file")
        for part in ("pk", "file")
    },
    **{f"{name}.kind": lambda world, number: "invoice" for name in ("approve_line", "api_approve_line")},
    **{
        f"{name}.pk": lambda world, number: world.rows["invoice"].get(number, NOWHERE if number == MISSING else None)
        for name in ("invoice", "cancel_invoice", "api_invoice", "approve_line", "api_approve_line")
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["told"].get(number, NOWHERE if number == MISSING else None)
        for name in TOLD_OF_FEES
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["given"].get(number, NOWHERE if number == MISSING else None)
        for name in GIVEN_BACK
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["funding"].get(number, NOWHERE if number == MISSING else None)
        for name in MOVED
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["recurring"].get(number, NOWHERE if number == MISSING else None)
        for name in RECURRING
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["bank"].get(number, NOWHERE if number == MISSING else None)
        for name in SAVED_BANKS
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["proposal"].get(number, NOWHERE if number == MISSING else None)
        for name in (*PROPOSED, *ASKED_OF_AN_OWNER)
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["consent"].get(number, NOWHERE if number == MISSING else None)
        for name in CONSENTS
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["fund_request"].get(
            number, NOWHERE if number == MISSING else None
        )
        for name in ASKED_TO_INVEST
    },
    **{f"{name}.pk": lambda world, number: NOWHERE if number == MISSING else None for name in ASSIGNMENTS},
    **{
        f"{name}.pk": lambda world, number: world.rows["charge"].get(number, NOWHERE if number == MISSING else None)
        for name in ("proof", "recompute", "api_charge_proof")
    },
}

for trading_route, trading_rows in trading.ROWS.items():
    SPECIMENS[f"{trading_route}.pk"] = partial(trading.row_of, trading_rows)
