//! Names, filters, entries, codes and connection roles of LDAP, as pure values.
//!
//! Nothing here does I/O, reads a clock or draws a random number. What a person typed becomes part
//! of a [`Filter`] only as an assertion value, so it can be neither unescaped nor escaped twice.

mod account;
mod attribute;
mod calendar;
mod dn;
mod entry;
mod filter;
mod fingerprint;
mod login_name;
mod microsoft;
mod password;
mod password_policy;
mod range;
mod result_code;
mod role;
mod template;
mod url;

pub use account::{AccountState, AccountStateAttributes, LockoutDuration, PasswordStamp};
pub use attribute::{AttributeName, AttributeNameError};
pub use calendar::Utc;
pub use dn::{Ava, Dn, DnError, Rdn};
pub use entry::{Attribute, Entry};
pub use filter::{Filter, FilterError};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use login_name::{LoginName, LoginNameError};
pub use microsoft::{AdSubError, AdUpdateError, Guid, PasswordNotText, Sid, unicode_password};
pub use password::{EmptyPassword, Password};
pub use password_policy::{PasswordPolicy, PasswordPolicyError};
pub use range::{RangedValues, ValueRange};
pub use result_code::ResultCode;
pub use role::{ByRole, Role};
pub use template::{CertificatePart, FilterTemplate, Placeholder, TemplateError, TemplateParts};
pub use url::{LdapUrl, LdapUrlError, Scheme, Scope};
