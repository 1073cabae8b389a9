"""What a person does with the app: a command, a click, an entry, a form, the Home tab."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground import entry, envelopes, responses, views
from bot.playground.arguments import ApiError
from bot.playground.core import Core
from bot.playground.hosting import PlaygroundProblem
from bot.playground.limits import INPUTS
from bot.playground.model import Channel, Ephemeral, Json, Message, OpenView, Person
from bot.playground.response_urls import ResponseUrl

Values = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Used:
    """The element that a person used, and with what value."""

    block_id: str | None
    action_id: str | None
    value: object


async def command(core: Core, person: Person, channel: Channel, text: str) -> Json:
    """Type the app's command; gives whether it was taken and the first visible answer."""
    name = core.workspace.app.command
    typed = f"{name} {text}".strip()
    address = ResponseUrl(person.id, channel.id, core.clock.now(), command=typed)
    links = {
        "response_url": f"{core.url}/{core.response_urls.add(address)}",
        "trigger_id": core.triggers.new(person.id),
    }
    payload = envelopes.slash_command(core.identity, person, channel, text, links)
    ack = await core.delivery.ask("slash_commands", payload)
    if not ack.received:
        core.silent(person, name, ack.reason, channel)
    elif ack.payload and (ack.payload.get("text") or ack.payload.get("blocks")):
        _show(core, person, channel, address, ack.payload)
    await core.settle()
    return {"acknowledged": ack.received, "response": address.first}


def _show(core: Core, person: Person, channel: Channel, address: ResponseUrl, body: Json) -> None:
    try:
        responses.answer(core, address, body)
    except ApiError as problem:
        core.notify(person, _unshowable(problem), channel)


def _unshowable(problem: ApiError) -> str:
    details = " ".join(problem.messages)
    return f"The app's answer could not be shown: {problem.error}. {details}".strip()


async def act_on_message(
    core: Core, person: Person, shown: Message | Ephemeral, used: Used
) -> Json:
    """Use an element of a message."""
    place = (person.id, shown.id if isinstance(shown, Ephemeral) else shown.ts)
    entered = core.workspace.inputs.setdefault(place, {})
    action = _used(core, shown.blocks, entered, used)
    channel = core.workspace.channels[shown.channel]
    payload: Json = {
        "type": "block_actions",
        **core.identity.common(person),
        "container": envelopes.message_container(shown),
        "trigger_id": core.triggers.new(person.id),
        "channel": envelopes.channel_label(channel),
        "state": {"values": entry.state_values(shown.blocks, entered)},
        "response_url": f"{core.url}/{core.response_urls.add(_address(core, person, shown))}",
        "actions": [action],
    }
    if isinstance(shown, Message):
        payload["message"] = envelopes.message_object(core.identity, shown)
    return await _send_action(core, person, channel, payload)


def _address(core: Core, person: Person, shown: Message | Ephemeral) -> ResponseUrl:
    ephemeral = isinstance(shown, Ephemeral)
    return ResponseUrl(
        person.id,
        shown.channel,
        core.clock.now(),
        original_ts=None if ephemeral else shown.ts,
        original_ephemeral=shown.id if isinstance(shown, Ephemeral) else None,
        thread_ts=shown.thread_ts,
    )


async def act_on_view(
    core: Core, person: Person, shown: OpenView, used: Used, values: Values
) -> Json:
    """Use an element of a modal or of the Home tab; `values` is what its fields hold by then."""
    entry.enter(shown.view["blocks"], shown.inputs, values)
    action = _used(core, shown.view["blocks"], shown.inputs, used)
    view = views.with_state(shown)
    payload = {
        "type": "block_actions",
        **core.identity.common(person),
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": core.triggers.new(person.id, view["id"]),
        "view": view,
        "actions": [action],
    }
    return await _send_action(core, person, None, payload)


def _used(core: Core, blocks: list[Json], entered: entry.Inputs, used: Used) -> Json:
    block, element = entry.find(blocks, used.block_id, used.action_id)
    state = None
    if element["type"] in INPUTS or element["type"] == "overflow":
        state = entry.state_of(element, used.value)
    if element["type"] in INPUTS and state is not None:
        entered.setdefault(block["block_id"], {})[element["action_id"]] = state
    return entry.action_of(block, element, state, core.clock.stamp(), used.value)


async def _send_action(core: Core, person: Person, channel: Channel | None, payload: Json) -> Json:
    ack = await core.delivery.ask("interactive", payload, answerable=False)
    if not ack.received:
        text = payload["actions"][0].get("text", {}).get("text")
        core.silent(person, f'"{text}"' if text else "The app", ack.reason, channel)
    await core.settle()
    return {"acknowledged": ack.received}


async def submit(core: Core, person: Person, shown: OpenView, values: Values) -> Json:
    """Send a modal's form; fields that are not named keep what they hold."""
    blocks = shown.view["blocks"]
    entry.enter(blocks, shown.inputs, values)
    view = views.with_state(shown)
    shown.errors = entry.missing(blocks, view["state"]["values"])
    core.workspace.touch()
    if shown.errors:
        return _submitted(False, "errors", shown.errors)
    payload = {
        "type": "view_submission",
        **core.identity.common(person),
        "trigger_id": core.triggers.new(person.id, view["id"]),
        "view": view,
        "response_urls": [],
    }
    ack = await core.delivery.ask("interactive", payload)
    action = None
    if ack.received:
        action = _take(core, person, shown, ack.payload or {})
    else:
        core.silent(person, "The form", ack.reason, None)
    await core.settle()
    return _submitted(ack.received, action, shown.errors)


def _submitted(received: bool, action: str | None, errors: dict[str, str]) -> Json:
    return {"acknowledged": received, "response_action": action, "errors": errors}


def _take(core: Core, person: Person, shown: OpenView, answer: Json) -> str | None:
    """Do to the stack of modals what the app answered to a form; gives the answer's name."""
    action: str | None = answer.get("response_action")
    try:
        if action == "errors":
            _errors(shown, answer.get("errors") or {})
        elif action == "update":
            views.replace(core, shown, views.checked(answer.get("view"), "modal"))
        elif action == "push":
            views.push(core, person.id, views.checked(answer.get("view"), "modal"))
        else:
            _remove(core, shown, everything=action == "clear")
    except ApiError as problem:
        core.notify(person, _unshowable(problem))
    core.workspace.touch()
    return action


def _errors(shown: OpenView, errors: dict[str, str]) -> None:
    inputs = {row["block_id"] for row in shown.view["blocks"] if row["type"] == "input"}
    strangers = sorted(set(errors) - inputs)
    if strangers or not errors:
        raise ApiError("invalid_errors", [f"no input block is named {', '.join(strangers)}"])
    shown.errors = dict(errors)


def _remove(core: Core, shown: OpenView, *, everything: bool) -> list[OpenView]:
    """Close a modal and those above it, or all; gives the closed ones, topmost first."""
    stack = core.workspace.views.get(shown.user, [])
    # The app may have closed it already, by opening another one meanwhile.
    place = stack.index(shown) if shown in stack else len(stack)
    left = [] if everything else stack[:place]
    closed = stack[len(left) :][::-1]
    core.workspace.views[shown.user] = left
    core.workspace.touch()
    return closed


async def close(core: Core, person: Person, shown: OpenView) -> Json:
    """Close a modal by hand; the app is told when it asked for that."""
    whole = bool(shown.view["clear_on_close"])
    received = True
    for gone in _remove(core, shown, everything=whole):
        if gone.view["notify_on_close"]:
            payload = {
                "type": "view_closed",
                **core.identity.common(person),
                "view": views.with_state(gone),
                "is_cleared": whole,
            }
            ack = await core.delivery.ask("interactive", payload, answerable=False)
            received = received and ack.received
    await core.settle()
    return {"acknowledged": received}


async def open_home(core: Core, person: Person, tab: str) -> Json:
    """Open the app's Home or Messages tab; gives the Home view shown afterwards."""
    if tab not in ("home", "messages"):
        raise PlaygroundProblem(f'There is no tab "{tab}". Send "home" or "messages".')
    known = core.workspace.homes.get(person.id)
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": core.workspace.dm(person.id).id,
        "tab": tab,
    }
    if known is not None and tab == "home":
        event["view"] = views.with_state(known)
    core.tell(event)
    await core.settle()
    now_shown = core.workspace.homes.get(person.id)
    return {"view": views.with_state(now_shown) if now_shown else None}
