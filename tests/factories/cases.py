"""Cases with their parties, claims, seized flat, documents and service.

Each function may be called inside a unit of work or outside one; outside, it opens its own.
"""

import io
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from accounts.models import Court, Person
from cases import services
from cases.models import Case, Claim, Document, Party, Property, Service
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
from kernel.files import StoredFile, the_store
from tests.factories.accounts import a_court, a_person, acting, an_id_number, the_actor

_serials = count(20_001)   # beyond the numbers that tests write themselves
FLAT = "临澜市东麓区映波路218号海棠里6幢1单元1602室"

FACTS = {
    FactTopic.TITLE: ("登记在被执行人名下，单独所有，无共有人。", "临澜市不动产登记中心查询结果"),
    FactTopic.BURDENS: ("设有一项抵押，登记于 2021 年 4 月 19 日。", "临澜市不动产登记中心查询结果"),
    FactTopic.OCCUPATION: ("空置，无租约登记，现场无人居住。", "现场调查笔录"),
    FactTopic.TAXES: ("物业费欠 3,200 元，无欠税记录。", "海棠里物业服务中心、东麓区税务局回函"),
    FactTopic.DEFECTS: ("北侧卧室窗台有渗水痕迹，已拍照。", "现场勘查"),
}


def an_officer(session: Session, court: Court | None = None, *, login: str = "",
               name: str = "林静文") -> Actor:
    """An enforcement officer of a court (of a new one if none is given)."""
    court = court or a_court(session)
    return the_actor(session, a_person(session, Role.OFFICER, court, name=name, login=login))


def case_facts(**changes: Any) -> CaseFacts:
    """A case against a natural person; ``changes`` replace members."""
    return CaseFacts(**{
        "number": f"（2026）临0102执{next(_serials)}号", "cause": "金融借款合同纠纷",
        "basis": "（2025）临0102民初4567号民事判决书", "filed_on": date(2026, 1, 12),
        "debtor_kind": DebtorKind.NATURAL_PERSON, **changes})


def a_case(session: Session, officer: Actor, **changes: Any) -> Case:
    """A registered case, assigned to ``officer``."""
    with acting(session) as s:
        return services.register_case(s, case_facts(**changes), actor=officer, now=clock.now())


def a_party(session: Session, case: Case, officer: Actor, role: PartyRole = PartyRole.APPLICANT,
            name: str = "临澜农商银行东麓支行", *, id_number: str = "",
            person: Person | None = None) -> Party:
    """A party; an organisation unless it is the respondent or has an identity number.

    ``person``: the account that is this party's.
    """
    natural = role is PartyRole.RESPONDENT or bool(id_number)
    kind = PartyKind.NATURAL_PERSON if natural else PartyKind.ORGANISATION
    facts = PartyFacts(kind, name, IdKind.RESIDENT_ID if id_number else None, id_number,
                       address="临澜市东麓区采菱街15号", phone="13800138000")
    with acting(session) as s:
        party = services.add_party(s, case_id=case.id, role=role, facts=facts, actor=officer,
                                   now=clock.now())
        if person is not None:
            services.link_party(s, party_id=party.id, login=person.login, actor=officer,
                                now=clock.now())
        return party


def a_respondent(session: Session, case: Case, officer: Actor, name: str = "冯立群") -> Party:
    """The debtor, a natural person with an identity number."""
    return a_party(session, case, officer, PartyRole.RESPONDENT, name, id_number=an_id_number())


def property_facts(**changes: Any) -> PropertyFacts:
    """A flat; ``changes`` replace members."""
    return PropertyFacts(**{
        "kind": PropertyKind.IMMOVABLE, "category": PropertyCategory.RESIDENTIAL, "title": FLAT,
        "seized_on": date(2026, 1, 20), "seizing_document": "（2026）临0102执1234号执行裁定书",
        "address": FLAT, "region": "江东省/临澜市/东麓区", "rooms": "3室2厅2卫", "floors": 18,
        "floor": 16, "area_hundredths": 12864, **changes})


def a_property(session: Session, case: Case, officer: Actor, *, with_facts: bool = False,
               **changes: Any) -> Property:
    """A seized flat; ``with_facts``: all five facts established."""
    with acting(session) as s:
        found = services.add_property(s, case_id=case.id, facts=property_facts(**changes),
                                      actor=officer, now=clock.now())
        if with_facts:
            for topic in FactTopic:
                a_fact(s, found, officer, topic)
        return found


def a_fact(session: Session, found: Property, officer: Actor, topic: FactTopic,
           text: str = "") -> None:
    """One of the five facts, established today."""
    said, source = FACTS[topic]
    with acting(session) as s:
        services.record_fact(s, property_id=found.id, topic=topic, actor=officer, now=clock.now(),
                             finding=services.Finding(text or said, source,
                                                      beijing_day(clock.now())))


def claim_facts(party: Party, **changes: Any) -> ClaimFacts:
    """An ordinary claim of 100,000 yuan with a title; ``changes`` replace members."""
    return ClaimFacts(**{
        "party_id": party.id, "claim_class": ClaimClass.ORDINARY, "principal_fen": 100_000_00,
        "titled": True, "title_document": "（2025）临0102民初88号民事判决书",
        "filed_at": clock.now(), **changes})


def a_claim(session: Session, case: Case, officer: Actor, party: Party, *, checked: bool = True,
            **changes: Any) -> Claim:
    """A claim of this party, checked unless said otherwise."""
    with acting(session) as s:
        claim = services.file_claim(s, case_id=case.id, facts=claim_facts(party, **changes),
                                    actor=officer, now=clock.now())
        if checked:
            services.check_claim(s, claim.id, actor=officer, now=clock.now())
        return claim


def a_pdf(text: str = "测试文书") -> bytes:
    """The bytes of a small file that begins like a PDF; different for different texts."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n"


def a_picture(colour: str = "tan", size: tuple[int, int] = (640, 480)) -> bytes:
    """The bytes of a JPEG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def a_video(index: bytes = b"") -> bytes:
    """The bytes of an MP4: its kind, its index, and no pictures."""
    boxes = ((b"ftyp", b"isom\x00\x00\x02\x00isom"), (b"moov", b"\x00" * 8 + index), (b"mdat", b"\x00" * 64))
    return b"".join((len(body) + 8).to_bytes(4, "big") + name + body for name, body in boxes)


def a_stored_file(text: str = "测试文书") -> StoredFile:
    """A file in the store; call it outside any unit of work."""
    return the_store().keep_document(a_pdf(text), "file")


def a_document(session: Session, case: Case, officer: Actor, *, title: str = "民事判决书",
               kind: DocumentKind = DocumentKind.ENFORCEMENT_BASIS, subject: str = "",
               is_public: bool = False, stored: StoredFile | None = None) -> Document:
    """A document of the case. Inside a unit of work give ``stored``: files come before."""
    stored = stored or a_stored_file(title)
    with acting(session) as s:
        return services.keep_document(
            s, case_id=case.id, subject=subject or case.subject, kind=kind, title=title,
            stored=stored, is_public=is_public, actor=officer, now=clock.now())


def served(session: Session, case: Case, officer: Actor, party: Party, *, subject: str = "",
           title: str = "执行通知书", document: Document | None = None,
           way: ServiceWay = ServiceWay.IN_PERSON, at: datetime | None = None) -> Service:
    """Something served on a party."""
    with acting(session) as s:
        return services.serve(
            s, case_id=case.id, party_id=party.id, subject=subject or case.subject, title=title,
            way=way, served_at=at or clock.now(), document_id=document.id if document else None,
            actor=officer, now=clock.now())


def days(count: int) -> timedelta:
    return timedelta(days=count)
