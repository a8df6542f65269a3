"""Semi-electronic applications over the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.applying import queries
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.api import InviteSerializer, OneView, WholeClientApplicationSerializer, refusing
from accounts.desk.applying.behind import of_row
from accounts.desk.filling import actions
from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today


class SemiSerializer(InviteSerializer):
    """Whom the practice applies for, and the user name that stays."""

    username = serializers.CharField(max_length=20)


class ApplicationStepSerializer(StrictSerializer):
    """The answers of one page, as its fields are called on the page."""

    answers = serializers.DictField(child=serializers.CharField(allow_blank=True))


@gate("manage")
class SemiApplications(OneView):
    """Applications that the practice fills in."""

    @extend_schema(request=SemiSerializer, responses={201: WholeClientApplicationSerializer})
    def post(self, request: Request) -> Response:
        """Begin one."""
        said = SemiSerializer.of(request)
        name, at, day = said.pop("username"), timezone.now(), exchange_today()
        with refusing():
            parent = own_master(self.who)
            made = actions.begin(who=self.who, parent=parent, wish=Wish(**said), username=name, at=at, day=day)
        return self.answer(made.account.number, 201)


@gate("manage")
class FillApplication(OneView):
    """One page of an application that the practice fills in."""

    @extend_schema(
        operation_id="v1_semi_applications_answer",
        request=ApplicationStepSerializer,
        responses=WholeClientApplicationSerializer,
    )
    def post(self, request: Request, number: str, step: str) -> Response:
        """Keep its answers."""
        with refusing():
            application = queries.begun(self.who, number)
            actions.check_open(application)
        said = ApplicationStepSerializer.of(request)["answers"]
        behind = of_row(application)
        shape = next((one for one in behind.steps if one.slug == step), None)
        if shape is None:
            raise serializers.ValidationError({"step": [", ".join(one.slug for one in behind.steps)]})
        form = shape(said, kind=behind.kind, day=exchange_today(), answers=behind.answers)
        if strange := set(said) - set(form.fields):
            raise serializers.ValidationError({name: ["not asked for"] for name in sorted(strange)})
        if not form.is_valid():
            raise serializers.ValidationError(dict(form.errors))
        with refusing():
            actions.save(application=application, form=form)
        return self.answer(number)
