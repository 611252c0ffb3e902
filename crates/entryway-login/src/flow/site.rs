//! People of a site: a connector there decides, by the site's own configuration, and nobody else is asked.
//!
//! The password is opaque here. Wrong ones of an identity are counted where it is known whose they are: at the site;
//! those of an address here, as for everybody.

use super::{Login, Step};
use crate::account::{self, AccountUsable};
use crate::decision::Accepted;
use crate::trace::SiteOutcome;
use crate::verdict::{AtSite, Wanted, judge_site, site_unanswered};
use crate::{
    Anchor, Challenge, Decision, Fault, Method, Reason, Record, Session, SiteAnswer, SiteAsk,
    SiteFault, SiteId, SiteOperation, SitePolicy, SiteReply, SiteSession, Source, Stage, Subject,
    SubmittedPassword,
};
use std::sync::Arc;
use std::time::Instant;

/// A login that waits for a site.
pub struct AfterSite {
    login: Box<Login>,
    id: SiteId,
    site: Arc<str>,
    wanted: Wanted,
    /// The token that an assertion brought.
    asserted: Option<Arc<str>>,
}

impl AfterSite {
    /// Goes on with what came back.
    pub fn resume(self, answer: SiteAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            id,
            site,
            wanted,
            asserted,
        } = self;
        login.look_at(now);
        let SiteAnswer {
            connector,
            reply,
            took,
        } = answer;
        let SiteReply { proof, verdict } = match reply {
            Ok(reply) => reply,
            // It never will: a session that nobody can confirm is over, and the person logs in anew, at another connector.
            Err(unanswered)
                if unanswered.fault == SiteFault::Gone && wanted == Wanted::Revalidation =>
            {
                let reason = Reason::UnknownLogin;
                let login_name = login.login_name.clone();
                let problem = unanswered.cause;
                let record = Record::NameRefused {
                    login_name,
                    reason,
                    problem,
                };
                login.log.note_answer(record, took);
                return login.decide(Decision::Reject(reason));
            }
            Err(unanswered) => {
                let fault = site_unanswered(&unanswered, wanted);
                let record = Record::SiteUnanswered {
                    site,
                    connector,
                    written: unanswered.written,
                    fault,
                    cause: unanswered.cause,
                };
                login.log.note_answer(record, took);
                return login.indeterminate(fault);
            }
        };
        let policy = Arc::clone(&login.policy);
        let Some(from) = policy.sites.get(id.0) else {
            return login.reject(Reason::UnknownDomain);
        };
        let (at_site, outcome) = judge_site(verdict, wanted, from);
        // Time and a busy connector do the rest to anybody.
        login.tally.forged = matches!(
            &outcome,
            SiteOutcome::SealRefused { why } if matches!(why.as_str(), "foreign" | "malformed" | "replayed")
        );
        let record = Record::SiteAnswered {
            site: Arc::clone(&site),
            connector,
            proof,
            outcome,
        };
        login.log.note_answer(record, took);
        match at_site {
            AtSite::LetIn(verified, usable, session) => {
                login.tally.verified = true;
                let at = login.wall_clock();
                let session = login.session_of_site(id, &site, *session, at, Method::Password);
                let usable = account::at_site(usable);
                login.decide(Decision::Accept(Accepted::new(verified, usable, session)))
            }
            AtSite::Certified(verified, usable, mut session) => {
                // Nobody typed a name.
                login.login_name.clone_from(&session.name);
                // A site may give the same token for as long as it holds.
                session.token = session.token.or(asserted.as_deref().map(Into::into));
                let at = login.wall_clock();
                let session = login.session_of_site(id, &site, *session, at, Method::Certificate);
                let usable = account::at_site(usable);
                let accepted = Accepted::by_certificate(verified, usable, session);
                login.decide(Decision::Accept(accepted))
            }
            AtSite::Welcome(usable, session) => {
                let usable = account::at_site(usable);
                login.compare_at_site(id, &site, session, usable)
            }
            AtSite::MustChange => {
                login.tally.verified = true;
                login.decide(Decision::Challenge(Challenge::ChangePassword))
            }
            AtSite::Changed => {
                login.tally.verified = true;
                login.decide(Decision::Changed)
            }
            AtSite::Refused(reason) => {
                // Of a change, this says that the old password was right.
                if wanted == Wanted::Change && Reason::OF_A_CHANGE.contains(&reason) {
                    login.tally.right = true;
                } else {
                    login.tally.refuse();
                }
                login.decide(Decision::Reject(reason))
            }
            AtSite::NoVerdict(fault) => login.indeterminate(fault),
        }
    }
}

impl Login {
    /// The site that the name means, and nobody else.
    pub(super) fn ask_site(self: Box<Self>, id: SiteId) -> Step {
        let (wanted, ask) = match (&self.password, &self.sealed_new) {
            (SubmittedPassword::Sealed(sealed), None) => (
                Wanted::Login,
                SiteAsk::Login {
                    login_name: self.route.login.as_str().into(),
                    sealed: Arc::clone(sealed),
                    device: self.device_of(id),
                },
            ),
            (SubmittedPassword::Sealed(old), Some(new)) => (
                Wanted::Change,
                SiteAsk::Change {
                    login_name: self.route.login.as_str().into(),
                    old: Arc::clone(old),
                    new: Arc::clone(new),
                },
            ),
            // The name is all that is known here: whether it lets anybody in is decided, and explained, at the site.
            (SubmittedPassword::NotAsked, _) => {
                let problem = "a connector there decides: ask `entryway explain` at the site";
                return self.stop(Fault::SiteNoVerdict, problem, Stage::Site);
            }
            (SubmittedPassword::Given(_) | SubmittedPassword::Malformed, _) => {
                return self.reject(Reason::SealedOnly);
            }
        };
        self.ask_of_site(id, wanted, ask)
    }

    /// Whether the person of an earlier login there is still welcome.
    pub(super) fn ask_site_again(self: Box<Self>, id: SiteId) -> Step {
        let remembered = self.remembered.as_deref();
        let Some(token) = remembered.and_then(|remembered| remembered.site_token.as_deref()) else {
            return self.reject(Reason::UnknownLogin);
        };
        let token = token.into();
        self.ask_of_site(id, Wanted::Revalidation, SiteAsk::Revalidate { token })
    }

    pub(super) fn ask_of_site(self: Box<Self>, id: SiteId, wanted: Wanted, ask: SiteAsk) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Site);
        }
        let Some(site) = self.policy.sites.get(id.0) else {
            return self.reject(Reason::UnknownDomain);
        };
        let site = Arc::clone(&site.name);
        let asserted = match &ask {
            SiteAsk::Revalidate { token } if wanted == Wanted::Certificate => {
                Some(Arc::clone(token))
            }
            _ => None,
        };
        let operation = SiteOperation {
            site: id,
            login: self.id,
            audience: Arc::clone(&self.caller),
            client_address: self.client_address,
            wants_groups: self.wants_groups,
            ask,
            deadline: self.deadline,
        };
        let login = self;
        Step::AskSite(
            operation,
            AfterSite {
                login,
                id,
                site,
                wanted,
                asserted,
            },
        )
    }

    /// What the site gave for this device; what another site gave is none of its business.
    fn device_of(&self, id: SiteId) -> Option<Arc<str>> {
        let site: &SitePolicy = self.policy.sites.get(id.0)?;
        let device = self.device.as_ref()?;
        let own = device.identity.strip_prefix(&*site.name)?;
        own.starts_with(':')
            .then(|| device.of_site.clone())
            .flatten()
    }

    /// The session of a site's person: what the site let out, under the site's name.
    pub(super) fn session_of_site(
        &mut self,
        id: SiteId,
        site: &Arc<str>,
        session: SiteSession,
        at: std::time::SystemTime,
        method: Method,
    ) -> Box<Session> {
        Box::new(Session {
            subject: Subject::at_site(site, &session.subject),
            name: session.name,
            login_name: std::mem::take(&mut self.login_name),
            source: Source::Site(id),
            domain: Arc::clone(site),
            dn: None,
            server: None,
            uid: session.uid,
            gid: session.gid,
            home: session.home,
            user_type: session.user_type,
            shell: session.shell,
            system_user: session.system_user,
            user_class: session.user_class,
            template: None,
            groups: session.groups,
            email: session.email,
            display_name: session.display_name,
            attributes: session.attributes,
            password: session.password,
            authenticated_at: at,
            method,
            anchor: Anchor {
                site_token: session.token,
                site_device: session.device,
                ..Anchor::default()
            },
        })
    }

    /// Renews the session of whoever the site still lets in, if it is the person of that login.
    fn compare_at_site(
        self: Box<Self>,
        id: SiteId,
        site: &Arc<str>,
        mut session: Box<SiteSession>,
        usable: AccountUsable,
    ) -> Step {
        let subject = Subject::at_site(site, &session.subject);
        // A site may give the same token for as long as it holds.
        if session.token.is_none() {
            let remembered = self.remembered.as_deref();
            session.token = remembered.and_then(|remembered| remembered.site_token.clone());
        }
        let site = Arc::clone(site);
        self.compare(Some(subject), None, move |mut login, valid| {
            let (at, method) = (valid.authenticated_at(), valid.method());
            let session = login.session_of_site(id, &site, *session, at, method);
            login.decide(Decision::Accept(Accepted::renewed(valid, usable, session)))
        })
    }
}
