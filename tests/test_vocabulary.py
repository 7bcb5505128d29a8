"""The enumerations: what DESIGN lists, each value with a definition that can be served."""

from __future__ import annotations

import inspect

import pytest

from annotations import vocabulary
from annotations.vocabulary import (
    SEVERITY_DEFINITION,
    VERDICT_LABEL,
    VERDICT_RATING,
    AnchorState,
    Category,
    Certainty,
    DefinedEnum,
    EvidenceStatus,
    FactCheckStatus,
    ReviewState,
    Severity,
    Stance,
    Verdict,
)

ENUMERATIONS = [
    member
    for _, member in inspect.getmembers(vocabulary, inspect.isclass)
    if issubclass(member, DefinedEnum) and member is not DefinedEnum
]
LISTED = {
    Verdict: "supported needs_context partly_supported overstated misleading unsupported unverifiable",
    Category: (
        "cure_claim reversal_claim causal_overclaim certainty_inflation unquantified_benefit unfair_comparison"
        " extrapolation weak_evidence missing_risk missing_context vague_authority superlative_hype emotive_appeal"
        " unproven_offer outdated understatement fair_statement"
    ),
    Stance: "supports contradicts qualifies",
    Certainty: "high moderate low very_low not_applicable",
    EvidenceStatus: "no_notice corrected concern retracted unknown",
    ReviewState: "draft in_review published superseded withdrawn rejected",
    AnchorState: "exact moved changed orphaned",
    FactCheckStatus: "not_started partial complete",
}


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda enumeration: enumeration.__name__)
def test_every_value_has_a_definition_and_is_its_own_text(enumeration):
    assert len(ENUMERATIONS) >= 17
    for member in enumeration:
        assert member.definition.endswith(".")
        assert (str(member), f"{member}", member == member.value) == (member.value, member.value, True)
    definitions = [member.definition for member in enumeration]
    assert len(set(definitions)) == len(definitions)


@pytest.mark.parametrize(("enumeration", "listed"), LISTED.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_the_values_are_those_of_the_design_in_its_order(enumeration, listed):
    assert enumeration.values() == tuple(listed.split())


def test_a_member_without_definition_is_possible_and_says_so():
    class Colour(DefinedEnum):
        RED = "red"

    assert Colour.RED.definition == ""


def test_the_scale_goes_from_five_to_one_and_two_verdicts_are_off_it():
    assert list(VERDICT_RATING.values()) == [5, 4, 3, 2, 1]
    assert set(Verdict) - set(VERDICT_RATING) == {Verdict.UNSUPPORTED, Verdict.UNVERIFIABLE}
    assert set(VERDICT_LABEL) == set(Verdict)


def test_severities_are_defined():
    assert (Severity.MINOR, Severity.COULD_MISLEAD, Severity.COULD_CHANGE_TREATMENT) == (1, 2, 3)
    assert set(SEVERITY_DEFINITION) == {1, 2, 3}
