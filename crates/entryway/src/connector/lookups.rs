//! Look-ups of a hub: answered as this gateway's own API would.

use bytes::Bytes;
use entryway_bridge::Text;
use entryway_bridge::link::MAX_REPLY;
use entryway_bridge::message::{LookupAnswer, LookupAsked, LookupHead, LookupVerb};
use entryway_web::{Relay, Relayed, RelayedVerb};

/// The answer in its bytes. Where nothing is looked up for the hub it is HTTP's "forbidden", with no body.
pub(super) async fn found(relay: Option<&Relay>, token: Option<&str>, asked: LookupAsked) -> Bytes {
    let (Some(relay), Some(token)) = (relay, token) else {
        return status(403);
    };
    let answered = relay
        .ask(Relayed {
            verb: match asked.verb {
                LookupVerb::Get => RelayedVerb::Get,
                LookupVerb::Post => RelayedVerb::Post,
            },
            path: asked.path.as_str(),
            body: asked.body.as_ref().map(Text::as_str),
            accept: asked.accept.as_ref().map(Text::as_str),
            if_none_match: asked.if_none_match.as_ref().map(Text::as_str),
            on_behalf: asked.audience.as_str(),
            token,
            most: MAX_REPLY - 32 * 1024,
        })
        .await;
    let headers = answered
        .headers
        .into_iter()
        .filter_map(|(name, value)| Some((Text::new(name)?, Text::new(value)?)));
    let head = LookupHead {
        status: answered.status,
        headers: headers.take(16).collect(),
    };
    LookupAnswer {
        head,
        body: answered.body,
    }
    .to_bytes()
}

fn status(status: u16) -> Bytes {
    let head = LookupHead {
        status,
        headers: Vec::new(),
    };
    LookupAnswer {
        head,
        body: Bytes::new(),
    }
    .to_bytes()
}
