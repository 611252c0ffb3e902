use super::*;
use crate::{ClientId, Scopes, SessionId};
use entryway_login::{Method, Subject};

const GRACE: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(100);

fn token(number: u8) -> Fingerprint {
    Fingerprint([number; 32])
}

fn family() -> Family {
    let id = FamilyId([0; 16]);
    Family {
        id,
        grant: Arc::new(Grant {
            family: id,
            client: ClientId::parse("app").unwrap(),
            subject: Subject("staff:jane".into()),
            session: SessionId("s".into()),
            sid: "sid".into(),
            scopes: Scopes::default(),
            authenticated_at: Timestamp(0),
            method: Method::Password,
        }),
        generation: 0,
        current: token(1),
        previous: None,
        expires: Timestamp(1000),
        idle_until: Timestamp(100),
        revoked: false,
    }
}

fn check(family: &Family, number: u8, at: u64, expected: Standing) {
    assert_eq!(
        family.standing(&token(number), Timestamp(at), GRACE),
        expected
    );
}

#[test]
fn the_current_one_holds_until_it_ends() {
    check(&family(), 1, 99, Standing::Current);
    check(&family(), 1, 100, Standing::Ended);
    let revoked = Family {
        revoked: true,
        ..family()
    };
    check(&revoked, 1, 0, Standing::Ended);
    check(&revoked, 2, 0, Standing::Ended);
    check(&family(), 2, 0, Standing::Reused);
}

#[test]
fn use_moves_the_idle_limit_and_not_the_last_one() {
    let next = family().rotated(token(2), Standing::Current, Timestamp(50), IDLE);
    assert_eq!(
        (next.generation, next.idle_until, next.expires),
        (1, Timestamp(150), Timestamp(1000))
    );
    let late = next.rotated(token(3), Standing::Current, Timestamp(990), IDLE);
    check(&late, 3, 999, Standing::Current);
    check(&late, 3, 1000, Standing::Ended);
}

#[test]
fn the_one_before_may_come_again_for_the_grace() {
    let next = family().rotated(token(2), Standing::Current, Timestamp(50), IDLE);
    check(&next, 1, 50, Standing::Repeated);
    check(&next, 1, 59, Standing::Repeated);
    check(&next, 1, 60, Standing::Reused);
    let again = next.rotated(token(3), Standing::Repeated, Timestamp(59), IDLE);
    check(&again, 3, 59, Standing::Current);
    check(&again, 2, 59, Standing::Reused);
    check(&again, 1, 59, Standing::Repeated);
    check(&again, 1, 60, Standing::Reused);
}

#[test]
fn a_clock_that_went_back_is_no_reuse() {
    let next = family().rotated(token(2), Standing::Current, Timestamp(50), IDLE);
    check(&next, 1, 40, Standing::Repeated);
}
