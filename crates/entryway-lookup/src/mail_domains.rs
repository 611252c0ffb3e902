//! Whose mail addresses are looked up at all.

/// Lists of mail domains, applied before anything is asked: an inbox that asks about every sender must not flood the
/// directory with those of other companies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailDomains {
    allow: Vec<String>,
    deny: Vec<String>,
}

impl MailDomains {
    /// Without an `allow` every domain may pass; `deny` then takes away.
    pub fn new(
        allow: impl IntoIterator<Item = String>,
        deny: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            allow: allow.into_iter().map(|domain| plain(&domain)).collect(),
            deny: deny.into_iter().map(|domain| plain(&domain)).collect(),
        }
    }
    /// Whether an address of this domain is looked up. Case does not count; a domain below another is another.
    pub fn pass(&self, domain: &str) -> bool {
        let domain = plain(domain);
        (self.allow.is_empty() || self.allow.contains(&domain)) && !self.deny.contains(&domain)
    }
    /// The same for what may be the beginning of a domain alone: addresses that begin so are found by it too.
    pub fn pass_begun(&self, domain: &str) -> bool {
        let domain = plain(domain);
        let begins = |known: &String| known.starts_with(&domain);
        let may_be_denied = self.deny.iter().any(begins) && !self.allow.contains(&domain);
        (self.allow.is_empty() || self.allow.iter().any(begins)) && !may_be_denied
    }
}

/// One spelling of a domain.
fn plain(domain: &str) -> String {
    domain.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::MailDomains;

    #[track_caller]
    fn check(allow: &[&str], deny: &[&str], domain: &str, expected: bool) {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let domains = MailDomains::new(list(allow), list(deny));
        assert_eq!(domains.pass(domain), expected, "{domain}");
    }

    #[test]
    fn allowed_first_then_denied() {
        check(&[], &[], "anything.example", true);
        check(&["corp.example"], &[], "Corp.Example", true);
        check(&["corp.example"], &[], "corp.example.", true);
        check(&["corp.example"], &[], "mail.corp.example", false);
        check(&["corp.example"], &["CORP.example"], "corp.example", false);
        check(&[], &["spam.example"], "spam.example", false);
        check(&[], &["spam.example"], "corp.example", true);
    }

    #[test]
    fn the_beginning_of_a_denied_domain_is_denied() {
        let begun = |allow: &[&str], deny: &[&str], domain: &str, expected: bool| {
            let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            let domains = MailDomains::new(list(allow), list(deny));
            assert_eq!(domains.pass_begun(domain), expected, "{domain}");
        };
        begun(&[], &[], "sp", true);
        for domain in ["spam.example", "SPAM.exam", "spam.", "sp", ""] {
            begun(&[], &["spam.example"], domain, false);
        }
        begun(&[], &["spam.example"], "spam.example.org", true);
        begun(&["corp.example"], &[], "corp.ex", true);
        begun(&["corp.example"], &[], "spam", false);
        // What is allowed by its whole name is meant, and not the longer one.
        begun(
            &["corp.example"],
            &["corp.example.com"],
            "corp.example",
            true,
        );
        begun(&["corp.example"], &["corp.example.com"], "corp.exam", false);
    }
}
