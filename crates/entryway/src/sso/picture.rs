//! Where somebody's photo is, for `picture`: applications show it to people by its address, without a token.

use entryway_login::Subject;
use entryway_lookup::{EntryId, LookupPolicy};
use std::collections::HashSet;
use std::sync::Arc;

/// The photos that anybody may see.
pub(crate) struct Pictures {
    public_url: Arc<str>,
    domains: HashSet<Arc<str>>,
}

impl Pictures {
    /// `None` where nobody outside reaches them.
    pub(crate) fn of(policy: &LookupPolicy) -> Option<Self> {
        let shows = |public: &[Arc<str>]| public.iter().any(|field| **field == *"photo");
        let domains = policy
            .domains
            .iter()
            .filter(|domain| shows(&domain.cards.public))
            .map(|domain| Arc::clone(&domain.name))
            .collect();
        Some(Self {
            public_url: Arc::clone(policy.public_url.as_ref()?),
            domains,
        })
    }

    /// The address of this person's. An id that is a name of the directory is shown to nobody without a token.
    pub(crate) fn address(&self, subject: &Subject) -> Option<String> {
        let id = EntryId::from_subject(subject.clone()).filter(|_| subject.dn().is_none())?;
        let is_shown = self.domains.contains(id.domain());
        is_shown.then(|| entryway_wire::photo_url(&self.public_url, &id))
    }
}
