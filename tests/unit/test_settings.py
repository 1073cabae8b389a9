"""Settings: every variable good and bad, all faults in one message, and secrets kept out of it."""

from datetime import time
from pathlib import Path

import pytest
from unit_samples import ROOT

from bot.settings import SLACK_API, VARIABLES, Behaviour, Settings, SettingsInvalid, load_settings

BOT, APP, SIGNING = "xoxb-12-secretword", "xapp-1-A-secretword", "secretword8f74"


def faults(environment: dict[str, str]) -> tuple[str, ...]:
    """What is wrong with an environment; empty when nothing is."""
    try:
        load_settings(environment)
    except SettingsInvalid as error:
        return error.faults
    return ()


def config(folder: Path, text: str) -> dict[str, str]:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return {"COACH_CONFIG": str(path)}


# -- the environment --------------------------------------------------------------------------


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load_settings({})
    assert settings == Settings(behaviour=settings.behaviour)
    assert settings.behaviour == Behaviour()
    assert (settings.host, settings.port, settings.slack_api_url) == ("127.0.0.1", 3000, SLACK_API)
    assert settings.content_dir is None


@pytest.mark.parametrize(
    ("name", "given", "field", "expected"),
    [
        ("SLACK_BOT_TOKEN", f" {BOT} ", "bot_token", BOT),
        ("SLACK_APP_TOKEN", APP, "app_token", APP),
        ("SLACK_SIGNING_SECRET", SIGNING, "signing_secret", SIGNING),
        (
            "SLACK_API_URL",
            "http://127.0.0.1:4100/api",
            "slack_api_url",
            "http://127.0.0.1:4100/api/",
        ),
        ("SLACK_API_URL", "https://slack.com/api//", "slack_api_url", SLACK_API),
        ("DATABASE_URL", "sqlite:///x.db", "database_url", "sqlite:///x.db"),
        ("DATABASE_URL", "postgresql://u:p@h/d", "database_url", "postgresql://u:p@h/d"),
        ("COACH_CONTENT_DIR", str(ROOT / "content" / ".."), "content_dir", ROOT),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - only read, nothing listens
        ("PORT", "1", "port", 1),
        ("PORT", "65535", "port", 65_535),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("LOG_FORMAT", "JSON", "log_format", "json"),
    ],
)
def test_a_good_value_fills_its_field(name: str, given: str, field: str, expected: object) -> None:
    assert getattr(load_settings({name: given}), field) == expected


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES])
def test_a_blank_value_is_as_good_as_none(name: str) -> None:
    assert load_settings({name: "  "}) == load_settings({})


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-12-secretword", "should start with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-12 secretword", "have no blanks"),
        ("SLACK_BOT_TOKEN", "xoxb-sécretword", "copy it from OAuth"),
        ("SLACK_APP_TOKEN", BOT, "should start with xapp-"),
        ("SLACK_API_URL", "slack.com/api", "should start with http://"),
        ("SLACK_API_URL", "file:///etc/passwd", "should start with http://"),
        ("DATABASE_URL", "mysql://root:secretword@h/d", "should start with sqlite:/// or postg"),
        ("DATABASE_URL", "data/coach.db", "should start with sqlite:/// or postg"),
        ("COACH_CONTENT_DIR", "/no/such/folder", "is not a folder"),
        ("COACH_CONTENT_DIR", __file__, "is not a folder"),
        ("COACH_CONTENT_DIR", "~nobody-of-that-name/content", "is not a folder"),
        ("PORT", "0", "a number from 1 to 65535"),
        ("PORT", "65536", "a number from 1 to 65535"),
        ("PORT", "-1", "a number from 1 to 65535"),
        ("PORT", "http", "a number from 1 to 65535"),
        ("PORT", "80.0", "a number from 1 to 65535"),
        ("PORT", "\u00b2", "a number from 1 to 65535"),
        ("LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING, ERROR"),
        ("LOG_FORMAT", "xml", "one of text, json"),
        ("COACH_CONFIG", "/no/such/file.yaml", "can't be read"),
        ("COACH_CONFIG", "/", "can't be read"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, given: str, words: str) -> None:
    (fault,) = faults({name: given})
    assert words in fault
    assert fault.startswith(name) or name == "COACH_CONFIG"
    assert "secretword" not in fault


def test_a_bad_value_is_shown_unless_it_is_secret() -> None:
    (port,) = faults({"PORT": "http"})
    assert port == "PORT ('http') should be a number from 1 to 65535."
    (token,) = faults({"SLACK_BOT_TOKEN": "secretword"})
    assert token.startswith("SLACK_BOT_TOKEN should start with xoxb-")


def test_all_faults_come_in_one_message(tmp_path: Path) -> None:
    environment = {
        "SLACK_BOT_TOKEN": "secretword",
        "DATABASE_URL": "secretword",
        "PORT": "http",
        "LOG_LEVEL": "loud",
        "COACH_COLOUR": "red",
        **config(tmp_path, "command: aipm\nlimits: {tick_seconds: 0}\n"),
    }
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(environment)
    found = caught.value.faults
    assert str(caught.value) == "\n".join(found)
    assert len(found) == 7
    for part in (
        *("SLACK_BOT_TOKEN DATABASE_URL PORT LOG_LEVEL COACH_COLOUR".split()),
        "mine.yaml",
    ):
        assert any(fault.startswith(part) for fault in found), part
    assert "secretword" not in "\n".join(found)


def test_secrets_are_not_in_the_repr() -> None:
    environment = {
        "SLACK_BOT_TOKEN": BOT,
        "SLACK_APP_TOKEN": APP,
        "SLACK_SIGNING_SECRET": SIGNING,
        "DATABASE_URL": "postgresql://coach:secretword@host/coach",
    }
    assert "secretword" not in repr(load_settings(environment))
    secret = {variable.name for variable in VARIABLES if variable.secret}
    assert secret == set(environment)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("COACH_CONTENT", "COACH_CONTENT_DIR"), ("COACH_CONFG", "COACH_CONFIG")],
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(name: str, meant: str) -> None:
    (fault,) = faults({name: "x"})
    assert fault == (
        f"{name} is not a setting, did you mean {meant!r}? Correct its name or unset it."
    )


def test_an_unknown_name_like_no_other_is_refused_in_two_sentences() -> None:
    (fault,) = faults({"COACH_ZZZZZZZZ": "x"})
    assert fault == "COACH_ZZZZZZZZ is not a setting. Correct its name or unset it."


def test_other_programs_variables_are_left_alone() -> None:
    assert faults({"PATH": "/bin", "SLACK_COLOUR": "red", "COACHES": "two"}) == ()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "none"),
        ({"SLACK_APP_TOKEN": APP}, "none"),
        ({"SLACK_SIGNING_SECRET": SIGNING}, "none"),
        ({"SLACK_BOT_TOKEN": BOT}, "none"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, "socket"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}, "http"),
        (
            {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SIGNING},
            "socket",
        ),
    ],
)
def test_how_slack_reaches_the_bot(environment: dict[str, str], expected: str) -> None:
    assert load_settings(environment).transport() == expected


# -- the file ---------------------------------------------------------------------------------


def test_the_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    text = 'command: /coach\ndefaults:\n  prompt_time: "07:45"\n  prompt_days: [sat, sun]\n'
    behaviour = load_settings(config(tmp_path, text)).behaviour
    assert behaviour.command == "/coach"
    assert behaviour.defaults.prompt_time == time(7, 45)
    assert behaviour.defaults.prompt_days == ("sat", "sun")
    assert behaviour.defaults.checkin_time == time(16, 0)
    assert behaviour.limits == Behaviour().limits


def test_the_shipped_file_says_what_the_program_assumes() -> None:
    environment = {"COACH_CONFIG": str(ROOT / "config" / "coach.yaml")}
    assert load_settings(environment).behaviour == Behaviour()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("defaults:\n  checkin_time: 16:00\n", 2, 'a time stands in quotes, like "09:00"'),
        ("defaults:\n  prompt_time: 9:30\n", 2, 'a time stands in quotes, like "09:00"'),
        ("defaults:\n  prompt_time: 9.30\n", 2, 'a time stands in quotes, like "09:00"'),
        ('defaults:\n  prompt_time: "25:00"\n', 2, "`defaults.prompt_time`"),
        ("defaults:\n  prompt_days: [mon, someday]\n", 2, "'someday'"),
        ("defaults:\n  checkin_day: friday\n", 2, "'friday'"),
        ("defaults:\n  checkin_day: no\n", 2, "`defaults.checkin_day` can't be False"),
        ("defaults:\n  hours_per_week: 41\n", 2, "`defaults.hours_per_week`"),
        ("defaults:\n  hours_per_week: many\n", 2, "`defaults.hours_per_week`"),
        ("defaults:\n  zone: 5\n", 2, "5 is not a time zone"),
        ("defaults:\n  zone: Mars/Olympus\n", 2, "Mars/Olympus"),
        ("defaults:\n  colour: red\n", 2, "unknown key `defaults.colour`"),
        ("limits:\n  unasked_per_day: -1\n", 2, "`limits.unasked_per_day`"),
        ("limits:\n  unasked_per_day: 11\n", 2, "`limits.unasked_per_day`"),
        ("limits:\n  store_deadline_ms: 3000\n", 2, "`limits.store_deadline_ms`"),
        ("limits:\n\n  tick_seconds: 0.1\n", 3, "`limits.tick_seconds`"),
        ("command: aipm\n", 1, "`command` can't be 'aipm'"),
        ("command: /AIPM\n", 1, "`command` can't be '/AIPM'"),
        ("command: 5\n", 1, "`command` should be text, it reads as 5"),
        ("comand: /aipm\n", 1, "unknown key `comand`"),
        ("# nothing\n", 1, "the file is empty"),
        ("- a\n- b\n", 1, "this"),
        ("limits: 5\n", 1, "`limits`"),
        ("command: /a\ncommand: /b\n", 2, "the key 'command' stands twice"),
    ],
)
def test_a_fault_in_the_file_has_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (fault,) = faults(config(tmp_path, text))
    assert fault.startswith(f"mine.yaml:{line}: ")
    assert words in fault


def test_all_faults_of_the_file_come_at_once(tmp_path: Path) -> None:
    text = "command: aipm\ndefaults:\n  prompt_time: 16:00\n  colour: red\nlimits: {a: 1}\n"
    lines = [fault.split(":")[1] for fault in faults(config(tmp_path, text))]
    assert sorted(lines) == ["1", "3", "4", "5"]
