//! Tables of the documents that tests compare themselves with: what stands there is what was found.

use anyhow::{Result, ensure};

/// Whether the rows of a document that begin with one of these cells are those that were found, in their order.
pub(crate) fn has_rows(document: &str, first_cells: &[&str], found: &[String]) -> Result<()> {
    let is_one = |line: &&str| {
        let mut cells = first_cells.iter();
        cells.any(|cell| line.starts_with(&format!("| {cell} |")))
    };
    let documented: Vec<&str> = document.lines().filter(is_one).collect();
    ensure!(
        documented == found,
        "the page has\n{}\nand not\n{}",
        documented.join("\n"),
        found.join("\n")
    );
    Ok(())
}
