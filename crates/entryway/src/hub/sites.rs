//! What a login asks of a site, in the words of the bridge, and what comes back.
//!
//! A token of a connector is kept with the connector's id before it: another connector of the site could not read it, and
//! its refusal would end a session for nothing.

mod verdict;

use super::ask::{Answered, Failed, Why};
use super::exchange::Exchange;
use crate::told::reply_stated;
use bytes::Bytes;
use entryway_bridge::message::{
    ChangeAsked, LoginAsked, Method, Outcome, RevalidateAsked, Token, read, write,
};
use entryway_bridge::{ConnectorId, Sealed, Stated, Text};
use entryway_login::{
    LoginId, ReplyProof, SealedFor, SealedPassword, SiteAnswer, SiteAsk, SiteFault, SiteOperation,
    SiteReply, SiteUnanswered,
};
use entryway_store::Standing;
use serde::Deserialize as _;
use serde::de::value::{Error as Unreadable, MapDeserializer};
use std::time::Instant;
use verdict::verdict;

/// What stands between a connector's id and its token.
const BETWEEN: char = '.';

/// Something to be asked of one connector, or of any.
struct Question {
    only: ConnectorId,
    method: Method,
    body: Vec<u8>,
}

/// Why a session is over that only one connector could confirm.
const GONE: &str = "logged in through a connector that is revoked, or that this hub does not know: no other can read what it gave out";

/// A text of the login's that no connector would read.
const UNREADABLE: &str = "what was sealed, or a token, cannot be read";

impl Exchange {
    /// Asks a site what a login asks of it.
    pub(crate) async fn ask_site(&self, site: &str, operation: SiteOperation) -> SiteAnswer {
        let began = Instant::now();
        let mut questions = questions(&operation);
        // Of two that can open the password, the one that lives.
        questions.sort_by_key(|question| self.registry.is_silent(site, &question.only));
        let mut answer = unanswered(None, SiteFault::Unreachable, false, UNREADABLE.to_owned());
        for question in questions {
            let body = Bytes::from(question.body);
            let asked = self
                .ask(
                    site,
                    question.method,
                    &body,
                    Some(&question.only),
                    operation.deadline,
                )
                .await;
            let (next, is_final) = match asked {
                Ok(answered) => replied(&answered, operation.login),
                Err(failed) => {
                    let is_final = failed.written;
                    let never = question.method == Method::Revalidate
                        && failed.why == Why::Unreachable
                        && self.is_gone(site, &question.only).await;
                    match never {
                        true => (
                            unanswered(
                                Some(question.only),
                                SiteFault::Gone,
                                false,
                                GONE.to_owned(),
                            ),
                            true,
                        ),
                        false => (failed_answer(failed), is_final),
                    }
                }
            };
            // A seal that a connector refused says more than a connector that is not there.
            if is_final || answer.reply.is_err() || next.reply.is_ok() {
                answer = next;
            }
            if is_final {
                break;
            }
        }
        SiteAnswer {
            took: began.elapsed(),
            ..answer
        }
    }

    /// Whether that connector never answers again, as the store says. While the store is silent nobody knows.
    async fn is_gone(&self, site: &str, connector: &ConnectorId) -> bool {
        match self.store.connector(connector.as_str()).await {
            Ok(Some(row)) => row.site != site || row.standing == Standing::Revoked,
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

/// What is asked, in order; nothing where it cannot be read.
fn questions(operation: &SiteOperation) -> Vec<Question> {
    let each = |sealed: &SealedPassword| sealed.each().to_vec();
    let made: Vec<Option<Question>> = match &operation.ask {
        SiteAsk::Login {
            login_name,
            sealed,
            device,
        } => each(sealed)
            .iter()
            .map(|sealed| login(operation, login_name, sealed, device.as_deref()))
            .collect(),
        SiteAsk::Change {
            login_name,
            old,
            new,
        } => each(old)
            .iter()
            .map(|old| {
                let mut news = new.each().iter();
                let new = news.find(|new| new.connector == old.connector)?;
                change(operation, login_name, old, new)
            })
            .collect(),
        SiteAsk::Revalidate { token } => vec![revalidate(operation, token)],
    };
    made.into_iter().flatten().collect()
}

fn login(
    operation: &SiteOperation,
    login_name: &str,
    sealed: &SealedFor,
    device: Option<&str>,
) -> Option<Question> {
    let sealed = bridge(sealed)?;
    // What another connector gave means nothing to this one.
    let device = device
        .and_then(own)
        .filter(|(whose, _)| *whose == sealed.connector);
    Some(Question {
        only: sealed.connector,
        method: Method::Login,
        body: write(&LoginAsked {
            login_id: operation.login,
            login_name: Text::new(login_name)?,
            sealed,
            audience: Text::new(&*operation.audience)?,
            client_address: operation.client_address,
            device: device.map(|(_, token)| token),
            wants_groups: operation.wants_groups,
        }),
    })
}

fn change(
    operation: &SiteOperation,
    login_name: &str,
    old: &SealedFor,
    new: &SealedFor,
) -> Option<Question> {
    let (sealed, sealed_new) = (bridge(old)?, bridge(new)?);
    Some(Question {
        only: sealed.connector,
        method: Method::ChangePassword,
        body: write(&ChangeAsked {
            login_id: operation.login,
            login_name: Text::new(login_name)?,
            sealed,
            sealed_new,
            audience: Text::new(&*operation.audience)?,
            client_address: operation.client_address,
            device: None,
        }),
    })
}

fn revalidate(operation: &SiteOperation, token: &str) -> Option<Question> {
    let (connector, token) = own(token)?;
    Some(Question {
        only: connector,
        method: Method::Revalidate,
        body: write(&RevalidateAsked {
            login_id: operation.login,
            token,
            audience: Text::new(&*operation.audience)?,
            client_address: operation.client_address,
            wants_groups: operation.wants_groups,
        }),
    })
}

/// What the login carries unread, read.
fn bridge(sealed: &SealedFor) -> Option<Sealed> {
    let SealedFor {
        connector,
        key_id,
        nonce,
        enc,
        ciphertext,
    } = sealed;
    let fields = [
        ("connector", &**connector),
        ("key_id", &**key_id),
        ("nonce", &**nonce),
        ("enc", &**enc),
        ("ciphertext", &**ciphertext),
    ];
    Sealed::deserialize(MapDeserializer::<_, Unreadable>::new(fields.into_iter())).ok()
}

/// A connector's token, as we give it out.
pub(super) fn of_connector(connector: &ConnectorId, token: &Token) -> Box<str> {
    format!("{connector}{BETWEEN}{}", token.expose()).into()
}

/// The connector that a token is of, and the token as it knows it.
fn own(token: &str) -> Option<(ConnectorId, Token)> {
    let (connector, token) = token.split_once(BETWEEN)?;
    let connector = ConnectorId::parse(connector).ok()?;
    Some((connector, Token::new(token.to_owned())?))
}

/// What an answer says, and whether it is the last word: a sealed password that was not opened was not tried.
fn replied(answered: &Answered, login: LoginId) -> (SiteAnswer, bool) {
    let connector = answered.connector;
    let invalid = |problem: &str| {
        let problem = problem.to_owned();
        let answer = unanswered(Some(connector), SiteFault::Invalid, true, problem);
        (answer, true)
    };
    let Ok(outcome) = read::<Outcome>("outcome", answered.reply.body()) else {
        return invalid("the connector signed an answer that cannot be read");
    };
    let kept = answered.reply.kept();
    if kept.is_some_and(|kept| Stated::of(login, &outcome).as_ref() != Some(&kept.stated)) {
        return invalid("the connector states another thing than it answers");
    }
    let is_final = !matches!(outcome, Outcome::SealRefused { .. });
    let reply = SiteReply {
        proof: ReplyProof {
            digest: *answered.reply.statement_digest(),
            signature: answered.reply.proof().signature.as_slice().into(),
            beside: answered.reply.proof().beside.as_slice().into(),
            stated: kept.map(|kept| Box::new(reply_stated(kept, *answered.line.key().point()))),
        },
        verdict: verdict(outcome, |token| of_connector(&connector, token)),
    };
    let answer = SiteAnswer {
        connector: Some(connector.as_str().into()),
        reply: Ok(reply),
        took: std::time::Duration::ZERO,
    };
    (answer, is_final)
}

fn failed_answer(failed: Failed) -> SiteAnswer {
    unanswered(
        failed.connector,
        fault(failed.why),
        failed.written,
        failed.cause,
    )
}

fn unanswered(
    connector: Option<ConnectorId>,
    fault: SiteFault,
    written: bool,
    cause: String,
) -> SiteAnswer {
    SiteAnswer {
        connector: connector.map(|connector| connector.as_str().into()),
        reply: Err(SiteUnanswered {
            fault,
            written,
            cause,
        }),
        took: std::time::Duration::ZERO,
    }
}

fn fault(why: Why) -> SiteFault {
    match why {
        Why::Unknown | Why::Unreachable => SiteFault::Unreachable,
        Why::Busy => SiteFault::Busy,
        Why::TimedOut => SiteFault::TimedOut,
        Why::Invalid => SiteFault::Invalid,
    }
}

#[cfg(test)]
mod tests;
