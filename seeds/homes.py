"""Four seized homes of the demo, each left at another point of the way."""

from functools import partial
from typing import Final

from cases.rules.words import FactTopic, PropertyCategory
from seeds.things import Known, Side, Thing

_FACTS: Final = (
    Known(FactTopic.TITLE, "登记在被执行人冯立群名下，单独所有。", "临澜市不动产登记中心查询结果"),
    Known(FactTopic.BURDENS, "设有一项最高额抵押，抵押权人为申请执行人，登记于 2021 年。",
          "临澜市不动产登记中心查询结果"),
    Known(FactTopic.OCCUPATION, "空置，无租约登记，现场无人居住，法院负责腾交。", "现场调查笔录"),
    Known(FactTopic.TAXES, "物业费欠 3,200 元；交易税费由法律规定的主体各自承担。", "物业服务中心回函"),
    Known(FactTopic.DEFECTS, "北侧卧室窗台有渗水痕迹，入户门锁已更换。", "现场勘查笔录"),
)

_home = partial(
    Thing, category=PropertyCategory.RESIDENTIAL, region="江东省/临澜市/东麓区", facts=_FACTS,
    applicant=Side("临澜农商银行东麓支行", login="applicant", address="临澜市东麓区采菱街 15 号"),
    respondent=Side("冯立群", 1101, "respondent"), others=(Side("周怀瑾", 1102, "creditor"),))

SOLD: Final = _home(
    serial=1187, title="海棠里 6 幢 1 单元 1602 室",
    address="临澜市东麓区映波路 218 号海棠里 6 幢 1 单元 1602 室",
    rooms="3室2厅2卫", floors=18, floor=16, area_hundredths=12864, price_fen=268_000_000,
    start_fen=188_000_000, deposit_fen=20_000_000, debt_fen=150_000_000,
    begins=-124, publishes=-92, opens=-60)
LIVE: Final = _home(
    serial=1203, title="观澜里 8 幢 2 单元 1101 室",
    address="临澜市东麓区观澜路 66 号观澜里 8 幢 2 单元 1101 室",
    rooms="3室2厅1卫", floors=24, floor=11, area_hundredths=10938, price_fen=231_500_000,
    start_fen=163_000_000, deposit_fen=16_000_000, debt_fen=120_000_000,
    begins=-74, publishes=-42, opened_hours_ago=21)
SOON: Final = _home(
    serial=1240, title="听松苑 3 幢 702 室", address="临澜市东麓区松涛路 9 号听松苑 3 幢 702 室",
    rooms="2室1厅1卫", floors=11, floor=7, area_hundredths=8275, price_fen=142_800_000,
    start_fen=100_000_000, deposit_fen=10_000_000, debt_fen=80_000_000,
    begins=-50, publishes=-18, opens=16)
NEW: Final = _home(
    serial=1301, title="映月湾 12 幢 2501 室", address="临澜市东麓区滨江大道 1 号映月湾 12 幢 2501 室",
    rooms="4室2厅2卫", floors=32, floor=25, area_hundredths=16840, debt_fen=310_000_000, begins=-2)
