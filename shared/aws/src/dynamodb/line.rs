//! Who stands where in a lane: the unsettled actions of one order key, in the order of their first
//! claim. Pure.

use deskbridge_core::Result;
use deskbridge_core::action::{ActionRecord, Stage};
use serde::{Deserialize, Serialize};

use crate::error::{decode, encode};

const WHAT: &str = "lane";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Line(Vec<Place>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place(String, Stands);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stands {
    /// Later ones wait for it.
    First,
    /// Behind another one, and later ones behind it: nothing but a wake brings it on.
    Waits,
    /// Parked, and nobody needs its result; a person may send it again, and then it is before all
    /// that came after it.
    Aside,
}

impl Line {
    pub(super) fn read(text: Option<&str>) -> Result<Self> {
        text.map_or_else(|| Ok(Self::default()), |text| decode(WHAT, text))
    }

    /// What the lane's item keeps; nothing if nobody is left.
    pub(super) fn text(&self) -> Result<Option<String>> {
        match self.0.is_empty() {
            true => Ok(None),
            false => encode(WHAT, self).map(Some),
        }
    }

    /// The line as a claim leaves it when nobody else is there.
    pub(super) fn alone(id: &str) -> Self {
        Self(vec![Place(id.to_owned(), Stands::First)])
    }

    /// The earliest action that this one must wait for.
    pub(super) fn behind(&self, id: &str) -> Option<&str> {
        let before = self.0.iter().take_while(|place| place.0 != id);
        let mut before = before.filter(|place| place.1 != Stands::Aside);
        before.next().map(|place| place.0.as_str())
    }

    /// Follows a claim. A new action stands last.
    pub(super) fn claimed(&mut self, record: &ActionRecord) {
        self.follow(record, self.0.len());
    }

    /// Follows a settle. An action that is not in line was finished, and is taken up again: it is
    /// older than all that are.
    pub(super) fn settled(&mut self, record: &ActionRecord) {
        self.follow(record, 0);
    }

    fn follow(&mut self, record: &ActionRecord, otherwise: usize) {
        let id = &record.action.id;
        let place = self.0.iter().position(|place| &place.0 == id);
        match (place, stands(record)) {
            (Some(at), Some(stands)) => self.0[at].1 = stands,
            (Some(at), None) => drop(self.0.remove(at)),
            (None, Some(stands)) => self.0.insert(otherwise, Place(id.clone(), stands)),
            (None, None) => {}
        }
    }

    /// Lets the first waiting one go, if nobody before it blocks, and returns its id.
    pub(super) fn wake_next(&mut self) -> Option<String> {
        let mut line = self.0.iter_mut();
        let next = line.find(|place| place.1 != Stands::Aside)?;
        if next.1 != Stands::Waits {
            return None;
        }
        next.1 = Stands::First;
        Some(next.0.clone())
    }
}

fn stands(record: &ActionRecord) -> Option<Stands> {
    match &record.stage {
        Stage::Settled(_) => None,
        Stage::Ready | Stage::Unknown { .. } if record.due_at.is_none() => Some(Stands::Waits),
        _ if record.blocks() => Some(Stands::First),
        _ => Some(Stands::Aside),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_short_text_that_is_the_same_for_the_same_line() {
        let text = Line::alone("act_1").text().unwrap();
        assert_eq!(text.as_deref(), Some(r#"[["act_1","first"]]"#));
        let read = Line::read(text.as_deref()).unwrap();
        assert_eq!(read, Line::alone("act_1"));
        assert_eq!(Line::default().text().unwrap(), None);
    }

    #[test]
    fn the_first_waiting_one_is_woken_past_those_aside_only() {
        let line = |text: &str| Line::read(Some(text)).unwrap();
        let mut free = line(r#"[["a","aside"],["b","waits"],["c","waits"]]"#);
        assert_eq!(free.wake_next().as_deref(), Some("b"));
        assert_eq!(free.wake_next(), None, "b is on its way");
        assert_eq!(free.behind("c"), Some("b"));
        assert_eq!(free.behind("b"), None);
        let mut held = line(r#"[["a","first"],["b","waits"]]"#);
        assert_eq!(held.wake_next(), None);
    }
}
