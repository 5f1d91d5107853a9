//! The lexer's states, and the counting of parentheses that moves between them.

/// Where the lexer stands; which tokens exist depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Plain text.
    Default,
    /// After `$`.
    Reference,
    /// After `.` within a reference.
    RefModifier,
    /// Between the parentheses of a method call.
    RefArguments,
    /// Between the brackets of an index.
    RefIndex,
    /// After `#`.
    PreDirective,
    /// Between the parentheses of a directive.
    Directive,
    LineComment,
    FormalComment,
    Comment,
    TextBlock,
}

/// The state with those below it, as Velocity's lexer keeps them.
#[derive(Debug)]
pub(super) struct States {
    pub(super) current: State,
    pub(super) opened: usize,
    closed: usize,
    below: Vec<(State, usize, usize)>,
}

impl States {
    pub(super) fn new() -> Self {
        Self {
            current: State::Default,
            opened: 0,
            closed: 0,
            below: Vec::new(),
        }
    }

    /// Enters a state from which the present one is returned to.
    pub(super) fn push(&mut self, next: State) {
        self.below.push((self.current, self.opened, self.closed));
        self.opened = 0;
        self.current = next;
    }

    /// Returns to the state below, and says whether there was one.
    pub(super) fn pop(&mut self) -> bool {
        let below = self.below.pop();
        match below {
            Some((state, opened, closed)) => {
                (self.current, self.opened, self.closed) = (state, opened, closed);
            }
            None => (self.current, self.opened) = (State::Default, 0),
        }
        below.is_some()
    }

    /// Closes a parenthesis: leaves every state that has none open, then the one whose last it was.
    pub(super) fn close_paren(&mut self) {
        while self.opened == 0 {
            if !self.pop() {
                return;
            }
        }
        if self.opened == self.closed + 1 {
            self.pop();
        } else {
            self.closed += 1;
        }
    }

    /// Leaves a reference that something else interrupts.
    pub(super) fn leave(&mut self, states: &[State]) {
        if states.contains(&self.current) {
            self.pop();
        }
    }
}
