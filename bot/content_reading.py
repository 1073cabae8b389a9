"""One pass over the content folders: items by kind and id, where each stands, and all problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.domain.authored import Authored
from bot.yaml_files import Document, FilesInvalid, Problem, read_yaml, suggestion

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item: where its files lie, and under which name a file lists its items.

    `key` is None when a file holds one item. `optional` kinds may be absent.
    """

    name: str
    model: type[Authored]
    files: str
    key: str | None
    optional: bool = False


@dataclass(slots=True)
class Reading:
    """What one pass over the folders has found so far.

    An organisation's own folder, `overlay`, is laid over the default one: an item with the same
    id replaces it, any other id adds to it.
    """

    root: Path
    overlay: Path | None = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _places: dict[int, tuple[Document, Place]] = field(default_factory=dict)
    _read: set[Path] = field(default_factory=set)

    def documents(self, pattern: str, *, optional: bool = False) -> Iterator[Document]:
        """The parsed files of a pattern, the default ones first; a broken file is a problem."""
        if not optional and not any(self.root.glob(pattern)):
            what = "there is no such file"
            self.problems.append(Problem(pattern, 1, what, "add at least one"))
        for path, name in self._files(pattern):
            self._read.add(path)
            try:
                yield read_yaml(path, name)
            except FilesInvalid as error:
                self.problems.extend(error.problems)

    def _files(self, pattern: str) -> list[tuple[Path, str]]:
        """The files of a pattern with the names that problems are told by."""
        named = [
            (path, path.relative_to(self.root).as_posix())
            for path in sorted(self.root.glob(pattern))
        ]
        if self.overlay is not None:
            own = self.overlay.resolve()
            named += [
                (path, f"{own.name}/{path.relative_to(own).as_posix()}")
                for path in sorted(own.glob(pattern))
            ]
        return named

    def refuse_unread(self) -> None:
        """Note a problem for every file that nothing has read: its author believes it counts.

        What lies in hidden folders, such as those of version control, is not content.
        """
        for path, name in self._files("**/*.y*ml"):
            if path not in self._read and "/." not in f"/{name}":
                what = "nothing reads a file of this name, so what it says is not known"
                mend = "rename or move it; docs/content.md tells the names of each kind"
                self.problems.append(Problem(name, 1, what, mend))

    def _is_own(self, document_name: str) -> bool:
        return self.overlay is not None and document_name.startswith(
            f"{self.overlay.resolve().name}/"
        )

    def items(self, kind: Kind) -> dict[str, Authored]:
        """The items of one kind by id, in the order of their files."""
        found: dict[str, Authored] = {}
        for document in self.documents(kind.files, optional=kind.optional):
            for place, raw in self._raw_items(document, kind.key):
                item = self._parse(kind.model, document, place, raw)
                if item is not None:
                    self._keep(found, kind.name, item, document, place)
        return found

    def _raw_items(self, document: Document, key: str | None) -> Iterable[tuple[Place, Any]]:
        if key is None:
            return [((), document.data)]
        data = document.data
        if not isinstance(data, dict) or set(data) != {key} or not isinstance(data[key], list):
            mend = f"write the items as a list below `{key}:`"
            what = f"the file should hold one list named `{key}`"
            self.problems.append(document.problem((), what, mend))
            return []
        return [((key, index), raw) for index, raw in enumerate(data[key])]

    def _parse(
        self, model: type[Authored], document: Document, place: Place, raw: Any
    ) -> Authored | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems.extend(document.problems_of(error, place))
            return None

    def _keep(
        self,
        found: dict[str, Authored],
        kind: str,
        item: Authored,
        document: Document,
        place: Place,
    ) -> None:
        name = item_id(item)
        file, line = self.lines.get((kind, name), ("", 0))
        replaces = self._is_own(document.name) and not self._is_own(file)
        if name in found and not replaces:
            what = f"the id {name!r} stands already at {file}:{line}"
            self.problems.append(document.problem((*place, "id"), what, "choose another id"))
            return
        found[name] = item
        self.lines[kind, name] = (document.name, document.line(place))
        self._places[id(item)] = (document, place)

    def refer(self, item: Authored, path: Place, wanted: str, known: Iterable[str]) -> None:
        """Note a problem when an item names something that does not exist."""
        names = set(known)
        if wanted not in names:
            what = f"{wanted!r} does not exist{suggestion(wanted, names)}"
            self.say(item, path, what, "name an existing one")

    def say(self, item: Authored, path: Place, what: str, mend: str) -> None:
        """Note a problem at a place inside an item."""
        document, place = self._places[id(item)]
        self.problems.append(document.problem((*place, *path), what, mend))


def item_id(item: Authored) -> str:
    """The id of an item; every kind has one, by its schema."""
    return str(getattr(item, "id"))  # noqa: B009
