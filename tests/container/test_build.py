"""The Containerfile builds, and what it makes answers, as whoever it is run as.

By podman or docker, from the base image that it names or `BASE=<image>`, any Debian that has python and pip. Where
neither works: by buildah, a Debian package, from a Debian root that debootstrap makes, so that no registry of
images is needed (`make container` installs both); that one wants root and a package mirror.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
IMAGE = "localhost/mantelpiece-test"
_PATH = "/usr/local/python/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def said(*words: str | Path, **more: str) -> str:
    """What the command said. An AssertionError with its end where it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=TOP, env=os.environ | more)
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _ends_well(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Docker:
    """podman or docker."""

    program: str

    def build(self) -> None:
        base = ["--build-arg", f"BASE={os.environ['BASE']}"] if "BASE" in os.environ else []
        said(self.program, "build", "-q", *base, "-t", IMAGE, "-f", "Containerfile", ".")

    def run(self, user: str, *words: str) -> str:
        """In a new container, by its entrypoint."""
        return said(self.program, "run", "--rm", *(("--user", user) if user else ()), IMAGE, *words)

    def who(self, user: str) -> str:
        return said(self.program, "run", "--rm", "--user", user, "--entrypoint", "id", IMAGE, "-u")

    def clear(self) -> None:
        """What it keeps is its owner's."""


@dataclass(frozen=True)
class Buildah:
    """buildah, with a store of its own and nothing but a chroot."""

    folder: Path

    def build(self) -> None:
        made = self._scratch()
        self._do("bud", "--pull-never", "-q", "--build-arg", f"BASE={made}", "-t", IMAGE, "-f", "Containerfile", ".")

    def run(self, user: str, *words: str) -> str:
        told = json.loads(self._do("inspect", "--type", "image", IMAGE))
        return self._inside(user, *told["OCIv1"]["config"]["Entrypoint"], *words)

    def who(self, user: str) -> str:
        return self._inside(user, "id", "-u")

    def clear(self) -> None:
        self._do("rm", "--all")
        self._do("rmi", "--all", "--force")

    def _inside(self, user: str, *words: str) -> str:
        container = self._do("from", "--pull-never", IMAGE).strip()
        try:
            return self._do("run", *(("--user", user) if user else ()), container, "--", *words)
        finally:
            self._do("rm", container)

    def _scratch(self) -> str:
        """A base image of Debian's own packages."""
        root, name = self.folder / "debian", "localhost/debian-with-python"
        said("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", root)
        trusted = Path("etc/ssl/certs/ca-certificates.crt")
        shutil.copy("/" / trusted, root / trusted)
        said("tar", "-C", root, "--one-file-system", "-cf", self.folder / "debian.tar", ".")
        shutil.rmtree(root)
        container = self._do("from", "scratch").strip()
        self._do("add", "-q", container, str(self.folder / "debian.tar"), "/")
        self._do("run", container, "--", "python3", "-m", "venv", "/usr/local/python")
        self._do("config", "--env", f"PATH={_PATH}", container)
        self._do("commit", "-q", "--rm", container, name)
        return name

    def _do(self, *words: str) -> str:
        stores = ("--root", self.folder / "images", "--runroot", self.folder / "running")
        return said("buildah", *stores, *words, STORAGE_DRIVER="vfs", BUILDAH_ISOLATION="chroot")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker | Buildah]:
    works = [name for name in ("podman", "docker") if shutil.which(name) and _ends_well(name, "info")]
    assert works or shutil.which("buildah"), "install podman or docker, or type: make container"
    made = Docker(works[0]) if works else Buildah(tmp_path_factory.mktemp("buildah"))
    made.build()
    yield made
    made.clear()


@pytest.mark.parametrize("user", ["1000:1000", "4242:4242"])
def test_it_begins_as_whoever_it_is_run_as(engine: Docker | Buildah, user: str) -> None:
    assert engine.who(user) == f"{user[:4]}\n"
    assert "language = de" in engine.run(user, "settings", "set", "language", "de")


@pytest.mark.parametrize("user", ["", "0:0"], ids=["as it comes", "as root"])
@pytest.mark.parametrize(
    ("words", "told"), [(("writeback", "list"), "No folder of originals"), (("--version",), "mantelpiece")]
)
def test_it_answers(engine: Docker | Buildah, user: str, words: tuple[str, ...], told: str) -> None:
    assert told in engine.run(user, *words)
