use super::*;
use entryway_login::{OsAccount, OsRefusal, OsReply};
use std::path::PathBuf;
use zeroize::Zeroizing;

fn login() -> LoginQuestion {
    LoginQuestion {
        name: "jdoe".to_owned(),
        password: Zeroizing::new("pässword".into()),
        client: Some("2001:db8::7".parse().unwrap()),
        service: "entryway".to_owned(),
        confdir: Some(PathBuf::from("/etc/entryway/pam.d")),
        library: PathBuf::from("libpam.so.0"),
    }
}

fn asked(question: &Question) -> Question {
    let frame = question.to_frame().unwrap();
    let (length, rest) = frame.split_first_chunk::<4>().unwrap();
    assert_eq!(u32::from_be_bytes(*length) as usize, rest.len());
    Question::from_frame(rest).unwrap()
}

#[test]
fn a_login_arrives_as_it_was_asked() {
    let Question::Login(read) = asked(&Question::Login(login())) else {
        panic!("another kind")
    };
    let sent = login();
    assert_eq!(read.name, sent.name);
    assert_eq!(*read.password, *sent.password);
    assert_eq!(read.client, sent.client);
    assert_eq!(read.service, sent.service);
    assert_eq!(read.confdir, sent.confdir);
    assert_eq!(read.library, sent.library);
}

#[test]
fn what_is_absent_stays_absent() {
    let question = LoginQuestion {
        client: None,
        confdir: None,
        ..login()
    };
    let Question::Login(read) = asked(&Question::Login(question)) else {
        panic!("another kind")
    };
    assert_eq!((read.client, read.confdir), (None, None));
}

#[test]
fn a_look_up_arrives_as_it_was_asked() {
    let read = asked(&Question::Find("jdoe".to_owned()));
    assert!(matches!(read, Question::Find(name) if name == "jdoe"));
}

#[test]
fn what_does_not_fit_is_not_sent() {
    let name = |length| Question::Find("n".repeat(length)).to_frame();
    // Version, kind and the field's own length.
    assert!(name(MAX_QUESTION - 4).is_ok());
    assert_eq!(name(MAX_QUESTION - 3).err(), Some(Malformed::TooLong));
    assert_eq!(
        name(usize::from(u16::MAX) + 1).err(),
        Some(Malformed::TooLong)
    );
}

fn answers() -> Vec<Answer> {
    let account = OsAccount {
        name: "jdoe".to_owned(),
        uid: 1042,
        gid: u32::MAX,
        home: "/home/jdoe".to_owned(),
        shell: String::new(),
        display_name: "Jane Doe".to_owned(),
    };
    let words = || "in words".to_owned();
    vec![
        Answer::Found(Ok(Some(account.clone()))),
        Answer::Found(Ok(None)),
        Answer::Found(Err(words())),
        Answer::Login(OsReply::Verified(account)),
        Answer::Login(OsReply::Unknown),
        Answer::Login(OsReply::WrongPassword),
        Answer::Login(OsReply::MustChange),
        Answer::Login(OsReply::NotUsable(OsRefusal::Expired, words())),
        Answer::Login(OsReply::NotUsable(OsRefusal::Locked, words())),
        Answer::Login(OsReply::NotUsable(OsRefusal::Denied, words())),
        Answer::Login(OsReply::NoVerdict(words())),
    ]
}

#[test]
fn every_answer_arrives_as_it_was_given() {
    for answer in answers() {
        let frame = answer.to_frame().unwrap();
        assert_eq!(Answer::from_frame(&frame[4..]), Ok(answer));
    }
}

#[test]
fn a_frame_that_is_cut_or_goes_on_is_no_answer() {
    for answer in answers() {
        let frame = answer.to_frame().unwrap();
        for end in 4..frame.len() {
            assert!(
                Answer::from_frame(&frame[4..end]).is_err(),
                "{answer:?} to {end}"
            );
        }
        let mut longer = frame[4..].to_vec();
        longer.push(0);
        assert_eq!(Answer::from_frame(&longer), Err(Malformed::Length));
    }
}

#[test]
fn what_modules_print_is_no_answer() {
    assert_eq!(
        Answer::from_frame(b"Last login: today"),
        Err(Malformed::Kind)
    );
    assert_eq!(Answer::from_frame(&[VERSION, 99]), Err(Malformed::Kind));
    assert_eq!(
        Answer::from_frame(&[VERSION, 23, 0, 1, 0xff]),
        Err(Malformed::Field)
    );
    assert!(Question::from_frame(&[]).is_err());
}
