"""The schema's history leads to the declared schema, all or nothing, and other versions are
refused in words."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from store_samples import MAYA, learner, using

from bot.store import migrations
from bot.store.errors import StoreError
from bot.store.migrate import current, upgrade
from bot.store.schema import metadata
from bot.store.sql import SqlStore
from bot.store.urls import place_of
from bot.store.versions import HEAD


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """The URL of a database without any table."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fresh")
        connection.execute("CREATE DATABASE fresh")
    return postgres_server.replace("/postgres?", "/fresh?")


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_the_migrated_schema_is_the_declared_one(lasting_url: str) -> None:
    upgrade(lasting_url)
    engine = create_engine(place_of(lasting_url).engine_url())
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_sqlite_has_the_same_tables_and_indexes_by_migration_as_in_memory(file_url: str) -> None:
    upgrade(file_url)
    memory = create_engine("sqlite://")
    metadata.create_all(memory)
    indexes = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
    columns = """
        SELECT tables.name, columns.name, columns.type, "notnull", pk
        FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name <> 'alembic_version'
        ORDER BY tables.name, columns.cid
    """
    with sqlite3.connect(path_of(file_url)) as migrated, memory.connect() as declared:
        for look in (indexes, columns):
            ours = [tuple(row) for row in declared.exec_driver_sql(look)]
            found = [row for row in migrated.execute(look) if row[1] != "alembic_version"]
            assert found == ours
    migrated.close()
    memory.dispose()


def test_the_newest_version_is_the_one_the_program_expects() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


def test_a_sqlite_file_is_created_and_brought_up_to_date_by_itself(file_url: str) -> None:
    assert current(file_url) is None
    assert not path_of(file_url).exists()
    using(file_url, lambda store: store.write(lambda r: r.save_learner(learner())))
    assert current(file_url) == HEAD
    assert stat.S_IMODE(path_of(file_url).stat().st_mode) == 0o600
    assert upgrade(file_url) == HEAD
    found = using(file_url, lambda store: store.read(lambda r: r.learner(MAYA)))
    assert found == learner()


def test_a_database_in_memory_has_no_version() -> None:
    assert current("sqlite://") is None


def test_postgres_is_migrated_by_command_only(empty_postgres: str) -> None:
    assert current(empty_postgres) is None
    with pytest.raises(StoreError, match="Run `coach migrate` once"):
        SqlStore.open(empty_postgres)
    assert current(empty_postgres) is None
    assert upgrade(empty_postgres) == HEAD
    assert current(empty_postgres) == HEAD
    using(empty_postgres, lambda store: store.check())


def test_programs_that_migrate_at_once_take_turns(empty_postgres: str, file_url: str) -> None:
    for url in (empty_postgres, file_url):
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(upgrade, [url] * 4)) == [HEAD] * 4


def test_a_migration_that_fails_leaves_nothing_behind(empty_postgres: str, file_url: str) -> None:
    """The last table to be made is in the way: the ones made before must be gone again."""
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        connection.execute("CREATE TABLE envelopes (theirs text)")
        with pytest.raises(StoreError, match="refused to be set up"):
            upgrade(empty_postgres)
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(names).fetchall() == [("envelopes",)]

    path_of(file_url).parent.mkdir()
    with sqlite3.connect(path_of(file_url)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("CREATE TABLE envelopes (theirs TEXT)")
        connection.commit()
        with pytest.raises(StoreError, match="already exists"):
            upgrade(file_url)
        names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        assert connection.execute(names).fetchall() == [("alembic_version",), ("envelopes",)]
    connection.close()


def test_a_database_of_a_newer_program_is_refused(lasting_url: str) -> None:
    upgrade(lasting_url)
    engine = create_engine(place_of(lasting_url).engine_url())

    def set_version(version: str) -> None:
        with engine.begin() as connection:
            statement = text("UPDATE alembic_version SET version_num = :version")
            connection.execute(statement, {"version": version})

    set_version("9999")
    try:
        for use in (SqlStore.open, upgrade):
            with pytest.raises(StoreError, match="has version 9999") as refused:
                use(lasting_url)
            assert "Nothing was changed" in str(refused.value)
            assert "Start the newer program again" in str(refused.value)
        assert current(lasting_url) == "9999"
    finally:
        set_version(HEAD)
        engine.dispose()
