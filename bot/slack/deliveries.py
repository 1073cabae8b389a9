"""Renders what is sent unasked: the result of each kind of delivery to its message."""

from collections.abc import Callable

from bot.ports import Message
from bot.services.results import (
    BeforeRest,
    CheckInInvite,
    PromptCard,
    SessionCard,
    ShutOut,
    Welcome,
)
from bot.slack.blocks import check_in, groups, prompts, rhythm, start
from bot.slack.words import Words


def renderer(words: Words) -> Callable[[object], Message]:
    """A function from a composed result to its message; TypeError for anything else."""

    def render(result: object) -> Message:
        match result:
            case Welcome():
                return start.welcome(words, result)
            case PromptCard():
                return prompts.card(words, result, thread=True)
            case CheckInInvite():
                return check_in.check_in_invite(words, result)
            case BeforeRest():
                shown = render(result.result)
                return Message(shown.text, (*shown.blocks, *rhythm.went_to_rest(words)))
            case ShutOut():
                return groups.shut_out(words, result)
            case SessionCard():
                return groups.session_card(words, result)
            case _:
                raise TypeError(f"nothing renders a {type(result).__name__}")

    return render
