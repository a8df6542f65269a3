"""What each task that asks for the password again is about, in a sentence: one description a task, for page and API.

A new gate with `step_up` needs its line in `SENTENCES`; a test compares both.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.products.rules import Permission, permission_words
from accounts.desk.brand.rules import BrandProblem, check_host
from accounts.ground.access.scope import scope
from accounts.ground.consents.models import Consent
from accounts.ground.linkage.queries import asked_of
from accounts.ground.optouts.models import Extent
from accounts.ground.tree.models import Account
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import own
from fees.invoicing.files import file_of as rows_of
from fees.invoicing.files import own_job as invoice_job
from fees.invoicing.queries import invoices
from fees.invoicing.review import BadForm, corrected, file_of
from fees.invoicing.upload import File, parse
from fees.notices.models import Mode
from fees.reimbursements.queries import reimbursements
from fees.sending.forms import Rows
from portal.confirming import book, hooks, money, office, people, templates, terms, topics
from portal.confirming.billing import approve_line, billing_month, client_minimum, minimums, threshold
from portal.confirming.wish import Untold, Wish, account_words, amount_words, one_of

SHOWN = 5
Sentence = Callable[[Wish], str]


def words_of(request: HttpRequest) -> str:
    """The sentence for a request; "" where nothing can be said that its sender may know."""
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name.startswith("admin:"):
        return _in_the_office(Wish.of(request))
    tell = SENTENCES.get(match.view_name)
    try:
        return tell(Wish.of(request)) if tell else ""
    except (Http404, LookupError, ValueError):
        return ""


def _ask_link(wish: Wish) -> str:
    return _("Ask the advisor %(advisor)s, %(title)s, to take account %(account)s.") % {
        "advisor": wish.text("master").upper(),
        "title": wish.text("title"),
        "account": wish.account(),
    }


def _answer_link(wish: Wish) -> str:
    link = one_of(asked_of(wish.seat), wish.place["pk"])
    accepts = wish.said.get("answer") == "accept" or wish.said.get("accept") is True
    words = _("Accept account %(account)s below your practice.") if accepts else _("Reject the link of %(account)s.")
    return words % {"account": f"{link.number} {link.title}"}


def _brand(wish: Wish) -> str:
    if wish.said.get("withdraw"):
        return _("Take your brand off; your clients see the portal's own.")
    try:
        host = check_host(str(wish.said.get("host") or ""))
    except BrandProblem as problem:
        raise Untold from problem
    if host:
        words = _("Show your clients the name %(name)s, also at the address %(host)s.")
        return words % {"name": wish.text("name"), "host": host}
    return _("Show your clients the name %(name)s.") % {"name": wish.text("name")}


def _sign_permissions(wish: Wish) -> str:
    row = one_of(scope(wish.seat, PermissionRequest), wish.place["pk"])
    return _("Sign the agreement on these trading permissions of account %(account)s: %(permissions)s.") % {
        "account": account_words(scope(wish.seat, Account).filter(pk=row.account_id).first()),
        "permissions": _permissions(row.wanted),
    }


def _permissions(texts: Iterable[str]) -> str:
    found = [one for one in map(Permission.read, texts) if one]
    if not found:
        raise Untold
    return ", ".join(permission_words(one) for one in sorted(found))


def _answer_permissions(wish: Wish) -> str:
    row = one_of(scope(wish.seat, PermissionRequest), wish.place["pk"])
    account = account_words(scope(wish.seat, Account).filter(pk=row.account_id).first())
    approves = wish.said.get("answer") == "approve" or wish.said.get("approve") is True
    words = (
        _("Approve these trading permissions of account %(account)s: %(permissions)s.")
        if approves
        else _("Decline these trading permissions of account %(account)s: %(permissions)s.")
    )
    return words % {"account": account, "permissions": _permissions(row.wanted)}


def _listed(wish: Wish, rows: list[tuple[str, object]]) -> str:
    """Accounts and amounts, the first few of them; only of accounts that the asker may charge."""
    numbers = [number.strip().upper() for number, _amount in rows[:SHOWN]]
    known = {one.number: one for one in scope(wish.seat, Account, "set_fees").filter(number__in=numbers)}
    told = [
        f"{account_words(known[number])}: {amount_words(amount, known[number].base_currency)}"
        for number, (_typed, amount) in zip(numbers, rows[:SHOWN], strict=True)
        if number in known
    ]
    if not told:
        raise Untold
    return "; ".join(told) + ("" if len(told) == len(rows) else " …")


def _sent(wish: Wish) -> list[tuple[str, object]]:
    return [(str(one.get("account", "")), one.get("amount", "")) for one in wish.rows]


def _send_invoices(wish: Wish) -> str:
    rows = _sent(wish)
    if not rows:
        try:
            rows = [(one.account, one.amount) for one in _invoice_file(wish).rows]
        except BadForm as problem:
            raise Untold from problem
    if wish.said.get("dry_run") is True:
        words = ngettext("Check a file of %(count)s invoice; nothing is sent.",
                         "Check a file of %(count)s invoices; nothing is sent.", len(rows))  # fmt: skip
        return words % {"count": len(rows)}
    words = ngettext("Send %(count)s invoice: %(rows)s", "Send %(count)s invoices: %(rows)s", len(rows))
    return words % {"count": len(rows), "rows": _listed(wish, rows)}


def _invoice_file(wish: Wish) -> File:
    """The rows of a review, of a file that a job has checked, or of one that came over the API."""
    if "task" in wish.place:
        return corrected(rows_of(invoice_job(wish.seat, wish.place["task"])), wish.request.POST)
    if "content" in wish.said:
        return parse(str(wish.said["content"]).encode(), name="", decimal_comma=wish.said.get("decimal_comma") is True)
    return file_of(wish.request.POST)


def _send_reimbursements(wish: Wish) -> str:
    rows = _sent(wish) or [(one.account, one.amount) for one in Rows(wish.request.POST).asked()]
    words = ngettext("Give back to %(count)s account: %(rows)s", "Give back to %(count)s accounts: %(rows)s", len(rows))
    return words % {"count": len(rows), "rows": _listed(wish, rows)}


def _change_reimbursement(wish: Wish) -> str:
    row = one_of(reimbursements(wish.seat), wish.place["pk"])
    said = {"account": account_words(row.account), "before": amount_words(row.amount, row.currency)}
    if wish.method == "DELETE":
        return _("Withdraw the reimbursement of %(before)s to account %(account)s.") % said
    said["after"] = amount_words(wish.said.get("amount") or row.amount, row.currency)
    return _("Change the reimbursement to account %(account)s from %(before)s to %(after)s.") % said


def _notice_mode(wish: Wish) -> str:
    mode = wish.text("mode")
    if mode not in Mode.values:
        raise Untold
    return _("Tell your clients of fees this way from the next night on: %(mode)s.") % {"mode": Mode(mode).label}


def _change_invoice(wish: Wish) -> str:
    row = one_of(invoices(wish.seat), wish.place["pk"])
    said = {"account": account_words(row.account), "before": amount_words(row.amount, row.currency)}
    if wish.method == "DELETE":
        return _("Withdraw the invoice of %(before)s to account %(account)s.") % said
    said["after"] = amount_words(wish.said.get("amount") or row.amount, row.currency)
    return _("Change the invoice to account %(account)s from %(before)s to %(after)s.") % said


def _add_device(wish: Wish) -> str:
    kind = wish.text("kind")
    return _("Add to your devices: %(kind)s.") % {"kind": Kind(kind).label if kind in Kind.values else "—"}


def _revoke_device(wish: Wish) -> str:
    device = own(wish.request.user.pk or 0, wish.place["device"])
    if device is None:
        return ""
    return _("Revoke your device “%(device)s”.") % {"device": device.name}


def _make_codes(wish: Wish) -> str:
    return _("Make new recovery codes; the old ones will no longer work.")


def _opt_out(wish: Wish) -> str:
    extent = wish.text("extent")
    label = Extent(extent).label if extent in Extent.values else "—"
    return _("Work without a second proof from now on: %(extent)s.") % {"extent": label}


def _agree(wish: Wish) -> str:
    row = one_of(scope(wish.seat, Consent).select_related("account"), wish.place["pk"])
    return _("Agree to this for account %(account)s: %(kind)s.") % {
        "account": account_words(row.account),
        "kind": row.get_kind_display(),
    }


def _run_night(wish: Wish) -> str:
    return _("Run the night of %(day)s.") % {"day": wish.place.get("day") or wish.text("day")}


def _retry_night(wish: Wish) -> str:
    return _("Try again what is held in the night of %(day)s.") % {"day": wish.place["day"]}


def _in_the_office(wish: Wish) -> str:
    page: Any = getattr(wish.request.resolver_match.func, "model_admin", None)  # type: ignore[union-attr]
    if page is None:
        return ""
    named = str(page.opts.verbose_name_plural)
    if "action" in wish.said:
        actions = dict(page.get_action_choices(wish.request))
        chosen = len(wish.request.POST.getlist("_selected_action"))
        return f"{actions.get(wish.said['action'], '')}: {named}, {chosen}"
    row = page.get_object(wish.request, wish.place["object_id"]) if "object_id" in wish.place else None
    if row is None:
        return _("Add to the list: %(list)s.") % {"list": named}
    return _("Change %(row)s in the list: %(list)s.") % {"row": row, "list": named}


SENTENCES: Mapping[str, Sentence] = {
    **dict.fromkeys(("links:ask", "links:join", "api_account_link", "api_account_join"), _ask_link),
    **dict.fromkeys(("links:decide", "api_link_decision"), _answer_link),
    **dict.fromkeys(("users:confirm", "api_new_user"), people.add_user),
    **dict.fromkeys(("users:rights", "api_user"), people.change_user),
    "users:remove": people.remove_user,
    **dict.fromkeys(("users:leave", "api_leave"), people.leave),
    **dict.fromkeys(("users:add_address", "api_new_address"), people.add_address),
    **dict.fromkeys(("users:remove_address", "api_address"), people.remove_address),
    **dict.fromkeys(("brand:edit", "api_brand"), _brand),
    **dict.fromkeys(("users:new_role", "api_roles"), people.new_role),
    **dict.fromkeys(("users:role", "api_role"), people.change_role),
    "users:delete_role": people.remove_role,
    **dict.fromkeys(("users:approve", "api_approve"), people.approve),
    **dict.fromkeys(("users:reject", "api_reject"), people.reject),
    **dict.fromkeys(("users:approval_rules", "api_approval_rules"), people.new_rule),
    **dict.fromkeys(("users:remove_rule", "api_approval_rule"), people.remove_rule),
    **dict.fromkeys(("devices:begin", "api_new_device"), _add_device),
    **dict.fromkeys(("devices:revoke", "api_device"), _revoke_device),
    **dict.fromkeys(("devices:codes", "api_recovery_codes"), _make_codes),
    **dict.fromkeys(("optouts:sign", "api_sign_opt_out"), _opt_out),
    **dict.fromkeys(("tokens:create", "api_new_token"), people.new_token),
    **dict.fromkeys(("hooks:create", "api_new_webhook"), hooks.new),
    **dict.fromkeys(("hooks:rotate", "api_webhook_secret"), hooks.new_secret),
    **dict.fromkeys(("settings:elect_lei", "api_elect_lei"), topics.elect_lei),
    **dict.fromkeys(("settings:subscribe_market_data", "api_one_market_data"), topics.market_data),
    **dict.fromkeys(("marketplace:sign_fund", "api_sign_fund"), topics.sign_fund),
    **dict.fromkeys(("settings:enroll_recovery", "api_enroll_recovery"), topics.enroll_recovery),
    **dict.fromkeys(("settings:leave_recovery", "api_leave_recovery"), topics.leave_recovery),
    **dict.fromkeys(("trading:sign_permission", "api_sign_permission"), _sign_permissions),
    **dict.fromkeys(("trading:decide_permission", "api_permission_answer"), _answer_permissions),
    **dict.fromkeys(("transfer:withdraw", "api_withdraw"), money.withdraw),
    "transfer:pay_bill": money.pay_bill,
    **dict.fromkeys(("transfer:move", "api_move"), money.move),
    **dict.fromkeys(("transfer:positions_out", "api_positions_out"), money.send_positions),
    **dict.fromkeys(("transfer:recur", "api_recur"), money.recur),
    **dict.fromkeys(("transfer:recurring_resume", "api_resume_recurring"), money.resume),
    **dict.fromkeys(
        ("transfer:save_bank", "transfer:save_payee", "transfer:save_broker", "api_save_bank"), money.save_bank
    ),
    **dict.fromkeys(("transfer:delete_bank", "api_delete_bank"), money.delete_bank),
    **dict.fromkeys(("transfer:funding_verify", "api_verify_funding"), money.verify),
    **dict.fromkeys(("fees:send_invoices", "api_send_invoices"), _send_invoices),
    **dict.fromkeys(("fees:send_invoice_file", "api_invoice_files"), _send_invoices),
    **dict.fromkeys(("fees:send_reimbursements", "api_send_reimbursements"), _send_reimbursements),
    **dict.fromkeys(("fees:reimbursement", "api_reimbursement"), _change_reimbursement),
    **dict.fromkeys(("fees:billing_threshold", "api_billing_threshold"), threshold),
    **dict.fromkeys(("fees:choose_minimums", "api_choose_minimums"), minimums),
    **dict.fromkeys(("fees:choose_minimum_for", "api_client_minimum"), client_minimum),
    **dict.fromkeys(("fees:close_month", "fees:open_month", "api_billing_lock"), billing_month),
    **dict.fromkeys(("fees:approve_line", "api_approve_line"), approve_line),
    **dict.fromkeys(("fees:notice_mode", "api_notice_mode"), _notice_mode),
    **dict.fromkeys(("fees:invoice", "api_invoice"), _change_invoice),
    **dict.fromkeys(("fees:send_proposal", "api_send_terms"), terms.send_terms),
    **dict.fromkeys(("fees:new_template", "api_fee_templates"), templates.keep_template),
    **dict.fromkeys(("fees:template", "api_fee_template"), templates.change_template),
    **dict.fromkeys(("fees:default_template", "api_default_fee_template"), templates.default_template),
    "fees:delete_template": templates.delete_template,
    **dict.fromkeys(("fees:send_template", "api_send_fee_template"), templates.send_template),
    **dict.fromkeys(("fees:what_if_send", "api_send_what_if"), terms.send_trial),
    **dict.fromkeys(("fees:sign_proposal", "api_sign_proposal"), terms.sign_terms),
    **dict.fromkeys(("fees:return_paper", "api_return_paper"), terms.return_paper),
    **dict.fromkeys(("consents:agree", "api_agree"), _agree),
    **dict.fromkeys(("nights:run_any", "nights:run"), _run_night),
    "nights:retry": _retry_night,
    **dict.fromkeys(("nights:watch", "api_night_watch"), office.watch_nights),
    **dict.fromkeys(("nights:decide_any", "nights:decide", "api_night_decisions"), office.decide_night),
    **dict.fromkeys(("vault:change", "api_vault_password"), book.change_password),
    **dict.fromkeys(("vault:new_code", "api_vault_new_code"), book.new_code),
    **dict.fromkeys(("vault:recover", "api_vault_recover"), book.recover),
    **dict.fromkeys(("vault:sheets", "api_vault_sheets"), book.sheets),
    **dict.fromkeys(("vault:member", "api_vault_member"), book.let_in),
    "vault:take_out": book.take_out,
    **dict.fromkeys(("copies:copy", "api_vault_copy"), book.copy),
    **dict.fromkeys(("reconciliation:note", "api_look_after"), office.look_after),
    **dict.fromkeys(("reconciliation:take_back", "api_take_back"), office.take_back),
}
