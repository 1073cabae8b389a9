"""A database that can't be opened is explained: what happened, what is safe, what to do next."""

import sqlite3
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from bot.store.errors import StoreError
from bot.store.lock import DispatcherRunning, single_dispatcher
from bot.store.migrate import current, upgrade
from bot.store.opening import explain_sqlite
from bot.store.sql import SqlStore
from bot.store.urls import SqlitePlace, place_of


def refusal(url: str) -> str:
    """What somebody reads when a database of this URL is to be opened."""
    with pytest.raises(StoreError) as refused:
        SqlStore.open(url)
    text = str(refused.value)
    assert "Nothing was changed" in text or "not changed" in text
    return text


def test_an_unknown_scheme_names_those_that_work() -> None:
    text = refusal("mysql://coach:hunter2@db/coach")
    assert "begins with mysql://" in text
    assert "sqlite:///data/coach.db" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("url", ["", "coach.db", "postgresql://coach:hunter2@db:port/coach"])
def test_what_is_no_url_is_not_repeated_since_it_may_hold_a_password(url: str) -> None:
    text = refusal(url)
    assert "is not a database URL" in text
    assert "hunter2" not in text
    assert "port" not in text.replace("supported", "")


def test_two_slashes_too_few_are_explained() -> None:
    assert "Put three slashes" in refusal("sqlite://data/coach.db")


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    text = refusal(f"sqlite:///{tmp_path}/file/coach.db")
    assert f"{tmp_path}/file/coach.db can't be created" in text
    assert "Create its folder" in text


def test_a_folder_in_the_place_of_the_file_is_explained(tmp_path: Path) -> None:
    assert "Check that it is a file" in refusal(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are my notes, they are no database at all\n" * 40)
    before = file.read_bytes()
    assert "is not a SQLite database" in refusal(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="is not a SQLite database"):
        current(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    assert "tables of another program" in refusal(f"sqlite:///{file}")


def test_a_locked_file_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "coach.db"
    upgrade(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked by another program"):
        SqlStore.open(f"sqlite:///{file}", lock_wait=0.05)
    other.close()


def test_a_read_only_file_is_explained(tmp_path: Path) -> None:
    """The refusal is SQLite's own, from a connection that may not write."""
    upgrade(f"sqlite:///{tmp_path}/coach.db")
    reader = sqlite3.connect(f"file:{tmp_path}/coach.db?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        reader.execute("CREATE TABLE anything (at_all TEXT)")
    reader.close()
    text = str(explain_sqlite(SqlitePlace(tmp_path / "coach.db"), refused.value))
    assert "can't be written to. Nothing was changed. Give the user" in text


READ_ONLY = """
import os, sys
from bot.store.errors import StoreError
from bot.store.sql import SqlStore
if os.geteuid() == 0:  # root may write everything
    os.setgid(65534)
    os.setuid(65534)
try:
    SqlStore.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


def test_a_file_that_this_user_may_not_write_is_explained() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coach.db"
        upgrade(f"sqlite:///{file}")
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        child = [sys.executable, "-c", READ_ONLY, f"sqlite:///{file}"]
        found = subprocess.run(child, capture_output=True, text=True, timeout=30, check=False)
        Path(folder).chmod(0o755)
    assert found.stderr == ""
    assert f"The database {file} can't be " in found.stdout
    assert "Nothing was changed" in found.stdout
    assert "the user that runs this program" in found.stdout


def test_a_postgres_that_is_not_there_is_explained_without_the_password() -> None:
    url = "postgresql://coach:hunter2@127.0.0.1:9/coach?connect_timeout=2&password=hunter2"
    for use in (SqlStore.open, upgrade, current):
        with pytest.raises(StoreError) as refused:
            use(url)
        text = "".join(traceback.format_exception(refused.value))
        assert "PostgreSQL at postgresql://coach:***@127.0.0.1:9/coach can't be reached" in text
        assert "Nothing was changed. Check that the server runs" in text
        assert "hunter2" not in text


def test_the_short_name_that_hosting_services_use_means_postgres_too() -> None:
    place = place_of("postgres://coach:hunter2@db.example/coach")
    assert place.engine_url().drivername == "postgresql+psycopg"
    assert "hunter2" not in place.shown()


def test_a_path_is_relative_with_three_slashes_and_absolute_with_four() -> None:
    assert place_of("sqlite:///data/coach.db").path == Path("data/coach.db")
    assert place_of("sqlite:////srv/coach.db").path == Path("/srv/coach.db")
    assert place_of("sqlite://").in_memory
    assert place_of("sqlite:///:memory:").in_memory


def test_a_second_dispatcher_on_one_file_is_refused_until_the_first_ends(file_url: str) -> None:
    second = single_dispatcher(file_url)
    refused = pytest.raises(DispatcherRunning, match="End the other process first")
    with single_dispatcher(file_url), refused, second:
        pytest.fail("two dispatchers run at once")
    with single_dispatcher(file_url):
        pass


HOLDER = """
import sys, time
from bot.store.lock import single_dispatcher
with single_dispatcher(sys.argv[1]):
    print("holding", flush=True)
    time.sleep(30)
"""


@pytest.mark.kill
def test_a_killed_dispatcher_holds_nothing(file_url: str) -> None:
    child = [sys.executable, "-c", HOLDER, file_url]
    with subprocess.Popen(child, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(DispatcherRunning), single_dispatcher(file_url):
            pytest.fail("two dispatchers run at once")
        holder.kill()
    with single_dispatcher(file_url):
        pass


def test_what_a_dispatcher_raises_is_not_mistaken_for_a_refusal(file_url: str) -> None:
    with pytest.raises(OSError, match="its own"), single_dispatcher(file_url):
        raise OSError("its own")


def test_many_dispatchers_may_share_postgres_and_memory_needs_no_lock(postgres_server: str) -> None:
    for url in (postgres_server, "sqlite://"):
        with single_dispatcher(url), single_dispatcher(url):
            pass


def test_a_lock_file_that_can_not_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    url = f"sqlite:///{tmp_path}/file/coach.db"
    with pytest.raises(StoreError, match="can't be opened"), single_dispatcher(url):
        pytest.fail("there is no lock")
