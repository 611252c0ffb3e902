//! The configurations whose connections are looked at.

use entryway_conformance::{Domain, Encrypt, Identity, Slapd};

/// How the server is named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    Ldaps,
    Ldap,
    Table,
}

/// Who Entryway is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// A name with a password.
    Password,
    /// Whoever the certificate says.
    Certificate,
    /// Nobody.
    Nobody,
}

/// Cards apart from everything else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cards {
    /// They are where everything is.
    No,
    /// On `ldap://`, in mode `passwords`, read by nobody.
    ByNobody,
    /// The same, read by an account with a password.
    ByPassword,
}

/// One configuration.
pub(super) struct Case {
    /// The lines of the domain that matter, as the table shows them.
    lines: &'static [&'static str],
    address: Address,
    pub(super) account: Account,
    cards: Cards,
    /// What must hold of every connection.
    pub(super) promise: Promise,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// No byte in clear but StartTLS and its answer.
    AllInTls,
    /// No password in clear, and logins in TLS.
    LoginsInTls,
    /// No password in clear.
    PasswordsInTls,
    /// Nothing: passwords are there to be found.
    None,
}

const ALL: &str = "encrypt = \"all\"";
const PASSWORDS: &str = "encrypt = \"passwords\"";

const fn case(
    lines: &'static [&'static str],
    address: Address,
    account: Account,
    promise: Promise,
) -> Case {
    Case {
        lines,
        address,
        account,
        cards: Cards::No,
        promise,
    }
}

const fn with_cards(case: Case, cards: Cards) -> Case {
    Case { cards, ..case }
}

pub(super) const CASES: [Case; 13] = [
    case(&[ALL], Address::Ldaps, Account::Password, Promise::AllInTls),
    case(&[ALL], Address::Ldap, Account::Password, Promise::AllInTls),
    case(&[ALL], Address::Table, Account::Password, Promise::AllInTls),
    case(
        &[ALL],
        Address::Ldaps,
        Account::Certificate,
        Promise::AllInTls,
    ),
    case(
        &[ALL],
        Address::Ldap,
        Account::Certificate,
        Promise::AllInTls,
    ),
    case(
        &[ALL, "tls.max_version = \"1.2\""],
        Address::Ldaps,
        Account::Certificate,
        Promise::AllInTls,
    ),
    case(
        &[PASSWORDS],
        Address::Ldap,
        Account::Nobody,
        Promise::LoginsInTls,
    ),
    case(
        &[PASSWORDS],
        Address::Table,
        Account::Nobody,
        Promise::LoginsInTls,
    ),
    case(
        &[PASSWORDS],
        Address::Table,
        Account::Password,
        Promise::AllInTls,
    ),
    with_cards(
        case(
            &[ALL],
            Address::Ldaps,
            Account::Password,
            Promise::LoginsInTls,
        ),
        Cards::ByNobody,
    ),
    with_cards(
        case(
            &[PASSWORDS],
            Address::Ldap,
            Account::Nobody,
            Promise::LoginsInTls,
        ),
        Cards::ByPassword,
    ),
    case(
        &[PASSWORDS, "encrypt_find_login = false"],
        Address::Ldap,
        Account::Nobody,
        Promise::PasswordsInTls,
    ),
    case(
        &["encrypt = \"none\"", "allow_clear_text_passwords = true"],
        Address::Ldap,
        Account::Password,
        Promise::None,
    ),
];

impl Case {
    pub(super) fn title(&self) -> String {
        let server = match self.address {
            Address::Ldaps => "`ldaps://`",
            Address::Ldap => "`ldap://`",
            Address::Table => "`{ host, port, tls_port }`",
        };
        let account = match self.account {
            Account::Password => "a service account with a password",
            Account::Certificate => "a service account by certificate (SASL EXTERNAL)",
            Account::Nobody => "an anonymous service bind",
        };
        let cards = match self.cards {
            Cards::No => "",
            Cards::ByNobody => {
                "; cards apart, `ldap://`, `cards.encrypt = \"passwords\"`, an anonymous bind"
            }
            Cards::ByPassword => {
                "; cards apart, `ldap://`, `cards.encrypt = \"passwords\"`, an account with a password"
            }
        };
        let lines: Vec<String> = self.lines.iter().map(|line| format!("`{line}`")).collect();
        format!("{}, {server}, {account}{cards}", lines.join(", "))
    }

    /// The domain, at this server and with this certificate of its own.
    pub(super) fn domain(&self, slapd: &Slapd, own: &Identity) -> Domain {
        let encrypt = match self.address {
            Address::Ldaps => Encrypt::Ldaps,
            Address::Ldap | Address::Table => Encrypt::StartTls,
        };
        let mut domain = Domain::at_slapd("staff", slapd, encrypt);
        if self.address == Address::Table {
            let (port, tls_port) = (slapd.ldap().port(), slapd.ldaps().port());
            let table = format!("{{ host = \"127.0.0.1\", port = {port}, tls_port = {tls_port} }}");
            domain.servers = vec![table];
        }
        let with_password = domain.keys.iter().find(|line| line.starts_with("bind = "));
        let with_password = with_password.cloned().unwrap_or_default();
        match self.account {
            Account::Password => {}
            Account::Nobody => domain.keys.retain(|line| !line.starts_with("bind = ")),
            Account::Certificate => {
                domain.keys.retain(|line| !line.starts_with("bind = "));
                domain
                    .keys
                    .push("bind = { method = \"external\" }".to_owned());
                domain.keys.push(format!(
                    "tls.identity = {{ certificate = \"{}\", key = \"{}\" }}",
                    own.certificate.display(),
                    own.key.display()
                ));
            }
        }
        let bind = match self.cards {
            Cards::No => None,
            Cards::ByNobody => Some("bind = { method = \"anonymous\" }".to_owned()),
            Cards::ByPassword => Some(with_password),
        };
        if let Some(bind) = bind {
            let at = Encrypt::StartTls.url(slapd.ldap());
            domain.keys.push(format!(
                "cards = {{ servers = [\"{at}\"], encrypt = \"passwords\", {bind} }}"
            ));
        }
        self.lines
            .iter()
            .fold(domain, |domain, line| domain.key(line))
    }
}
