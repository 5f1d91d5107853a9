use deskbridge_core::Timestamp;
use std::sync::mpsc::channel;

use deskbridge_core::{Error, ErrorKind};
use futures::future::join_all;
use tempfile::TempDir;

use super::*;

type BoxedWork<T> = Box<dyn FnOnce(&Connection) -> Result<T> + Send>;

fn open() -> (TempDir, Database) {
    let dir = tempfile::tempdir().unwrap();
    let database =
        Database::open(Home::claim(dir.path()).unwrap(), Timestamp::from_millis(0)).unwrap();
    (dir, database)
}

fn put(db: &Connection, name: &str) -> Result<()> {
    let put = "INSERT INTO credentials (name, doc) VALUES (?1, '{}')";
    db.execute(put, [name]).map(drop).map_err(from_sqlite)
}

async fn names(database: &Database) -> Vec<String> {
    let names = database.read(|db| {
        let query = "SELECT name FROM credentials ORDER BY name";
        let mut statement = db.prepare(query).map_err(from_sqlite)?;
        let names = statement.query_map([], |row| row.get(0));
        names.and_then(Iterator::collect).map_err(from_sqlite)
    });
    names.await.unwrap()
}

/// Holds the writer up until all of `jobs` have been handed in, so that they share a commit.
async fn together<T: Send + 'static>(
    database: &Database,
    jobs: Vec<BoxedWork<T>>,
) -> Vec<Result<T>> {
    let (go, wait) = channel::<()>();
    let first = database.write(move |_| Ok(wait.recv().is_ok()));
    let rest = join_all(jobs.into_iter().map(|job| database.write(job)));
    let release = async move {
        tokio::task::yield_now().await;
        go.send(()).unwrap();
    };
    let (first, rest, ()) = tokio::join!(first, rest, release);
    assert!(first.unwrap());
    rest
}

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let (_dir, database) = open();
    let jobs =
        (0..100).map(|n| -> BoxedWork<()> { Box::new(move |db| put(db, &format!("{n:03}"))) });
    let answers = together(&database, jobs.collect()).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(names(&database).await.len(), 100);
    let written = database.written();
    assert_eq!(written.jobs, 101);
    assert!(written.commits <= 2, "{}", written.commits);
}

#[tokio::test]
async fn failing_work_undoes_nothing_but_its_own() {
    let (_dir, database) = open();
    let answers = together(
        &database,
        vec![
            Box::new(|db| put(db, "before")),
            Box::new(|db| {
                put(db, "refused")?;
                Err(Error::new(ErrorKind::Conflict, "refused"))
            }),
            Box::new(|db| {
                put(db, "panicked")?;
                panic!("as a bug would")
            }),
            Box::new(|db| put(db, "before")),
            Box::new(|db| put(db, "after")),
        ],
    )
    .await;
    let kinds: Vec<_> = answers
        .into_iter()
        .map(|a| a.map_err(|e| e.kind()))
        .collect();
    let unavailable = Err(ErrorKind::Unavailable);
    let expected = [
        Ok(()),
        Err(ErrorKind::Conflict),
        unavailable,
        unavailable,
        Ok(()),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(names(&database).await, ["after", "before"]);
}

#[tokio::test]
async fn a_full_disk_is_said_and_passes() {
    let (_dir, database) = open();
    let limit = |pages: i64| {
        database.write(move |db| {
            let limit = db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
            limit.map_err(from_sqlite)
        })
    };
    limit(1).await.unwrap();
    let long = "long ".repeat(10_000);
    let text = long.clone();
    let refused = database.write(move |db| put(db, &text)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert!(refused.message().contains("full"), "{refused}");
    assert_eq!(names(&database).await, [] as [&str; 0]);
    limit(1_000_000).await.unwrap();
    database.write(move |db| put(db, &long)).await.unwrap();
    assert_eq!(names(&database).await.len(), 1);
}

#[tokio::test]
async fn a_read_sees_every_finished_write() {
    let (_dir, database) = open();
    for n in 0..50 {
        database
            .write(move |db| put(db, &format!("{n:03}")))
            .await
            .unwrap();
        assert_eq!(names(&database).await.len(), n + 1);
    }
}

#[tokio::test]
async fn a_read_that_panics_does_not_end_reading() {
    let (_dir, database) = open();
    for _ in 0..4 {
        let panicked: Result<()> = database.read(|_| panic!("as a bug would")).await;
        assert_eq!(panicked.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!(names(&database).await, [] as [&str; 0]);
}

#[tokio::test]
async fn reading_cannot_write() {
    let (_dir, database) = open();
    let refused = database.read(|db| put(db, "name")).await.unwrap_err();
    assert!(refused.message().contains("read-only"), "{refused}");
}
