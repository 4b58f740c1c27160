"""The words of the law as the public pages use them, each with its article (docs/glossary.md)."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kernel.errors import N_

_ONLINE: Final = "网络司法拍卖规定"


@dataclass(frozen=True, slots=True)
class Term:
    """One word: how both languages write it, what it means, where it stands.

    Attributes:
        slug: its place on /glossary.
        meaning: a marked message over the figures of the rule set (``portal.rules.figures``).
        rule: rule id; empty where the word is our own.
    """

    slug: str
    zh: str
    en: str
    meaning: str
    rule: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Words that belong together, in the order of a sale."""

    slug: str
    title: str
    terms: tuple[Term, ...]


GLOSSARY: Final = (
    Chapter("sale", N_("标的和价格"), (
        Term("lot", "标的物", "lot",
             N_("法院查封后拿来拍卖的一件财产，也叫标的。"), "AUC-13", f"{_ONLINE}第十三条"),
        Term("start-price", "起拍价", "start price",
             N_("竞价从这个价开始，它同时就是保留价：低于它的出价无效，没有另外保密的底价。"
                "首次拍卖不得低于处置参考价或市价的 %(start_min)s。"),
             "AUC-10.3", f"{_ONLINE}第十条第二款"),
        Term("reference-price", "处置参考价", "reference price",
             N_("法院在拍卖前确定的参考价格，由当事人议价、定向询价、网络询价或委托评估得出。"
                "页面上的“评估价”就是它。"),
             "REF-2", "参考价规定第二条"),
        Term("negotiation", "当事人议价", "negotiation",
             N_("双方当事人商量出一个价格，法院用作处置参考价。"), "REF-4.1", "参考价规定第四条第一款"),
        Term("directed-inquiry", "定向询价", "directed inquiry",
             N_("向有关机构（例如税务部门）询问计税基准价、政府定价或指导价。"),
             "REF-5.1", "参考价规定第五条"),
        Term("online-inquiry", "网络询价", "online inquiry",
             N_("由名单内的网络询价平台用大数据给出价格。"), "REF-7.1", "参考价规定第七条"),
        Term("appraisal", "委托评估", "commissioned appraisal",
             N_("前面的办法都不行或不适合时，委托评估机构评估；机构由双方协商，协商不成由摇号确定。"),
             "REF-14", "参考价规定第十四条"),
        Term("draw", "摇号", "draw",
             N_("从名单子库里随机确定 %(institutions)s 家评估机构和它们的次序。名单先冻结、各方先封存，"
                "所以谁也不能左右，任何人都能重算。"),
             "REF-16.1", "参考价规定第十六条"),
        Term("round", "一拍，二拍，变卖", "first, second auction, sell-off",
             N_("第一次拍卖流拍后，%(second_within)s 日内在同一平台再次拍卖，"
                "起拍价降幅不超过前次的 %(second_cut)s；再次流拍后可以变卖。"),
             "AUC-26.2", f"{_ONLINE}第二十六条第一款"),
        Term("panel", "合议庭", "panel",
             N_("起拍价、增价幅度、保证金和优先购买权等事项，由法官组成的合议庭评议确定。"),
             "AUC-27", f"{_ONLINE}第二十七条"),
    )),
    Chapter("bid", N_("报名和出价"), (
        Term("announcement", "公告", "announcement",
             N_("法院发布的拍卖公告。首次拍卖，动产提前 %(lead_movable)s 日公告，"
                "不动产和其他财产权提前 %(lead_other)s 日。"),
             "AUC-12.1", f"{_ONLINE}第十二条第一款"),
        Term("disclosures", "公示内容", "disclosures",
             N_("公告当日必须同时公示的事项：执行依据、评估报告、权属、占有、瑕疵、优先购买权人等。"),
             "AUC-13", f"{_ONLINE}第十三条"),
        Term("deposit", "保证金", "deposit",
             N_("参加竞价前交的钱，由合议庭在起拍价的 %(deposit_min)s 至 %(deposit_max)s 之间确定。"
                "没拍到的，竞价结束后 %(refund)s 小时内退还或解冻。"),
             "AUC-17.1", f"{_ONLINE}第十七条第一款"),
        Term("bidder-code", "竞买代码", "bidder code",
             N_("竞买人只以代码出价，每件标的随机另给。竞价结束前，法院和平台都看不到代码背后是谁。"),
             "AUC-18.2", f"{_ONLINE}第十八条"),
        Term("bid", "出价", "bid",
             N_("以进入平台服务器的时间为准。出价不能撤回，直到有人出更高的价。"),
             "AUC-20.6", f"{_ONLINE}第二十条"),
        Term("increment", "增价幅度", "increment",
             N_("每次至少比当前价高出的金额，由法院确定并公告。"), "AUC-20.2", f"{_ONLINE}第二十条第一款"),
        Term("extension", "延时", "extension",
             N_("最后 %(window)s 分钟内有人出价，结束时间改为那次出价后 %(window)s 分钟，次数不限。"),
             "AUC-20.4", f"{_ONLINE}第二十条第二款"),
        Term("priority-right", "优先购买权", "priority right",
             N_("共有人、承租人、股东等依法享有的权利：出与他人相同的价，没有人再加价就由其买受。"
                "要在竞价时行使，成交后不再另行征询。"),
             "AUC-21.1", f"{_ONLINE}第二十一条"),
        Term("rank", "顺序", "rank",
             N_("几位优先购买权人出价相同的，顺序在先的得；顺序相同的，出价在先的得。"),
             "AUC-21.2", f"{_ONLINE}第二十一条"),
        Term("suspended", "暂缓、中止", "suspended",
             N_("竞价中出现法定事由或系统故障时停下来，理由要公布；原因消除后 %(resume)s 日内恢复。"),
             "AUC-28.4", f"{_ONLINE}第二十八条"),
        Term("withdrawn", "撤回", "withdrawn",
             N_("拍卖开始前或中止期间，因撤回执行申请、债务已经清偿等原因不再拍卖。公告和理由继续可看。"),
             "GEN-17", "拍卖变卖规定第十七条"),
        Term("exercise", "练习标的", "exercise lot",
             N_("用来练习出价的假标的，不用钱，日志另存，不进搜索和统计。"), "", ""),
    )),
    Chapter("after", N_("收槌以后"), (
        Term("sold", "成交", "sold",
             N_("竞价结束时最高的有效出价买受，同价时优先购买权人在先。"),
             "AUC-22.1", f"{_ONLINE}第二十二条"),
        Term("failed", "流拍", "failed",
             N_("竞价期间没有人出价。"), "AUC-26.1", f"{_ONLINE}第二十六条第一款"),
        Term("confirmation", "成交确认书", "confirmation",
             N_("平台自动生成并公示，写明买受人的真实身份、竞买代码和成交价。"),
             "AUC-22.1", f"{_ONLINE}第二十二条第一款"),
        Term("ruling", "成交裁定", "ruling",
             N_("付清价款后 %(ruling_days)s 日内法院作出裁定并送达，送达时所有权转移。"),
             "AUC-25.3", "拍卖变卖规定第二十条"),
        Term("hand-over", "交付", "hand-over",
             N_("裁定送达后 %(handover_days)s 日内把标的物交给买受人。"),
             "AUC-25.3", "拍卖变卖规定第二十七条"),
        Term("default", "悔拍", "default",
             N_("买受人逾期不付款。保证金不退，依次抵作拍卖费用、差价和债务；重新拍卖时不得再参加。"),
             "AUC-24.1", f"{_ONLINE}第二十四条"),
        Term("in-kind", "以物抵债", "entitlement in kind",
             N_("流拍后，申请执行人或其他执行债权人可以按保留价接受标的物抵债。"),
             "AUC-26.6", "拍卖变卖规定第十六条"),
        Term("objection", "异议", "objection",
             N_("当事人、利害关系人认为执行行为违法，可以书面提出；法院 %(review_days)s 日内审查，"
                "不服裁定的可以自送达起 %(reconsideration_days)s 日内向上一级法院申请复议。"),
             "CPL-236", "民诉法第二百三十六条"),
    )),
    Chapter("money", N_("案款和当事人"), (
        Term("applicant", "申请执行人", "applicant", N_("请求法院执行的人，通常是债权人。"), "", "民诉法"),
        Term("respondent", "被执行人", "respondent", N_("被执行的人，标的物通常是他的财产。"), "", "民诉法"),
        Term("claim", "债权", "claim",
             N_("请求从拍卖款里受偿的权利，连同它的执行依据和顺位。"), "", "民诉解释第五百零六条"),
        Term("case-money", "案款", "case money",
             N_("一个案件收到的执行款，一案一账户，每一分进出都记账。"), "FUND-01", "案款规定第二条"),
        Term("distribution-plan", "财产分配方案", "distribution plan",
             N_("拍卖款怎样分给各债权人的书面方案。"
                "送达后 %(plan_objection_days)s 日内可以提出书面异议。"), "PLAN-02", "民诉解释第五百零九条"),
        Term("escrow", "提存", "escrow",
             N_("暂时不能交付的款项由法院留存，等争议有了结果再付。"), "PLAN-06", "民诉解释第五百一十条"),
        Term("proof", "验印和指纹", "ring and fingerprint",
             N_("每份文件有一个 SHA-256 指纹，页面把它画成一圈长短不一的刻度。改动一个字，"
                "指纹就完全不同。"), "", ""),
        Term("log", "日志，叶", "log, leaf",
             N_("每个动作在日志里留一条，按哈希前后相连，只能增加，不能修改。"), "", ""),
    )),
)

TERMS: Final = MappingProxyType({term.slug: term for chapter in GLOSSARY for term in chapter.terms})
BY_WORD: Final = MappingProxyType({word: term for term in TERMS.values() for word in term.zh.split("，")})
