//! A session as text, and the person in it.

use super::forms::{Form, Means};
use crate::{BrowserSession, GroupNames, LoginMark, Person, SessionId, Timestamp};
use entryway_login::Subject;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    id: String,
    sid: String,
    login: String,
    person: Known,
    authenticated_at: u64,
    method: Means,
    must_change_password: bool,
}

impl Form for Session {
    const NAME: &'static str = "session";
}

impl Session {
    pub(super) fn of(session: &BrowserSession) -> Self {
        Self {
            id: session.id.0.to_string(),
            sid: session.sid.to_string(),
            login: session.login.0.to_string(),
            person: Known::of(&session.person),
            authenticated_at: session.authenticated_at.0,
            method: Means::of(session.method),
            must_change_password: session.must_change_password,
        }
    }
    pub(super) fn value(self) -> Option<BrowserSession> {
        Some(BrowserSession {
            id: SessionId(self.id.into()),
            sid: self.sid.into(),
            login: LoginMark(self.login.into()),
            person: Arc::new(self.person.value()),
            authenticated_at: Timestamp(self.authenticated_at),
            method: self.method.value(),
            must_change_password: self.must_change_password,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    subject: String,
    name: String,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    of_site: bool,
    email: Option<String>,
    email_verified: Option<bool>,
    picture: Option<String>,
    locale: Option<String>,
    // Sessions of before these were kept have none of them: somebody without a class is let in by no rule for one.
    class: Option<String>,
    uid: Option<u32>,
    gid: Option<u32>,
    groups: Option<Member>,
    attributes: Vec<(Box<str>, Vec<String>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    of: Vec<String>,
    partial: bool,
}

impl Known {
    fn of(person: &Person) -> Self {
        let person = person.clone();
        Self {
            subject: person.subject.0,
            name: person.name,
            display_name: person.display_name,
            given_name: person.given_name,
            family_name: person.family_name,
            of_site: person.of_site,
            email: person.email,
            email_verified: person.email_verified,
            picture: person.picture,
            locale: person.locale,
            class: person.class,
            uid: person.uid,
            gid: person.gid,
            groups: person
                .groups
                .map(|GroupNames { names, partial }| Member { of: names, partial }),
            attributes: person.attributes,
        }
    }
    fn value(self) -> Person {
        Person {
            subject: Subject(self.subject),
            name: self.name,
            display_name: self.display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            of_site: self.of_site,
            email: self.email,
            email_verified: self.email_verified,
            picture: self.picture,
            locale: self.locale,
            class: self.class,
            uid: self.uid,
            gid: self.gid,
            groups: self
                .groups
                .map(|Member { of, partial }| GroupNames { names: of, partial }),
            attributes: self.attributes,
        }
    }
}
