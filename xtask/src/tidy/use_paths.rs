//! Paths as code writes them, `use` groups spelt out: `std::{fs, net::{IpAddr, TcpStream}}` is
//! `fs`, `net::IpAddr` and `net::TcpStream` of `std`.

use super::source::is_word;

/// Every path that begins with `root::` on a line of code or across a group, with its line offset
/// from the start of `code`, without `root::` itself.
pub(super) fn paths_below(code: &str, root: &str) -> Vec<(usize, String)> {
    let start = format!("{root}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let (before, rest) = code.split_at(at);
        if before
            .chars()
            .next_back()
            .is_some_and(|c| is_word(c) || c == ':')
        {
            continue;
        }
        let line = before.matches('\n').count() + 1;
        let rest = rest.get(start.len()..).unwrap_or_default();
        let mut leaves = Vec::new();
        spell_out("", &mut rest.chars().peekable(), &mut leaves);
        found.extend(leaves.into_iter().map(|path| (line, path)));
    }
    found
}

/// Reads one path or group; leaves the closing `,` or `}` unread.
fn spell_out(
    prefix: &str,
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    leaves: &mut Vec<String>,
) {
    let mut path = prefix.to_owned();
    while let Some(&c) = rest.peek() {
        if c == '{' {
            group(&path, rest, leaves);
            return;
        }
        if is_word(c) || c == ':' {
            path.push(c);
            rest.next();
        } else if c.is_whitespace() && path.ends_with("::") {
            rest.next();
        } else {
            break;
        }
    }
    if path.len() > prefix.len() {
        leaves.push(path.trim_end_matches(':').to_owned());
    }
}

fn group(
    prefix: &str,
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    leaves: &mut Vec<String>,
) {
    rest.next();
    while let Some(&c) = rest.peek() {
        match c {
            '}' => {
                rest.next();
                return;
            }
            c if is_word(c) => {
                spell_out(prefix, rest, leaves);
                // `as name` is no path.
                while rest.next_if(|c| *c != ',' && *c != '}').is_some() {}
            }
            _ => {
                rest.next();
            }
        }
    }
}

#[cfg(test)]
mod tests;
