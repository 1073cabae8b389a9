"""The documents, the manifest and the samples say what the program does, and nothing else."""

import re
from pathlib import Path

import yaml
from click.testing import CliRunner

from bot.__main__ import COMMANDS as CLI_COMMANDS
from bot.__main__ import main
from bot.settings import VARIABLES, load_settings
from bot.slack.commands import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load((ROOT / "config" / "slack-manifest.yaml").read_text(encoding="utf-8"))
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def _rows(start: str) -> dict[str, str]:
    """The first two columns of the README's table that has this heading."""
    table = README.split(start, 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    return {first.strip("`"): second.strip() for first, second in cells}


def test_the_readme_lists_every_command_as_help_does() -> None:
    listed = _rows("| Write | It does |")
    assert listed == {command.usage: command.summary for command in COMMANDS.values()}


def test_the_readme_lists_every_setting() -> None:
    assert _rows("| Variable | Meaning |") == {known.name: known.about for known in VARIABLES}


def test_the_sample_environment_names_every_setting_and_is_valid() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert list(named) == [known.name for known in VARIABLES]
    assert load_settings(named).transport() == "none"


def test_the_manifest_fits_slacks_schema_limits() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4_000
    (command,) = MANIFEST["features"]["slash_commands"]
    assert command["command"] == load_settings({}).behaviour.command


def test_the_manifest_asks_for_every_event_that_is_listened_to_and_no_other() -> None:
    source = (ROOT / "bot" / "slack" / "app.py").read_text(encoding="utf-8")
    listened = set(re.findall(r'app\.event\("([a-z_]+)"\)', source))
    wanted = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert {name.split(".")[0] for name in wanted} == listened


def test_every_coach_command_that_is_written_somewhere_exists() -> None:
    written = set()
    for path in [*DOCS, ROOT / "Procfile", ROOT / "Makefile"]:
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r"coach (play|run|web|worker|\w+?)(?=[`\s;]|$)", text))
    known = set(CLI_COMMANDS)
    assert known <= written | {"ask"}
    assert {"run", "play", "web", "worker", "migrate", "check", "manifest"} <= known


def test_help_lists_every_coach_command_with_what_it_does() -> None:
    listed = CliRunner().invoke(main, ["--help"]).stdout.split("Commands:", 1)[1]
    rows = [line.split(maxsplit=1) for line in listed.splitlines() if line]
    assert [name for name, *_ in rows] == list(CLI_COMMANDS)
    assert all(len(row) == 2 for row in rows)


def test_a_coach_command_that_does_not_exist_is_refused() -> None:
    ended = CliRunner().invoke(main, ["chekc"])
    assert ended.exit_code == 2
    assert "No such command 'chekc'" in ended.stderr


def test_links_inside_the_documents_lead_somewhere() -> None:
    for path in DOCS:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_make_target_that_is_written_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in DOCS:
        for target in re.findall(
            r"`?make ([a-z]+)`?\s{2,}|`make ([a-z]+)`", path.read_text("utf-8")
        ):
            name = target[0] or target[1]
            assert f"\n{name}:" in makefile, f"{path.name}: make {name}"


def test_the_locks_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
