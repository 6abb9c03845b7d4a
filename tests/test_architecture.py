"""The doors of the house, held by walking every import: which room may open which, and where each library lives."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
ROOMS = ("sync", "frame", "admin")


@dataclass(frozen=True)
class Import:
    """`module` (dotted) imports `target` (dotted, with the imported name where that is a module of ours)."""

    module: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def is_below(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(parent + ".") for parent in parents)


def imports_of(source: str, module: str) -> Iterator[Import]:
    """All imports that can run, also inside functions; not those for type checkers alone."""
    pending: list[ast.AST] = [ast.parse(source)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative imports hide which room they open"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield Import(module, inner if _is_ours(inner) else str(node.module), node.lineno)
        pending += ast.iter_child_nodes(node)


def _is_ours(dotted: str) -> bool:
    path = TOP / Path(*dotted.split("."))
    return dotted.split(".")[0] in ROOMS and (path.with_suffix(".py").exists() or path.is_dir())


def all_imports() -> list[Import]:
    found: list[Import] = []
    for room in ROOMS:
        for path in (TOP / room).rglob("*.py"):
            parts = path.relative_to(TOP).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found += imports_of(path.read_text(encoding="utf-8"), module)
    return found


IMPORTS = all_imports()

FRAME_MAY = (
    "sync.settings.tree",
    "sync.settings.hours",
    "sync.settings.wall",
    "sync.settings.reading",
    "sync.clock",
    "sync.counted",
    "sync.files",
    "sync.errors",
    "sync.catalogue",
    "sync.home",
    "sync.notify",
)
WORKERS = ("sync.mirror", "sync.smart", "sync.writeback", "sync.ingest")
PROGRAMS = ("sync.daemon", "frame.daemon", "admin.daemon", "admin.cli")


def from_frame_only_what_is_published(each: Import) -> bool:
    return is_below(each.module, "frame") and is_below(each.target, "sync") and not is_below(each.target, *FRAME_MAY)


def sync_knows_neither_frame_nor_admin(each: Import) -> bool:
    return is_below(each.module, "sync") and is_below(each.target, "frame", "admin")


def frame_does_not_know_admin(each: Import) -> bool:
    return is_below(each.module, "frame") and is_below(each.target, "admin")


def admin_opens_no_workshop(each: Import) -> bool:
    closed = ("sync.immich", "sync.mirror", "sync.writeback", "sync.ingest")
    return is_below(each.module, "admin") and is_below(each.target, *closed)


def admin_knows_only_the_frames_control_client(each: Import) -> bool:
    return is_below(each.module, "admin") and is_below(each.target, "frame") and each.target != "frame.control"


def workshops_do_not_know_each_other(each: Import) -> bool:
    home = next((worker for worker in WORKERS if is_below(each.module, worker)), None)
    return home is not None and any(is_below(each.target, other) for other in WORKERS if other != home)


def jobs_are_handed_their_handlers(each: Import) -> bool:
    return is_below(each.module, "sync.jobs") and is_below(each.target, *WORKERS, "sync.immich")


def ground_floor_knows_no_room(each: Import) -> bool:
    ground = (
        "sync.errors",
        "sync.clock",
        "sync.files",
        "sync.home",
        "sync.settings",
        "sync.catalogue",
        "sync.catalogue_writing",
    )
    rooms = ("sync.immich", "sync.library", "sync.jobs", *WORKERS)
    return is_below(each.module, *ground) and is_below(each.target, *rooms)


def immich_and_library_know_no_workshop(each: Import) -> bool:
    return is_below(each.module, "sync.immich", "sync.library") and is_below(each.target, *WORKERS, "sync.jobs")


def nothing_imports_a_program(each: Import) -> bool:
    own_start = each.module.endswith("__main__") or is_below(each.module, "admin.cli")
    program = is_below(each.target, *PROGRAMS) or each.target.endswith("__main__")
    return program and not (own_start and each.module.split(".")[0] == each.target.split(".")[0])


DOORS = (
    from_frame_only_what_is_published,
    sync_knows_neither_frame_nor_admin,
    frame_does_not_know_admin,
    admin_opens_no_workshop,
    admin_knows_only_the_frames_control_client,
    workshops_do_not_know_each_other,
    jobs_are_handed_their_handlers,
    ground_floor_knows_no_room,
    immich_and_library_know_no_workshop,
    nothing_imports_a_program,
)

LIVES_IN = {
    "requests": ("sync.immich", "sync.notices"),
    "urllib3": ("sync.immich", "sync.notices"),
    "http": ("sync.immich", "sync.notices"),
    "flask": ("admin",),
    "werkzeug": ("admin",),
    "waitress": ("admin",),
    "click": ("admin.cli",),
    "paho": ("admin.mqtt",),
    "gpiozero": ("frame.hands",),
    "inky": ("frame.displays",),
    "segno": ("admin", "frame.overlays"),
    "pygame": ("frame.displays",),
    "PIL": (
        "frame.render",
        "frame.displays",
        "frame.transitions",
        "frame.overlays",
        "sync.mirror",
    ),
    "pillow_heif": ("frame.render", "sync.mirror"),
    "exiftool": ("sync.writeback",),
    "sqlite_utils": ("sync.library",),
    "tomlkit": ("sync.settings.file", "sync.settings.text", "sync.secrets", "admin.cli.provision"),
    "numpy": (),
    "sync.immich.sender": ("sync.immich",),
}
"""Top-level module to the rooms that may import it."""


@pytest.mark.parametrize("is_forbidden", DOORS, ids=lambda door: door.__name__)
def test_every_door(is_forbidden) -> None:
    assert [str(each) for each in IMPORTS if is_forbidden(each)] == []


@pytest.mark.parametrize("library", LIVES_IN)
def test_each_library_stays_in_its_room(library: str) -> None:
    users = [each for each in IMPORTS if is_below(each.target, library)]
    assert [str(each) for each in users if not is_below(each.module, *LIVES_IN[library])] == []


@pytest.mark.parametrize(
    ("module", "source", "door"),
    [
        ("frame.player", "def late():\n    from sync.library import photos", from_frame_only_what_is_published),
        ("frame.player", "import sync.secrets", from_frame_only_what_is_published),
        ("frame.player", "from sync import library", from_frame_only_what_is_published),
        ("admin.pages.now", "from frame.player import Player", admin_knows_only_the_frames_control_client),
        ("admin.pages.now", "from sync.immich import client", admin_opens_no_workshop),
        ("sync.smart.apply", "from sync.mirror.plan import Plan", workshops_do_not_know_each_other),
        ("sync.jobs.lanes", "import sync.mirror.plan", jobs_are_handed_their_handlers),
        ("frame.show", "from frame.daemon import run", nothing_imports_a_program),
        ("sync.daemon", "import admin.cli", nothing_imports_a_program),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_walk_sees_what_it_forbids(module: str, source: str, door) -> None:
    assert any(door(each) for each in imports_of(source, module))


def test_imports_for_type_checkers_open_no_door() -> None:
    source = "if TYPE_CHECKING:\n    from PIL.Image import Image\nelse:\n    import flask\n"
    assert [each.target for each in imports_of(source, "frame.x")] == ["flask"]


def test_the_walk_is_not_empty() -> None:
    assert {each.module.split(".")[0] for each in IMPORTS} == set(ROOMS)
    assert len(IMPORTS) > 200


def loaded_by(module: str) -> set[str]:
    """Top-level names that importing `module` leaves in a fresh interpreter."""
    program = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def ours_loaded_by(module: str) -> set[str]:
    """The same of our own modules, with their whole names."""
    program = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split() if name.split(".")[0] in ROOMS and "." in name}


FOREIGN = {"requests", "urllib3", "flask", "werkzeug", "sqlite_utils", "exiftool", "tomlkit", "click"}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("frame.daemon", FOREIGN | {"PIL", "pygame", "http", "asyncio", "admin", "msgspec", "sqlite3", "zoneinfo"}),
        ("frame.control", FOREIGN | {"PIL", "pygame", "asyncio", "admin"}),
        ("frame.render.worker", FOREIGN | {"pygame", "http", "asyncio", "admin", "sqlite3", "msgspec", "zoneinfo"}),
        ("frame.player", FOREIGN | {"PIL", "pygame", "http", "asyncio", "admin", "gpiozero", "segno", "ctypes"}),
    ],
)
def test_what_a_process_of_the_frame_pulls_in(module: str, forbidden: set[str]) -> None:
    assert loaded_by(module) & forbidden == set()


def test_the_frame_starts_its_decoder_before_it_loads_anything_else() -> None:
    """All of ours that `import frame.daemon` opens: what joins this list keeps the first photo from the wall."""
    assert ours_loaded_by("frame.daemon") == {
        "frame.assemble", "frame.control", "frame.control_server", "frame.daemon", "frame.render",
        "frame.render.memory", "frame.render.renderer", "sync.clock", "sync.errors", "sync.home", "sync.notify",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("module", "late"),
    [
        ("frame.player", ("frame.overlays.fonts", "frame.overlays.writing", "frame.displays", "frame.transitions")),
        ("frame.render.worker", ("frame.overlays", "frame.player", "sync.settings", "sync.catalogue")),
    ],
)
def test_what_the_first_photo_does_not_need_is_loaded_later(module: str, late: tuple[str, ...]) -> None:
    assert {name for name in ours_loaded_by(module) if is_below(name, *late)} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_of_the_house_names_every_file_and_room_in_it(room: str) -> None:
    page = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    part = page.partition(f"**`{room}/`")[2].partition("\n**`")[0]
    here = [f"{path.name}/" if path.is_dir() else path.name for path in (TOP / room).iterdir()]
    named = [name for name in here if not name.startswith("__")]
    assert [name for name in named if f"`{name}`" not in part] == []


def test_no_test_file_stands_on_another() -> None:
    """What several share has a file that says so, and is found by its name."""
    found = [
        each
        for path in sorted((TOP / "tests").rglob("*.py"))
        for each in imports_of(path.read_text(encoding="utf-8"), str(path.relative_to(TOP)))
        if each.target.startswith("tests.") and each.target.rpartition(".")[2].startswith("test_")
    ]
    assert [str(each) for each in found] == []
