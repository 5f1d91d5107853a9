-- Each row keeps its record as a JSON document; the columns beside it are what queries need.

CREATE TABLE integrations (
    name    TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE integration_keys (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX integration_keys_by_name ON integration_keys (name);

-- The counts stand before the document, which may be long, and are newer than what it says.
CREATE TABLE events (
    id                TEXT NOT NULL UNIQUE,
    integration       TEXT NOT NULL,
    subject_id        TEXT,
    received_at       INTEGER NOT NULL,
    decision          TEXT NOT NULL,
    duplicates        INTEGER NOT NULL,
    last_duplicate_at INTEGER,
    doc               TEXT NOT NULL
);
CREATE INDEX events_by_time ON events (received_at);
CREATE INDEX events_by_integration ON events (integration, received_at);
CREATE INDEX events_by_subject ON events (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX events_by_decision ON events (decision);
CREATE INDEX events_with_duplicates ON events (duplicates) WHERE duplicates > 0;

-- `position` is the order in a lane: the actions of one order key. `state` is the stage's or the
-- outcome's word, and `waiting` for an action that is behind another one of its lane.
CREATE TABLE actions (
    position  INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    event_id  TEXT NOT NULL,
    order_key TEXT NOT NULL,
    state     TEXT NOT NULL,
    blocks    INTEGER NOT NULL,
    fence     INTEGER NOT NULL,
    due_at    INTEGER,
    waits_for TEXT,
    doc       TEXT NOT NULL
);
CREATE INDEX actions_waiting_for ON actions (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX actions_by_event ON actions (event_id);
CREATE INDEX actions_by_state ON actions (state);
CREATE INDEX actions_in_lane ON actions (order_key, position) WHERE blocks = 1;
CREATE INDEX actions_due ON actions (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE entities (
    integration TEXT NOT NULL,
    connector   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (integration, connector, kind, id)
) WITHOUT ROWID;

CREATE TABLE credentials (
    name TEXT PRIMARY KEY,
    doc  TEXT NOT NULL
) WITHOUT ROWID;

-- AUTOINCREMENT, because a receipt names a position: one that came back would let the receipt of
-- a message that is gone delete another. `head`: no earlier message of the same group is left.
CREATE TABLE messages (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    queue      INTEGER NOT NULL,
    head       INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receives   INTEGER NOT NULL,
    grp        TEXT,
    message_id TEXT,
    body       TEXT NOT NULL
);
CREATE INDEX messages_to_receive ON messages (queue) WHERE head = 1;
CREATE INDEX messages_in_group ON messages (queue, grp) WHERE grp IS NOT NULL;
CREATE INDEX messages_by_id ON messages (queue, message_id)
    WHERE grp IS NULL AND message_id IS NOT NULL;

-- Ids of grouped messages, for five minutes; in the order of sending, so that the oldest ones are
-- found without an index.
CREATE TABLE sent_ids (
    queue   INTEGER NOT NULL,
    grp     TEXT NOT NULL,
    id      TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    UNIQUE (queue, grp, id)
);
