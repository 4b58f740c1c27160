"""How texts are cut into words, and what a query finds, on the index of each database."""

import string
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kernel.database import db
from kernel.transactions import unit_of_work
from portal.models import Entry
from portal.rules.words import LONGEST_QUERY, Term, line_of, pieces_of, plain, terms_of, words_of
from portal.services.phrases import fts_query, keep_words, slots_with, ts_query, vector

HAN = st.sampled_from("西湖区东麓观澜里海棠苑一二三〇𠀀𫠠㐀々")
SIGNS = st.sampled_from(" ，。（）()〔〕·-/\n\"'*")
SPEAKING = {*string.punctuation, *string.whitespace, "\0"}
TEXT = st.lists(st.one_of(st.text(HAN, min_size=1, max_size=8), SIGNS), max_size=8).map("".join)


def is_found(text: str, term: Term) -> bool:
    """What the databases do: the words of the term follow each other among those of the text."""
    words = words_of(text)
    for at in range(len(words) - len(term.words) + 1):
        here = words[at:at + len(term.words)]
        last = here[-1].startswith(term.words[-1]) if term.is_open else here[-1] == term.words[-1]
        if last and here[:-1] == list(term.words[:-1]):
            return True
    return False


@given(text=TEXT, data=st.data())
def test_every_part_of_two_or_more_characters_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    runs = [run for run in _han_runs(text) if len(run) > 1]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    begin = data.draw(st.integers(0, len(run) - 2))
    end = data.draw(st.integers(begin + 2, len(run)))
    (term,) = terms_of(run[begin:end])
    assert is_found(text, term)


@given(text=TEXT, query=st.text(HAN, min_size=2, max_size=5))
def test_what_is_no_part_of_a_text_is_not_found(text: str, query: str) -> None:
    (term,) = terms_of(query)
    assert is_found(text, term) == any(query in run for run in _han_runs(text))


@given(text=TEXT, query=HAN)
def test_one_character_is_found_wherever_it_stands(text: str, query: str) -> None:
    (term,) = terms_of(query)
    assert is_found(text, term) == (query in text)


@given(text=TEXT, query=st.one_of(TEXT, st.text(HAN, min_size=1, max_size=3)))
def test_a_text_written_as_one_line_holds_a_term_where_its_words_follow_each_other(
        text: str, query: str) -> None:
    for term in terms_of(query):
        assert term.is_in(line_of(text)) == is_found(text, term)


def _han_runs(text: str) -> list[str]:
    signs = set(" ，。（）()〔〕·-/\n\"'*")
    return "".join(" " if one in signs else one for one in text).split()


@pytest.mark.parametrize("query", [
    "(2026)临0102执1203号", "（2026）临0102执1203号", "〔2026〕临0102执1203号",
    "２０２６ 临０１０２执１２０３号",
    "临0102执1203", "1203号", "临0102执12"])
def test_a_case_number_is_found_however_its_brackets_and_digits_are_typed(query: str) -> None:
    assert all(is_found("（2026）临0102执1203号", term) for term in terms_of(query))


def test_latin_words_and_digits_are_found_whole_or_by_their_beginning() -> None:
    text = "宝马 BMW X5，8幢1101室"
    for query in ("bmw", "ＢＭＷ x5", "bm", "8幢", "8幢1101室", "110", "宝马bmw"):
        assert all(is_found(text, term) for term in terms_of(query)), query
    for query in ("mw", "101室", "8幢101"):
        assert not all(is_found(text, term) for term in terms_of(query)), query


def test_several_words_must_all_be_found() -> None:
    assert len(terms_of("西湖 住宅　西湖")) == 2


@given(st.text(max_size=300))
def test_no_text_breaks_the_cutting_or_the_language_of_a_database(typed: str) -> None:
    for term in terms_of(typed):
        assert all(word and not set(word) & SPEAKING for word in term.words)
        assert "\0" not in fts_query(term) + ts_query(term)
    assert len(terms_of(typed * 50)) <= 8
    assert "\0" not in vector(typed)
    assert all(piece == plain(piece) for piece in pieces_of(typed))


HOSTILE = ['"', "'", "''", '" OR 1=1', "a AND b NOT c", "NEAR(a b)", "words:*", "a*b", "\0", "西\0湖", "😀",
           "😀西湖", "٣٤",
           "a" * 10_000, "西" * 10_000, "' & !x", "\\", "%", "_", "\ud800", "ß", "İ", "ﬃ", "①②", "½",
           "e\u0301",
           "-西湖",
           "(((((", "{}", "^西湖", "西湖:*", "<->", "|", string.punctuation]


@pytest.mark.both_databases
def test_no_query_breaks_the_index(app: Flask, session: Session) -> None:
    for typed in HOSTILE:
        for term in terms_of(typed):
            slots_with(db.session(), term)
    assert len(terms_of("西" * 10_000)[0].words) < LONGEST_QUERY


@pytest.mark.both_databases
@settings(max_examples=1, suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=st.lists(TEXT, min_size=60, max_size=60), queries=st.lists(
    st.one_of(st.text(HAN, min_size=1, max_size=3), st.sampled_from(["bmw", "8幢", "12", "里8"])),
    min_size=40, max_size=40))
def test_both_databases_find_what_the_rules_say(
        app: Flask, texts: list[str], queries: list[str]) -> None:
    texts = [f"{text}8幢12室 BMW" if at % 5 == 0 else text for at, text in enumerate(texts)]
    _entries(len(texts))
    with unit_of_work() as work:
        keep_words(work.session, dict.fromkeys(range(len(texts)), "别的"))
        keep_words(work.session, dict(enumerate(texts)))
    for query in queries:
        for term in terms_of(query):
            found = set(slots_with(db.session(), term))
            assert found == {at for at, text in enumerate(texts) if is_found(text, term)}, term


def _entries(number: int) -> None:
    """Rows for words to belong to; only their slots matter here."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with unit_of_work() as work:
        work.session.add_all(Entry(
            slot=slot, lot_id=f"lot-{slot}", version=1, words_version=1, number=1, court_id="court-1",
            case_id="case-1", case_number="", title="", category="other", region="", address="", rooms="",
            round="first", state="published", group="upcoming", price_fen=1, start_price_fen=1,
            deposit_fen=1, accepted=0,
            opens_at=at, closes_at=at, published_at=at, text="") for slot in range(number))
