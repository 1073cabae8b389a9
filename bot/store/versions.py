"""Versions of the schema: which one a database has, and bringing it to the newest by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from bot.store.errors import StoreError
from bot.store.schema import metadata

HEAD = "0003"
"""The newest version in `migrations/versions`."""

_VERSION_TABLE = "alembic_version"
_ADVISORY_LOCK = 7_241_993


def version_of(engine: Engine) -> str | None:
    """The version of a database, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION_TABLE):
            return None
        found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
        return None if found is None else str(found)


def is_foreign(engine: Engine) -> bool:
    """Whether a database holds tables, and none of them says a version as ours do.

    One look: our tables and the one with the version appear together.
    """
    names = inspect(engine).get_table_names()
    return bool(names) and _VERSION_TABLE not in names


def refuse_newer(version: str | None) -> None:
    """Raises StoreError when a version is not one that this program knows."""
    if version in (None, HEAD):
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version not in known:
        raise StoreError(
            f"The database has version {version}, and this program knows none newer than {HEAD}. "
            "Nothing was changed. Start the newer program again, or restore the backup that was "
            "made with this one."
        )


def run_migrations(engine: Engine) -> None:
    """Bring a database to HEAD in one transaction: all of it or nothing.

    Two programs that do this at once take turns. Raises StoreError when the database is newer
    than this program.
    """
    refuse_newer(version_of(engine))
    config = _config()
    with engine.begin() as connection:
        _wait_for_turn(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def create_in_memory(engine: Engine) -> None:
    """The tables of HEAD in an empty database that ends with the process."""
    with engine.begin() as connection:
        metadata.create_all(connection)


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _config() -> Config:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
