"""How a check of the publication states what is in the way: with its rule, its article, its figures."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kernel.gates import Basis, Obstacle, Weight
from kernel.law import RuleSet

_NO_FIGURES: Final[Mapping[str, object]] = MappingProxyType({})


def of_provision(rules: RuleSet, provision: str, code: str, field: str, message: str,
                 figures: Mapping[str, object] = _NO_FIGURES, weight: Weight = Weight.REFUSE) -> Obstacle:
    """An obstacle that rests on a provision of the rule set."""
    found = rules.provision(provision)
    return by_article(found.rule, found.article, code, field, message, weight, figures)


def by_article(rule: str, article: str, code: str, field: str, message: str,
               weight: Weight = Weight.REFUSE, figures: Mapping[str, object] = _NO_FIGURES) -> Obstacle:
    """An obstacle that rests on an article; ``field`` is the fact it speaks of."""
    return Obstacle(code, Basis(rule, article), message, details=figures, about=field, weight=weight)
