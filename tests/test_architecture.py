"""The import directions, as one table: which part may use which, and who may touch the world."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"

MAY_IMPORT: dict[str, set[str]] = {
    "domain": {"domain"},
    "yaml_files": set(),
    "content": {"content_reading", "domain", "yaml_files"},
    "content_reading": {"domain", "yaml_files"},
    "content_quality": {"content", "content_reading", "domain", "yaml_files"},
    "settings": {"domain", "yaml_files"},
    "ports": {"domain"},
    "recent": set(),
    "pausing": set(),
    "services": {"domain", "content", "ports", "services"},
    "services.answers": {"domain", "content", "pausing", "ports", "services"},
    "slack.blocks": {"domain", "ports", "services.results", "slack.blocks", "slack.words"},
    "slack.blocks.modelcard": {
        "domain",
        "services.measuring",
        "services.modelcard",
        "slack.blocks",
        "slack.words",
    },
    "slack.words": {"domain", "content"},
    "slack": {"domain", "content", "ports", "recent", "services", "slack"},
    "store": {"domain", "ports", "store"},
    "web": {"domain", "health", "metrics", "ports", "recent", "scheduler"},
    "health": {"scheduler"},
    "metrics": {"domain", "scheduler"},
    "scheduler": set(),
    "system": set(),
    "logs": set(),
    "playground": {"playground"},
    "check": {
        "content",
        "content_quality",
        "domain",
        "ports",
        "services",
        "settings",
        "slack",
        "yaml_files",
    },
    "library": {"content", "domain", "services", "settings", "yaml_files"},
    "app": {"*"},
    "assembly": {"*"},
    "hosted": {"*"},
    "cli": {"*"},
    "cli.check": {"check", "cli.refusing", "settings", "system", "yaml_files"},
    "__main__": {"cli.refusing", "logs", "settings"},
}
"""Part of `bot` -> parts that it may import. The longest matching name on the left counts."""

THIRD_PARTY: dict[str, set[str]] = {
    "domain": {"pydantic"},
    "domain.rests": {"holidays"},
    "domain.vocabulary": {"pydantic", "Stemmer"},
    "ports": set(),
    "services": {"structlog"},
    "slack.blocks": set(),
    "content": {"pydantic"},
}
"""The libraries that the inner parts may use; the others are free."""

PURE = ("domain", "services")
IMPURE = {"now", "today", "utcnow", "open", "random", "randint", "choice", "environ", "getenv"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(BOT.rglob("*.py")):
        name = ".".join(path.relative_to(BOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


MODULES = list(modules())
NAMES = [name for name, _ in MODULES]


def part_of(name: str, table: dict[str, set[str]]) -> str | None:
    fitting = [key for key in table if name == key or name.startswith(f"{key}.")]
    return max(fitting, key=len, default=None)


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(wanted: str, table: set[str]) -> bool:
    return "*" in table or any(wanted == key or wanted.startswith(f"{key}.") for key in table)


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_imports_follow_the_table(name: str, tree: ast.Module) -> None:
    if name in ("", "__init__", "slack.__init__", "slack"):
        return
    part = part_of(name, MAY_IMPORT)
    assert part is not None, f"bot.{name} stands in no row of the table"
    for wanted in imports(tree):
        if wanted == "bot.__version__" or not wanted.startswith("bot."):
            continue
        inner = wanted.removeprefix("bot.")
        assert allowed(inner, MAY_IMPORT[part]), f"bot.{name} may not import {wanted}"


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_the_inside_uses_only_named_libraries(name: str, tree: ast.Module) -> None:
    part = part_of(name, THIRD_PARTY)
    if part is None:
        return
    standard = sys.stdlib_module_names
    for wanted in imports(tree):
        top = wanted.split(".")[0]
        if top != "bot" and top not in standard:
            assert top in THIRD_PARTY[part], f"bot.{name} may not use {top}"


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_the_inside_does_not_touch_the_world(name: str, tree: ast.Module) -> None:
    if name.split(".", maxsplit=1)[0] not in PURE:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in IMPURE:
            owner = ast.unparse(node.value)
            clock = owner.endswith("clock")
            assert clock or node.attr == "today", f"bot.{name}: {owner}.{node.attr}"
            assert owner not in ("date", "datetime"), f"bot.{name}: {owner}.{node.attr}"
        if isinstance(node, ast.Name):
            assert node.id not in ("open", "print"), f"bot.{name} uses {node.id}"


def test_nobody_imports_the_composition_root() -> None:
    for name, tree in MODULES:
        if name != "hosted" and not name.startswith("cli."):
            assert not any(wanted.startswith("bot.app.") for wanted in imports(tree)), name


def test_a_check_waits_for_no_library_of_slack_or_the_database() -> None:
    loaded = "import sys, bot.__main__, bot.cli.check; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True)
    names = set(ended.stdout.decode().split())
    assert "bot.check" in names
    assert not names & {"aiohttp", "alembic", "apscheduler", "slack_bolt", "sqlalchemy"}


def test_the_broad_excepts_are_the_agreed_ones() -> None:
    broad = [
        name
        for name, tree in MODULES
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id in ("Exception", "BaseException")
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    outside = [name for name in broad if not name.startswith(("store", "playground"))]
    assert outside == ["services.delivery.taking", "slack.edge", "slack.edge"]
