"""What the checks of C++ files share."""

import hashlib
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)


def with_includes(path, seen=None):
    """The file and all project files that it includes, directly or not."""
    seen = set() if seen is None else seen
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for header in INCLUDE.findall(path.read_bytes()):
        for base in (ROOT / "src", ROOT / "tests/support", path.parent):
            with_includes((base / header.decode()).resolve(), seen)
    return seen


def digest_of(path, *more):
    """Of the file, of all that it includes of ours, and of `more` texts: it changes if what a compiler sees does."""
    digest = hashlib.sha256("\0".join(more).encode())
    for read in sorted(with_includes(pathlib.Path(path))):
        digest.update(read.read_bytes())
    return digest.hexdigest()
