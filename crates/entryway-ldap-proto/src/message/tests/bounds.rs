//! What a result may make us hold, and what we make of more.

use super::*;
use crate::server::{Connection, Reply, ReplyKind};

/// A search's result with these words and URLs, decoded.
fn done<R>(reply: &Reply<'_>, look: impl FnOnce(Result<LdapResult<'_>, DecodeError>) -> R) -> R {
    let mut server = Connection::new(Limits::SERVER);
    server.reply(MessageId(1), ReplyKind::SearchDone, reply, &[]);
    let frame = server.outbound().as_slice();
    look(decode(frame).map(|message| match message.op {
        Op::SearchResultDone(result) => result,
        other => panic!("{}", other.name()),
    }))
}

#[test]
fn urls_are_counted_before_they_are_kept() {
    let limit = Limits::CLIENT.urls;
    let too_many = DecodeError::TooMany {
        what: "URLs in a message",
        limit,
    };
    for (count, expected) in [(limit, Ok(limit)), (limit + 1, Err(too_many))] {
        let urls = vec![""; count];
        let reply = Reply {
            referrals: &urls,
            ..Reply::new(ResultCode::REFERRAL, "")
        };
        let found = done(&reply, |result| {
            result.map(|result| result.referrals.count())
        });
        assert_eq!(found, expected);

        let mut server = Connection::new(Limits::SERVER);
        server.search_reference(MessageId(1), &urls);
        let found = decode(server.outbound().as_slice()).map(|message| match message.op {
            Op::SearchResultReference(urls) => urls.count(),
            other => panic!("{}", other.name()),
        });
        assert_eq!(found, expected);
    }
}

/// What is made of a server's words, in either field.
fn check_text(words: &[u8], expected: &str) {
    let text = |diagnostic, matched_dn| {
        let result = LdapResult {
            code: ResultCode::SUCCESS,
            matched_dn,
            diagnostic,
            referrals: Texts::none(),
        };
        (
            result.diagnostic_text().into_owned(),
            result.matched_dn_text().into_owned(),
        )
    };
    assert!(text(words, b"").0 == expected, "diagnostic: {expected:.20}");
    assert!(text(b"", words).1 == expected, "matched DN: {expected:.20}");
}

#[test]
fn long_words_are_cut_between_characters_before_they_are_made_text() {
    let most = LdapResult::TEXT_BYTES;
    let a = |count: usize| "a".repeat(count);
    check_text(a(most).as_bytes(), &a(most));
    // NULs at the end are no words.
    check_text((a(most) + "\0\0").as_bytes(), &a(most));
    check_text(a(most + 1).as_bytes(), &(a(most) + "…"));
    for (character, fits) in [("é", 2), ("€", 3), ("😀", 4)] {
        for inside in 1..fits {
            let before = a(most - inside);
            check_text(
                (before.clone() + character + "end").as_bytes(),
                &(before + "…"),
            );
        }
        let whole = a(most - fits) + character;
        check_text((whole.clone() + "end").as_bytes(), &(whole + "…"));
    }
    // Bytes that are no text cost at most three each, of those that are kept.
    check_text(&vec![0xff; 16 << 20], &("\u{fffd}".repeat(most) + "…"));
    check_text(&vec![0x80; most + 1], &("\u{fffd}".repeat(most) + "…"));
}
