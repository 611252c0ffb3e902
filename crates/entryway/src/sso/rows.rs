//! Rows of the store from what the provider keeps, and back.

use super::body::{self, FamilyBody};
use entryway_oidc::{AccessRecord, CodeRecord, Family, Grant, Lifetimes, Stored as _, Timestamp};
use entryway_store::{AccessRow, CodeRow, FamilyRow};

/// Seconds as the store counts.
pub(crate) fn ms(time: Timestamp) -> i64 {
    i64::try_from(time.0.saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// Milliseconds as the provider counts.
pub(crate) fn seconds(ms: i64) -> Timestamp {
    Timestamp(u64::try_from(ms / 1000).unwrap_or_default())
}

/// The code and its family are remembered for as long as a token of the grant may live.
pub(crate) fn keep_until(lifetimes: &Lifetimes, now: Timestamp) -> i64 {
    let longest = lifetimes.refresh.max(lifetimes.access).max(lifetimes.code);
    ms(now.plus(longest).plus(lifetimes.access))
}

pub(crate) fn code(code: &CodeRecord, lifetimes: &Lifetimes, now: Timestamp) -> CodeRow {
    CodeRow {
        code: code.fingerprint.0,
        family: code.grant.family.0,
        client: code.grant.client.as_str().to_owned(),
        session: code.grant.session.0.to_string(),
        offline: code.grant.is_offline(),
        expires_ms: ms(code.expires),
        keep_until_ms: keep_until(lifetimes, now),
        body: code.to_stored().to_string(),
    }
}

pub(crate) fn access(access: &AccessRecord) -> AccessRow {
    AccessRow {
        token: access.fingerprint.0,
        family: access.grant.as_ref().map(|grant| grant.family.0),
        expires_ms: ms(access.expires),
        body: access.to_stored().to_string(),
    }
}

/// A grant without refresh tokens has a row as well: it is the lock that revoking takes.
pub(crate) fn lock(grant: &Grant, lifetimes: &Lifetimes, now: Timestamp) -> FamilyRow {
    FamilyRow {
        family: grant.family.0,
        client: grant.client.as_str().to_owned(),
        subject: grant.subject.0.clone(),
        session: grant.session.0.to_string(),
        offline: grant.is_offline(),
        generation: 0,
        keep_until_ms: keep_until(lifetimes, now),
        body: None,
    }
}

pub(crate) fn family(
    family: &Family,
    remembered: Option<String>,
    lifetimes: &Lifetimes,
    now: Timestamp,
) -> FamilyRow {
    FamilyRow {
        generation: i64::try_from(family.generation).unwrap_or(i64::MAX),
        body: Some(body::write(&FamilyBody::new(family, remembered))),
        ..lock(&family.grant, lifetimes, now)
    }
}
