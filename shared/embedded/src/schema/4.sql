-- Sign-ins at vendors that have begun.

CREATE TABLE grants (
    hash       TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    doc        TEXT NOT NULL
) WITHOUT ROWID;
