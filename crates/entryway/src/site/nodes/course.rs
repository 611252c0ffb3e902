//! Which nodes are dialled, as things stand. Decides alone; dials nothing.

/// A node that is dialled.
pub(super) struct Line<'a> {
    pub(super) node: &'a str,
    /// Where the connector enrolled.
    pub(super) is_home: bool,
    pub(super) is_up: bool,
    /// It was tried, and there is no tunnel.
    pub(super) fails: bool,
}

/// The nodes to be dialled. `listed` is what the hub wants, `home` where the connector enrolled.
pub(super) fn course(listed: &[String], home: &str, lines: &[Line<'_>]) -> Vec<String> {
    let is_listed = |line: &Line<'_>| listed.iter().any(|node| node == line.node);
    let mut nodes = listed.to_vec();
    if lines.iter().any(|line| line.is_up && is_listed(line)) {
        return nodes;
    }
    // What stands is given up once one of the list stands.
    let others = lines.iter().filter(|line| line.is_up && !is_listed(line));
    nodes.extend(others.map(|line| line.node.to_owned()));
    let is_lost = !lines.iter().any(|line| line.is_up)
        && listed.iter().all(|node| {
            let line = lines.iter().find(|line| line.node == node);
            line.is_some_and(|line| line.fails)
        });
    let is_dialled = lines.iter().any(|line| line.node == home);
    // Two tunnels to one place would take it from each other.
    let is_among_them = lines.iter().any(|line| line.is_home && is_listed(line));
    if (is_lost || is_dialled) && !is_among_them && !nodes.iter().any(|node| node == home) {
        nodes.push(home.to_owned());
    }
    nodes
}

#[cfg(test)]
mod tests;
