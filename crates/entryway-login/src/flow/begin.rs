//! The start of a login: what is refused before anything is asked, and who is asked first.

use super::{Log, Login, Step};
use crate::route::RouteError;
use crate::trace::{TYPED_MAX, clip};
use crate::{
    Attempt, Decision, Fault, LdapUse, LoginPolicy, Reason, Record, Route, SealedPassword, Stage,
    SubmittedPassword,
};
use entryway_ldap_types::{LoginName, Password};
use std::sync::Arc;

/// Starts a login.
pub fn begin(attempt: Attempt, policy: Arc<LoginPolicy>) -> Step {
    let mut log = Log::default();
    match enter(&attempt, &policy, &mut log) {
        Ok(route) => start(attempt, None, None, policy, route, log),
        Err(end) => log.decide(attempt.id, end.into(), Vec::new()),
    }
}

/// Starts the change of a password: `attempt` has the old one, and is followed as a login is until it would let somebody
/// in. Ends in [`Decision::Changed`] and never in an accept.
pub fn begin_change(attempt: Attempt, new: SubmittedPassword, policy: Arc<LoginPolicy>) -> Step {
    let mut log = Log::default();
    let entered = enter(&attempt, &policy, &mut log).and_then(|route| {
        match (&attempt.password, new) {
            (SubmittedPassword::Sealed(_), SubmittedPassword::Sealed(new)) => {
                Ok((route, None, Some(new)))
            }
            // Half of it could be read by whoever is not to read any of it.
            (SubmittedPassword::Sealed(_), _) => {
                Err(refuse_clear(&route, &policy, &mut log).into())
            }
            (SubmittedPassword::Given(_), new) => {
                Ok((route, Some(acceptable(new, &mut log)?), None))
            }
            // Without an old password there is nothing to prove: whoever explains a login changes nothing.
            (SubmittedPassword::NotAsked | SubmittedPassword::Malformed, _) => {
                Err(Reason::MalformedLogin.into())
            }
        }
    });
    match entered {
        Ok((route, new, sealed)) => start(attempt, new, sealed, policy, route, log),
        Err(end) => log.decide(attempt.id, end.into(), Vec::new()),
    }
}

/// How a login ends before anybody is asked.
enum Early {
    Refused(Reason),
    NoVerdict(Fault),
}

impl From<Reason> for Early {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl From<Early> for Decision {
    fn from(end: Early) -> Self {
        match end {
            Early::Refused(reason) => Self::Reject(reason),
            Early::NoVerdict(fault) => Self::Indeterminate(fault),
        }
    }
}

/// A new password must be text (RFC 4513 §6.3.1): what no keyboard types would lock its owner out, and Active Directory
/// takes nothing else.
fn acceptable(new: SubmittedPassword, log: &mut Log) -> Result<Arc<Password>, Reason> {
    let problem = match new {
        SubmittedPassword::Given(new) => match unacceptable(&new) {
            Some(problem) => problem,
            None if std::str::from_utf8(new.expose()).is_err() => "is not UTF-8",
            None => return Ok(new),
        },
        SubmittedPassword::Malformed | SubmittedPassword::NotAsked => "is empty or far too long",
        SubmittedPassword::Sealed(_) => "is sealed, and the old one is not",
    };
    let reason = Reason::NewPasswordMalformed;
    log.note(Record::ChangeRefused { reason, problem });
    Err(reason)
}

fn start(
    mut attempt: Attempt,
    new: Option<Arc<Password>>,
    sealed_new: Option<Arc<SealedPassword>>,
    policy: Arc<LoginPolicy>,
    route: Route,
    log: Log,
) -> Step {
    let login_name = std::mem::take(&mut attempt.login_name);
    let mut login = Login::new(attempt, login_name, route, policy, log);
    login.new = new;
    login.sealed_new = sealed_new;
    Box::new(login).reserve_address()
}

impl Login {
    /// A bare name may be a local account's; a named domain is asked alone, and so is a site.
    pub(super) fn ask_first(self: Box<Self>) -> Step {
        if let Some(named) = self.route.site {
            return self.ask_site(named.site);
        }
        if self.route.named.is_none() {
            self.ask_local()
        } else {
            self.ask_next()
        }
    }
}

fn enter(attempt: &Attempt, policy: &LoginPolicy, log: &mut Log) -> Result<Route, Early> {
    let typed = clip(&attempt.login_name, TYPED_MAX);
    let name = match LoginName::parse(&attempt.login_name) {
        Ok(name) => name,
        Err(error) => {
            log.note(Record::NameRefused {
                login_name: typed,
                reason: Reason::MalformedLogin,
                problem: error.to_string(),
            });
            return Err(Reason::MalformedLogin.into());
        }
    };
    // Before the password is looked at: a page sends none where the name leads nowhere.
    let mut route = match Route::of(&name, attempt.caller.as_deref(), policy) {
        Ok(route) => route,
        Err(RouteError::EmptyHalf(problem)) => {
            log.note(Record::NameRefused {
                login_name: typed,
                reason: Reason::MalformedLogin,
                problem: problem.to_owned(),
            });
            return Err(Reason::MalformedLogin.into());
        }
        Err(RouteError::UnknownDomain(domain)) => {
            log.note(Record::DomainUnknown { domain });
            return Err(Reason::UnknownDomain.into());
        }
    };
    let problem = match &attempt.password {
        SubmittedPassword::Given(password) => unacceptable(password),
        SubmittedPassword::NotAsked | SubmittedPassword::Sealed(_) => None,
        SubmittedPassword::Malformed => Some("is empty or far too long"),
    };
    if let Some(problem) = problem {
        log.note(Record::PasswordRefused {
            login_name: typed,
            problem,
        });
        return Err(Reason::MalformedLogin.into());
    }
    let is_sealed = matches!(&attempt.password, SubmittedPassword::Sealed(_));
    if route.site.is_some() {
        look_at_site(&route, attempt.caller.as_deref(), policy, typed, log)?;
        return match &attempt.password {
            SubmittedPassword::Given(_) => Err(refuse_clear(&route, policy, log).into()),
            _ => Ok(route),
        };
    }
    // Nobody here could open it.
    if is_sealed {
        log.note(Record::PasswordRefused {
            login_name: typed,
            problem: "is sealed, and this name means no site",
        });
        return Err(Reason::MalformedLogin.into());
    }
    if policy.ldap == LdapUse::Disabled && route.named.is_some() {
        log.note(Record::NameRefused {
            login_name: typed,
            reason: Reason::LdapDisabled,
            problem: "names a domain, and directories are switched off (`login.ldap`)".to_owned(),
        });
        return Err(Reason::LdapDisabled.into());
    }
    let mut rule = route.named.is_none().then_some(policy.default_domains_rule);
    if policy.ldap == LdapUse::Disabled {
        (route.tries, rule) = (Vec::new(), None);
    }
    let (named, tries) = (route.named.clone(), route.tries.clone());
    log.note(Record::NameRead {
        login_name: typed,
        named,
        tries,
        rule,
    });
    Ok(route)
}

/// Whether the site that the name means may be asked for this caller.
fn look_at_site(
    route: &Route,
    caller: Option<&str>,
    policy: &LoginPolicy,
    login_name: String,
    log: &mut Log,
) -> Result<(), Early> {
    let named = route.site;
    let site = named.and_then(|named| policy.sites.get(named.site.0));
    let Some((named, site)) = named.zip(site) else {
        return Err(Reason::UnknownDomain.into());
    };
    log.note(Record::SiteNamed {
        login_name: login_name.clone(),
        site: Arc::clone(&site.name),
        form: named.form,
        rule: site.rule,
    });
    if !policy.admits(site, caller) {
        let reason = Reason::NotAdmittedHere;
        log.note(Record::NameRefused {
            login_name,
            reason,
            problem: format!(
                "means the site `{}`, and its people do not log in at `{}` (`clients` and `applications` of the sites)",
                site.name,
                clip(caller.unwrap_or_default(), TYPED_MAX)
            ),
        });
        return Err(reason.into());
    }
    if !site.enabled {
        let fault = Fault::SiteUnreachable;
        log.note(Record::Stopped {
            stage: Stage::Site,
            fault,
            problem: "the site is switched off (`site.X.enabled`), and nobody else may have its people's passwords",
        });
        return Err(Early::NoVerdict(fault));
    }
    Ok(())
}

/// A password in clear where it is to be sealed.
fn refuse_clear(route: &Route, policy: &LoginPolicy, log: &mut Log) -> Reason {
    let site = route.site.and_then(|named| policy.sites.get(named.site.0));
    if let Some(site) = site {
        let site = Arc::clone(&site.name);
        log.note(Record::ClearRefused { site });
    }
    Reason::SealedOnly
}

/// Not too long, and nothing that no keyboard types: a directory in C may read a NUL as the end, and
/// would then verify a shorter password than the one that was submitted (RFC 4513 §6.3.1, RFC 4013
/// §2.3: control characters are prohibited). Bytes that are not UTF-8 are another character set's
/// letters, and the directory's to judge.
fn unacceptable(password: &Password) -> Option<&'static str> {
    let bytes = password.expose();
    let mut texts = bytes.utf8_chunks().map(|chunk| chunk.valid());
    if bytes.len() > Password::MAX_BYTES {
        Some("is longer than 1024 bytes")
    } else if texts.any(|text| text.contains(char::is_control)) {
        Some("holds control characters")
    } else {
        None
    }
}
