//! What an account in the store may hold.

mod name;

pub(crate) use name::{check_name, name_key};

use entryway_ldap_types::Password;
use entryway_login::{LocalAccount, UserType};
use std::sync::Arc;
use std::time::SystemTime;

/// Longest home, shell, mail address or display name, in bytes.
const LONGEST_TEXT: usize = 1024;

/// Most accounts in a store: the daemon holds them in memory, at about 0.5 KiB each.
pub const MOST_ACCOUNTS: i64 = 1_000_000;

/// An account as it stands in the store, without its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// What a login sees.
    pub account: LocalAccount,
    /// How its password is hashed: `argon2id`, `SSHA`, …; `None` when it is kept in the directory.
    pub scheme: Option<String>,
    /// When it was added.
    pub created_at: SystemTime,
    /// When it was changed last.
    pub changed_at: SystemTime,
}

/// An account to add.
pub struct NewAccount {
    /// Its name: not empty, at most 128 bytes, no `/`, `\`, `@` or control character, no blank at either end.
    pub name: String,
    /// Where its password is.
    pub password: NewPassword,
    /// Whether it lets anybody in.
    pub enabled: bool,
    /// What the session gets.
    pub details: Details,
}

/// A password to set.
pub enum NewPassword {
    /// This one; it is hashed.
    Clear(Arc<Password>),
    /// The one behind this hash: `{SSHA}…`, `{SHA}…`, `{SSHA256}…`, `{SHA256}…`, `{SSHA512}…`, `{SHA512}…`,
    /// `{ARGON2}…` or `$argon2id$…`. The next login replaces a weak one.
    Hashed(String),
    /// The directory has it.
    InDirectory,
}

/// What the session of a local account gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Its number.
    pub uid: Option<u32>,
    /// Its primary group's.
    pub gid: Option<u32>,
    /// Its home: an absolute path.
    pub home: Option<String>,
    /// Its shell: an absolute path.
    pub shell: Option<String>,
    /// Real or virtual.
    pub user_type: Option<UserType>,
    /// Its mail address.
    pub email: Option<String>,
    /// Its name for people.
    pub display_name: Option<String>,
}

/// What is to change: `None` leaves a value as it is, `Some(None)` takes it away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Whether it lets anybody in.
    pub enabled: Option<bool>,
    /// Its number.
    pub uid: Option<Option<u32>>,
    /// Its primary group's.
    pub gid: Option<Option<u32>>,
    /// Its home.
    pub home: Option<Option<String>>,
    /// Its shell.
    pub shell: Option<Option<String>>,
    /// Real or virtual.
    pub user_type: Option<Option<UserType>>,
    /// Its mail address.
    pub email: Option<Option<String>>,
    /// Its name for people.
    pub display_name: Option<Option<String>>,
}

/// Why an account is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// Its name.
    #[error("its name {0}")]
    Name(NameProblem),
    /// The hash of its password.
    #[error("the hash of its password {0}")]
    Hash(HashProblem),
    /// A path that is none.
    #[error("its {0} is no absolute path")]
    NotAbsolute(&'static str),
    /// A value with a control character.
    #[error("its {0} holds a control character")]
    Control(&'static str),
    /// A value that is too long, or empty.
    #[error("its {0} is empty or longer than {LONGEST_TEXT} bytes")]
    Length(&'static str),
    /// 4,294,967,295 means "no number" to the system's calls.
    #[error("its {0} is 4294967295, which stands for no number")]
    Number(&'static str),
    /// The store is made for fewer.
    #[error("the store holds {MOST_ACCOUNTS} accounts, the most it is made for")]
    TooMany,
}

/// Why a name is unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It is too long.
    #[error("is longer than 128 bytes")]
    Long,
    /// It would be read as a domain and a name, or a name and a suffix.
    #[error("holds `{0}`, which separates a domain from a name")]
    Separator(char),
    /// It would garble logs and terminals.
    #[error("holds a control character")]
    Control,
    /// Nobody sees it, and nobody types it.
    #[error("begins or ends with a blank")]
    Blank,
}

/// Why a hash is unusable. Says nothing of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashProblem {
    /// No scheme: a password in clear text.
    #[error("is clear text: give the password itself, or a hash that slappasswd writes")]
    ClearText,
    /// The system's own.
    #[error(
        "is of the scheme `{{CRYPT}}`, which is not supported: set a new password, or keep it in the directory"
    )]
    Crypt,
    /// Nobody knows it.
    #[error(
        "is of the unknown scheme `{0}`: expected {{SSHA}}, {{SHA}}, {{SSHA256}}, {{SHA256}}, {{SSHA512}}, {{SHA512}} or {{ARGON2}}"
    )]
    Scheme(String),
    /// It does not read.
    #[error("does not read as its scheme wants")]
    Unreadable,
    /// Verifying it would slow everybody down.
    #[error("costs more than {memory_mib} MiB, {passes} passes or {lanes} lanes to verify")]
    TooCostly {
        /// The most.
        memory_mib: u32,
        /// The most.
        passes: u32,
        /// The most.
        lanes: u32,
    },
}

impl Details {
    /// Refuses values that no session could use.
    pub(crate) fn check(&self) -> Result<(), AccountProblem> {
        for (what, number) in [("uid", self.uid), ("gid", self.gid)] {
            if number == Some(u32::MAX) {
                return Err(AccountProblem::Number(what));
            }
        }
        let texts = [
            ("home", &self.home, true),
            ("shell", &self.shell, true),
            ("mail address", &self.email, false),
            ("display name", &self.display_name, false),
        ];
        for (what, text, path) in texts {
            let Some(text) = text else { continue };
            if text.is_empty() || text.len() > LONGEST_TEXT {
                return Err(AccountProblem::Length(what));
            }
            if text.chars().any(char::is_control) {
                return Err(AccountProblem::Control(what));
            }
            if path && !text.starts_with('/') {
                return Err(AccountProblem::NotAbsolute(what));
            }
        }
        Ok(())
    }
}

impl AccountChange {
    pub(crate) fn apply(self, account: &mut LocalAccount) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut account.enabled, self.enabled);
        set(&mut account.uid, self.uid);
        set(&mut account.gid, self.gid);
        set(&mut account.home, self.home);
        set(&mut account.shell, self.shell);
        set(&mut account.user_type, self.user_type);
        set(&mut account.email, self.email);
        set(&mut account.display_name, self.display_name);
    }
}

/// An account's details, for checking what came of a change.
pub(crate) fn details(account: &LocalAccount) -> Details {
    Details {
        uid: account.uid,
        gid: account.gid,
        home: account.home.clone(),
        shell: account.shell.clone(),
        user_type: account.user_type,
        email: account.email.clone(),
        display_name: account.display_name.clone(),
    }
}
