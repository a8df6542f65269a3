"""What is confirmed of fee terms, in sentences: every figure that will be stored stands in them.

They are read by the form and the serializer that the task itself reads them by.
"""

from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.dates import day_text
from fees.engine import flat, percent
from fees.engine.registry import EVERY, words
from fees.proofs.words import exact, method_title, tell
from fees.proposals.api_terms import FeeTermsSerializer, wanted_from
from fees.proposals.document import terms_words
from fees.proposals.forms import TermsForm
from fees.proposals.queries import of_practice, proposals, wanted_of
from fees.proposals.rules import Wanted
from fees.schedules.rules import Figures
from fees.whatif.actions import wanted_of as tried
from fees.whatif.queries import trial_of
from portal.confirming.wish import Untold, Wish, account_words
from portal.lib.exchange import exchange_day

JSON = "application/json"


def wanted(wish: Wish) -> Wanted | None:
    """The terms as the task will read them; None where it will refuse them."""
    if wish.request.content_type != JSON:
        return TermsForm(wish.request.POST).wanted()
    read = FeeTermsSerializer(data=dict(wish.said))
    return wanted_from(read.validated_data) if read.is_valid() else None


def told(terms: Wanted | None) -> str:
    """Every fee with its figures, and who bears what, the figures first; terms that will be refused are not told."""
    if terms is None:
        raise Untold
    fees = [f"{_figure(one)} ({method_title(one.method)})" for one in terms.components]
    beside = terms_words(replace(terms, components=()))
    strategy, rest = beside[:1], beside[1:]
    if terms.asked_start:
        rest.append(_("They apply from %(day)s on.") % {"day": day_text(terms.asked_start)})
    return "; ".join(one.rstrip(".") for one in [*(fees or strategy), *rest])


def _figure(one: Figures) -> str:
    if EVERY[one.method].family == percent.FAMILY and one.rate is not None:
        return _("%(percent)s%% a year") % {"percent": exact(one.rate * 100, 0)}
    if EVERY[one.method].family == flat.FAMILY and one.flat is not None:
        return _("%(amount)s a year") % {"amount": exact(one.flat)}
    return " ".join(tell(sentence) for sentence in words(one.terms(starts=date.min))).rstrip(".")


def send_terms(wish: Wish) -> str:
    """Terms for one account."""
    return _("Send these fee terms for account %(account)s: %(terms)s") % {
        "account": wish.account(),
        "terms": told(wanted(wish)),
    }


def sign_terms(wish: Wish) -> str:
    """What the client agrees to."""
    row = proposals(wish.seat).filter(pk=wish.place["pk"]).first()
    if row is None:
        raise Untold
    return _("Sign fee proposal %(version)s for account %(account)s: %(terms)s") % {
        "version": row.version,
        "account": account_words(row.account),
        "terms": told(wanted_of(row)),
    }


def return_paper(wish: Wish) -> str:
    """What came back signed by hand."""
    row = of_practice(wish.seat).filter(pk=wish.place["pk"]).first()
    if row is None:
        raise Untold
    return _("Hand in the paper signed for fee proposal %(version)s of account %(account)s: %(terms)s") % {
        "version": row.version,
        "account": account_words(row.account),
        "terms": told(wanted_of(row)),
    }


def send_trial(wish: Wish) -> str:
    """Terms that were tried on the book."""
    job = trial_of(wish.seat, wish.place["trial"])
    terms = told(tried(job))
    listed = wish.said.get("accounts")
    if isinstance(listed, list) or wish.said.get("which") == "chosen":
        count = len(listed if isinstance(listed, list) else wish.request.POST.getlist("chosen"))
        sentence = ngettext(
            "Propose these tried terms to %(count)s client: %(terms)s",
            "Propose these tried terms to %(count)s clients: %(terms)s",
            count,
        )
        return sentence % {"count": count, "terms": terms}
    return _("Propose the terms tried on %(day)s to every client that matches: %(terms)s") % {
        "day": day_text(exchange_day(job.created_at)),
        "terms": terms,
    }
