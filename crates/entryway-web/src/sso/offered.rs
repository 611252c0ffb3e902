//! Domains that people choose from where they log in, and what a choice makes of the name beside it.

use entryway_login::says_where;

/// Domains to choose from; without names there is no choice.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Domains and sites, in the order of the page.
    pub names: Vec<String>,
    /// A name that ends in `@` and one of these says itself where it belongs.
    pub suffixes: Vec<String>,
    /// Whoever asks for logins of one site's people, as logs call them: there is nothing to choose there.
    pub nowhere_at: Vec<String>,
}

impl Offered {
    /// What there is to choose from at this caller's, as logs call it.
    pub(super) fn at(&self, caller: &str) -> &[String] {
        match self.nowhere_at.iter().any(|one| one == caller) {
            true => &[],
            false => &self.names,
        }
    }

    /// The login name. Only a domain that is offered is put before what was typed, and not where that says itself where
    /// it belongs.
    pub(super) fn login_name(&self, chosen: Option<&str>, typed: &str, caller: &str) -> String {
        let names = self.at(caller);
        let chosen = chosen.filter(|chosen| names.iter().any(|name| name == chosen));
        let suffixes = self.suffixes.iter().map(String::as_str);
        match chosen {
            Some(domain) if !says_where(typed, suffixes) => format!("{domain}/{typed}"),
            _ => typed.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Offered {
        Offered {
            names: vec!["staff".into(), "partners".into(), "plant-b".into()],
            suffixes: vec!["partners.example".into(), "plant-a.example".into()],
            nowhere_at: vec!["client wiki".into()],
        }
    }

    #[test]
    fn a_choice_stands_before_a_name_that_has_no_domain() {
        let check = |chosen, typed, expected| {
            let name = offered().login_name(chosen, typed, "client portal");
            assert_eq!(name, expected, "{chosen:?} {typed}");
        };
        check(Some("staff"), "jdoe", "staff/jdoe");
        check(Some("plant-b"), "jane", "plant-b/jane");
        check(
            Some("partners"),
            "j@mail.example",
            "partners/j@mail.example",
        );
        check(Some("staff"), "partners/jdoe", "partners/jdoe");
        check(Some("staff"), r"PARTNERS\jdoe", r"PARTNERS\jdoe");
        check(Some("staff"), "j@Partners.Example", "j@Partners.Example");
        check(
            Some("staff"),
            "jane@plant-a.example. ",
            "jane@plant-a.example. ",
        );
        check(Some(""), "jdoe", "jdoe");
        check(None, "jdoe", "jdoe");
        // A form of somebody's own making.
        check(Some("elsewhere"), "jdoe", "jdoe");
        let none = Offered::default();
        assert_eq!(none.login_name(Some("staff"), "jdoe", "sessions"), "jdoe");
    }

    #[test]
    fn there_is_nothing_to_choose_where_all_people_are_a_sites() {
        assert_eq!(offered().at("client portal").len(), 3);
        assert!(offered().at("client wiki").is_empty());
        let name = offered().login_name(Some("staff"), "jane", "client wiki");
        assert_eq!(name, "jane");
    }
}
