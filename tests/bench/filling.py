"""A database with many tasks in seconds: rows first, then what hangs on each (indexes, counters) once for all."""

import time

from sqlalchemy import Connection

from drover.store.batch import driver_of

_ROWS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO tasks (serial, username, platform, package, script_name, script_config, source, group_id, priority, status,
    reason, remark, effect, retry_safe, created_at, scheduled_at, start_time, end_time, not_before, pause_s,
    retry_count, max_retry_count, attempt, tries, reconciliations, reconcile, last_reason, progress, step, evidence,
    account_queue, held, account)
SELECT 'R58M' || (i % 100), NULL, 'tiktok', '', CASE i % 3 WHEN 0 THEN 'unfollow' ELSE 'follow' END,
    '{{"target_user":"user' || i || '","access_method":"direct"}}', CASE i % 10 WHEN 0 THEN 'ui' ELSE 'api' END, '', 0,
    CASE WHEN i > {rows} - 5000 THEN 0 WHEN i % 10 = 7 THEN 3 ELSE 2 END,
    NULL, '', 'confirmed', 1, {made_at} + i, NULL, {made_at}, {made_at} + 1000000, 0, 0,
    0, 3, 1, 1, 0, 0, NULL, 100, 'done', '["proof.png"]',
    CASE i % 3 WHEN 0 THEN 'unfollow' ELSE 'follow' END || ':tiktok:shop' || (i % 100) || '.' || (i % 4), '', '' FROM n
"""

_HANGS_ON_ROWS = """
SELECT type, name, sql FROM sqlite_master
WHERE tbl_name = 'tasks' AND (type = 'trigger' OR (type = 'index' AND sql IS NOT NULL))
"""
_COUNT = """
INSERT INTO counters (serial, script_name, source, status, n)
SELECT serial, script_name, source, status, COUNT(*) FROM tasks GROUP BY serial, script_name, source, status
"""
_COUNT_BLOCKS = """
INSERT INTO task_blocks (block, status, script_name, source, n)
SELECT id >> 11, status, script_name, source, COUNT(*) FROM tasks GROUP BY 1, 2, 3, 4
"""


_LONG_AGO = 1_700_000_000_000_000


def fill(conn: Connection, rows: int, *, old: int | None = None) -> None:
    """So many tasks of 100 phones into an empty table: the last 5,000 pending, of the others one in ten failed.

    The first `old` of them (all, unless given) were made in 2023, the others now.
    """
    made_at = f"CASE WHEN i <= {rows if old is None else old} THEN {_LONG_AGO} ELSE {time.time_ns() // 1000} END"
    driver = driver_of(conn)
    hangs_on_rows = driver.execute(_HANGS_ON_ROWS).fetchall()
    for kind, name, _ in hangs_on_rows:
        driver.execute(f"DROP {kind} {name}")
    driver.execute(_ROWS.format(rows=rows, made_at=made_at))
    driver.execute(_COUNT)
    driver.execute(_COUNT_BLOCKS)
    for _, _, sql in hangs_on_rows:
        driver.execute(sql)
