"""Keeps a workspace in one SQLite file, written in the background shortly after each change."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from pathlib import Path

from bot.playground.model import Json
from bot.playground.workspace import Key, Workspace

_log = logging.getLogger(__name__)

GATHER_SECONDS = 0.1
RETRY_SECONDS = 1.0
_VERSION = 1


class DataUnusable(Exception):
    """The playground's stored data cannot be opened; the text says why and what to do."""


class Archive:
    """The file behind a workspace."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = self._open()
        self._lock = asyncio.Lock()

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=0.5, check_same_thread=False)
        try:
            self._prepare(file)
        except sqlite3.DatabaseError as problem:
            file.close()
            raise DataUnusable(
                f"{self._path} cannot be used ({problem}). It was not changed. If another "
                "playground uses it, end that one; otherwise start with --fresh or other --data."
            ) from problem
        return file

    def _prepare(self, file: sqlite3.Connection) -> None:
        # One process at a time: two of them would overwrite each other's rows unseen.
        file.execute("PRAGMA locking_mode=EXCLUSIVE")
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=NORMAL")
        version = file.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(f"it was written by another version, {version}")
        with file:
            file.execute("BEGIN IMMEDIATE")
            file.execute(
                "CREATE TABLE IF NOT EXISTS rows (kind TEXT NOT NULL, name TEXT NOT NULL,"
                " body TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID"
            )
            file.execute(f"PRAGMA user_version={_VERSION}")

    def rows(self) -> list[tuple[str, str, Json]]:
        """Give everything that is stored."""
        found = self._file.execute("SELECT kind, name, body FROM rows").fetchall()
        return [(kind, name, json.loads(body)) for kind, name, body in found]

    async def keep(self, workspace: Workspace) -> None:
        """Write changes as they come, until cancelled."""
        while True:
            await workspace.unsaved.wait()
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self.save(workspace)
            except sqlite3.Error:
                _log.exception("The playground's data could not be written; it is tried again.")
                await asyncio.sleep(RETRY_SECONDS)

    async def save(self, workspace: Workspace) -> None:
        """Write all changes now. Raises sqlite3.Error; the changes then stay marked as unsaved."""
        async with self._lock:
            keys = set(workspace.dirty)
            workspace.dirty.clear()
            workspace.unsaved.clear()
            rows = [(key, _encode(workspace.row(key))) for key in keys]
            try:
                await asyncio.to_thread(self._write, rows)
            except sqlite3.Error:
                workspace.dirty.update(keys)
                workspace.unsaved.set()
                raise

    def _write(self, rows: list[tuple[Key, str | None]]) -> None:
        with self._file:
            self._file.executemany(
                "DELETE FROM rows WHERE kind = ? AND name = ?",
                [key for key, body in rows if body is None],
            )
            self._file.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
                [(*key, body) for key, body in rows if body is not None],
            )

    async def finish(self, workspace: Workspace, keeper: asyncio.Task[None]) -> None:
        """End the background writing, write what is left and close the file."""
        # Under the lock no write is under way, so that none is cut off half way.
        async with self._lock:
            keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        try:
            await self.save(workspace)
        finally:
            self._file.close()


def _encode(body: Json | None) -> str | None:
    return None if body is None else json.dumps(body, ensure_ascii=False)
