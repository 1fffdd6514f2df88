-- The first schema, as a snapshot that never follows later changes; schema.py says what the columns mean.

CREATE TABLE tasks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, serial VARCHAR NOT NULL, username VARCHAR,
    account VARCHAR NOT NULL, platform VARCHAR NOT NULL, package VARCHAR NOT NULL, script_name VARCHAR NOT NULL,
    script_config TEXT NOT NULL, media TEXT, source VARCHAR NOT NULL, group_id VARCHAR NOT NULL,
    priority INTEGER NOT NULL, status INTEGER NOT NULL, reason VARCHAR, remark TEXT NOT NULL,
    effect VARCHAR NOT NULL, retry_safe BOOLEAN NOT NULL, created_at BIGINT NOT NULL, scheduled_at BIGINT,
    start_time BIGINT, end_time BIGINT, not_before BIGINT NOT NULL, pause_s FLOAT NOT NULL,
    retry_count INTEGER NOT NULL, max_retry_count INTEGER NOT NULL, attempt INTEGER NOT NULL,
    tries INTEGER NOT NULL, reconciliations INTEGER NOT NULL, reconcile BOOLEAN NOT NULL, last_reason VARCHAR,
    progress INTEGER NOT NULL, step TEXT NOT NULL, evidence TEXT NOT NULL, account_queue VARCHAR NOT NULL,
    held VARCHAR NOT NULL
);
CREATE INDEX ix_tasks_due ON tasks (status, not_before) WHERE status = 0;
CREATE INDEX ix_tasks_group ON tasks (group_id, serial, status, priority DESC, id) WHERE status = 0 AND group_id <> '';
CREATE INDEX ix_tasks_held ON tasks (retry_safe, id, status, held) WHERE status = 0 AND held <> '';
CREATE INDEX ix_tasks_account_queue ON tasks (serial, status, account_queue, priority DESC, id, not_before) WHERE status = 0;
CREATE INDEX ix_tasks_queue ON tasks (serial, status, priority DESC, id, not_before, account_queue) WHERE status = 0;
CREATE INDEX ix_tasks_script_name ON tasks (script_name, id);
CREATE INDEX ix_tasks_serial ON tasks (serial, id);
CREATE INDEX ix_tasks_serial_status ON tasks (serial, status, id);
CREATE INDEX ix_tasks_source ON tasks (source, id);
CREATE INDEX ix_tasks_status ON tasks (status, id);

CREATE TABLE attempts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, task_id INTEGER NOT NULL, attempt INTEGER NOT NULL,
    serial VARCHAR NOT NULL, boot_id VARCHAR NOT NULL, reconcile BOOLEAN NOT NULL, effect VARCHAR NOT NULL,
    what TEXT NOT NULL, evidence TEXT NOT NULL, began_at BIGINT NOT NULL, intent_at BIGINT, sent_at BIGINT,
    confirmed_at BIGINT, ended_at BIGINT, decision VARCHAR, reason VARCHAR, remark TEXT NOT NULL,
    counted_on VARCHAR, account VARCHAR NOT NULL, files INTEGER NOT NULL,
    FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE
);
CREATE INDEX ix_attempts_account_unknown ON attempts (account) WHERE counted_on IS NOT NULL AND instr(account, '#') > 0;
CREATE INDEX ix_attempts_open ON attempts (id) WHERE ended_at IS NULL;
CREATE INDEX ix_attempts_task ON attempts (task_id);

CREATE TABLE counters (
    serial VARCHAR NOT NULL, script_name VARCHAR NOT NULL, source VARCHAR NOT NULL, status INTEGER NOT NULL,
    n BIGINT NOT NULL, PRIMARY KEY (serial, script_name, source, status)
);

CREATE TABLE task_blocks (
    block INTEGER NOT NULL, status INTEGER NOT NULL, script_name VARCHAR NOT NULL, source VARCHAR NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (block, status, script_name, source)
) WITHOUT ROWID;

CREATE TABLE devices (
    serial VARCHAR NOT NULL, identity TEXT NOT NULL, facts TEXT NOT NULL, tags TEXT NOT NULL, note TEXT NOT NULL,
    last_seen BIGINT, PRIMARY KEY (serial)
);

CREATE TABLE workers (
    pid INTEGER NOT NULL, started_at FLOAT NOT NULL, serial VARCHAR NOT NULL, boot_id VARCHAR NOT NULL,
    PRIMARY KEY (pid, started_at)
);

CREATE TABLE accounts (
    name VARCHAR NOT NULL, platform VARCHAR NOT NULL, username VARCHAR NOT NULL, serial VARCHAR NOT NULL,
    enabled BOOLEAN NOT NULL, package VARCHAR NOT NULL, note TEXT NOT NULL, PRIMARY KEY (name, platform)
);
CREATE INDEX ix_accounts_disabled ON accounts (name, platform) WHERE enabled = 0;
CREATE INDEX ix_accounts_serial ON accounts (serial);

CREATE TABLE logins (
    serial VARCHAR NOT NULL, platform VARCHAR NOT NULL, package VARCHAR NOT NULL, main BOOLEAN NOT NULL,
    username VARCHAR NOT NULL, source VARCHAR NOT NULL, app_version VARCHAR NOT NULL, learned_at BIGINT NOT NULL,
    PRIMARY KEY (serial, platform, package)
);

CREATE TABLE account_use (
    account VARCHAR NOT NULL, day VARCHAR NOT NULL, script_name VARCHAR NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (account, day, script_name)
);

CREATE TABLE account_pauses (
    account VARCHAR NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (account)
);

CREATE TABLE pauses (
    kind VARCHAR NOT NULL, "key" VARCHAR NOT NULL, "by" VARCHAR NOT NULL, active BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL, words TEXT NOT NULL, serial VARCHAR NOT NULL, task_id INTEGER, since BIGINT NOT NULL,
    until BIGINT, times INTEGER NOT NULL, counted_at BIGINT, PRIMARY KEY (kind, "key", "by")
);
CREATE INDEX ix_pauses_active ON pauses (kind, "key") WHERE active = 1;

CREATE TABLE failure_rows (
    serial VARCHAR NOT NULL, reason VARCHAR NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (serial)
);

CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, body TEXT NOT NULL
);

CREATE TABLE settings (
    "key" VARCHAR NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")
);

CREATE TABLE scripts (
    name VARCHAR NOT NULL, spec TEXT NOT NULL, PRIMARY KEY (name)
);

CREATE TABLE idempotency (
    "key" VARCHAR NOT NULL, digest VARCHAR NOT NULL, task_ids TEXT NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY ("key")
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);

CREATE TABLE intake (
    id INTEGER NOT NULL, first_id INTEGER, last_id INTEGER, created_at BIGINT NOT NULL, PRIMARY KEY (id)
);

CREATE TABLE intake_parts (
    intake_id INTEGER NOT NULL, position INTEGER NOT NULL, tasks TEXT NOT NULL, PRIMARY KEY (intake_id, position)
);

CREATE TABLE materials (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR NOT NULL, path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL, kind VARCHAR NOT NULL, media_type VARCHAR NOT NULL, size BIGINT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, duration_s FLOAT, tags TEXT NOT NULL, note TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX ix_materials_kind ON materials (kind, id);
CREATE UNIQUE INDEX ux_materials_sha256 ON materials (sha256);

CREATE TABLE material_tags (
    tag VARCHAR NOT NULL, material_id INTEGER NOT NULL, PRIMARY KEY (tag, material_id),
    FOREIGN KEY(material_id) REFERENCES materials (id) ON DELETE CASCADE
);
CREATE INDEX ix_material_tags_material ON material_tags (material_id);

CREATE TABLE media_uses (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, account VARCHAR NOT NULL, "key" VARCHAR NOT NULL,
    task_id INTEGER NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, file TEXT NOT NULL,
    state VARCHAR NOT NULL, at BIGINT NOT NULL, once BOOLEAN NOT NULL
);
CREATE INDEX ix_media_uses_key ON media_uses ("key");
CREATE INDEX ix_media_uses_task ON media_uses (task_id);
CREATE UNIQUE INDEX ux_media_uses_account_key ON media_uses (account, "key");
CREATE UNIQUE INDEX ux_media_uses_once ON media_uses ("key") WHERE once = 1;

CREATE TABLE text_turns (
    path VARCHAR NOT NULL, turn INTEGER NOT NULL, PRIMARY KEY (path)
);

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, uid INTEGER NOT NULL, pid INTEGER NOT NULL,
    client VARCHAR NOT NULL, address VARCHAR NOT NULL, token_id VARCHAR NOT NULL, route VARCHAR NOT NULL,
    action VARCHAR NOT NULL, ids TEXT NOT NULL, code INTEGER NOT NULL
);

-- One row of the counters and of the blocks changes with each task, within the same statement, whoever wrote it.
CREATE TRIGGER tasks_inserted AFTER INSERT ON tasks
BEGIN
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES (NEW.serial, NEW.script_name, NEW.source, NEW.status, 1)
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n + 1;
    INSERT INTO task_blocks (block, status, script_name, source, n)
    VALUES (NEW.id >> 11, NEW.status, NEW.script_name, NEW.source, 1)
    ON CONFLICT (block, status, script_name, source) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER tasks_deleted AFTER DELETE ON tasks
BEGIN
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES (OLD.serial, OLD.script_name, OLD.source, OLD.status, -1)
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n - 1;
    UPDATE task_blocks SET n = n - 1 WHERE (block, status, script_name, source)
    = (OLD.id >> 11, OLD.status, OLD.script_name, OLD.source);
END;

CREATE TRIGGER tasks_moved AFTER UPDATE OF serial, script_name, source, status ON tasks
WHEN (OLD.serial, OLD.script_name, OLD.source, OLD.status)
IS NOT (NEW.serial, NEW.script_name, NEW.source, NEW.status)
BEGIN
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES (OLD.serial, OLD.script_name, OLD.source, OLD.status, -1)
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n - 1;
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES (NEW.serial, NEW.script_name, NEW.source, NEW.status, 1)
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n + 1;
    UPDATE task_blocks SET n = n - 1 WHERE (block, status, script_name, source)
    = (OLD.id >> 11, OLD.status, OLD.script_name, OLD.source);
    INSERT INTO task_blocks (block, status, script_name, source, n)
    VALUES (NEW.id >> 11, NEW.status, NEW.script_name, NEW.source, 1)
    ON CONFLICT (block, status, script_name, source) DO UPDATE SET n = n + 1;
END;

-- History that was swept leaves nothing behind that a page would have to count past.
CREATE TRIGGER task_blocks_emptied AFTER UPDATE OF n ON task_blocks
WHEN NEW.n = 0
BEGIN
    DELETE FROM task_blocks WHERE (block, status, script_name, source)
    = (NEW.block, NEW.status, NEW.script_name, NEW.source);
END;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- REPLACE removes rows without firing the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
