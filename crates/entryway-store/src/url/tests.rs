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
fn a_server_elsewhere_is_verified() {
    let full = format!("{:?}", PgSslMode::VerifyFull);
    assert_eq!(mode("postgres://e@db.example/e"), full);
    assert_eq!(mode("postgres://e@10.0.0.1/e"), full);
    assert_ne!(mode("postgres://e@127.0.0.1/e"), full);
    assert_ne!(mode("postgres://e@[::1]/e"), full);
    assert_ne!(mode("postgres://e@localhost/e"), full);
    assert_ne!(mode("postgres://e@localhost/e?sslmode=disable"), full);
    for text in [
        "db.example/e?sslmode=verify-full",
        "db.example/e?application_name=x",
    ] {
        assert_eq!(mode(&format!("postgres://e@{text}")), full);
    }
}

#[test]
fn what_verifies_less_elsewhere_is_refused_unless_that_is_allowed() {
    for text in [
        "postgres://e@db.example/e?sslmode=disable",
        "postgres://e@db.example/e?sslmode=allow",
        "postgres://e@db.example/e?sslmode=prefer",
        "postgres://e@db.example/e?sslmode=require",
        "postgres://e@db.example/e?sslmode=verify-ca",
        "postgres://e@db.example/e?ssl-mode=Disable",
        "postgres://e@db.example/e?application_name=x&%73slmode=require",
        "postgres://e@db.example/e?sslmode=verify-full&sslmode=disable",
        "postgres://e@localhost/e?sslmode=disable&host=db.example",
        "postgres://e@127.0.0.1/e?sslmode=disable&hostaddr=10.0.0.1",
        "postgres://e@localhost.example/e?sslmode=disable",
    ] {
        check(text, Err(AddressProblem::Unverified));
        assert!(StoreUrl::parse_unverified(text).is_ok(), "{text}");
    }
    let url = StoreUrl::parse_unverified("postgres://e@db.example/e").unwrap();
    let Place::Server(options) = url.place else {
        panic!("a server")
    };
    // Allowed is not asked for.
    assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
}

#[test]
fn what_hides_in_an_address_is_refused() {
    check(
        "postgres://e@db.example/e#&sslmode=x",
        Err(AddressProblem::Server),
    );
    check(
        "postgres://e@db.example/e?#&sslmode=disable",
        Err(AddressProblem::Server),
    );
    for password in ["password=s3cret", "%70assword=s3cret", "user=e&password="] {
        let text = format!("postgres://e@127.0.0.1/e?{password}");
        check(&text, Err(AddressProblem::Password));
    }
    check(
        "postgres://e@127.0.0.1/e?passwrod=s3cret",
        Err(AddressProblem::Parameter),
    );
    check(
        "postgres://e@127.0.0.1/e?options[search_path]=x&options=-c%20a=b",
        Ok("postgres://e@127.0.0.1:5432/e"),
    );
}
