"""How the demo's courts come to a reference price: by a draw of institutions, or by agreement on them."""

from datetime import date, timedelta

from accounts import services as accounts
from cases.rules.words import PartyRole
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day
from kernel.database import db
from kernel.files import the_store
from seeds import paper
from seeds.court import File, officer
from seeds.people import INSTITUTIONS, VALUERS
from seeds.things import Thing
from seeds.world import Story, World
from valuation import services as valuation
from valuation.rules.appraisal import ReportPart
from valuation.rules.fields import REALTY
from valuation.rules.ladder import Ground, Method


def price_by_draw(world: World, thing: Thing, file: File) -> Story:
    """Negotiation and inquiries out, the draw, the appraisal, the price in force."""
    me, asked = officer(world, thing), beijing_day(clock.now())
    with world.at_once():
        _open(world, thing, file, joint_wish=None)
        for method, ground, note in (
            (Method.NEGOTIATION, Ground.REFUSED, "被执行人书面表示不同意议价。"),
            (Method.DIRECTED_INQUIRY, Ground.NO_OFFICIAL_PRICE, "该类存量住房没有政府定价或者指导价。"),
            (Method.ONLINE_INQUIRY, Ground.INSPECTION_NEEDED, "房屋有渗水，须现场勘验。"),
        ):
            _out(world, thing, file, method, ground, note)
        world.do(valuation.ask_parties, file.valuation_id, agree_by_on=asked + timedelta(days=2),
                 party_missing=False, actor=me, now=clock.now())
    yield clock.start_of_day(asked + timedelta(days=3)) + timedelta(hours=9)
    yield from _draw(world, file)
    yield from _appraise(world, thing, file)


def price_by_agreement(world: World, thing: Thing, file: File) -> Story:
    """Both sides ask for an appraisal and agree on three institutions and their order."""
    me, today = officer(world, thing), beijing_day(clock.now())
    listed = INSTITUTIONS if thing.field == REALTY else VALUERS
    first = thing.serial % len(listed)
    order = [f"{number} {name}" for number, name in (listed[first:] + listed[:first])[:3]]
    sides = file.parties[PartyRole.APPLICANT] + file.parties[PartyRole.RESPONDENT]
    with world.at_once():
        _open(world, thing, file, joint_wish=Method.COMMISSIONED_APPRAISAL)
        for method in (Method.NEGOTIATION, Method.DIRECTED_INQUIRY, Method.ONLINE_INQUIRY):
            _out(world, thing, file, method, Ground.APPRAISAL_WISHED, "双方当事人书面要求直接委托评估。")
        world.do(valuation.ask_parties, file.valuation_id, agree_by_on=today + timedelta(days=5),
                 party_missing=False, actor=me, now=clock.now())
        world.do(valuation.record_agreement, file.valuation_id, filed=dict.fromkeys(sides, order),
                 filed_on=today, actor=me, now=clock.now())
    yield from _appraise(world, thing, file)


def _open(world: World, thing: Thing, file: File, *, joint_wish: Method | None) -> None:
    found = world.do(valuation.open_valuation, property_id=file.property_id, field=thing.field,
                     has_official_price=False, online_possible=True, inspection_needed=True,
                     joint_wish=joint_wish, actor=officer(world, thing), now=clock.now())
    file.valuation_id = found.id


def _out(world: World, thing: Thing, file: File, method: Method, ground: Ground, note: str) -> None:
    world.do(valuation.record_method_out, file.valuation_id, method=method, ground=ground,
             on=beijing_day(clock.now()), term_ended_on=None, note=note, actor=officer(world, thing),
             now=clock.now())


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


def _appraise(world: World, thing: Thing, file: File) -> Story:
    me = officer(world, thing)
    with world.at_once():
        name = world.do(valuation.send_commission, file.valuation_id, actor=me,
                        now=clock.now()).institution
        world.do(valuation.accept_commission, file.valuation_id, declared=True, actor=me, now=clock.now())
    yield clock.now() + timedelta(days=9)
    today = beijing_day(clock.now())
    until = date(today.year + 1, today.month, min(today.day, 28))
    stored = the_store().keep_document(paper.pdf(f"{thing.field}估价报告", [
        f"估价机构：{name}", f"估价对象：{thing.address or thing.title}",
        f"估价结果：{thing.price_fen // 100:,} 元", f"有效期至 {until.isoformat()}"]), "file")
    with world.at_once():
        world.do(valuation.take_report, file.valuation_id, signed_by=("苏衡", "梁正则"), dated_on=today,
                 price_fen=thing.price_fen, valid_until_on=until, parts=tuple(ReportPart), stored=stored,
                 actor=me, now=clock.now())
        world.do(valuation.accept_report, file.valuation_id, actor=me, now=clock.now())
        for party_id in file.parties[PartyRole.APPLICANT] + file.parties[PartyRole.RESPONDENT]:
            world.do(valuation.serve_report, file.valuation_id, party_id=party_id,
                     way=file.way_to(party_id), served_at=clock.now(), actor=me, now=clock.now())
    yield clock.now() + timedelta(days=6)
    while valuation.price_in_force(db.session(), file.property_id, clock.now()) is None:
        yield clock.now() + timedelta(days=1)  # a holiday may lie at the end of the objections' term
