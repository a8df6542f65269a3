"""Who works nowhere keeps no preferences: the walls let such a person write nothing, and the pages do not break."""

import pytest

from portal.preferences.models import Preference


@pytest.mark.parametrize(
    ("path", "said"),
    [("dates", {"dates": "iso"}), ("columns", {"column": "number"}), ("cards", {"up": "requests"}), ("cards", {})],
)
def test_a_former_employee_changes_no_preference(browse, path, said):
    answer = browse("frank").post(f"/preferences/{path}/", said)

    assert answer.status_code == 302
    assert not Preference.unscoped.exists()
