"""Reading claims/v1: what fits is read, what does not is refused by the path of the member."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from kernel.formats import FormatError, parse_json
from settlement.rules.claims import read_claims
from tests.settlement.claims_files import a_claim, a_file, claims_files, spoiled_files

FULL = {
    "format": "claims/v1", "regime": "seizure_order",
    "assets": [{"id": "house", "proceeds_fen": 1, "works_percent": "37.5"},
               {"id": "car", "proceeds_fen": 10**15}],
    "costs": [{"id": "fee", "kind": "execution_fee", "amount_fen": 1}],
    "reserves": [{"id": "rent", "kind": "housing_reserve", "asset": "house", "amount_fen": 1}],
    "claims": [a_claim("A", seized_at={"car": "2023-01-01T00:00:00Z"}),
               a_claim("B", "security", asset="house")],
}


def refused(file: Any) -> str:
    with pytest.raises(FormatError) as caught:
        read_claims(file)
    assert caught.value.problem
    return caught.value.field


def changed(path: str, value: Any) -> dict[str, Any]:
    """The full file with one member set; a path such as ``claims.0.asset``."""
    file = copy.deepcopy(FULL)
    *way, last = path.split(".")
    holder: Any = file
    for name in way:
        holder = holder[int(name)] if isinstance(holder, list) else holder[name]
    holder[last] = value
    return file


@given(claims_files())
@settings(max_examples=40, deadline=None)
def test_every_file_that_fits_is_read(file: dict[str, Any]) -> None:
    assert len(read_claims(file).claims) == len(file["claims"])


@given(spoiled_files())
@settings(max_examples=150, deadline=None)
def test_a_spoiled_file_is_read_or_refused_by_a_path_and_never_breaks_the_reader(
    spoiled: tuple[Any, str],
) -> None:
    file, path = spoiled
    try:
        read_claims(file)
        field = path
    except FormatError as error:
        field = error.field
    top = re.match(r"\w+", field)
    assert top is not None
    assert top[0] in {"surprise", "format", "regime", "assets", "costs", "reserves", "claims"}


def test_what_may_be_absent_is_taken_as_none_false_zero_or_empty() -> None:
    read = read_claims({"format": "claims/v1", "regime": "pro_rata",
                        "assets": [{"id": "house", "proceeds_fen": 1}],
                        "claims": [a_claim()]})
    claim = read.claims[0]
    assert (read.costs, read.reserves, read.assets[0].works_percent) == ((), (), None)
    assert (claim.asset, claim.registered_at, claim.cap_fen, claim.seized_at) == (None,) * 4
    assert (claim.seizure_lapsed, claim.unadjudged, claim.late) == (False, False, False)
    assert (claim.doubled_interest_fen, claim.reward_percent) == (0, None)


@pytest.mark.parametrize("path", [
    "assets.0.works_percent", "costs.0.asset", "costs.0.advanced_by", "claims.0.asset",
    "claims.0.registered_at", "claims.0.cap_fen", "claims.0.seized_at", "claims.0.reward_percent",
])
def test_null_says_the_same_as_absent_where_there_is_nothing(path: str) -> None:
    read_claims(changed(path, None))


@pytest.mark.parametrize("path", [
    "costs", "reserves", "claims.0.seizure_lapsed", "claims.0.unadjudged", "claims.0.late",
    "claims.0.doubled_interest_fen",
])
def test_null_is_no_list_no_flag_and_no_number(path: str) -> None:
    assert refused(changed(path, None)).replace("[0]", ".0") == path


@pytest.mark.parametrize(("path", "good", "bad"), [
    ("assets.0.proceeds_fen", [1, 10**15], [0, -1, 10**15 + 1, True, "1", None]),
    ("claims.0.doubled_interest_fen", [0, 10**15], [-1, 10**15 + 1, False]),
    ("claims.0.cap_fen", [1, 10**15, None], [0, 10**15 + 1]),
    ("claims.0.reward_percent", ["0", "5", "37.5", "0.000001", "100", "100.000000"],
     ["", "100.000001", "101", "0.0000001", "-1", "+1", ".5", "5.", "1e1", " 5", 5, "5%",
      "\N{FULLWIDTH DIGIT FIVE}"]),
    ("claims.0.id", ["x", "x" * 64, "\N{HAMMER}" * 64], ["", "x" * 65, 1, None]),
    ("claims.0.class", ["medical", "fine"], ["Ordinary", "mortgage", "", 9, None]),
    ("reserves.0.kind", ["transfer_tax"], ["rent", None]),
    ("reserves.0.asset", ["car"], ["boat", "", None]),
    ("costs.0.asset", ["car", None], ["boat", ""]),
    ("costs.0.kind", ["anything"], ["", None]),
    ("regime", ["pro_rata"], ["bankruptcy", "", None]),
    ("claims.0.titled", [True, False], [None, 0, "true"]),
    ("claims.0.seized_at", ["2023-01-01T00:00:00Z", {}, None],
     ["2023-01-01", "2023-01-01T00:00:00", [], 1]),
    ("format", ["claims/v1"], ["claims/v2", "plan/v1", None]),
])
def test_a_member_takes_what_the_contract_allows_and_nothing_else(
    path: str, good: list[Any], bad: list[Any],
) -> None:
    for value in good:
        read_claims(changed(path, value))
    for value in bad:
        assert refused(changed(path, value)).replace("[0]", ".0") == path, value


@pytest.mark.parametrize("member", ["format", "regime", "assets", "claims"])
def test_what_is_required_is_missed_by_name(member: str) -> None:
    file = copy.deepcopy(FULL)
    del file[member]
    assert refused(file) == member


def test_the_regime_is_never_guessed() -> None:
    file = a_file()
    del file["regime"]
    assert refused(file) == "regime"


@pytest.mark.parametrize(("file", "field"), [
    ({**FULL, "surprise": 1}, "surprise"),
    ({**FULL, "assets": []}, "assets"),
    ({**FULL, "assets": [{"id": "house", "proceeds_fen": 1}] * 2}, "assets[1].id"),
    ({**FULL, "claims": [a_claim("fee")]}, "claims[0].id"),
    ({**FULL, "claims": [a_claim("rent")]}, "claims[0].id"),
    ({**FULL, "claims": [a_claim("A"), a_claim("B"), a_claim("A")]}, "claims[2].id"),
    ({**FULL, "costs": [FULL["costs"][0], FULL["costs"][0]]}, "costs[1].id"),
    ({**FULL, "claims": [a_claim("A", "security")]}, "claims[0].asset"),
    ({**FULL, "claims": [a_claim("A", "construction", asset=None)]}, "claims[0].asset"),
    ({**FULL, "claims": [a_claim("A", "purchase_money", asset="car")]}, "claims[0].registered_at"),
    ({**FULL, "claims": [a_claim("A", "tax_arrears", asset="car", registered_at=None)]},
     "claims[0].registered_at"),
    ({**FULL, "claims": [a_claim("A", seized_at={"boat": "2023-01-01T00:00:00Z"})]},
     "claims[0].seized_at.boat"),
    ({**FULL, "claims": [a_claim("A", seized_at={"car": None})]}, "claims[0].seized_at.car"),
    ({**FULL, "claims": [{**a_claim("A"), "note": "x"}]}, "claims[0].note"),
    ([], ""), ("claims/v1", ""), (None, ""), (7, ""),
])
def test_what_contradicts_itself_is_refused_by_the_member_that_does_not_fit(
    file: Any, field: str,
) -> None:
    assert refused(file) == field


def test_an_asset_may_have_the_id_of_a_claim() -> None:
    read_claims(a_file(claims=[a_claim("house")]))


@pytest.mark.parametrize("written", ["100.0", "1e2", "1E2"])
def test_money_with_a_fraction_or_an_exponent_is_refused(written: str) -> None:
    text = json.dumps(a_file()).replace("10000", written)
    assert refused(parse_json(text.encode())) == "assets[0].proceeds_fen"
