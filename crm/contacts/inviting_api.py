"""Inviting a contact to apply, over the API."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.applying.actions import Wish
from accounts.desk.applying.api import ClientApplicationSerializer, InviteSerializer
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.api import Conflict
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem
from crm.contacts import inviting
from crm.contacts.api import BookView
from crm.contacts.rules import ContactProblem


class ContactInviteSerializer(InviteSerializer):
    """To which kind of account; name and e-mail are the contact's where nothing else is said."""

    name = serializers.CharField(max_length=200, required=False)
    email = serializers.EmailField(required=False)


@gate(SIGNED_IN)
class ContactInvitation(BookView):
    """The invitation of a contact."""

    @extend_schema(request=ContactInviteSerializer, responses={201: ClientApplicationSerializer})
    def post(self, request: Request, contact: UUID) -> Response:
        """Send it; the contact has an application in progress from then on. 409 for one without an e-mail address."""
        vault, found = self.one(request, contact)
        inviting.check_may_invite(vault)
        said = ContactInviteSerializer.of(request)
        known = {"name": inviting.name_of(found), "email": found.shown_email}
        at, day = timezone.now(), exchange_today()
        try:
            made = inviting.invite(
                vault=vault, contact=found, wish=Wish(**(known | said)), site=settings.PUBLIC_URL, at=at, day=day
            )
        except (ApplicationProblem, ContactProblem, TreeProblem) as problem:
            raise Conflict(str(problem)) from problem
        return Response(ClientApplicationSerializer(made).data, status=201)
