"""droverctl material: the library of files to publish."""

from collections.abc import Sequence
from pathlib import Path

import click

from drover.wire.control import Done
from drover.wire.materials import (
    ChangeMaterial,
    DeleteMaterial,
    GetMaterial,
    ListMaterials,
    Material,
    MaterialDetail,
    MaterialPage,
)
from drover.wire.media import MediaKind
from drover_ctl.commands.each import change_each
from drover_ctl.exits import Exit
from drover_ctl.library_import import Importer, files_under
from drover_ctl.options import page_options
from drover_ctl.progress import counting
from drover_ctl.session import Session, with_session
from drover_ctl.text import duration, file_size, moment, split_list

COLUMNS = ("ID", "KIND", "NAME", "SIZE", "PIXELS", "LENGTH", "TAGS", "USED BY", "ADDED")

tags_option = click.option("--tags", default="", metavar="A,B", help="Comma-separated tags.")


@click.group()
def material() -> None:
    """The library of videos and pictures to publish."""


@material.command()
@click.argument("sources", metavar="DIR|FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@tags_option
@click.option("--note", default="", help="A note on each item.")
@with_session
def add(run: Session, sources: tuple[Path, ...], tags: str, note: str) -> Exit:
    """Add files, and all files in folders.

    The library keeps copies.

    A file whose content is there already is not added twice: its item gets the tags.

    \b
    Example:
      droverctl material add ~/videos/summer --tags summer,beach
    """
    importer = Importer(run.client, tags=split_list(tags), note=note)
    files = files_under(sources)
    output = run.output
    with counting(output, "adding", len(files)) as step:
        for path in files:
            step(path.name)
            importer.add(path)
    for path, why in importer.skipped:
        output.line(f"skipped {path}: {why}")
    for item, warning in importer.warnings:
        output.line(f"material {item.id} ({item.name}) {warning}")
    counts = f"{len(importer.added)} added, {len(importer.existing)} there already, {len(importer.skipped)} skipped"
    data = {
        "added": importer.added,
        "existing": importer.existing,
        "skipped": [{"path": str(path), "why": why} for path, why in importer.skipped],
        "warnings": [{"material_id": item.id, "why": why} for item, why in importer.warnings],
    }
    output.line(counts, data)
    return Exit.OK if importer.added or importer.existing else Exit.FAILED


@material.command("list")
@click.option("--kind", type=click.Choice([kind.value for kind in MediaKind]), help="Only videos, or only pictures.")
@click.option("--tags", default="", metavar="A,B", help="Only items with all of these tags.")
@page_options
@with_session
def list_(run: Session, kind: str | None, tags: str, page: int, page_size: int) -> None:
    """List the library, newest first, and who used what.

    \b
    Example:
      droverctl material list --kind video --tags summer
    """
    request = ListMaterials(
        kind=None if kind is None else MediaKind(kind), tags=split_list(tags), page=page, page_size=page_size
    )
    found = run.ask(request, MaterialPage)
    output = run.output
    rows = [_row(item, moment(item.created_at, output.zone)) for item in found.materials]
    output.table(COLUMNS, rows, found, empty="the library holds nothing of the kind: droverctl material add DIR")
    output.more(total=found.total, page=found.page, page_size=found.page_size)


@material.command()
@click.argument("material_id", metavar="ID", type=click.IntRange(1))
@with_session
def show(run: Session, material_id: int) -> None:
    """Show one item and its uses.

    Which account used it, for which task, and whether it may still be chosen.

    \b
    Example:
      droverctl material show 3
    """
    found = run.ask(GetMaterial(material_id=material_id), MaterialDetail)
    item, zone = found.material, run.output.zone
    uses = [
        f"{use.who or use.account}, {use.state.value}, task {use.task_id}, {moment(use.at, zone)}" for use in found.uses
    ]
    pairs = [
        ("id", str(item.id)),
        ("name", item.name),
        ("kind", f"{item.kind.value} ({item.media_type})"),
        ("size", file_size(item.size)),
        ("pixels", f"{item.width}x{item.height}"),
        ("length", duration(item.duration_s)),
        ("tags", ", ".join(item.tags) or "-"),
        ("note", item.note or "-"),
        ("added", moment(item.created_at, zone)),
        ("available", _available(item)),
        ("sha256", item.sha256),
        ("file", item.path),
        *(("used by", use) for use in uses or ["-"]),
    ]
    run.output.record(pairs, found)


def _available(item: Material) -> str:
    if not item.available:
        return "no, it was used or is reserved, and each item is published once"
    return "to accounts that did not use it" if item.used_by else "yes"


@material.command()
@click.argument("material_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, required=True)
@tags_option
@click.option("--note", default=None, help="A note in place of the old one.")
@with_session
def tag(run: Session, material_ids: tuple[int, ...], tags: str, note: str | None) -> Exit:
    """Replace the tags of items.

    Without --tags all are removed.

    \b
    Example:
      droverctl material tag 3 4 --tags winter
    """

    def change(material_id: int) -> Material:
        request = ChangeMaterial(material_id=material_id, tags=split_list(tags), note=note)
        item = run.ask(request, Material)
        run.output.line(f"material {item.id}: {', '.join(item.tags) or 'no tags'}")
        return item

    changed, code = change_each(run, material_ids, change)
    if run.as_json:
        run.output.json({"materials": changed})
    return code


@material.command()
@click.argument("material_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, required=True)
@with_session
def delete(run: Session, material_ids: tuple[int, ...]) -> Exit:
    """Remove items and the library's copies of them.

    Which accounts used them is remembered.

    \b
    Example:
      droverctl material delete 3 4
    """

    def remove(material_id: int) -> int:
        run.ask(DeleteMaterial(material_id=material_id), Done)
        return material_id

    deleted, code = change_each(run, material_ids, remove)
    run.output.line(f"{len(deleted)} deleted", {"deleted": deleted})
    return code


def _used_by(item: Material) -> str:
    """The accounts that used or reserved it, of several the newest."""
    first = item.used_by[0] if item.used_by else "-"
    return f"{first} and {len(item.used_by) - 1} more" if len(item.used_by) > 1 else first


def _row(item: Material, added: str) -> Sequence[str]:
    return [
        str(item.id),
        item.kind.value,
        item.name,
        file_size(item.size),
        f"{item.width}x{item.height}",
        duration(item.duration_s),
        ",".join(item.tags) or "-",
        _used_by(item),
        added,
    ]
