"""The catalogue of sentences: ``python -m web.locale_build`` after adding or changing one.

No argument     extract from templates and Python, update messages.po, compile messages.mo
``check``       change nothing; name what is stale or untranslated, and exit 1
``add FILE``    first put translations in: one a line, ``English<TAB>中文``, or with a context
                ``provenance<TAB>Pub.<TAB>原文``; "-" reads standard input. A plural has its
                English singular in the first column.

One process at a time holds a lock, so several people may run it side by side.
"""

import ast
import fcntl
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("valuation", "portfolio", "dealflow", "web")
PO = ROOT / "web/locale/zh_CN/LC_MESSAGES/messages.po"
# What stands in which argument: gettext's own words, and `say`, which builds a Message.
CALLS: Mapping[str, tuple[str, ...]] = {
    "_": ("id",),
    "gettext": ("id",),
    "say": ("id",),
    "Message": ("id",),
    "ngettext": ("id", "plural"),
    "pgettext": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
    "StatementRow": ("row", "id"),
}
Found = tuple[int, str | tuple[str, str], str | None]  # line, msgid or (one, many), context
TEMPLATE_OPTIONS = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "extensions": "jinja2.ext.do",
    "silent": "false",
}


# ---- extraction
def refusals(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Return the names of DomainError, NotMoneyError and of every class built on them."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known, before = {"DomainError", "NotMoneyError"}, set[str]()  # the latter is of valuation
    while known != before:
        before = set(known)
        known |= {name for name, above in bases.items() if above & known}
    return frozenset(known)


def sentences(tree: ast.Module, refusing: frozenset[str]) -> Iterator[Found]:
    """Find the sentences of a Python file.

    A refusal has two, problem and remedy: in a call of its class, and in the `super().__init__`
    of a class that is one. Only plain literals count; a sentence with values has {places}.
    """
    for call, is_super in _calls(tree, refusing, inside=False):
        name, texts = _name(call.func), [_text(argument) for argument in call.args]
        if is_super or name in refusing:
            yield from ((call.lineno, text, None) for text in texts[:2] if text)
        elif roles := CALLS.get(name):
            said = dict(zip(roles, texts, strict=False))
            one, many = said.get("id"), said.get("plural")
            if one:
                yield call.lineno, (one, many) if many else one, said.get("context")


def _calls(
    node: ast.AST, refusing: frozenset[str], *, inside: bool
) -> Iterator[tuple[ast.Call, bool]]:
    """Walk the calls; tell of each whether it is the `super().__init__` of a refusal."""
    for child in ast.iter_child_nodes(node):
        within = child.name in refusing if isinstance(child, ast.ClassDef) else inside
        if isinstance(child, ast.Call):
            func = child.func
            is_init = isinstance(func, ast.Attribute) and func.attr == "__init__"
            yield child, within and is_init
        yield from _calls(child, refusing, inside=within)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
    return None


def template_sentences(source: bytes) -> Iterator[Found]:
    """Find the sentences of a template."""
    found = babel_extract(io.BytesIO(source), tuple(CALLS), (), dict(TEMPLATE_OPTIONS))
    for line, name, texts, _ in found:
        given = texts if isinstance(texts, tuple) else (texts,)
        said = dict(zip(CALLS.get(name or "_", ("id",)), given, strict=False))
        one, many = said.get("id"), said.get("plural")
        if one:
            yield line, (one, many) if many else one, said.get("context")


def template_catalogue() -> Catalog:
    """Return all sentences of the tree, untranslated, in the order of files and lines."""
    catalogue = Catalog(project="Lianji", charset="utf-8", fuzzy=False)
    files = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    trees = {path: ast.parse(path.read_text("utf-8")) for path in files}
    refusing = refusals(trees.values())
    found = [
        (path, sentence) for path, tree in trees.items() for sentence in sentences(tree, refusing)
    ]
    found += [
        (path, sentence)
        for path in sorted((ROOT / "web/templates").rglob("*.html"))
        for sentence in template_sentences(path.read_bytes())
    ]
    for path, (_, text, context) in found:
        # Files without line numbers: a moved line would make the catalogue look stale.
        catalogue.add(text, locations=[(str(path.relative_to(ROOT)), 0)], context=context)
    return catalogue


# ---- the files
def read() -> Catalog:
    """Read messages.po; an empty catalogue if there is none yet."""
    if not PO.exists():
        return Catalog(locale="zh_CN", project="Lianji", charset="utf-8", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated(old: Catalog, template: Catalog) -> Catalog:
    """Return the template's sentences with the old translations; what is gone is dropped.

    Nothing is guessed from a similar sentence: a fuzzy translation of a refusal misleads.
    """
    new = Catalog(locale="zh_CN", project="Lianji", charset="utf-8", fuzzy=False)
    new.creation_date = new.revision_date = datetime(
        2026, 1, 1, tzinfo=UTC
    )  # same text, same bytes
    for message in template:
        if not message.id:
            continue
        known = old.get(_key(message), message.context)
        text: Any = known.string if known else ""
        if message.pluralizable and not isinstance(text, tuple):
            text = (text,)
        if not message.pluralizable and isinstance(text, tuple):
            text = text[0]
        new.add(message.id, text, message.locations, context=message.context)
    return new


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Return the bytes of messages.po and messages.mo."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=100, sort_output=True, include_lineno=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the msgids without Chinese text."""
    return [
        "\t".join([*([message.context] if message.context else []), _key(message)])
        for message in catalogue
        if message.id
        and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


def add(catalogue: Catalog, lines: Iterable[str]) -> list[str]:
    """Put translations in; return the lines that name no sentence of the tree."""
    unknown = []
    for line in filter(str.strip, lines):
        *context, msgid, text = line.rstrip("\n").split("\t")
        message = catalogue.get(msgid, context[0] if context else None)
        if message is None:
            unknown.append(line)
        else:
            message.string = (text,) if message.pluralizable else text
    return unknown


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the catalogue for this process."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("ab") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def stale() -> list[str]:
    """Say what is not as it should be: the catalogue, its compiled form, missing Chinese."""
    catalogue = updated(read(), template_catalogue())
    po, mo = written(catalogue)
    compiled = PO.with_suffix(".mo")
    wrong = [f"untranslated: {msgid}" for msgid in untranslated(catalogue)]
    if not PO.exists() or PO.read_bytes() != po:
        wrong.append("messages.po is stale: run python -m web.locale_build")
    if not compiled.exists() or compiled.read_bytes() != mo:
        wrong.append("messages.mo is stale: run python -m web.locale_build")
    return wrong


def main(arguments: list[str]) -> None:
    """Run one of the three commands."""
    if arguments == ["check"]:
        wrong = stale()
        sys.exit("\n".join(wrong) if wrong else 0)
    lines: list[str] = []
    if arguments[:1] == ["add"]:
        text = sys.stdin.read() if arguments[1] == "-" else Path(arguments[1]).read_text("utf-8")
        lines = text.splitlines()
    with alone():
        catalogue = updated(read(), template_catalogue())
        unknown = add(catalogue, lines)
        po, mo = written(catalogue)
        PO.write_bytes(po)
        PO.with_suffix(".mo").write_bytes(mo)
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} sentences, {len(missing)} without Chinese", *missing, sep="\n  ")  # noqa: T201 - the command's answer
    if unknown:
        sys.exit("No such sentence in the tree:\n  " + "\n  ".join(unknown))


if __name__ == "__main__":
    main(sys.argv[1:])
