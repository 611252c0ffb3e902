//! A session on its way: what the steps have filled so far.

use crate::{MapTarget, UserType};

/// What a step filled, and what no later step may fill.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    pub(crate) home: Option<String>,
    pub(crate) user_type: Option<UserType>,
    pub(crate) shell: Option<String>,
    pub(crate) system_user: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    /// Whether the uid came from a map or an account: a range never sees a default one.
    pub(crate) uid_is_own: bool,
    /// Likewise: no class looks at a default gid.
    pub(crate) gid_is_own: bool,
    pub(crate) attributes: Vec<(Box<str>, Vec<String>)>,
    /// Present but unusable, with why. No default takes their place.
    pub(crate) invalid: Vec<(MapTarget, String)>,
}

impl Draft {
    /// A later step has replaced these: what was wrong with them before no longer matters.
    pub(crate) fn replaced<'t>(&mut self, targets: impl Iterator<Item = &'t MapTarget> + Clone) {
        self.invalid
            .retain(|(invalid, _)| !targets.clone().any(|target| target == invalid));
    }
    /// Whether a default may fill this target, provided it is unset.
    pub(crate) fn may_default(&self, target: &MapTarget) -> bool {
        !self.invalid.iter().any(|(invalid, _)| invalid == target)
    }
}
