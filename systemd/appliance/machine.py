"""The machine that is installed on: the running one, or a Debian root in a folder (`--prefix`).

All paths are written as that machine knows them; commands run inside it. Nothing else here changes a file of it or
starts a program.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

_STAND = "/"
"""Where commands run: `python -m` takes modules from there first, and others may write where root was called."""

_ENVIRON = {
    "DEBIAN_FRONTEND": "noninteractive", "PYTHONDONTWRITEBYTECODE": "1",
    # Where /tmp is memory, as in Debian Trixie, a small machine has no room there for what pip unpacks.
    "TMPDIR": "/var/tmp",  # noqa: S108 - its programs make folders of their own there
}  # fmt: skip


class Refused(Exception):
    """A sentence for whoever installs; nothing after it was done."""


@dataclass
class Machine:
    prefix: Path
    """/ for the running machine."""
    dry: bool = False

    @property
    def runs(self) -> bool:
        """Whether systemd is there to be told, rather than a root in a folder."""
        return self.prefix == Path("/") and Path("/run/systemd/system").is_dir()

    def at(self, path: str) -> Path:
        return self.prefix / path.lstrip("/")

    def say(self, what: str) -> None:
        print(("would " if self.dry else "") + what, flush=True)

    def run(self, *words: str, may_fail: bool = False, user: str = "", quiet: bool = False) -> int:
        """Run a command in this machine. Raises Refused when it fails."""
        if user:
            words = ("runuser", "-u", user, "--", *words)
        if not quiet:
            self.say("run " + " ".join(words))
        if self.dry:
            return 0
        inside: Sequence[str] = words if self.prefix == Path("/") else ("chroot", str(self.prefix), *words)
        environ = os.environ | _ENVIRON
        try:
            with subprocess.Popen(inside, env=environ, cwd=_STAND, stdin=subprocess.DEVNULL) as running:
                code = _ended(running)
        except FileNotFoundError:
            code = 127  # as a shell says it: a small Debian has no udev, for one
        if code and not may_fail:
            said = f"'{' '.join(words)}' failed with exit code {code}"
            raise Refused(f"{said}; install again once that is mended.")
        return code

    def hear(self, *words: str) -> str:
        """What a command of this computer says, also in a dry run: it must change nothing. Empty where none is."""
        try:
            done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                                  cwd=_STAND, env=os.environ | {"SYSTEMD_COLORS": "0", "LC_ALL": "C"})  # fmt: skip
        except OSError:
            return ""
        return done.stdout

    def knows(self, kind: str, name: str) -> bool:
        """Whether /etc/passwd or /etc/group has this name."""
        return any(line.startswith(f"{name}:") for line in (self.read(f"/etc/{kind}") or "").splitlines())

    def belongs(self, user: str, group: str) -> bool:
        """Whether the user is among those who joined the group."""
        lines = (self.read("/etc/group") or "").splitlines()
        members = next((line.split(":")[3] for line in lines if line.startswith(f"{group}:")), "")
        return user in members.split(",")

    def number(self, name: str, kind: str = "passwd") -> int:
        """The user's (or group's) number on that machine, -1 for nobody."""
        lines = (self.read(f"/etc/{kind}") or "").splitlines()
        return next((int(line.split(":")[2]) for line in lines if line.startswith(f"{name}:")), -1)

    def read(self, path: str) -> str | None:
        """None where no such file is."""
        try:
            # A person's name in another encoding than today's is nobody's error here.
            return self.at(path).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None

    def settle(self) -> None:
        """Have all that was written be on the disk: what comes next says that it is there."""
        if not self.dry:
            os.sync()

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> bool:
        """Whether it was not there as it is now."""
        target = self.at(path)
        raw = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        if target.is_file() and not target.is_symlink() and target.read_bytes() == raw:
            return False
        self.say(f"write {path}")
        if not self.dry:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            with part.open("wb") as file:
                file.write(raw)
                file.flush()
                # A kernel's line whose name is on the card before its words are is a machine that does not start.
                os.fsync(file.fileno())
            part.chmod(mode)
            part.replace(target)
        return True

    def make_folder(self, above: str, folder: str, *, owner: str, mode: int) -> None:
        """A folder of that user's and our group's in `above`, which services may write: no link is followed that one of
        them lays there, also while this runs. Raises Refused for what is there and no folder."""
        if not self.at(f"{above}/{folder}").exists():
            self.say(f"make {above}/{folder} for {owner}")
        if self.dry:
            return
        whose = (self.number(owner), self.number("mantelpiece", "group"))
        with ExitStack() as opened:
            try:
                where = _opened(self.at(above), opened)
                *way, name = folder.split("/")
                for step in way:
                    where = _opened(step, opened, os.O_NOFOLLOW, where)
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=where)
                made = _opened(name, opened, os.O_NOFOLLOW, where)
            except OSError as error:
                raise Refused(f"{above}/{folder} cannot be a folder ({error.strerror}): a link or a file is in its "
                              "way; move that away and install again.") from error  # fmt: skip
            found = os.fstat(made)
            if (found.st_uid, found.st_gid) != whose:
                os.fchown(made, *whose)
                os.fchmod(made, mode)

    def link(self, path: str, to: str) -> None:
        """A symbolic link, replaced in one step."""
        target = self.at(path)
        if target.is_symlink() and str(target.readlink()) == to:
            return
        if target.exists() and not target.is_symlink():
            raise Refused(f"{path} is there and not of our making; move it away first.")
        self.say(f"link {path} to {to}")
        if not self.dry:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            part.unlink(missing_ok=True)
            part.symlink_to(to)
            part.replace(target)

    def remove(self, path: str) -> None:
        target = self.at(path)
        if not target.exists() and not target.is_symlink():
            return
        self.say(f"remove {path}")
        if self.dry:
            return
        # Not Path.is_mount, which up to Python 3.11 takes a link to another disk for that disk.
        if os.path.ismount(target):
            for inside in list(target.iterdir()):
                self.remove(f"{path}/{inside.name}")
            os.chown(target, 0, 0)
            print(f"{path} is a disk of its own: it is empty now, and its place stays.")
        elif target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()

    def ask(self, question: str) -> bool:
        """A person's yes; without a terminal it is no."""
        if self.dry or not sys.stdin.isatty():
            return False
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "j", "ja")


def _ended(running: subprocess.Popen[bytes]) -> int:
    """Its exit code. Where this is interrupted it is asked to end, and waited for: apt that is killed leaves packages
    half set up."""
    try:
        return running.wait()
    except KeyboardInterrupt:
        running.send_signal(signal.SIGINT)
        running.wait()
        raise


def _opened(path: Path | str, kept: ExitStack, flags: int = 0, where: int | None = None) -> int:
    """A folder to be named by its number, until `kept` ends."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | flags, dir_fd=where)
    kept.callback(os.close, handle)
    return handle
