//! Looks whether an action took effect whose answer was lost.

use std::time::Duration;

use deskbridge_core::connector::{Call, Found};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use super::params::target;
use super::{done, mark, resolve};
use crate::kayako::client::Job;
use crate::kayako::types::{Case, Post, Tag};
use crate::text::encode;

const LIST_CASES: &str = "GET /cases.json";
/// How far Kayako's clock may lie behind ours.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// How many of a conversation's newest posts are read.
const MAX_POSTS: usize = 50;
/// The longest page of a list.
const PAGE: usize = 100;
/// How far back a list is read whose filter Kayako did not honour: 1,000 conversations.
const MAX_PAGES: usize = 10;

pub(in crate::kayako) async fn look_up(job: &Job<'_>) -> Result<Found> {
    let call = job.call;
    match (call.operation.name, call.text("note")) {
        ("create_conversation", _) => created(job).await,
        ("add_note" | "set_status", Some(note)) => posted(job, "NOTES", note).await,
        ("add_reply", _) => posted(job, "MESSAGES", call.required("reply")?).await,
        ("set_status", None) => status_stands(job).await,
        // Everything else does no harm when it is sent again.
        _ => Ok(Found::Absent),
    }
}

/// Lists are newest change first. Should the filter not be honoured, the list is read on until it
/// comes to what was last changed before our first request: only then is absence certain.
async fn created(job: &Job<'_>) -> Result<Found> {
    let mark = mark(job.call);
    let since = since(job.call);
    for page in 0..MAX_PAGES {
        let cases = tagged(job, &mark, page).await?;
        if let Some(case) = cases.iter().find(|case| tags(case).contains(&Some(&mark))) {
            return Ok(Found::Done(done(job.call, case.id)));
        }
        if cases.iter().any(has_nameless_tags) {
            return Err(inconclusive(
                "Kayako lists conversations without the names of their tags",
            ));
        }
        let last = cases.last().and_then(|case| case.updated_at.as_deref());
        let is_older = last.and_then(Timestamp::parse).is_some_and(|at| at < since);
        if cases.len() < PAGE || is_older {
            return Ok(Found::Absent);
        }
    }
    Err(inconclusive(
        "too many conversations have changed since the call",
    ))
}

/// Tags come as bare references unless `include` asks for more.
async fn tagged(job: &Job<'_>, mark: &str, page: usize) -> Result<Vec<Case>> {
    let (filter, offset) = (encode(mark), page * PAGE);
    let query = format!("tags={filter}&fields=%2Btags&include=tag&limit={PAGE}&offset={offset}");
    job.client
        .read(&format!("/cases.json?{query}"), LIST_CASES)
        .await
}

/// A look-up that could not tell. It is made again, and then left to a person.
fn inconclusive(why: &str) -> Error {
    let error = Error::new(ErrorKind::Malformed, why).with_call(LIST_CASES);
    error.with_retry(Retry::Later(None))
}

fn has_nameless_tags(case: &Case) -> bool {
    case.tags.is_none() || tags(case).contains(&None)
}

fn tags(case: &Case) -> Vec<Option<&str>> {
    case.tags.iter().flatten().map(Tag::name).collect()
}

async fn posted(job: &Job<'_>, filter: &str, text: &str) -> Result<Found> {
    let id = target(job.call)?;
    let path = format!("/cases/{id}/posts.json?filters={filter}&limit={MAX_POSTS}");
    let posts: Vec<Post> = job.client.read(&path, "GET /cases/{id}/posts.json").await?;
    let since = since(job.call);
    let ours = |post: &Post| is_since(post, since) && is_same(post, text);
    let is_there = posts.iter().any(ours);
    let more = posts.len() >= MAX_POSTS && posts.last().is_some_and(|post| is_since(post, since));
    if !is_there && more {
        return Err(inconclusive("too many posts were added since the call"));
    }
    Ok(found(job.call, id, is_there))
}

async fn status_stands(job: &Job<'_>) -> Result<Found> {
    let id = target(job.call)?;
    let wanted = resolve::status(job, job.call.required("status")?).await?;
    let path = format!("/cases/{id}.json");
    let case: Case = job.client.read(&path, "GET /cases/{id}.json").await?;
    let stands = case.status.is_some_and(|status| status.id == wanted.id);
    Ok(found(job.call, id, stands))
}

fn found(call: &Call<'_>, id: u64, is_done: bool) -> Found {
    if is_done {
        Found::Done(done(call, id))
    } else {
        Found::Absent
    }
}

fn since(call: &Call<'_>) -> Timestamp {
    call.first_sent_at.unwrap_or(call.now) - CLOCK_SKEW
}

fn is_since(post: &Post, since: Timestamp) -> bool {
    let created_at = post.created_at.as_deref().and_then(Timestamp::parse);
    created_at.is_none_or(|at| at >= since)
}

/// Kayako may wrap a text in HTML or escape what is in it, so each of the forms that it may have
/// there is held against each that it may have here.
fn is_same(post: &Post, text: &str) -> bool {
    let theirs = forms(post.contents.as_deref().unwrap_or_default());
    let ours = forms(text);
    let mut ours = ours.iter().filter(|form| !form.is_empty());
    ours.any(|form| theirs.contains(form))
}

/// As it stands, unescaped, and without tags; spaces never count.
fn forms(text: &str) -> [String; 3] {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect();
    [
        bare(text),
        bare(&unescape(text)),
        bare(&unescape(&without_tags(text))),
    ]
}

fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 6] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let text = text.to_owned();
    ENTITIES
        .iter()
        .fold(text, |text, (entity, plain)| text.replace(entity, plain))
}

fn without_tags(html: &str) -> String {
    let mut pieces = html.split('<');
    let first = pieces.next().unwrap_or_default();
    let after_tags = pieces.map(|piece| piece.split_once('>').map_or("", |(_, after)| after));
    std::iter::once(first).chain(after_tags).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(theirs: &str, ours: &str) -> bool {
        let contents = Some(theirs.to_owned());
        let created_at = None;
        is_same(
            &Post {
                contents,
                created_at,
            },
            ours,
        )
    }

    #[test]
    fn a_post_is_known_again_through_its_wrapping() {
        for theirs in [
            "CPU > 90 % & rising\non web-1",
            " CPU > 90 % & rising\r\non web-1 ",
            "<p>CPU &gt; 90 % &amp; rising<br />on web-1</p>",
            "CPU &gt; 90&nbsp;% &amp; rising\non web-1",
        ] {
            assert!(same(theirs, "CPU > 90 % & rising\non web-1"), "{theirs}");
        }
        assert!(same("a <b>c</b> d", "a <b>c</b> d"));
        assert!(same("a &lt;b&gt;c d", "a <b>c d"));
    }

    #[test]
    fn another_text_is_not_the_same() {
        assert!(!same("Acknowledged by 山田 today", "Acknowledged by 山田"));
        assert!(!same("", "<br>"));
        assert!(!same("<hr>", "<br>"));
    }
}
