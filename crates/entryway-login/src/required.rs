//! Steps 3 and 8: what the domain fills when nothing else did, and what a session must have in the end.

use crate::draft::Draft;
use crate::{Defaults, MapTarget, Platform, Reason};

/// Step 3. Returns what was filled, as text.
pub(crate) fn apply_defaults(
    defaults: &Defaults,
    platform: Platform,
    draft: &mut Draft,
) -> Vec<(MapTarget, String)> {
    let mut filled = Vec::new();
    let unix = match platform {
        Platform::Unix => true,
        Platform::Windows => false,
        Platform::None => return filled,
    };
    let gate = |target: MapTarget, draft: &Draft| draft.may_default(&target).then_some(target);
    if let (true, None, Some(uid), Some(target)) =
        (unix, draft.uid, defaults.uid, gate(MapTarget::Uid, draft))
    {
        draft.uid = Some(uid);
        filled.push((target, uid.to_string()));
    }
    if let (None, Some(gid), Some(target)) = (draft.gid, defaults.gid, gate(MapTarget::Gid, draft))
    {
        draft.gid = Some(gid);
        filled.push((target, gid.to_string()));
    }
    if let (true, None, Some(shell), Some(target)) = (
        unix,
        &draft.shell,
        &defaults.shell,
        gate(MapTarget::Shell, draft),
    ) {
        draft.shell = Some(shell.clone());
        filled.push((target, shell.clone()));
    }
    if let (None, Some(user_type), Some(target)) = (
        draft.user_type,
        defaults.user_type,
        gate(MapTarget::UserType, draft),
    ) {
        draft.user_type = Some(user_type);
        filled.push((target, user_type.as_str().to_owned()));
    }
    let system_user = (!unix).then_some(defaults.system_user.as_ref()).flatten();
    if let (None, Some(user), Some(target)) = (
        &draft.system_user,
        system_user,
        gate(MapTarget::SystemUser, draft),
    ) {
        draft.system_user = Some(user.clone());
        filled.push((target, user.clone()));
    }
    filled
}

/// Step 8. The targets that are required and unset; those that are unusable are named apart.
pub(crate) fn missing(platform: Platform, draft: &Draft) -> Vec<MapTarget> {
    let unix = match platform {
        Platform::Unix => true,
        Platform::Windows => false,
        Platform::None => return Vec::new(),
    };
    let required = [
        (unix && draft.uid.is_none(), MapTarget::Uid),
        (draft.gid.is_none(), MapTarget::Gid),
        (draft.home.is_none(), MapTarget::Home),
        (draft.user_type.is_none(), MapTarget::UserType),
        (unix && draft.shell.is_none(), MapTarget::Shell),
    ];
    let unset = required
        .into_iter()
        .filter(|(unset, _)| *unset)
        .map(|(_, target)| target);
    unset.filter(|target| draft.may_default(target)).collect()
}

/// The verdict of step 8. A value that is there and unusable outweighs one that is not there.
pub(crate) fn check(missing: &[MapTarget], draft: &Draft) -> Result<(), Reason> {
    if !draft.invalid.is_empty() {
        Err(Reason::InvalidAttribute)
    } else if !missing.is_empty() {
        Err(Reason::MissingAttribute)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
