"""The kinds of costs that a case may bear, and how people read them (PRI-01, FEE-05)."""

from enum import StrEnum
from typing import Final

from kernel.errors import N_


class CostKind(StrEnum):
    EXECUTION_FEE = "execution_fee"
    APPRAISAL = "appraisal"
    AUXILIARY = "auxiliary"
    STORAGE = "storage"
    OTHER = "other"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    CostKind.EXECUTION_FEE: N_("申请执行费"),
    CostKind.APPRAISAL: N_("评估费"),
    CostKind.AUXILIARY: N_("拍卖辅助费用"),
    CostKind.STORAGE: N_("保管费用"),
    CostKind.OTHER: N_("其他执行费用"),
}
