use super::*;
use crate::{ClientRequest, LogoutNotice, Parameters, Response, Sent, TokenAnswer};
use std::sync::atomic::{AtomicU8, Ordering};

#[derive(Default)]
struct Counter(AtomicU8);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// Does not compile for a type that has `Debug`: then two implementations fit.
macro_rules! assert_not_shown {
    ($($name:ty),*) => {$(
        const _: fn() = || {
            trait Fits<A> {
                fn it() {}
            }
            struct Shown;
            impl<T: ?Sized> Fits<()> for T {}
            impl<T: ?Sized + fmt::Debug> Fits<Shown> for T {}
            let _ = <$name as Fits<_>>::it;
        };
    )*};
}

assert_not_shown!(
    Secret,
    Parameters,
    ClientRequest,
    TokenAnswer,
    Response,
    Sent,
    LogoutNotice
);

#[test]
fn each_kind_is_read_by_its_own_reader_alone() {
    let entropy = Counter::default();
    let family = FamilyId::generate(&entropy);
    let code = generate_code(&entropy);
    let access = generate_access(&entropy);
    let (refresh, secret) = generate_refresh(family, &entropy);
    let read = |text: &str| {
        let refresh = read_refresh(text).is_some();
        (
            read_code(text).is_some(),
            read_access(text).is_some(),
            refresh,
        )
    };
    assert_eq!(read(code.expose()), (true, false, false));
    assert_eq!(read(access.expose()), (false, true, false));
    assert_eq!(read(refresh.expose()), (false, false, true));
    assert_eq!(read_code(code.expose()), Some(code.fingerprint()));
    assert_eq!(read_refresh(refresh.expose()), Some((family, secret)));
}

#[test]
fn a_token_has_256_bits_of_chance_of_its_own() {
    let entropy = Counter::default();
    let family = FamilyId::generate(&entropy);
    let (one, first) = generate_refresh(family, &entropy);
    let (two, second) = generate_refresh(family, &entropy);
    assert!(one.expose() != two.expose() && !first.is(&second));
    let bytes = URL_SAFE_NO_PAD.decode(&one.expose()[4..]).unwrap();
    assert_eq!(bytes.len(), 16 + 32);
    assert_eq!(generate_code(&entropy).expose().len(), 4 + 43);
}

#[test]
fn a_token_has_one_spelling() {
    let code = generate_code(&Counter::default());
    let text = code.expose();
    let padded = format!("{text}=");
    let blank = format!("{text} ");
    let upper = text.replace("ewc_", "EWC_");
    // The last character has two bits that no byte takes.
    let trailing = format!("{}B", &text[..text.len() - 1]);
    for other in [&padded, &blank, &upper, &trailing, &text[1..], ""] {
        assert_eq!(read_code(other), None, "{other}");
    }
}

#[test]
fn what_could_end_a_family_is_not_shown() {
    assert_eq!(format!("{:?}", FamilyId([7; 16])), "FamilyId");
}
