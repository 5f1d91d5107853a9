//! Steps to a path: what is known about each before any document is seen.

use super::Builder;
use crate::ast::{Argument, Path, Step, Token};

pub(super) fn path(from_root: bool, steps: Vec<Step>, builder: &mut Builder) -> Path {
    let scan_first = matches!(steps.first(), Some(Step::Scan));
    let function = matches!(steps.last(), Some(Step::Function(_)));
    let tokens = with_upstream(steps);
    if scan_first && function {
        return inverted(from_root, tokens, builder);
    }
    let index_before_leaf = index_before_leaf(&tokens);
    finish(from_root, tokens, index_before_leaf, builder)
}

fn with_upstream(steps: Vec<Step>) -> Vec<Token> {
    let mut upstream_definite = true;
    let mut tokens = Vec::with_capacity(steps.len());
    for step in steps {
        let definite = step.is_definite(false);
        tokens.push(Token {
            step,
            upstream_definite,
        });
        upstream_definite &= definite;
    }
    tokens
}

/// `$..a.sum()` means `$.sum($..a)`: the function gets all that the scan finds, once. Arguments of
/// its own are lost.
fn inverted(from_root: bool, mut tokens: Vec<Token>, builder: &mut Builder) -> Path {
    let call = tokens
        .iter()
        .position(|token| matches!(token.step, Step::Function(_)));
    let mut rest = tokens.split_off(call.unwrap_or_default());
    let index_before_leaf = match tokens.last() {
        Some(Token {
            step: Step::Indexes(indexes),
            ..
        }) => single(indexes),
        _ => None,
    };
    let inner_index = self::index_before_leaf(&tokens);
    let scanned = finish(true, tokens, inner_index, builder);
    if let Some(Token {
        step: Step::Function(call),
        ..
    }) = rest.first_mut()
    {
        call.arguments = vec![Argument::Path(scanned)];
    }
    finish(from_root, rest, index_before_leaf, builder)
}

fn finish(
    from_root: bool,
    tokens: Vec<Token>,
    index_before_leaf: Option<i32>,
    builder: &mut Builder,
) -> Path {
    let first_id = builder.next_id;
    builder.next_id += tokens.len() + 1;
    let last = tokens.len().saturating_sub(1);
    let definite = tokens
        .iter()
        .enumerate()
        .all(|(index, token)| token.step.is_definite(index == last));
    let function = matches!(
        tokens.last(),
        Some(Token {
            step: Step::Function(_),
            ..
        })
    );
    Path {
        tokens,
        first_id,
        from_root,
        definite,
        function,
        index_before_leaf,
    }
}

fn index_before_leaf(tokens: &[Token]) -> Option<i32> {
    match tokens.iter().nth_back(1).map(|token| &token.step) {
        Some(Step::Indexes(indexes)) => single(indexes),
        _ => None,
    }
}

fn single(indexes: &[i32]) -> Option<i32> {
    match indexes {
        [index] => Some(*index),
        _ => None,
    }
}
