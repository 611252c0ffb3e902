//! One login through PAM: prompts answered, both stacks asked, nothing of a session opened.
//!
//! Runs in the worker alone. It must not know pipes or the user database.

mod ffi;
mod person;

use crate::verdict::{self, code};
use entryway_login::{OsRefusal, OsReply};
use ffi::{Library, Transaction};
use person::Person;
use std::error::Error;
use std::ffi::{CStr, CString, c_int};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `PAM_SILENT`: modules need not say anything, nobody reads it.
const SILENT: c_int = 0x8000;
/// `PAM_DISALLOW_NULL_AUTHTOK`: an account without a password is not an open door, even where the service file has
/// `nullok`.
const NO_EMPTY_PASSWORD: c_int = 0x1;
/// `PAM_MAX_RESP_SIZE`, with the NUL. Modules cut off what is longer, and would compare the rest.
const MAX_PASSWORD: usize = 511;
/// What PAM's access rules see as the terminal. There is none; rules can name this.
const TERMINAL: &CStr = c"entryway";

/// Items of a transaction that are text (`_pam_types.h`).
#[derive(Clone, Copy)]
#[repr(i32)]
enum Item {
    User = 2,
    Terminal = 3,
    RemoteHost = 4,
}

/// Who wants in, and what is asked.
pub(crate) struct Login<'a> {
    pub(crate) name: &'a str,
    pub(crate) password: &'a [u8],
    pub(crate) client: Option<IpAddr>,
    pub(crate) service: &'a str,
    pub(crate) confdir: Option<&'a Path>,
    pub(crate) library: &'a Path,
}

/// Asks PAM once. `Ok` when the password is right and the account may be used.
pub(crate) fn login(login: &Login<'_>) -> Result<(), OsReply> {
    if login.password.len() > MAX_PASSWORD || login.password.contains(&0) {
        // No account has it, because no module could have taken it.
        return Err(OsReply::WrongPassword);
    }
    let library = Library::open(login.library).map_err(|error| match error.source() {
        // What the loader says, which names the file.
        Some(cause) => no_verdict(format!("PAM cannot be loaded: {cause}")),
        None => no_verdict(format!("PAM cannot be loaded: {error}")),
    })?;
    let mut transaction = start(&library, login)?;
    prepare(&mut transaction, login)?;

    let answer = transaction.check_password(SILENT | NO_EMPTY_PASSWORD);
    if answer != code::SUCCESS && transaction.answers().refused() {
        // Modules make anything of it, even a wrong password.
        return Err(no_verdict(
            "PAM asked for more than the password, which cannot be answered here".to_owned(),
        ));
    }
    let words = in_words(&mut transaction, answer);
    if let Some(reply) = verdict::of_password(answer, words) {
        return Err(reply);
    }
    if !transaction.answers().gave_password() {
        // A stack of `pam_permit`, `pam_rootok` or `pam_rhosts` would let in whoever knows a name.
        return Err(no_verdict(format!(
            "PAM's service `{}` says yes without asking for the password",
            login.service
        )));
    }
    let answer = transaction.check_account(SILENT | NO_EMPTY_PASSWORD);
    let words = in_words(&mut transaction, answer);
    if let Some(reply) = verdict::of_account(answer, words) {
        return Err(reply);
    }
    match transaction.get(Item::User) {
        Some(user) if user.as_bytes() == login.name.as_bytes() => Ok(()),
        _ => Err(OsReply::NotUsable(
            OsRefusal::Denied,
            "a PAM module took the name for another account's".to_owned(),
        )),
    }
}

fn start<'l>(library: &'l Library, login: &Login<'_>) -> Result<Transaction<'l, Person>, OsReply> {
    if login.confdir.is_some() && !library.has_confdir() {
        let words =
            "this libpam cannot read service files from a folder of its own (it is older than 1.4)";
        return Err(no_verdict(words.to_owned()));
    }
    let service = text(login.service.as_bytes())?;
    let name = text(login.name.as_bytes())?;
    let confdir = match login.confdir {
        Some(confdir) => Some(text(confdir.as_os_str().as_bytes())?),
        None => None,
    };
    let person = Person::new(login.password);
    Transaction::start(library, &service, &name, confdir.as_deref(), person)
        .map_err(|code| no_verdict(format!("PAM does not start (code {code})")))
}

fn prepare(transaction: &mut Transaction<'_, Person>, login: &Login<'_>) -> Result<(), OsReply> {
    let mut answers = vec![
        transaction.without_delay(),
        transaction.set(Item::Terminal, TERMINAL),
    ];
    if let Some(client) = login.client {
        // An IPv4 address in its IPv6 form would slip through rules written for IPv4.
        let client = text(client.to_canonical().to_string().as_bytes())?;
        answers.push(transaction.set(Item::RemoteHost, &client));
    }
    match answers.into_iter().find(|answer| *answer != code::SUCCESS) {
        Some(answer) => Err(no_verdict(in_words(transaction, answer))),
        None => Ok(()),
    }
}

/// PAM's words for a code, with what its modules said meanwhile.
fn in_words(transaction: &mut Transaction<'_, Person>, answer: c_int) -> String {
    let mut words = transaction.words(answer);
    if words.is_empty() {
        words = format!("PAM's code {answer}");
    }
    let said = transaction.answers().messages();
    if said.is_empty() {
        words
    } else {
        format!("{words}: {said}")
    }
}

fn no_verdict(words: String) -> OsReply {
    OsReply::NoVerdict(words)
}

fn text(bytes: &[u8]) -> Result<CString, OsReply> {
    CString::new(bytes).map_err(|_| no_verdict("a name or path for PAM holds NUL".to_owned()))
}
