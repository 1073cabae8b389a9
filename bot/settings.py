"""Settings: the environment and `config/coach.yaml` as one frozen value, or a list of faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.cadence import zone_names
from bot.yaml_files import FilesInvalid, read_yaml, suggestion

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
SLACK_API = "https://slack.com/api/"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")


class SettingsInvalid(Exception):
    """The settings can't be used; the text names every fault and how to mend it."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def _clock_time(given: object) -> object:
    if isinstance(given, int | float):
        raise ValueError('a time stands in quotes, like "09:00"')
    return given


QuotedTime = Annotated[time, BeforeValidator(_clock_time)]


def _zone(given: object) -> object:
    if given not in zone_names():
        raise ValueError(f"{given!r} is not a time zone; write one like Europe/Berlin")
    return given


ZoneName = Annotated[str, BeforeValidator(_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DefaultChoices(_Section):
    """What a person gets who chooses nothing; times are local."""

    zone: ZoneName = "UTC"
    prompt_time: QuotedTime = time(9, 0)
    prompt_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )
    checkin_time: QuotedTime = time(16, 0)
    checkin_day: Weekday = "fri"
    hours_per_week: Annotated[float, Field(ge=1, le=40)] = 5


class Limits(_Section):
    """Bounds: messages a day, unanswered ones in a row before the coach rests (0: it never does),
    posts a minute and at once in a workspace, days that ended deliveries are kept, milliseconds
    for the store, seconds between looks at what is due."""

    unasked_per_day: Annotated[int, Field(ge=0, le=10)] = 2
    silent_prompts: Annotated[int, Field(ge=0, le=100)] = 5
    silent_checkins: Annotated[int, Field(ge=0, le=100)] = 3
    posts_per_minute: Annotated[int, Field(ge=0, le=6_000)] = 500
    posts_in_flight: Annotated[int, Field(ge=1, le=50)] = 5
    keep_deliveries_days: Annotated[int, Field(ge=30, le=4_000)] = 400
    store_deadline_ms: Annotated[int, Field(ge=10, le=2_500)] = 80
    tick_seconds: Annotated[float, Field(ge=0.2, le=60)] = 1


class Behaviour(_Section):
    """The contents of `config/coach.yaml`."""

    command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/aipm"
    defaults: DefaultChoices = DefaultChoices()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is chosen outside the code. Secrets are left out of `repr`."""

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    slack_api_url: str = SLACK_API
    database_url: str = field(default="sqlite:///data/coach.db", repr=False)
    content_dir: Path | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    host: str = "127.0.0.1"
    port: int = 3000
    log_level: str = "INFO"
    log_format: str = "text"

    def transport(self) -> Literal["socket", "http", "none"]:
        """How Slack reaches the bot: Socket Mode with an app token, else signed HTTP."""
        if not self.bot_token:
            return "none"
        if self.app_token:
            return "socket"
        return "http" if self.signing_secret else "none"


def _token(prefix: str, where: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        if not given.startswith(prefix) or not given.isascii() or " " in given:
            raise ValueError(f"should start with {prefix} and have no blanks; copy it from {where}")
        return given

    return read


def _url(given: str) -> str:
    if not given.startswith(("http://", "https://")):
        raise ValueError("should start with http:// or https://")
    return given.rstrip("/") + "/"


def _database(given: str) -> str:
    if not given.startswith(("sqlite://", "postgresql://")):
        raise ValueError("should start with sqlite:/// or postgresql://")
    return given


def _folder(given: str) -> Path:
    try:
        path = Path(given).expanduser()
    except RuntimeError as error:
        raise ValueError("is not a folder; nobody of that name has a home here") from error
    if not path.is_dir():
        raise ValueError("is not a folder; check the path")
    return path.resolve()


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit()) or not 0 < int(given) < 65_536:
        raise ValueError("should be a number from 1 to 65535")
    return int(given)


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        for choice in choices:
            if given.lower() == choice.lower():
                return choice
        raise ValueError("should be one of " + ", ".join(choices))

    return read


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: the field it fills, how it is read, and what it is for."""

    name: str
    field: str
    read: Callable[[str], Any]
    about: str
    secret: bool = False


VARIABLES = (
    Variable(
        "SLACK_BOT_TOKEN",
        "bot_token",
        _token("xoxb-", "OAuth & Permissions in the app's settings"),
        "the app's bot token, xoxb-…",
        secret=True,
    ),
    Variable(
        "SLACK_APP_TOKEN",
        "app_token",
        _token("xapp-", "Basic Information, App-Level Tokens"),
        "app-level token, xapp-…; when set, Slack is reached by Socket Mode",
        secret=True,
    ),
    Variable(
        "SLACK_SIGNING_SECRET",
        "signing_secret",
        str,
        "proves that a request comes from Slack; needed without SLACK_APP_TOKEN",
        secret=True,
    ),
    Variable("SLACK_API_URL", "slack_api_url", _url, "where Slack's Web API is reached"),
    Variable(
        "DATABASE_URL",
        "database_url",
        _database,
        "sqlite:///path or postgresql://…",
        secret=True,
    ),
    Variable(
        "COACH_CONTENT_DIR",
        "content_dir",
        _folder,
        "your own content folder, laid over the default one",
    ),
    Variable("COACH_CONFIG", "behaviour", Path, "file used instead of config/coach.yaml"),
    Variable("HOST", "host", str, "address that the HTTP server listens on"),
    Variable("PORT", "port", _port, "port that the HTTP server listens on"),
    Variable(
        "LOG_LEVEL",
        "log_level",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "DEBUG, INFO, WARNING or ERROR",
    ),
    Variable("LOG_FORMAT", "log_format", _one_of("text", "json"), "text or json"),
)
"""The whole environment; `.env.example` and the documents are checked against it."""


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment and the config file. Raises SettingsInvalid with all faults."""
    faults = _unknown_names(environment)
    chosen: dict[str, Any] = {}
    for variable in VARIABLES:
        given = environment.get(variable.name, "").strip()
        if not given:
            continue
        try:
            chosen[variable.field] = variable.read(given)
        except ValueError as error:
            shown = "" if variable.secret else f" ({given!r})"
            faults.append(f"{variable.name}{shown} {error}.")
    config = chosen.pop("behaviour", ROOT / "config" / "coach.yaml")
    behaviour = _behaviour(config, faults)
    if faults:
        raise SettingsInvalid(faults)
    return Settings(behaviour=behaviour, **chosen)


def _unknown_names(environment: Mapping[str, str]) -> list[str]:
    known = {variable.name for variable in VARIABLES}
    return [
        f"{name} is not a setting{suggestion(name, known) or '.'} Correct its name or unset it."
        for name in sorted(environment)
        if name.startswith("COACH_") and name not in known
    ]


def _behaviour(path: Path, faults: list[str]) -> Behaviour:
    try:
        document = read_yaml(path, path.name)
    except FilesInvalid as error:
        faults.extend(str(problem) for problem in error.problems)
        return Behaviour()
    try:
        return Behaviour.model_validate(document.data)
    except ValidationError as error:
        faults.extend(str(problem) for problem in document.problems_of(error))
        return Behaviour()
