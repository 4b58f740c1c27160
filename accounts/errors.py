"""What accounts refuses."""

from kernel.errors import N_, DomainError, InvalidInput, NotAllowed, NotFound, WrongState


class WrongCredentials(DomainError):
    """One answer for a wrong password and an unknown login: neither may be found out."""

    status = 401
    code = "wrong_credentials"
    message = N_("账号或密码不对。")


class NoSuchPerson(NotFound):
    code = "no_such_person"
    message = N_("没有这个人。")


class NoSuchCourt(NotFound):
    code = "no_such_court"
    message = N_("没有这家法院。")


class NoSuchToken(NotFound):
    code = "no_such_token"
    message = N_("没有这个令牌，或者它已经停用。")


class NoSuchMessage(NotFound):
    code = "no_such_message"
    message = N_("没有这条消息。")


class NoSuchApproval(NotFound):
    code = "no_such_approval"
    message = N_("没有这项待批准的事。")


class RolesDoNotFit(WrongState):
    """Roles that one person may not hold together, or that want (or exclude) a court."""

    code = "roles_do_not_fit"
    message = N_("这些身份不能由同一人担任。")


class RoleNotHeld(WrongState):
    code = "role_not_held"
    message = N_("这个人没有这项身份。")


class OwnRequest(NotAllowed):
    """Maker and checker are two people."""

    code = "own_request"
    message = N_("这是您自己提交的，须由另一人批准。")


class NotTheApprover(NotAllowed):
    code = "not_the_approver"
    message = N_("只有%(role)s可以批准。")


class AlreadyRequested(WrongState):
    code = "already_requested"
    message = N_("同一内容已经提交，正在等待批准。")


class AlreadyDecided(WrongState):
    code = "already_decided"
    message = N_("您已经表过态；同一项须由不同的人批准。")


class ApprovalClosed(WrongState):
    code = "approval_closed"
    message = N_("这一项已有结果，不能再批准或退回。")


class DraftTooLarge(InvalidInput):
    """More than any form of the platform holds."""

    def __init__(self) -> None:
        super().__init__({"": N_("内容太长，没有自动保存；请直接提交。")})
