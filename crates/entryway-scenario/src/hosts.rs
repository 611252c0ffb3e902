//! Where the servers of a scenario really are: the addresses in its configuration are replaced
//! wherever they stand, in what is expected too.

use crate::document::Scenario;

/// Addresses as written, and what stands for each.
#[derive(Debug, Clone, Default)]
pub struct Rewrite {
    /// Longer ones first, so that none is taken for the start of another.
    pairs: Vec<(String, String)>,
}

impl Rewrite {
    /// `written` and `real`.
    pub fn new(mut pairs: Vec<(String, String)>) -> Self {
        pairs.sort_by_key(|(written, _)| std::cmp::Reverse(written.len()));
        Self { pairs }
    }
    /// A text with every address replaced.
    pub fn text(&self, text: &str) -> String {
        self.pairs
            .iter()
            .fold(text.to_owned(), |text, (written, real)| {
                text.replace(written, real)
            })
    }
    /// A scenario with every address replaced.
    pub fn scenario(&self, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        for text in [
            &mut scenario.shared_configuration,
            &mut scenario.configuration,
        ]
        .into_iter()
        .flatten()
        {
            *text = self.text(text);
        }
        for login in &mut scenario.logins {
            let expected = &mut login.expected;
            for (_, value) in &mut expected.session {
                *value = self.text(value);
            }
            for piece in &mut expected.trace {
                piece.text = self.text(&piece.text);
                for (_, value) in &mut piece.fields {
                    *value = self.text(value);
                }
            }
            for piece in &mut expected.explain {
                *piece = self.text(piece);
            }
        }
        scenario
    }
}

/// The addresses of servers that a configuration names, each once, in order.
pub fn urls_in(configuration: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    let starts = configuration.match_indices("ldap").filter(|(at, _)| {
        let rest = configuration.get(*at..).unwrap_or_default();
        rest.starts_with("ldap://") || rest.starts_with("ldaps://")
    });
    for (at, _) in starts {
        let rest = configuration.get(at..).unwrap_or_default();
        let url = rest
            .split(['"', '\'', '`', ' ', ',', '\n'])
            .next()
            .unwrap_or_default();
        if !urls.iter().any(|known| known == url) {
            urls.push(url.to_owned());
        }
    }
    urls
}

impl Scenario {
    /// The addresses of its servers, as its configuration has them.
    pub fn urls(&self) -> Vec<String> {
        let texts = [&self.shared_configuration, &self.configuration];
        let all: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        urls_in(&all.join("\n"))
    }
    /// The entries that the server at this address has.
    pub fn ldif_of(&self, url: &str) -> String {
        let mut text = String::new();
        for block in &self.ldif {
            if block.servers.is_empty() || block.servers.iter().any(|server| server == url) {
                text.push_str(&block.text);
                text.push('\n');
            }
        }
        text
    }
    /// How the server at this address answers; the last word counts.
    pub fn answering(&self, url: &str) -> crate::Answering {
        self.servers
            .iter()
            .rev()
            .find(|state| state.server == url)
            .map_or(crate::Answering::Well, |state| state.answering)
    }
}

#[cfg(test)]
mod tests;
