"""Who reads rows past the scope, and why that is right there. A new file is put here by somebody who can say why."""

# What changes rows, acts for the night, or is a page of the back office works under a login or a check of its own.
DRAWERS = ("actions.py", "admin.py", "models.py", "night.py", "tasks.py")

NIGHT = "runs under the night's own login, for every firm"
OFFICE = "a page of the back office, under its own login"
SHELL = "a command of whoever runs the servers"
DEMO = "builds the demo firm as the owner"
ABOVE = "what is decided above an account is inherited: rows of the levels above an account that came through the scope"
CORRELATED = "correlated to rows that came through the scope"

FILES = {
    "portal/nightly.py": NIGHT,
    "portal/selfcheck/books.py": NIGHT,
    "fees/posting/close.py": NIGHT,
    "fees/adjustments/checks.py": NIGHT,
    "fees/adjustments/queries.py": "of one charge, which came through the scope or is the night's",
    "fees/posting/posting.py": NIGHT,
    "fees/posting/seal.py": NIGHT,
    "accounts/broker/feed/pickup.py": NIGHT,
    "accounts/broker/transmit/answers.py": NIGHT,
    "accounts/broker/transmit/queries.py": "the back office, or correlated to rows that came through the scope",
    "portal/office/queries.py": OFFICE,
    "portal/office/listing.py": OFFICE,
    "portal/office/views.py": OFFICE,
    "portal/office/statements/work.py": OFFICE,
    "portal/office/statements/results.py": OFFICE,
    "portal/office/statements/views.py": OFFICE,
    "portal/demo/agreements.py": DEMO,
    "portal/demo/invoices.py": DEMO,
    "portal/demo/settling.py": DEMO,
    "portal/demo/history.py": DEMO,
    "portal/demo/firm.py": DEMO,
    "portal/management/commands/explain.py": SHELL,
    "portal/management/commands/agree.py": SHELL,
    "portal/management/commands/agree_cap.py": SHELL,
    "portal/management/commands/firm.py": SHELL,
    "portal/management/commands/account.py": SHELL,
    "accounts/ground/authorizations/lapsing.py": "runs by the clock under the back office's login, for every firm",
    "accounts/ground/access/scope.py": "is the scope",
    "accounts/ground/access/managers.py": "is the manager that refuses to read without a scope",
    "accounts/ground/access/api.py": "hands the rows to the scope",
    "accounts/ground/people/adapter.py": "the seats of the user who is signing in",
    "accounts/ground/ledger/queries.py": "one book that its caller has from the scope",
    "portal/records/queries.py": CORRELATED,
    "portal/structure/queries.py": CORRELATED,
    "portal/corrections/queries.py": CORRELATED,
    "portal/shell/context.py": "the names in the frame: the person's own firm, practice and seats",
    "accounts/ground/tree/queries.py": CORRELATED,
    "accounts/ground/users/queries.py": "users of the person's own place, under the database's policies",
    "accounts/desk/users/approval_views.py": "users of the person's own place, under the database's policies",
    "accounts/desk/users/forms.py": "users of the person's own place, under the database's policies",
    "accounts/ground/authorizations/rules_actions.py": "rules of the person's own place, under the database's policies",
    "accounts/ground/linkage/queries.py": "both advisors of a link, who do not see one another's accounts",
    "accounts/ground/linkage/moving.py": "moves an account from one advisor to another, under the office's login",
    "portal/structure/moves.py": "both advisors of a link, who do not see one another's accounts",
    "accounts/broker/restrictions/queries.py": ABOVE,
    "accounts/broker/instruments/queries.py": ABOVE,
    "accounts/broker/products/queries.py": ABOVE,
    "accounts/broker/allocation/queries.py": CORRELATED,
    "accounts/broker/allocation/breaks.py": "under the night's own login, or of one block that came through the scope",
    "fees/whatif/queries.py": "a person's own what-ifs, by the person's key; the second wall asks for it too",
    "fees/whatif/sending.py": "a person's own what-ifs, by the person's key; the second wall asks for it too",
    "fees/proofs/evidence.py": "what a charge was made from, once the charge came through the scope",
    "portal/preferences/queries.py": "a person's own rows, by the person's key; the second wall asks for it too",
    "portal/exports/views.py": "a person's own rows, by the person's key; the second wall asks for it too",
    "portal/news/corporate.py": "names of securities, the same for everybody",
    "accounts/ground/addresses/queries.py": "network addresses of a seat at one's own place",
    "fees/invoicing/upload.py": "invoices of the accounts of a file, which came through the scope",
    "fees/proposals/lapsing.py": "under the office's own login, by the clock or in a move",
    "portal/demo/proposals.py": "the demo firm's own making, under the office's login",
    "fees/proposals/signing.py": "the payee of a proposal that came through the scope",
}
