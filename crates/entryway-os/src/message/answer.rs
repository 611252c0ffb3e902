//! What a helper answers.

use super::fields::{Reader, Writer};
use super::{MAX_ANSWER, Malformed};
use entryway_login::{OsAccount, OsRefusal, OsReply};
use zeroize::Zeroizing;

const FOUND: u8 = 1;
const NOT_FOUND: u8 = 2;
const NOT_KNOWN: u8 = 3;
const VERIFIED: u8 = 16;
const UNKNOWN: u8 = 17;
const WRONG_PASSWORD: u8 = 18;
const MUST_CHANGE: u8 = 19;
const EXPIRED: u8 = 20;
const LOCKED: u8 = 21;
const DENIED: u8 = 22;
const NO_VERDICT: u8 = 23;

/// What a helper answers. An answer to a look-up can never be read as one to a login: their kinds differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The account in the user database, none of that name, or why nobody knows.
    Found(Result<Option<OsAccount>, String>),
    /// What came of the login.
    Login(OsReply),
}

impl Answer {
    /// The frame.
    pub(crate) fn to_frame(&self) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        let bare = |kind| Writer::new(kind, MAX_ANSWER);
        let worded = |kind, words: &str| bare(kind).bytes(words.as_bytes());
        match self {
            Self::Found(Ok(Some(account))) => with_account(FOUND, account),
            Self::Found(Ok(None)) => bare(NOT_FOUND),
            Self::Found(Err(words)) => worded(NOT_KNOWN, words),
            Self::Login(OsReply::Verified(account)) => with_account(VERIFIED, account),
            Self::Login(OsReply::Unknown) => bare(UNKNOWN),
            Self::Login(OsReply::WrongPassword) => bare(WRONG_PASSWORD),
            Self::Login(OsReply::MustChange) => bare(MUST_CHANGE),
            Self::Login(OsReply::NotUsable(refusal, words)) => worded(
                match refusal {
                    OsRefusal::Expired => EXPIRED,
                    OsRefusal::Locked => LOCKED,
                    OsRefusal::Denied => DENIED,
                },
                words,
            ),
            Self::Login(OsReply::NoVerdict(words)) => worded(NO_VERDICT, words),
        }
        .finish()
    }

    /// Reads a frame without its length.
    pub(crate) fn from_frame(frame: &[u8]) -> Result<Self, Malformed> {
        let (kind, mut fields) = Reader::new(frame)?;
        let answer = match kind {
            FOUND => Self::Found(Ok(Some(account(&mut fields)?))),
            NOT_FOUND => Self::Found(Ok(None)),
            NOT_KNOWN => Self::Found(Err(fields.text()?)),
            VERIFIED => Self::Login(OsReply::Verified(account(&mut fields)?)),
            UNKNOWN => Self::Login(OsReply::Unknown),
            WRONG_PASSWORD => Self::Login(OsReply::WrongPassword),
            MUST_CHANGE => Self::Login(OsReply::MustChange),
            EXPIRED => Self::Login(OsReply::NotUsable(OsRefusal::Expired, fields.text()?)),
            LOCKED => Self::Login(OsReply::NotUsable(OsRefusal::Locked, fields.text()?)),
            DENIED => Self::Login(OsReply::NotUsable(OsRefusal::Denied, fields.text()?)),
            NO_VERDICT => Self::Login(OsReply::NoVerdict(fields.text()?)),
            _ => return Err(Malformed::Kind),
        };
        fields.end()?;
        Ok(answer)
    }
}

fn with_account(kind: u8, account: &OsAccount) -> Writer {
    Writer::new(kind, MAX_ANSWER)
        .bytes(account.name.as_bytes())
        .number(account.uid)
        .number(account.gid)
        .bytes(account.home.as_bytes())
        .bytes(account.shell.as_bytes())
        .bytes(account.display_name.as_bytes())
}

fn account(fields: &mut Reader<'_>) -> Result<OsAccount, Malformed> {
    Ok(OsAccount {
        name: fields.text()?,
        uid: fields.number()?,
        gid: fields.number()?,
        home: fields.text()?,
        shell: fields.text()?,
        display_name: fields.text()?,
    })
}
