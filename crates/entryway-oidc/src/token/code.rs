//! Codes for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6).
//!
//! A code is taken before anything about it is compared: whatever is wrong, it does not come again. One that comes
//! again ends everything that came of it (RFC 6749 §10.5).

use super::{TokenAnswer, TokenStep, answer, refuse};
use crate::claims::IdToken;
use crate::client_proof::Authenticated;
use crate::record::{CodeRecord, Grant};
use crate::secret::{generate_refresh, read_code};
use crate::step::{ask_session, keep_tokens, revoke_family, take_code};
use crate::{
    BrowserSession, Client, Family, FindSession, Fingerprint, KeepTokens, Kept, Parameters,
    Problem, Provider, RevokeFamily, Secret, Step, TakeCode, TakenCode, Timestamp,
};
use std::sync::Arc;

/// What the request says besides the code.
struct Bound {
    redirect: Option<String>,
    verifier: Option<Fingerprint>,
}

pub(super) fn redeem(
    provider: Arc<Provider>,
    client: Authenticated,
    sent: &Parameters,
    now: Timestamp,
) -> TokenStep {
    if !client.client().grants.code {
        return refuse(Problem::GrantNotAllowed);
    }
    let Some(code) = sent.only("code") else {
        return refuse(Problem::NoCode);
    };
    let Some(code) = read_code(code) else {
        return refuse(Problem::Code);
    };
    let bound = Bound {
        redirect: sent.only("redirect_uri").map(str::to_owned),
        verifier: match sent.only("code_verifier") {
            Some(verifier) if !is_verifier(verifier) => return refuse(Problem::Verifier),
            verifier => verifier.map(|verifier| Fingerprint::of(verifier.as_bytes())),
        },
    };
    take_code(TakeCode { code }, move |taken| match taken {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(TakenCode::Unknown) => refuse(Problem::Code),
        Ok(TakenCode::Spent(family)) => {
            revoke_family(RevokeFamily { family }, |revoked| match revoked {
                Err(unavailable) => refuse(unavailable.into()),
                Ok(()) => refuse(Problem::Code),
            })
        }
        Ok(TakenCode::Taken(record)) => match check(&record, client.client(), &bound, now) {
            Err(problem) => refuse(problem),
            Ok(()) => with_session(provider, client, record, now),
        },
    })
}

fn check(
    record: &CodeRecord,
    client: &Client,
    bound: &Bound,
    now: Timestamp,
) -> Result<(), Problem> {
    if now >= record.expires || record.grant.client != client.id {
        return Err(Problem::Code);
    }
    // RFC 6749 §4.1.3: the same text, if there was one.
    if record.redirect.is_some() && record.redirect != bound.redirect {
        return Err(Problem::RedirectMismatch);
    }
    match (&record.challenge, &bound.verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.0.is(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Problem::Verifier),
        (Some(_), None) => Err(Problem::NoVerifier),
        // RFC 9700 §4.8.2: the challenge was taken out of the request on its way.
        (None, Some(_)) => Err(Problem::UnaskedVerifier),
    }
}

/// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

/// A session that ended between code and tokens has ended for this client too.
fn with_session(
    provider: Arc<Provider>,
    client: Authenticated,
    record: Box<CodeRecord>,
    now: Timestamp,
) -> TokenStep {
    let question = FindSession {
        session: record.grant.session.clone(),
    };
    ask_session(question, move |session| match session {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(Some(session)) if session.person.subject == record.grant.subject => {
            issue(&provider, &client, *record, &session, now)
        }
        Ok(_) => refuse(Problem::SessionEnded),
    })
}

fn issue(
    provider: &Provider,
    client: &Authenticated,
    record: CodeRecord,
    session: &BrowserSession,
    now: Timestamp,
) -> TokenStep {
    let client = client.client();
    let CodeRecord {
        mut grant, nonce, ..
    } = record;
    grant.scopes = grant.scopes.and(&client.scopes);
    let grant = Arc::new(grant);
    let (access, access_record) =
        answer::access(provider, &client.id, &grant.scopes, Some(&grant), now);
    let token = IdToken {
        grant: &grant,
        scopes: &grant.scopes,
        nonce: nonce.as_deref(),
        access: &access,
        now,
    };
    let id_token = match answer::id_token(provider, client, &session.person, &token) {
        Ok(id_token) => id_token,
        Err(problem) => return refuse(problem),
    };
    let (refresh, family) = begin_family(provider, client, &grant, now).unzip();
    let answer = TokenAnswer {
        access,
        expires_in: provider.lifetimes.access,
        refresh,
        id_token,
        scopes: grant.scopes.clone(),
        grant: Some(grant),
    };
    let question = KeepTokens {
        access: access_record,
        family: family.map(Box::new),
    };
    keep_tokens(question, move |kept| match kept {
        Err(unavailable) => refuse(unavailable.into()),
        // Somebody else brought the same code meanwhile.
        Ok(Kept::Revoked) => refuse(Problem::Code),
        Ok(Kept::Kept) => Step::Done(Ok(answer)),
    })
}

/// Without `offline_access` the refresh token ends with the session.
fn begin_family(
    provider: &Provider,
    client: &Client,
    grant: &Arc<Grant>,
    now: Timestamp,
) -> Option<(Secret, Family)> {
    if !client.grants.refresh {
        return None;
    }
    let (text, current) = generate_refresh(grant.family, &*provider.entropy);
    let family = Family {
        id: grant.family,
        grant: Arc::clone(grant),
        generation: 0,
        current,
        previous: None,
        expires: now.plus(provider.lifetimes.refresh),
        idle_until: now.plus(provider.lifetimes.refresh_idle),
        revoked: false,
    };
    Some((text, family))
}
