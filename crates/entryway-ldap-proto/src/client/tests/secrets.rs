//! Passwords on their way out: written into one place, which is wiped.

use super::*;
use crate::message::ChangeKind;

/// Lengths around which length fields grow, and the buffer.
const LENGTHS: [usize; 7] = [0, 1, 127, 128, 255, 5000, 70_000];

/// What is submitted first, so that the buffer is not empty when the secret comes.
const WAITING: [usize; 3] = [0, 300, 600];

/// Submits what holds a secret, behind this many bytes that wait already. `Outbound` asserts that the
/// buffer does not grow while it is written; here, that nothing is left where it stood.
fn check(submit: &mut dyn FnMut(&mut Connection)) {
    for waiting in WAITING {
        let mut client = Connection::new(Limits::CLIENT);
        let filling: Result<(), std::convert::Infallible> =
            client.outbound().append(waiting, |out| {
                out.resize(waiting, b'w');
                Ok(())
            });
        assert_eq!(filling, Ok(()));
        submit(&mut client);
        let outbound = client.outbound();
        let written = outbound.as_slice()[waiting..].to_vec();
        assert!(written.windows(2).any(|pair| pair == b"ss"), "the secret");
        assert!(Message::decode(&written, &Limits::SERVER).is_ok());
        // All but the last byte, behind which the buffer is emptied and no longer to be seen.
        outbound.consume(waiting + written.len() - 1);
        assert!(outbound.taken_off().iter().all(|&byte| byte == 0));
        assert_eq!(outbound.taken_off().len(), waiting + written.len() - 1);
    }
}

fn secret(length: usize) -> Vec<u8> {
    vec![b's'; length.max(2)]
}

/// None, small ones, and one that is larger than any envelope.
fn controls() -> [Vec<RequestControl>; 3] {
    let other = RequestControl::Other {
        oid: "1.2.3.4.5.6.7.8.9".into(),
        critical: true,
        value: Some(Bytes::from(vec![b'c'; 70_000])),
    };
    [
        Vec::new(),
        vec![RequestControl::PasswordPolicy, RequestControl::ManageDsaIt],
        vec![other],
    ]
}

#[test]
fn of_a_simple_bind() {
    for (length, controls) in LENGTHS.into_iter().zip(controls().into_iter().cycle()) {
        for password in LENGTHS {
            let dn = "x".repeat(length.max(1));
            let password = Password::new(secret(password)).unwrap();
            check(&mut |client| {
                client.bind_simple(&dn, &password, &controls).unwrap();
            });
        }
    }
}

#[test]
fn of_a_sasl_bind() {
    for length in LENGTHS {
        let identity = "s".repeat(length.max(2));
        for controls in controls() {
            check(&mut |client| {
                client.bind_external(Some(&identity), &controls).unwrap();
            });
        }
    }
}

#[test]
fn of_a_modify() {
    for (name, controls) in ["userPassword", &"a".repeat(300)]
        .into_iter()
        .zip(controls())
    {
        let attribute = AttributeName::parse(name).unwrap();
        for length in LENGTHS {
            let (value, dn) = (secret(length), "x".repeat(length));
            for values in [1, 2, 40] {
                let values = vec![&*value; values];
                let change = |kind| Modification {
                    kind,
                    attribute: &attribute,
                    values: &values,
                };
                // Active Directory's change of a password: the old value goes, the new one comes.
                let changes = [change(ChangeKind::Delete), change(ChangeKind::Add)];
                if values.len() * value.len() > 400_000 {
                    continue; // over what a server takes
                }
                check(&mut |client| {
                    client.modify(&dn, &changes, &controls).unwrap();
                });
            }
        }
    }
}

#[test]
fn of_a_compare() {
    for (name, controls) in ["userPassword", &"a".repeat(300)]
        .into_iter()
        .zip(controls())
    {
        let attribute = AttributeName::parse(name).unwrap();
        for dn in LENGTHS {
            let dn = "x".repeat(dn);
            for length in LENGTHS {
                let value = secret(length);
                check(&mut |client| {
                    client.compare(&dn, &attribute, &value, &controls).unwrap();
                });
            }
        }
    }
}

#[test]
fn of_an_extended_operation() {
    for (name, controls) in ["1.2", &"1.2".repeat(300)].into_iter().zip(controls()) {
        for length in LENGTHS {
            let value = secret(length);
            check(&mut |client| {
                client.extended(name, Some(&value), &controls).unwrap();
            });
        }
    }
}

#[test]
fn what_is_sent_behind_it_is_written_in_place_too() {
    // Its length is not estimated, so it is measured: `Outbound` asserts as above.
    let mut client = Connection::new(Limits::CLIENT);
    let attribute = AttributeName::parse("userPassword").unwrap();
    client
        .compare("cn=x", &attribute, &secret(1000), &[])
        .unwrap();
    let long = SearchRequest {
        base: "x".repeat(5000).into(),
        ..search_request()
    };
    client.search(&long, 1, NO_CONTROLS).unwrap();
    client.search(&search_request(), 1, NO_CONTROLS).unwrap();
}
