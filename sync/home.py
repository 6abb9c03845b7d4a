"""Where everything lies: the one place that knows the folders of $MANTELPIECE_HOME and of the runtime directory.

`find()` chooses as the command line and the services do; `prepare()` makes the folders and the marker, and refuses
file systems that cannot keep the promises. Every other module is handed a `Home`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sync.errors import MarkerMissing, UnsuitableFolder

SERVICE_HOME = Path("/var/lib/mantelpiece")
MARKER = ".mantelpiece"

MOUNTS = Path("/proc/self/mounts")
TEMPORARY = Path("/tmp")  # noqa: S108 - judged by _own_folder

_UNSUITABLE = {"vfat", "msdos", "exfat"}


@dataclass(frozen=True)
class Home:
    """Folders and files below one root; `runtime` is on a tmpfs and is lost at reboot."""

    root: Path
    runtime: Path

    @property
    def marker(self) -> Path:
        return self.root / MARKER

    @property
    def settings(self) -> Path:
        return self.root / "settings" / "settings.toml"

    @property
    def private(self) -> Path:
        return self.root / "private"

    @property
    def secrets(self) -> Path:
        return self.private / "secrets.toml"

    @property
    def library(self) -> Path:
        return self.private / "library.db"

    @property
    def uploads(self) -> Path:
        return self.private / "uploads"

    @property
    def new_uploads(self) -> Path:
        """Files from a phone that nobody has opened yet."""
        return self.uploads / ".new"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def catalogue(self) -> Path:
        return self.published / "catalogue.db"

    @property
    def objects(self) -> Path:
        return self.published / "objects"

    @property
    def parts(self) -> Path:
        """Downloads on their way; on the objects' file system, swept at start."""
        return self.published / "objects" / ".part"

    @property
    def albums(self) -> Path:
        return self.published / "albums"

    @property
    def trash(self) -> Path:
        return self.published / "trash"

    @property
    def thumbs(self) -> Path:
        return self.published / "thumbs"

    @property
    def frame(self) -> Path:
        return self.root / "frame"

    @property
    def intents(self) -> Path:
        return self.frame / "intents"

    @property
    def control_socket(self) -> Path:
        """The frame's control socket."""
        return self.runtime / "frame.sock"

    @property
    def locks(self) -> Path:
        return self.runtime / "locks"

    @property
    def progress(self) -> Path:
        """One small JSON file per running job."""
        return self.runtime / "progress"

    def object_path(self, name: str) -> Path:
        """Where the object `<sha1>.<ext>` lies."""
        return self.objects / name[:2] / name


def find(environ: Mapping[str, str] = os.environ) -> Home:
    """$MANTELPIECE_HOME, else the service's folder where it is installed, else the user's data folder.

    Raises UnsuitableFolder where a user without a home gives none.
    """
    named = environ.get("MANTELPIECE_HOME", "")
    try:
        if named:
            root = Path(named).expanduser().absolute()
        elif _is_installed():
            root = SERVICE_HOME
        else:
            data = environ.get("XDG_DATA_HOME", "") or str(Path.home() / ".local" / "share")
            root = Path(data) / "mantelpiece"
    except RuntimeError:  # pathlib's, where neither $HOME nor the system says which folder it is
        raise UnsuitableFolder(
            "Nothing says where the data lies.", advice="Set MANTELPIECE_HOME to a folder that you may write."
        ) from None
    return Home(root=root, runtime=_runtime(root, environ))


def _is_installed() -> bool:
    try:
        return (SERVICE_HOME / MARKER).exists()
    except PermissionError:  # a folder that is closed to whoever asks is there
        return True


def _runtime(root: Path, environ: Mapping[str, str]) -> Path:
    if root == SERVICE_HOME:
        return Path("/run/mantelpiece")
    base = environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(base) if base and Path(base).is_dir() else _own_folder(TEMPORARY / f"mantelpiece-{os.getuid()}")
    # A socket's path may have 107 bytes: homes are told apart by a short digest, not by their own long paths.
    return folder / f"mantelpiece-{sha256(os.fsencode(root)).hexdigest()[:12]}"


def _own_folder(folder: Path) -> Path:
    """A folder of ours alone where everybody may write: else somebody lays links there, and we write through them."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            raise UnsuitableFolder(
                f"{folder} belongs to somebody else.", advice="Remove it, or set XDG_RUNTIME_DIR.", folder=str(folder)
            ) from None
    except OSError:
        pass  # whoever writes there says so
    return folder


def prepare(home: Home, *, mounts: Path = MOUNTS) -> None:
    """Make what is missing. Raises UnsuitableFolder, and MarkerMissing where a home that was in use lost its marker.

    An unmounted disk leaves an empty folder: that has no settings either, so no album could refill it.
    """
    if not home.marker.exists():
        if home.published.exists() or home.private.exists():
            raise MarkerMissing(f"{home.root} has lost its marker file {MARKER}.", folder=str(home.root))
        _refuse_unsuitable(home.root, mounts)
        _make_root(home.root)
    for folder, mode in (
        (home.settings.parent, 0o755),
        (home.private, 0o700),
        (home.uploads, 0o700),
        (home.new_uploads, 0o700),
        (home.published, 0o755),
        (home.objects, 0o755),
        (home.parts, 0o700),
        (home.albums, 0o755),
        (home.trash, 0o700),
        (home.thumbs, 0o755),
        (home.frame, 0o755),
        (home.intents, 0o770),
        (home.locks, 0o700),
        (home.progress, 0o755),
    ):
        if not folder.is_dir():
            folder.mkdir(mode=mode, parents=True)
    if not home.marker.exists():
        home.marker.touch()


def _make_root(root: Path) -> None:
    """The first folder of a new home. UnsuitableFolder where there can be none, or nothing can be put into it."""
    try:
        root.mkdir(mode=0o755, parents=True, exist_ok=True)
        writable = os.access(root, os.W_OK | os.X_OK, effective_ids=True)
        refused = "" if writable else "it cannot be written"
    except FileExistsError:
        refused = "there is a file of that name"
    except OSError as error:
        refused = error.strerror or str(error)
    if refused:
        raise UnsuitableFolder(
            f"{root} cannot hold the data: {refused}.",
            advice="Set MANTELPIECE_HOME to a folder that you may write.",
            folder=str(root),
        )


def _refuse_unsuitable(root: Path, mounts: Path) -> None:
    kind = file_system(root, mounts=mounts)
    if kind in _UNSUITABLE:
        raise UnsuitableFolder(
            f"{root} lies on {kind}, which has neither hard links nor owners.",
            advice="Choose a folder on ext4, btrfs or xfs.",
            folder=str(root),
        )


def file_system(path: Path, *, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds `path` (or its nearest existing parent), as /proc/self/mounts names it."""
    probe = path
    while not probe.exists():
        probe = probe.parent
    probe = probe.resolve()
    best, kind = -1, "unknown"
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mount, fs, *_ = line.split(" ")
        point = Path(mount.replace("\\040", " "))
        if probe.is_relative_to(point) and len(point.parts) > best:
            best, kind = len(point.parts), fs
    return kind
