"""Which tasks are on a page: exact however deep it lies, without reading the ids before it one by one.

`task_blocks` counts the tasks of each block of ids by what GET /task filters by, but for the phone: triggers keep it.
A page reads those counts, then ids of the few blocks that it lies in. The tasks of one phone are few enough to count
past them in the index.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from drover.store.prepared import Prepared
from drover.store.schema import BLOCK, task_blocks, tasks


def ids(conn: Connection, filters: Mapping[str, Any], *, total: int, skip: int, size: int) -> list[int]:
    """The ids of a page of tasks that match these values, newest first, after so many; `total` of them match."""
    from_newest = skip <= total // 2
    near = skip if from_newest else total - skip - size
    if "serial" in filters or (len(filters) <= 1 and near < BLOCK):
        query = _from_end(tuple(filters), from_newest)
        found = [task_id for (task_id,) in query.tuples(conn, **filters, size=size, skip=near)]
        return found if from_newest else found[::-1]
    return from_blocks(conn, filters, skip=skip, size=size)


def from_blocks(conn: Connection, filters: Mapping[str, Any], *, skip: int, size: int) -> list[int]:
    """The same by the counts of blocks; no filter is the phone."""
    names = tuple(filters)
    found: list[int] = []
    for block, before in _blocks(names).tuples(conn, **filters, skip=skip, upto=skip + size):
        first = block * BLOCK
        bounds = {"first": first, "last": first + BLOCK - 1, "skip": max(skip - before, 0), "size": size - len(found)}
        found += [task_id for (task_id,) in _within(names).tuples(conn, **filters, **bounds)]
    return found


@cache
def _from_end(filters: tuple[str, ...], from_newest: bool) -> Prepared:
    order = tasks.c.id.desc() if from_newest else tasks.c.id.asc()
    query = select(tasks.c.id).where(*matching(tasks.c, filters)).order_by(order)
    return Prepared(query.limit(bindparam("size")).offset(bindparam("skip")))


@cache
def _blocks(filters: tuple[str, ...]) -> Prepared:
    """The blocks that hold a page, newest first, and how many of what matches lie in newer ones."""
    here = select(task_blocks.c.block, func.sum(task_blocks.c.n).label("n"))
    each = here.where(*matching(task_blocks.c, filters)).group_by(task_blocks.c.block).subquery()
    before = (func.sum(each.c.n).over(order_by=each.c.block.desc()) - each.c.n).label("before")
    counted = select(each.c.block, each.c.n, before).subquery()
    page = (counted.c.before + counted.c.n > bindparam("skip"), counted.c.before < bindparam("upto"))
    return Prepared(select(counted.c.block, counted.c.before).where(*page).order_by(counted.c.block.desc()))


@cache
def _within(filters: tuple[str, ...]) -> Prepared:
    between = tasks.c.id.between(bindparam("first"), bindparam("last"))
    query = select(tasks.c.id).where(*matching(tasks.c, filters), between).order_by(tasks.c.id.desc())
    return Prepared(query.limit(bindparam("size")).offset(bindparam("skip")))


def matching(columns: Any, filters: Iterable[str]) -> list[ColumnElement[bool]]:
    """That these columns have the values bound by their names."""
    return [columns[name] == bindparam(name) for name in filters]
