"""``python3 -m web demo`` and ``python3 -m web test``: build ``.venv`` once, then run in it.

Only the standard library may be imported before ``ensure`` has run.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
UV = "uv>=0.13,<0.14"


def run(*command: object) -> None:
    """Run one set-up step; its own output says what failed."""
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)  # noqa: S603 - our own words


def new_venv() -> list[object]:
    """Make an empty ``.venv`` and return the command that installs into it.

    Debian without python3-venv has no ensurepip: there the system's pip installs from outside.
    """
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("ensurepip"):
        try:
            venv.create(VENV, with_pip=True)
        except (subprocess.CalledProcessError, SystemExit):
            shutil.rmtree(VENV, ignore_errors=True)
        else:
            return [PYTHON, "-m", "pip"]
    if not importlib.util.find_spec("pip"):
        sys.exit(
            "Lianji needs pip to set itself up and found neither pip nor ensurepip: "
            "install it (on Debian: apt-get install python3-pip) and run the command again."
        )
    venv.create(VENV, with_pip=False)
    return [sys.executable, "-m", "pip", "--python", PYTHON]


def ensure() -> None:
    """Create or refresh ``.venv``; nothing to do while lock and pyproject are as installed."""
    digest = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / ".lock-digest"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    print("Setting up .venv (once; about a minute on a slow line) …", file=sys.stderr)  # noqa: T201
    pip = new_venv()
    run(*pip, "install", "--quiet", "--disable-pip-version-check", UV)
    # The system's certificates: an office network often puts its own in front of the registry.
    uv = [PYTHON, "-m", "uv", "pip", "install", "--system-certs", "--quiet", "--python", PYTHON]
    try:
        run(*uv, "--require-hashes", "--requirement", LOCK)
        run(*uv, "--no-deps", "--editable", ROOT)
    except subprocess.CalledProcessError:
        print("uv could not install; trying pip, which is slower …", file=sys.stderr)  # noqa: T201
        slow = [*pip, "install", "--quiet", "--disable-pip-version-check"]
        run(*slow, "--require-hashes", "--requirement", LOCK)
        run(*slow, "--no-deps", "--editable", ROOT)
    stamp.write_text(digest)


def main() -> None:
    """Set up if needed, then replace this process by the one inside ``.venv``."""
    arguments = sys.argv[1:] or ["demo"]
    if sys.version_info < (3, 11):  # noqa: UP036 - the reader may have started us with an old python3
        sys.exit("Lianji needs Python 3.11 or newer: start it with that python3.")
    if Path(sys.prefix).resolve() != VENV.resolve():
        with (ROOT / "pyproject.toml").open() as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)  # two first starts at once build one .venv
            ensure()
        os.execv(PYTHON, [str(PYTHON), "-m", "web", *arguments])  # noqa: S606 - our own interpreter
    if arguments[0] == "test":
        os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *arguments[1:]])  # noqa: S606
    from web import cli

    cli.main(arguments)


if __name__ == "__main__":
    main()
