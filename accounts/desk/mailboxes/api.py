"""Mailboxes over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.mailboxes import actions, queries
from accounts.desk.mailboxes.actions import Wish
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge
from accounts.desk.mailboxes.mx import Verdict, look_up, records
from accounts.desk.mailboxes.queries import NEEDS
from accounts.desk.mailboxes.rules import LONGEST_NAME, MOST_AT_ONCE, Item, MailboxConflict, MailboxProblem
from accounts.ground.access.api import AmountField, Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.elsewhere import asked_elsewhere
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import KEY, key_of
from accounts.ground.ledger.keys import uuid_of

VERDICTS = [(one.value, one.value) for one in Verdict]


class MailboxChargeSerializer(serializers.ModelSerializer):
    """One item of one year with its arithmetic in words; below zero it was given back or written off."""

    amount = serializers.DecimalField(source="charged", max_digits=20, decimal_places=2)
    derivation = serializers.CharField(source="words")

    class Meta:
        model = MailboxCharge
        fields = (
            *("id", "item", "year_starts", "months", "rate", "amount", "currency"),
            *("charged_on", "moved_on", "is_written_off", "derivation"),
        )


class MailboxSerializer(serializers.ModelSerializer):
    """An address of the practice and how far its mailbox has got."""

    class Meta:
        model = Mailbox
        fields = ("id", "address", "name", "is_archived", "state", "state_at", "reason", "requested_at")


class MailboxDueSerializer(serializers.Serializer):
    """What an item is charged at once."""

    item = serializers.ChoiceField(Item.choices)
    year_starts = serializers.DateField()
    months = serializers.IntegerField()
    rate = serializers.DecimalField(max_digits=10, decimal_places=2)
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)
    derivation = serializers.CharField(source="words")


class OneMailboxSerializer(serializers.Serializer):
    """A mailbox, its charges with the latest first, and what switching its archive on would be charged now."""

    mailbox = MailboxSerializer()
    charges = MailboxChargeSerializer(many=True)
    archive_due = MailboxDueSerializer(allow_null=True)


class MailboxWishSerializer(StrictSerializer):
    """One mailbox that is asked for."""

    address = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=LONGEST_NAME)
    archive = serializers.BooleanField(default=False)


class MailboxWishesSerializer(StrictSerializer):
    """Those that are looked at together."""

    mailboxes = serializers.ListField(child=MailboxWishSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class MailboxOrderSerializer(MailboxWishesSerializer):
    """Those that are asked for, whether their charges are accepted, and the sum of their reviews' totals."""

    accepts = serializers.BooleanField()
    total = AmountField(max_digits=20, decimal_places=2, min_value=Decimal(0))


class MailboxReviewSerializer(serializers.Serializer):
    """What becomes of one: its address in its one form and its charges, or what is wrong; a warning where the domain
    only looks like a public one."""

    address = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)
    warning = serializers.CharField(allow_blank=True)
    dues = MailboxDueSerializer(many=True)
    total = serializers.DecimalField(max_digits=20, decimal_places=2)


class MailboxChangeSerializer(StrictSerializer):
    """Another display name, or the archive on or off; switching it on is charged once a year, and `charge` is the
    amount of `archive_due`, or 0.00 where nothing is due."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    is_archived = serializers.BooleanField(required=False)
    charge = AmountField(max_digits=20, decimal_places=2, min_value=Decimal(0), required=False)


class MailboxRecordSerializer(serializers.Serializer):
    """A record to set at the domain."""

    type = serializers.CharField()
    host = serializers.CharField()
    priority = serializers.IntegerField(allow_null=True)
    value = serializers.CharField()


class MailboxFoundSerializer(serializers.Serializer):
    """A record that name servers tell."""

    preference = serializers.IntegerField()
    host = serializers.CharField()


class MailboxCheckSerializer(serializers.Serializer):
    """The records to set, what was found, and the verdict: right, missing, other, or unknown where nobody answered."""

    records = MailboxRecordSerializer(many=True)
    verdict = serializers.ChoiceField(VERDICTS)
    found = MailboxFoundSerializer(many=True)


@gate("view")
class Mailboxes(APIView):
    """The practice's mailboxes."""

    @extend_schema(operation_id="v1_mailboxes_list", responses=MailboxSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, the latest first."""
        who = queries.reader(request.seat)  # type: ignore[attr-defined]
        return Response(MailboxSerializer(queries.mailboxes(who), many=True).data)


@gate("view", needs=NEEDS)
class ReviewMailboxes(APIView):
    """What a request would be charged."""

    @extend_schema(request=MailboxWishesSerializer, responses=MailboxReviewSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Each with its charges or what is wrong with it; nothing is kept."""
        who = _who(request)
        wishes = [Wish(**one) for one in MailboxWishesSerializer.of(request)["mailboxes"]]
        with _refusing():
            lines = actions.review(who, wishes, exchange_today())
        told = [
            {
                "address": line.address.text if line.address else line.wish.address,
                "problem": line.problem,
                "warning": line.address.warning if line.address else "",
                "dues": line.dues,
                "total": line.total,
            }
            for line in lines
        ]
        return Response(MailboxReviewSerializer(told, many=True).data)


@gate("view", needs=NEEDS)
class RequestMailboxes(APIView):
    """Asking for mailboxes."""

    @extend_schema(request=MailboxOrderSerializer, responses={201: MailboxSerializer(many=True)}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """All of them or none, charged to the master account at once; a key sent again gives the first answer."""
        who, key = _who(request), key_of(request)
        said = MailboxOrderSerializer.of(request)
        wishes = [Wish(**one) for one in said["mailboxes"]]

        def act() -> tuple[int, object]:
            batch = uuid_of("mailboxes", str(who.user_id), key)
            accepted = {"accepts": said["accepts"], "total": said["total"]}
            made = actions.request(who=who, wishes=wishes, **accepted, batch=batch, at=timezone.now())
            return 201, MailboxSerializer(made, many=True).data

        with _refusing():
            status, told = once(
                user_id=who.user_id, key=f"mailboxes {key}", route="mailboxes", body=request.data, act=act
            )
        return Response(told, status=status)


class _OneMailbox(APIView):
    def answer(self, who: Who, found: Mailbox) -> Response:
        """One as it stands."""
        told = {
            "mailbox": found,
            "charges": queries.charges(who, found),
            "archive_due": None
            if found.is_archived or not found.is_live
            else actions.archive_due(found, exchange_today()),
        }
        return Response(OneMailboxSerializer(told).data)


@gate("view")
class OneMailbox(_OneMailbox):
    """One mailbox."""

    @extend_schema(responses=OneMailboxSerializer)
    def get(self, request: Request, mailbox: UUID) -> Response:
        """With its charges."""
        who = _who(request)
        return self.answer(who, queries.mailbox_of(who, mailbox))


@gate("view", needs=NEEDS)
class ChangeMailbox(_OneMailbox):
    """The settings of a mailbox."""

    @extend_schema(request=MailboxChangeSerializer, responses=OneMailboxSerializer)
    def patch(self, request: Request, mailbox: UUID) -> Response:
        """Its display name and its archive."""
        who = _who(request)
        found = queries.mailbox_of(who, mailbox)
        said = MailboxChangeSerializer.of(request)
        with _refusing():
            if "name" in said:
                found = actions.rename(who=who, mailbox=found, name=said["name"])
            if "is_archived" in said:
                found = actions.archive(
                    who=who,
                    mailbox=found,
                    on=said["is_archived"],
                    charge=said.get("charge", Decimal(0)),
                    at=timezone.now(),
                )
        return self.answer(who, found)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, mailbox: UUID) -> Response:
        """End it at once; nothing is given back."""
        who = _who(request)
        with _refusing():
            actions.cancel(who=who, mailbox=queries.mailbox_of(who, mailbox), at=timezone.now())
        return Response(status=204)


@gate("view")
class CheckMailbox(APIView):
    """The MX records of a mailbox's domain."""

    @extend_schema(request=None, responses=MailboxCheckSerializer)
    def post(self, request: Request, mailbox: UUID) -> Response:
        """Ask name servers which there are now, once a minute at most."""
        found = queries.mailbox_of(_who(request), mailbox)
        answer = asked_elsewhere(request._request, "mx", partial(look_up, found.domain))
        names = ("type", "host", "priority", "value")
        told: dict[str, Any] = {
            "records": [dict(zip(names, one, strict=True)) for one in records(found.domain)],
            "verdict": answer.verdict,
            "found": answer.found,
        }
        return Response(MailboxCheckSerializer(told).data)


def _who(request: Request) -> Who:
    return queries.keeper(request.seat)  # type: ignore[attr-defined]


@contextmanager
def _refusing() -> Iterator[None]:
    """What stands already is a conflict; everything else is not valid."""
    try:
        yield
    except MailboxConflict as problem:
        raise Conflict(str(problem)) from problem
    except MailboxProblem as problem:
        raise ValidationError([str(problem)]) from problem
