"""droverctl material: the library of files to publish."""

from collections.abc import Sequence
from pathlib import Path

import click

from drover.wire.faults import RequestError
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
from drover_ctl.csv_import import Importer, files_under
from drover_ctl.exits import Exit, exit_for
from drover_ctl.output import complain
from drover_ctl.progress import counting
from drover_ctl.session import session, shared_options
from drover_ctl.text import duration, file_size, moment

COLUMNS = ("ID", "KIND", "NAME", "SIZE", "PIXELS", "LENGTH", "TAGS", "USED BY", "ADDED")

tags_option = click.option("--tags", default="", metavar="A,B", help="Tags, with commas between them.")


@click.group()
def material() -> None:
    """The library of videos and pictures to publish."""


@material.command()
@click.argument("sources", metavar="DIR|FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@tags_option
@click.option("--note", default="", help="A note on each item.")
@shared_options
@click.pass_context
def add(ctx: click.Context, sources: tuple[Path, ...], tags: str, note: str) -> None:
    """Add files, and those of folders with all that lies within.

    The library keeps copies.

    A file that is there already, under whatever name, is not added twice: its item gets the tags.

    \b
    Example:
      droverctl material add ~/videos/summer --tags summer,beach
    """
    run = session(ctx)
    importer = Importer(run.client, tags=_split(tags), note=note)
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
    if not importer.added and not importer.existing:
        ctx.exit(Exit.FAILED)


@material.command("list")
@click.option("--kind", type=click.Choice([kind.value for kind in MediaKind]), help="Only videos, or only pictures.")
@click.option("--tags", default="", metavar="A,B", help="Only items with all of these tags.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("-n", "--page-size", type=click.IntRange(1, 100), default=20, show_default=True)
@shared_options
@click.pass_context
def list_(ctx: click.Context, kind: str | None, tags: str, page: int, page_size: int) -> None:
    """What is in the library, newest first, and who used it.

    \b
    Example:
      droverctl material list --kind video --tags summer
    """
    run = session(ctx)
    request = ListMaterials(
        kind=None if kind is None else MediaKind(kind), tags=_split(tags), page=page, page_size=page_size
    )
    found = run.ask(request, MaterialPage)
    output = run.output
    rows = [_row(item, moment(item.created_at, output.zone)) for item in found.materials]
    output.table(COLUMNS, rows, found, empty="the library holds nothing of the kind: droverctl material add DIR")
    output.more(total=found.total, page=found.page, page_size=found.page_size)


@material.command()
@click.argument("material_id", metavar="ID", type=click.IntRange(1))
@shared_options
@click.pass_context
def show(ctx: click.Context, material_id: int) -> None:
    """One item and its uses.

    Which account used it, for which task, and whether it may still be chosen.

    \b
    Example:
      droverctl material show 3
    """
    run = session(ctx)
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
@click.option("--note", default=None, help="A note instead of the one there is.")
@shared_options
@click.pass_context
def tag(ctx: click.Context, material_ids: tuple[int, ...], tags: str, note: str | None) -> None:
    """Set the tags of items, instead of those that they have.

    No --tags removes them all.

    \b
    Example:
      droverctl material tag 3 4 --tags winter
    """
    run = session(ctx)
    changed: list[Material] = []
    worst = Exit.OK
    for material_id in dict.fromkeys(material_ids):
        try:
            request = ChangeMaterial(material_id=material_id, tags=_split(tags), note=note)
            changed.append(run.ask(request, Material))
        except RequestError as error:
            complain(error, as_json=run.as_json)
            worst = worst or exit_for(error)
            continue
        run.output.line(f"material {material_id}: {', '.join(changed[-1].tags) or 'no tags'}")
    if run.as_json:
        run.output.json({"materials": changed})
    ctx.exit(worst)


@material.command()
@click.argument("material_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, required=True)
@shared_options
@click.pass_context
def delete(ctx: click.Context, material_ids: tuple[int, ...]) -> None:
    """Remove items and the library's copies of them.

    That an account used them stays known.

    \b
    Example:
      droverctl material delete 3 4
    """
    run = session(ctx)
    deleted: list[int] = []
    worst = Exit.OK
    for material_id in dict.fromkeys(material_ids):
        try:
            run.call(DeleteMaterial(material_id=material_id))
            deleted.append(material_id)
        except RequestError as error:
            complain(error, as_json=run.as_json)
            worst = worst or exit_for(error)
    run.output.line(f"{len(deleted)} deleted", {"deleted": deleted})
    ctx.exit(worst)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


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
