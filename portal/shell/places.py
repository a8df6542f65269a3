"""The one list of every path, tab and button the portal has or will have; menu, tabs and aliases are cut from it.

A place whose address does not exist yet is simply not shown. `right` is what the gate of its view asks.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Whose(StrEnum):
    """Whose menu a place stands in; what is inside a place goes with it."""

    EVERYBODY = "everybody"
    ADVISORS = "advisors"
    PRACTICE = "practice"  # advisors without the back office, which sees their pages but not their client book
    OWNERS = "owners"


class Sort(StrEnum):
    """How a place is reached."""

    SECTION = "section"
    TAB = "tab"
    PAGE = "page"
    BUTTON = "button"


@dataclass(frozen=True)
class Place:
    """One path, tab or button. `inside` is the key of the place it belongs to; `go` is its letter after g."""

    key: str
    label: str | Promise
    url: str
    sort: Sort
    inside: str = ""
    icon: str = ""
    right: str = "signed_in"
    aliases: tuple[str, ...] = ()
    go: str = ""
    whose: Whose = Whose.EVERYBODY


def _section(key: str, label: str | Promise, url: str, icon: str, **more: object) -> Place:
    return Place(key, label, url, Sort.SECTION, icon=icon, **more)  # type: ignore[arg-type]


def _tab(inside: str, key: str, label: str | Promise, url: str, right: str = "signed_in", **more: object) -> Place:
    return Place(key, label, url, Sort.TAB, inside, right=right, **more)  # type: ignore[arg-type]


def _page(inside: str, key: str, label: str | Promise, url: str, right: str = "signed_in", **more: object) -> Place:
    return Place(key, label, url, Sort.PAGE, inside, right=right, **more)  # type: ignore[arg-type]


def _button(inside: str, key: str, label: str | Promise, url: str, icon: str, right: str = "signed_in") -> Place:
    return Place(key, label, url, Sort.BUTTON, inside, icon=icon, right=right)


HOME = (
    _section("home", _("Home"), "dashboard:home", "home", whose=Whose.ADVISORS),
    _tab("home", "dashboard", _("Dashboard"), "dashboard:home", aliases=("home/",), go="d"),
    _button("dashboard", "new_application", _("New client application"), "applications:new", "user-plus", "manage"),
    _button("dashboard", "add_account", _("Add account"), "applications:add_account", "plus", "manage"),
    _button("dashboard", "add_task", _("Add a task"), "tasks:new", "plus"),
    _button("dashboard", "add_note", _("Add a note"), "notes:new", "plus"),
    _button("dashboard", "add_document", _("Add a document"), "documents:new", "plus"),
    _button("dashboard", "invited", _("Client applications"), "applying:client_applications", "send", "manage"),
    _page("dashboard", "client_applications", _("Client applications"), "applying:client_applications", "manage"),
    _page("client_applications", "client_invitation", _("Invite a client"), "applying:invite_client", "manage"),
    _page("client_applications", "fill_in", _("Fill in for a client"), "filling:begin_application", "manage"),
    _page("client_applications", "fill_step", _("Fill in for a client"), "filling:fill_application", "manage"),
    _page("client_applications", "mass_upload", _("Mass upload"), "mass_upload:mass_upload", "manage"),
    _page("client_applications", "application_tasks", _("Application tasks"), "applying:application_tasks", "manage"),
    _page("dashboard", "pending", _("Pending items"), "dashboard:pending", "view"),
    _page("dashboard", "activity", _("Recent activity"), "dashboard:activity", "view"),
    _page("dashboard", "notification", _("Notification"), "dashboard:notification", "view"),
    _page("dashboard", "series", _("Value by day"), "dashboard:data", "view"),
    _page("dashboard", "notifications", _("Notifications"), "dashboard:notifications", "view"),
    _tab(
        "home",
        "contacts",
        _("Contacts"),
        "contacts:list",
        go="c",
        aliases=("manage-clients/contacts/",),
        whose=Whose.PRACTICE,
    ),
    _button("contacts", "add_contact", _("Add contact"), "contacts:new", "user-plus"),
    _button("contacts", "import_contacts", _("Import contacts"), "contacts:import", "upload"),
    _page("contacts", "contact_import", _("Import contacts"), "contacts:import"),
    _page("contact_import", "contact_file", _("Import contacts"), "contacts:intake"),
    _page("contacts", "contacts_several", _("Changes of several contacts"), "changes:several"),
    _button("contacts", "export_contacts", _("Export contacts"), "contacts:export", "download"),
    _button("contacts", "contact_columns", _("Configure columns"), "contacts:columns", "columns"),
    _button("contacts", "contact_filter", _("Filter"), "contacts:filter", "filter"),
    _button("contacts", "email_contact", _("Email the contact"), "contacts:email", "mail"),
    _button("contacts", "invite_contact", _("Send an electronic invitation"), "contacts:invite", "send"),
    _page("contacts", "contact_profile", _("Contact information"), "contacts:profile"),
    _page("contacts", "contact_edit", _("Change"), "contacts:edit"),
    _page("contacts", "contact_configuration", _("Configuration"), "contacts:configuration"),
    _page("contacts", "contact_financial", _("Financial"), "contacts:financial"),
    _page("contacts", "contact_fields", _("Own fields"), "custom:fields"),
    _page("contacts", "contact_duplicates", _("Twice in the book"), "duplicates:list"),
    _page("contact_duplicates", "contact_compare", _("Make one of two"), "duplicates:compare"),
    _page("contacts", "contact_changes", _("Changes of several contacts"), "changes:list"),
    _page("contacts", "contact_peek", _("Contact information"), "contacts:peek"),
    _page("contacts", "contact_agenda", _("Agenda"), "contacts:agenda"),
    _button("contact_agenda", "add_workflow", _("Add a workflow"), "workflows:new", "plus"),
    _button("contact_agenda", "contact_add_note", _("Add a note"), "contacts:add_note", "plus"),
    _button("contact_agenda", "contact_add_document", _("Add a document"), "contacts:add_document", "plus"),
    _button("contact_agenda", "contact_add_event", _("Add an event"), "calendar:new", "plus"),
    _tab("home", "tasks", _("Tasks"), "tasks:list", go="k", whose=Whose.PRACTICE),
    _tab("home", "workflows", _("Workflows"), "workflows:list", go="w", whose=Whose.PRACTICE),
    _page("workflows", "new_workflow", _("Add a workflow"), "workflows:new"),
    _button("new_workflow", "add_stage", _("Add stage"), "workflows:new", "plus"),
    _page("workflows", "workflow", _("Workflow"), "workflows:workflow"),
    _page("workflows", "workflow_trash", _("Throw the workflow away?"), "workflows:throw_away"),
    _page("workflows", "workflow_templates", _("Templates of workflows"), "workflows:patterns"),
    _tab("home", "documents", _("Documents"), "documents:list", go="v", whose=Whose.PRACTICE),
    _page("documents", "document", _("Document"), "documents:document"),
    _page("document", "document_trash", _("Throw away"), "documents:throw_away"),
    _page("tasks", "new_task", _("Add a task"), "tasks:new"),
    _page("tasks", "task", _("Change the task"), "tasks:task"),
    _tab("home", "accounts", _("Accounts"), "records:accounts", "view", go="a", aliases=("manage-clients/accounts/",)),
    _page("accounts", "account", _("Account"), "records:account", "view"),
    _page("account", "account_notes", _("Notes"), "notes:list"),
    _page("account_notes", "account_note", _("Change the note"), "notes:note"),
    _page("account", "authority", _("Authority of the advisor"), "consents:authority", "view"),
    _page("authority", "consent", _("What the client was asked"), "consents:consent", "view"),
    _page("account", "corrections", _("Corrected values"), "corrections:account", "view"),
    _page("account", "fees_history", _("Fees by year"), "fees:history", "report"),
    _tab("home", "fees", _("Fee Administration"), "records:fees", "report", go="f", aliases=("administration/fees/",)),
    _page(
        "fees",
        "fees_configure",
        _("Configure client fees"),
        "fees:configure",
        "set_fees",
        aliases=("manage-clients/fees/configure/", "administration/fees-invoicing/fees/configure/"),
    ),
    _page("fees", "fees_configure_account", _("Fees of an account"), "fees:configure_account", "set_fees"),
    _page("fees", "fees_proposals", _("Fee proposals"), "fees:proposals", "set_fees"),
    _page("fees_proposals", "fees_proposal", _("Fee proposal"), "fees:proposal", "set_fees"),
    _page("fees", "fees_overview", _("Fee overview"), "fees:overview", "set_fees"),
    _page("fees", "fees_schedules", _("Agreed terms"), "records:schedules", "set_fees"),
    _page("fees", "fees_what_if", _("What if"), "fees:what_if", "set_fees"),
    _page("fees_what_if", "fees_what_if_trial", _("What if"), "fees:what_if_trial", "set_fees"),
    _page(
        "fees",
        "fees_templates",
        _("Client fee templates"),
        "fees:templates",
        "set_fees",
        aliases=("manage-clients/fees/templates/",),
    ),
    _page("fees_templates", "fees_template", _("Fee template"), "fees:template", "set_fees"),
    _page("fees_templates", "new_fee_template", _("New template"), "fees:new_template", "set_fees"),
    _page("fees_templates", "apply_fee_template", _("Give a template to clients"), "fees:apply_template", "set_fees"),
    _page("fees_templates", "fee_template_job", _("A template for clients"), "fees:template_job", "set_fees"),
    _page(
        "fees",
        "fees_invoicing",
        _("Invoicing"),
        "fees:invoicing",
        "set_fees",
        aliases=("administration/fees-invoicing/invoicing/",),
    ),
    _button("fees_invoicing", "new_invoices", _("New invoices"), "fees:new_invoices", "file-invoice", "set_fees"),
    _button("fees_invoicing", "upload_invoices", _("Upload CSV"), "fees:upload_invoices", "upload", "set_fees"),
    _page("fees_invoicing", "new_invoices_page", _("New invoices"), "fees:new_invoices", "set_fees"),
    _page("fees_invoicing", "upload_invoices_page", _("Upload CSV"), "fees:upload_invoices", "set_fees"),
    _page("fees_invoicing", "review_invoices", _("Review invoices"), "fees:review_invoices", "set_fees"),
    _page("fees_invoicing", "invoice", _("Change an invoice"), "fees:invoice", "set_fees"),
    _page("fees_invoicing", "invoice_limit", _("Invoice limit"), "fees:invoice_limit", "set_fees"),
    _page(
        "fees",
        "fees_reimburse",
        _("Reimburse fees"),
        "fees:reimburse",
        "set_fees",
        aliases=("administration/fees-invoicing/reimburse/",),
    ),
    _page("fees", "fees_billing", _("Billing desk"), "fees:billing", "set_fees"),
    _page("fees", "fees_borne", _("Charges you pay for clients"), "fees:borne", "set_fees"),
    _page("account", "fees_account_cap", _("Fee cap"), "fees:account_cap", "report"),
    _page("fees", "fees_differences", _("Agreement to bill"), "fees:differences", "set_fees"),
    _button(
        "fees_reimburse",
        "new_reimbursements",
        _("New reimbursements"),
        "fees:new_reimbursements",
        "receipt-refund",
        "set_fees",
    ),
    _page("fees_reimburse", "new_reimbursements_page", _("New reimbursements"), "fees:new_reimbursements", "set_fees"),
    _page("fees_reimburse", "reimbursement", _("Change a reimbursement"), "fees:reimbursement", "set_fees"),
    _page("fees", "fees_hedge", _("Hedge fund fees"), "fees:hedge_funds", "set_fees"),
    _page("fees", "fees_allocation", _("Allocation minimums"), "fees:allocation_minimums", "set_fees"),
    _page("fees", "fees_notices", _("Fee notices"), "fees:notices", "report"),
    _page("fees_notices", "fees_notice", _("Advisory Fee Invoice"), "fees:notice", "report"),
    _page("fees", "fees_proof", _("Proof of a fee"), "fees:proof", "view"),
    _tab("home", "groups", _("Groups"), "groups:list", go="r", whose=Whose.PRACTICE),
    _page("groups", "group", _("Group"), "groups:group"),
    _tab("home", "transactions", _("Transaction History"), "transactions:list", "view", go="t"),
    _page("transactions", "transaction", _("Transaction"), "transactions:transaction", "view"),
    _tab("home", "calendar", _("Calendar"), "calendar:month", go="l", whose=Whose.PRACTICE),
    _button("calendar", "calendar_month", pgettext_lazy("calendar view", "Month"), "calendar:month", "calendar"),
    _button("calendar", "calendar_days", _("Day list"), "calendar:days", "list"),
    _page("calendar", "calendar_week", pgettext_lazy("calendar view", "Week"), "calendar:week"),
    _page("calendar", "calendar_agenda", pgettext_lazy("calendar view", "Agenda"), "calendar:agenda"),
    _page("calendar", "calendar_day_list", _("Day list"), "calendar:days"),
    _page("calendar", "calendar_trash", _("Trash"), "calendar:trash"),
    _button("calendar", "calendar_import", _("Bring in a calendar"), "calendar:import", "upload"),
    _page("calendar", "calendar_import_page", _("Bring in a calendar"), "calendar:import"),
    _page("calendar", "calendar_feeds", _("Calendar for other programs"), "feeds:list"),
    _page("calendar", "new_event", _("Add an event"), "calendar:new"),
    _page("calendar", "event", _("Event"), "calendar:event"),
    _page("calendar", "event_trash", _("Throw the event away?"), "calendar:throw_away"),
    _button("calendar", "add_event", _("Add an event"), "calendar:new", "plus"),
    _tab("home", "email", _("Email"), "mailbox:home", go="e"),
    _button("email", "request_mailbox", _("Request mailbox"), "mailbox:request", "mail-plus"),
    _page("email", "mx_records", _("How to add MX records"), "mailbox:mx"),
    _tab("home", "tools", _("Tools"), "tools:home", "report", go="o", whose=Whose.ADVISORS),
    _page("tools", "queries", _("Client data queries"), "tools:queries", "report"),
    _page("tools", "goals", _("Goal tracker"), "tools:goals", "report"),
    _button("goals", "new_goal", _("New goal"), "tools:new_goal", "plus", "report"),
    _page("goals", "new_goal_page", _("New goal"), "tools:new_goal", "report"),
    _page("goals", "goal", _("Goal"), "tools:goal", "report"),
    _page("tools", "esg", _("ESG impact preferences"), "tools:esg", "report"),
    _page("tools", "rmd", _("RMD calculator"), "tools:rmd", "report"),
    _page("rmd", "rmd_account", _("Required distribution"), "tools:rmd_account", "report"),
)

WORK = (
    _section("trading", _("Trading"), "trading:home", "chart-candle", right="trade"),
    _tab("trading", "orders", _("Orders"), "trading:orders", "trade"),
    _tab("trading", "allocation", _("Allocation"), "trading:allocation", "allocate"),
    _page("allocation", "block", _("Block trade"), "trading:block", "view"),
    _page("allocation", "allocate", _("Allocate"), "trading:allocate", "allocate"),
    _page("allocation", "new_block", _("New block trade"), "trading:new_block", "allocate"),
    _tab("trading", "restrictions", _("Restrictions"), "trading:restrictions", "restrict"),
    _page(
        "restrictions", "account_restrictions", _("Restrictions of an account"), "trading:account_restrictions", "view"
    ),
    _page("restrictions", "add_restriction", _("New restriction"), "trading:add_restriction", "restrict"),
    _tab("trading", "products", _("Trading permissions"), "trading:products", "grant_products"),
    _page("products", "account_products", _("Permissions of an account"), "trading:account_products", "view"),
    _page("account_products", "permission", _("Request for trading permissions"), "trading:permission", "view"),
    _page("account_products", "ask_permission", _("Ask for trading permissions"), "trading:ask_permission", "view"),
    _tab("trading", "may_trade", _("Can I trade this?"), "trading:check", "trade"),
    _section(
        "reports",
        _("Reports"),
        "reports:home",
        "report-analytics",
        right="report",
        go="p",
        whose=Whose.ADVISORS,
    ),
    _tab("reports", "statements", _("Statements"), "statements:list", "report"),
    _page("statements", "statements_account", _("Statements of an account"), "statements:account", "report"),
    _page("statements_account", "statement", _("Statement"), "statements:month", "report"),
    _tab("reports", "activity_statements", _("Activity"), "reports:activity", "report"),
    _tab("reports", "analyst", _("Portfolio analysis"), "reports:performance", "report"),
    _tab("reports", "client_summary", _("Client summary"), "reports:summary", "report"),
    _tab("reports", "income", _("Income"), "reports:income", "report"),
    _tab("reports", "fee_reports", _("Fee reports"), "reports:fees", "report"),
    _tab("reports", "margin", _("Margin groups"), "trading:margin", "report"),
    _page("margin", "account_margin", _("Margin group"), "trading:account_margin", "view"),
    _tab("reports", "tax", _("Tax documents"), "reports:tax", "report"),
    _section("transfer", _("Transfer & Pay"), "transfer:home", "transfer", right="fund"),
    _tab("transfer", "transfer_funds", _("Transfer funds"), "transfer:funds", "fund"),
    _page("transfer_funds", "transfer_account", _("Transfer funds"), "transfer:account", "fund"),
    _page("transfer_account", "transfer_deposit", _("Announce a deposit"), "transfer:deposit", "fund"),
    _page("transfer_account", "transfer_withdraw", _("Withdraw"), "transfer:withdraw", "fund"),
    _page("transfer_account", "transfer_move", _("Internal transfer"), "transfer:move", "fund"),
    _page("transfer_account", "transfer_bank", _("Save a bank"), "transfer:save_bank", "fund"),
    _page("transfer_funds", "transfer_request", _("Movement of money"), "transfer:funding_request", "fund"),
    _tab("transfer", "transfer_positions", _("Transfer positions"), "transfer:positions", "fund"),
    _tab("transfer", "bill_pay", _("Bill pay"), "transfer:bill_pay", "fund"),
    _tab("transfer", "saved_information", _("Saved information"), "transfer:saved", "fund"),
)

SETTINGS = (
    _section("settings", _("Settings"), "settings:home", "settings", go="s"),
    _tab("settings", "user_settings", _("User Settings"), "settings:user"),
    _tab("settings", "devices", _("Secure login"), "devices:list", aliases=("settings/secure-login-system/",)),
    _page("devices", "device", _("Secure login devices"), "devices:confirm"),
    _tab("settings", "storage_password", _("Storage password"), "vault:home", whose=Whose.PRACTICE),
    _page("storage_password", "vault_unlock", _("Unlock"), "vault:unlock"),
    _page("storage_password", "vault_members", _("Who is in the client book"), "vault:members"),
    _page("storage_password", "vault_copy", _("Copy of the client book"), "copies:copy"),
    _page("vault_members", "vault_member", _("Colleague"), "vault:member"),
    _page("storage_password", "vault_recover", _("Forgotten storage password"), "vault:recover"),
    _page("vault_recover", "vault_sheets", _("Sheets of the practice"), "vault:sheets"),
    _page("storage_password", "vault_protects", _("What it protects from"), "vault:protects"),
    _page("devices", "opt_out", _("Opting out"), "optouts:show"),
    _page("user_settings", "addresses", _("IP restrictions"), "settings:addresses"),
    _page("user_settings", "market_data", _("Market data subscriptions"), "settings:market_data"),
    _page("user_settings", "change_password", _("Change password"), "account_change_password"),
    _tab("settings", "account_settings", _("Account Settings"), "settings:account"),
    _button(
        "account_settings",
        "permissions",
        _("Trading permissions"),
        "trading:products",
        "settings",
        "grant_products",
    ),
    _page("account_settings", "lei", _("LEI election"), "settings:lei"),
    _page("account_settings", "class_action", _("Securities class action recovery"), "settings:class_action"),
    _page("account_settings", "tax_optimizer", _("Tax optimizer"), "settings:tax_optimizer"),
    _tab("settings", "branding", _("White branding"), "brand:edit", "brand"),
    _tab(
        "settings",
        "users",
        _("Users & Access Rights"),
        "users:list",
        "manage_users",
        aliases=("settings/users-access-rights/",),
    ),
    _button("users", "add_user", _("Add user"), "users:add", "user-plus", "manage_users"),
    _page("users", "user", _("User"), "users:user", "manage_users"),
    _page("users", "new_user", _("Add user"), "users:add", "manage_users"),
    _page("users", "review_user", _("Review the new user"), "users:confirm", "manage_users"),
    _page("users", "leaver", _("A person leaves"), "users:leave", "manage_users"),
    _page("users", "roles", _("Roles"), "users:roles", "manage_users"),
    _page("roles", "new_role", _("New role"), "users:new_role", "manage_users"),
    _page("roles", "role", _("Role"), "users:role", "manage_users"),
    _page("users", "approval_rules", _("Authorizers"), "users:approval_rules", "manage_users"),
    _tab("settings", "authorizations", _("Authorizations"), "users:authorizations"),
    _tab("settings", "tokens", _("API tokens"), "tokens:list"),
    _tab("settings", "structure", _("Structure"), "structure:tree", "view", go="u", whose=Whose.ADVISORS),
    _page("structure", "seen_as", _("See the portal as another user"), "seen_as:choose", "view"),
    _tab("settings", "links", _("Links"), "links:list", "view"),
    _page("structure", "second_level", _("New second-level advisor"), "applications:second_level", "manage"),
    _page("structure", "application", _("New application"), "applications:new", "manage"),
)

OTHER = (
    _section("marketplace", _("Investors' Marketplace"), "marketplace:home", "building-store"),
    _tab("marketplace", "hedge_funds", _("Hedge fund investor site"), "marketplace:hedge_funds"),
    _section("support", _("Support"), "shell:help", "lifebuoy", go="h"),
    _tab("support", "help", pgettext_lazy("noun", "Help"), "shell:help", aliases=("help/",)),
    _tab("support", "messages", _("Message Center"), "messages:list", "view", whose=Whose.ADVISORS),
    _page("messages", "thread", _("Conversation"), "messages:thread", "view"),
    _page("messages", "new_message", _("New message"), "messages:new", "view"),
    _button("messages", "new_ticket", _("Compose new ticket"), "messages:new_ticket", "pencil", "view"),
    _section("office", _("Back office"), "admin:index", "building-bank", right="office"),
    _tab("office", "nights", _("Nightly runs"), "nights:list", "office"),
    _tab("office", "statement_files", _("Statement files"), "statement_files:uploads", "office"),
    _tab("office", "office_tickets", _("Tickets"), "tickets:list", "office"),
    _page("office_tickets", "office_ticket", _("Ticket"), "tickets:ticket", "office"),
    _page("office_tickets", "office_inquiry", _("New inquiry"), "tickets:new", "office"),
    _page("statement_files", "statement_job", _("Import"), "statement_files:job", "office"),
    _page("statement_files", "corrected_values", _("Corrected values"), "statement_files:corrections", "office"),
    _page("statement_files", "exchange_rates", _("Exchange rates"), "statement_files:rates", "office"),
)

# The menu of whoever owns accounts: clients and STL accounts. Short, and in their words.
OWNERS = (
    _section("own_home", _("Home"), "dashboard:home", "home", whose=Whose.OWNERS),
    _page("own_home", "own_notifications", _("Notifications"), "dashboard:notifications", "view"),
    _page("own_notifications", "own_notification", _("Notification"), "dashboard:notification", "view"),
    _page("own_home", "own_pending", _("Pending items"), "dashboard:pending", "view"),
    _page("own_home", "own_activity", _("Recent activity"), "dashboard:activity", "view"),
    _section("own_accounts", _("Accounts"), "records:accounts", "wallet", right="view", whose=Whose.OWNERS),
    _page("own_accounts", "own_account", _("Account"), "records:account", "view"),
    _page("own_account", "own_authority", _("Authority of the advisor"), "consents:authority", "view"),
    _page("own_account", "own_corrections", _("Corrected values"), "corrections:account", "view"),
    _page("own_account", "own_fees_history", _("Fees by year"), "fees:history", "report"),
    _page("own_accounts", "own_series", _("Value by day"), "dashboard:data", "view"),
    _section("own_statements", _("Statements"), "statements:list", "file-text", right="report", whose=Whose.OWNERS),
    _page("own_statements", "own_statements_account", _("Statements of an account"), "statements:account", "report"),
    _page("own_statements_account", "own_statement", _("Statement"), "statements:month", "report"),
    _section("own_reports", _("Reports"), "reports:home", "report-analytics", right="report", whose=Whose.OWNERS),
    _tab("own_reports", "own_activity_statements", _("Activity"), "reports:activity", "report"),
    _tab("own_reports", "own_analyst", _("Portfolio analysis"), "reports:performance", "report"),
    _tab("own_reports", "own_client_summary", _("Client summary"), "reports:summary", "report"),
    _tab("own_reports", "own_income", _("Income"), "reports:income", "report"),
    _tab("own_reports", "own_fee_reports", _("Fee reports"), "reports:fees", "report"),
    _section("own_fees", _("Fees"), "records:fees", "receipt", right="report", whose=Whose.OWNERS),
    _page("own_fees", "own_proof", _("Proof of a fee"), "fees:proof", "view"),
    _section(
        "own_transactions",
        _("Transaction History"),
        "transactions:list",
        "history",
        right="view",
        whose=Whose.OWNERS,
    ),
    _page("own_transactions", "own_transaction", _("Transaction"), "transactions:transaction", "view"),
    _section("own_approvals", _("Approvals"), "clients:approvals", "signature", right="sign", whose=Whose.OWNERS),
    _page("own_approvals", "own_consent", _("Question of your advisor"), "consents:consent", "view"),
    _page("own_approvals", "own_fee_proposal", _("Fee proposal"), "fees:approval", "sign"),
    _section("own_messages", _("Messages"), "messages:list", "mail", right="view", whose=Whose.OWNERS),
    _page("own_messages", "own_thread", _("Conversation"), "messages:thread", "view"),
    _page("own_messages", "own_new_message", _("New message"), "messages:new", "view"),
    _page("own_messages", "own_new_ticket", _("New ticket"), "messages:new_ticket", "view"),
)

PLACES: tuple[Place, ...] = OWNERS + HOME + WORK + SETTINGS + OTHER
