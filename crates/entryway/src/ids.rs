//! Correlation ids: the time of submission, so that a record is found by its id, and random bits.

use entryway_login::LoginId;
use entryway_web::LoginIds;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Ids of the time and random bits.
pub(crate) struct RandomIds;

impl LoginIds for RandomIds {
    fn draw(&self) -> LoginId {
        draw()
    }
}

/// 2026-01-01T00:00:00Z: what the times in ids count from, in milliseconds since 1970. The store knows it too.
const BEGINNING: u128 = 1_767_225_600_000;
/// Of the 64 bits: 40 for milliseconds, which last 34 years, and 24 drawn at random.
const RANDOM_BITS: u32 = 24;

/// A new id.
pub(crate) fn draw() -> LoginId {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis()
        .saturating_sub(BEGINNING);
    let time = u64::try_from(since).unwrap_or_default() << RANDOM_BITS;
    let random = random() & ((1 << RANDOM_BITS) - 1);
    LoginId::from_bits(time | u64::from(random))
}

/// When whoever drew an id says that the login was submitted, in milliseconds since 1970.
pub(crate) fn submitted_ms(id: LoginId) -> i64 {
    let since = i64::try_from(id.bits() >> RANDOM_BITS).unwrap_or(i64::MAX);
    let beginning = i64::try_from(BEGINNING).unwrap_or(i64::MAX);
    since.saturating_add(beginning)
}

fn random() -> u32 {
    static FALLBACK: AtomicU32 = AtomicU32::new(1);
    // An id only tells logins apart: a system without randomness must not stop logins.
    STOCK
        .with_borrow_mut(|stock| {
            if stock.is_empty() {
                let mut drawn = [0; 4 * DRAWN];
                getrandom::fill(&mut drawn).ok()?;
                stock.extend(drawn.as_chunks().0.iter().copied().map(u32::from_ne_bytes));
            }
            stock.pop()
        })
        .unwrap_or_else(|| FALLBACK.fetch_add(1, Ordering::Relaxed))
}

/// Drawn from the kernel at a time: one call for many logins.
const DRAWN: usize = 64;

thread_local! {
    static STOCK: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}
