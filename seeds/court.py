"""What the demo's courts do with a seized thing: the case, its papers, its announcement."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from accounts import services as accounts
from auction.rules.disclosure import DisclosureItem
from auction.services import checklist, drafting, priority, publication
from cases import services as cases
from cases.rules.claims import ClaimFacts
from cases.rules.numbers import PartyFacts
from cases.rules.properties import PropertyFacts
from cases.rules.registration import CaseFacts
from cases.rules.words import (
    ClaimClass,
    DocumentKind,
    IdKind,
    PartyKind,
    PartyRole,
    ServiceWay,
)
from kernel import clock
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.database import db
from kernel.files import the_store
from seeds import paper
from seeds.people import id_number
from seeds.things import Side, Thing
from seeds.world import Story, World

MORTGAGED: Final = -1900
"""Days from today to the registration of a mortgage."""
NOTIFIED: Final = (PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.TENANT,
                   PartyRole.PRIORITY_HOLDER)


@dataclass(slots=True)
class File:
    """The ids that a story needs again."""

    case_id: str = ""
    property_id: str = ""
    valuation_id: str = ""
    lot_id: str = ""
    parties: dict[PartyRole, list[str]] = field(default_factory=dict)
    online: set[str] = field(default_factory=set)
    """Parties with an account of the platform."""

    def way_to(self, party_id: str) -> ServiceWay:
        """How a party is served: by post, who has no account."""
        return ServiceWay.ELECTRONIC if party_id in self.online else ServiceWay.POST


def officer(world: World, thing: Thing) -> Actor:
    return world.actor(thing.place.officer, Role.OFFICER)


def case_number(thing: Thing) -> str:
    return f"（{beijing_day(clock.now()).year}）{thing.place.code}执{thing.serial}号"


def basis(thing: Thing) -> str:
    return f"（2025）{thing.place.code}民初{thing.serial + 3000}号民事判决书"


def register(world: World, thing: Thing) -> File:
    """The case, its parties, claims, property, facts, pictures and papers."""
    me, now = officer(world, thing), clock.now()
    with world.at_once():
        file = _enter(world, thing, me, now)
    with world.at_once():
        for known in thing.facts:
            world.do(cases.record_fact, property_id=file.property_id, topic=known.topic, actor=me,
                     now=now, finding=cases.Finding(known.text, known.source, beijing_day(now)))
        _claims(world, file, thing, me, now)
    _papers(world, file, thing)
    return file


def _enter(world: World, thing: Thing, me: Actor, now: datetime) -> File:
    number = case_number(thing)
    case = world.do(cases.register_case, CaseFacts(
        number=number, cause=thing.cause, basis=basis(thing), filed_on=beijing_day(now),
        debtor_kind=thing.debtor_kind), actor=me, now=now)
    file = File(case_id=case.id)
    for role, side in _sides(thing):
        party = world.do(cases.add_party, case_id=case.id, role=role, facts=_party(side), actor=me, now=now)
        file.parties.setdefault(role, []).append(party.id)
        if side.login:
            file.online.add(party.id)
            world.do(cases.link_party, party_id=party.id, login=side.login, actor=me, now=now)
    found = world.do(cases.add_property, case_id=case.id, actor=me, now=now, facts=PropertyFacts(
        kind=thing.kind, category=thing.category, title=thing.title,
        seized_on=beijing_day(now), seizing_document=f"{number}执行裁定书", address=thing.address,
        region=thing.region, rooms=thing.rooms, floors=thing.floors, floor=thing.floor,
        area_hundredths=thing.area_hundredths))
    file.property_id = found.id
    return file


def _sides(thing: Thing) -> list[tuple[PartyRole, Side]]:
    sides = [(PartyRole.APPLICANT, thing.applicant), (PartyRole.RESPONDENT, thing.respondent)]
    sides += [(PartyRole.CREDITOR, side) for side in thing.others]
    sides += [(PartyRole.PRIORITY_HOLDER, side) for side in thing.shareholders]
    return sides + ([(PartyRole.TENANT, thing.tenant)] if thing.tenant else [])


def _party(side: Side) -> PartyFacts:
    if side.serial:
        return PartyFacts(PartyKind.NATURAL_PERSON, side.name, IdKind.RESIDENT_ID,
                          id_number(side.serial), address=side.address)
    return PartyFacts(PartyKind.ORGANISATION, side.name, address=side.address)


def _claims(world: World, file: File, thing: Thing, me: Actor, now: datetime) -> None:
    claim = ClaimFacts(
        party_id=file.parties[PartyRole.APPLICANT][0], claim_class=ClaimClass.ORDINARY,
        principal_fen=thing.debt_fen, interest_fen=thing.debt_fen // 20,
        doubled_interest_fen=thing.debt_fen // 200, titled=True, filed_at=now, title_document=basis(thing))
    if thing.is_mortgaged:
        claim = replace(claim, claim_class=ClaimClass.SECURITY, property_id=file.property_id,
                        registered_at=world.day(MORTGAGED, 9))
    others = [ClaimFacts(
        party_id=party_id, claim_class=ClaimClass.ORDINARY, principal_fen=36_000_000,
        interest_fen=1_284_550, titled=True, filed_at=now,
        title_document=f"（2025）{thing.place.code}民初2216号民事判决书")
        for party_id in file.parties.get(PartyRole.CREDITOR, [])]
    for one in (claim, *others):
        filed = world.do(cases.file_claim, case_id=file.case_id, facts=one, actor=me, now=now)
        world.do(cases.check_claim, filed.id, actor=me, now=now)


def _papers(world: World, file: File, thing: Thing) -> None:
    lines = [f"案号：{basis(thing).removesuffix('民事判决书')}",
             f"被告{thing.respondent.name}于判决生效后十日内偿还{'借款' if thing.is_mortgaged else '欠款'}"
             "本金及利息。"]
    if thing.is_mortgaged:
        lines.append("原告对抵押财产享有优先受偿权。")
    keep_paper(world, file, thing, subject=f"case:{file.case_id}", kind=DocumentKind.ENFORCEMENT_BASIS,
               title="民事判决书", lines=lines, is_public=True)


def keep_paper(world: World, file: File, thing: Thing, *, subject: str, kind: DocumentKind, title: str,
               lines: list[str], is_public: bool) -> tuple[str, str]:
    """A document of the file; its id and its hash."""
    stored = the_store().keep_document(paper.pdf(title, lines), "file")
    kept = world.do(cases.keep_document, case_id=file.case_id, subject=subject, kind=kind, title=title,
                    stored=stored, is_public=is_public, actor=officer(world, thing), now=clock.now())
    return kept.id, kept.sha256


def announce(world: World, thing: Thing, file: File) -> Story:
    """The draft, the panel's decision, the notices, the announcement."""
    with world.at_once():
        draft(world, thing, file)
    approval = accounts.approval_for(db.session(), subject=f"lot:{file.lot_id}/1",
                                     act=drafting.PANEL_ACT)
    assert approval is not None  # noqa: S101 - sent just now
    panel = [world.actor(login, Role.JUDGE) for login in thing.place.judges]
    approval_id = approval.id
    with world.at_once():
        for judge in panel:
            world.do(accounts.decide_approval, approval_id, approve=True, reason="", actor=judge,
                     now=clock.now())
    world.settle()
    me = officer(world, thing)
    with world.at_once():
        for party_id in [one for role in NOTIFIED for one in file.parties.get(role, [])]:
            world.do(publication.notify_party, file.lot_id, party_id=party_id,
                     way=file.way_to(party_id), served_at=clock.now(), proof_document_id=None,
                     actor=me, now=clock.now())
    yield world.day(thing.publishes, 9)
    world.do(publication.publish, file.lot_id, actor=me, now=clock.now())


def draft(world: World, thing: Thing, file: File) -> None:
    """The terms and what is disclosed, sent to the panel."""
    me, opens = officer(world, thing), thing.opens_at(world)
    lot = world.do(drafting.draft_lot, property_id=file.property_id, actor=me, now=clock.now(),
                   terms=drafting.Terms(
                       title=thing.title, start_price_fen=thing.start_fen, increment_fen=thing.step_fen,
                       deposit_fen=thing.deposit_fen, opens_at=opens,
                       closes_at=opens + timedelta(hours=24), balance_days=10,
                       priority_decision=thing.priority,
                       enforcement_costs_fen=thing.enforcement_costs_fen))
    file.lot_id = lot.id
    told = "".join(f"、{word}" for word, there in (("承租人", thing.tenant), ("其他股东", thing.shareholders))
                   if there)
    for item, text in ((DisclosureItem.PRIORITY_RIGHTS, thing.priority),
                       (DisclosureItem.NOTICES, f"已通知申请执行人、被执行人{told}。"),
                       (DisclosureItem.OTHER, thing.viewing)):
        world.do(drafting.disclose, file.lot_id, item=item, text=text, not_applicable_reason="",
                 document_sha256=None, actor=me)
    world.do(checklist.send_to_panel, file.lot_id, actor=me, now=clock.now())


def confirm_tenant(world: World, thing: Thing, file: File) -> None:
    """The panel confirms the tenant's priority right, before the tenant has a code (AUC-19.1)."""
    lease, _ = keep_paper(
        world, file, thing, subject=f"lot:{file.lot_id}/1", kind=DocumentKind.PROPERTY_PROOF,
        title="房屋租赁合同", is_public=False,
        lines=["租赁期限自 2019 年 7 月 1 日起至 2029 年 6 月 30 日止，早于抵押登记。", "月租金 18,600 元。"])
    with world.at_once():
        right = world.do(
            priority.propose_right, file.lot_id, actor=officer(world, thing), now=clock.now(),
            proposal=priority.Proposal(
                file.parties[PartyRole.TENANT][0], rank=1, document_id=lease,
                basis="房屋承租人在同等条件下有优先购买权（民法典第七百二十六条）；"
                      "租约登记备案，无共有人，列第 1 顺序。"))
        approval = accounts.approval_for(db.session(), subject=right.subject, act=priority.PRIORITY_ACT)
        assert approval is not None  # noqa: S101 - asked for just now
        for login in thing.place.judges:
            world.do(accounts.decide_approval, approval.id, approve=True, reason="",
                     actor=world.actor(login, Role.JUDGE), now=clock.now())
