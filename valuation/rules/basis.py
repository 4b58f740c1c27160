"""The provisions of 法释〔2018〕15号 that this domain's rules rest on, and those of a rule set."""

from typing import Final

from kernel.gates import Basis
from kernel.law import RuleSet

FACTS: Final = Basis("REF-3.1", "参考价规定第三条第一款")
NEGOTIATION: Final = Basis("REF-4.1", "参考价规定第四条第一款")
NEGOTIATED_PRICE: Final = Basis("REF-4.2", "参考价规定第四条第二款")
DIRECTED_INQUIRY: Final = Basis("REF-5.1", "参考价规定第五条第一款")
DIRECTED_BY_CONSENT: Final = Basis("REF-5.2", "参考价规定第五条第二款")
DIRECTED_ANSWER: Final = Basis("REF-6", "参考价规定第六条")
ONLINE_INQUIRY: Final = Basis("REF-7.1", "参考价规定第七条第一款")
ONLINE_BY_CONSENT: Final = Basis("REF-7.2", "参考价规定第七条第二款")
INQUIRY_TERM: Final = Basis("REF-11.1", "参考价规定第十一条第一款")
INQUIRY_EXTENSION: Final = Basis("REF-11.2", "参考价规定第十一条第二款")
INQUIRY_NOT_DELIVERED: Final = Basis("REF-11.3", "参考价规定第十一条第三款")
INQUIRY_EXTENSION_FAILED: Final = Basis("REF-11.4", "参考价规定第十四条")
INQUIRY_DEFECTIVE: Final = Basis("REF-12.1", "参考价规定第十二条")
INQUIRY_OBJECTED: Final = Basis("REF-13.3", "参考价规定第十三条")
APPRAISAL: Final = Basis("REF-14", "参考价规定第十四条")
BARRED_INSTITUTION: Final = Basis("REF-15.2", "参考价规定第十五条")
AGREEMENT: Final = Basis("REF-16.1", "参考价规定第十六条")
DRAW: Final = Basis("REF-16.2", "参考价规定第十六条")
DRAW_BY_CONSENT: Final = Basis("REF-16.3", "参考价规定第十六条")
POOL_SIZE: Final = Basis("REF-16.4", "参考价规定第十六条")
REPORT_CONTENT: Final = Basis("REF-17.2", "参考价规定第十七条")
APPRAISAL_EXTENSION: Final = Basis("REF-19.2", "参考价规定第十九条第二款")
REPLACEMENT: Final = Basis("REF-19.3", "参考价规定第十九条第三款")
REISSUE: Final = Basis("REF-19.4", "参考价规定第十九条第四款")
EXHAUSTED: Final = Basis("REF-19.5", "参考价规定第十九条第三款")
COURT_REVIEW: Final = Basis("REF-20", "参考价规定第二十条")
DELIVERY: Final = Basis("REF-21.1", "参考价规定第二十一条第一款")
PUBLIC_POSTING: Final = Basis("REF-21.2", "参考价规定第二十一条第二款")
ACT_OBJECTION: Final = Basis("REF-22", "参考价规定第二十二条第一款")
EXPLANATION: Final = Basis("REF-23.1", "参考价规定第二十三条第一款")
TECHNICAL_REVIEW: Final = Basis("REF-23.2", "参考价规定第二十三条第二款")
MIXED_OBJECTION: Final = Basis("REF-23.3", "参考价规定第二十三条第三款")
INADMISSIBLE: Final = Basis("REF-24.1", "参考价规定第二十四条")
NOT_OPEN_TO_OBJECTION: Final = Basis("REF-24.2", "参考价规定第二十四条")
SUPERVISION: Final = Basis("REF-25", "参考价规定第二十五条")
IN_FORCE: Final = Basis("REF-26", "参考价规定第二十六条")
VALIDITY: Final = Basis("REF-27.2", "参考价规定第二十七条第三款")
PAUSE: Final = Basis("REF-28", "参考价规定第二十八条")
WITHDRAWAL: Final = Basis("REF-29", "参考价规定第二十九条")
POOL_EXCLUSION: Final = Basis("LOT-7", "参考价规定第十六条")
ACCEPTANCE: Final = Basis("LOT-10", "评估工作规范")
STEP_ASIDE: Final = Basis("LOT-8", "资产评估法第二十条")


def of(rules: RuleSet, name: str) -> Basis:
    """Where a number of the rule set stands; ``name`` without ``reference_price.``."""
    provision = rules.provision(f"reference_price.{name}")
    return Basis(provision.rule, provision.article)
