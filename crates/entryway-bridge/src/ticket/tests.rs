use super::*;
use proptest::prelude::*;

fn ticket() -> Ticket {
    Ticket::new(*b"sixteen bytes !!", b"a certificate")
}

#[test]
fn a_ticket_comes_back_however_it_is_typed() {
    let text = ticket().to_text();
    assert_eq!(
        text.len(),
        PREFIX.len() + CHARACTERS + CHARACTERS / GROUP - 1
    );
    let typed = [
        text.to_string(),
        format!("  {}\n", text.to_uppercase()),
        text.replacen('-', "", 4).replacen("ewt1", "ewt1-", 1),
        text.replace('-', " ").replacen("ewt1 ", "ewt1-", 1),
    ];
    for typed in typed {
        let read = Ticket::parse(&typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(read.secret(), b"sixteen bytes !!");
        assert!(read.is_for(b"a certificate") && !read.is_for(b"another"));
    }
}

#[test]
fn a_slip_is_told_as_one() {
    let text = ticket().to_text();
    let check = |text: &str| Ticket::parse(text).err();
    assert_eq!(check("https://hub"), Some(MalformedTicket::Prefix));
    assert_eq!(check(""), Some(MalformedTicket::Prefix));
    assert_eq!(check("ewt1-"), Some(MalformedTicket::Length(0)));
    let short = &text[..text.len() - 1];
    assert_eq!(check(short), Some(MalformedTicket::Length(CHARACTERS - 1)));
    let long = format!("{}aaaaaaaaaaaaaaaaaaaa", *text);
    assert_eq!(check(&long), Some(MalformedTicket::Length(CHARACTERS + 20)));
    let one = text.replace(['o', 'l', 'i'], "1");
    assert_eq!(check(&format!("{one}1")), Some(MalformedTicket::Character));
}

proptest! {
    #[test]
    fn no_one_character_can_be_another(
        secret: [u8; 16],
        at in 0..CHARACTERS,
        by in 1..32usize,
    ) {
        let text = Ticket::new(secret, b"x").to_text();
        let mut typed: Vec<u8> = text.bytes().collect();
        let places: Vec<usize> = (PREFIX.len()..typed.len()).filter(|at| typed[*at] != b'-').collect();
        let place = places[at];
        let index = ALPHABET.iter().position(|known| *known == typed[place]).unwrap();
        typed[place] = ALPHABET[(index + by) % 32];
        let typed = String::from_utf8(typed).unwrap();
        // One in 65536 of what was changed in secret or authority fits by chance.
        if let Ok(read) = Ticket::parse(&typed) {
            prop_assert_ne!(read.bytes()[..32].to_vec(), Ticket::new(secret, b"x").bytes()[..32].to_vec());
        }
    }

    #[test]
    fn no_text_is_too_much(text in ".{0,200}") {
        let _ = Ticket::parse(&text);
        let _ = Ticket::parse(&format!("ewt1-{text}"));
    }
}
