"""Mails to several contacts over the API, for a session whose client book is unlocked."""

from uuid import UUID, uuid4

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import queries as contacts
from crm.contacts.filters import book, group_of, in_group
from crm.locks.api import LockedView
from crm.mail.api import NotDelivered
from crm.mail.rules import ServerProblem
from crm.mailings import actions, handing, queries
from crm.mailings.models import Mailing
from crm.mailings.rules import LONGEST_BODY, LONGEST_SUBJECT, MOST, MailingProblem, letter_of
from crm.vault.context import opened
from crm.vault.sealed import Opened

MAIL_OUTCOMES = list(queries.OUTCOMES)


class MailingLineSerializer(serializers.Serializer):
    """A contact, and what became of the mail to it."""

    contact = serializers.UUIDField(source="pk")
    title = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(MAIL_OUTCOMES)


class MailingSerializer(serializers.Serializer):
    """A mail to several contacts, and how many it reached."""

    id = serializers.UUIDField(source="mailing.pk")
    at = serializers.DateTimeField(source="mailing.at")
    user = serializers.CharField(source="mailing.user.username")
    by_mailbox = serializers.BooleanField(source="mailing.by_mailbox")
    queued = serializers.IntegerField(source="mailing.queued")
    waiting = serializers.IntegerField(source="counts.waiting")
    left = serializers.IntegerField(source="counts.left")
    failed = serializers.IntegerField(source="counts.failed")
    unsure = serializers.IntegerField(source="counts.unsure")
    skipped = serializers.IntegerField(source="mailing.skipped")
    subject = serializers.CharField(source="letter.subject")
    body = serializers.CharField(source="letter.body")
    is_damaged = serializers.BooleanField()
    lines = MailingLineSerializer(many=True)


class NewMailingSerializer(StrictSerializer):
    """A mail to the contacts named, or to those of a group. A key that was sent before sends nothing again.

    What goes `by_mailbox`, from one's own, waits until it is handed on, some messages at a time.
    """

    key = serializers.UUIDField(required=False)
    subject = serializers.CharField(max_length=LONGEST_SUBJECT)
    body = serializers.CharField(max_length=LONGEST_BODY)
    contacts = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=MOST)
    group = serializers.UUIDField(required=False)
    by_mailbox = serializers.BooleanField(default=False)


class AgainSerializer(StrictSerializer):
    """Whether it goes once more to those too of whom nobody knows whether they have it."""

    with_unsure = serializers.BooleanField(default=False)


class HandedOnSerializer(serializers.Serializer):
    """How many have left in this request, how many wait, and why they do."""

    left_now = serializers.IntegerField()
    waiting = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)


class MailsSerializer(StrictSerializer):
    """Whether mail to several goes to a contact."""

    is_off = serializers.BooleanField()


@gate(SIGNED_IN)
class Mailings(APIView):
    """Mails to several contacts."""

    @extend_schema(responses=MailingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest fifty of the last year."""
        vault = opened(request._request)
        rows = list(queries.mailings(vault, timezone.now())[:50])
        return Response(MailingSerializer(queries.read_all(vault, rows), many=True).data)

    @extend_schema(request=NewMailingSerializer, responses={201: MailingSerializer})
    def post(self, request: Request) -> Response:
        """Send it, a message each; who is skipped is named with the reason."""
        vault, said = opened(request._request), NewMailingSerializer.of(request)
        rows = book(vault).filter(pk__in=said["contacts"])
        if said.get("group"):
            group = group_of(vault, str(said["group"]))
            if group is None or said["contacts"]:
                raise ValidationError({"group": [_("Name a group of the practice, or contacts.")]})
            rows = in_group(vault, book(vault), group)
        try:
            letter = letter_of(said["subject"], said["body"])
            key = said.get("key") or uuid4()
            by_mailbox = said["by_mailbox"]
            made = actions.send(
                vault=vault, key=key, contacts=rows, letter=letter, at=timezone.now(), by_mailbox=by_mailbox
            )
        except MailingProblem as problem:
            named = {"": "contacts", "by": "by_mailbox"}
            found = {named.get(name, name): [words] for name, words in problem.problems.items()}
            raise ValidationError(found) from problem
        return Response(MailingSerializer(queries.read(vault, made)).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneMailing(APIView):
    """One mail to several contacts."""

    @extend_schema(responses=MailingSerializer)
    def get(self, request: Request, mailing: UUID) -> Response:
        """With what became of it for each."""
        vault, found = self.mailing(request, mailing)
        return Response(MailingSerializer(queries.read(vault, found)).data)

    def mailing(self, request: Request, pk: UUID) -> tuple[Opened, Mailing]:
        """One of the practice's of the last year."""
        vault = opened(request._request)
        found = queries.mailings(vault, timezone.now()).filter(pk=pk).first()
        if found is None:
            raise Http404
        return vault, found


@gate(SIGNED_IN)
class MailingAgain(OneMailing):
    """One mail to several contacts, sent again."""

    http_method_names = ("post", "options")

    @extend_schema(request=AgainSerializer, responses=MailingSerializer)
    def post(self, request: Request, mailing: UUID) -> Response:
        """To whom it could not be delivered, and to nobody twice."""
        vault, found = self.mailing(request, mailing)
        with_unsure = AgainSerializer.of(request)["with_unsure"]
        try:
            actions.send_again(vault=vault, mailing=found, at=timezone.now(), with_unsure=with_unsure)
        except MailingProblem as problem:
            raise ValidationError({"mailing": [str(problem)]}) from problem
        return Response(MailingSerializer(queries.read(vault, found)).data)


@gate(SIGNED_IN)
class MailingOn(OneMailing):
    """One mail to several contacts, gone on with."""

    http_method_names = ("post", "options")
    also_answers = (502,)

    @extend_schema(request=None, responses=HandedOnSerializer)
    def post(self, request: Request, mailing: UUID) -> Response:
        """Hand the next messages to one's own mail server; asked until none waits."""
        vault, found = self.mailing(request, mailing)
        if not found.by_mailbox:
            raise Http404
        try:
            handed = handing.hand_on(request._request, vault, found, timezone.now())
        except MailingProblem as problem:
            raise ValidationError({"mailing": [str(problem)]}) from problem
        except ServerProblem as problem:
            raise NotDelivered(str(problem)) from problem
        if handed.problem and not handed.left:
            raise NotDelivered(handed.problem)
        waiting = queries.counts_of([found]).get(found.pk, queries.Counts()).waiting
        told = {"left_now": handed.left, "waiting": waiting, "problem": handed.problem}
        return Response(HandedOnSerializer(told).data)


@gate(SIGNED_IN)
class ContactMails(LockedView):
    """Whether mail to several goes to a contact."""

    @extend_schema(request=MailsSerializer, responses=MailsSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Say so for somebody who has asked."""
        vault = opened(request._request)
        found = contacts.one(vault, contact)
        if found is None:
            raise Http404
        said = MailsSerializer.of(request)
        actions.choose(vault=vault, contact=found, is_off=said["is_off"], at=timezone.now())
        return Response(said)
