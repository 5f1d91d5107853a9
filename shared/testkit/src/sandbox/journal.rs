//! A bounded list of what happened, whose rows can be completed after they were written.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::lock;

/// Old rows go first: `serve --sandbox` may stay up for days.
const MAX_ROWS: usize = 10_000;

/// Rows in the order of their arrival, each under a number that never changes.
#[derive(Debug)]
pub(super) struct Journal<T> {
    rows: Mutex<Rows<T>>,
}

#[derive(Debug)]
struct Rows<T> {
    first: usize,
    kept: VecDeque<T>,
}

impl<T: Clone> Journal<T> {
    pub(super) fn new() -> Self {
        let rows = Rows {
            first: 0,
            kept: VecDeque::new(),
        };
        Self {
            rows: Mutex::new(rows),
        }
    }

    /// Appends a row and returns its number.
    pub(super) fn push(&self, row: T) -> usize {
        let mut rows = lock(&self.rows);
        rows.kept.push_back(row);
        if rows.kept.len() > MAX_ROWS {
            rows.kept.pop_front();
            rows.first += 1;
        }
        rows.first + rows.kept.len() - 1
    }

    /// Completes a row that is still kept.
    pub(super) fn amend(&self, number: usize, change: impl FnOnce(&mut T)) {
        let mut rows = lock(&self.rows);
        let first = rows.first;
        if let Some(row) = number
            .checked_sub(first)
            .and_then(|at| rows.kept.get_mut(at))
        {
            change(row);
        }
    }

    pub(super) fn all(&self) -> Vec<T> {
        lock(&self.rows).kept.iter().cloned().collect()
    }

    pub(super) fn get(&self, number: usize) -> Option<T> {
        let rows = lock(&self.rows);
        number
            .checked_sub(rows.first)
            .and_then(|at| rows.kept.get(at).cloned())
    }

    /// The newest rows, newest first.
    pub(super) fn newest(&self, count: usize) -> Vec<T> {
        lock(&self.rows)
            .kept
            .iter()
            .rev()
            .take(count)
            .cloned()
            .collect()
    }
}
