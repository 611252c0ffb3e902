//! What the hub keeps.

mod connectors;
mod crash;
mod outages;
mod restoring;
mod tickets;

use super::{Lab, cases, until};
use crate::{AuthorityRow, Hub, NewConnector, Redeemed, Standing, TicketRow};
use zeroize::Zeroizing;

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

fn authority(site: &str, key: &str) -> AuthorityRow {
    AuthorityRow {
        site: site.to_owned(),
        certificate: format!("certificate {key}").into_bytes(),
        private: Zeroizing::new(key.as_bytes().to_vec()),
        made_ms: NOW,
    }
}

/// A ticket whose digest is its name.
fn ticket(name: &str, site: &str) -> TicketRow {
    TicketRow {
        digest: bytes(name),
        site: site.to_owned(),
        made_ms: NOW,
        made_by: "root".to_owned(),
        expires_ms: NOW + 3_600_000,
        used_ms: None,
        connector: None,
        ended_ms: None,
        ended_by: None,
    }
}

/// A connector whose key is its id.
fn new(id: &str) -> NewConnector {
    NewConnector {
        id: id.to_owned(),
        name: format!("machine {id}"),
        spki: bytes(id),
        certificate: format!("certificate {id}").into_bytes(),
        not_after_ms: LATER,
        software: "1.0".to_owned(),
    }
}

/// A connector that is let in.
async fn enrolled(hub: &Hub, id: &str, site: &str) {
    hub.keep_ticket(&ticket(id, site)).await.unwrap();
    let came = hub.redeem(&bytes(id), site, &new(id), NOW).await.unwrap();
    assert_eq!(came, Redeemed::Enrolled);
}

async fn standing(hub: &Hub, id: &str) -> Option<Standing> {
    let row = hub.connector(id).await.unwrap();
    row.map(|row| row.standing)
}
