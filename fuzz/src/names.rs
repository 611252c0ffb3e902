//! Texts that people or configurations write.

use crate::ldap::assert_survives_the_wire;
use entryway_ldap_types::{
    AttributeName, Dn, Filter, FilterTemplate, LdapUrl, LoginName, Placeholder,
};

/// A distinguished name survives being written, equals itself and lies under its parents.
pub fn dn(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(name) = Dn::parse(text) else { return };
    let written = name.to_string();
    let again = Dn::parse(&written);
    assert!(
        again.as_ref().is_ok_and(|again| *again == name),
        "{written:?}"
    );
    assert!(again.is_ok_and(|again| again.normalized() == name.normalized()));
    assert!(name.is_under(&name) && name.is_under(&Dn::default()));
    if let Some(parent) = name.parent() {
        assert!(name.is_under(&parent) && !parent.is_under(&name));
        assert_eq!(parent.rdns().len() + 1, name.rdns().len());
    }
}

/// A filter's text survives being written, and the filter survives the wire.
pub fn filter_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(filter) = Filter::parse(text) else {
        return;
    };
    assert!(filter.depth() <= Filter::MAX_DEPTH);
    assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter));
    assert_survives_the_wire(&filter);
}

/// Whatever a person types, a template makes the same tree of it. The bytes are the typed value, a
/// NUL, and the template.
pub fn filter_template(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == 0) else {
        return;
    };
    let (typed, template) = bytes.split_at(at);
    let Ok(template) = std::str::from_utf8(template.get(1..).unwrap_or_default()) else {
        return;
    };
    let Ok(any) = AttributeName::parse("any") else {
        return;
    };
    let allowed = [
        Placeholder::Login,
        Placeholder::User,
        Placeholder::Suffix,
        Placeholder::Text,
        Placeholder::EntryDn,
        Placeholder::Name,
        Placeholder::EntryAttribute(any),
    ];
    let Ok(template) = FilterTemplate::parse(template, &allowed) else {
        return;
    };
    let Some(filled) = template.fill(&|_| Some(typed)) else {
        return;
    };
    assert_survives_the_wire(&filled);
    assert_eq!(Filter::parse(&filled.to_string()).as_ref(), Ok(&filled));
    if let Some(plain) = template.fill(&|_| Some(b"x")) {
        assert_eq!(filled.depth(), plain.depth(), "a value changed the tree");
        assert_eq!(
            filled.attributes(),
            plain.attributes(),
            "a value changed the tree"
        );
    }
}

/// A URL survives being written.
pub fn ldap_url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(url) = LdapUrl::parse(text) else {
        return;
    };
    let written = url.to_string();
    assert_eq!(LdapUrl::parse(&written).as_ref(), Ok(&url), "{written:?}");
}

/// A login name is kept as typed, and holds nothing that no directory should be asked.
pub fn login_name(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(name) = LoginName::parse(text) else {
        return;
    };
    assert_eq!(name.as_str(), text);
    assert!(!text.trim().is_empty() && text.len() <= LoginName::MAX_BYTES);
    assert!(!text.chars().any(char::is_control));
}
