"""Refusals of the auction domain."""

from collections.abc import Sequence

from kernel.errors import N_, DomainError, InvalidInput, NotAllowed, NotFound, TooManyRequests, WrongState
from kernel.gates import Obstacle


class StepNotAllowed(WrongState):
    """A lot cannot go this way from where it stands."""

    code = "step_not_allowed"
    message = N_("标的物现在的状态是“%(state)s”，不能办理“%(step)s”。")


class NoSuchLot(NotFound):
    code = "no_such_lot"
    message = N_("没有这个标的物，或者它还没有公告。")


class NotRunning(WrongState):
    """The sale takes no bids or registrations in its present state."""

    code = "not_running"
    message = N_("标的物现在不接受报名或出价。")


class StillConfirming(NotRunning):
    """A bid after the end that cannot be called late yet; sent again it will be judged (AUC-20.5)."""

    code = "confirming"
    message = N_("竞价时间已过，正在确认结果，这次出价还没有受理。请再提交一次，同一编号不会重复计算。")
    rule = "AUC-20.5"


class BidWaited(WrongState):
    """A bid that waited so long for its turn that its sale is held instead of judging it (AUC-28.2)."""

    code = "bid_waited"
    message = N_("平台处理这次出价用了 %(most_s)s 秒以上，出价没有被受理，拍卖已经暂停，恢复后继续竞价。")
    rule = "AUC-28.2"


class ClockOff(DomainError):
    """A refusal at the door: the clock of this process is not the platform's."""

    status = 503
    code = "clock_off"
    message = N_("这台服务器的时钟有偏差，暂时不能接受出价。请马上再试一次。")
    rule = "AUC-20.6"


class NotPresent(DomainError):
    """A refusal at the door: no close would wait for this process now, so it must not take bids.

    Its sign of life has lapsed or was never given, or it has promised that nothing so old would come.
    """

    status = 503
    code = "not_present"
    message = N_("这台服务器暂时不能接受出价，这次出价没有被受理。请马上再试一次。")
    rule = "AUC-20.6"


class NotQualified(NotAllowed):
    """A bid at the door: no code of this sale stands behind it."""

    code = "not_qualified"
    message = N_("您还没有取得本标的物的竞买资格，不能出价。")
    rule = "AUC-17.2"


class AlreadyRegistered(WrongState):
    code = "already_registered"
    message = N_("您已经报名，不必重复。")


class NoticesNotAccepted(InvalidInput):
    code = "notices_not_accepted"
    rule = "AUC-14"


class Barred(NotAllowed):
    """The law keeps this person from bidding here (AUC-24.3, AUC-34)."""

    code = "barred"
    message = N_("依法不得参加本标的物竞买的人不能报名。")
    rule = "AUC-34"


class DepositMissing(WrongState):
    code = "deposit_missing"
    message = N_("保证金尚未到账。")
    rule = "AUC-17.2"


class BalanceMissing(WrongState):
    code = "balance_missing"
    message = N_("余款 %(balance_fen)s 元尚未到账，不能作出成交裁定。")
    rule = "AUC-25.3"


class NotSold(WrongState):
    code = "not_sold"
    message = N_("标的物没有成交，没有买受人。")
    rule = "AUC-22.1"


class PublicationRefused(WrongState):
    """What stands in the way, all of it; ``obstacles`` as ``auction.rules.publication`` finds it."""

    code = "publication_refused"
    message = N_("公告还不能发布，有 %(count)s 处不符合规定。")

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(rule=obstacles[0].rule, count=len(obstacles))
        self.obstacles = tuple(obstacles)


class SurplusLeft(WrongState):
    """An applicant is told of a sale without surplus only where there is none."""

    code = "surplus_left"
    message = N_("按现在的起拍价，清偿优先债权和执行费用后还有剩余，不需要通知申请执行人。")
    rule = "GEN-6"


class ApplicantNotTold(WrongState):
    code = "applicant_not_told"
    message = N_("还没有通知这位申请执行人。")
    rule = "GEN-6"


class AlreadyTold(WrongState):
    code = "already_told"
    message = N_("已经通知过这位申请执行人。")
    rule = "GEN-6"


class ObjectionStands(WrongState):
    """A third party's objection keeps the property from being sold."""

    code = "objection_stands"
    message = N_("案外人异议还没有处理完毕，拍卖不能恢复。")
    rule = "AUC-36.2"


class AlreadyOnSale(WrongState):
    code = "already_on_sale"
    message = N_("这项财产已经有一个标的物，不能重复拍卖。")


class TermsFixed(WrongState):
    code = "terms_fixed"
    message = N_("公告发布后不能再改动。确有重大变动的，须撤回后重新公告。")
    rule = "AUC-12.4"


class ExerciseTermsRefused(InvalidInput):
    code = "exercise_terms"


class TooManyUndecided(TooManyRequests):
    """A refusal at the door: nothing was judged, nothing stands in the log."""

    code = "too_many_undecided"
    message = N_("您有 %(most)s 次出价还在处理，请等结果出来再出价。")


class TooManyExercises(TooManyRequests):
    code = "too_many_exercises"
    message = N_("现在开着的练习太多。请加入一场正在进行的练习，或者几分钟后再开。")


class ExerciseFull(WrongState):
    code = "exercise_full"
    message = N_("这场练习已经坐满 %(most)s 人，请另开一场。")
