"""The list of methods: codes that rows depend on, and the broker's names."""

import importlib
import pkgutil

import fees.engine
from fees.engine.cases.catalogue import WORK
from fees.engine.registry import (
    ACCRUED_CODES,
    APART,
    BY_NAME,
    CODES_A_FAMILY,
    EVERY,
    FAMILIES,
    METHODS,
    PERIOD_END_CODES,
)

# Stored in accruals, charges and fingerprints: a changed line here is a broken archive.
CODES = {
    1: "PERCENTOFEQUITY",
    2: "PERCENTOFEQUITY_MONTHLY",
    3: "PERCENTOFEQUITY_QUARTERLY",
    4: "PERCENTOFEQUITY_EOM",
    5: "PERCENTOFEQUITY_EOQ",
    11: "BLENDEDPERCENTOFEQUITY",
    12: "BLENDEDPERCENTOFEQUITY_MONTHLY",
    13: "BLENDEDPERCENTOFEQUITY_QUARTERLY",
    14: "BLENDEDPERCENTOFEQUITY_EOM",
    15: "BLENDEDPERCENTOFEQUITY_EOQ",
    21: "ANNUALFLATFEE",
    22: "ANNUALFLATFEE_MONTHLY",
    23: "ANNUALFLATFEE_QUATERLY",
}
CODES_APART = {
    31: "PERCENTOFPROFIT",
    32: "PERCENTOFPROFIT_QUARTER",
    41: "PERTRADE",
    51: "HEDGEFUND_MONTHLY",
    52: "HEDGEFUND_QUARTERLY",
}


def test_codes_and_names_never_change():
    assert {code: method.name for code, method in METHODS.items()} == CODES
    assert {code: method.name for code, method in EVERY.items()} == CODES | CODES_APART
    assert {name: method.code for name, method in BY_NAME.items()} == {name: code for code, name in CODES.items()}


def test_a_method_accrues_or_waits_for_the_period_end():
    assert PERIOD_END_CODES == (4, 5, 14, 15)
    assert set(ACCRUED_CODES) | set(PERIOD_END_CODES) == set(CODES)
    assert not set(ACCRUED_CODES) & set(PERIOD_END_CODES)


def test_each_name_tells_its_frequency():
    for method in METHODS.values():
        monthly = method.name.endswith(("_MONTHLY", "_EOM"))
        quarterly = method.name.endswith(("_QUARTERLY", "_QUATERLY", "_EOQ"))
        assert method.frequency == ("monthly" if monthly else "quarterly" if quarterly else "daily")


def test_clients_see_the_type_and_not_the_method():
    assert {method.label for method in METHODS.values()} == {"Percentage of Assets Fee", "Flat Fee"}
    assert len({method.title for method in METHODS.values()}) == len(METHODS)


def test_each_family_owns_its_tens():
    # The night's SQL finds the family by them.
    families = (*FAMILIES, *APART)
    tens = [{method.code // CODES_A_FAMILY for method in family.METHODS} for family in families]

    assert [len(one) for one in tens] == [1] * len(families)
    assert len(set.union(*tens)) == len(families)
    assert sum(len(family.METHODS) for family in families) == len(EVERY)


def test_every_module_with_methods_is_registered_and_can_be_asked():
    names = [one.name for one in pkgutil.iter_modules(fees.engine.__path__) if not one.name.startswith("__")]
    modules = [importlib.import_module(f"fees.engine.{name}") for name in names if name != "registry"]
    offering = {id(module) for module in modules if hasattr(module, "FAMILY")}

    assert offering == {id(family) for family in (*FAMILIES, *APART)}
    assert {method.name for method in EVERY.values()} <= set(WORK)
