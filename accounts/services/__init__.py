"""The use cases of accounts: the door through which higher floors come."""

from accounts.passwords import hash_password
from accounts.rules.identity import masked_name, masked_number
from accounts.services.approvals import (
    SeenApproval,
    approval_for,
    approvals_of,
    decide_approval,
    get_approval,
    request_approval,
    seen_by,
    withdraw_request,
)
from accounts.services.courts import (
    INSTALLATION,
    court_law,
    court_names,
    courts,
    found_court,
    get_court,
    open_court,
    open_installation,
    set_contact,
    set_readings,
)
from accounts.services.drafts import discard_draft, draft_of, drafts_of, forget_drafts, save_draft
from accounts.services.messages import (
    PER_PAGE,
    mark_read,
    message_count,
    messages_of,
    open_message,
    send_message,
    unread_count,
)
from accounts.services.people import (
    Identity,
    change_password,
    credentials,
    identity_for_machine,
    identity_of,
    names_of,
    own_identity,
    people_with_role,
    person,
    person_by_login,
    register_bidder,
    register_person,
)
from accounts.services.roles import grant_role, revoke_role
from accounts.services.sessions import (
    actor_of_session,
    actor_of_token,
    forget_sessions,
    issue_token,
    revoke_token,
    sign_in,
    sign_out,
    sign_out_everywhere,
    still_signed_in,
    tokens_of,
)

__all__ = [
    "INSTALLATION", "PER_PAGE", "Identity", "SeenApproval", "actor_of_session", "actor_of_token",
    "approval_for", "approvals_of", "change_password", "court_law", "court_names", "courts", "credentials",
    "decide_approval", "discard_draft", "draft_of", "drafts_of", "forget_drafts",
    "forget_sessions", "found_court", "get_approval", "get_court", "grant_role",
    "hash_password", "identity_for_machine", "identity_of", "issue_token", "mark_read",
    "masked_name", "masked_number", "message_count", "messages_of", "names_of", "open_court",
    "open_installation", "open_message", "own_identity", "people_with_role", "person",
    "person_by_login", "register_bidder", "register_person", "request_approval", "revoke_role",
    "revoke_token", "save_draft", "seen_by", "send_message", "set_contact", "set_readings", "sign_in",
    "sign_out", "sign_out_everywhere", "still_signed_in", "tokens_of", "unread_count", "withdraw_request",
]
