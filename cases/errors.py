"""What a case refuses."""

from kernel.errors import N_, NotAllowed, NotFound, WrongState


class NoSuchCase(NotFound):
    code = "no_such_case"
    message = N_("没有这个案件。")


class NoSuchParty(NotFound):
    code = "no_such_party"
    message = N_("案件里没有这位当事人。")


class NoSuchClaim(NotFound):
    code = "no_such_claim"
    message = N_("案件里没有这笔债权。")


class NoSuchProperty(NotFound):
    code = "no_such_property"
    message = N_("案件里没有这项财产。")


class NoSuchDocument(NotFound):
    code = "no_such_document"
    message = N_("没有这份文书。")


class NoSuchService(NotFound):
    code = "no_such_service"
    message = N_("没有这次送达。")


class NoSuchObjection(NotFound):
    code = "no_such_objection"
    message = N_("没有这件案外人异议。")


class NotYourCase(NotAllowed):
    code = "not_your_case"
    message = N_("只有本案承办人可以办理。")


class CaseExists(WrongState):
    code = "case_exists"
    message = N_("案号 %(number)s 已经登记。")


class PartyLinked(WrongState):
    code = "party_linked"
    message = N_("这个账户已经关联本案的另一位当事人。")


class ClaimChecked(WrongState):
    code = "claim_checked"
    message = N_("这笔债权已经核对。")


class ProofGiven(WrongState):
    code = "proof_given"
    message = N_("这次送达已经附有证明。")


class PropertySettled(WrongState):
    code = "property_settled"
    message = N_("财产已经进入处置，基本信息不能再改。")


class ObjectionStepNotAllowed(WrongState):
    """An objection of a third party does not go this way from where it stands."""

    code = "objection_step_not_allowed"
    message = N_("异议现在的状态是“%(state)s”，不能记为“%(wanted)s”。")
    rule = "CPL-238"
