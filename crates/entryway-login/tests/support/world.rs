//! A world of directories: entries with passwords behind servers that are up or down. It answers a
//! login's operations as real servers would, and remembers what it was asked.

use bytes::Bytes;
use entryway_ldap_types::{Entry, Filter, Password, PasswordPolicy, ResultCode};
use entryway_login::{
    Attempt, BindAnswer, BindOperation, BindReply, BindUnanswered, Bucket, ChangeAnswer,
    ChangeLocalAnswer, ChangeLocalFailure, ChangeOperation, ChangeReply, ChangeUnanswered, Decided,
    FindAnswer, FindOperation, Group, GroupsAnswer, GroupsOperation, Held, LocalAccount,
    LockoutPolicy, LoginPolicy, OsAccount, OsAnswer, OsOperation, OsReply, ReserveAnswer,
    ReserveOperation, Served, ServerFault, ServerTry, Settled, SiteAnswer, SiteAsk, SiteOperation,
    Step, StoreUnavailable, VerifyAnswer, VerifyOperation, begin, begin_change,
};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// One domain's servers, all with the same content.
pub(crate) struct Directory {
    /// In order of preference, and whether each serves.
    pub(crate) servers: Vec<(Arc<str>, Option<ServerFault>)>,
    pub(crate) people: Vec<(Entry, &'static str)>,
    /// Who they are once a bind was tried.
    pub(crate) people_after_a_bind: Option<Vec<(Entry, &'static str)>>,
    /// Answers every bind, whatever the password.
    pub(crate) bind_reply: Option<BindReply>,
    /// Answers every change of a password; without it, a right old one is enough.
    pub(crate) change: Option<Result<ChangeReply, ChangeUnanswered>>,
    /// The next binds end unanswered.
    pub(crate) unanswered: Vec<BindUnanswered>,
    /// Answers every search, whatever the filter.
    pub(crate) search_code: ResultCode,
    /// Whatever a filter asks for, everybody fits.
    pub(crate) finds_anyway: bool,
    pub(crate) lockout: LockoutPolicy,
    /// It says so itself.
    pub(crate) active_directory: bool,
}

/// What a login asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Find {
        domain: usize,
        filter: String,
    },
    Bind {
        domain: usize,
        server: String,
        dn: String,
        password: String,
    },
    Change {
        dn: String,
        old: String,
        new: String,
        /// On the connection of the bind.
        bound: bool,
    },
    ChangeLocal {
        name: String,
        new: String,
    },
    Verify(String),
    Os(String),
    Groups {
        server: String,
        name: String,
    },
    FindLocal(String),
    FindOs(String),
}

/// What a site was asked: which, and the name or the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AskedSite {
    Login(usize, String),
    Change(usize, String),
    Revalidate(usize, String),
}

pub(crate) struct World {
    pub(crate) directories: Vec<Directory>,
    /// Local accounts with their passwords, or why the store does not answer.
    pub(crate) accounts: Result<Vec<(LocalAccount, &'static str)>, StoreUnavailable>,
    /// What the store does with a new password.
    pub(crate) changes: Result<(), ChangeLocalFailure>,
    /// The operating system's accounts with their passwords; names are found without case.
    pub(crate) os: Vec<(OsAccount, &'static str)>,
    /// Why the user database does not answer.
    pub(crate) os_down: Option<String>,
    /// Until when the user database may answer.
    pub(crate) os_by: Option<Instant>,
    /// What PAM says to everybody.
    pub(crate) os_reply: Option<OsReply>,
    /// The store verifies nothing.
    pub(crate) verifies: bool,
    /// Answers every reservation that is not this many-th or earlier.
    pub(crate) throttled_after: Option<usize>,
    /// What was reserved, and what was settled how.
    pub(crate) reserved: Vec<ReserveOperation>,
    pub(crate) settled: Vec<(ReserveOperation, Settled)>,
    /// Everybody's groups.
    pub(crate) groups: Vec<Group>,
    /// Why they may not be all.
    pub(crate) groups_partial: Option<String>,
    pub(crate) asked: Vec<Asked>,
    /// What sites answer, the last one first.
    pub(crate) sites: Vec<SiteAnswer>,
    pub(crate) asked_sites: Vec<AskedSite>,
    /// What the last site was told of the device.
    pub(crate) device_told: Option<String>,
    /// How long each operation takes.
    pub(crate) pace: Duration,
}

impl Directory {
    pub(crate) fn of(name: &str, people: Vec<(Entry, &'static str)>) -> Self {
        Self {
            servers: vec![(format!("ldaps://dc1.{name}").into(), None)],
            people,
            people_after_a_bind: None,
            bind_reply: None,
            change: None,
            unanswered: Vec::new(),
            search_code: ResultCode::SUCCESS,
            finds_anyway: false,
            lockout: LockoutPolicy::default(),
            active_directory: false,
        }
    }
    pub(crate) fn down(mut self, fault: ServerFault) -> Self {
        for (_, state) in &mut self.servers {
            *state = Some(fault);
        }
        self
    }
    pub(crate) fn answering(
        mut self,
        code: ResultCode,
        diagnostic: &str,
        policy: Option<PasswordPolicy>,
    ) -> Self {
        self.bind_reply = Some(BindReply {
            code,
            diagnostic: diagnostic.to_owned(),
            policy,
        });
        self
    }
}

impl World {
    pub(crate) fn of(directories: Vec<Directory>) -> Self {
        Self {
            directories,
            accounts: Ok(Vec::new()),
            changes: Ok(()),
            os: Vec::new(),
            os_down: None,
            os_by: None,
            os_reply: None,
            verifies: true,
            throttled_after: None,
            reserved: Vec::new(),
            settled: Vec::new(),
            groups: Vec::new(),
            groups_partial: None,
            asked: Vec::new(),
            sites: Vec::new(),
            asked_sites: Vec::new(),
            device_told: None,
            pace: Duration::from_millis(3),
        }
    }

    pub(crate) fn login(&mut self, policy: LoginPolicy, attempt: Attempt) -> Decided {
        let now = attempt.started;
        self.walk(begin(attempt, Arc::new(policy)), now)
    }

    /// Changes the password to `new`.
    pub(crate) fn change(&mut self, policy: LoginPolicy, attempt: Attempt, new: &str) -> Decided {
        let now = attempt.started;
        let new = super::given(new);
        self.walk(begin_change(attempt, new, Arc::new(policy)), now)
    }

    /// Answers until there is a decision.
    pub(crate) fn walk(&mut self, mut step: Step, mut now: Instant) -> Decided {
        loop {
            now += self.pace;
            step = match step {
                // What is answered from memory takes no time.
                Step::Reserve(operation, then) => {
                    now -= self.pace;
                    then.resume(self.reserve(operation), now)
                }
                Step::FindLocal(name, then) => {
                    now -= self.pace;
                    then.resume(self.find_local(&name), now)
                }
                Step::VerifyLocal(operation, then) => {
                    then.resume(self.verify_local(&operation), now)
                }
                Step::Groups(operation, then) => then.resume(self.find_groups(&operation), now),
                Step::FindOs(name, by, then) => {
                    self.os_by = Some(by);
                    then.resume(self.find_os(&name), now)
                }
                Step::LoginOs(operation, then) => then.resume(self.login_os(&operation), now),
                Step::Find(operation, then) => then.resume(self.find(&operation), now),
                Step::Bind(operation, then) => then.resume(self.bind(&operation), now),
                Step::BindToChange(operation, then) => {
                    let answer = self.bind(&operation);
                    then.resume(answer, Some(Held::new(BOUND)), now)
                }
                Step::ChangePassword(operation, then) => {
                    then.resume(self.change_password(operation), now)
                }
                Step::ChangeLocal(operation, then) => {
                    self.asked.push(Asked::ChangeLocal {
                        name: operation.account.name.to_string(),
                        new: text(&operation.new),
                    });
                    let changed = self.changes.clone();
                    let took = self.pace;
                    then.resume(ChangeLocalAnswer { changed, took }, now)
                }
                Step::AskSite(operation, then) => then.resume(self.ask_site(&operation), now),
                Step::Decided(decided) => {
                    self.settled.extend(decided.settle.iter().cloned());
                    return *decided;
                }
            };
        }
    }

    fn reserve(&mut self, operation: ReserveOperation) -> ReserveAnswer {
        if self.throttled_after == Some(self.reserved.len()) {
            return ReserveAnswer::Throttled {
                until: SystemTime::UNIX_EPOCH,
                bucket: Bucket::IdentityAndNetwork,
                limit: 5,
            };
        }
        self.reserved.push(operation);
        ReserveAnswer::Reserved
    }

    fn find_local(&mut self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        self.asked.push(Asked::FindLocal(name.to_owned()));
        let accounts = self.accounts.as_ref().map_err(Clone::clone)?;
        let mut accounts = accounts.iter();
        let found = accounts.find(|(account, _)| account.name.eq_ignore_ascii_case(name));
        Ok(found.map(|(account, _)| Arc::new(account.clone())))
    }

    fn verify_local(&mut self, operation: &VerifyOperation) -> VerifyAnswer {
        self.asked
            .push(Asked::Verify(operation.account.name.to_string()));
        let gone = StoreUnavailable("busy".to_owned());
        let right = self
            .accounts
            .as_ref()
            .ok()
            .filter(|_| self.verifies)
            .ok_or(gone)
            .map(|accounts| {
                accounts.iter().any(|(account, right)| {
                    *account == *operation.account
                        && operation.password.expose() == right.as_bytes()
                })
            });
        VerifyAnswer {
            verified: right,
            took: self.pace,
        }
    }

    fn find_os(&mut self, name: &str) -> Result<Option<OsAccount>, String> {
        self.asked.push(Asked::FindOs(name.to_owned()));
        if let Some(problem) = &self.os_down {
            return Err(problem.clone());
        }
        let mut accounts = self.os.iter();
        let found = accounts.find(|(account, _)| account.name.eq_ignore_ascii_case(name));
        Ok(found.map(|(account, _)| account.clone()))
    }

    fn login_os(&mut self, operation: &OsOperation) -> OsAnswer {
        self.asked.push(Asked::Os(operation.name.to_string()));
        let account = self
            .os
            .iter()
            .find(|(account, _)| *account.name == *operation.name);
        let reply = match account {
            _ if self.os_reply.is_some() => self.os_reply.clone().unwrap(),
            None => OsReply::Unknown,
            Some((account, right)) if operation.password.expose() == right.as_bytes() => {
                OsReply::Verified(account.clone())
            }
            Some(_) => OsReply::WrongPassword,
        };
        OsAnswer {
            reply,
            took: self.pace,
        }
    }

    fn ask_site(&mut self, operation: &SiteOperation) -> SiteAnswer {
        let site = operation.site.0;
        self.asked_sites.push(match &operation.ask {
            SiteAsk::Login {
                login_name, device, ..
            } => {
                self.device_told = device.as_deref().map(str::to_owned);
                AskedSite::Login(site, login_name.to_string())
            }
            SiteAsk::Change { login_name, .. } => AskedSite::Change(site, login_name.to_string()),
            SiteAsk::Revalidate { token } => AskedSite::Revalidate(site, token.to_string()),
        });
        self.sites.pop().expect("nobody else asks a site")
    }

    fn find_groups(&mut self, operation: &GroupsOperation) -> GroupsAnswer {
        self.asked.push(Asked::Groups {
            server: operation.server.to_string(),
            name: operation.name.to_string(),
        });
        GroupsAnswer {
            groups: self.groups.clone(),
            partial: self.groups_partial.clone(),
            tried: Vec::new(),
            server: Some(Arc::clone(&operation.server)),
            round_trips: 1,
            took: self.pace,
        }
    }

    pub(crate) fn binds(&self) -> usize {
        self.asked
            .iter()
            .filter(|asked| matches!(asked, Asked::Bind { .. }))
            .count()
    }

    fn find(&mut self, operation: &FindOperation) -> FindAnswer {
        let directory = &self.directories[operation.domain.0];
        let other = operation.active_directory.as_ref();
        let other = other.filter(|_| directory.active_directory);
        let filter = other.map_or(&operation.filter, |other| &other.filter);
        self.asked.push(Asked::Find {
            domain: operation.domain.0,
            filter: filter.to_string(),
        });
        let mut tried = Vec::new();
        let mut servers: Vec<_> = directory.servers.iter().collect();
        servers.sort_by_key(|(server, _)| operation.last.as_ref() == Some(server));
        for (server, fault) in servers {
            match fault {
                Some(fault) => tried.push(ServerTry {
                    server: server.clone(),
                    fault: *fault,
                    cause: "as told".to_owned(),
                }),
                None => {
                    let found = directory
                        .people
                        .iter()
                        .map(|(entry, _)| entry)
                        .filter(|entry| directory.finds_anyway || fits(filter, entry));
                    let served = Served {
                        server: server.clone(),
                        entries: found.take(2).cloned().collect(),
                        code: directory.search_code,
                        diagnostic: String::new(),
                        lockout: directory.lockout,
                        active_directory: other.is_some(),
                        passed_over: Vec::new(),
                    };
                    return FindAnswer {
                        tried,
                        served: Some(served),
                        took: self.pace,
                    };
                }
            }
        }
        FindAnswer {
            tried,
            served: None,
            took: self.pace,
        }
    }

    fn change_password(&mut self, operation: ChangeOperation) -> ChangeAnswer {
        let bound = operation.bound.and_then(Held::into_inner::<&str>) == Some(BOUND);
        self.asked.push(Asked::Change {
            dn: operation.dn.to_string(),
            old: text(&operation.old),
            new: text(&operation.new),
            bound,
        });
        let success = ChangeReply {
            code: ResultCode::SUCCESS,
            diagnostic: String::new(),
            policy: None,
        };
        let told = self.directories[operation.domain.0].change.clone();
        ChangeAnswer {
            server: operation.server,
            reply: told.unwrap_or(Ok(success)),
            took: self.pace,
        }
    }

    fn bind(&mut self, operation: &BindOperation) -> BindAnswer {
        let password = String::from_utf8_lossy(operation.password.expose()).into_owned();
        self.asked.push(Asked::Bind {
            domain: operation.domain.0,
            server: operation.server.to_string(),
            dn: operation.dn.to_string(),
            password: password.clone(),
        });
        let directory = &mut self.directories[operation.domain.0];
        if let Some(people) = directory.people_after_a_bind.take() {
            directory.people = people;
        }
        let reply = if let Some(unanswered) = directory.unanswered.pop() {
            Err(unanswered)
        } else if let Some(reply) = &directory.bind_reply {
            Ok(reply.clone())
        } else {
            let right = directory
                .people
                .iter()
                .any(|(entry, right)| entry.dn_text == operation.dn && *right == password);
            let code = if right {
                ResultCode::SUCCESS
            } else {
                ResultCode::INVALID_CREDENTIALS
            };
            Ok(BindReply {
                code,
                diagnostic: String::new(),
                policy: None,
            })
        };
        BindAnswer {
            server: operation.server.clone(),
            reply,
            took: self.pace,
        }
    }
}

/// What a bind's connection is here.
const BOUND: &str = "the bind's connection";

fn text(password: &Password) -> String {
    String::from_utf8_lossy(password.expose()).into_owned()
}

/// As caseIgnoreMatch would have it, near enough.
fn fits(filter: &Filter, entry: &Entry) -> bool {
    let same = |held: &Bytes, value: &[u8]| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_lowercase();
        text(held) == text(value)
    };
    match filter {
        Filter::And(parts) => parts.iter().all(|part| fits(part, entry)),
        Filter::Or(parts) => parts.iter().any(|part| fits(part, entry)),
        Filter::Not(part) => !fits(part, entry),
        Filter::Present(name) => entry.first(name).is_some(),
        Filter::Equal(name, value) => entry.values(name).any(|held| same(held, value)),
        _ => false,
    }
}
