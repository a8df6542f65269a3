"""The storage password over the API: the same actions as the pages, for programs that a person runs signed in."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import NotAllowed
from crm.vault import actions, joining, queries, unlocking
from crm.vault.context import SAFE_METHODS, give_cookie, if_opened, take_cookie
from crm.vault.engine.keys import LONGEST_PASSWORD
from crm.vault.models import Member
from crm.vault.rules import SURE, SURE_AND_PROVED, Locked, TooBusy, VaultProblem, member_seat
from crm.vault.unlocking import QUIET_MINUTES, USUAL_MINUTES


class NotOpened(APIException):
    """The vault did not do it, and says why."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class Later(APIException):
    """The vault has no room for one more password at this moment."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    wait = TooBusy.wait


def _secret(longest: int = LONGEST_PASSWORD) -> serializers.CharField:
    return serializers.CharField(max_length=longest, trim_whitespace=False, write_only=True)


class VaultStateSerializer(serializers.Serializer):
    """How one stands: none, making, waiting or member; and until when this browser is unlocked."""

    stage = serializers.CharField()
    is_founded = serializers.BooleanField()
    unlocked_until = serializers.DateTimeField(allow_null=True)


class StoragePasswordSerializer(StrictSerializer):
    """A storage password."""

    storage_password = _secret()


class UnlockSerializer(StoragePasswordSerializer):
    """A storage password, and after how many quiet minutes the client book locks by itself."""

    minutes = serializers.ChoiceField(QUIET_MINUTES, default=USUAL_MINUTES)


class NewStoragePasswordSerializer(StrictSerializer):
    """A new storage password."""

    storage_password = _secret()


class ChangedStoragePasswordSerializer(StrictSerializer):
    """The present storage password and a new one."""

    old = _secret()
    storage_password = _secret()


class RecoveryCodeSerializer(StrictSerializer):
    """A recovery code as it was shown."""

    code = _secret(80)


class RecoverySerializer(StrictSerializer):
    """A recovery code and a new storage password."""

    code = _secret(80)
    storage_password = _secret()


class SheetsSerializer(StrictSerializer):
    """Two of the practice's three sheets and a new storage password."""

    sheet_1 = _secret(120)
    sheet_2 = _secret(120)
    storage_password = _secret()


class PapersSerializer(serializers.Serializer):
    """What is told this once: the recovery code, and at founding the sheets of the practice."""

    code = serializers.CharField()
    sheets = serializers.ListField(child=serializers.CharField())


class MemberSerializer(serializers.ModelSerializer):
    """A colleague's part in the client book; `words` are for comparing by voice before letting in."""

    name = serializers.CharField(source="user.username")
    words = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = ("id", "name", "state", "holds_root", "created_at", "joined_at", "left_at", "words")

    def get_words(self, member: Member) -> str:
        """Six words of the public keys."""
        return queries.words_of(bytes(member.vault.root_public), member.stored())


class AdmissionSerializer(StrictSerializer):
    """The six words that were compared, and one's own storage password."""

    words = serializers.CharField(max_length=80)
    storage_password = _secret()


class VaultView(APIView):
    """What the vault's views share: refusals in words, and guesses that stay counted."""

    also_answers = (422, 503)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """A token neither unlocks nor changes anything: it has no browser session that keys could live with."""
        super().initial(request, *args, **kwargs)
        who = member_seat(request.seat, in_part=True)  # type: ignore[attr-defined]
        if who.token_id is not None and request.method not in SAFE_METHODS:
            raise NotAllowed("view", _("A token cannot open the client book. Sign in with your password."))

    def handle_exception(self, exc: Exception) -> Response:
        """A sentence with 422, or 503 where it only has to wait; what was counted is kept."""
        if not isinstance(exc, VaultProblem):
            return super().handle_exception(exc)
        answer = super().handle_exception(Later(str(exc)) if isinstance(exc, TooBusy) else NotOpened(str(exc)))
        answer.keeps = exc.counted  # type: ignore[attr-defined]
        return answer


@gate(SIGNED_IN)
class VaultState(VaultView):
    """Where one stands."""

    @extend_schema(responses=VaultStateSerializer)
    def get(self, request: Request) -> Response:
        """One's stage, and whether this browser is unlocked."""
        who = member_seat(request.seat, in_part=True)  # type: ignore[attr-defined]
        found, opened = queries.standing(who), if_opened(request._request, in_part=True)
        until = opened.row.idle_until if opened else None
        said = {"stage": found.stage, "is_founded": found.vault is not None, "unlocked_until": until}
        return Response(VaultStateSerializer(said).data)


@gate(SIGNED_IN)
class SetUp(VaultView):
    """A storage password for oneself."""

    @extend_schema(request=NewStoragePasswordSerializer, responses={201: PapersSerializer})
    def post(self, request: Request) -> Response:
        """It counts once the recovery code was sent back."""
        new = NewStoragePasswordSerializer.of(request)["storage_password"]
        who = request.seat  # type: ignore[attr-defined]
        papers = actions.set_up(who=who, user=request.user, password=new, again=new, at=timezone.now())
        return Response(PapersSerializer(papers).data, status=201, headers={"Cache-Control": "no-store"})


@gate(SIGNED_IN)
class ConfirmCode(VaultView):
    """Showing that the recovery code was written down."""

    @extend_schema(request=RecoveryCodeSerializer, responses=VaultStateSerializer)
    def post(self, request: Request) -> Response:
        """The code as it was shown."""
        code, who = RecoveryCodeSerializer.of(request)["code"], request.seat  # type: ignore[attr-defined]
        member = actions.confirm_code(who=who, code=code, at=timezone.now())
        said = {"stage": member.state, "is_founded": True, "unlocked_until": None}
        return Response(VaultStateSerializer(said).data)


@gate(SIGNED_IN)
class Unlock(VaultView):
    """Opening the client book for this session."""

    @extend_schema(request=UnlockSerializer, responses=VaultStateSerializer)
    def post(self, request: Request) -> Response:
        """The keys come as a cookie; a program with a token has no session that it could belong to."""
        who = member_seat(request.seat, in_part=True)  # type: ignore[attr-defined]
        said = UnlockSerializer.of(request)
        key, now = request.session.session_key, timezone.now()
        if not key:
            raise Locked
        value = unlocking.unlock(
            who=who, password=said["storage_password"], session_key=key, at=now, minutes=said["minutes"]
        )
        row = queries.browser_of(who, value, now)
        state = {"stage": "member", "is_founded": True, "unlocked_until": row.idle_until if row else None}
        answer = Response(VaultStateSerializer(state).data)
        give_cookie(answer, value)
        return answer


@gate(SIGNED_IN)
class Lock(VaultView):
    """Locking it everywhere."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """In every browser of this person."""
        unlocking.lock(who=member_seat(request.seat, in_part=True))  # type: ignore[attr-defined]
        answer = Response(status=status.HTTP_204_NO_CONTENT)
        take_cookie(answer)
        return answer


@gate(SURE)
class StoragePassword(VaultView):
    """Changing the storage password."""

    @extend_schema(request=ChangedStoragePasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Every unlocked browser is locked."""
        said, who = ChangedStoragePasswordSerializer.of(request), request.seat  # type: ignore[attr-defined]
        new = said["storage_password"]
        actions.change_password(who=who, user=request.user, old=said["old"], password=new, again=new, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SURE)
class NewCode(VaultView):
    """Another recovery code."""

    @extend_schema(request=StoragePasswordSerializer, responses={201: PapersSerializer})
    def post(self, request: Request) -> Response:
        """The old one is void."""
        password, who = StoragePasswordSerializer.of(request)["storage_password"], request.seat  # type: ignore[attr-defined]
        papers = actions.new_code(who=who, password=password, at=timezone.now())
        return Response(PapersSerializer(papers).data, status=201, headers={"Cache-Control": "no-store"})


@gate(SURE)
class Recover(VaultView):
    """A new storage password by the recovery code."""

    @extend_schema(request=RecoverySerializer, responses={201: PapersSerializer})
    def post(self, request: Request) -> Response:
        """The code is replaced by a new one."""
        said, who = RecoverySerializer.of(request), request.seat  # type: ignore[attr-defined]
        new = said["storage_password"]
        papers = actions.recover(
            who=who, user=request.user, code=said["code"], password=new, again=new, at=timezone.now()
        )
        return Response(PapersSerializer(papers).data, status=201, headers={"Cache-Control": "no-store"})


@gate(SURE_AND_PROVED)
class Sheets(VaultView):
    """New keys by two of the practice's sheets."""

    @extend_schema(request=SheetsSerializer, responses={201: PapersSerializer})
    def post(self, request: Request) -> Response:
        """Every member is told by mail."""
        said, who = SheetsSerializer.of(request), request.seat  # type: ignore[attr-defined]
        new = said["storage_password"]
        papers = actions.recover_by_sheets(
            who=who,
            user=request.user,
            sheets=(said["sheet_1"], said["sheet_2"]),
            password=new,
            again=new,
            at=timezone.now(),
        )
        return Response(PapersSerializer(papers).data, status=201, headers={"Cache-Control": "no-store"})


@gate(SIGNED_IN)
class Members(VaultView):
    """Who has a part in the client book."""

    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All, those who left among them."""
        rows = queries.colleagues(member_seat(request.seat)).select_related("vault")[:200]  # type: ignore[attr-defined]
        return Response(MemberSerializer(rows, many=True).data)


@gate(SURE_AND_PROVED)
class OneMember(VaultView):
    """Letting a colleague in, and taking one out."""

    @extend_schema(request=AdmissionSerializer, responses=MemberSerializer)
    def post(self, request: Request, member: UUID) -> Response:
        """Let in, with the words that were compared."""
        said, who = AdmissionSerializer.of(request), request.seat  # type: ignore[attr-defined]
        let_in = joining.admit(
            who=who, member_id=member, words=said["words"], password=said["storage_password"], at=timezone.now()
        )
        return Response(MemberSerializer(let_in).data)

    @extend_schema(request=StoragePasswordSerializer, responses={204: None})
    def delete(self, request: Request, member: UUID) -> Response:
        """Take out; what is written from now on has a new key."""
        password, who = StoragePasswordSerializer.of(request)["storage_password"], request.seat  # type: ignore[attr-defined]
        joining.take_out(who=who, member_id=member, password=password, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
