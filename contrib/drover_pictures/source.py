"""What the source says of itself, read as syntax and never imported: modules, their imports, their first sentences."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOTS = {"drover": "daemon", "drover_shim": "shim", "drover_ctl": "ctl"}
"""The import packages of the product and the folder that holds each."""


class SourceError(Exception):
    """The code and what is to be drawn of it do not agree; the message names the module."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file of the source."""

    name: str
    path: Path
    is_package: bool
    tree: ast.Module

    @property
    def summary(self) -> str:
        """The first sentence of its docstring, without the full stop; "" without one."""
        first = (ast.get_docstring(self.tree) or "").split("\n")[0]
        return first.split(". ")[0].rstrip(".")


class Source:
    """All modules of the product, by name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = {module.name: module for module in _modules(root)}

    def module(self, name: str) -> Module:
        if name not in self.modules:
            raise SourceError(f"there is no module {name}")
        return self.modules[name]

    def imports(self, name: str) -> set[str]:
        """The modules that this one imports anywhere in its text: ours by full name, others by their first word."""
        found: set[str] = set()
        for node in ast.walk(self.module(name).tree):
            found |= {self._known(target) for target in _targets(node)}
        return found - {""}

    def _known(self, target: str) -> str:
        """The module that an import of this name reads; "" for the standard library."""
        top = target.split(".")[0]
        if top not in ROOTS:
            return "" if top in sys.stdlib_module_names else top
        while target not in self.modules:  # a name in a module
            target = target.rpartition(".")[0]
        return target

    def layers(self, package: str) -> list[list[str]]:
        """The rows of the import-linter contract whose layers have this package, the highest first."""
        with (self.root / "pyproject.toml").open("rb") as file:
            contracts: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
        for contract in contracts:
            rows = [[name.strip() for name in re.split("[:|]", row)] for row in contract.get("layers", [])]
            if any(package in row for row in rows):
                return rows
        raise SourceError(f"pyproject.toml has no import contract with a layer for {package}")


def _modules(root: Path) -> Iterator[Module]:
    for package, folder in ROOTS.items():
        for path in sorted((root / folder / package).rglob("*.py")):
            parts = path.relative_to(root / folder).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            yield Module(name=name, path=path, is_package=is_package, tree=tree)


def _targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
