//! Wrong passwords in a row, by account, where the options have accounts locked after some of them.

use super::{Verdict, account, judge, locked};
use crate::directory::Directory;
use crate::options::Options;
use entryway_ldap_types::ResultCode;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What is remembered, by the account's normalised name: it outlives a change of the entries.
#[derive(Default)]
pub(crate) struct Failures {
    counted: Mutex<HashMap<String, u32>>,
}

impl Failures {
    /// Judges a simple bind, counts it if its password is wrong, and locks whom it was one too many for.
    pub(crate) fn judge(
        &self,
        directory: &Directory,
        options: &Options,
        name: &str,
        password: &[u8],
    ) -> Verdict {
        let most = options.lock_after.filter(|_| !password.is_empty());
        let entry = account(directory, options, name).and_then(|at| directory.entry(at));
        let (Some(most), Some(entry)) = (most, entry) else {
            return judge(directory, options, name, password);
        };
        // One lock for looking and counting: guesses at the same moment are counted one after the other.
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = counted.entry(entry.dn.normalized()).or_default();
        if *failures >= most {
            return locked(options);
        }
        let verdict = judge(directory, options, name, password);
        if verdict.code == ResultCode::SUCCESS {
            *failures = 0;
        } else if !entry.has_password(password) {
            *failures += 1;
        }
        verdict
    }
}

#[cfg(test)]
mod tests;
