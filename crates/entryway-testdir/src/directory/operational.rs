//! Attributes that a server makes up (RFC 4512 §3.4, RFC 4530, RFC 5020; Active Directory's), the
//! same for the same name every time, so that a restarted server has the same people.

use super::{StoredAttribute, StoredEntry, StoredValue};
use crate::schema;
use bytes::Bytes;
use entryway_ldap_types::AttributeName;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

const ENTRY_UUID: AttributeName = AttributeName::from_static("entryUUID");
const ENTRY_DN: AttributeName = AttributeName::from_static("entryDN");
const OBJECT_GUID: AttributeName = AttributeName::from_static("objectGUID");
const OBJECT_SID: AttributeName = AttributeName::from_static("objectSid");
const DISTINGUISHED_NAME: AttributeName = AttributeName::from_static("distinguishedName");

/// The domain part of every made-up SID: `S-1-5-21-` and three numbers without meaning.
const SID_DOMAIN: [u32; 4] = [21, 1_004_336_348, 1_177_238_915, 682_003_330];

impl StoredAttribute {
    pub(super) fn new(name: AttributeName) -> Self {
        let key = schema::key(&name);
        let operational = schema::is_operational(&key);
        Self {
            name,
            key,
            operational,
            values: Vec::new(),
        }
    }
    pub(super) fn push(&mut self, raw: &[u8]) {
        let normal = schema::Rule::of(&self.key)
            .normal(raw)
            .unwrap_or_else(|| raw.to_vec());
        self.values.push(StoredValue {
            raw: Bytes::copy_from_slice(raw),
            normal: normal.into(),
        });
    }
}

impl StoredEntry {
    /// Adds a value to an attribute, which is made if there is none.
    pub(super) fn add(&mut self, name: &AttributeName, raw: &[u8]) {
        let same = |attribute: &&mut StoredAttribute| {
            attribute.name.as_str().eq_ignore_ascii_case(name.as_str())
        };
        match self.attributes.iter_mut().find(same) {
            Some(attribute) => attribute.push(raw),
            None => {
                let mut attribute = StoredAttribute::new(name.clone());
                attribute.push(raw);
                self.attributes.push(attribute);
            }
        }
    }

    /// Adds what the LDIF did not say. `normalized` is the entry's name.
    pub(super) fn complete(&mut self, normalized: &str) {
        let digest: [u8; 32] = Sha256::digest(normalized.as_bytes()).into();
        let dn = self.dn_text.clone();
        self.add_naming_values();
        self.add_missing(&ENTRY_UUID, uuid(&digest).as_bytes());
        self.add_missing(&ENTRY_DN, dn.as_bytes());
        if self.text("samaccountname").is_some() {
            self.add_missing(&OBJECT_GUID, &guid(&digest));
            self.add_missing(&OBJECT_SID, &sid(&digest));
            self.add_missing(&DISTINGUISHED_NAME, dn.as_bytes());
        }
    }

    /// Drops what was written twice: an attribute is a set of values (RFC 4512 §2.2).
    pub(super) fn drop_repeated(&mut self) {
        for attribute in &mut self.attributes {
            let mut seen = HashSet::new();
            attribute
                .values
                .retain(|value| seen.insert(value.normal.clone()));
        }
    }

    /// Adds the values that the name is made of, where the LDIF leaves them out (RFC 4511 §4.7).
    fn add_naming_values(&mut self) {
        let naming: Vec<(AttributeName, Vec<u8>)> = self
            .dn
            .rdns()
            .first()
            .into_iter()
            .flat_map(|rdn| rdn.avas())
            .map(|ava| (ava.attribute().clone(), ava.value().to_vec()))
            .collect();
        for (name, value) in naming {
            let key = schema::key(&name);
            let normal = schema::Rule::of(&key).normal(&value);
            if self
                .values(&key)
                .all(|held| Some(&*held.normal) != normal.as_deref())
            {
                self.add(&name, &value);
            }
        }
    }

    fn add_missing(&mut self, name: &AttributeName, raw: &[u8]) {
        if self.values(&schema::key(name)).next().is_none() {
            self.add(name, raw);
        }
    }
}

/// A UUID of version 8 (RFC 9562 §5.8): bits of our own choosing.
fn guid(digest: &[u8; 32]) -> [u8; 16] {
    let [
        b0,
        b1,
        b2,
        b3,
        b4,
        b5,
        b6,
        b7,
        b8,
        b9,
        b10,
        b11,
        b12,
        b13,
        b14,
        b15,
        ..,
    ] = *digest;
    [
        b0,
        b1,
        b2,
        b3,
        b4,
        b5,
        (b6 & 0x0f) | 0x80,
        b7,
        (b8 & 0x3f) | 0x80,
        b9,
        b10,
        b11,
        b12,
        b13,
        b14,
        b15,
    ]
}

fn uuid(digest: &[u8; 32]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in guid(digest).into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Revision 1, authority 5 (MS-DTYP §2.4.2.2), our domain, and a relative identifier above the
/// well-known ones.
fn sid(digest: &[u8; 32]) -> Vec<u8> {
    let [.., r0, r1, r2, r3] = *digest;
    let relative = 1000 + u32::from_le_bytes([r0, r1, r2, r3]) % 1_000_000_000;
    let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5];
    for part in SID_DOMAIN.into_iter().chain([relative]) {
        sid.extend_from_slice(&part.to_le_bytes());
    }
    sid
}
