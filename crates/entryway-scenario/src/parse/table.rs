//! A Markdown table: a head, a line of dashes, rows.

use crate::Problem;

/// A table with the names of its columns.
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// One row.
pub(super) struct Row<'a> {
    pub(super) line: usize,
    cells: Vec<(&'a str, &'a str)>,
}

impl Table {
    /// From numbered lines, each of which begins with `|`.
    pub(super) fn read(lines: &[(usize, &str)]) -> Result<Self, (usize, Problem)> {
        let bad = |line: usize, what: &str| (line, Problem::Table(what.to_owned()));
        let Some(((first, head), rest)) = lines.split_first() else {
            return Err(bad(1, "a table has a head"));
        };
        let columns = cells(head);
        let Some(((_, dashes), rows)) = rest.split_first() else {
            return Err(bad(*first, "a table has a line of dashes below its head"));
        };
        let is_rule =
            |cell: &String| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'));
        if !cells(dashes).iter().all(is_rule) {
            return Err(bad(*first, "a table has a line of dashes below its head"));
        }
        let rows = rows
            .iter()
            .map(|(line, text)| {
                let cells = cells(text);
                if cells.len() == columns.len() {
                    Ok((*line, cells))
                } else {
                    let what = format!(
                        "this row has {} cells, the table {} columns",
                        cells.len(),
                        columns.len()
                    );
                    Err((*line, Problem::Table(what)))
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { columns, rows })
    }

    pub(super) fn first_column(&self) -> &str {
        self.columns.first().map_or("", |name| name)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row {
            line: *line,
            cells: self
                .columns
                .iter()
                .map(String::as_str)
                .zip(cells.iter().map(String::as_str))
                .collect(),
        })
    }
}

impl<'a> Row<'a> {
    /// Column and cell, in order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.cells.iter().copied()
    }
}

/// The cells of a line. `\|` is a bar of the text, inside backticks too (GitHub's Markdown).
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = match inner.strip_suffix('|') {
        Some(inner) if !inner.ends_with('\\') => inner,
        _ => inner,
    };
    let mut cells = vec![String::new()];
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'|') => {
                chars.next();
                push(&mut cells, '|');
            }
            '|' => cells.push(String::new()),
            c => push(&mut cells, c),
        }
    }
    cells
        .into_iter()
        .map(|cell| cell.trim().to_owned())
        .collect()
}

fn push(cells: &mut [String], c: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(c);
    }
}
