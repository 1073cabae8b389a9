"""Strict YAML: refuses what silently means something else, and knows the line of every value."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
_BRACKETS = re.compile(r"[\[{\]}]")
_FAR_IN = re.compile(r"^[-?: ]{60,}", re.MULTILINE)
"""A line that stands below some 30 others: by its indentation, or by dashes one after another."""

_ALIAS = re.compile(r"(?:^|[-?:,\[{])[ \t]*\*[^\s*]", re.MULTILINE)
"""An asterisk where a value may begin; one inside a text is markup."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a file: where, what, and how to mend it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.mend}"


class FilesInvalid(Exception):
    """One or more files can't be used; `problems` names all of them, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where PyYAML carries it: several times faster, with the same result."""


class _Loader(_Base):  # type: ignore[misc]
    """PyYAML's safe loader, but dates stay text: a wrong one then has its line."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the shape that PyYAML prescribes
        first: [entry for entry in resolvers if not entry[0].endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _may_be_deep(text: str) -> bool:
    """Whether values could be nested deeper than allowed: by brackets, dashes or indentation."""
    if _FAR_IN.search(text):
        return True
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _refuse_aliases_and_depth(text: str) -> None:
    """Reads the events only: composing a deeper file would overrun libyaml's stack."""
    may_have_aliases = "*" in text and _ALIAS.search(text)
    if not may_have_aliases and not _may_be_deep(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem="the values are nested too deeply",
                problem_mark=event.start_mark,  # type: ignore[arg-type]
                note="write them flatter",
            )
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="an alias (*name) is not allowed here",
                problem_mark=event.start_mark,  # type: ignore[arg-type]
                note="write the value out where it is used",
            )


def _refuse_keys(node: yaml.Node) -> None:
    """Refuse keys that stand twice, and keys that are not plain text."""
    for found in _mappings(node):
        seen = set()
        for key, _ in found.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a key should be plain text",
                    problem_mark=key.start_mark,
                    note="put the key in quotes",
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r} stands twice",
                    problem_mark=key.start_mark,
                    note="keep one of the two",
                )
            seen.add(key.value)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its data, and the way back from a place in the data to a line."""

    name: str
    data: Any
    _root: yaml.Node | None

    def line(self, place: Sequence[str | int] = ()) -> int:
        """The line (from 1) of a place in the data, or of the nearest thing around it."""
        node = self._root
        line = node.start_mark.line if node else 0
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            node = found[1]
            line = found[0].start_mark.line
        return line + 1

    def problem(self, place: Sequence[str | int], what: str, mend: str) -> Problem:
        """A problem at a place in the data."""
        return Problem(self.name, self.line(place), what, mend)

    def problems_of(self, error: ValidationError, base: Sequence[str | int] = ()) -> list[Problem]:
        """The problems that pydantic found, in plain words and with their lines."""
        details = error.errors(include_url=False)
        wrong_inside = {detail["loc"][:-end] for detail in details for end in _ends(detail["loc"])}
        return [
            self._explain(detail, base)
            for detail in details
            # A list with wrong items is counted without them: that is no problem of its own.
            if not (detail["type"] == "too_short" and detail["loc"] in wrong_inside)
        ]

    def _explain(self, detail: ErrorDetails, base: Sequence[str | int]) -> Problem:
        place = (*base, *detail["loc"])
        name = ".".join(str(step) for step in detail["loc"]) or "this"
        what, mend = _words(detail, name)
        return self.problem(place, what, mend)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _ends(loc: tuple[int | str, ...]) -> range:
    return range(1, len(loc) + 1)


_WORDS = {
    "missing": ("`{name}` is missing", "add it"),
    "extra_forbidden": ("unknown key `{name}`", "correct its spelling or take it out"),
    "string_type": ("`{name}` should be text, it reads as {given!r}", "put it in quotes"),
    "string_too_long": ("`{name}` has {length} characters, {max_length} fit", "shorten it"),
    "string_too_short": ("`{name}` is too short", "write at least {min_length} characters"),
    "too_long": ("`{name}` has {actual_length} items", "give at most {max_length}"),
    "too_short": ("`{name}` has {actual_length} items", "give at least {min_length}"),
    "enum": ("`{name}` can't be {given!r}", "use one of {expected}"),
    "literal_error": ("`{name}` can't be {given!r}", "use one of {expected}"),
    "string_pattern_mismatch": ("`{name}` can't be {given!r}", "use a name like the others here"),
    "value_error": ("{error}", "correct this"),
}
"""What is wrong and how to mend it, for the mistakes that authors make, by pydantic's code."""


def _words(detail: ErrorDetails, name: str) -> tuple[str, str]:
    what, mend = _WORDS.get(detail["type"], ("`{name}`: {msg}", "correct this"))
    given = detail.get("input")
    facts: dict[str, Any] = {**detail.get("ctx", {}), "name": name, "given": given}
    facts |= {"length": len(str(given)), "msg": detail["msg"]}
    return what.format(**facts), mend.format(**facts)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean ...?` when a known word is close, else nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def read_yaml(path: Path, name: str) -> Document:
    """Parse one file. Raises FilesInvalid with line and mend when it can't be used."""
    text = _text_of(path, name)
    try:
        node, data = _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "this is not valid YAML"
        mend = error.note or "check the indentation, the quotes and the colons around this line"
        raise FilesInvalid([Problem(name, mark.line + 1 if mark else 1, what, mend)]) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        what = "a character that can't be printed stands here"
        raise FilesInvalid([Problem(name, line, what, "delete it")]) from error
    if data is None:
        raise FilesInvalid([Problem(name, 1, "the file is empty", "fill it or delete it")])
    return Document(name, data, node)


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    _refuse_unprintable(text)
    _refuse_aliases_and_depth(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        _refuse_keys(node)
        return node, loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_unprintable(text: str) -> None:
    """As PyYAML's own reader does; libyaml names no place."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found:
        raise yaml.reader.ReaderError("", found.start(), ord(found.group()), "unicode", "")


def _text_of(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the file can't be read ({error.strerror})"
        raise FilesInvalid([Problem(name, 1, what, "check its place and permissions")]) from error
    if len(raw) > MAX_BYTES:
        what = f"the file has {len(raw):,} bytes, {MAX_BYTES:,} are read"
        raise FilesInvalid([Problem(name, 1, what, "split it into several files")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        mend = "save the file as UTF-8"
        raise FilesInvalid([Problem(name, line, "this is not UTF-8 text", mend)]) from error
