"""The seats a person may choose from."""

from dataclasses import dataclass

from accounts.ground.access.context import cursor
from accounts.ground.people.models import Role


@dataclass(frozen=True)
class MySeat:
    """One seat of the signed-in person: its key, role and the name of the practice, account or party."""

    pk: int
    role: str
    name: str

    @property
    def role_name(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)


def my_seats() -> list[MySeat]:
    """Active seats of whoever the open transaction belongs to."""
    with cursor() as cur:
        cur.execute("SELECT seat_id, role, name FROM app_my_seats()")
        return [MySeat(*row) for row in cur.fetchall()]
