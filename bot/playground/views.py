"""The Web API's methods on views, and the stack of modals in front of a person."""

from __future__ import annotations

import secrets

from bot.playground import blocks as block_rules
from bot.playground import entry
from bot.playground.arguments import ApiError, Args, invalid
from bot.playground.core import Core, Trigger
from bot.playground.model import Json, OpenView, new_id

MOST_STACKED = 3
_KEPT = (
    "type",
    "blocks",
    "title",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
)


def checked(value: object, kind: str) -> Json:
    """Give a view that the platform would take; raises ApiError otherwise."""
    if value is None:
        raise invalid("missing required field: view")
    problems = block_rules.problems_of_view(value, kind)
    if problems:
        raise ApiError("invalid_arguments", problems)
    if block_rules.too_large(value):
        raise ApiError("view_too_large")
    assert isinstance(value, dict)  # noqa: S101 - problems_of_view has seen to it
    return value


def completed(core: Core, view: Json, names: Json) -> Json:
    """Give a view as the platform shows it: names, a new hash and all optional fields."""
    seconds = int(core.clock.now().timestamp())
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "title": None,
        "submit": None,
        "close": None,
        **{name: view[name] for name in _KEPT if view.get(name) is not None},
        "blocks": block_rules.named(view["blocks"]),
        "team_id": core.workspace.team.id,
        "app_id": core.workspace.app.id,
        "app_installed_team_id": core.workspace.team.id,
        "bot_id": core.workspace.app.bot_id,
        "hash": f"{seconds}.{secrets.token_hex(4)}",
        **names,
    }


def with_state(shown: OpenView) -> Json:
    """Give a view with what is entered in it, as payloads carry it."""
    values = entry.state_values(shown.view["blocks"], shown.inputs)
    return {**shown.view, "state": {"values": values}}


def _trigger(core: Core, args: Args) -> Trigger:
    name = args.text("trigger_id")
    problem = core.triggers.check(name)
    if problem or name is None:
        raise ApiError(problem or "invalid_trigger_id")
    return core.triggers.use(name)


def _unique_external_id(core: Core, view: Json, but: Json | None = None) -> None:
    name = view.get("external_id")
    for stack in core.workspace.views.values():
        for shown in stack:
            if name and shown.view["external_id"] == name and shown.view is not but:
                raise ApiError("duplicate_external_ids")


def open_view(core: Core, args: Args) -> Json:
    """views.open."""
    view = checked(args.json("view"), "modal")
    _unique_external_id(core, view)
    trigger = _trigger(core, args)
    return _shown(add(core, trigger.user, view, []))


def push_view(core: Core, args: Args) -> Json:
    """views.push."""
    view = checked(args.json("view"), "modal")
    _unique_external_id(core, view)
    trigger = _trigger(core, args)
    stack = core.workspace.views.get(trigger.user, [])
    if trigger.view_id is None or not stack:
        raise ApiError("invalid_trigger_id")
    return _shown(push(core, trigger.user, view))


def push(core: Core, user: str, view: Json) -> OpenView:
    """Put a modal on top of a person's stack; raises ApiError when three are there."""
    stack = core.workspace.views.get(user, [])
    if len(stack) >= MOST_STACKED:
        raise ApiError("push_limit_reached")
    return add(core, user, view, stack)


def add(core: Core, user: str, view: Json, below: list[OpenView]) -> OpenView:
    """Show a modal on top of `below`, which may be empty."""
    name = new_id("V")
    root = below[0].view["id"] if below else name
    previous = below[-1].view["id"] if below else None
    names = {"id": name, "root_view_id": root, "previous_view_id": previous}
    shown = OpenView(user, completed(core, view, names))
    core.workspace.views[user] = [*below, shown]
    core.workspace.touch()
    return shown


def _shown(shown: OpenView) -> Json:
    return {"view": with_state(shown)}


def update_view(core: Core, args: Args) -> Json:
    """views.update."""
    view = checked(args.json("view"), "modal")
    shown = _named(core, args)
    wanted = args.text("hash")
    if wanted is not None and wanted != shown.view["hash"]:
        raise ApiError("hash_conflict")
    _unique_external_id(core, view, but=shown.view)
    replace(core, shown, view)
    return _shown(shown)


def _named(core: Core, args: Args) -> OpenView:
    view_id, external = args.text("view_id"), args.text("external_id")
    if view_id is None and external is None:
        raise invalid("either view_id or external_id is needed")
    for stack in core.workspace.views.values():
        for shown in stack:
            if view_id == shown.view["id"] or (external and external == shown.view["external_id"]):
                return shown
    raise ApiError("not_found")


def replace(core: Core, shown: OpenView, view: Json) -> None:
    """Show another content in an open modal; fields that remain keep what was entered."""
    names = {name: shown.view[name] for name in ("id", "root_view_id", "previous_view_id")}
    shown.view = completed(core, view, names)
    shown.errors = {}
    core.workspace.touch()


def publish(core: Core, args: Args) -> Json:
    """views.publish."""
    view = checked(args.json("view"), "home")
    person = core.workspace.people.get(args.need("user_id"))
    if person is None:
        raise invalid("invalid `user_id`")
    known = core.workspace.homes.get(person.id)
    wanted = args.text("hash")
    if wanted is not None and known is not None and wanted != known.view["hash"]:
        raise ApiError("hash_conflict")
    name = known.view["id"] if known else new_id("V")
    names = {"id": name, "root_view_id": name, "previous_view_id": None}
    return _shown(core.workspace.put_home(person.id, completed(core, view, names)))
