//! What a site's signed reply means for the login that asked it.
//!
//! A site decides about its people alone; what is judged here is whether its answer is one to what was asked, and
//! whether it can be passed on.

use super::{CertificateVerified, PasswordVerified, certified_at_site};
use crate::trace::SiteOutcome;
use crate::{Fault, Reason, SiteFault, SitePolicy, SiteSession, SiteUnanswered, SiteVerdict};

/// Longest token that a session may bring: it travels inside one of ours, whose length is bounded too.
const TOKEN_MAX: usize = 4 * 1024;
/// Most bytes of a subject, and of a name: both are keys of what is kept of a person.
const NAME_MAX: usize = 200;
/// Most bytes of all texts of a session together: it is kept, and travels in tokens.
const TEXTS_MAX: usize = 64 * 1024;
/// Most groups of a session.
const GROUPS_MAX: usize = 1_000;
/// Most attributes and values of a session: an empty one has no bytes, and takes room all the same.
const VALUES_MAX: usize = 10_000;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Login,
    Change,
    Revalidation,
    /// What an assertion has said of somebody's certificate, confirmed.
    Certificate,
}

/// What the answer comes to.
pub(crate) enum AtSite {
    /// Let in, with what proves that a connector said so.
    LetIn(PasswordVerified, SiteUsable, Box<SiteSession>),
    /// The same of whoever showed it a certificate.
    Certified(CertificateVerified, SiteUsable, Box<SiteSession>),
    /// Still welcome; that it is the same person is for the comparison to say.
    Welcome(SiteUsable, Box<SiteSession>),
    MustChange,
    Changed,
    Refused(Reason),
    NoVerdict(Fault),
}

/// The site let the person in, which it does after it has looked at the account. Made by [`judge`] alone.
#[derive(Debug)]
pub(crate) struct SiteUsable(());

/// Judges a reply of that site whose signature was verified.
pub(crate) fn judge(
    verdict: SiteVerdict,
    wanted: Wanted,
    site: &SitePolicy,
) -> (AtSite, SiteOutcome) {
    let invalid = |problem: &'static str| {
        let fault = Fault::SiteReplyInvalid;
        let told = Some(problem.to_owned());
        (
            AtSite::NoVerdict(fault),
            SiteOutcome::NoVerdict { fault, told },
        )
    };
    match (verdict, wanted) {
        (
            SiteVerdict::Accepted(session),
            Wanted::Login | Wanted::Revalidation | Wanted::Certificate,
        ) => {
            if let Err(problem) = check(&session) {
                return invalid(problem);
            }
            let (session, left_out) = site.take(*session);
            let session = Box::new(session);
            let outcome = SiteOutcome::Accepted {
                name: session.name.clone(),
                left_out,
            };
            let usable = SiteUsable(());
            let at_site = match wanted {
                Wanted::Revalidation => AtSite::Welcome(usable, session),
                Wanted::Certificate => AtSite::Certified(certified_at_site(), usable, session),
                _ => AtSite::LetIn(PasswordVerified(session.password), usable, session),
            };
            (at_site, outcome)
        }
        (SiteVerdict::Changed, Wanted::Change) => (AtSite::Changed, SiteOutcome::Changed),
        // It has been told to change the password, and says that it must be.
        (SiteVerdict::MustChange, Wanted::Login | Wanted::Revalidation) => {
            (AtSite::MustChange, SiteOutcome::MustChange)
        }
        (SiteVerdict::Refused(told), _) => {
            let reason = Reason::of_site(told.as_deref());
            (
                AtSite::Refused(reason),
                SiteOutcome::Refused { reason, told },
            )
        }
        (SiteVerdict::NoVerdict(told), _) => {
            let fault = Fault::of_site(&told);
            let told = Some(told);
            (
                AtSite::NoVerdict(fault),
                SiteOutcome::NoVerdict { fault, told },
            )
        }
        (SiteVerdict::SealRefused(why), Wanted::Login | Wanted::Change) => (
            AtSite::NoVerdict(Fault::SealExpired),
            SiteOutcome::SealRefused { why },
        ),
        _ => invalid("answers another question"),
    }
}

impl Fault {
    /// What a site's fault is here, whatever it is there: the hub's own directories are not meant.
    pub fn of_site(told: &str) -> Self {
        match told {
            code if code == Self::PasswordChangeUnknown.code() => Self::PasswordChangeUnknown,
            code if code == Self::Deadline.code() => Self::SiteTimedOut,
            _ => Self::SiteNoVerdict,
        }
    }
}

impl Reason {
    /// Why a site has refused, where it tells and we know the word.
    pub fn of_site(told: Option<&str>) -> Self {
        told.and_then(Self::from_code)
            .unwrap_or(Self::RefusedBySite)
    }
}

/// What no answer comes to. A change that may have arrived may have been made.
pub(crate) fn unanswered(unanswered: &SiteUnanswered, wanted: Wanted) -> Fault {
    if unanswered.written && wanted == Wanted::Change {
        return Fault::PasswordChangeUnknown;
    }
    match unanswered.fault {
        SiteFault::Unreachable | SiteFault::Gone => Fault::SiteUnreachable,
        SiteFault::Busy => Fault::SiteBusy,
        SiteFault::TimedOut => Fault::SiteTimedOut,
        SiteFault::Invalid => Fault::SiteReplyInvalid,
    }
}

/// Names and values end up in headers, tokens and lines of a log: each is a line of text, as those of an entry are.
fn check(session: &SiteSession) -> Result<(), &'static str> {
    let SiteSession {
        subject,
        name,
        home,
        shell,
        system_user,
        user_class,
        groups,
        email,
        display_name,
        attributes,
        token,
        device,
        uid: _,
        gid: _,
        user_type: _,
        password: _,
        authenticated_at: _,
    } = session;
    if subject.trim().is_empty() || name.trim().is_empty() {
        return Err("its session has no subject or no name");
    }
    if subject.len() > NAME_MAX || name.len() > NAME_MAX {
        return Err("the subject or the name of its session is longer than 200 bytes");
    }
    if groups
        .as_ref()
        .is_some_and(|groups| groups.groups.len() > GROUPS_MAX)
    {
        return Err("its session has more than 1000 groups");
    }
    let each = attributes.iter().map(|(_, values)| 1 + values.len());
    if each.sum::<usize>() > VALUES_MAX {
        return Err("its session has more than 10000 attributes and values");
    }
    let told = [home, shell, system_user, email, display_name];
    let groups = groups.iter().flat_map(|groups| &groups.groups);
    let groups = groups.flat_map(|group| [&*group.name, &*group.domain]);
    let keys = attributes.iter().map(|(key, _)| &**key);
    let values = attributes.iter().flat_map(|(_, values)| values);
    let texts = [subject, name]
        .into_iter()
        .chain(told.into_iter().flatten())
        .map(String::as_str)
        .chain(user_class.as_deref())
        .chain(groups)
        .chain(keys)
        .chain(values.map(String::as_str));
    let mut bytes = 0_usize;
    for text in texts {
        if text.contains(char::is_control) {
            return Err("a text of its session holds a control character");
        }
        bytes = bytes.saturating_add(text.len());
        if bytes > TEXTS_MAX {
            return Err("the texts of its session have more than 64 KiB together");
        }
    }
    let tokens = [token, device];
    if tokens
        .into_iter()
        .flatten()
        .any(|token| token.len() > TOKEN_MAX)
    {
        return Err("a token of its session is too long");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
