"""Messages to the coach: answers in the thread of a prompt, commands, and questions."""

from bot.domain.deliveries import Target
from bot.domain.prompts import LONGEST_ANSWER
from bot.slack import commands
from bot.slack.blocks import kit, prompts
from bot.slack.desk import Call, Desk, Reply


async def direct_message(desk: Desk, call: Call) -> Reply:
    """An answer when it stands in the thread of a prompt; else a command or a question.

    A question in the thread of an answer leans on that answer.
    """
    if call.thread_ts:
        prompt_id = await desk.prompting.prompt_at(call.person, call.channel, call.thread_ts)
        if prompt_id is not None and call.text:
            return await _answer(desk, call, prompt_id)
    return await commands.run(desk, call)


async def _answer(desk: Desk, call: Call, prompt_id: str) -> Reply:
    if len(call.text) > LONGEST_ANSWER:
        return Reply(kit.message(desk.words("field.too_long")))
    result = await desk.prompting.answer(call.person, prompt_id, call.text)
    return Reply(prompts.kept_reply(desk.words, result), home=True)


async def mention(desk: Desk, call: Call) -> Reply:
    """A question in a channel, to which the coach then surely belongs."""
    await desk.standing.wake(Target(call.person.workspace, call.channel))
    return await commands.run(desk, call)
