//! A world of directories: entries with passwords behind servers that are up or down. It answers a
//! login's operations as real servers would, and remembers what it was asked.

use bytes::Bytes;
use entryway_ldap_types::{Entry, Filter, PasswordPolicy, ResultCode};
use entryway_login::{
    Attempt, BindAnswer, BindOperation, BindReply, BindUnanswered, Decided, FindAnswer,
    FindOperation, LoginPolicy, Served, ServerFault, ServerTry, Step, begin,
};
use std::sync::Arc;
use std::time::Duration;

/// One domain's servers, all with the same content.
pub(crate) struct Directory {
    /// In order of preference, and whether each serves.
    pub(crate) servers: Vec<(Arc<str>, Option<ServerFault>)>,
    pub(crate) people: Vec<(Entry, &'static str)>,
    /// Who they are once a bind was tried.
    pub(crate) people_after_a_bind: Option<Vec<(Entry, &'static str)>>,
    /// Answers every bind, whatever the password.
    pub(crate) bind_reply: Option<BindReply>,
    /// The next binds end unanswered.
    pub(crate) unanswered: Vec<BindUnanswered>,
    /// Answers every search, whatever the filter.
    pub(crate) search_code: ResultCode,
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
}

pub(crate) struct World {
    pub(crate) directories: Vec<Directory>,
    pub(crate) asked: Vec<Asked>,
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
            unanswered: Vec::new(),
            search_code: ResultCode::SUCCESS,
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
            asked: Vec::new(),
            pace: Duration::from_millis(3),
        }
    }

    pub(crate) fn login(&mut self, policy: LoginPolicy, attempt: Attempt) -> Decided {
        let mut now = attempt.started;
        let mut step = begin(attempt, Arc::new(policy));
        loop {
            now += self.pace;
            step = match step {
                Step::Find(operation, then) => then.resume(self.find(&operation), now),
                Step::Bind(operation, then) => then.resume(self.bind(&operation), now),
                Step::Decided(decided) => return *decided,
            };
        }
    }

    pub(crate) fn binds(&self) -> usize {
        self.asked
            .iter()
            .filter(|asked| matches!(asked, Asked::Bind { .. }))
            .count()
    }

    fn find(&mut self, operation: &FindOperation) -> FindAnswer {
        self.asked.push(Asked::Find {
            domain: operation.domain.0,
            filter: operation.filter.to_string(),
        });
        let directory = &self.directories[operation.domain.0];
        let mut tried = Vec::new();
        for (server, fault) in &directory.servers {
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
                        .filter(|entry| fits(&operation.filter, entry));
                    let served = Served {
                        server: server.clone(),
                        entries: found.take(2).cloned().collect(),
                        code: directory.search_code,
                        diagnostic: String::new(),
                        lockout_threshold: None,
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
