"""Stages and reasons are shown in words, never by the codes that programs use."""

from pathlib import Path

from django.contrib import admin
from django.db import models

from accounts.broker.feed import rules
from accounts.ground.runs.actions import BY_OFFICE
from accounts.ground.runs.words import REASONS, STAGES
from fees.accrual import check
from fees.posting import close
from portal import nightly


def test_every_stage_of_the_night_has_words():
    assert {stage.name for stage in nightly.STAGES} == set(STAGES)


def test_every_reason_of_a_hold_has_words():
    told = Path(check.__file__).read_text(encoding="utf-8")
    of_check = {"line_differs", "line_extra", "line_missing", "no_value"}

    assert set(REASONS) == {*rules.REASONS, *close.HOLD_TITLES, BY_OFFICE, *of_check}
    assert told.count('Difference(int(account), "') == len(of_check)
    assert all(f'"{code}"' in told for code in of_check)


def test_whatever_a_row_points_at_has_a_name():
    nameless = {
        str(field)
        for model in admin.site._registry
        for field in model._meta.fields
        if field.is_relation and field.related_model.__str__ is models.Model.__str__
    }

    assert nameless == set()
