"""What else the demo's courts sell: vehicles, shops, an office, land, a share, machines, a ship."""

from functools import partial
from typing import Final

from cases.rules.words import DebtorKind, FactTopic, PropertyCategory, PropertyKind
from seeds.people import QINGYU
from seeds.things import Known, Side, Thing
from valuation.rules.fields import ASSETS

_OWN_TAXES: Final = "交易税费由法律规定的主体各自承担。"
_REGISTER: Final = "临澜市不动产登记中心查询结果"
_VISIT: Final = "现场勘查笔录"


def _known(title: str, burdens: str, occupation: str, taxes: str, defects: str, *, register: str = _REGISTER,
           seen: str = _VISIT) -> tuple[Known, ...]:
    return (Known(FactTopic.TITLE, title, register), Known(FactTopic.BURDENS, burdens, register),
            Known(FactTopic.OCCUPATION, occupation, seen),
            Known(FactTopic.TAXES, taxes, "税务机关及有关单位回函"), Known(FactTopic.DEFECTS, defects, seen))


_movable = partial(Thing, kind=PropertyKind.MOVABLE, field=ASSETS)
_of_company = partial(Side, address="临澜市澄湾区港前路 88 号")

CAR_SOLD: Final = _movable(
    serial=1152, title="小型轿车一辆（江A·7K2H5，2021 年注册）", category=PropertyCategory.VEHICLE,
    region="江东省/临澜市/东麓区", address="临澜市东麓区停车场 B 区 17 号位", cause="民间借贷纠纷",
    facts=_known(
        "登记在被执行人马骁名下，机动车登记证书、行驶证在案。", "无抵押登记；有本院一项查封，成交后解除。",
        "扣押于法院指定停车场，钥匙一把。", f"违法未处理 4 条，罚款 800 元，由买受人处理后过户。{_OWN_TAXES}",
        "行驶里程表显示 68,420 公里；右后门及后保险杠有划痕，蓄电池亏电，未作机械检测。",
        register="临澜市车辆管理所查询结果"),
    applicant=Side("江映月", 1110), respondent=Side("马骁", 1111), is_mortgaged=False, debt_fen=32_000_000,
    price_fen=8_600_000, start_fen=6_020_000, deposit_fen=1_000_000, step_fen=50_000,
    enforcement_costs_fen=120_000, costs_fen=(98_000, 60_000), begins=-83, publishes=-54, opens=-35)
SHOP_SOLD: Final = Thing(
    serial=1139, title="采菱街 41 号一层商铺", category=PropertyCategory.COMMERCIAL,
    region="江东省/临澜市/东麓区", address="临澜市东麓区采菱街 41 号", floors=4, floor=1,
    area_hundredths=6852,
    facts=_known(
        "登记在被执行人罗启明名下，单独所有，用途为商业服务。", "设有一项抵押，抵押权人为申请执行人。",
        "原承租人已搬离，空置，法院负责腾交。", f"物业费欠 11,460 元、电费欠 873.20 元。{_OWN_TAXES}",
        "临街门面宽 5.2 米；吊顶局部脱落，卷帘门电机损坏。"),
    applicant=Side("临澜市商业银行采菱支行"), respondent=Side("罗启明", 1112), debt_fen=172_000_000,
    price_fen=312_000_000, start_fen=218_400_000, deposit_fen=21_000_000,
    begins=-122, publishes=-93, opens=-59)
BOXES_SOLD: Final = _movable(
    serial=86, place=QINGYU, title="四十英尺冷藏集装箱 24 只", category=PropertyCategory.EQUIPMENT,
    region="江东省/青屿市/港区", address="青屿市港区三号堆场 C12 至 C15 排", cause="海上货物运输合同纠纷",
    facts=_known(
        "被执行人购置，凭购置合同、发票和箱体编号确认所有权，箱号清单见附件。", "无抵押、质押登记。",
        "存放于青屿港三号堆场，由港务公司看管。",
        f"堆存费自扣押日起由本院先行支付，列为执行费用。{_OWN_TAXES}",
        "2016 年出厂，其中 3 只制冷机组不能启动，箱体有锈蚀；未作气密检验。",
        register="购置合同、发票及堆场记录"),
    applicant=Side("青屿港务有限公司"), respondent=Side("远帆国际货运有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, is_mortgaged=False, debt_fen=164_000_000, price_fen=78_000_000,
    start_fen=54_600_000, deposit_fen=6_000_000, step_fen=500_000, begins=-56, publishes=-27, opens=-6,
    viewing="看样请提前三日与法院联系，由港务公司安排进入堆场。")
OFFICE_FAILED: Final = Thing(
    serial=1160, title="金湖中心 2 号楼 1904、1905 室办公用房", category=PropertyCategory.OFFICE,
    region="江东省/临澜市/北渚区", address="临澜市北渚区金湖大道 300 号金湖中心 2 号楼 1904、1905 室",
    floors=26, floor=19, area_hundredths=31_266,
    facts=_known(
        "登记在被执行人名下，单独所有，用途为办公。", "设有一项抵押，抵押权人为申请执行人。",
        "由被执行人留存少量办公家具，本次不含家具，法院负责腾交。", f"物业费欠 84,310 元。{_OWN_TAXES}",
        "两室已打通使用，买受人如需恢复分隔，自行承担费用；空调为楼宇集中供冷。"),
    applicant=Side("临澜发展银行北渚支行"), respondent=_of_company("临澜启元网络科技有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, debt_fen=260_000_000, price_fen=437_700_000, start_fen=350_000_000,
    deposit_fen=35_000_000, step_fen=2_000_000, begins=-83, publishes=-54, opens=-20)
SHARE_WITHDRAWN: Final = Thing(
    serial=1218, title="临澜北渚酿造有限公司 30% 股权", kind=PropertyKind.RIGHT,
    category=PropertyCategory.EQUITY,
    region="江东省/临澜市/北渚区", cause="股权转让纠纷", field=ASSETS,
    facts=_known(
        "被执行人曹望舒认缴出资 600 万元，已实缴；公司注册资本 2,000 万元。",
        "无质押登记；公司章程对转让没有另外的限制。",
        "公司正常经营，被执行人不担任法定代表人。", f"成交价款不含公司债务。{_OWN_TAXES}",
        "评估依据公司提供的 2025 年度审计报告；公司另有一件合同纠纷正在审理，结果未定。",
        register="临澜市市场监督管理局查询结果", seen="公司答复及调查笔录"),
    applicant=Side("章采薇", 1113), respondent=Side("曹望舒", 1114), shareholders=(Side("穆青川", 1115),),
    is_mortgaged=False, debt_fen=410_000_000, price_fen=540_000_000, start_fen=378_000_000,
    deposit_fen=40_000_000, step_fen=2_000_000, begins=-62, publishes=-33, opens=6,
    priority="公司其他股东穆青川在同等条件下有优先购买权，第 1 顺序；已通知公司和全体股东。",
    viewing="公司章程、审计报告可以到法院查阅。")
FACTORY_SUSPENDED: Final = Thing(
    serial=1196, title="澄湾工业园 7 号厂房及土地使用权", category=PropertyCategory.INDUSTRIAL,
    region="江东省/临澜市/澄湾区", address="临澜市澄湾区工业园纬三路 7 号", floors=2, area_hundredths=486_200,
    facts=_known(
        "房屋登记在被执行人名下，土地为出让工业用地，使用期限至 2056 年。",
        "设有一项最高额抵押，抵押权人为申请执行人。",
        "部分堆放设备，不在本次拍卖范围，法院负责腾交。", f"欠缴城镇土地使用税 126,400 元。{_OWN_TAXES}",
        "东侧雨篷为未经登记的搭建，不计入建筑面积，现状交付；消防验收资料不全。"),
    applicant=Side("江东工商银行澄湾支行"), respondent=_of_company("临澜澄江机械有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, debt_fen=640_000_000, price_fen=1_268_000_000, start_fen=888_000_000,
    deposit_fen=88_000_000, step_fen=5_000_000, begins=-71, publishes=-42, opens=-2,
    viewing="每周四上午集中看样，请提前一日报名。")
MACHINES_ENDING: Final = _movable(
    serial=1231, title="数控机床 12 台", category=PropertyCategory.EQUIPMENT, region="江东省/临澜市/澄湾区",
    address="临澜市澄湾区工业园纬三路 7 号二层", cause="买卖合同纠纷",
    facts=_known(
        "被执行人购置并占有，凭发票和固定资产台账确认所有权，型号清单见附件。", "无动产抵押登记。",
        "存放于被执行人厂房二层，由法院封存。", f"无欠费。拆卸、装运由买受人自行负责。{_OWN_TAXES}",
        "2017 年至 2020 年购置；其中 2 台主轴异响，1 台缺少操作面板；未通电试机。",
        register="动产融资统一登记公示系统查询结果"),
    applicant=Side("临澜精工刀具有限公司"), respondent=_of_company("临澜澄江机械有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, is_mortgaged=False, debt_fen=126_000_000, price_fen=92_400_000,
    start_fen=64_700_000, deposit_fen=6_400_000, step_fen=500_000,
    begins=-58, publishes=-29, opened_hours_ago=23,
    viewing="已于上周集中看样，单独看样请联系法院。")
SHOP_LEASED: Final = Thing(
    serial=1225, title="望江路 118 号茶楼商铺（带租约）", category=PropertyCategory.COMMERCIAL,
    region="江东省/临澜市/澄湾区", address="临澜市澄湾区望江路 118 号一、二层", floors=6, floor=1,
    area_hundredths=21_430,
    facts=_known(
        "登记在被执行人裴松年名下，单独所有，用途为商业服务。", "设有一项抵押，抵押权登记在租约之后。",
        "由承租人经营茶楼，租期至 2029 年 6 月 30 日，月租金 18,600 元，租金付至今年年底；不负责腾交，"
        "租约由买受人继续履行。", f"无欠费。{_OWN_TAXES}", "二层为承租人装修，装修归承租人所有。"),
    applicant=Side("临澜市商业银行望江支行"), respondent=Side("裴松年", 1116),
    tenant=Side("苏晚亭", 1206, "tenant"),
    debt_fen=190_000_000, price_fen=486_000_000, start_fen=341_000_000, deposit_fen=34_000_000,
    step_fen=2_000_000, begins=-69, publishes=-40, opened_hours_ago=5,
    priority="承租人在同等条件下有优先购买权，第 1 顺序。")
CAR_SOON: Final = _movable(
    serial=1262, title="纯电动小型轿车一辆（江A·D62F8，2023 年注册）", category=PropertyCategory.VEHICLE,
    region="江东省/临澜市/北渚区", address="临澜市北渚区停车场 A 区 5 号位",
    facts=_known(
        "登记在被执行人邵一帆名下，机动车登记证书在案。", "设有一项抵押，抵押权人为申请执行人，成交后注销。",
        "扣押于法院指定停车场，钥匙两把。", f"违法未处理 1 条，罚款 200 元。交强险已到期。{_OWN_TAXES}",
        "行驶里程表显示 31,870 公里；动力电池健康度未检测，左前大灯有裂纹。",
        register="临澜市车辆管理所查询结果"),
    applicant=Side("临澜汽车金融有限公司"), respondent=Side("邵一帆", 1117), debt_fen=5_400_000,
    price_fen=11_200_000, start_fen=7_840_000, deposit_fen=1_500_000, step_fen=50_000,
    enforcement_costs_fen=120_000, begins=-42, publishes=-13, opens=4)
LAND_SOON: Final = Thing(
    serial=1254, title="澄湾区临港 C-09 地块工业用地使用权", category=PropertyCategory.LAND,
    region="江东省/临澜市/澄湾区", address="临澜市澄湾区临港大道以东、经九路以南", area_hundredths=2_318_600,
    facts=_known(
        "国有建设用地使用权登记在被执行人名下，出让取得，工业用地，期限至 2062 年。",
        "无抵押登记；有本院一项查封。",
        "空地，围墙完好，无人占有。", f"土地闲置超过一年，是否征收闲置费以自然资源部门认定为准。{_OWN_TAXES}",
        "未达“七通一平”，地块内有一处废弃基坑；容积率 1.0 至 2.0，受让人应当符合园区产业准入条件。"),
    applicant=Side("江东建设投资有限公司"), respondent=_of_company("临澜宏图物流有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, cause="建设工程合同纠纷", is_mortgaged=False, debt_fen=980_000_000,
    price_fen=1_460_000_000, start_fen=1_022_000_000, deposit_fen=102_000_000, step_fen=5_000_000,
    begins=-50, publishes=-21, opens=12)
SHIP_SOON: Final = _movable(
    serial=92, place=QINGYU, title="散货船“江屿 16”轮（4,980 总吨）", category=PropertyCategory.SHIP,
    region="江东省/青屿市/港区", address="青屿港外锚地", cause="船舶抵押合同纠纷",
    facts=_known(
        "船舶所有权登记在被执行人名下，船籍港青屿，2009 年建造，钢质，单机单桨。",
        "设有一项船舶抵押权；船舶优先权人应当在公告期内申报，登记期满不申报的，视为放弃。",
        "停泊于青屿港外锚地，由三名留守船员看管。", f"看船、燃油等费用列为执行费用。{_OWN_TAXES}",
        "船舶证书到期未年检，不适航；交船地点为停泊地，移泊由买受人自行负责。",
        register="青屿海事局船舶登记查询结果"),
    applicant=Side("江东航运银行青屿分行"), respondent=Side("江屿船务有限公司"),
    debtor_kind=DebtorKind.ENTERPRISE, debt_fen=560_000_000, price_fen=1_050_000_000, start_fen=735_000_000,
    deposit_fen=70_000_000, step_fen=5_000_000, begins=-38, publishes=-9, opens=25,
    viewing="登轮看样请提前三日与法院联系，乘交通艇前往。")
