//! libpam through its C interface: the only unsafe code of Entryway.
//!
//! The library is loaded when it is needed: the binary starts, and is built, on machines without PAM. The shapes are
//! those of Linux-PAM (`security/_pam_types.h`), which have not changed since they were written. This module knows
//! pointers and lifetimes; what a prompt is answered with and what a code means is decided elsewhere.

#![allow(unsafe_code)]

use super::Item;
use libloading::os::unix::{Library as Open, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr;
use zeroize::Zeroize;

const SUCCESS: c_int = 0;
const BUF_ERR: c_int = 5;
const CONV_ERR: c_int = 19;
const ITEM_FAIL_DELAY: c_int = 10;
/// `PAM_MAX_NUM_MSG`.
const MAX_MESSAGES: usize = 32;

/// `struct pam_message`.
#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

/// `struct pam_response`.
#[repr(C)]
struct Response {
    text: *mut c_char,
    unused: c_int,
}

type Converse =
    unsafe extern "C" fn(c_int, *mut *const Message, *mut *mut Response, *mut c_void) -> c_int;

/// `struct pam_conv`; libpam copies it in `pam_start`.
#[repr(C)]
struct Conversation {
    converse: Converse,
    with: *mut c_void,
}

/// `pam_handle_t`: only ever behind a pointer.
#[repr(C)]
struct Opaque {
    _private: [u8; 0],
}

type Start = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *const Conversation,
    *mut *mut Opaque,
) -> c_int;
type StartConfdir = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *const Conversation,
    *const c_char,
    *mut *mut Opaque,
) -> c_int;
type WithCode = unsafe extern "C" fn(*mut Opaque, c_int) -> c_int;
type SetItem = unsafe extern "C" fn(*mut Opaque, c_int, *const c_void) -> c_int;
type GetItem = unsafe extern "C" fn(*const Opaque, c_int, *mut *const c_void) -> c_int;
type Words = unsafe extern "C" fn(*mut Opaque, c_int) -> *const c_char;

/// What a prompt or message is answered with.
pub(super) enum Said {
    /// Nothing: it was a message.
    Nothing,
    /// This text.
    Text(CString),
    /// The prompt is not one that can be answered; the conversation fails.
    Refused,
}

/// Whoever answers the modules' prompts.
pub(super) trait Answers {
    /// Answers one message of this style (`PAM_PROMPT_ECHO_OFF` and so on).
    fn answer(&mut self, style: c_int, text: &CStr) -> Said;
}

/// libpam, loaded for as long as this process lives.
pub(super) struct Library {
    start: Start,
    start_confdir: Option<StartConfdir>,
    end: WithCode,
    check_password: WithCode,
    check_account: WithCode,
    set_item: SetItem,
    get_item: GetItem,
    words: Words,
}

impl Library {
    /// Loads the library of this file name or path.
    pub(super) fn open(file: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: loading runs the library's initialisers. The file name comes from the administrator or is the
        // system's libpam, whose initialisers have no preconditions.
        let open = unsafe { Open::open(Some(file), RTLD_NOW | RTLD_LOCAL) }?;
        // SAFETY, for each symbol: its type is that of Linux-PAM's header, in which it has been stable since 1.0;
        // `pam_start_confdir` since 1.4, before which it is absent.
        let library = Self {
            // SAFETY: as above.
            start: unsafe { *open.get::<Start>(b"pam_start\0")? },
            // SAFETY: as above.
            start_confdir: unsafe { open.get::<StartConfdir>(b"pam_start_confdir\0") }
                .ok()
                .map(|symbol| *symbol),
            // SAFETY: as above.
            end: unsafe { *open.get::<WithCode>(b"pam_end\0")? },
            // SAFETY: as above.
            check_password: unsafe { *open.get::<WithCode>(b"pam_authenticate\0")? },
            // SAFETY: as above.
            check_account: unsafe { *open.get::<WithCode>(b"pam_acct_mgmt\0")? },
            // SAFETY: as above.
            set_item: unsafe { *open.get::<SetItem>(b"pam_set_item\0")? },
            // SAFETY: as above.
            get_item: unsafe { *open.get::<GetItem>(b"pam_get_item\0")? },
            // SAFETY: as above.
            words: unsafe { *open.get::<Words>(b"pam_strerror\0")? },
        };
        // The functions must stay where they are: the library is never unloaded.
        std::mem::forget(open);
        Ok(library)
    }

    /// Whether the library can read service files from a folder of the caller's choice.
    pub(super) fn has_confdir(&self) -> bool {
        self.start_confdir.is_some()
    }
}

/// One conversation with PAM, ended when dropped.
pub(super) struct Transaction<'l, A> {
    library: &'l Library,
    handle: *mut Opaque,
    /// From `Box::into_raw`, because libpam holds it as well.
    answers: *mut A,
    last: c_int,
    owns: PhantomData<A>,
}

impl<'l, A: Answers> Transaction<'l, A> {
    /// `pam_start`, or `pam_start_confdir` where a folder is given; PAM's code when that fails.
    pub(super) fn start(
        library: &'l Library,
        service: &CStr,
        name: &CStr,
        confdir: Option<&CStr>,
        answers: A,
    ) -> Result<Self, c_int> {
        let answers = Box::into_raw(Box::new(answers));
        let mut started = Self {
            library,
            handle: ptr::null_mut(),
            answers,
            last: SUCCESS,
            owns: PhantomData,
        };
        let conversation = Conversation {
            converse: converse::<A>,
            with: answers.cast(),
        };
        let (service, name) = (service.as_ptr(), name.as_ptr());
        let code = match (confdir, library.start_confdir) {
            (None, _) => {
                // SAFETY: the strings end in NUL and outlive the call, which copies them and the conversation; the
                // conversation's `with` lives until after `pam_end`.
                unsafe { (library.start)(service, name, &conversation, &mut started.handle) }
            }
            (Some(confdir), Some(start)) => {
                let confdir = confdir.as_ptr();
                // SAFETY: as above.
                unsafe { start(service, name, &conversation, confdir, &mut started.handle) }
            }
            (Some(_), None) => BUF_ERR,
        };
        match code {
            SUCCESS if !started.handle.is_null() => Ok(started),
            SUCCESS => Err(BUF_ERR),
            code => Err(code),
        }
    }

    /// Sets an item that is text.
    pub(super) fn set(&mut self, item: Item, value: &CStr) -> c_int {
        // SAFETY: the handle is valid until dropped; libpam copies items that are text.
        unsafe { (self.library.set_item)(self.handle, item as c_int, value.as_ptr().cast()) }
    }

    /// An item that is text, as libpam holds it now.
    pub(super) fn get(&mut self, item: Item) -> Option<CString> {
        let mut value = ptr::null();
        // SAFETY: the handle is valid until dropped, and `value` is a place to write a pointer to.
        let code = unsafe { (self.library.get_item)(self.handle, item as c_int, &mut value) };
        if code != SUCCESS || value.is_null() {
            return None;
        }
        // SAFETY: an item of this kind is text that ends in NUL and stays until it is set again; it is copied here.
        Some(unsafe { CStr::from_ptr(value.cast()) }.to_owned())
    }

    /// Takes the waiting after a wrong password away from libpam.
    pub(super) fn without_delay(&mut self) -> c_int {
        let function: unsafe extern "C" fn(c_int, c_uint, *mut c_void) = no_delay;
        // SAFETY: this item is the pointer to a function of this type itself, not to a place that holds one.
        unsafe { (self.library.set_item)(self.handle, ITEM_FAIL_DELAY, function as *const c_void) }
    }

    /// `pam_authenticate`.
    pub(super) fn check_password(&mut self, flags: c_int) -> c_int {
        // SAFETY: the handle is valid until dropped. Nothing else refers to `answers` while modules converse.
        self.last = unsafe { (self.library.check_password)(self.handle, flags) };
        self.last
    }

    /// `pam_acct_mgmt`.
    pub(super) fn check_account(&mut self, flags: c_int) -> c_int {
        // SAFETY: as for `check_password`.
        self.last = unsafe { (self.library.check_account)(self.handle, flags) };
        self.last
    }

    /// What a code means, in libpam's words.
    pub(super) fn words(&mut self, code: c_int) -> String {
        // SAFETY: the handle is valid until dropped; any code has words or none.
        let words = unsafe { (self.library.words)(self.handle, code) };
        if words.is_null() {
            return String::new();
        }
        // SAFETY: it is text that ends in NUL, of static storage; it is copied here.
        unsafe { CStr::from_ptr(words) }
            .to_string_lossy()
            .into_owned()
    }

    /// Whoever answers.
    pub(super) fn answers(&self) -> &A {
        // SAFETY: it lives until dropped, and is changed only inside calls that borrow `self` mutably.
        unsafe { &*self.answers }
    }
}

impl<A> Drop for Transaction<'_, A> {
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: the handle came from `pam_start` and is not used after this.
            unsafe { (self.library.end)(self.handle, self.last) };
        }
        // SAFETY: it came from `Box::into_raw`; libpam, which alone held it as well, has let go of it.
        drop(unsafe { Box::from_raw(self.answers) });
    }
}

/// The gateway holds refusals back itself, for all authorities alike, without a helper that waits.
unsafe extern "C" fn no_delay(_code: c_int, _microseconds: c_uint, _with: *mut c_void) {}

/// `pam_conv`'s function: answers all messages, or none.
unsafe extern "C" fn converse<A: Answers>(
    count: c_int,
    messages: *mut *const Message,
    responses: *mut *mut Response,
    with: *mut c_void,
) -> c_int {
    let count = match usize::try_from(count) {
        Ok(count) if (1..=MAX_MESSAGES).contains(&count) => count,
        _ => return CONV_ERR,
    };
    if messages.is_null() || responses.is_null() || with.is_null() {
        return CONV_ERR;
    }
    // SAFETY: `with` is the `answers` of the transaction whose call we are inside; see `check_password`.
    let answers = unsafe { &mut *with.cast::<A>() };
    // SAFETY: Linux-PAM gives an array of `count` pointers to messages (Solaris: a pointer to an array).
    let messages = unsafe { std::slice::from_raw_parts(messages, count) };
    // SAFETY: any size may be asked for; all zeros is a response without text.
    let given: *mut Response = unsafe { libc::calloc(count, size_of::<Response>()) }.cast();
    if given.is_null() {
        return BUF_ERR;
    }
    // SAFETY: just made for `count` responses, aligned for any type, and nobody else has it yet.
    let array = unsafe { std::slice::from_raw_parts_mut(given, count) };
    for (message, response) in messages.iter().zip(array.iter_mut()) {
        // SAFETY: the module gives a message or null for each.
        let message = unsafe { message.as_ref() }.filter(|message| !message.text.is_null());
        let said = match message {
            Some(message) => {
                // SAFETY: its text ends in NUL, and lives as long as this call.
                let text = unsafe { CStr::from_ptr(message.text) };
                answers.answer(message.style, text)
            }
            None => Said::Refused,
        };
        let failed = match said {
            Said::Nothing => false,
            Said::Text(text) => {
                // SAFETY: it ends in NUL. The copy is the module's, which frees it as `malloc`'s.
                response.text = unsafe { libc::strdup(text.as_ptr()) };
                text.into_bytes_with_nul().zeroize();
                response.text.is_null()
            }
            Said::Refused => true,
        };
        if failed {
            // SAFETY: `given` is not handed to anybody, and `array` ends here.
            unsafe { take_back(given, count) };
            return CONV_ERR;
        }
    }
    // SAFETY: the module gives a place for one pointer, and owns what it points to from now on.
    unsafe { *responses = given };
    SUCCESS
}

/// Wipes and frees responses that nobody gets.
///
/// # Safety
/// `given` holds `count` responses from `calloc`, each with text from `strdup` or null, and is not used afterwards.
unsafe fn take_back(given: *mut Response, count: usize) {
    // SAFETY: the caller's promise.
    let array = unsafe { std::slice::from_raw_parts_mut(given, count) };
    for response in array.iter().filter(|response| !response.text.is_null()) {
        // SAFETY: text that ends in NUL, by the caller's promise.
        let length = unsafe { CStr::from_ptr(response.text) }.count_bytes();
        // SAFETY: these are the bytes before the NUL, and nobody else has them.
        unsafe { std::slice::from_raw_parts_mut(response.text.cast::<u8>(), length) }.zeroize();
        // SAFETY: from `strdup`, and not used afterwards.
        unsafe { libc::free(response.text.cast()) };
    }
    // SAFETY: from `calloc`, and not used afterwards.
    unsafe { libc::free(given.cast()) };
}
