"""The fields of a court's sub-lists of institutions (REF-15.1), as courts usually call them.

A court may keep a list of any name; those known here are put into the reader's language.
"""

from typing import Final

from kernel.errors import N_

REALTY: Final = N_("房地产")
ASSETS: Final = N_("资产")
FIELDS: Final = (REALTY, ASSETS, N_("土地"), N_("机动车"), N_("机器设备"), N_("珠宝玉石"), N_("矿业权"))
