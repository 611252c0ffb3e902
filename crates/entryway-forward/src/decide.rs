//! One question of a proxy, from what is asked to the answer. Whom to ask is a [`Step`]; each question comes with what
//! takes its answer, so that none is answered by another's.

use crate::rules::{Judged, Place};
use crate::{Asked, BasicCredentials, Host, Identity, Kind, Page, PageError, RuleName, Rules};
use entryway_oidc::Person;
use std::sync::Arc;

/// What comes next.
pub enum Step<'r> {
    /// Whose session of this host the cookie is.
    FindSession(Host, AfterSession<'r>),
    /// Whose name and password these are.
    VerifyBasic(BasicCredentials, AfterBasic<'r>),
    /// The end.
    Answer(Answer),
}

/// Who it is.
#[derive(Debug, Clone)]
pub enum Somebody {
    /// They.
    Person(Arc<Person>),
    /// Nobody: no such session, or not the right password.
    Nobody,
    /// Somebody of a site, by the name: a password in clear says nothing of them, and nobody was asked about it.
    SealedOnly,
    /// There is no answer.
    Unavailable,
}

/// What the proxy is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The request may pass, with these headers.
    Pass(Identity),
    /// The browser goes to the login, and comes back to this page.
    LogIn(Box<Page>),
    /// Nobody knows who this is; `basic` where a name and a password may be sent.
    Unknown {
        /// Whether to ask for them.
        basic: bool,
    },
    /// Not to this client.
    Refused(Refusal),
    /// There is no answer: an outage.
    Unavailable,
}

/// Why a request may not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What is asked for cannot be read in one way.
    Unclear(PageError),
    /// No rule is for it.
    NoRule,
    /// It is asked for in clear text, and it is not public.
    ClearText,
    /// They may not.
    NotAdmitted,
    /// A rule could not be evaluated, and no other lets them in.
    RuleFailed(RuleName, String),
    /// What is to be told of them does not fit into headers.
    TooLong,
    /// Passwords of that person's company are taken sealed, which no program's request has.
    SealedOnly,
}

/// Takes the answer about a session.
pub struct AfterSession<'r> {
    judging: Judging<'r>,
    basic: Option<BasicCredentials>,
}

/// Takes the answer about a name and a password.
pub struct AfterBasic<'r>(Judging<'r>);

struct Judging<'r> {
    rules: &'r Rules,
    place: Place<'r>,
    page: Box<Page>,
    kind: Kind,
}

/// Begins with what a proxy tells.
pub fn begin(rules: &Rules, asked: Asked) -> Step<'_> {
    let refused = |why| Step::Answer(Answer::Refused(why));
    let Asked {
        page,
        kind,
        has_cookie,
        basic,
    } = asked;
    let page = match page {
        Ok(page) => page,
        Err(error) => return refused(Refusal::Unclear(error)),
    };
    let place = match rules.place(&page) {
        Ok(Some(place)) => place,
        Ok(None) => return refused(Refusal::NoRule),
        Err(error) => return refused(Refusal::Unclear(error)),
    };
    if place.is_public() {
        return Step::Answer(Answer::Pass(Identity::nobody()));
    }
    if !page.is_secure {
        return refused(Refusal::ClearText);
    }
    // A password that no rule takes is the server's own affair.
    let basic = basic.filter(|_| place.takes_basic());
    let host = page.host.clone();
    let judging = Judging {
        rules,
        place,
        page: Box::new(page),
        kind,
    };
    match has_cookie {
        true => Step::FindSession(host, AfterSession { judging, basic }),
        false => judging.without_session(basic),
    }
}

/// Whether a browser may be sent to a page after a login: rules say who sees it.
pub fn may_come_back(rules: &Rules, page: &Page) -> bool {
    matches!(rules.place(page), Ok(Some(place)) if !place.is_public())
}

impl<'r> AfterSession<'r> {
    /// Goes on with the answer.
    pub fn resume(self, whose: &Somebody) -> Step<'r> {
        match whose {
            Somebody::Person(person) => Step::Answer(self.judging.judge(person, false)),
            // Of a session there is no password.
            Somebody::Nobody | Somebody::SealedOnly => self.judging.without_session(self.basic),
            Somebody::Unavailable => Step::Answer(Answer::Unavailable),
        }
    }
}

impl AfterBasic<'_> {
    /// The answer.
    pub fn resume(self, whose: &Somebody) -> Answer {
        match whose {
            Somebody::Person(person) => self.0.judge(person, true),
            Somebody::Nobody => self.0.nobody(),
            // A browser that shows a page has another way; asked again, a program would send the same.
            Somebody::SealedOnly => match self.0.kind {
                Kind::Navigation => self.0.nobody(),
                Kind::Within | Kind::Program => Answer::Refused(Refusal::SealedOnly),
            },
            Somebody::Unavailable => Answer::Unavailable,
        }
    }
    /// The page that is asked for.
    pub fn page(&self) -> &Page {
        &self.0.page
    }
}

impl<'r> Judging<'r> {
    fn without_session(self, basic: Option<BasicCredentials>) -> Step<'r> {
        match basic {
            Some(basic) => Step::VerifyBasic(basic, AfterBasic(self)),
            None => Step::Answer(self.nobody()),
        }
    }

    fn nobody(self) -> Answer {
        match self.kind {
            Kind::Navigation => Answer::LogIn(self.page),
            Kind::Within => Answer::Unknown { basic: false },
            Kind::Program => Answer::Unknown {
                basic: self.place.takes_basic(),
            },
        }
    }

    fn judge(&self, person: &Person, by_basic: bool) -> Answer {
        match self.place.judge(person, by_basic) {
            Judged::Admitted => match self.rules.identity().tell(person) {
                Ok(Ok(identity)) => Answer::Pass(identity),
                Ok(Err(_)) => Answer::Refused(Refusal::TooLong),
                Err(_) => Answer::Unavailable,
            },
            Judged::Refused => Answer::Refused(Refusal::NotAdmitted),
            Judged::NotKnown => Answer::Unavailable,
            Judged::Failed(rule, why) => Answer::Refused(Refusal::RuleFailed(rule, why)),
        }
    }
}

impl Answer {
    /// Each [`code`](Self::code) that there is.
    pub const CODES: [&str; 11] = [
        "pass",
        "log_in",
        "unknown",
        "unclear",
        "no_rule",
        "clear_text",
        "not_admitted",
        "rule_failed",
        "too_long",
        "sealed_only",
        "unavailable",
    ];
    /// What is counted, and written into the log.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::LogIn(_) => "log_in",
            Self::Unknown { .. } => "unknown",
            Self::Refused(why) => why.code(),
            Self::Unavailable => "unavailable",
        }
    }
}

impl Refusal {
    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unclear(_) => "unclear",
            Self::NoRule => "no_rule",
            Self::ClearText => "clear_text",
            Self::NotAdmitted => "not_admitted",
            Self::RuleFailed(..) => "rule_failed",
            Self::TooLong => "too_long",
            Self::SealedOnly => "sealed_only",
        }
    }
}

#[cfg(test)]
mod tests;
