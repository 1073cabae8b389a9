"""Silence: when somebody gives no sign of life, the coach says so kindly and rests."""

from dataclasses import dataclass, replace

from bot.domain.deliveries import Kind


@dataclass(frozen=True, slots=True)
class Silence:
    """Messages in a row without any sign of life: how many prompts and check-ins arrived.

    `resting` when the coach itself has paused because of it.
    """

    prompts: int = 0
    checkins: int = 0
    resting: bool = False

    def after(self, kind: Kind) -> "Silence":
        """The silence after one more message has arrived; only prompts and check-ins count."""
        match kind:
            case Kind.DAILY_PROMPT:
                return replace(self, prompts=self.prompts + 1)
            case Kind.WEEKLY_CHECKIN:
                return replace(self, checkins=self.checkins + 1)
            case _:
                return self


HEARD = Silence()
"""Somebody has just given a sign of life."""


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many unanswered messages in a row the coach rests; 0 means that it never does."""

    prompts: int = 5
    checkins: int = 3

    def ends_with(self, silence: Silence) -> bool:
        """Whether the message that has just been counted is the last one for now."""
        pairs = ((silence.prompts, self.prompts), (silence.checkins, self.checkins))
        return any(0 < most <= counted for counted, most in pairs)
