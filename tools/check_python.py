"""Say in one sentence why an interpreter cannot make the environment: the first step of `make lab` and `make test`.

Whatever Python is found on a machine runs this, so it keeps to what every version since 2.7 can read.
"""

import sys

WANTED = (3, 11)  # requires-python of pyproject.toml; a test holds both equal


def complaint():
    """One sentence, or None where `python -m venv` will do."""
    want = "Python: want " + ".".join(map(str, WANTED)) + " or newer, with venv; got "
    found = sys.executable + ", which is " + ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < WANTED:
        return want + found + "; name another one, for example: make lab PYTHON=python3.12"
    try:
        import ensurepip  # noqa: F401  (Debian and Ubuntu ship Python without it)
        import venv  # noqa: F401
    except ImportError:
        return want + found + " without venv; install that (on Debian and Ubuntu the package python3-venv)"
    return None


if __name__ == "__main__":
    sys.exit(complaint())
