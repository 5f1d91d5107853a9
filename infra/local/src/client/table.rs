//! Lists as aligned columns, without frames, so that they can be cut and searched.

use comfy_table::{Table, presets};

use crate::term;

/// Prints rows under a heading, or what to say of none.
pub(super) fn print<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>, none: &str) {
    if rows.is_empty() {
        term::line(none);
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heading);
    for row in rows {
        table.add_row(row.map(|cell| cell.replace(['\n', '\r', '\t'], " ")));
    }
    for line in table.lines() {
        term::line(line.trim());
    }
}
