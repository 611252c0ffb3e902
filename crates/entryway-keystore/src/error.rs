//! What is wrong with a file, with the remedy where one command is it. Each text goes on from the file's name:
//! ``cannot trust `x.p12`: the password is wrong``.

use crate::form::Form;

/// Why a file gives no certificates or no key.
///
/// One variant per remedy, hence more than usual.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// It is something else.
    #[error("it is no store of certificates, it {looks}")]
    NotAStore {
        /// `looks like …`, `is empty`.
        looks: &'static str,
    },
    /// It begins as a store and does not go on as one.
    #[error("it is damaged {form}: {problem}")]
    Damaged {
        /// What it begins as.
        form: Form,
        /// What is wrong with it.
        problem: String,
    },
    /// BER with lengths left open; everybody else writes DER.
    #[error(
        "it is PKCS#12 with lengths left open (BER), expected DER; `openssl pkcs12 -in OLD -out all.pem -noenc` and `openssl pkcs12 -export -in all.pem -out NEW` convert it"
    )]
    IndefiniteLength,
    /// A password was given, and it is another's.
    #[error("the password does not open it")]
    WrongPassword,
    /// No password was given, and the empty one does not open it.
    #[error("it has a password, and none is given")]
    PasswordNeeded,
    /// The store's password is right, and the key is kept with another one.
    #[error(
        "the key `{alias}` has another password than the store; `keytool -keypasswd -alias {alias}` changes it"
    )]
    KeyPassword {
        /// The key's alias.
        alias: String,
    },
    /// A password that no store of this kind can have.
    #[error("the password is not UTF-8, which {form} needs")]
    PasswordText {
        /// What it is.
        form: Form,
    },
    /// A way of encrypting that is not read.
    #[error("it is {form} with {what}, which is not read; {remedy}")]
    Unsupported {
        /// What it is.
        form: Form,
        /// What in it.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Readable, and there is no certificate in it.
    #[error("it holds no certificate, expected at least one{}{}", begin_certificate(*.form), instead(.found))]
    NoCertificate {
        /// What it is.
        form: Form,
        /// What it holds instead, in words; may be empty.
        found: String,
    },
    /// It holds certificates, and none is one to trust.
    #[error(
        "it holds no trusted certificate, found a key with its chain; name the authority's own certificate, which `openssl pkcs12 -in STORE -cacerts -nokeys` or `keytool -exportcert -rfc` writes"
    )]
    NoTrusted,
    /// A certificate in it is none.
    #[error("certificate {index} in it is damaged")]
    DamagedCertificate {
        /// Counted from 1.
        index: usize,
    },
    /// Whoever holds the key of what is trusted can be any server: that is for authorities.
    #[error(
        "certificate {index} in it, `{}`, is no authority's, and would vouch for every name; name the certificate of its authority, `{}`, or pin it: `tls.pins`",
        .subject.escape_debug(), .issuer.escape_debug()
    )]
    NoAuthority {
        /// Counted from 1.
        index: usize,
        /// Whose it is.
        subject: String,
        /// Who signed it.
        issuer: String,
    },
    /// There is no key in it.
    #[error("it holds no private key")]
    NoKey,
    /// There is a key, and no certificate beside it.
    #[error("it holds a key and no certificate for it")]
    NoChain,
    /// There are several keys, and it is not said which.
    #[error("it holds several keys, expected an `alias`, one of {}", listed(.aliases))]
    SeveralKeys {
        /// All of them.
        aliases: Vec<String>,
    },
    /// No key has the alias that is asked for.
    #[error("it holds no key `{}`, there are {}", .wanted.escape_debug(), listed(.aliases))]
    NoAlias {
        /// What was asked for.
        wanted: String,
        /// What there is.
        aliases: Vec<String>,
    },
    /// The key is of another certificate.
    #[error("the key does not fit the certificate")]
    OtherKey,
    /// The TLS library can do nothing with the key.
    #[error("the key cannot be used: {problem}")]
    UnusableKey {
        /// Why.
        problem: String,
    },
}

impl KeystoreError {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAStore { .. } => "store_not_one",
            Self::Damaged { .. } | Self::DamagedCertificate { .. } => "store_damaged",
            Self::IndefiniteLength => "store_indefinite_length",
            Self::WrongPassword => "store_wrong_password",
            Self::PasswordNeeded => "store_password_needed",
            Self::KeyPassword { .. } => "store_key_password",
            Self::PasswordText { .. } => "store_password_text",
            Self::Unsupported { .. } => "store_unsupported",
            Self::NoCertificate { .. } => "store_no_certificate",
            Self::NoTrusted => "store_no_trusted",
            Self::NoAuthority { .. } => "store_no_authority",
            Self::NoKey => "store_no_key",
            Self::NoChain => "store_no_chain",
            Self::SeveralKeys { .. } => "store_several_keys",
            Self::NoAlias { .. } => "store_no_alias",
            Self::OtherKey => "store_other_key",
            Self::UnusableKey { .. } => "store_unusable_key",
        }
    }
    /// Whether another password might be the remedy.
    pub fn is_about_password(&self) -> bool {
        matches!(
            self,
            Self::WrongPassword
                | Self::PasswordNeeded
                | Self::KeyPassword { .. }
                | Self::PasswordText { .. }
        )
    }
}

fn begin_certificate(form: Form) -> &'static str {
    match form {
        Form::Pem => " `BEGIN CERTIFICATE`",
        _ => "",
    }
}

fn instead(found: &str) -> String {
    match found {
        "" => String::new(),
        found => format!(", found {found}"),
    }
}

fn listed(aliases: &[String]) -> String {
    let quoted = aliases
        .iter()
        .map(|alias| format!("`{}`", alias.escape_debug()));
    quoted.collect::<Vec<_>>().join(", ")
}
