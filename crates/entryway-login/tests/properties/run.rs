//! Answers a login's operations, and remembers what was seen from outside.

use super::answers::{Answer, Bind, Find, Reserve, os_account, pool};
use super::setup::{DOMAINS, Setup};
use super::support::attempt;
use entryway_ldap_types::{Dn, ResultCode};
use entryway_login::{
    BindAnswer, BindReply, BindUnanswered, Bucket, Decided, FindAnswer, Group, GroupsAnswer,
    LocalAccount, LockoutPolicy, OsAnswer, OsReply, ReserveAnswer, ReserveOperation, Served,
    ServerFault, ServerTry, SiteAnswer, SiteOperation, Step, StoreUnavailable, Subject,
    SubmittedPassword, VerifyAnswer,
};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// What was seen while a login ran.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) finds: usize,
    /// Reservations that were counted.
    pub(crate) reserved: Vec<ReserveOperation>,
    /// Checks of the password, in order.
    pub(crate) checks: Vec<Check>,
    /// A whole domain was down, may be skipped, and was asked for a bare name's sake.
    pub(crate) skipped: bool,
    /// Operations that were asked after the deadline.
    pub(crate) late: usize,
    /// Who the last single entry is, by its server and name.
    given: Option<(Arc<str>, Box<str>)>,
    /// Their subject.
    subject: String,
    pub(crate) groups_from: Option<Arc<str>>,
    pub(crate) in_team: bool,
}

/// A password that was shown to an authority.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) who: Who,
    /// Whose failures must have been counted before.
    pub(crate) identity: String,
    /// How many had been counted for them by then.
    pub(crate) counted: usize,
    /// It said yes and nothing but yes.
    pub(crate) clean: bool,
    /// It may have counted a failure.
    pub(crate) exposed: bool,
    /// There was an answer.
    pub(crate) answered: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Local,
    Os,
    Entry {
        server: Arc<str>,
        dn: Box<str>,
        /// It is the one that was given last, by this server.
        given: bool,
    },
}

/// How a step begins: which account is found, and what was typed.
pub(crate) struct Stage<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) bare: bool,
    pub(crate) account: Option<LocalAccount>,
    pub(crate) started: Instant,
    pub(crate) deadline: Instant,
}

pub(crate) fn login(
    setup: &Setup,
    password: SubmittedPassword,
    answers: &[Answer],
) -> (Decided, Seen) {
    let mut attempt = attempt(setup.typed, password);
    attempt.wants_groups = setup.wants_groups;
    let stage = Stage {
        setup,
        bare: !setup.typed.contains(['/', '\\']) && !setup.typed.ends_with("@eng.example"),
        account: setup.local_account(),
        started: attempt.started,
        deadline: attempt.deadline,
    };
    let step = entryway_login::begin(attempt, Arc::new(setup.policy()));
    walk(&stage, step, answers)
}

pub(crate) fn walk(stage: &Stage<'_>, step: Step, answers: &[Answer]) -> (Decided, Seen) {
    walk_with(stage, step, answers, |_| panic!("there is no site"))
}

/// The same, where `site` answers for sites.
pub(crate) fn walk_with(
    stage: &Stage<'_>,
    mut step: Step,
    answers: &[Answer],
    mut site: impl FnMut(SiteOperation) -> SiteAnswer,
) -> (Decided, Seen) {
    let mut now = stage.started;
    let mut seen = Seen::default();
    for answer in answers.iter().cycle().take(100) {
        if let Step::Decided(decided) = step {
            return (*decided, seen);
        }
        seen.late += usize::from(now >= stage.deadline);
        let took = Duration::from_millis(answer.millis);
        let memory = matches!(step, Step::FindLocal(..));
        now += if memory { Duration::ZERO } else { took };
        step = match step {
            Step::Reserve(operation, then) => then.resume(seen.reserve(operation, answer), now),
            Step::FindLocal(name, then) => {
                let account = stage.account.clone().filter(|account| account.name == name);
                let account = match answer.reserve {
                    Reserve::NoStore => Err(StoreUnavailable("gone".to_owned())),
                    _ => Ok(account.map(Arc::new)),
                };
                then.resume(account, now)
            }
            Step::VerifyLocal(operation, then) => {
                let identity = format!("local:{}", operation.account.id);
                let clean = answer.local == Some(true);
                seen.check(
                    Who::Local,
                    identity,
                    clean,
                    answer.local == Some(false),
                    true,
                );
                let verified = answer.local.ok_or(StoreUnavailable("busy".to_owned()));
                then.resume(VerifyAnswer { verified, took }, now)
            }
            Step::Find(operation, then) => {
                let domain = operation.domain.0;
                let (tried, served) = seen.find(stage, domain, answer);
                then.resume(
                    FindAnswer {
                        tried,
                        served,
                        took,
                    },
                    now,
                )
            }
            Step::Bind(operation, then) => {
                let (server, reply) = seen.bind(&operation.server, &operation.dn, answer);
                then.resume(
                    BindAnswer {
                        server,
                        reply,
                        took,
                    },
                    now,
                )
            }
            Step::BindToChange(..) | Step::ChangePassword(..) | Step::ChangeLocal(..) => {
                panic!("a login changes no password")
            }
            Step::Groups(operation, then) => {
                seen.groups_from = Some(Arc::clone(&operation.server));
                seen.in_team = answer.in_team;
                let team = Group {
                    domain: DOMAINS[operation.domain.0].into(),
                    name: "team".into(),
                    dn: None,
                    gid: None,
                    path: Vec::new(),
                };
                let answer = GroupsAnswer {
                    groups: answer.in_team.then_some(team).into_iter().collect(),
                    partial: answer.partial.then(|| "a server failed".to_owned()),
                    tried: Vec::new(),
                    server: None,
                    round_trips: 1,
                    took,
                };
                then.resume(answer, now)
            }
            Step::FindOs(_, _, then) => {
                let found = answer.os_found.ok_or("gone".to_owned());
                then.resume(found.map(|found| found.then(|| os_account("bob"))), now)
            }
            Step::LoginOs(operation, then) => {
                let reply = answer.os.clone();
                let clean =
                    matches!(&reply, OsReply::Verified(account) if account.name == *operation.name);
                let right = clean || reply == OsReply::MustChange;
                let identity = format!("os:{}", operation.name);
                seen.check(Who::Os, identity, clean, !right, true);
                then.resume(OsAnswer { reply, took }, now)
            }
            Step::AskSite(operation, then) => then.resume(site(operation), now),
            Step::Decided(decided) => return (*decided, seen),
        };
    }
    panic!("a login asks without end")
}

impl Seen {
    /// How many failures were counted for an identity.
    pub(crate) fn counted(&self, of: &str) -> usize {
        let mine = |operation: &&ReserveOperation| matches!(operation, ReserveOperation::Identity(counted) if *counted.identity == *of);
        self.reserved.iter().filter(mine).count()
    }

    fn reserve(&mut self, operation: ReserveOperation, answer: &Answer) -> ReserveAnswer {
        match answer.reserve {
            Reserve::Room => {
                self.reserved.push(operation);
                ReserveAnswer::Reserved
            }
            Reserve::NoRoom => ReserveAnswer::Throttled {
                until: SystemTime::UNIX_EPOCH,
                bucket: Bucket::Identity,
                limit: 5,
            },
            Reserve::UnderWay => ReserveAnswer::UnderWay,
            Reserve::NoStore => ReserveAnswer::Unavailable(StoreUnavailable("gone".to_owned())),
        }
    }

    fn check(&mut self, who: Who, identity: String, clean: bool, exposed: bool, answered: bool) {
        let counted = self.counted(&identity);
        self.checks.push(Check {
            who,
            identity,
            counted,
            clean,
            exposed,
            answered,
        });
    }

    fn find(
        &mut self,
        stage: &Stage<'_>,
        domain: usize,
        answer: &Answer,
    ) -> (Vec<ServerTry>, Option<Served>) {
        self.finds += 1;
        match &answer.find {
            Find::Down(faults) => {
                let again = self
                    .checks
                    .iter()
                    .any(|check| matches!(check.who, Who::Entry { .. }));
                let ours = faults.contains(&ServerFault::Ourselves);
                self.skipped |= stage.setup.domains[domain].skips && stage.bare && !again && !ours;
                let tried = |fault: &ServerFault| ServerTry {
                    server: "down".into(),
                    fault: *fault,
                    cause: String::new(),
                };
                (faults.iter().map(tried).collect(), None)
            }
            Find::Served {
                server,
                entries,
                code,
            } => {
                let entries: Vec<_> = entries.iter().map(|at| pool(domain, *at)).collect();
                let server: Arc<str> = format!("ldaps://dc{server}").into();
                if let [entry] = entries.as_slice() {
                    self.given = Some((Arc::clone(&server), entry.dn_text.clone()));
                    self.subject = subject(domain, &entry.dn);
                }
                let served = Served {
                    server,
                    entries,
                    code: ResultCode(*code),
                    diagnostic: String::new(),
                    lockout: LockoutPolicy::default(),
                    active_directory: false,
                    passed_over: Vec::new(),
                };
                (Vec::new(), Some(served))
            }
        }
    }

    fn bind(
        &mut self,
        asked: &Arc<str>,
        dn: &str,
        answer: &Answer,
    ) -> (Arc<str>, Result<BindReply, BindUnanswered>) {
        let who = Who::Entry {
            server: Arc::clone(asked),
            dn: dn.into(),
            given: self.given == Some((Arc::clone(asked), dn.into())),
        };
        let identity = self.subject.clone();
        match &answer.bind {
            Bind::Reply {
                code,
                diagnostic,
                policy,
                another_server,
            } => {
                let error = policy.and_then(|policy| policy.error);
                let clean = *code == 0 && !another_server && error.is_none();
                // Busy and unavailable are no answer, and what says so may be a proxy whose own server has looked.
                let busy = !another_server && matches!(code, 51 | 52);
                self.check(who, identity, clean, true, !busy);
                let server = if *another_server {
                    "ldaps://another".into()
                } else {
                    Arc::clone(asked)
                };
                let reply = BindReply {
                    code: ResultCode(*code),
                    diagnostic: diagnostic.clone(),
                    policy: *policy,
                };
                (server, Ok(reply))
            }
            Bind::Unanswered { written, fault } => {
                self.check(who, identity, false, *written, false);
                let unanswered = BindUnanswered {
                    written: *written,
                    fault: *fault,
                    cause: String::new(),
                };
                (Arc::clone(asked), Err(unanswered))
            }
        }
    }
}

/// By hand: of the pool only `u-1` is an identity; two of them are none, and the name counts.
fn subject(domain: usize, dn: &Dn) -> String {
    let name = DOMAINS[domain];
    if dn.normalized().starts_with("uid=bob,ou=team,") {
        format!("{name}:u-1")
    } else {
        Subject::from_dn(name, dn).0
    }
}
