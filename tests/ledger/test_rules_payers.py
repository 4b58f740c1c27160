"""Whether the payer is the one expected, without anyone learning who that is."""

import pytest

from kernel.vault import Vault
from ledger.rules.payers import ExpectedPayment, Verdict, judge, matches, normal_name, payer_digest
from ledger.rules.references import reference

vault = Vault(bytes(32))
A, B = reference(123_456_789), reference(987_654_321)


def digest(name: str) -> str:
    return vault.digest(name, "payer")


def an_expected(written: str, name: str = "何家俊") -> ExpectedPayment:
    return ExpectedPayment(written, 30_000_000, payer_digest(name, digest))


EXPECTED = {A: an_expected(A), B: an_expected(B, "宋清")}


@pytest.mark.parametrize("printed", [
    "澜江商贸(临澜)有限公司", "澜江商贸（临澜）有限公司", " 澜江商贸 （临澜） 有限公司\u3000",
])
def test_width_and_blanks_do_not_make_another_payer(printed: str) -> None:
    assert matches(payer_digest("澜江商贸（临澜）有限公司", digest), printed, digest)


@pytest.mark.parametrize(("one", "other"), [
    ("阿依古丽·买买提", "阿依古丽•买买提"), ("Anna Li", "ANNA  LI"),
    ("\N{FULLWIDTH LATIN CAPITAL LETTER A}CME", "acme"),
])
def test_names_that_differ_only_in_writing_are_one(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize("printed", ["何家骏", "何家", "何家俊俊", ""])
def test_another_name_is_another_payer(printed: str) -> None:
    assert not matches(payer_digest("何家俊", digest), printed, digest)


def test_the_digest_does_not_show_the_name_and_hangs_on_the_key() -> None:
    stored = payer_digest("何家俊", digest)
    other = Vault(bytes([1]) * 32)
    assert "何" not in stored
    assert not matches(stored, "何家俊", lambda name: other.digest(name, "payer"))


@pytest.mark.parametrize(("remark", "amount_fen", "payer", "verdict", "payment"), [
    (f"保证金 {A}", 30_000_000, "何家俊", Verdict.MATCHED, A),
    (f"保证金 {A}", 30_000_000, "何家骏", Verdict.OTHER_PAYER, A),
    (f"保证金 {A}", 29_999_999, "何家俊", Verdict.OTHER_AMOUNT, A),
    (f"保证金 {A}", 30_000_001, "何家俊", Verdict.OTHER_AMOUNT, A),
    (f"保证金 {A}", 1, "何家骏", Verdict.OTHER_PAYER, A),
    (f"{A} {B}", 30_000_000, "何家俊", Verdict.AMBIGUOUS, None),
    (f"{reference(5)} {A}", 30_000_000, "何家俊", Verdict.MATCHED, A),
    (reference(5), 30_000_000, "何家俊", Verdict.UNKNOWN, None),
    ("执行款", 864_000, "临澜市顺达物流有限公司", Verdict.UNKNOWN, None),
])
def test_a_bank_line_is_judged_by_its_reference_then_its_payer_then_its_sum(
    remark: str, amount_fen: int, payer: str, verdict: Verdict, payment: str | None,
) -> None:
    found, expected = judge(remark, amount_fen, payer, EXPECTED, digest)
    assert found is verdict
    assert (expected.reference if expected else None) == payment


def test_every_verdict_has_its_own_word() -> None:
    assert len({verdict.word for verdict in Verdict}) == len(Verdict)
