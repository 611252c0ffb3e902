//! Domains that people choose from where they log in, and what a choice makes of the name beside it.

/// Domains to choose from; without names there is no choice.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// In the order of the page.
    pub names: Vec<String>,
    /// A name that ends in `@` and one of these says its domain itself.
    pub suffixes: Vec<String>,
}

impl Offered {
    /// The login name. Only a domain that is offered is put before what was typed, and not where that names one.
    pub(super) fn login_name(&self, chosen: Option<&str>, typed: &str) -> String {
        let chosen = chosen.filter(|chosen| self.names.iter().any(|name| name == chosen));
        match chosen {
            Some(domain) if !self.has_domain(typed) => format!("{domain}/{typed}"),
            _ => typed.to_owned(),
        }
    }

    fn has_domain(&self, typed: &str) -> bool {
        let suffix = typed.rsplit_once('@').map(|(_, suffix)| suffix);
        typed.contains(['/', '\\'])
            || suffix.is_some_and(|suffix| {
                let mut suffixes = self.suffixes.iter();
                suffixes.any(|known| known.eq_ignore_ascii_case(suffix))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_stands_before_a_name_that_has_no_domain() {
        let offered = Offered {
            names: vec!["staff".into(), "partners".into()],
            suffixes: vec!["partners.example".into()],
        };
        let check = |chosen, typed, expected| {
            assert_eq!(
                offered.login_name(chosen, typed),
                expected,
                "{chosen:?} {typed}"
            );
        };
        check(Some("staff"), "jdoe", "staff/jdoe");
        check(
            Some("partners"),
            "j@mail.example",
            "partners/j@mail.example",
        );
        check(Some("staff"), "partners/jdoe", "partners/jdoe");
        check(Some("staff"), r"PARTNERS\jdoe", r"PARTNERS\jdoe");
        check(Some("staff"), "j@Partners.Example", "j@Partners.Example");
        check(Some(""), "jdoe", "jdoe");
        check(None, "jdoe", "jdoe");
        // A form of somebody's own making.
        check(Some("elsewhere"), "jdoe", "jdoe");
        assert_eq!(Offered::default().login_name(Some("staff"), "jdoe"), "jdoe");
    }
}
