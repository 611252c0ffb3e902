//! A directory asked without a server: the same judgement as behind a socket, for tests that drive a
//! login in memory.

use crate::bind::{self, Verdict};
use crate::directory::Directory;
use crate::options::Options;
use crate::search::Selection;
use entryway_ldap_types::{
    Attribute, AttributeName, Entry, Filter, PasswordPolicy, ResultCode, Scope,
};

/// What a search gives.
#[derive(Debug, Clone)]
pub struct SearchAnswer {
    /// At most as many as asked for.
    pub entries: Vec<Entry>,
    /// sizeLimitExceeded when there are more.
    pub code: ResultCode,
}

/// What a simple bind gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindAnswer {
    /// The verdict.
    pub code: ResultCode,
    /// The diagnostic message; Active Directory's sub-error stands in it.
    pub diagnostic: String,
    /// The password-policy control.
    pub policy: Option<PasswordPolicy>,
}

impl Directory {
    /// Searches as somebody who has bound. A `size_limit` of 0 is none.
    pub fn answer_search(
        &self,
        base: &str,
        scope: Scope,
        filter: &Filter,
        attributes: &[AttributeName],
        size_limit: usize,
    ) -> SearchAnswer {
        let matches = match self.search(base, scope, filter) {
            Ok(matches) => matches,
            Err(no_base) => {
                return SearchAnswer {
                    entries: Vec::new(),
                    code: no_base.code(),
                };
            }
        };
        let most = if size_limit == 0 {
            usize::MAX
        } else {
            size_limit
        };
        let code = if matches.len() > most {
            ResultCode::SIZE_LIMIT_EXCEEDED
        } else {
            ResultCode::SUCCESS
        };
        let selection = Selection::new(attributes.iter().map(AttributeName::as_str));
        let entries = matches
            .into_iter()
            .take(most)
            .filter_map(|number| self.entry(number))
            .map(|stored| Entry {
                dn: stored.dn.clone(),
                dn_text: stored.dn_text.clone(),
                attributes: selection
                    .of(stored)
                    .map(|attribute| Attribute {
                        name: attribute.name.clone(),
                        values: attribute
                            .values
                            .iter()
                            .map(|value| value.raw.clone())
                            .collect(),
                    })
                    .collect(),
            })
            .collect();
        SearchAnswer { entries, code }
    }

    /// Judges a simple bind as a server with these options would.
    pub fn answer_bind(&self, options: &Options, name: &str, password: &[u8]) -> BindAnswer {
        let Verdict {
            code,
            diagnostic,
            policy,
            ..
        } = bind::judge(self, options, name, password);
        BindAnswer {
            code,
            diagnostic: diagnostic.into_owned(),
            // Active Directory has no such control.
            policy: policy.filter(|_| options.dialect == crate::Dialect::OpenLdap),
        }
    }
}

#[cfg(test)]
mod tests;
