//! Correlation ids.

use entryway_login::LoginId;
use entryway_web::LoginIds;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ids of random bits.
pub(crate) struct RandomIds;

impl LoginIds for RandomIds {
    fn draw(&self) -> LoginId {
        draw()
    }
}

/// A new id.
pub(crate) fn draw() -> LoginId {
    static FALLBACK: AtomicU64 = AtomicU64::new(1);
    // An id only tells logins apart: a system without randomness must not stop logins.
    let bits = getrandom::u64().unwrap_or_else(|_| FALLBACK.fetch_add(1, Ordering::Relaxed));
    LoginId::from_bits(bits)
}
