"""The library's items and their tags. Paths here lie within the library's folder, so that it can be moved."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlalchemy import delete as delete_from

from drover.policy.media import Candidate, Stock, Wanted
from drover.store.schema import material_tags, materials, media_uses
from drover.wire.materials import Material
from drover.wire.media import MediaFacts, MediaFile, MediaKind, UseState


def add(
    conn: Connection, facts: MediaFacts, *, name: str, path: str, tags: Sequence[str], note: str, now: datetime
) -> tuple[Material, bool]:
    """(the item, whether it was there already). An item with the same content gets the new tags and keeps its rest."""
    row = conn.execute(select(materials).where(materials.c.sha256 == facts.sha256)).first()
    if row is not None:
        known = _material(row)
        return change(conn, known.id, tags=[*known.tags, *tags], note=None) or known, True
    values: dict[str, Any] = {
        "name": name,
        "path": path,
        "sha256": facts.sha256,
        "kind": facts.kind.value,
        "media_type": facts.media_type,
        "size": facts.size,
        "width": facts.width,
        "height": facts.height,
        "duration_s": facts.duration_s,
        "tags": _unique(tags),
        "note": note,
        "created_at": now,
    }
    new = conn.execute(insert(materials).values(**values).returning(materials)).one()
    _set_tags(conn, new.id, values["tags"])
    return _material(new), False


def get(conn: Connection, material_id: int) -> Material | None:
    """One item."""
    row = conn.execute(select(materials).where(materials.c.id == material_id)).first()
    return None if row is None else _material(row)


def page(
    conn: Connection, *, kind: MediaKind | None = None, tags: Sequence[str] = (), page: int = 1, page_size: int = 20
) -> tuple[int, list[Material]]:
    """How many items match, and one page of them, newest first; `page` counts from 1."""
    where = _where(kind, tags)
    total = int(conn.execute(select(func.count()).select_from(materials).where(*where)).scalar_one())
    query = select(materials).where(*where).order_by(materials.c.id.desc())
    rows = conn.execute(query.limit(page_size).offset((page - 1) * page_size))
    return total, [_material(row) for row in rows]


def change(conn: Connection, material_id: int, *, tags: Sequence[str] | None, note: str | None) -> Material | None:
    """Set tags and note where they are given; None if there is no such item."""
    values: dict[str, Any] = {} if note is None else {"note": note}
    if tags is not None:
        values["tags"] = _unique(tags)
        _set_tags(conn, material_id, values["tags"])
    if values:
        conn.execute(update(materials).where(materials.c.id == material_id).values(**values))
    return get(conn, material_id)


def delete_unless_held(conn: Connection, item: Material) -> list[int]:
    """Forget the item, unless tasks hold it: then their ids, and nothing is changed.

    Its uses stay, so that the same content is not published twice when it comes again.
    """
    held = (media_uses.c.key == key_of(item.sha256)) & (media_uses.c.state == UseState.RESERVED.value)
    holders = list(conn.execute(select(media_uses.c.task_id).where(held).order_by(media_uses.c.task_id)).scalars())
    if not holders:
        conn.execute(delete_from(materials).where(materials.c.id == item.id))
    return holders


def paths(conn: Connection) -> set[str]:
    """Every file that belongs to an item."""
    return set(conn.execute(select(materials.c.path)).scalars())


# --- as candidates of a choice ------------------------------------------------------------------------------------


def key_of(sha256: str) -> str:
    """How uses name the content of an item."""
    return f"sha256:{sha256}"


def unused(conn: Connection, want: Wanted) -> Iterator[Candidate]:
    """Items of the wanted kind and tags that may be chosen for the account, oldest first, read as needed."""
    query = select(materials).where(*_where(want.kind, want.tags), ~_taken(want)).order_by(materials.c.id)
    with conn.execute(query) as rows:
        for row in rows:
            item = _material(row)
            file = MediaFile(
                path=item.path,
                kind=item.kind,
                media_type=item.media_type,
                size=item.size,
                material_id=item.id,
                name=item.name,
            )
            yield Candidate(key=key_of(item.sha256), file=file, facts=facts_of(item), name=item.name)


def stock(conn: Connection, want: Wanted) -> Stock:
    """How many there are, and how many of them are used or reserved."""
    where = _where(want.kind, want.tags)
    matching = select(func.count()).select_from(materials).where(*where)
    used = matching.where(_taken(want))
    return Stock(matching=int(conn.execute(matching).scalar_one()), used=int(conn.execute(used).scalar_one()))


def facts_of(item: Material) -> MediaFacts:
    """What is known of an item's content."""
    return MediaFacts(
        kind=item.kind,
        media_type=item.media_type,
        size=item.size,
        width=item.width,
        height=item.height,
        duration_s=item.duration_s,
        sha256=item.sha256,
    )


def _taken(want: Wanted) -> ColumnElement[bool]:
    """Whether it is used or reserved: by the account, or where a file is published once by any account."""
    use = select(media_uses.c.id).where(media_uses.c.key == "sha256:" + materials.c.sha256)
    if not want.once:
        use = use.where(media_uses.c.account == want.holder)
    return use.correlate(materials).exists()


def _where(kind: MediaKind | None, tags: Sequence[str]) -> list[ColumnElement[bool]]:
    """Of this kind, with all of the tags."""
    where: list[ColumnElement[bool]] = [] if kind is None else [materials.c.kind == kind.value]
    for tag in tags:
        tagged = select(material_tags.c.material_id).where(material_tags.c.tag == tag)
        where.append(materials.c.id.in_(tagged))
    return where


def _set_tags(conn: Connection, material_id: int, tags: Sequence[str]) -> None:
    conn.execute(delete_from(material_tags).where(material_tags.c.material_id == material_id))
    known = conn.execute(select(materials.c.id).where(materials.c.id == material_id)).first()
    if tags and known is not None:
        conn.execute(insert(material_tags), [{"tag": tag, "material_id": material_id} for tag in tags])


def _unique(tags: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(tags))


_VIEWED: Final = ("used_by", "available")
"""What a reader sees of an item's uses; not its own columns."""


def _material(row: Any) -> Material:
    values: dict[str, Any] = {name: getattr(row, name) for name in Material.__struct_fields__ if name not in _VIEWED}
    values["kind"] = MediaKind(row.kind)
    return Material(**values)
