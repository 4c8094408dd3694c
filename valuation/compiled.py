"""Compiling with numba, and where compiled code is kept between processes.

Only the kernels import this module, and only they are imported where they are needed: numba alone
takes as long to import as the rest of the application.
"""

import hashlib
import importlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])

_SOURCES = ("compiled.py", "irr_kernel.py", "irr_every.py")


def _cache_folder() -> str:
    """Return a folder of our own for compiled code, "" if there is none to be trusted.

    Not beside this file: the package may belong to root. The code is run when it is read, so a
    folder that others can write to is refused.
    """
    user = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    number = os.getuid() if hasattr(os, "getuid") else 0
    for folder in (Path(user, "lianji"), Path(tempfile.gettempdir(), f"lianji-{number}")):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
        except OSError:
            continue
        ours = not hasattr(os, "getuid") or found.st_uid == number
        closed = os.name == "nt" or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if stat.S_ISDIR(found.st_mode) and ours and closed and os.access(folder, os.W_OK):
            return str(folder)
    return ""


def _version() -> str:
    """Name the sources together: numba looks at one file, and a kernel is made of several."""
    here = Path(__file__).parent
    return hashlib.sha256(
        b"".join(here.joinpath(name).read_bytes() for name in _SOURCES)
    ).hexdigest()


_folder = os.environ.get("NUMBA_CACHE_DIR") or _cache_folder()


@contextmanager
def _bytecode_kept() -> Iterator[None]:
    """Keep numba's bytecode in our folder where Python was told to write none beside the sources.

    It is 400 modules: compiling them again takes each process longer than the loop saves.
    """
    before = sys.dont_write_bytecode, sys.pycache_prefix
    if sys.dont_write_bytecode and _folder:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(Path(_folder, "bytecode"))
    try:
        yield
    finally:
        sys.dont_write_bytecode, sys.pycache_prefix = before


with _bytecode_kept():
    numba: Any = importlib.import_module("numba")
if _folder:
    numba.config.CACHE_DIR = str(Path(_folder, _version()[:16]))


def compiled(*, exact: bool, signature: str | None = None) -> Callable[[Function], Function]:
    """Compile a function: at once and kept for later processes if it has a `signature`.

    Unless `exact`, its sums may be taken in any order, thus several at a time.
    """
    flags = {"contract"} if exact else {"contract", "reassoc", "nsz"}
    made = numba.njit(
        signature,
        cache=bool(signature and _folder),
        nogil=True,
        error_model="numpy",
        fastmath=flags,
    )

    def compile_now(function: Function) -> Function:
        with _bytecode_kept():  # more of numba is imported here
            return cast("Function", made(function))

    return compile_now
