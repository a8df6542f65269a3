"""Mass upload over the API: the same workbook, rules and report."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.applying.api import ClientApplicationSerializer
from accounts.desk.applying.kinds import BY_KEY
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.gates import gate
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem
from portal.mass_upload import actions, reading


class WorkbookSerializer(serializers.Serializer):
    """A workbook of at least 20 accounts of one kind, as multipart/form-data."""

    kind = serializers.ChoiceField(reading.KIND_NAMES)
    language = serializers.ChoiceField(settings.LANGUAGES, default="en")
    file = serializers.FileField()
    sends = serializers.BooleanField(default=False, help_text="Invite every client by e-mail at once")


@gate("manage")
class MassUpload(APIView):
    """Many applications at once."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=WorkbookSerializer, responses={201: ClientApplicationSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """An application in N for every row, or none and what is wrong with each row."""
        wanted = WorkbookSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(wanted.validated_data)
        who, at, day = request.seat, timezone.now(), exchange_today()  # type: ignore[attr-defined]
        lines: list[reading.Line] = []
        try:
            parent = own_master(who)
            content, kind = said["file"].read(reading.MOST_BYTES + 1), BY_KEY[said["kind"]]
            lines = actions.read(content=content, kind=kind, parent=parent, language=said["language"], day=day)
            made = actions.apply_for_all(
                who=who, parent=parent, lines=lines, sends=said["sends"], site=settings.PUBLIC_URL, at=at, day=day
            )
        except (ApplicationProblem, TreeProblem) as problem:
            rows = {str(one.line): one.problems for one in lines if one.problems}
            raise serializers.ValidationError({"file": [str(problem)], **rows}) from problem
        return Response(ClientApplicationSerializer(made, many=True).data, status=201)
