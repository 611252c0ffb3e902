//! A request as a value that asks for things. Each question has a continuation that takes an answer of its own kind
//! and consumes itself: a question is answered once, and by nothing that answers another.

use crate::{
    AccessRecord, BrowserSession, Client, ClientId, CodeRecord, Family, FamilyId, Fingerprint,
    Person, Scopes, SessionId, Timestamp,
};
use entryway_login::Subject;
use std::sync::Arc;

/// Who was asked does not answer. It is never a "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was asked does not answer")]
pub struct Unavailable;

/// What an answer is that may not come.
pub type Answer<T> = Result<T, Unavailable>;

/// A question to the world.
pub trait Question: Send + 'static {
    /// What answers it.
    type Answer: Send + 'static;
}

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident $fields:tt -> $answer:ty;)*) => {
        $(questions!(@one $(#[$doc])* $name $fields $answer);)*
    };
    (@one $(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } $answer:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
        impl Question for $name { type Answer = Answer<$answer>; }
    };
}

questions! {
    /// The client of that id: from the configuration, or from the store.
    FindClient {
        /// Its id.
        client: ClientId,
    } -> Option<Arc<Client>>;

    /// The session of the browser that sent the request, by its cookie; `None` where there is none, or it has ended.
    FindBrowser {} -> Option<Arc<BrowserSession>>;

    /// A session by its id; `None` where it has ended. It counts as a use of the session: whoever works in an
    /// application that refreshes its tokens is not idle.
    FindSession {
        /// Its id.
        session: SessionId,
    } -> Option<Arc<BrowserSession>>;

    /// What the person agreed to at earlier requests of that client.
    FindConsent {
        /// The person.
        subject: Subject,
        /// The client.
        client: ClientId,
    } -> Scopes;

    /// Remembers that they agreed: to these and what they agreed to before.
    KeepConsent {
        /// The person.
        subject: Subject,
        /// The client.
        client: ClientId,
        /// To what.
        scopes: Scopes,
    } -> ();

    /// Keeps a code.
    KeepCode {
        /// The code.
        code: Box<CodeRecord>,
    } -> ();

    /// Takes a code: of any number of takers exactly one is given the record, and the others are told that it was
    /// taken. On disk before the answer.
    TakeCode {
        /// By what it is found.
        code: Fingerprint,
    } -> TakenCode;

    /// Remembers the `jti` of an assertion until that has ended (RFC 7523 §3). Atomic.
    TakeAssertion {
        /// Whose.
        client: ClientId,
        /// SHA-256 of the `jti`.
        jti: Fingerprint,
        /// Not needed afterwards.
        until: Timestamp,
    } -> FirstUse;

    /// Keeps what one redemption of a code gives out, all or nothing, unless the family was revoked meanwhile.
    KeepTokens {
        /// The access token.
        access: Box<AccessRecord>,
        /// The family, where there are refresh tokens.
        family: Option<Box<Family>>,
    } -> Kept;

    /// A family.
    FindFamily {
        /// Its id.
        family: FamilyId,
    } -> Option<Arc<Family>>;

    /// Replaces a family by its next generation together with the access token that goes with it, if it is still of
    /// the generation that was seen. Atomic.
    Rotate {
        /// The generation that was seen.
        seen: u64,
        /// What it becomes.
        family: Box<Family>,
        /// The access token.
        access: Box<AccessRecord>,
    } -> Rotated;

    /// Ends a family and deletes its access tokens; it is remembered as ended for as long as tokens of it could come.
    /// One of which nothing was kept yet is remembered too.
    RevokeFamily {
        /// Its id.
        family: FamilyId,
    } -> ();

    /// An access token; `None` where it is unknown, deleted, or its family revoked.
    FindAccess {
        /// By what it is found.
        access: Fingerprint,
    } -> Option<Arc<AccessRecord>>;

    /// Deletes an access token.
    DropAccess {
        /// By what it is found.
        access: Fingerprint,
    } -> ();

    /// Asks whether a person is still welcome and who they are now. An answer of at most 15 minutes ago may stand for a
    /// directory that is silent.
    Revalidate {
        /// The person.
        subject: Subject,
        /// For which application: not everybody may log in at every one.
        client: ClientId,
        /// The session of the grant: it may have ended.
        session: SessionId,
        /// All tokens of the grant: what is known of the person outlives the session there.
        family: FamilyId,
        /// Whose groups are needed.
        wants_groups: bool,
    } -> Welcome;

    /// Ends a session: its cookie, and each family that does not outlive it. Tells which clients have to hear of it.
    EndSession {
        /// Its id.
        session: SessionId,
    } -> Vec<Arc<Client>>;
}

/// What came of taking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenCode {
    /// It is yours.
    Taken(Box<CodeRecord>),
    /// Somebody took it before.
    Spent(FamilyId),
    /// There is none, or no longer.
    Unknown,
}

/// Whether an assertion comes for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstUse {
    /// It does.
    First,
    /// It was used before.
    Again,
}

/// Whether tokens were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They were.
    Kept,
    /// The family was revoked before: nothing was kept.
    Revoked,
}

/// Whether a family was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// It was.
    Rotated,
    /// It is of another generation by now, or revoked: look again.
    Changed,
}

/// Whether a person is still welcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Welcome {
    /// They are.
    Yes(Arc<Person>),
    /// They are not: gone, disabled, locked, or with another password than then.
    No,
}

/// A question with the only way to go on after its answer.
pub struct Ask<Q: Question, T> {
    /// What is asked.
    pub question: Q,
    then: Box<dyn FnOnce(Q::Answer) -> Step<T> + Send>,
}

impl<Q: Question, T> Ask<Q, T> {
    /// A question with what follows: for whoever passes questions on.
    pub fn of(question: Q, then: impl FnOnce(Q::Answer) -> Step<T> + Send + 'static) -> Self {
        Self {
            question,
            then: Box::new(then),
        }
    }
    /// Goes on.
    pub fn resume(self, answer: Q::Answer) -> Step<T> {
        (self.then)(answer)
    }
}

macro_rules! steps {
    ($($name:ident => $method:ident, $port:ident;)*) => {
        /// What a request wants next.
        pub enum Step<T> {
            $(
                #[doc = concat!("Answer [`", stringify!($name), "`], then go on.")]
                $name(Ask<$name, T>),
            )*
            /// Done.
            Done(T),
        }

        $(
            pub(crate) fn $method<T>(
                question: $name,
                then: impl FnOnce(<$name as Question>::Answer) -> Step<T> + Send + 'static,
            ) -> Step<T> {
                Step::$name(Ask::of(question, then))
            }
        )*

        /// Everything that requests ask. Whoever implements it keeps its own deadlines.
        pub trait World: Send + Sync {
            $(
                #[doc = concat!("Answers [`", stringify!($name), "`].")]
                fn $port(&self, question: $name) -> impl Future<Output = <$name as Question>::Answer> + Send;
            )*
        }

        /// Runs a request to its end in any world.
        pub async fn drive<T>(world: &impl World, mut step: Step<T>) -> T {
            loop {
                step = match step {
                    $(Step::$name(ask) => {
                        let Ask { question, then } = ask;
                        then(world.$port(question).await)
                    })*
                    Step::Done(end) => return end,
                };
            }
        }
    };
}

steps! {
    FindClient => ask_client, find_client;
    FindBrowser => ask_browser, find_browser;
    FindSession => ask_session, find_session;
    FindConsent => ask_consent, find_consent;
    KeepConsent => keep_consent, keep_consent;
    KeepCode => keep_code, keep_code;
    TakeCode => take_code, take_code;
    TakeAssertion => take_assertion, take_assertion;
    KeepTokens => keep_tokens, keep_tokens;
    FindFamily => ask_family, find_family;
    Rotate => rotate, rotate;
    RevokeFamily => revoke_family, revoke_family;
    FindAccess => ask_access, find_access;
    DropAccess => drop_access, drop_access;
    Revalidate => revalidate, revalidate;
    EndSession => end_session, end_session;
}
