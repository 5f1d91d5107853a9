//! Claims: one alone, or those of a batch of messages together.
//!
//! How a claim guesses its lane and its row, and learns from a refusal, is told in `lanes.rs`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use deskbridge_core::action::{Action, ActionRecord, Claim};
use deskbridge_core::{Result, Timestamp};

use super::Db;
use super::actions::Row;
use super::item::DOC;
use super::lanes::{line_text, put_row, write_line};
use super::line::Line;
use super::write::{Condition, Reason, TRIES, Written, pause, too_busy, write};

/// A claim's two writes stand in one transaction with those of others, up to this many claims: a
/// batch of messages, well below the 100 writes and 4 MB that a transaction may hold.
const TOGETHER: usize = 10;
/// How often claims that stand together are tried; then each goes its own way, so that one busy lane
/// holds nobody up.
const TRIES_TOGETHER: u32 = 2;

/// A claim under way, and what its two items are taken to hold; at first, nothing.
struct Claiming<'a> {
    action: &'a Action,
    line: Option<String>,
    row: Option<Row>,
    answer: Option<Result<Claim>>,
}

pub(super) async fn claim(db: &Db, action: &Action, now: Timestamp) -> Result<Claim> {
    let mut claim = Claiming::new(action);
    claim_alone(db, &mut claim, now).await;
    claim.answered()
}

/// Claims the actions; the answers are in the order asked. Those of one order key go one after the
/// other, since an item may stand in a transaction only once.
pub(super) async fn claim_all(db: &Db, actions: &[&Action], now: Timestamp) -> Vec<Result<Claim>> {
    let mut claims: Vec<_> = actions.iter().map(|action| Claiming::new(action)).collect();
    let mut lanes = BTreeSet::new();
    let (mut together, mut after): (Vec<_>, Vec<_>) = claims
        .iter_mut()
        .partition(|claim| lanes.insert(&claim.action.order_key));
    for claims in together.chunks_mut(TOGETHER) {
        claim_together(db, claims, now).await;
    }
    for claim in &mut after {
        claim_alone(db, claim, now).await;
    }
    claims.into_iter().map(Claiming::answered).collect()
}

async fn claim_together(db: &Db, claims: &mut [&mut Claiming<'_>], now: Timestamp) {
    if claims.len() > 1 {
        for tries in 0..TRIES_TOGETHER {
            if let Ok(true) = try_claims(db, claims, now, tries).await {
                return;
            }
        }
    }
    for claim in claims {
        claim_alone(db, claim, now).await;
    }
}

async fn claim_alone(db: &Db, claim: &mut Claiming<'_>, now: Timestamp) {
    for tries in 0..TRIES {
        match try_claims(db, &mut [&mut *claim], now, tries).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                claim.answer = Some(Err(error));
                return;
            }
        }
    }
}

/// Writes all claims that are still open, or learns what stands in their way. Returns whether all
/// are answered.
async fn try_claims(
    db: &Db,
    claims: &mut [&mut Claiming<'_>],
    now: Timestamp,
    tries: u32,
) -> Result<bool> {
    let (mut writes, mut open) = (Vec::new(), Vec::new());
    for claim in claims.iter_mut().filter(|claim| claim.answer.is_none()) {
        let (answer, own) = plan_claim(db, claim, now)?;
        if own.is_empty() {
            claim.answer = Some(Ok(answer));
        } else {
            writes.extend(own);
            open.push((claim, answer));
        }
    }
    if writes.is_empty() {
        return Ok(true);
    }
    match write(db, writes).await? {
        Written::Done => {
            for (claim, answer) in open {
                claim.answer = Some(Ok(answer));
            }
            Ok(true)
        }
        Written::Refused(reasons) => {
            pause(&reasons, tries).await;
            let mut reasons = reasons.into_iter();
            for (claim, _) in open {
                claim.learn(reasons.next(), reasons.next())?;
            }
            Ok(false)
        }
    }
}

/// Returns what to answer and what must be written for it to be true.
fn plan_claim(
    db: &Db,
    seen: &Claiming<'_>,
    now: Timestamp,
) -> Result<(Claim, Vec<TransactWriteItem>)> {
    let action = seen.action;
    let mut line = Line::read(seen.line.as_deref())?;
    let stored = seen.row.as_ref().filter(|row| !row.expired(now));
    let mut record = stored.map_or_else(
        || ActionRecord::new(action.clone(), now),
        |row| row.record.clone(),
    );
    let behind = line.behind(&action.id).map(str::to_owned);
    let claim = record.claim(now, behind);
    if stored.is_some_and(|row| row.record == record) {
        return Ok((claim, Vec::new()));
    }
    // Also when it is behind: later claims must see it in line.
    line.claimed(&record);
    let row = seen.row.as_ref().map(|row| row.text.as_str());
    let writes = vec![
        write_line(db, &action.order_key, seen.line.as_deref(), &line)?,
        put_row(db, &record, Condition::unchanged(DOC, row))?,
    ];
    Ok((claim, writes))
}

impl<'a> Claiming<'a> {
    fn new(action: &'a Action) -> Self {
        Self {
            action,
            line: None,
            row: None,
            answer: None,
        }
    }

    fn answered(self) -> Result<Claim> {
        self.answer.unwrap_or_else(|| Err(too_busy("a lane")))
    }

    fn learn(&mut self, of_line: Option<Reason>, of_row: Option<Reason>) -> Result<()> {
        if let Some(Reason::Refused(found)) = of_line {
            self.line = line_text(found);
        }
        if let Some(Reason::Refused(found)) = of_row {
            self.row = found.as_ref().map(Row::read).transpose()?;
        }
        Ok(())
    }
}
