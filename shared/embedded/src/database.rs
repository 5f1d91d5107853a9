//! The file, its one writer and its readers.

mod job;
mod readers;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::{Result, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::from_sqlite;
use crate::home::Home;
use crate::queue::receive::free_messages;
use crate::schema::migrate;
use crate::store::actions::free_claims;
pub(crate) use job::Safety;
use job::Work;
use readers::Readers;
use writer::Writer;

pub use writer::Written;

/// How long a backup, or a person's shell, may hold the file before a write fails.
const BUSY: Duration = Duration::from_secs(5);
const STATEMENTS: usize = 64;

pub(crate) struct Database {
    readers: Readers,
    writer: Writer,
}

impl Database {
    /// `now` is when whatever a process before this one still held is free again.
    pub(crate) fn open(home: Home, now: Timestamp) -> Result<Self> {
        let mut db = connect(&home, OpenFlags::SQLITE_OPEN_READ_WRITE, 4_000)?;
        prepare_file(&mut db)?;
        recover(&db, now)?;
        let readers = Readers::start(|| connect(&home, OpenFlags::SQLITE_OPEN_READ_ONLY, 1_000))?;
        let writer = Writer::start(db, home);
        Ok(Self { readers, writer })
    }

    /// Runs `work` in a transaction, perhaps together with others, and returns once it is on the
    /// disk. An error, or a panic, undoes what this one did and no other.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_then(Safety::PowerCut, work, |_: &T| {}).await
    }

    /// As `write`, as safe as asked for; `then` runs after the commit even if the caller has gone
    /// away by then.
    pub(crate) async fn write_then<T: Send + 'static>(
        &self,
        safety: Safety,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T> {
        let (work, answer) = Work::new(safety, work, then);
        self.writer.send(Box::new(work)).await?;
        answer.get().await
    }

    /// Runs `work` on what is committed by now.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (work, answer) = Work::new(Safety::Crash, work, |_: &T| {});
        self.readers.send(Box::new(work))?;
        answer.get().await
    }

    pub(crate) fn written(&self) -> Written {
        self.writer.written()
    }
}

fn connect(home: &Home, mode: OpenFlags, cache_kib: i64) -> Result<Connection> {
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let db = Connection::open_with_flags(home.database(), flags)?;
        db.busy_timeout(BUSY)?;
        // Or SQLite looks at the values bound to some statements, and prepares these every time.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        db.pragma_update(None, "cache_size", -cache_kib)?;
        db.pragma_update(None, "temp_store", "memory")?;
        Ok(db)
    };
    open().map_err(from_sqlite)
}

/// The directory's lock says that nobody else is at work: what is claimed or in flight was left by
/// a process that is gone, and need not wait for its lease to end.
fn recover(db: &Connection, now: Timestamp) -> Result<()> {
    free_claims(db, now)?;
    free_messages(db, now).map(drop)
}

fn prepare_file(db: &mut Connection) -> Result<()> {
    let set = |name: &str, value: &str| db.pragma_update(None, name, value).map_err(from_sqlite);
    set("journal_mode", "wal")?;
    set("journal_size_limit", "67108864")?;
    migrate(db)
}

/// Everything that hands work to the database holds it like this.
pub(crate) type Shared = Arc<Database>;

#[cfg(test)]
mod tests;
