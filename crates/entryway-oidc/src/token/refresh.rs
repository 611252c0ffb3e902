//! Refresh tokens (RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §12). The rules of rotation are in `family`.

use super::{TokenAnswer, TokenStep, answer, refuse};
use crate::claims::IdToken;
use crate::client_proof::Authenticated;
use crate::family::Standing;
use crate::secret::{generate_refresh, read_refresh};
use crate::step::{ask_family, ask_session, revalidate, revoke_family, rotate};
use crate::{
    Family, FamilyId, FindFamily, FindSession, Fingerprint, Parameters, Person, Problem, Provider,
    Revalidate, RevokeFamily, Rotate, Rotated, Scopes, Step, Timestamp, Welcome,
};
use std::sync::Arc;

/// How often a family is looked at again because somebody else rotated it meanwhile.
const MOST_LOOKS: u8 = 3;

struct Refreshing {
    provider: Arc<Provider>,
    client: Authenticated,
    family: FamilyId,
    secret: Fingerprint,
    asked: Option<Scopes>,
    now: Timestamp,
    looks: u8,
}

/// A family whose token was found good.
struct Good {
    family: Arc<Family>,
    standing: Standing,
    /// What the access token is for.
    scopes: Scopes,
}

pub(super) fn refresh(
    provider: Arc<Provider>,
    client: Authenticated,
    sent: &Parameters,
    now: Timestamp,
) -> TokenStep {
    if !client.client().grants.refresh {
        return refuse(Problem::GrantNotAllowed);
    }
    let Some(text) = sent.only("refresh_token") else {
        return refuse(Problem::NoRefreshToken);
    };
    let Some((family, secret)) = read_refresh(text) else {
        return refuse(Problem::RefreshToken);
    };
    let asked = match sent.only("scope").map(Scopes::parse).transpose() {
        Ok(asked) => asked,
        Err(_) => return refuse(Problem::Scope),
    };
    let refreshing = Refreshing {
        provider,
        client,
        family,
        secret,
        asked,
        now,
        looks: 0,
    };
    refreshing.look(None)
}

impl Refreshing {
    /// `person` is known when it is looked at again.
    fn look(mut self, person: Option<Arc<Person>>) -> TokenStep {
        self.looks += 1;
        if self.looks > MOST_LOOKS {
            return refuse(Problem::Unavailable);
        }
        let question = FindFamily {
            family: self.family,
        };
        ask_family(question, move |family| match family {
            Err(unavailable) => refuse(unavailable.into()),
            Ok(None) => refuse(Problem::RefreshToken),
            Ok(Some(family)) => self.judge(family, person),
        })
    }

    fn judge(self, family: Arc<Family>, person: Option<Arc<Person>>) -> TokenStep {
        let client = self.client.client();
        if family.grant.client != client.id {
            return refuse(Problem::RefreshToken);
        }
        let grace = self.provider.lifetimes.refresh_grace;
        let standing = family.standing(&self.secret, self.now, grace);
        match standing {
            Standing::Ended => return refuse(Problem::RefreshToken),
            Standing::Reused => return revoke(self.family, Problem::RefreshReused),
            Standing::Current | Standing::Repeated => {}
        }
        // RFC 6749 §6: never more than the person granted; nor more than the client may have by now.
        let granted = &family.grant.scopes;
        let scopes = match &self.asked {
            Some(asked) if !asked.is_within(granted) => return refuse(Problem::WiderScope),
            Some(asked) => asked.and(&client.scopes),
            None => granted.and(&client.scopes),
        };
        if scopes.is_empty() {
            return refuse(Problem::NothingGranted);
        }
        let good = Good {
            family,
            standing,
            scopes,
        };
        match person {
            Some(person) => self.rotate(good, person),
            None => self.with_session(good),
        }
    }

    /// A grant without `offline_access` lives as long as the session.
    fn with_session(self, good: Good) -> TokenStep {
        if good.family.grant.is_offline() {
            return self.with_person(good);
        }
        let session = good.family.grant.session.clone();
        ask_session(FindSession { session }, move |session| match session {
            Err(unavailable) => refuse(unavailable.into()),
            Ok(Some(_)) => self.with_person(good),
            Ok(None) => revoke(self.family, Problem::SessionEnded),
        })
    }

    /// While the directory is silent nothing is rotated, and the client may come again with what it has.
    fn with_person(self, good: Good) -> TokenStep {
        let question = Revalidate {
            subject: good.family.grant.subject.clone(),
            client: self.client.client().id.clone(),
            session: good.family.grant.session.clone(),
            family: self.family,
            wants_groups: good.scopes.has(Scopes::GROUPS),
        };
        revalidate(question, move |welcome| match welcome {
            Err(unavailable) => refuse(unavailable.into()),
            Ok(Welcome::Yes(person)) if person.subject == good.family.grant.subject => {
                self.rotate(good, person)
            }
            Ok(Welcome::Yes(_) | Welcome::No) => revoke(self.family, Problem::NotWelcome),
        })
    }

    fn rotate(self, good: Good, person: Arc<Person>) -> TokenStep {
        let Good {
            family,
            standing,
            scopes,
        } = good;
        let (provider, client) = (&*self.provider, self.client.client());
        let (access, access_record) =
            answer::access(provider, &client.id, &scopes, Some(&family.grant), self.now);
        let token = IdToken {
            grant: &family.grant,
            scopes: &scopes,
            // Core §12.2: it was for the first one.
            nonce: None,
            access: &access,
            now: self.now,
        };
        let id_token = match answer::id_token(provider, client, &person, &token) {
            Ok(id_token) => id_token,
            Err(problem) => return refuse(problem),
        };
        let (refresh, current) = generate_refresh(self.family, &*provider.entropy);
        let next = family.rotated(current, standing, self.now, provider.lifetimes.refresh_idle);
        let answer = TokenAnswer {
            access,
            expires_in: provider.lifetimes.access,
            refresh: Some(refresh),
            id_token,
            scopes,
            grant: Some(Arc::clone(&family.grant)),
        };
        let question = Rotate {
            seen: family.generation,
            family: Box::new(next),
            access: access_record,
        };
        rotate(question, move |rotated| match rotated {
            Err(unavailable) => refuse(unavailable.into()),
            Ok(Rotated::Rotated) => Step::Done(Ok(answer)),
            Ok(Rotated::Changed) => self.look(Some(person)),
        })
    }
}

/// Not "no" before the family is known to have ended: else the thief would be told and keep the tokens.
fn revoke(family: FamilyId, problem: Problem) -> TokenStep {
    revoke_family(RevokeFamily { family }, move |revoked| match revoked {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(()) => refuse(problem),
    })
}
