//! The user database, as the name service switch composes it. It loads modules as PAM does, so that only the worker
//! asks it.

use entryway_login::OsAccount;
use nix::unistd::User;

/// The account of exactly this name.
///
/// Some modules answer for another spelling: without case, or with a domain cut off or put on. Such an answer is not
/// taken for the account: the throttle, the rules and the home would see one name and the system another, and a
/// person could have as many identities as there are spellings.
///
/// Accounts with uid 0 are not found, whatever they are called: the superuser does not come in through a gateway, PAM
/// is not asked about it so that nobody can try its password from outside, and there is no setting that changes this.
pub(crate) fn find(name: &str) -> Result<Option<OsAccount>, String> {
    if name.contains('\0') {
        return Ok(None);
    }
    match User::from_name(name) {
        Ok(Some(user)) if user.name == name && !user.uid.is_root() => account(user).map(Some),
        Ok(_) => Ok(None),
        Err(error) => Err(format!(
            "the user database gives no answer: {}",
            error.desc()
        )),
    }
}

fn account(user: User) -> Result<OsAccount, String> {
    let not_utf8 = |what| format!("the {what} of the account is not UTF-8");
    let home = user.dir.into_os_string().into_string();
    let shell = user.shell.into_os_string().into_string();
    Ok(OsAccount {
        name: user.name,
        uid: user.uid.as_raw(),
        gid: user.gid.as_raw(),
        home: home.map_err(|_| not_utf8("home"))?,
        shell: shell.map_err(|_| not_utf8("shell"))?,
        display_name: display_name(&user.gecos.to_string_lossy()),
    })
}

/// The first part of the comment field, which by custom is the person's name.
fn display_name(comment: &str) -> String {
    let name = comment.split(',').next().unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests;
