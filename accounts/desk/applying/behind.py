"""What whoever holds a link may do, without a seat: open it, answer step by step, sign, hand documents in."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.desk.applying import telling
from accounts.desk.applying.actions import MOST_FILES, hash_of, paper
from accounts.desk.applying.kinds import BY_KEY, AccountKind, Group
from accounts.desk.applying.models import Application
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.step_forms import LATER, StepForm, births, is_us, steps_of
from accounts.desk.applying.tasklist import words_of
from accounts.ground import sealing
from accounts.ground.access.context import cursor, leave
from accounts.ground.invitations.models import InvitationState
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.tree.rules import sort_key

_PURPOSE = b"portal: answers of a client application"
# After the signature the link shows how far the application is, for as long again.
SHOWN_FOR = timedelta(days=30)
# A number up to this long is not shown at all, of a longer one the end.
LONGEST_MASKED = 6
# Beside the pages: what the practice knew of the applicant, which the first page is filled in with.
GIVEN = "given"
_COLUMNS = (
    "id, number, place_name, name, email, language, kind, country, tax_country, currency,"
    " answers, steps_done, state, account_status, expires_at"
)


class LinkGone(Exception):
    """A link that was replaced, cancelled, is too old, or never was; all of them answer alike."""


@dataclass(frozen=True)
class Behind:
    """What a link opens: one application, and what has been answered in it."""

    secret: str
    pk: UUID
    number: str
    place: str
    name: str
    email: str
    language: str
    kind: AccountKind
    country: str
    tax_country: str
    currency: str
    answers: dict[str, dict[str, str]]
    steps_done: int
    state: str
    account_status: str

    @property
    def is_submitted(self) -> bool:
        """Whether it is signed; from then on nothing is changed."""
        return self.state == InvitationState.SUBMITTED

    @property
    def steps(self) -> list[type[StepForm]]:
        """Its pages."""
        return steps_of(self.kind)

    @property
    def is_ready(self) -> bool:
        """Whether every page has been answered."""
        return all(step.slug in self.answers for step in self.steps)

    def begun(self, step: type[StepForm]) -> dict[str, str]:
        """What a page is filled in with before it was answered."""
        first, _space, last = self.name.partition(" ")
        if self.kind.group in (Group.TRUST, Group.ORGANISATION):
            first = last = ""
        known = {
            "person": {"first_name": first, "last_name": last, "entity_name": self.name, **self.answers.get(GIVEN, {})},
            "home": {"country": self.country, "tax_country": self.tax_country},
            "account": {"base_currency": self.currency},
        }
        return known.get(step.slug, {})


@dataclass(frozen=True)
class Duty:
    """A task as the client is shown it."""

    pk: UUID
    words: object
    form_number: str
    owner: str
    standing: str
    takes_file: bool
    reject_reason: str
    completed_at: datetime | None


def open_link(*, secret: str, at: datetime) -> Behind:
    """What the link opens. Raises LinkGone for a link that does not work."""
    leave()  # whoever else may be signed in in this browser does not act here, and could not
    with cursor() as cur:
        cur.execute(f"SELECT {_COLUMNS} FROM desk_open_application(%s, %s)", [hash_of(secret), at])
        row = cur.fetchone()
    if row is None:
        raise LinkGone
    said = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    return Behind(
        secret=secret,
        pk=said["id"],
        place=said["place_name"],
        kind=BY_KEY[said["kind"]],
        answers=unsealed(said["answers"]),
        **{name: said[name] for name in ("number", "name", "email", "language", "country", "tax_country", "currency")},
        **{name: said[name] for name in ("steps_done", "state", "account_status")},
    )


def of_row(application: Application) -> Behind:
    """The same for an application that the practice fills in itself, without a link."""
    account = application.account
    return Behind(
        secret="",
        pk=application.pk,
        number=account.number,
        place=application.practice.name,
        kind=BY_KEY[application.kind],
        answers=unsealed(application.answers),
        currency=account.base_currency,
        account_status=account.status,
        **{name: getattr(application, name) for name in ("name", "email", "language", "country", "tax_country")},
        **{name: getattr(application, name) for name in ("steps_done", "state")},
    )


def sealed_with(behind: Behind, form: StepForm) -> tuple[str, int]:
    """All answers with those of one page, as they are stored, and how many pages that comes to."""
    answers = {**behind.answers, form.slug: form.said()}
    if form.slug == "person":
        answers.pop(GIVEN, None)
    done = [step.slug for step in behind.steps].index(form.slug) + 1
    return _sealed(answers), max(done, behind.steps_done)


def sealed_given(given: dict[str, str]) -> str:
    """What is known before the first page is answered, as it is stored."""
    return _sealed({GIVEN: given}) if given else ""


def _sealed(answers: dict[str, dict[str, str]]) -> str:
    return sealing.seal(json.dumps(answers, ensure_ascii=False), _PURPOSE)


def unsealed(text: str) -> dict[str, dict[str, str]]:
    """Answers as they were given."""
    return json.loads(sealing.unseal(text, _PURPOSE)) if text else {}


def sealed_text(text: str) -> str:
    """A text that is signed, as it is stored."""
    return sealing.seal(text, _PURPOSE)


def code_of(text_hash: str) -> str:
    """What a printed form is told from another by: it stands at the foot of each of its pages."""
    return text_hash[:16]


def document_of(sealed: str) -> str:
    """The text that was signed."""
    return sealing.unseal(sealed, _PURPOSE) if sealed else ""


def save(*, behind: Behind, form: StepForm, at: datetime) -> None:
    """Keep one page. Raises LinkGone."""
    sealed, done = sealed_with(behind, form)
    with cursor() as cur:
        cur.execute("SELECT desk_save_application(%s, %s, %s, %s)", [hash_of(behind.secret), sealed, done, at])
        (is_saved,) = cur.fetchone()
    if not is_saved:
        raise LinkGone


def problem_step(behind: Behind, day: date) -> str:
    """The first page whose answers do not hold today, "" where all do: a rule may have been met only yesterday."""
    for step in behind.steps:
        held = behind.answers.get(step.slug)
        if held is None or not step(held, kind=behind.kind, day=day, answers=behind.answers).is_valid():
            return step.slug
    return ""


def told(behind: Behind, day: date) -> list[tuple[object, list[tuple[object, str]]]]:
    """The answers in words, page by page; a tax number shows its end alone."""
    parts: list[tuple[object, list[tuple[object, str]]]] = []
    for step in behind.steps:
        form = step(kind=behind.kind, day=day, answers=behind.answers)
        lines: list[tuple[object, str]] = []
        for name, field in form.fields.items():
            text = form.held.get(name, "")
            if not text:
                continue
            if name in form.hidden_again:
                text = _masked(text)
            lines.append((field.label or name, str(dict(getattr(field, "choices", ())).get(text, text))))
        parts.append((step.words, lines))
    return parts


def _masked(text: str) -> str:
    """The end of a number, by which its owner knows it; of a short one nothing."""
    return "\N{BULLET}" * 3 + (f" {text[-3:]}" if len(text) > LONGEST_MASKED else "")


def hidden_answers(behind: Behind, day: date) -> list[tuple[object, str]]:
    """What was typed once and is shown on no page, in words and in full."""
    found: list[tuple[object, str]] = []
    for step in behind.steps:
        form = step(kind=behind.kind, day=day, answers=behind.answers)
        for name in form.hidden_again:
            if form.held.get(name):
                found.append((form.fields[name].label or name, form.held[name]))
    return found


def text_of(behind: Behind, day: date) -> str:
    """The text that is signed, as the review page shows it."""
    lines = [_("Application for an account: %(kind)s") % {"kind": behind.kind.words}, behind.place, ""]
    for words, answers in told(behind, day):
        lines += [str(words), *(f"{label}: {text}" for label, text in answers), ""]
    return "\n".join([*lines, agreement(behind)])


def agreement(behind: Behind) -> str:
    """What the client agrees to with the signature."""
    return _(
        "I have read these answers and they are true and complete. I apply for this account, I agree that"
        " %(place)s and the broker use them to open and to look after it, and I certify my tax residency as stated."
    ) % {"place": behind.place}


def seen_hash(text: str) -> str:
    """What a text that was signed is told from another by."""
    return hashlib.sha256(text.encode()).hexdigest()


def seen_of(behind: Behind, day: date) -> str:
    """What a signature names the page by that was shown: its text, and the answers that it shows the end of only."""
    hidden = [text for _words, text in hidden_answers(behind, day)]
    return sealing.digest(json.dumps([text_of(behind, day), *hidden]), _PURPOSE)


def sign(*, behind: Behind, hand: Hand, seen: str, at: datetime, day: date) -> None:
    """Submit the application as it was shown. Raises ApplicationProblem and LinkGone."""
    problem = name_problem(hand.name)
    if problem is not None:
        raise ApplicationProblem(str(problem))
    if not behind.is_ready or problem_step(behind, day):
        raise ApplicationProblem(_("Some answers are missing or no longer hold; please look at the marked page."))
    text = text_of(behind, day)
    if not compare_digest(seen_of(behind, day).encode(), seen.encode()):
        raise ApplicationProblem(_("The answers have changed since this page was shown; please read them again."))
    facts = facts_of(behind)
    values = [
        *(hash_of(behind.secret), at, day, at + SHOWN_FOR, hand.name.strip(), hand.address[:45]),
        *(sealed_text(text), seen_hash(text), json.dumps(facts)),
    ]
    with cursor() as cur:
        cur.execute("SELECT desk_sign_application(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)", values)
        (signed,) = cur.fetchone()
    if signed is None:
        raise LinkGone


def facts_of(behind: Behind) -> dict[str, Any]:
    """What the account and its holder are called from now on."""
    person, account = behind.answers["person"], behind.answers["account"]
    name = person.get("entity_name") or f"{person['last_name']}, {person['first_name']}"
    title = f"{name} & {_beside(person)}" if person.get("second_last") else name
    is_person = behind.kind.is_of_persons
    return {
        "name": name,
        "title": title,
        "sort_key": sort_key(title),
        "born_on": person["born_on"] if is_person else None,
        # Whose age decides what the account may be, for as long as it is one.
        "youngest": max(births(behind.answers)).isoformat() if is_person else None,
        "residence": behind.answers["home"]["country"],
        "margin": account["margin"],
        "currency": account["base_currency"],
        "is_funded": account["funding"] != LATER,
        "tax_form": "W-9" if is_us(behind.answers) else "W-8BEN" if is_person else "W-8BEN-E",
        "event": telling.SUBMITTED_EVENT,
        "news": telling.SUBMITTED_NEWS,
    }


def _beside(person: dict[str, str]) -> str:
    """The second holder in a title: by the first name alone where both share the last."""
    if person["second_last"] == person["last_name"]:
        return person["second_first"]
    return f"{person['second_last']}, {person['second_first']}"


def duties(*, behind: Behind, at: datetime) -> list[Duty]:
    """What is done and what is to be done, once the application is signed."""
    with cursor() as cur:
        cur.execute("SELECT * FROM desk_application_duties(%s, %s)", [hash_of(behind.secret), at])
        return [Duty(pk, words_of(key), *rest) for pk, key, *rest in cur.fetchall()]


def hand_in(*, behind: Behind, task: UUID, file: UploadedFile, at: datetime) -> None:
    """A document from the client. Raises ApplicationProblem."""
    enclosed, key = paper(file), uuid4()
    values: list[Any] = [hash_of(behind.secret), at, task, key, enclosed.name, enclosed.kind]
    with cursor() as cur:
        cur.execute(
            "SELECT desk_hand_in(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*values, len(enclosed.content), enclosed.sha256, MOST_FILES],
        )
        (is_taken,) = cur.fetchone()
    if not is_taken:
        raise ApplicationProblem(_("Nothing is to be handed in for this task."))
    default_storage.save(f"applications/{key}", ContentFile(enclosed.content))
