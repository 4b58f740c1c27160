"""The law as data: instruments by their short names, and rule sets read from ``config/rules``.

A rule set holds every statutory number with the article it comes from and the rule id of the
catalogue. Code asks ``rule_set(id).days("objection_days")`` and never writes the number itself,
so that a page can always say *why*. A rule set is immutable once a lot, plan or draw names it:
a change of the law is a new file with a new id.

A provision marked ``I`` (our reading of an unclear text) or ``D`` (our own design) may be a
setting of the court: ``RuleSet.with_settings`` gives the rule set as that court uses it.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeVar

from kernel.errors import N_

RULES_FOLDER: Final = Path(__file__).resolve().parents[1] / "config" / "rules"
CURRENT: Final = "civil-online-2017.01"
"""The rule set that new cases, lots and plans run under; what runs already keeps its own."""

T = TypeVar("T")
Value = int | str | bool | date


class LawError(LookupError):
    """Code or configuration names a rule set, provision or instrument that does not exist."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law or judicial interpretation that provisions cite by its short name."""

    short: str
    title: str
    number: str
    in_force_on: date
    """The day on which the text cited here (as amended) took effect."""


INSTRUMENTS: Final[Mapping[str, Instrument]] = MappingProxyType({
    entry.short: entry for entry in (
        Instrument(N_("网络司法拍卖规定"), "最高人民法院关于人民法院网络司法拍卖若干问题的规定",
                   "法释〔2016〕18号", date(2017, 1, 1)),
        Instrument(N_("参考价规定"), "最高人民法院关于人民法院确定财产处置参考价若干问题的规定",
                   "法释〔2018〕15号", date(2018, 9, 1)),
        Instrument(N_("拍卖变卖规定"), "最高人民法院关于人民法院民事执行中拍卖、变卖财产的规定",
                   "法释〔2004〕16号，法释〔2020〕21号修正", date(2021, 1, 1)),
        Instrument(N_("网络变卖通知"),
                   "最高人民法院关于认真做好网络司法拍卖与网络司法变卖衔接工作的通知",
                   "法明传〔2017〕455号", date(2017, 7, 18)),
        Instrument(N_("房产竞买人资格规定"),
                   "最高人民法院关于人民法院司法拍卖房产竞买人资格若干问题的规定",
                   "法释〔2021〕18号", date(2022, 1, 1)),
        Instrument(N_("民诉法"), "中华人民共和国民事诉讼法", "2023年修正，主席令第十一号",
                   date(2024, 1, 1)),
        Instrument(N_("民诉解释"), "最高人民法院关于适用《中华人民共和国民事诉讼法》的解释",
                   "法释〔2015〕5号，法释〔2022〕11号修正", date(2022, 4, 10)),
        Instrument(N_("执行程序解释"),
                   "最高人民法院关于适用《中华人民共和国民事诉讼法》执行程序若干问题的解释",
                   "法释〔2008〕13号，法释〔2020〕21号修正", date(2021, 1, 1)),
        Instrument(N_("案款规定"), "最高人民法院关于执行款物管理工作的规定", "法发〔2017〕6号",
                   date(2017, 5, 1)),
        Instrument(N_("迟延履行利息解释"),
                   "最高人民法院关于执行程序中计算迟延履行期间的债务利息适用法律若干问题的解释",
                   "法释〔2014〕8号", date(2014, 8, 1)),
        Instrument(N_("评估工作规范"), "人民法院委托评估工作规范", "法办〔2018〕273号",
                   date(2018, 12, 10)),
        Instrument(N_("资产评估法"), "中华人民共和国资产评估法", "主席令第四十六号", date(2016, 12, 1)),
        Instrument(N_("公司法"), "中华人民共和国公司法", "2023年修订，主席令第十五号",
                   date(2024, 7, 1)),
        Instrument(N_("民法典"), "中华人民共和国民法典", "主席令第四十五号", date(2021, 1, 1)),
        Instrument(N_("合同编通则解释"),
                   "最高人民法院关于适用《中华人民共和国民法典》合同编通则若干问题的解释",
                   "法释〔2023〕13号", date(2023, 12, 5)),
        Instrument(N_("放假办法"), "全国年节及纪念日放假办法", "2024年修订，国务院令第795号",
                   date(2025, 1, 1)),
    )
})


def instrument_of(article: str) -> Instrument:
    """The instrument that a citation such as ``网络司法拍卖规定第十条第二款`` begins with."""
    found = re.match(r"(.+?)(?=第|$)", article)
    if found is None or found[1] not in INSTRUMENTS:
        raise LawError(f"no known instrument at the beginning of {article!r}")
    return INSTRUMENTS[found[1]]


class Citation(NamedTuple):
    """An article taken apart; a part that is not named is 0."""

    instrument: Instrument
    article: int
    paragraph: int
    item: int


_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = {"十": 10, "百": 100}
_COUNT: Final = f"[{_DIGITS}十百]+"
_CITED: Final = re.compile(rf"([^第]+)(?:第({_COUNT})条(?:第({_COUNT})款)?(?:第（({_COUNT})）项)?)?")


def read_citation(article: str) -> Citation | None:
    """Take apart what cites one article: ``网络司法拍卖规定第十条第二款`` is article 10, paragraph 2.

    None for what cites several, or an instrument that is not known.
    """
    found = _CITED.fullmatch(article)
    if found is None or found[1] not in INSTRUMENTS:
        return None
    return Citation(INSTRUMENTS[found[1]], *(_count(part or "") for part in found.groups()[1:]))


def _count(numeral: str) -> int:
    """A number below a thousand as laws write it: ``二百六十八`` is 268."""
    total, digit = 0, 0
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            total, digit = total + (digit or 1) * _PLACES[sign], 0
    return total + digit


Unit = Literal["ratio", "count", "days", "working_days", "months", "years", "hours", "seconds",
               "choice", "day"]
Mark = Literal["T", "P", "M", "L", "S", "I", "D"]

_TYPES: Final[Mapping[str, type]] = MappingProxyType({
    "ratio": str, "count": int, "days": int, "working_days": int, "months": int, "years": int,
    "hours": int, "seconds": int, "choice": str, "day": date,
})
_MARKS: Final = frozenset("TPMLSID")
_RULE_ID: Final = re.compile(r"[A-Z]{2,5}-\d+[a-z]?(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Provision:
    """One number or choice of the law, with where it stands.

    ``mark`` says how sure the text is: T or L read in full, P or S seen elsewhere, M from memory,
    I our reading of a silent or unclear text, D our own design.
    """

    name: str
    value: Value
    unit: Unit
    rule: str
    article: str
    mark: Mark
    note: str = ""
    choices: tuple[str, ...] = ()
    """What a court may set instead, for ``unit`` "choice"."""
    least: int | None = None
    most: int | None = None
    """What a court may set instead, for whole numbers: ``least`` to ``most``."""

    @property
    def is_setting(self) -> bool:
        """Whether a court may set it."""
        return bool(self.choices) or self.least is not None

    def with_value(self, value: Value) -> "Provision":
        """This provision as a court has set it.

        Raises:
            LawError: it is no setting, or ``value`` is not one of those a court may set.
        """
        fits = (value in self.choices if self.choices else
                self.least is not None and self.most is not None
                and isinstance(value, int) and not isinstance(value, bool)
                and self.least <= value <= self.most)
        if not fits:
            raise LawError(f"{self.name} cannot be set to {value!r}")
        return replace(self, value=value)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The statutory numbers under which a lot, draw or plan runs."""

    id: str
    title: str
    exercise: bool
    """Practice with shortened times: nothing done under it has legal effect."""
    provisions: Mapping[str, Provision]

    def provision(self, name: str) -> Provision:
        try:
            return self.provisions[name]
        except KeyError:
            raise LawError(f"rule set {self.id} has no provision {name!r}") from None

    def __iter__(self) -> Iterator[Provision]:
        return iter(self.provisions.values())

    def with_settings(self, settings: Mapping[str, Value]) -> "RuleSet":
        """The rule set as a court uses it that has chosen ``settings``.

        Raises:
            LawError: a name is unknown or no setting, or a value is out of its range.
        """
        changed = {name: self.provision(name).with_value(value)
                   for name, value in settings.items()}
        return replace(self, provisions=MappingProxyType({**self.provisions, **changed}))

    def fraction(self, name: str) -> Fraction:
        """A ratio, exactly: ``"0.70"`` is 7/10."""
        return self._read(name, lambda value: Fraction(str(value)), "ratio")

    def integer(self, name: str) -> int:
        return self._read(name, _whole, "count")

    def days(self, name: str) -> int:
        return self._read(name, _whole, "days")

    def working_days(self, name: str) -> int:
        return self._read(name, _whole, "working_days")

    def months(self, name: str) -> int:
        return self._read(name, _whole, "months")

    def years(self, name: str) -> int:
        return self._read(name, _whole, "years")

    def span(self, name: str) -> timedelta:
        """An exact length of time, given in hours or seconds."""
        if self.provision(name).unit == "hours":
            return timedelta(hours=self._read(name, _whole, "hours"))
        return timedelta(seconds=self._read(name, _whole, "seconds"))

    def choice(self, name: str) -> str:
        return self._read(name, str, "choice")

    def day(self, name: str) -> date:
        return self._read(name, _calendar_day, "day")

    def _read(self, name: str, read: Callable[[Value], T], unit: Unit) -> T:
        provision = self.provision(name)
        if provision.unit != unit:
            raise LawError(f"{name} of rule set {self.id} is in {provision.unit}, not {unit}")
        return read(provision.value)


def _whole(value: Value) -> int:
    assert isinstance(value, int)  # noqa: S101 - checked when the file was read
    return value


def _calendar_day(value: Value) -> date:
    assert isinstance(value, date)  # noqa: S101 - checked when the file was read
    return value


@cache
def rule_set(rule_set_id: str) -> RuleSet:
    """The rule set with this id, read once from ``config/rules/<id>.toml``.

    A file may say ``extends = "<id>"``: it then holds all provisions of that one and replaces
    those it names.

    Raises:
        LawError: there is no such file, or it is not well-formed.
    """
    path = RULES_FOLDER / f"{rule_set_id}.toml"
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", rule_set_id) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in RULES_FOLDER.glob("*.toml")))
        raise LawError(f"there is no rule set {rule_set_id!r}; known are: {known}")
    return read_rule_set(rule_set_id, path.read_text(encoding="utf-8"))


def read_rule_set(rule_set_id: str, text: str) -> RuleSet:
    """Read the text of a rule-set file, checking every provision.

    Raises:
        LawError: names the provision and what does not fit.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LawError(f"rule set {rule_set_id}: {error}") from error
    title, exercise, base = (content.pop(key, None) for key in ("title", "exercise", "extends"))
    if not isinstance(title, str) or not isinstance(exercise, bool):
        raise LawError(f"rule set {rule_set_id} needs a title and says whether it is an exercise")
    inherited = dict(rule_set(base).provisions) if isinstance(base, str) else {}
    own = {name: _provision(name, members) for name, members in _flat(content)}
    return RuleSet(rule_set_id, title, exercise, MappingProxyType({**inherited, **own}))


def _flat(tables: Mapping[str, object],
          prefix: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    for key, table in tables.items():
        name = f"{prefix}{key}"
        if not isinstance(table, dict):
            raise LawError(f"{name} is no provision: it needs value, unit, rule, article and mark")
        if "value" in table:
            yield name, table
        else:
            yield from _flat(table, f"{name}.")


def _provision(name: str, members: dict[str, object]) -> Provision:
    given = {"note": "", "choices": [], "least": None, "most": None, **members}
    try:
        value, unit, rule, article, mark, note, choices, least, most = (
            given.pop(key) for key in ("value", "unit", "rule", "article", "mark", "note",
                                       "choices", "least", "most"))
    except KeyError as error:
        raise LawError(f"{name} has no {error.args[0]}") from None
    if given:
        raise LawError(f"{name} has a member that is not known: {', '.join(given)}")
    if unit not in _TYPES or type(value) is not _TYPES[str(unit)]:
        raise LawError(f"{name}: value {value!r} is no {unit}")
    if unit == "ratio" and not re.fullmatch(r"\d+\.\d+", str(value), re.ASCII):
        raise LawError(f"{name}: a ratio is a decimal text such as \"0.70\"")
    if isinstance(value, int) and value < 0:
        raise LawError(f"{name} is negative")
    if not isinstance(rule, str) or not _RULE_ID.fullmatch(rule):
        raise LawError(f"{name} has no rule id such as \"AUC-10.3\"")
    if mark not in _MARKS:
        raise LawError(f"{name}: mark {mark!r} is not known")
    instrument_of(str(article))
    provision = Provision(name, value, unit, rule, str(article), mark, str(note),  # type: ignore[arg-type]
                          tuple(choices), least, most)  # type: ignore[arg-type]
    if provision.is_setting or unit == "choice":
        provision.with_value(provision.value)
    return provision
