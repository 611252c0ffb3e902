//! The throttle in an explanation: no password was shown, so nothing was counted, and a login now may still be refused.

use entryway_login::{Decided, Decision, IdentityReserve, Record, ReserveOperation, TraceEntry};
use entryway_store::Throttle;
use std::net::IpAddr;
use std::time::{Instant, SystemTime};

/// Notes before the verdict which bucket would refuse whoever was explained, if one would.
pub(crate) fn note_throttle(
    decided: &mut Decided,
    throttle: &Throttle,
    address: Option<IpAddr>,
    at: SystemTime,
) {
    let Decision::WouldAccept(session) = &decided.decision else {
        return;
    };
    // A look waits for nobody.
    let deadline = Instant::now();
    let identity = IdentityReserve {
        identity: session.subject.0.as_str().into(),
        address,
        device: None,
        threshold: None,
        window: None,
        failures: 1,
        at,
        deadline,
    };
    let from = ReserveOperation::Address {
        address,
        at,
        deadline,
    };
    let closed = throttle.look(&from);
    let closed = closed.or_else(|| throttle.look(&ReserveOperation::Identity(identity)));
    let Some(closed) = closed else {
        return;
    };
    let entries = &mut decided.trace.entries;
    let end = entries.len().saturating_sub(1);
    let entry = TraceEntry {
        record: Record::Throttled {
            bucket: closed.bucket,
            limit: closed.limit,
            until: closed.until,
        },
        at: decided.took,
        took: None,
    };
    entries.insert(end, entry);
}
