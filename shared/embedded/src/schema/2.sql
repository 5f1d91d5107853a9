-- Where the watch over a vendor that cannot push stands.
CREATE TABLE cursors (
    integration TEXT NOT NULL,
    connector   TEXT NOT NULL,
    version     INTEGER NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (integration, connector)
) WITHOUT ROWID;
