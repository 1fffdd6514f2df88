"""Packages with scripts, laid out as an installer lays them out, for a daemon whose PYTHONPATH names the folder."""

import shutil
import tomllib
from pathlib import Path


def install(package: Path, into: Path) -> None:
    """The modules of a package folder and the entry points that its pyproject.toml declares."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    for module in package.glob("*.py"):
        if not module.name.startswith("test_"):
            shutil.copy(module, into / module.name)
    _describe(project["name"], project["entry-points"]["drover.scripts"], into)


def install_module(name: str, source: str, into: Path, *, entry: str = "Script") -> None:
    """A package of one module, which has the script's name."""
    module = name.replace("-", "_")
    (into / f"{module}.py").write_text(source)
    _describe(f"drover-{name}", {name: f"{module}:{entry}"}, into)


def _describe(project: str, points: dict[str, str], into: Path) -> None:
    info = into / f"{project.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 0.1.0\n")
    lines = "".join(f"{name} = {target}\n" for name, target in points.items())
    (info / "entry_points.txt").write_text(f"[drover.scripts]\n{lines}")
