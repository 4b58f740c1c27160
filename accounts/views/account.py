"""One's own account: who I am here, password, tokens, inbox."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts import services
from accounts.login import sign_in
from accounts.rules.addresses import own_page
from accounts.rules.messages import unpack
from accounts.schemas import PageIn, PasswordChangeIn, TokenLabelIn
from kernel import clock
from kernel.access import ROLE_NAMES, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import LANGUAGES, say
from kernel.schemas import load_form
from kernel.transactions import unit_of_work

pages = Blueprint("account", __name__, url_prefix="/my")


@pages.get("")
@access()
def account() -> ResponseReturnValue:
    return _account_page()


def _account_page(*, password_form: Form | None = None, token_form: Form | None = None,
                  new_token: str | None = None) -> ResponseReturnValue:
    actor = signed_in()
    session = db.session()
    identity = services.own_identity(session, actor.id)
    status = max(form.status if form else 200 for form in (password_form, token_form))
    return render_template(
        "accounts/account.html", person=services.person(session, actor.id),
        roles=[say(ROLE_NAMES[role]) for role in sorted(actor.roles)],
        name=identity.name if actor.is_staff else services.masked_name(identity.name),
        id_number=services.masked_number(identity.id_number),
        phone=services.masked_number(identity.phone), languages=LANGUAGES,
        tokens=services.tokens_of(session, actor.id, now=clock.machine_now()),
        unread=services.unread_count(session, actor.id), new_token=new_token,
        password_form=password_form or Form(), token_form=token_form or Form()), status


@pages.post("/password")
@access()
def password() -> ResponseReturnValue:
    """Change the password; every other browser of this person is signed out."""
    form = Form(request.form)
    with form.attempt():
        sign_in.replace_password(form.load(PasswordChangeIn()), signed_in())
        flash(say(N_("密码已更改，其他设备上的登录已全部退出。")))
        return redirect(url_for("account.account"))
    return _account_page(password_form=form)


@pages.post("/tokens")
@access()
def new_token() -> ResponseReturnValue:
    """Make a token and show its secret this once."""
    form = Form(request.form)
    with form.attempt():
        label = form.load(TokenLabelIn())["label"]
        with unit_of_work() as work:
            _, secret = services.issue_token(work.session, signed_in().id, label=label,
                                             now=clock.machine_now())
        return _account_page(new_token=secret)
    return _account_page(token_form=form)


@pages.post("/tokens/<token_id>/revoke")
@access()
def revoke_token(token_id: str) -> ResponseReturnValue:
    with unit_of_work() as work:
        services.revoke_token(work.session, token_id, actor=signed_in(), now=clock.machine_now())
    flash(say(N_("令牌已停用。")))
    return redirect(url_for("account.account"))


@pages.get("/messages")
@access()
def messages() -> ResponseReturnValue:
    """The inbox, newest first."""
    actor, session = signed_in(), db.session()
    page = load_form(PageIn(), request.args)["page"]
    rows = [{"id": one.id, "text": say(one.text, unpack(one.details)), "url": one.url,
             "sent_at": one.sent_at, "read_at": one.read_at}
            for one in services.messages_of(session, actor.id, page=page)]
    total = services.message_count(session, actor.id)
    return render_template("accounts/messages.html", messages=rows, page=page, total=total,
                           pages=max(1, -(-total // services.PER_PAGE)),
                           unread=services.unread_count(session, actor.id))


@pages.get("/messages/<message_id>")
@access()
def message(message_id: str) -> ResponseReturnValue:
    """Open what a message speaks of; it counts as read from then on."""
    with unit_of_work() as work:
        opened = services.open_message(work.session, message_id, person_id=signed_in().id,
                                       now=clock.now())
        url = opened.url
    return redirect(own_page(url, url_for("account.messages")))


@pages.post("/messages/read")
@access()
def read_all() -> ResponseReturnValue:
    with unit_of_work() as work:
        services.mark_read(work.session, signed_in().id, now=clock.now())
    return redirect(url_for("account.messages"))
