//! What single sign-on keeps.

mod codes;
mod consents;
mod crash;
mod ending;
mod families;
mod hosts;
mod outages;
mod pruning;
mod races;
mod restoring;
mod sessions;
mod signing_keys;

use super::{Lab, cases, until};
use crate::database::{Begin, args};
use crate::{AccessRow, CodeRow, FamilyRow, SessionRow, Sso, Store};

/// The time at which cases happen, and one that is later than all of them.
const NOW: i64 = 1_800_000_000_000;
const LATER: i64 = NOW + 86_400_000;

/// Bytes that stand for a name.
fn bytes<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    bytes
}

fn session(id: &str, subject: &str) -> SessionRow {
    SessionRow {
        id: id.to_owned(),
        cookie: bytes(id),
        subject: subject.to_owned(),
        made_ms: NOW,
        used_ms: NOW,
        ends_ms: LATER,
        body: format!("session {id}"),
    }
}

/// The code of a family of the same name.
fn code(name: &str, session: &str) -> CodeRow {
    CodeRow {
        code: bytes(name),
        family: bytes(name),
        client: "wiki".to_owned(),
        session: session.to_owned(),
        offline: false,
        expires_ms: NOW + 60_000,
        keep_until_ms: LATER,
        body: format!("code {name}"),
    }
}

fn offline_code(name: &str, session: &str) -> CodeRow {
    CodeRow {
        offline: true,
        ..code(name, session)
    }
}

fn family(name: &str, session: &str) -> FamilyRow {
    FamilyRow {
        family: bytes(name),
        client: "wiki".to_owned(),
        subject: "eve".to_owned(),
        session: session.to_owned(),
        offline: false,
        generation: 0,
        keep_until_ms: LATER,
        body: Some(format!("family {name}")),
    }
}

fn offline_family(name: &str, session: &str) -> FamilyRow {
    FamilyRow {
        offline: true,
        ..family(name, session)
    }
}

fn access(token: &str, family: &str) -> AccessRow {
    AccessRow {
        token: bytes(token),
        family: Some(bytes(family)),
        expires_ms: NOW + 600_000,
        body: format!("access {token}"),
    }
}

async fn kept(sso: &Sso, token: AccessRow, family: FamilyRow) -> bool {
    sso.keep_tokens(&token, Some(&family)).await.unwrap()
}

/// Whether the family of that name stands, and is not revoked.
async fn lives(store: &Store, name: &str) -> bool {
    let found = store.sso().family(&bytes(name)).await.unwrap();
    found.is_some_and(|family| !family.revoked)
}

async fn is_revoked(store: &Store, name: &str) -> bool {
    let found = store.sso().family(&bytes(name)).await.unwrap();
    found.is_some_and(|family| family.revoked && family.body.is_none())
}

async fn opens(store: &Store, token: &str) -> bool {
    let found = store.sso().access(&bytes(token), NOW).await.unwrap();
    found.is_some()
}

/// How many rows a query counts.
async fn count(store: &Store, sql: &'static str) -> i64 {
    let mut tx = store.database().begin(Begin::Read).await.unwrap();
    let row = tx.row(sql, args![]).await.unwrap().unwrap();
    row.int(0).unwrap()
}
