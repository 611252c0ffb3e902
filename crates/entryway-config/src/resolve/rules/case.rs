//! `users` of a class against `login_name_case`: a letter that no session's name has makes a pattern fit nobody.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use entryway_login::{LdapUse, NameCase, NamePattern};

/// `of` is the only domain, or `local` or `os`, whose people the class is for.
pub(super) fn check(
    users: &NamePattern,
    place: Place,
    of: Option<&str>,
    read: &[Read<'_>],
    ldap: LdapUse,
    cx: &Context<'_>,
) {
    let mut of_these = read
        .iter()
        .filter(|one| of.is_none_or(|of| one.name.text.eq_ignore_ascii_case(of)))
        .peekable();
    // Local accounts and those of the system keep the case of their names.
    if of_these.peek().is_none() || ldap == LdapUse::Disabled {
        return;
    }
    let mut made = None;
    for one in of_these {
        // What is wrong with the domain has been reported.
        let Some((_, policy)) = &one.resolved else {
            return;
        };
        if !contradicts(users, policy.login_name_case) {
            return;
        }
        let key = one.section.place_of("login_name_case");
        made = made.or(Some((policy.login_name_case, key)));
    }
    let Some((case, key)) = made else { return };
    let (words, better) = match case {
        NameCase::Upper => ("upper case", users.as_str().to_uppercase()),
        NameCase::Keep | NameCase::Lower => ("lower case", users.as_str().to_lowercase()),
    };
    let (code, message) = match (of, ldap) {
        (None, LdapUse::Optional) => (
            Code::NeverUsed,
            "this user class is never given to anybody of a domain",
        ),
        _ => (Code::NobodyNamed, "`users` fits no name"),
    };
    cx.push(
        Diagnostic::new(code, message)
            .at(place, format!("names are in {words}"))
            .also(key, "because of this")
            .hint(format!("write `{}`", better.escape_debug())),
    );
}

/// Whether the pattern asks for a letter that names in this case do not have.
fn contradicts(users: &NamePattern, case: NameCase) -> bool {
    let stays = |char: char| match case {
        NameCase::Keep => true,
        NameCase::Lower => char.to_lowercase().eq([char]),
        NameCase::Upper => char.to_uppercase().eq([char]),
    };
    !users.as_str().chars().all(stays)
}
