//! Controls in `Debug`: their types, and how long their values are. What a value of another type means
//! is not known here, so neither is whether it is a secret.

use super::{Control, Controls, ReceivedControl, RequestControl, ResponseControl};
use crate::redacted::Redacted;
use std::fmt;

impl fmt::Debug for Controls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("oid", &self.oid)
            .field("critical", &self.critical)
            .field("value", &Redacted::option(self.value))
            .finish()
    }
}

impl fmt::Debug for ReceivedControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Control {
            oid: &self.oid,
            critical: self.critical,
            value: self.value.as_deref(),
        }
        .fmt(f)
    }
}

impl fmt::Debug for RequestControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PasswordPolicy => f.write_str("PasswordPolicy"),
            Self::ManageDsaIt => f.write_str("ManageDsaIt"),
            Self::PagedResults { page, critical } => f
                .debug_struct("PagedResults")
                .field("page", page)
                .field("critical", critical)
                .finish(),
            Self::Other {
                oid,
                critical,
                value,
            } => Control {
                oid,
                critical: *critical,
                value: value.as_deref(),
            }
            .fmt(f),
        }
    }
}

impl fmt::Debug for ResponseControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PasswordPolicy(policy) => policy.fmt(f),
            Self::PagedResults(page) => page.fmt(f),
            Self::Other { oid, value } => Control {
                oid,
                critical: false,
                value: value.as_deref(),
            }
            .fmt(f),
        }
    }
}
