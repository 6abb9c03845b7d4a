"""Make all golden images anew: `python -m tests.golden.regenerate`. Look at what changed before it is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from frame.render.renderer import Renderer
from tests.golden.cases import CASES, FOLDER, golden_images, made
from tests.golden.panels import PANELS, path_of


def main() -> None:
    """Write every case's picture, and take away those that no case names any more."""
    for old in golden_images() - {case.path for case in CASES}:
        old.unlink()
    renderer = Renderer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for case in CASES:
                kept = case.kept(made(case, renderer, Path(folder)))
                kept.save(case.path, optimize=True, quality=97, subsampling=0)
    finally:
        renderer.close()
    for name, draw in PANELS.items():
        draw().save(path_of(name), optimize=True)
    print(f"{len(CASES) + len(PANELS)} golden images in {FOLDER}")


if __name__ == "__main__":
    main()
