//! `encrypt`: what is inside TLS, role by role, and what may never leave without.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::address::Address;
use crate::section::Section;
use crate::settings::{Security, ServerAddress, ServiceBind, UnwrittenServers, Way};
use entryway_ldap_types::{ByRole, Role, Scheme};

/// `encrypt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encrypt {
    All,
    Passwords,
    None,
}

const ENCRYPT: [(&str, Encrypt); 3] = [
    ("all", Encrypt::All),
    ("passwords", Encrypt::Passwords),
    ("none", Encrypt::None),
];

/// What one list of servers is used for, and what was said about its encryption.
pub(super) struct Plan {
    pub(super) encrypt: Encrypt,
    /// Where that was said, or where it could stand.
    pub(super) switch: Place,
    /// Whether it was.
    pub(super) written: bool,
    /// Where `encrypt_find_login = false` was written, if it was.
    pub(super) find_login_clear: Option<Place>,
    /// Where `allow_clear_text_passwords = true` was written, if it was.
    pub(super) permission: Option<Place>,
    /// Whether people's passwords are sent to these servers.
    pub(super) logins: bool,
}

/// What is said of a list of servers.
struct Words {
    would_send: &'static str,
    sends: &'static str,
    in_clear: &'static str,
}

const DOMAIN: Words = Words {
    would_send: "this domain would send passwords in clear text",
    sends: "this domain sends passwords in clear text",
    in_clear: "nothing of this domain is encrypted",
};
const CARDS: Words = Words {
    would_send: "the cards of this domain would send passwords in clear text",
    sends: "the cards of this domain send passwords in clear text",
    in_clear: "the cards of this domain are not encrypted",
};

/// A bind that works only inside TLS: it sends a password, or shows the certificate of the session.
fn needs_tls(bind: &ServiceBind) -> bool {
    match bind {
        ServiceBind::Anonymous => false,
        ServiceBind::External | ServiceBind::Simple { .. } => true,
    }
}

/// A bind that sends a password.
fn sends_password(bind: &ServiceBind) -> bool {
    match bind {
        ServiceBind::Anonymous | ServiceBind::External => false,
        ServiceBind::Simple { .. } => true,
    }
}

impl Plan {
    /// A server that is reached without TLS by every role, and where that was said.
    pub(super) fn in_clear<'a>(&self, addresses: &'a [Address]) -> Option<(&'a str, Place)> {
        if self.encrypt != Encrypt::None {
            return None;
        }
        let clear = addresses.iter().find(|address| address.clear.is_some())?;
        Some((&clear.display, self.switch))
    }
    pub(super) fn of_domain(domain: &Section<'_>, logins: bool) -> Self {
        let off =
            |key: &str, when: bool| domain.written(key).filter(|_| domain.boolean(key) == when);
        Self {
            encrypt: domain.word("encrypt", &ENCRYPT, Encrypt::All),
            switch: domain.written("encrypt").unwrap_or(domain.place),
            written: domain.written("encrypt").is_some(),
            find_login_clear: off("encrypt_find_login", false),
            permission: off("allow_clear_text_passwords", true),
            logins,
        }
    }

    /// `[domain.X.cards]`, where no password is sent but perhaps the service account's.
    pub(super) fn of_cards(&self, cards: &Section<'_>) -> Self {
        Self {
            encrypt: cards
                .written_word("encrypt", &ENCRYPT)
                .unwrap_or(self.encrypt),
            switch: cards.written("encrypt").unwrap_or(self.switch),
            written: cards.written("encrypt").is_some(),
            find_login_clear: None,
            permission: self.permission,
            logins: false,
        }
    }

    /// Whether a password may leave in clear: not even by mistake, unless nothing is encrypted and it was written out.
    pub(super) fn lets_passwords_out(&self) -> bool {
        self.encrypt == Encrypt::None && self.permission.is_some()
    }

    /// Whether a role is inside TLS. Where the service account has a password to send, every role that sends it
    /// is, unless nothing at all is encrypted.
    fn protects(&self, role: Role, bind: &ServiceBind) -> bool {
        match (role, self.encrypt) {
            (Role::ChangePassword, _) | (_, Encrypt::All) => true,
            (_, Encrypt::None) => false,
            (Role::Authenticate, Encrypt::Passwords) => true,
            (Role::FindLogin, Encrypt::Passwords) => {
                self.find_login_clear.is_none() || needs_tls(bind)
            }
            (
                Role::Resolve | Role::Browse | Role::GroupContent | Role::Cards,
                Encrypt::Passwords,
            ) => needs_tls(bind),
        }
    }

    fn way(&self, address: &Address, role: Role, bind: &ServiceBind) -> Way {
        match address.clear {
            Some(port) if !self.protects(role, bind) => Way {
                port,
                security: Security::Clear,
            },
            _ => address.tls,
        }
    }
}

/// The servers of a domain, for every role; cards by a plan of their own, or by servers of their own.
pub(super) fn of_domain(
    addresses: &[Address],
    plan: &Plan,
    cards: Option<&Plan>,
    bind: &ServiceBind,
) -> Vec<ServerAddress> {
    servers(addresses, |address, role| match (role, cards) {
        (Role::Cards, None) => None,
        (Role::Cards, Some(cards)) => Some(cards.way(address, role, bind)),
        _ => Some(plan.way(address, role, bind)),
    })
}

/// Servers that are not written, whichever they are.
pub(super) fn of_unwritten(
    plan: &Plan,
    cards: Option<&Plan>,
    bind: &ServiceBind,
) -> UnwrittenServers {
    let of = |scheme| {
        let address = [Address::unwritten(scheme, "", plan.switch)];
        let server = of_domain(&address, plan, cards, bind).pop();
        ByRole::each(|role| {
            let way = server.as_ref().and_then(|server| *server.ways.of(role));
            way.map(|way| way.security)
        })
    };
    UnwrittenServers {
        ldaps: of(Scheme::Ldaps),
        ldap: of(Scheme::Ldap),
    }
}

/// Servers for cards alone.
pub(super) fn of_cards(
    addresses: &[Address],
    plan: &Plan,
    bind: &ServiceBind,
) -> Vec<ServerAddress> {
    servers(addresses, |address, role| {
        (role == Role::Cards).then(|| plan.way(address, role, bind))
    })
}

fn servers(
    addresses: &[Address],
    way: impl Fn(&Address, Role) -> Option<Way>,
) -> Vec<ServerAddress> {
    let one = |address: &Address| ServerAddress {
        display: address.display.clone(),
        host: address.host.clone(),
        ways: ByRole::each(|role| way(address, role)),
    };
    addresses.iter().map(one).collect()
}

/// Says what a domain's settings leave in clear, refuses passwords among it, and tells of what has no effect.
/// `bind` is `None` where it could not be read: then only people's passwords are known of.
pub(super) fn judge_domain(
    addresses: &[Address],
    plan: &Plan,
    bind: Option<(&ServiceBind, Place)>,
    cx: &Context<'_>,
) {
    judge(addresses, plan, bind, &DOMAIN, cx);
    let Some(place) = plan.find_login_clear else {
        return;
    };
    let clear = addresses.iter().any(|address| address.clear.is_some());
    let needs = bind.filter(|(bind, _)| needs_tls(bind));
    match (plan.encrypt, needs) {
        (Encrypt::Passwords, None) if clear => cx.push(
            Diagnostic::new(
                Code::FindLoginClear,
                "who a login name belongs to is asked in clear text",
            )
            .at(place, "whoever can alter the answer logs in as anybody")
            .hint("delete it: the search for a login name is then inside TLS, as its password is"),
        ),
        (Encrypt::Passwords, Some((_, bind))) => cx.push(
            no_effect("encrypt_find_login", place, "find-login stays inside TLS")
                .also(bind, "the service account's password needs it"),
        ),
        (Encrypt::Passwords, None) => cx.push(no_effect(
            "encrypt_find_login",
            place,
            "every address is `ldaps://`, which is TLS",
        )),
        (Encrypt::All | Encrypt::None, _) => cx.push(no_effect(
            "encrypt_find_login",
            place,
            "only `encrypt = \"passwords\"` asks whether find-login is inside TLS",
        )),
    }
}

/// The same for cards that have an `encrypt`, servers or a bind of their own.
pub(super) fn judge_cards(
    addresses: &[Address],
    plan: &Plan,
    bind: Option<(&ServiceBind, Place)>,
    cx: &Context<'_>,
) {
    judge(addresses, plan, bind, &CARDS, cx);
}

/// Whether passwords are sent at all, encrypted or not.
pub(super) fn carries_passwords(plan: &Plan, bind: Option<&ServiceBind>) -> bool {
    plan.logins || bind.is_some_and(sends_password)
}

/// Whether a permission for passwords in clear permits anything.
pub(super) fn uses_permission(plan: &Plan, bind: Option<&ServiceBind>) -> bool {
    plan.encrypt == Encrypt::None && carries_passwords(plan, bind)
}

/// Tells of a permission that nothing uses.
pub(super) fn idle_permission(plan: &Plan, cx: &Context<'_>) {
    if let Some(place) = plan.permission {
        cx.push(no_effect(
            "allow_clear_text_passwords",
            place,
            "nothing leaves in clear text without `encrypt = \"none\"`",
        ));
    }
}

fn judge(
    addresses: &[Address],
    plan: &Plan,
    bind: Option<(&ServiceBind, Place)>,
    words: &Words,
    cx: &Context<'_>,
) {
    let clear: Vec<&Address> = addresses
        .iter()
        .filter(|address| address.clear.is_some())
        .collect();
    if plan.encrypt == Encrypt::All || addresses.is_empty() {
        return;
    }
    let word = if plan.encrypt == Encrypt::None {
        "encrypt = \"none\""
    } else {
        "encrypt = \"passwords\""
    };
    if clear.is_empty() {
        if plan.written {
            let label = "every address is `ldaps://`, which is TLS";
            cx.push(no_effect(word, plan.switch, label));
        }
        return;
    }
    match (plan.encrypt, bind) {
        (Encrypt::Passwords, Some((bind, place))) if needs_tls(bind) && plan.written => {
            cx.push(
                no_effect(word, plan.switch, "every role stays inside TLS")
                    .also(place, "because every role sends this password")
                    .hint("write `encrypt = \"all\"`, which says the same; only an anonymous bind leaves anything for clear text"),
            );
        }
        (Encrypt::None, bind) => {
            let service = bind.is_some_and(|(bind, _)| sends_password(bind));
            if service || plan.logins {
                clear.iter().for_each(|one| in_clear(one, plan, words, cx));
            } else {
                cx.push(
                    Diagnostic::new(Code::NothingEncrypted, words.in_clear)
                        .at(plan.switch, "whoever is on the way reads and alters it"),
                );
            }
        }
        _ => {}
    }
}

/// No password leaves in clear unless that was written out, twice.
fn in_clear(address: &Address, plan: &Plan, words: &Words, cx: &Context<'_>) {
    if let Some(permission) = plan.permission {
        cx.push(
            Diagnostic::new(Code::ClearTextAllowed, words.sends)
                .at(address.place, "no TLS on this address")
                .also(permission, "and that is allowed here"),
        );
        return;
    }
    // A port of its own may be one that speaks LDAP alone: then StartTLS is the likelier remedy.
    let host = address.display.strip_prefix("ldap://");
    let hint = match host {
        Some(host) if host.contains(':') => "use `encrypt = \"all\"` for StartTLS".to_owned(),
        Some(host) => format!("use `ldaps://{host}`, or `encrypt = \"all\"` for StartTLS"),
        None if address.clear == Some(address.tls.port) => {
            "use `encrypt = \"all\"` for StartTLS".to_owned()
        }
        None => "use `encrypt = \"all\"` for its `tls_port`".to_owned(),
    };
    cx.push(
        Diagnostic::new(Code::ClearText, words.would_send)
            .at(address.place, "no TLS on this address")
            .also(plan.switch, "and it is switched off here")
            .hint(hint),
    );
}

fn no_effect(key: &str, place: Place, label: &str) -> Diagnostic {
    Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect")).at(place, label)
}
