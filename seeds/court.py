"""What the demo's court does with a seized home: the case, its price, its announcement."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts import services as accounts
from auction.rules.disclosure import DisclosureItem
from auction.services import drafting, publication
from cases import services as cases
from cases.rules.claims import ClaimFacts
from cases.rules.numbers import PartyFacts
from cases.rules.properties import PropertyFacts
from cases.rules.registration import CaseFacts
from cases.rules.words import (
    ClaimClass,
    DebtorKind,
    DocumentKind,
    FactTopic,
    IdKind,
    PartyKind,
    PartyRole,
    PropertyCategory,
    PropertyKind,
    ServiceWay,
)
from kernel import clock
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.database import db
from kernel.files import the_store
from seeds import paper
from seeds.people import id_number
from seeds.world import Story, World
from valuation import services as valuation
from valuation.rules.appraisal import ReportPart
from valuation.rules.ladder import Ground, Method

FIELD: Final = "房地产"
MORTGAGED: Final = -1900
"""Days from today to the registration of the mortgage."""


@dataclass(frozen=True, slots=True)
class Home:
    """What differs between the homes. Days count from today, negative ones lie behind us."""

    serial: int
    title: str
    address: str
    rooms: str
    floors: int
    floor: int
    area_hundredths: int
    price_fen: int
    start_fen: int
    deposit_fen: int
    debt_fen: int
    begins: int
    publishes: int
    opens: float
    opens_hour: int


@dataclass(slots=True)
class File:
    """The ids that a story needs again."""

    case_id: str = ""
    property_id: str = ""
    valuation_id: str = ""
    lot_id: str = ""
    parties: dict[PartyRole, str] = None  # type: ignore[assignment]  # filled by register


def officer(world: World) -> Actor:
    return world.actor("officer", Role.OFFICER)


def register(world: World, home: Home) -> File:
    """The case, its parties, claims, property, facts, pictures and papers."""
    me, now = officer(world), clock.now()
    number = f"（{beijing_day(now).year}）临0102执{home.serial}号"
    case = world.do(cases.register_case, CaseFacts(
        number=number, cause="金融借款合同纠纷", basis=f"（2025）临0102民初{home.serial + 3000}号民事判决书",
        filed_on=beijing_day(now), debtor_kind=DebtorKind.NATURAL_PERSON), actor=me, now=now)
    file = File(case_id=case.id, parties={})
    for role, login, facts in (
        (PartyRole.APPLICANT, "applicant", PartyFacts(PartyKind.ORGANISATION, "临澜农商银行东麓支行",
                                                      address="临澜市东麓区采菱街 15 号")),
        (PartyRole.RESPONDENT, "respondent", PartyFacts(PartyKind.NATURAL_PERSON, "冯立群",
                                                        IdKind.RESIDENT_ID, id_number(1101))),
        (PartyRole.CREDITOR, "creditor", PartyFacts(PartyKind.NATURAL_PERSON, "周怀瑾",
                                                    IdKind.RESIDENT_ID, id_number(1102))),
    ):
        party = world.do(cases.add_party, case_id=case.id, role=role, facts=facts, actor=me, now=now)
        file.parties[role] = party.id
        world.do(cases.link_party, party_id=party.id, login=login, actor=me, now=now)
    found = world.do(cases.add_property, case_id=case.id, actor=me, now=now, facts=PropertyFacts(
        kind=PropertyKind.IMMOVABLE, category=PropertyCategory.RESIDENTIAL, title=home.title,
        seized_on=beijing_day(now), seizing_document=f"{number}执行裁定书", address=home.address,
        region="江东省/临澜市/东麓区", rooms=home.rooms, floors=home.floors, floor=home.floor,
        area_hundredths=home.area_hundredths))
    file.property_id = found.id
    _facts(world, file, me, now)
    _claims(world, file, home, me, now)
    _papers(world, file, home, number, me, now)
    return file


def _facts(world: World, file: File, me: Actor, now: datetime) -> None:
    mortgaged = beijing_day(world.day(MORTGAGED, 9))
    for topic, text, source in (
        (FactTopic.TITLE, "登记在被执行人冯立群名下，单独所有。", "临澜市不动产登记中心查询结果"),
        (FactTopic.BURDENS,
         f"设有一项最高额抵押，抵押权人为申请执行人，登记于 {mortgaged:%Y 年 %-m 月 %-d 日}。",
         "临澜市不动产登记中心查询结果"),
        (FactTopic.OCCUPATION, "空置，无租约登记，现场无人居住，法院负责腾交。", "现场调查笔录"),
        (FactTopic.TAXES, "物业费欠 3,200 元；交易税费由法律规定的主体各自承担。", "物业服务中心回函"),
        (FactTopic.DEFECTS, "北侧卧室窗台有渗水痕迹，入户门锁已更换。", "现场勘查笔录"),
    ):
        world.do(cases.record_fact, property_id=file.property_id, topic=topic, actor=me, now=now,
                 finding=cases.Finding(text, source, beijing_day(now)))


def _claims(world: World, file: File, home: Home, me: Actor, now: datetime) -> None:
    for claim in (
        ClaimFacts(party_id=file.parties[PartyRole.APPLICANT], claim_class=ClaimClass.SECURITY,
                   principal_fen=home.debt_fen, interest_fen=home.debt_fen // 20,
                   doubled_interest_fen=home.debt_fen // 200, property_id=file.property_id,
                   registered_at=world.day(MORTGAGED, 9), titled=True, filed_at=now,
                   title_document=f"（2025）临0102民初{home.serial + 3000}号民事判决书"),
        ClaimFacts(party_id=file.parties[PartyRole.CREDITOR], claim_class=ClaimClass.ORDINARY,
                   principal_fen=36_000_000, interest_fen=1_284_550, titled=True, filed_at=now,
                   title_document="（2025）临0102民初2216号民事判决书"),
    ):
        filed = world.do(cases.file_claim, case_id=file.case_id, facts=claim, actor=me, now=now)
        world.do(cases.check_claim, filed.id, actor=me, now=now)


def _papers(world: World, file: File, home: Home, number: str, me: Actor, now: datetime) -> None:
    judgment = the_store().keep_document(paper.pdf("民事判决书", [
        f"案号：（2025）临0102民初{home.serial + 3000}号", "被告冯立群于判决生效后十日内偿还借款本金及利息。",
        "原告对抵押房产享有优先受偿权。"]), "file")
    world.do(cases.keep_document, case_id=file.case_id, subject=f"case:{file.case_id}",
             kind=DocumentKind.ENFORCEMENT_BASIS, title="民事判决书", stored=judgment,
             is_public=True, actor=me, now=now)
    for title, raw in (("外立面示意图", paper.facade(home.floors, home.floor)),
                       ("户型示意图", paper.plan(int(home.rooms[0])))):
        kept = the_store().keep_picture(raw, "file")
        world.do(cases.keep_document, case_id=file.case_id, subject=f"property:{file.property_id}",
                 kind=DocumentKind.PHOTOGRAPH, title=title, stored=kept, is_public=True, actor=me,
                 now=now)


def price(world: World, home: Home, file: File) -> Story:
    """Negotiation and inquiries out, the draw, the appraisal, the price in force."""
    me = officer(world)
    found = world.do(valuation.open_valuation, property_id=file.property_id, field=FIELD,
                     has_official_price=False, online_possible=True, inspection_needed=True,
                     actor=me, now=clock.now())
    file.valuation_id = found.id
    for method, ground, note in (
        (Method.NEGOTIATION, Ground.REFUSED, "被执行人书面表示不同意议价。"),
        (Method.DIRECTED_INQUIRY, Ground.NO_OFFICIAL_PRICE, "该类存量住房没有政府定价或者指导价。"),
        (Method.ONLINE_INQUIRY, Ground.INSPECTION_NEEDED, "房屋有渗水，须现场勘验。"),
    ):
        world.do(valuation.record_method_out, file.valuation_id, method=method, ground=ground,
                 on=beijing_day(clock.now()), term_ended_on=None, note=note, actor=me, now=clock.now())
    asked = beijing_day(clock.now())
    world.do(valuation.ask_parties, file.valuation_id, agree_by_on=asked + timedelta(days=2),
             party_missing=False, actor=me, now=clock.now())
    yield clock.start_of_day(asked + timedelta(days=3)) + timedelta(hours=9)
    yield from _draw(world, file)
    yield from _appraise(world, home, file)


def _draw(world: World, file: File) -> Story:
    draw = world.do(valuation.propose_draw, file.valuation_id, left_out=(),
                    actor=world.actor("clerk", Role.DRAW_CLERK), now=clock.now())
    draw_id = draw.id
    approval = accounts.approval_for(db.session(), subject=f"draw:{draw_id}", act="valuation.freeze")
    assert approval is not None  # noqa: S101 - the proposal made it
    world.do(accounts.decide_approval, approval.id, approve=True, reason="",
             actor=world.actor("supervisor", Role.SUPERVISOR), now=clock.now())
    world.settle()
    voices = (("applicant", Role.PARTY, "春江潮水连海平"), ("respondent", Role.PARTY, "海上明月共潮生"),
              ("supervisor", Role.SUPERVISOR, "滟滟随波千万里"))
    for login, role, phrase in voices:
        world.do(valuation.seal_contribution, draw_id, phrase=phrase, actor=world.actor(login, role),
                 now=clock.now())
    yield clock.now() + timedelta(hours=2)
    for login, role, phrase in voices:
        world.do(valuation.open_contribution, draw_id, phrase=phrase, actor=world.actor(login, role),
                 now=clock.now())
    world.settle()


def _appraise(world: World, home: Home, file: File) -> Story:
    me = officer(world)
    sent = world.do(valuation.send_commission, file.valuation_id, actor=me, now=clock.now())
    name = sent.institution
    yield clock.now() + timedelta(days=1)
    world.do(valuation.accept_commission, file.valuation_id, declared=True, actor=me, now=clock.now())
    yield clock.now() + timedelta(days=8)
    today = beijing_day(clock.now())
    until = date(today.year + 1, today.month, min(today.day, 28))
    stored = the_store().keep_document(paper.pdf("房地产估价报告", [
        f"估价机构：{name}", f"估价对象：{home.address}", f"估价结果：{home.price_fen // 100:,} 元",
        f"有效期至 {until.isoformat()}"]), "file")
    world.do(valuation.take_report, file.valuation_id, signed_by=("苏衡", "梁正则"), dated_on=today,
             price_fen=home.price_fen, valid_until_on=until, parts=tuple(ReportPart), stored=stored,
             actor=me, now=clock.now())
    world.do(valuation.accept_report, file.valuation_id, actor=me, now=clock.now())
    for role in (PartyRole.APPLICANT, PartyRole.RESPONDENT):
        world.do(valuation.serve_report, file.valuation_id, party_id=file.parties[role],
                 way=ServiceWay.ELECTRONIC, served_at=clock.now(), actor=me, now=clock.now())
    yield clock.now() + timedelta(days=9)


def announce(world: World, home: Home, file: File) -> Story:
    """The draft, the panel's decision, the notices, the announcement."""
    me = officer(world)
    opens = world.day(home.opens, home.opens_hour) if home.opens_hour else (
        world.today - timedelta(hours=21))
    lot = world.do(drafting.draft_lot, property_id=file.property_id, actor=me, now=clock.now(),
                   terms=drafting.Terms(
                       title=home.title, start_price_fen=home.start_fen, increment_fen=1_000_000,
                       deposit_fen=home.deposit_fen, opens_at=opens,
                       closes_at=opens + timedelta(hours=24), balance_days=10,
                       priority_decision="经查询，本标的无优先购买权人。",
                       enforcement_costs_fen=1_280_000))
    file.lot_id = lot.id
    for item, text in (
        (DisclosureItem.PRIORITY_RIGHTS, "经查询，无承租人、共有人等优先购买权人。"),
        (DisclosureItem.NOTICES, "已通知申请执行人和被执行人。"),
        (DisclosureItem.OTHER, "看样请先联系法院预约，每周三上午。"),
    ):
        world.do(drafting.disclose, file.lot_id, item=item, text=text, not_applicable_reason="",
                 document_sha256=None, actor=me)
    world.do(drafting.send_to_panel, file.lot_id, actor=me, now=clock.now())
    approval = accounts.approval_for(db.session(), subject=f"lot:{file.lot_id}/1",
                                     act=drafting.PANEL_ACT)
    assert approval is not None  # noqa: S101 - sent just now
    for login in ("judge-1", "judge-2", "judge-3"):
        world.do(accounts.decide_approval, approval.id, approve=True, reason="",
                 actor=world.actor(login, Role.JUDGE), now=clock.now())
    world.settle()
    for role in (PartyRole.APPLICANT, PartyRole.RESPONDENT):
        world.do(publication.notify_party, file.lot_id, party_id=file.parties[role],
                 way=ServiceWay.ELECTRONIC, served_at=clock.now(), proof_document_id=None,
                 actor=me, now=clock.now())
    yield world.day(home.publishes, 9)
    world.do(publication.publish, file.lot_id, actor=me, now=clock.now())
