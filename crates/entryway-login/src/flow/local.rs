//! Local accounts: they come first, and one of that name decides.

use super::beside::Standing;
use super::change::Keeper;
use super::reserve::Then;
use super::{Login, Proof, Step};
use crate::verdict::{self, Judgement};
use crate::{
    KeptIn, LdapUse, LocalAccount, LocalOutcome, LockoutPolicy, PasswordMismatch, Record, Stage,
    StoreUnavailable, Subject, SubmittedPassword, VerifyAnswer, VerifyOperation, account, steps,
};
use std::sync::Arc;
use std::time::Instant;

/// A login that waits for the look for a local account.
pub struct AfterFindLocal {
    login: Box<Login>,
    /// The person of a domain beside whom it may stand; `None` while nobody is known.
    beside: Option<Box<Standing>>,
}

/// A login that waits for a local account's password to be checked.
pub struct AfterVerifyLocal {
    login: Box<Login>,
    account: Arc<LocalAccount>,
}

impl AfterFindLocal {
    pub(super) fn beside(login: Box<Login>, standing: Standing) -> Self {
        let beside = Some(Box::new(standing));
        Self { login, beside }
    }

    /// Goes on with what came back.
    pub fn resume(
        self,
        answer: Result<Option<Arc<LocalAccount>>, StoreUnavailable>,
        now: Instant,
    ) -> Step {
        let Self { mut login, beside } = self;
        login.look_at(now);
        let account = match answer {
            Ok(account) => account,
            Err(why) => return login.without_store(why.0),
        };
        if let Some(standing) = beside {
            return login.found_beside(account, *standing);
        }
        if login.remembered.is_some() {
            return login.compare_local(account);
        }
        let Some(account) = account else {
            login.log.note(Record::LocalLooked(LocalOutcome::NoAccount));
            return login.ask_next();
        };
        match login.note_local(&account) {
            Says::Decides => login.local(account),
            Says::TheDomains => {
                login.account = Some(account);
                login.ask_next()
            }
            Says::Nothing => login.ask_next(),
        }
    }
}

impl AfterVerifyLocal {
    /// Goes on with what came back.
    pub fn resume(self, answer: VerifyAnswer, now: Instant) -> Step {
        let Self { mut login, account } = self;
        login.look_at(now);
        let judgement = verdict::local(&answer);
        let goes_on = login.policy.local_password_mismatch == PasswordMismatch::Continue
            && login.policy.ldap == LdapUse::Optional
            && account.enabled
            && matches!(judgement, Judgement::Refused(_));
        login.log.note_answer(
            Record::LocalVerified {
                verdict: judgement.for_trace(),
                continued: goes_on,
            },
            answer.took,
        );
        let proven = judgement.proves_old().filter(|_| login.new.is_some());
        if let Some(proven) = proven {
            login.tally.verified = true;
            let keeper = Box::new(Keeper::Store(Arc::clone(&account)));
            return login.conclude_local(account, Proof::ToChange(proven, keeper));
        }
        match judgement {
            Judgement::Verified(verified) => {
                login.tally.verified = true;
                login.conclude_local(account, Proof::Verified(verified))
            }
            Judgement::Refused(_) if goes_on => {
                // What was counted for the account stays, whatever the domains say: its password was guessed.
                login.tally.identity.clear();
                login.tally.refused = true;
                login.mismatched = true;
                login.ask_next()
            }
            Judgement::Refused(reason) => {
                login.tally.refuse();
                login.reject(reason)
            }
            Judgement::NoVerdict(fault) => login.indeterminate(fault),
            Judgement::MustChange => login.conclude_local(account, Proof::MustChange),
        }
    }
}

/// What a local account has to say of a login.
pub(super) enum Says {
    Decides,
    /// Its password is in the directory.
    TheDomains,
    Nothing,
}

impl Login {
    pub(super) fn ask_local(self: Box<Self>) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Local);
        }
        let name = Arc::from(self.route.login.trim());
        let beside = None;
        Step::FindLocal(
            name,
            AfterFindLocal {
                login: self,
                beside,
            },
        )
    }

    pub(super) fn note_local(&mut self, account: &LocalAccount) -> Says {
        let (name, enabled) = (Arc::clone(&account.name), account.enabled);
        let (outcome, says) = match (account.password, self.policy.ldap) {
            (KeptIn::Directory, _) => (
                LocalOutcome::KeptInDirectory { name, enabled },
                Says::TheDomains,
            ),
            (KeptIn::Store, LdapUse::Required) => (LocalOutcome::LeftOut { name }, Says::Nothing),
            (KeptIn::Store, _) => (LocalOutcome::Decides { name, enabled }, Says::Decides),
        };
        self.log.note(Record::LocalLooked(outcome));
        says
    }

    fn local(mut self: Box<Self>, account: Arc<LocalAccount>) -> Step {
        if self.is_explained() {
            self.log.note(Record::PasswordNotChecked);
            return self.conclude_local(account, Proof::NotAsked);
        }
        let identity = Subject::of_local(&account.id).0;
        self.reserve_identity(
            identity,
            LockoutPolicy::default(),
            Then::VerifyLocal(account),
        )
    }

    pub(super) fn verify_local(self: Box<Self>, account: Arc<LocalAccount>) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Password);
        }
        let SubmittedPassword::Given(password) = &self.password else {
            return self.reject(crate::Reason::MalformedLogin);
        };
        let operation = VerifyOperation {
            account: Arc::clone(&account),
            password: Arc::clone(password),
            deadline: self.deadline,
        };
        Step::VerifyLocal(
            operation,
            AfterVerifyLocal {
                login: self,
                account,
            },
        )
    }

    pub(super) fn conclude_local(
        mut self: Box<Self>,
        account: Arc<LocalAccount>,
        proof: Proof,
    ) -> Step {
        let usable = match account::local(&account) {
            Ok(usable) => usable,
            Err(reason) => return self.reject(reason),
        };
        let policy = Arc::clone(&self.policy);
        let person = steps::local_person(&account, &policy, &mut self.log);
        self.finish(person, usable, proof, None)
    }
}
