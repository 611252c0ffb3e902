//! What the store, the configuration and the directory answer.

use super::session;
use entryway_login::Subject;
use entryway_oidc::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Who does not answer.
#[derive(Default, Clone)]
pub(crate) enum Outage {
    #[default]
    None,
    /// The question of that name.
    Of(&'static str),
    /// Each question whose number is in there.
    At(HashSet<usize>),
}

pub(crate) struct Tables {
    pub(crate) clients: HashMap<ClientId, Arc<Client>>,
    pub(crate) browser: Option<BrowserSession>,
    pub(crate) ended: HashSet<SessionId>,
    pub(crate) sessions: HashMap<SessionId, BrowserSession>,
    pub(crate) consents: HashMap<(Subject, ClientId), Scopes>,
    pub(crate) codes: HashMap<Fingerprint, (CodeRecord, bool)>,
    pub(crate) assertions: HashSet<(ClientId, Fingerprint)>,
    pub(crate) access: HashMap<Fingerprint, AccessRecord>,
    pub(crate) families: HashMap<FamilyId, Family>,
    pub(crate) revoked: HashSet<FamilyId>,
    pub(crate) people: HashMap<Subject, Option<Person>>,
    pub(crate) taken: HashMap<Fingerprint, usize>,
    pub(crate) asked: Vec<&'static str>,
    pub(crate) outage: Outage,
    /// Somebody else rotates the family just before the next `Rotate`, that often.
    pub(crate) races: usize,
}

impl Tables {
    pub(crate) fn new(clients: Vec<ClientSettings>) -> Self {
        let client = |settings: ClientSettings| {
            (
                settings.id.clone(),
                Arc::new(Client::new(settings).unwrap()),
            )
        };
        Self {
            clients: clients.into_iter().map(client).collect(),
            browser: None,
            ended: HashSet::new(),
            sessions: HashMap::new(),
            consents: HashMap::new(),
            codes: HashMap::new(),
            assertions: HashSet::new(),
            access: HashMap::new(),
            families: HashMap::new(),
            revoked: HashSet::new(),
            people: HashMap::new(),
            taken: HashMap::new(),
            asked: Vec::new(),
            outage: Outage::None,
            races: 0,
        }
    }
    /// Somebody's browser is logged in.
    pub(crate) fn logged_in(mut self, name: &str) -> Self {
        self.log_in(session(name));
        self
    }
    pub(crate) fn log_in(&mut self, session: BrowserSession) {
        let person = session.person.as_ref().clone();
        self.people.insert(person.subject.clone(), Some(person));
        self.sessions.insert(session.id.clone(), session.clone());
        self.browser = Some(session);
    }

    fn ask(&mut self, name: &'static str) -> Result<(), Unavailable> {
        self.asked.push(name);
        let is_down = match &self.outage {
            Outage::None => false,
            Outage::Of(down) => *down == name,
            Outage::At(numbers) => numbers.contains(&self.asked.len()),
        };
        if is_down { Err(Unavailable) } else { Ok(()) }
    }

    fn find_session(&self, id: &SessionId) -> Option<Arc<BrowserSession>> {
        let session = self.sessions.get(id).filter(|_| !self.ended.contains(id));
        session.cloned().map(Arc::new)
    }

    fn take(&mut self, code: Fingerprint) -> TakenCode {
        let Some((record, spent)) = self.codes.get_mut(&code) else {
            return TakenCode::Unknown;
        };
        if *spent {
            return TakenCode::Spent(record.grant.family);
        }
        *spent = true;
        *self.taken.entry(code).or_default() += 1;
        TakenCode::Taken(Box::new(record.clone()))
    }

    fn revoke(&mut self, id: FamilyId) {
        self.revoked.insert(id);
        if let Some(family) = self.families.get_mut(&id) {
            family.revoked = true;
        }
        self.access
            .retain(|_, access| access.grant.as_ref().is_none_or(|grant| grant.family != id));
    }

    fn keep(&mut self, question: KeepTokens) -> Kept {
        let family = question.access.grant.as_ref().map(|grant| grant.family);
        if family.is_some_and(|family| self.revoked.contains(&family)) {
            return Kept::Revoked;
        }
        self.access
            .insert(question.access.fingerprint, *question.access);
        if let Some(family) = question.family {
            self.families.insert(family.id, *family);
        }
        Kept::Kept
    }

    fn rotate(&mut self, question: Rotate) -> Rotated {
        let Some(now) = self.families.get_mut(&question.family.id) else {
            return Rotated::Changed;
        };
        if self.races > 0 {
            self.races -= 1;
            now.generation += 1;
        }
        if now.revoked || now.generation != question.seen {
            return Rotated::Changed;
        }
        *now = *question.family;
        self.access
            .insert(question.access.fingerprint, *question.access);
        Rotated::Rotated
    }

    fn end(&mut self, id: &SessionId) -> Vec<Arc<Client>> {
        self.ended.insert(id.clone());
        if self
            .browser
            .as_ref()
            .is_some_and(|session| session.id == *id)
        {
            self.browser = None;
        }
        let grants: Vec<_> = self
            .codes
            .values()
            .map(|(code, _)| code.grant.clone())
            .collect();
        let within = grants.iter().filter(|grant| grant.session == *id);
        let mut told = Vec::new();
        for grant in within {
            if !grant.is_offline() {
                self.revoke(grant.family);
            }
            told.extend(self.clients.get(&grant.client).cloned());
        }
        told
    }

    /// Answers until it is done.
    pub(crate) fn walk<T>(&mut self, mut step: Step<T>) -> T {
        loop {
            step = match step {
                Step::Done(end) => return end,
                Step::FindClient(ask) => {
                    let answer = self
                        .ask("FindClient")
                        .map(|()| self.clients.get(&ask.question.client).cloned());
                    ask.resume(answer)
                }
                Step::FindBrowser(ask) => {
                    let answer = self
                        .ask("FindBrowser")
                        .map(|()| self.browser.clone().map(Arc::new));
                    ask.resume(answer)
                }
                Step::FindSession(ask) => {
                    let answer = self
                        .ask("FindSession")
                        .map(|()| self.find_session(&ask.question.session));
                    ask.resume(answer)
                }
                Step::FindConsent(ask) => {
                    let key = (ask.question.subject.clone(), ask.question.client.clone());
                    let answer = self
                        .ask("FindConsent")
                        .map(|()| self.consents.get(&key).cloned().unwrap_or_default());
                    ask.resume(answer)
                }
                Step::KeepConsent(ask) => {
                    let KeepConsent {
                        subject,
                        client,
                        scopes,
                    } = ask.question.clone();
                    let answer = self.ask("KeepConsent").map(|()| {
                        let kept = self.consents.entry((subject, client)).or_default();
                        *kept = kept.or(&scopes);
                    });
                    ask.resume(answer)
                }
                Step::KeepCode(ask) => {
                    let code = ask.question.code.as_ref().clone();
                    let answer = self.ask("KeepCode").map(|()| {
                        self.codes.insert(code.fingerprint, (code, false));
                    });
                    ask.resume(answer)
                }
                Step::TakeCode(ask) => {
                    let answer = self.ask("TakeCode").map(|()| self.take(ask.question.code));
                    ask.resume(answer)
                }
                Step::TakeAssertion(ask) => {
                    let key = (ask.question.client.clone(), ask.question.jti);
                    let answer =
                        self.ask("TakeAssertion")
                            .map(|()| match self.assertions.insert(key) {
                                true => FirstUse::First,
                                false => FirstUse::Again,
                            });
                    ask.resume(answer)
                }
                Step::KeepTokens(ask) => {
                    let answer = self
                        .ask("KeepTokens")
                        .map(|()| self.keep(ask.question.clone()));
                    ask.resume(answer)
                }
                Step::FindFamily(ask) => {
                    let found = |world: &Self| {
                        world
                            .families
                            .get(&ask.question.family)
                            .cloned()
                            .map(Arc::new)
                    };
                    let answer = self.ask("FindFamily").map(|()| found(self));
                    ask.resume(answer)
                }
                Step::Rotate(ask) => {
                    let answer = self
                        .ask("Rotate")
                        .map(|()| self.rotate(ask.question.clone()));
                    ask.resume(answer)
                }
                Step::RevokeFamily(ask) => {
                    let answer = self
                        .ask("RevokeFamily")
                        .map(|()| self.revoke(ask.question.family));
                    ask.resume(answer)
                }
                Step::FindAccess(ask) => {
                    let found = |world: &Self| {
                        world
                            .access
                            .get(&ask.question.access)
                            .cloned()
                            .map(Arc::new)
                    };
                    let answer = self.ask("FindAccess").map(|()| found(self));
                    ask.resume(answer)
                }
                Step::DropAccess(ask) => {
                    let answer = self.ask("DropAccess").map(|()| {
                        self.access.remove(&ask.question.access);
                    });
                    ask.resume(answer)
                }
                Step::Revalidate(ask) => {
                    let found = |world: &Self| match world.people.get(&ask.question.subject) {
                        Some(Some(person)) => Welcome::Yes(Arc::new(person.clone())),
                        _ => Welcome::No,
                    };
                    let answer = self.ask("Revalidate").map(|()| found(self));
                    ask.resume(answer)
                }
                Step::EndSession(ask) => {
                    let answer = self
                        .ask("EndSession")
                        .map(|()| self.end(&ask.question.session));
                    ask.resume(answer)
                }
            };
        }
    }
}
