//! What a decision is told with, where that is signed: made before the record is written, so that both sides' records
//! name the same.

use entryway_bridge::{Kept, Proof, Text};
use entryway_login::{Decided, ReplyStated};
use entryway_tunnel::hub::Later;

/// By what a signed reply is found in both records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// SHA-256 of the statement.
    pub(crate) digest: [u8; 32],
    /// By what it is the connector's.
    pub(crate) proof: Proof,
    /// All of it but the body, and the key that signed it; `None` where what came of the login is not stated apart.
    pub(crate) stated: Option<ToldStated>,
}

/// Who stated what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToldStated {
    pub(crate) site: String,
    pub(crate) connector: String,
    pub(crate) stated: ReplyStated,
}

/// What a record keeps of a reply, and by which key it is signed.
pub(crate) fn reply_stated(kept: &Kept, key: [u8; 65]) -> ReplyStated {
    let text = |text: &str| Box::<str>::from(text);
    let stated = &kept.stated;
    ReplyStated {
        nonce: kept.question.nonce.0,
        time_ms: kept.time_ms,
        method: kept.question.method.as_str(),
        request: kept.question.request,
        body: kept.body,
        key,
        outcome: text(stated.outcome.as_str()),
        code: stated.code.as_ref().map(|code| text(code.as_str())),
        subject: stated.subject.as_ref().map(Text::as_str).map(text),
        name: stated.name.as_ref().map(Text::as_str).map(text),
    }
}

/// Tells a hub what was decided.
pub(crate) trait Telling: Send + Sync {
    /// Makes the reply; called once, when all is decided and nothing is written down.
    fn tell(&self, decided: &Decided) -> Later<'_, Option<Told>>;
}
