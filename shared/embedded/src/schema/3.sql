-- Who may use the management API, and what they changed.

CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    doc  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE changes (
    id  TEXT NOT NULL,
    at  INTEGER NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX changes_by_time ON changes (at, id);
