"""A small mirror that a fault test runs again and again: set-up, one sync as a process, and what must hold."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from sync import secrets
from sync.catalogue import Catalogue
from sync.errors import CatalogueUnreadable
from sync.home import Home, find, prepare
from sync.library import jobs
from sync.library.database import Library
from sync.library.jobs import Lane
from sync.mirror import names
from tests.fakes.immich import FakeImmich
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]


def home_at(root: Path, base: Path | None = None) -> Home:
    """A home whose runtime directory is the one that its processes find, below `base`; beside the home without it."""
    base = base or root.with_name(root.name + "-run")
    base.mkdir(exist_ok=True)
    return find(environment_of(root, base))


def environment_of(root: Path, base: Path) -> dict[str, str]:
    return {"MANTELPIECE_HOME": str(root), "XDG_RUNTIME_DIR": str(base)}


def environment(home: Home) -> dict[str, str]:
    """What the processes of this home are started with."""
    return environment_of(home.root, home.runtime.parent)


def set_up(home: Home, server: FakeImmich, album: str) -> None:
    """A prepared home with the album in its settings and a migrated library: the state after start-up."""
    prepare(home)
    home.settings.write_text(
        f'[servers.home]\nurl = "{server.url}"\nrequests = 2\n\n'
        f'[[albums]]\nname = "{album}"\nserver = "home"\nid = "{server.albums[album]}"\n'
    )
    secrets.put(home.secrets, "servers", "home", key=server.api_key)
    Library(home.library).close()


def sync_command(home: Home) -> list[str]:
    """Queue a sync; the program that runs it."""
    with closing(Library(home.library)) as library:
        number = jobs.add(
            library, kind="sync", lane=Lane.BULK, resource="mirror", arguments={"albums": None}, asked_by="test"
        )
    return [sys.executable, "-m", "sync", "job", str(number)]


def run_sync(home: Home, extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One whole sync, unharmed but for what the environment `extra` does to it."""
    prepare(home)
    return run_command(home, sync_command(home), extra)


def run_command(
    home: Home, command: list[str], extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a job's program to its end."""
    job = start(home, command, extra)
    out, told = job.communicate(timeout=PATIENCE_SECONDS)
    return subprocess.CompletedProcess(job.args, job.returncode, out, told)


def start(home: Home, command: list[str], extra: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """A job's program on its way."""
    # Its standard input is the cancel pipe: it stays open, in the child itself, until the job has ended.
    reader, writer = os.pipe()
    try:
        return subprocess.Popen(
            command, env=os.environ | environment(home) | (extra or {}), cwd=ROOT, stdin=reader,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[writer], start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(reader)
        os.close(writer)


def told(home: Home) -> list[dict[str, Any]]:
    """What the jobs came to, as whoever waited for them reads it; the latest first."""
    answers = sorted(home.progress.glob("*.ended"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [json.loads(answer.read_bytes()) for answer in answers]


def command_line(
    home: Home, *words: str, extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`mantelpiece` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "admin.cli", *words], env=os.environ | environment(home) | (extra or {}), cwd=ROOT,
        capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def broken_promises(home: Home) -> list[str]:
    """What does not hold of promises 2 and 3, as sentences; empty when all is well."""
    found = [
        f"{path.name} is not what its name says"
        for path in objects(home)
        if hashlib.sha1(path.read_bytes()).hexdigest() != path.stem
    ]
    names = {path.name for path in objects(home)}
    with closing(Library(home.library)) as library:
        if library.quarantined:
            found.append("the library was damaged")
        for row in library.rows("SELECT key, original, display FROM photos"):
            found += [
                f"the row of {row['key']} names {name}, which is not there"
                for name in (row["original"], row["display"])
                if name is not None and name not in names
            ]
    try:
        found += [f"the catalogue shows {name}, which is not there" for name in displays(home) if name not in names]
    except CatalogueUnreadable as error:
        found.append(str(error))
    return found


def objects(home: Home) -> list[Path]:
    return [path for path in home.objects.glob("??/*") if path.is_file()]


def leftovers(home: Home) -> list[Path]:
    """Part files that a finished run should not leave."""
    return [path for path in home.root.rglob("*") if path.is_file() and ".part" in str(path.relative_to(home.root))]


def displays(home: Home) -> list[str]:
    """The objects that the wall shows."""
    if not home.catalogue.exists():
        return []
    with closing(Catalogue(home.catalogue)) as catalogue:
        return [catalogue.photo(candidate.id).display for candidate in catalogue.candidates()]


def shown(home: Home) -> int:
    """How many photos the wall may show."""
    with closing(Catalogue(home.catalogue)) as catalogue:
        return sum(1 for _ in catalogue.candidates())


def viewed(home: Home, album: str) -> int:
    """How many photos the album's readable folder holds, by its own sums and nothing else beside them."""
    folder = home.albums / album
    listed = names.read_sums((folder / names.SUMS).read_bytes())
    assert {path.name for path in folder.iterdir()} == {names.SUMS, *listed}
    for name, digest in listed.items():
        assert hashlib.sha1((folder / name).read_bytes()).hexdigest() == digest, name
    return len(listed)


def service(home: Home) -> subprocess.Popen[str]:
    """The sync service, its log on a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "sync"], env=os.environ | environment(home), cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def contents(home: Home) -> dict[str, bytes]:
    """Everything on the card but the frame's own."""
    files = [path for folder in (home.published, home.private) for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}
