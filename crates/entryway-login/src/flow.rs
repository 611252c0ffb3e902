//! The login as a state machine. Each stage holds only what it may know, and consumes itself, so
//! an operation is answered once and by an answer of its own kind.
//!
//! Owns the order of things: which authority is asked next, when a failure is counted, when the bind is due, what an
//! outage means. What an answer means by itself is judged in `find` and `verdict`; what becomes of an entry, in `steps`.

mod asserted;
mod begin;
mod beside;
mod bind;
mod certificate;
mod change;
mod conclude;
mod find;
mod local;
mod log;
mod os;
mod reserve;
mod revalidate;
mod site;

use crate::verdict::{CertificateVerified, OldProven, PasswordVerified};
use crate::{
    Attempt, BindOperation, ChangeLocalOperation, ChangeOperation, Decided, Decision, Device,
    Fault, FindOperation, GroupsOperation, LocalAccount, LockoutPolicy, LoginId, LoginPolicy,
    OsOperation, Reason, Record, ReserveOperation, Route, SealedPassword, Settled, SiteOperation,
    Stage, SubmittedPassword, VerifyOperation,
};
use certificate::Mapping;
use change::Keeper;
use entryway_ldap_types::{Entry, Password};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

pub use asserted::{Asserted, AssertedSays, begin_asserted};
pub use begin::{begin, begin_change};
pub use bind::AfterBind;
pub use certificate::begin_certificate;
pub use change::{AfterBindToChange, AfterChange, AfterChangeLocal};
pub use conclude::AfterGroups;
pub use find::AfterFind;
pub use local::{AfterFindLocal, AfterVerifyLocal};
pub(crate) use log::Log;
pub use os::{AfterFindOs, AfterLoginOs};
pub use reserve::AfterReserve;
pub(crate) use revalidate::StillValid;
pub use revalidate::{Remembered, begin_revalidation};
pub use site::AfterSite;

/// What the login wants next.
pub enum Step {
    /// Count failures beforehand, then go on.
    Reserve(ReserveOperation, AfterReserve),
    /// Find the local account of that name, then go on.
    FindLocal(Arc<str>, AfterFindLocal),
    /// Check a password against a local account, then go on.
    VerifyLocal(VerifyOperation, AfterVerifyLocal),
    /// Find the entry, then go on.
    Find(FindOperation, AfterFind),
    /// Bind once, then go on.
    Bind(BindOperation, AfterBind),
    /// Bind once on a connection for the change of the password, then go on.
    BindToChange(BindOperation, AfterBindToChange),
    /// Change the password once, then go on.
    ChangePassword(ChangeOperation, AfterChange),
    /// Change a local account's password once, then go on.
    ChangeLocal(ChangeLocalOperation, AfterChangeLocal),
    /// Find the person's groups, then go on.
    Groups(GroupsOperation, AfterGroups),
    /// Find the operating system's account of that name before the deadline, then go on.
    FindOs(Arc<str>, Instant, AfterFindOs),
    /// Log in at the operating system, then go on.
    LoginOs(OsOperation, AfterLoginOs),
    /// Ask a site, then go on.
    AskSite(SiteOperation, AfterSite),
    /// Done.
    Decided(Box<Decided>),
}

/// The entry that decides, and who gave it.
struct Found {
    entry: Arc<Entry>,
    server: Arc<str>,
    /// When the directory locks it.
    lockout: LockoutPolicy,
}

/// What is known of the password when the person's turn comes.
enum Proof {
    Verified(PasswordVerified),
    MustChange,
    NotAsked,
    /// It was right at an earlier login, and nothing says that it changed.
    Remembered(StillValid),
    /// No password is involved.
    Certificate(CertificateVerified),
    /// It is right, and a new one is to take its place.
    ToChange(OldProven, Box<Keeper>),
}

/// What every stage of one login carries.
struct Login {
    id: LoginId,
    login_name: String,
    password: SubmittedPassword,
    /// What takes its place, where it is to be changed.
    new: Option<Arc<Password>>,
    /// The same, where it is sealed for a site.
    sealed_new: Option<Arc<SealedPassword>>,
    /// The application that asks; empty when none does.
    caller: Arc<str>,
    submitted: SystemTime,
    started: Instant,
    deadline: Instant,
    client_address: Option<IpAddr>,
    device: Option<Device>,
    wants_groups: bool,
    policy: Arc<LoginPolicy>,
    route: Route,
    /// How many of the route's domains were asked.
    asked: usize,
    /// A domain that was down and skipped: from then on nothing but a right password is a verdict.
    skipped: Option<Fault>,
    /// A local account knew the name and not the password, and the domains were asked all the same.
    mismatched: bool,
    /// Whether the last directory that answered was asked as Active Directory, though nobody wrote that it is.
    active_directory: bool,
    /// A local account whose password is in the directory: by what was typed, and once the entry is known, by the
    /// session's name.
    account: Option<Arc<LocalAccount>>,
    /// What an earlier login left, when somebody asks whether it still holds.
    remembered: Option<Box<Remembered>>,
    /// Where somebody came by a certificate.
    mapping: Option<Box<Mapping>>,
    tally: Tally,
    log: Log,
}

impl Login {
    /// Of whom nothing is known or counted yet.
    fn new(
        attempt: Attempt,
        login_name: String,
        route: Route,
        policy: Arc<LoginPolicy>,
        log: Log,
    ) -> Self {
        Self {
            id: attempt.id,
            login_name,
            password: attempt.password,
            new: None,
            sealed_new: None,
            caller: attempt.caller.unwrap_or_default(),
            submitted: attempt.at,
            started: attempt.started,
            deadline: attempt.deadline,
            client_address: attempt.client_address,
            device: attempt.device,
            wants_groups: attempt.wants_groups,
            policy,
            route,
            asked: 0,
            skipped: None,
            mismatched: false,
            active_directory: false,
            account: None,
            remembered: None,
            mapping: None,
            tally: Tally::default(),
            log,
        }
    }

    /// The same of somebody who types nothing: no name of the attempt is read, no password of it is tried, and no device
    /// counts.
    fn untyped(
        attempt: Attempt,
        login_name: String,
        route: Route,
        policy: Arc<LoginPolicy>,
        log: Log,
    ) -> Self {
        let attempt = Attempt {
            password: SubmittedPassword::NotAsked,
            device: None,
            ..attempt
        };
        Self::new(attempt, login_name, route, policy, log)
    }
}

/// What was counted at the throttle, and what became of it.
#[derive(Default)]
struct Tally {
    address: Option<ReserveOperation>,
    /// For the identity whose password is in question.
    identity: Vec<ReserveOperation>,
    /// An authority said that the password is right, and forgot the wrong ones.
    verified: bool,
    /// A directory said that it is right, and not with a success: what it counted stays as it was.
    right: bool,
    /// An authority said that it is wrong.
    refused: bool,
    /// What was sealed is nothing that a page of ours makes, or was made for somebody else, or comes again.
    forged: bool,
    /// How often the identity's password may have been counted as wrong there.
    exposed: usize,
}

impl Tally {
    /// What does not stay. A reservation that is not named here is a failure.
    fn settle(self, decision: &Decision) -> Vec<(ReserveOperation, Settled)> {
        let Self {
            address,
            identity,
            verified,
            right,
            refused,
            forged,
            exposed,
        } = self;
        // An outage somewhere else does not make a wrong guess undone.
        let is_guess =
            !right && (refused || forged || !matches!(decision, Decision::Indeterminate(_)));
        let (settled, identity, address) = if verified {
            (Settled::Passed, identity, address)
        } else {
            // One that was reserved and never used was no guess, whatever the others were.
            let unused = identity.into_iter().skip(exposed).collect();
            (Settled::NotCounted, unused, address.filter(|_| !is_guess))
        };
        let settled_so = |operation| (operation, settled);
        address
            .into_iter()
            .chain(identity)
            .map(settled_so)
            .collect()
    }

    /// An authority said no.
    fn refuse(&mut self) {
        self.refused = true;
        self.exposed += 1;
    }
}

impl Login {
    fn look_at(&mut self, now: Instant) {
        self.log
            .look_at(now.saturating_duration_since(self.started));
    }
    fn is_over(&self) -> bool {
        self.log.at() >= self.deadline.saturating_duration_since(self.started)
    }
    /// Wall-clock time of the answer that is being looked at.
    fn wall_clock(&self) -> SystemTime {
        self.submitted
            .checked_add(self.log.at())
            .unwrap_or(self.submitted)
    }
    fn is_explained(&self) -> bool {
        matches!(self.password, SubmittedPassword::NotAsked)
    }

    /// Nobody else may know the name: the operating system does, or nobody.
    fn ask_last(self: Box<Self>) -> Step {
        let bare = self.route.named.is_none() && self.account.is_none();
        if bare && self.policy.os_users && self.policy.ldap != crate::LdapUse::Required {
            return self.ask_os();
        }
        self.reject(Reason::UnknownLogin)
    }

    /// "No", unless a domain that might have said "yes" was skipped: then nobody knows.
    fn reject(self: Box<Self>, reason: Reason) -> Step {
        let reason = match reason {
            // The local account knows them.
            Reason::UnknownLogin if self.mismatched => Reason::WrongPassword,
            reason => reason,
        };
        match self.skipped {
            Some(fault) => self.indeterminate(fault),
            None => self.decide(Decision::Reject(reason)),
        }
    }
    /// Nothing more is asked: there is no time for an answer.
    fn out_of_time(self: Box<Self>, stage: Stage) -> Step {
        self.stop(Fault::Deadline, "no time is left", stage)
    }
    fn stop(mut self: Box<Self>, fault: Fault, problem: &'static str, stage: Stage) -> Step {
        self.log.note(Record::Stopped {
            fault,
            problem,
            stage,
        });
        self.indeterminate(fault)
    }
    fn indeterminate(self: Box<Self>, fault: Fault) -> Step {
        self.decide(Decision::Indeterminate(fault))
    }
    fn decide(self: Box<Self>, decision: Decision) -> Step {
        let Self { id, tally, log, .. } = *self;
        let settle = tally.settle(&decision);
        log.decide(id, decision, settle)
    }
}
