"""User settings over the API: language, zone, and how the pages write days and numbers."""

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.amounts import NUMBER_NAMES
from accounts.ground.dates import FORMS
from accounts.ground.people.models import User
from portal.preferences import actions
from portal.preferences.queries import chosen_forms
from portal.preferences.zones import is_zone, zone_or_usual


class PreferencesSerializer(StrictSerializer):
    """What a person has chosen; what is not named stays as it is."""

    language = serializers.ChoiceField(settings.LANGUAGES, required=False)
    zone = serializers.CharField(
        max_length=40, required=False, help_text="Such as Europe/Zurich, in which times are shown"
    )
    dates = serializers.ChoiceField([*FORMS], required=False)
    numbers = serializers.ChoiceField(
        [*NUMBER_NAMES], required=False, help_text="What stands between thousands and before places; empty: by language"
    )

    def validate_zone(self, zone: str) -> str:
        """One that can be chosen on the page."""
        if not is_zone(zone):
            raise serializers.ValidationError(_("There is no such time zone."))
        return zone


@gate(SIGNED_IN)
class Preferences(APIView):
    """The settings of who asks."""

    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """All of them."""
        return _told(request)

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change those that are named."""
        if request.seat is None:  # type: ignore[attr-defined]
            raise Conflict(_("Nothing can be kept for who works nowhere."))
        said, user = PreferencesSerializer.of(request), request.user.pk
        if "zone" in said:
            actions.choose_zone(user_id=user, zone=said["zone"])
        if "language" in said:
            actions.choose_language(user_id=user, language=said["language"])
        for of in ("dates", "numbers"):
            if of in said:
                actions.choose_form(user_id=user, of=of, form=said[of])
        request.session.pop("forms", None)
        return _told(request)


def _told(request: Request) -> Response:
    user, forms = User.objects.get(pk=request.user.pk), chosen_forms(request.user.pk)  # type: ignore[misc, arg-type]
    said = {"language": user.language, "zone": zone_or_usual(user.timezone), **forms._asdict()}
    return Response(PreferencesSerializer(said).data)
