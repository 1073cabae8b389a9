"""What each way in which a call to Slack can fail means for us: one table, code to remedy.

Sources: the method pages of Slack's Web API as of August 2026, the codes that those pages listed
before Slack shortened them, and what happens to a request on its way. Slack reserves the right to
answer with codes that it lists nowhere; those are given up, and seen by whoever runs the coach.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from bot.domain.remedies import Remedy


class CallKind(StrEnum):
    """What a call does; the same code can mean different things to each."""

    POST = "post"
    """A message that stands in a conversation: `chat.postMessage`."""
    WHISPER = "whisper"
    """A message for one's eyes only: `chat.postEphemeral`."""
    UPDATE = "update"
    DELETE = "delete"
    VIEW = "view"
    READ = "read"
    """Reading a conversation, a profile or the token's own rights; nothing changes."""
    OPEN = "open"
    """Opening somebody's direct conversation; opening it twice is the same as once."""
    FILE = "file"
    INSTALL = "install"
    """What whoever installs or starts the coach waits for: OAuth, opening the socket."""
    RESPONSE = "response"
    """The address that came with a command or click: thirty minutes, five uses."""


METHODS: Mapping[str, CallKind] = {
    "chat.postMessage": CallKind.POST,
    "chat.scheduleMessage": CallKind.POST,
    "chat.postEphemeral": CallKind.WHISPER,
    "chat.update": CallKind.UPDATE,
    "chat.delete": CallKind.DELETE,
    "views.open": CallKind.VIEW,
    "views.push": CallKind.VIEW,
    "views.update": CallKind.VIEW,
    "views.publish": CallKind.VIEW,
    "conversations.history": CallKind.READ,
    "conversations.info": CallKind.READ,
    "conversations.members": CallKind.READ,
    "users.info": CallKind.READ,
    "auth.test": CallKind.READ,
    "conversations.open": CallKind.OPEN,
    "files.getUploadURLExternal": CallKind.FILE,
    "files.completeUploadExternal": CallKind.FILE,
    "oauth.v2.access": CallKind.INSTALL,
    "apps.connections.open": CallKind.INSTALL,
}

NO_CONNECTION = "no_connection"
"""Refused, no such name, no TLS, or no connection in time: nothing was sent."""
NO_ANSWER = "no_answer"
"""Sent, and the answer never came, broke off, or was not one of Slack's."""
TIMED_OUT = "timed_out"
"""Sent, and no answer in time."""
HTTP_ERROR = "http_error"
"""An HTTP status of 500 or more without a code of Slack's in it."""


def _codes(*lines: str) -> frozenset[str]:
    return frozenset(code for line in lines for code in line.split())


REMEDIES: Mapping[Remedy, frozenset[str]] = {
    Remedy.WAIT: _codes("ratelimited rate_limited"),
    Remedy.BACK_OFF: _codes(
        NO_CONNECTION,
        "restricted_too_many update_failed file_update_failed fetch_members_failed",
        "streaming_state_conflict external_channel_migrating",
    ),
    Remedy.RECONCILE: _codes(
        f"{NO_ANSWER} {TIMED_OUT} {HTTP_ERROR}",
        "fatal_error internal_error service_unavailable request_timeout",
        "duplicate_message_not_found duplicate_channel_not_found",
    ),
    Remedy.HOLD: _codes(
        "message_limit_exceeded team_added_to_org org_login_required",
        "invalid_auth not_authed two_factor_setup_required",
        "enterprise_is_restricted accesslimited app_access_restricted access_denied",
        "ekm_access_denied team_access_not_granted forbidden forbidden_team permission_denied",
    ),
    Remedy.END: _codes("token_revoked account_inactive invalid_refresh_token"),
    Remedy.REFRESH: _codes("token_expired"),
    Remedy.SCOPE: _codes(
        "missing_scope no_permission not_allowed_token_type no_scopes",
        "messages_tab_disabled not_enabled plan_upgrade_required",
    ),
    Remedy.PLAIN: _codes(
        "invalid_arguments invalid_blocks invalid_blocks_format invalid_attachments",
        "attachment_payload_limit_exceeded msg_blocks_too_long msg_too_long",
        "too_many_attachments too_many_contact_cards no_text markdown_text_conflict",
        "block_mismatch missing_file_data alt_txt_too_large",
        "slack_connect_file_link_sharing_blocked slack_connect_canvas_sharing_blocked",
        "slack_connect_canvas_link_sharing_blocked slack_connect_lists_sharing_blocked",
        "slack_connect_blocked_file_type slack_connect_clip_sharing_blocked",
        "slack_connect_file_upload_sharing_blocked",
        "view_too_large push_limit_reached duplicate_external_id",
        "file_type_not_allowed blocked_file_type file_uploads_disabled",
        "file_uploads_except_images_disabled file_upload_size_restricted storage_limit_reached",
        "snippet_too_large unknown_snippet_type unknown_subtype file_share_limit_reached",
        "max_file_sharing_exceeded unable_to_share_files",
        "file_not_found file_deleted file_is_deleted",
    ),
    Remedy.BARE: _codes(
        "invalid_metadata_format invalid_metadata_schema metadata_too_large",
        "metadata_must_be_sent_from_app",
    ),
    Remedy.REOPEN: _codes("channel_not_found invalid_channel expired_url used_url"),
    Remedy.TOP_LEVEL: _codes(
        "restricted_action_non_threadable_channel restricted_action_thread_locked",
        "cannot_reply_to_message",
    ),
    Remedy.REST: _codes(
        "not_in_channel user_not_in_channel is_archived is_inactive restricted_action",
        "restricted_action_read_only_channel restricted_action_thread_only_channel",
        "posting_to_channel_denied channel_is_limited_access slack_connect_team_blocked",
    ),
    Remedy.AWAY: _codes(
        "user_disabled user_not_found user_not_visible cannot_dm_bot invalid_user_combination"
    ),
    Remedy.DROP: _codes(
        "message_not_found cant_update_message edit_window_closed cant_delete_message",
        "compliance_exports_prevent_deletion exchanged_trigger_id invalid_trigger_id not_found",
    ),
    Remedy.RERENDER: _codes("hash_conflict"),
    Remedy.TELL: _codes(
        "expired_trigger_id invalid_code invalid_code_verifier user_email_unverified",
        "cannot_install_an_org_installed_app",
    ),
    Remedy.DEFECT: _codes(
        "unknown_method method_deprecated deprecated_endpoint is_bot as_user_not_supported",
        "send_on_behalf_not_allowed insecure_request missing_args missing_argument invalid_token",
        "preview_feature_not_available not_implemented missing_profile_id team_not_found",
        "invalid_arg_name invalid_array_arg invalid_charset invalid_form_data",
        "invalid_post_type missing_post_type",
        "cant_broadcast_message no_dual_broadcast_content_update",
        "draft_already_deleted draft_already_sent draft_has_conflict draft_not_found",
        "not_enough_users too_many_users users_list_not_supplied channels_limit_exceeded",
        "method_not_supported_for_channel_type",
        "time_in_past time_too_far invalid_time",
        "invalid_cursor invalid_limit pagination_not_available invalid_ts_latest",
        "invalid_ts_oldest invalid_metadata_filter_keys",
        "bad_client_secret bad_redirect_uri invalid_client_id invalid_grant_type",
        "oauth_authorization_url_mismatch pkce_not_allowed",
    ),
}
"""The remedy of each code, whatever the call was; `BY_KIND` says where that differs."""

_UNCLEAR = REMEDIES[Remedy.RECONCILE]
_CLOSED = REMEDIES[Remedy.REST] | REMEDIES[Remedy.TOP_LEVEL]
_AGAIN = dict.fromkeys(_UNCLEAR, Remedy.BACK_OFF)
"""A call that changes nothing, or nothing that matters twice, may simply be made again."""

BY_KIND: Mapping[CallKind, Mapping[str, Remedy]] = {
    # Whoever asked in a channel in which the coach can't whisper is answered in their DM.
    CallKind.WHISPER: dict.fromkeys(_CLOSED, Remedy.REOPEN),
    # Where nobody can write any more, what stands there stays as it is.
    CallKind.UPDATE: dict.fromkeys({*_CLOSED, "channel_not_found"}, Remedy.DROP),
    CallKind.DELETE: dict.fromkeys({*_CLOSED, "channel_not_found"}, Remedy.DROP),
    CallKind.VIEW: _AGAIN,
    CallKind.READ: {**_AGAIN, "channel_not_found": Remedy.REST},
    CallKind.OPEN: {**_AGAIN, "channel_not_found": Remedy.AWAY},
    CallKind.INSTALL: {
        **_AGAIN,
        **dict.fromkeys(("invalid_auth", "not_authed"), Remedy.DEFECT),
    },
    # An answer for one's eyes only does no harm when it is read twice.
    CallKind.RESPONSE: dict.fromkeys(_UNCLEAR, Remedy.REOPEN),
}
"""Where a code means something else for one kind of call."""

SECONDS: Mapping[str, float] = {
    "ratelimited": 30.0,
    "rate_limited": 30.0,
    "external_channel_migrating": 3_600.0,
}
HOLD_SECONDS = 3_600.0
"""How often a workspace that is held is asked whether it works again."""

_REMEDY_OF = {code: remedy for remedy, codes in REMEDIES.items() for code in codes}


def remedy_of(code: str, kind: CallKind) -> Remedy:
    """The decided remedy; a code that Slack lists nowhere is given up, and seen."""
    found = BY_KIND.get(kind, {}).get(code)
    return found or _REMEDY_OF.get(code, Remedy.QUARANTINE)


def is_unclear(code: str) -> bool:
    """Whether the call may have been carried out all the same."""
    return code in _UNCLEAR


def code_of_status(status: int) -> str:
    """The code of an answer that has no code of Slack's in it."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "ratelimited"
    return HTTP_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else NO_ANSWER


def seconds_of(code: str, remedy: Remedy) -> float:
    """How long to wait when Slack does not say; 0 where waiting alone mends nothing."""
    return SECONDS.get(code, HOLD_SECONDS if remedy is Remedy.HOLD else 0.0)


def for_address(remedy: Remedy, address: str) -> Remedy:
    """The remedy for who is addressed: people go away and come back, channels rest."""
    if is_person(address):
        return Remedy.AWAY if remedy is Remedy.REST else remedy
    return Remedy.REST if remedy in (Remedy.AWAY, Remedy.REOPEN) else remedy


def is_person(address: str) -> bool:
    """Whether an address is somebody's user id, and not a conversation."""
    return address.startswith(("U", "W"))
