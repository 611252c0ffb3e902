//! Forward authentication of one configuration: what its rules ask is answered by sessions of single sign-on, and by
//! logins whose outcome is remembered for a little.

mod changes;
mod verifications;

use crate::ids;
use crate::sso::{Pictures, Sso, person};
pub(crate) use changes::PasswordChanges;
use entryway_config::ForwardSettings;
use entryway_forward::{BasicCredentials, Host, Rules, Somebody};
use entryway_login::{Attempt, Decision, LoginService, Reason, SubmittedPassword};
use entryway_oidc::{Answer, Fingerprint, Secret};
use entryway_store::HeldAccounts;
use entryway_web::{Asked, Forwarding, FromMemory, Handover};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use verifications::{Found, Shown, Verifications, Verified};

/// Forward authentication of one configuration.
pub(crate) struct Forward {
    rules: Arc<Rules>,
    sso: Arc<Sso>,
    verifications: Arc<Verifications>,
    asking: Arc<Asking>,
    state: Passwords,
}

/// Who is asked about a name and a password.
struct Asking {
    logins: Arc<dyn LoginService>,
    pictures: Option<Pictures>,
    wants_groups: bool,
    deadline: Duration,
}

/// What is known of passwords without asking: another value, and whatever was verified before counts no longer.
struct Passwords {
    accounts: HeldAccounts,
    changes: Arc<PasswordChanges>,
}

impl Passwords {
    /// `None` while local accounts are out of reach.
    fn now(&self) -> Option<verifications::State> {
        let accounts = self.accounts.version().ok()?;
        Some(verifications::State {
            accounts,
            changes: self.changes.count(),
        })
    }
}

impl Forward {
    /// Of these settings.
    pub(crate) fn new(
        settings: &ForwardSettings,
        sso: Arc<Sso>,
        logins: Arc<dyn LoginService>,
        (accounts, changes): (HeldAccounts, Arc<PasswordChanges>),
        pictures: Option<Pictures>,
        deadline: Duration,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            rules: Arc::clone(&settings.rules),
            sso,
            verifications: Arc::new(Verifications::new(settings.basic_life)?),
            asking: Arc::new(Asking {
                logins,
                pictures,
                wants_groups: settings.rules.needs_groups(),
                deadline,
            }),
            state: Passwords { accounts, changes },
        })
    }

    async fn verify(
        &self,
        shown: BasicCredentials,
        host: &Host,
        address: Option<IpAddr>,
    ) -> (Somebody, FromMemory) {
        let Some(state) = self.state.now() else {
            return (Somebody::Unavailable, FromMemory::Yes);
        };
        let same = Shown {
            name: &shown.name,
            password: &shown.password,
            address,
        };
        match self.verifications.find(&same, state) {
            Found::Known(verified) => (verified.into(), FromMemory::Yes),
            Found::Waiting(waiting) => (waiting.outcome().await.into(), FromMemory::Yes),
            Found::Full => (Somebody::Unavailable, FromMemory::Yes),
            Found::New(ticket, waiting) => {
                let (asking, host) = (Arc::clone(&self.asking), host.clone());
                // A task of its own: whoever asked first may hang up, and others wait for the same.
                tokio::spawn(async move {
                    let (verified, remember) = asking.ask(shown, &host, address).await;
                    ticket.settle(verified, remember);
                });
                (waiting.outcome().await.into(), FromMemory::No)
            }
        }
    }
}

impl From<Verified> for Somebody {
    fn from(verified: Verified) -> Self {
        match verified {
            Verified::Person(person) => Self::Person(person),
            Verified::Nobody => Self::Nobody,
            Verified::SealedOnly => Self::SealedOnly,
            Verified::Unknown => Self::Unavailable,
        }
    }
}

impl Asking {
    /// A login like any other; and whether its outcome is one of the password.
    async fn ask(
        &self,
        shown: BasicCredentials,
        host: &Host,
        address: Option<IpAddr>,
    ) -> (Verified, bool) {
        let started = Instant::now();
        let attempt = Attempt {
            id: ids::draw(),
            login_name: shown.name.to_string(),
            password: SubmittedPassword::from_field(shown.password.to_vec()),
            client_address: address,
            device: None,
            wants_groups: self.wants_groups,
            caller: Some(format!("forward {host}").into()),
            at: SystemTime::now(),
            started,
            deadline: started + self.deadline,
        };
        drop(shown);
        match self.logins.login(attempt).await.decision {
            Decision::Accept(session) => {
                let person = person(&session, self.pictures.as_ref());
                (Verified::Person(Arc::new(person)), true)
            }
            // Nobody was asked: in a moment it may be another answer.
            Decision::Reject(Reason::Throttled) => (Verified::Nobody, false),
            Decision::Reject(Reason::SealedOnly) => (Verified::SealedOnly, true),
            Decision::Reject(_) | Decision::Challenge(_) => (Verified::Nobody, true),
            // An outage says nothing of a password.
            Decision::Indeterminate(_) | Decision::WouldAccept(_) | Decision::Changed => {
                (Verified::Unknown, false)
            }
        }
    }
}

impl Forwarding for Forward {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn by_cookie<'a>(&'a self, host: &'a Host, cookie: Fingerprint) -> Asked<'a, Somebody> {
        let needs_groups = self.rules.needs_groups();
        Box::pin(async move {
            match self.sso.person_at(host, cookie, needs_groups).await {
                Ok(Some(person)) => Somebody::Person(person),
                Ok(None) => Somebody::Nobody,
                Err(_) => Somebody::Unavailable,
            }
        })
    }

    fn by_password<'a>(
        &'a self,
        shown: BasicCredentials,
        host: &'a Host,
        address: Option<IpAddr>,
    ) -> Asked<'a, (Somebody, FromMemory)> {
        Box::pin(self.verify(shown, host, address))
    }

    fn hand_over<'a>(&'a self, to: Handover<'a>) -> Asked<'a, Answer<Option<Secret>>> {
        Box::pin(self.sso.hand_over(to))
    }

    fn exchange<'a>(
        &'a self,
        code: Fingerprint,
        host: &'a Host,
        ties: &'a [Fingerprint],
    ) -> Asked<'a, Answer<Option<(Secret, String)>>> {
        Box::pin(self.sso.exchange(code, host, ties))
    }
}
