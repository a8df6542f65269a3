"""The seats through whose eyes a person may look."""

from dataclasses import dataclass

from accounts.ground.access.context import cursor
from accounts.ground.people.models import Role


@dataclass(frozen=True)
class Eyes:
    """One seat of another user: its key, role, whose it is, and the user's name."""

    pk: int
    role: str
    name: str
    username: str

    @property
    def role_name(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)


def seats_to_see_as(text: str) -> list[Eyes]:
    """Seats whose whole reach is inside one's own; owners of accounts are found by name."""
    with cursor() as cur:
        cur.execute("SELECT seat_id, role, name, username FROM app_seats_to_see_as(%s)", [text.replace("\0", "")[:100]])
        return [Eyes(*row) for row in cur.fetchall()]
