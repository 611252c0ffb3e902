//! Java's stores, which are read by code of our own.

use entryway_keystore::{identity, trust};

const MAGIC: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];

/// Whatever follows the magic: it is read or refused, and nothing that is found is larger than the file.
pub fn keystore(bytes: &[u8]) {
    for magic in MAGIC {
        let store = [&magic[..], bytes].concat();
        if let Ok(found) = trust(&store, None) {
            let held: usize = found.certificates.iter().map(|found| found.len()).sum();
            assert!(held <= store.len());
            assert!(!found.certificates.is_empty());
        }
        // With a password the digest is looked at, and with an alias a key is opened.
        let _ = trust(&store, Some(b"changeit"));
        for alias in [None, Some("gateway")] {
            if let Ok(found) = identity(&store, None, alias) {
                assert!(!found.certified.cert.is_empty());
            }
            let _ = identity(&store, Some(b"changeit"), alias);
        }
    }
}
