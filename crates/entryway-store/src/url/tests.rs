use super::{AddressProblem, Place, StoreUrl};
use sqlx::postgres::PgSslMode;

fn check(text: &str, expected: Result<&str, AddressProblem>) {
    let parsed = StoreUrl::parse(text);
    assert_eq!(
        parsed
            .as_ref()
            .map(ToString::to_string)
            .map_err(|problem| *problem),
        expected.map(str::to_owned),
        "{text}"
    );
    if let Ok(url) = parsed {
        assert!(!format!("{url} {url:?}").contains("s3cret"), "{text}");
    }
}

#[test]
fn addresses() {
    check("sqlite:/var/lib/e.db", Ok("sqlite:/var/lib/e.db"));
    check("sqlite:///var/lib/e.db", Ok("sqlite:/var/lib/e.db"));
    check("sqlite:e.db", Ok("sqlite:e.db"));
    check("sqlite:", Err(AddressProblem::NoPath));
    check("sqlite::memory:", Err(AddressProblem::InMemory));
    check("mysql://x", Err(AddressProblem::Scheme));
    check("/var/lib/e.db", Err(AddressProblem::Scheme));
    check(
        "postgres://eve:s3cret@db.example:5433/e",
        Ok("postgres://eve@db.example:5433/e"),
    );
    check(
        "postgresql://eve@127.0.0.1/e",
        Ok("postgres://eve@127.0.0.1:5432/e"),
    );
    check(
        "postgres://eve:s3cret@h:notaport/e",
        Err(AddressProblem::Server),
    );
}

fn mode(text: &str) -> String {
    match StoreUrl::parse(text).unwrap().place {
        Place::Server(options) => format!("{:?}", options.get_ssl_mode()),
        Place::File(_) => panic!("`{text}` names a server"),
    }
}

#[test]
fn a_server_elsewhere_is_verified_unless_said_otherwise() {
    let full = format!("{:?}", PgSslMode::VerifyFull);
    assert_eq!(mode("postgres://e@db.example/e"), full);
    assert_eq!(mode("postgres://e@10.0.0.1/e"), full);
    assert_ne!(mode("postgres://e@127.0.0.1/e"), full);
    assert_ne!(mode("postgres://e@[::1]/e"), full);
    assert_ne!(mode("postgres://e@localhost/e"), full);
    assert_ne!(mode("postgres://e@db.example/e?sslmode=require"), full);
}
