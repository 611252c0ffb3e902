//! A login by a certificate that a site's connector has judged: its signed assertion came through the person's browser.
//! It lets nobody in by itself. Whom it is of the connector says through the tunnel, as of anybody who is asked about
//! again; and what that comes to is judged as every answer of the site is.

use super::{Log, Login, Step};
use crate::trace::AssertedOutcome;
use crate::verdict::Wanted;
use crate::{
    Attempt, Decision, Fault, LoginPolicy, Reason, Record, ReplyProof, Route, SiteAsk, SiteId,
};
use std::sync::Arc;

/// An assertion. Whoever makes one has seen that the connector's key signed it for this hub, for the page that this very
/// browser had, a moment ago, and that it is used for the first time.
#[derive(Debug, Clone)]
pub struct Asserted {
    /// Whose connector it is.
    pub site: Arc<str>,
    /// Which.
    pub connector: Box<str>,
    /// By what it is found in both sides' records.
    pub proof: ReplyProof,
    /// What it says.
    pub says: AssertedSays,
}

/// What an assertion says.
#[derive(Clone)]
pub enum AssertedSays {
    /// Let in; the site is asked about the person with this.
    LetIn(Arc<str>),
    /// Not let in: a code, where it is about the certificate.
    Refused(String),
    /// Nobody there could be asked.
    NoVerdict,
}

/// A token is in it.
impl std::fmt::Debug for AssertedSays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::LetIn(_) => f.write_str("LetIn"),
            Self::Refused(code) => write!(f, "Refused({code:?})"),
            Self::NoVerdict => f.write_str("NoVerdict"),
        }
    }
}

/// What it comes to, and what the site is asked with, or how the login ends.
fn judged(says: AssertedSays) -> (AssertedOutcome, Result<Arc<str>, Decision>) {
    match says {
        AssertedSays::LetIn(token) => (AssertedOutcome::LetIn, Ok(token)),
        AssertedSays::Refused(told) => {
            let mut about_it = Reason::OF_A_CERTIFICATE.into_iter();
            let known = about_it.find(|reason| reason.code() == told);
            let reason = known.unwrap_or(Reason::RefusedBySite);
            let outcome = AssertedOutcome::Refused { reason, told };
            (outcome, Err(Decision::Reject(reason)))
        }
        AssertedSays::NoVerdict => {
            let fault = Fault::SiteNoVerdict;
            let outcome = AssertedOutcome::NoVerdict { fault };
            (outcome, Err(Decision::Indeterminate(fault)))
        }
    }
}

/// Starts it. Of the attempt neither name nor password is looked at.
pub fn begin_asserted(attempt: Attempt, asserted: Asserted, policy: Arc<LoginPolicy>) -> Step {
    let mut log = Log::default();
    let Asserted {
        site,
        connector,
        proof,
        says,
    } = asserted;
    let (outcome, token) = judged(says);
    log.note(Record::SiteAsserted {
        site: Arc::clone(&site),
        connector,
        proof,
        outcome,
    });
    let refuse = |mut log: Log, reason, problem: &str| {
        let record = Record::NameRefused {
            login_name: site.to_string(),
            reason,
            problem: problem.to_owned(),
        };
        log.note(record);
        log.decide(attempt.id, Decision::Reject(reason), Vec::new())
    };
    let mut sites = policy.sites.iter();
    let Some(at) = sites.position(|known| known.enabled && known.name == site) else {
        let problem = "came by a certificate to a site that is not in the configuration";
        return refuse(log, Reason::UnknownDomain, problem);
    };
    let id = SiteId(at);
    let is_admitted = policy
        .sites
        .get(at)
        .is_some_and(|site| policy.admits(site, attempt.caller.as_deref()));
    if !is_admitted {
        let problem =
            "came by a certificate to a site whose people do not log in at this application";
        return refuse(log, Reason::NotAdmittedHere, problem);
    }
    let token = match token {
        Ok(token) => token,
        Err(decision) => return log.decide(attempt.id, decision, Vec::new()),
    };
    let route = Route::untyped(String::new(), Vec::new());
    let login_name = site.to_string();
    let login = Box::new(Login::untyped(attempt, login_name, route, policy, log));
    let wanted = Wanted::Certificate;
    login.ask_of_site(id, wanted, SiteAsk::Revalidate { token })
}
