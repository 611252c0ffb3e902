use super::{Meaning, of_postgres, of_sqlite};
use crate::Outage;

#[test]
fn sqlite_codes() {
    let check = |code, expected| assert_eq!(of_sqlite(code), expected, "{code}");
    check(13, Meaning::Outage(Outage::Full));
    check(5, Meaning::Outage(Outage::Locked));
    check(5 | (2 << 8), Meaning::Outage(Outage::Locked));
    check(8, Meaning::Outage(Outage::ReadOnly));
    check(1032, Meaning::Outage(Outage::Gone));
    check(14, Meaning::Outage(Outage::Gone));
    check(10, Meaning::Outage(Outage::Failed));
    check(11, Meaning::Damaged);
    check(26, Meaning::NotAStore);
}

#[test]
fn postgres_codes() {
    let check = |code, expected| assert_eq!(of_postgres(code), expected, "{code}");
    check("53100", Meaning::Outage(Outage::Full));
    check("55P03", Meaning::Outage(Outage::Locked));
    check("25006", Meaning::Outage(Outage::ReadOnly));
    check("57P01", Meaning::Outage(Outage::Gone));
    check("57P03", Meaning::Outage(Outage::Gone));
    check("08006", Meaning::Outage(Outage::Gone));
    check("3D000", Meaning::Outage(Outage::Gone));
    check("28P01", Meaning::Outage(Outage::NotPermitted));
    check("42501", Meaning::Outage(Outage::NotPermitted));
    check("57014", Meaning::Outage(Outage::TimedOut));
    check("XX001", Meaning::Damaged);
    check("42P01", Meaning::Outage(Outage::Failed));
}
