//! Correlation ids.

use entryway_login::LoginId;
use entryway_web::LoginIds;
use std::cell::RefCell;
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
    let bits = STOCK
        .with_borrow_mut(|stock| {
            if stock.is_empty() {
                let mut drawn = [0; 8 * DRAWN];
                getrandom::fill(&mut drawn).ok()?;
                stock.extend(drawn.as_chunks().0.iter().copied().map(u64::from_ne_bytes));
            }
            stock.pop()
        })
        .unwrap_or_else(|| FALLBACK.fetch_add(1, Ordering::Relaxed));
    LoginId::from_bits(bits)
}

/// Drawn from the kernel at a time: one call for many logins.
const DRAWN: usize = 64;

thread_local! {
    static STOCK: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}
