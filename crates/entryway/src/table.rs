//! Lists: a line for each thing.

/// Columns as wide as what is in them.
pub(crate) fn aligned<const N: usize>(lines: impl IntoIterator<Item = [String; N]>) -> String {
    let lines: Vec<[String; N]> = lines
        .into_iter()
        .map(|line| line.map(|cell| printable(&cell)))
        .collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for line in &lines {
        let cells = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// What is shown may come from somebody else: nothing in it moves a cursor.
pub(crate) fn printable(text: &str) -> String {
    let one = |char: char| {
        if crate::columns::misleads(char) {
            char.escape_debug().to_string()
        } else {
            char.to_string()
        }
    };
    text.chars().map(one).collect()
}
