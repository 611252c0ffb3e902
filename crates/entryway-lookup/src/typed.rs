//! What a typed text is.

use crate::{EntryId, MailDomains};
use entryway_ldap_types::Dn;
use std::sync::Arc;

/// Longest text that is looked for, in bytes, but for names and ids of entries.
const MAX_BYTES: usize = 256;

/// What was typed, by its form alone: nobody has been asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A name or the beginning of one, or a login name: which of them, the directory tells.
    Name {
        /// Without a domain before it.
        text: String,
        /// The domain that was named (`staff/jdoe`, `CORP\jdoe`), by its place in the configuration.
        domain: Option<usize>,
    },
    /// What looks like a mail address.
    Mail(String),
    /// The name of an entry in the directory.
    Dn(Dn),
    /// The id of an entry of this domain.
    Id {
        /// The id.
        id: EntryId,
        /// The domain's place in the configuration.
        domain: usize,
    },
    /// An identity without its domain: an objectGUID, an entryUUID, an nsUniqueId, in lower case.
    Identity(String),
}

/// What there is to know beforehand.
#[derive(Debug, Clone, Copy)]
pub struct TypedRules<'a> {
    /// Characters that a name has at least; stars do not count.
    pub min_length: usize,
    /// Whose mail addresses are looked up.
    pub mail_domains: &'a MailDomains,
    /// The domains, in the order of the configuration.
    pub domains: &'a [KnownDomain],
}

/// A domain, as far as it can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDomain {
    /// Its name.
    pub name: Arc<str>,
    /// What stands before a `\` for it.
    pub netbios_name: Option<String>,
}

/// Why nobody is asked about a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFormat {
    /// Nothing, or only blanks.
    #[error("nothing is asked for")]
    Empty,
    /// Too little to search by.
    #[error("too short, expected at least {least} characters")]
    TooShort {
        /// How many it takes.
        least: usize,
    },
    /// Longer than any name.
    #[error("too long, expected at most {most} bytes")]
    TooLong {
        /// How many there may be.
        most: usize,
    },
    /// NUL or another control character.
    #[error("holds a control character")]
    Control,
    /// The lists of mail domains keep it away.
    #[error("addresses of `{}` are not looked up", .0.escape_debug())]
    MailDomain(String),
    /// The name of an entry that lies under no configured base.
    #[error("lies outside of every configured base")]
    OutsideBases,
}

impl BadFormat {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::Control => "control_character",
            Self::MailDomain(_) => "mail_domain",
            Self::OutsideBases => "outside_bases",
        }
    }
}

/// Tells what a typed text is.
pub fn classify(typed: &str, rules: &TypedRules<'_>) -> Result<Typed, BadFormat> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(BadFormat::Empty);
    }
    if text.len() > EntryId::MAX_BYTES {
        return Err(BadFormat::TooLong { most: MAX_BYTES });
    }
    if text.contains(char::is_control) {
        return Err(BadFormat::Control);
    }
    if let Some((id, domain)) = id_of_known_domain(text, rules) {
        return Ok(Typed::Id { id, domain });
    }
    if text.contains('=')
        && let Ok(dn) = Dn::parse(text)
        && !dn.is_empty()
    {
        return Ok(Typed::Dn(dn));
    }
    if text.len() > MAX_BYTES {
        return Err(BadFormat::TooLong { most: MAX_BYTES });
    }
    if let Some(identity) = bare_identity(text) {
        return Ok(Typed::Identity(identity));
    }
    if let Some(domain) = mail_domain(text) {
        // Found are addresses that begin so, too.
        return if rules.mail_domains.pass(domain) && rules.mail_domains.pass_begun(domain) {
            Ok(Typed::Mail(text.to_owned()))
        } else {
            Err(BadFormat::MailDomain(domain.to_owned()))
        };
    }
    if let Some((person, begun)) = text.rsplit_once('@') {
        let begun = begun.split('*').next().unwrap_or(begun);
        if !person.is_empty() && !rules.mail_domains.pass_begun(begun) {
            return Err(BadFormat::MailDomain(begun.to_owned()));
        }
    }
    let (domain, text) = named_domain(text, rules);
    if compared_length(&text.replace('*', "")) < rules.min_length.max(1) {
        return Err(BadFormat::TooShort {
            least: rules.min_length.max(1),
        });
    }
    Ok(Typed::Name {
        text: text.to_owned(),
        domain,
    })
}

/// How many characters of a text are compared by a directory that prepares strings (RFC 4518 §2.2 and §2.6.1): it passes over
/// some, and takes blanks in a row for one. To such a directory three soft hyphens are the beginning of every name.
pub fn compared_length(text: &str) -> usize {
    let compared: String = text.chars().filter(|char| !is_passed_over(*char)).collect();
    let words = compared.split_whitespace();
    let characters: usize = words.clone().map(|word| word.chars().count()).sum();
    characters + words.count().saturating_sub(1)
}

/// What is mapped to nothing when strings are prepared.
fn is_passed_over(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{34f}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{1806}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2063}'
            | '\u{206a}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffc}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}'
    )
}

fn id_of_known_domain(text: &str, rules: &TypedRules<'_>) -> Option<(EntryId, usize)> {
    let id = EntryId::parse(text)?;
    let domain = rules
        .domains
        .iter()
        .position(|known| *known.name == *id.domain())?;
    Some((id, domain))
}

/// 32 hexadecimal digits in groups, in braces or not.
fn bare_identity(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix('{')
        .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    let groups: Vec<usize> = bare.split('-').map(str::len).collect();
    let grouped = matches!(groups[..], [8, 4, 4, 4, 12] | [8, 8, 8, 8]);
    let hex = |char: char| char.is_ascii_hexdigit() || char == '-';
    (grouped && bare.chars().all(hex)).then(|| bare.to_ascii_lowercase())
}

/// The domain of what looks like a mail address: something, an `@`, and somewhere after it a `.` between others.
fn mail_domain(text: &str) -> Option<&str> {
    let (person, domain) = text.rsplit_once('@')?;
    let dotted = domain
        .split_once('.')
        .is_some_and(|(before, after)| !before.is_empty() && !after.is_empty());
    (!person.is_empty() && dotted && !text.contains([' ', '*'])).then_some(domain)
}

fn named_domain<'t>(text: &'t str, rules: &TypedRules<'_>) -> (Option<usize>, &'t str) {
    let (name, rest) = match (text.split_once('/'), text.split_once('\\')) {
        (Some(cut), _) | (None, Some(cut)) => cut,
        (None, None) => return (None, text),
    };
    let is = |known: &KnownDomain| {
        let netbios = known.netbios_name.as_deref();
        known.name.eq_ignore_ascii_case(name)
            || netbios.is_some_and(|netbios| netbios.eq_ignore_ascii_case(name))
    };
    match rules.domains.iter().position(is) {
        Some(domain) => (Some(domain), rest.trim()),
        // People are called `n/a` and departments `R/D`: nothing was named.
        None => (None, text),
    }
}

#[cfg(test)]
mod tests;
