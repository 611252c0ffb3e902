//! A PAM module that does what modules should not, by its first argument. The tests build it with `rustc`; it is no
//! part of the crate.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io::Write;
use std::mem::transmute;
use std::ptr::null_mut;

const SYSTEM_ERR: c_int = 4;
const AUTH_ERR: c_int = 7;
const IGNORE: c_int = 25;

const ITEM_USER: c_int = 2;
const ITEM_CONVERSATION: c_int = 5;
const RTLD_NOW: c_int = 2;

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn fork() -> c_int;
}

type GetItem = unsafe extern "C" fn(*const c_void, c_int, *mut *const c_void) -> c_int;
type SetItem = unsafe extern "C" fn(*mut c_void, c_int, *const c_void) -> c_int;
type Converse =
    unsafe extern "C" fn(c_int, *mut *const Message, *mut *mut c_void, *mut c_void) -> c_int;

#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

#[repr(C)]
struct Conversation {
    converse: Converse,
    with: *mut c_void,
}

unsafe fn pam(name: &CStr) -> *mut c_void {
    unsafe { dlsym(dlopen(c"libpam.so.0".as_ptr(), RTLD_NOW), name.as_ptr()) }
}

unsafe fn prompt(handle: *mut c_void, style: c_int) -> c_int {
    unsafe {
        let get: GetItem = transmute(pam(c"pam_get_item"));
        let mut found = std::ptr::null();
        if get(handle, ITEM_CONVERSATION, &mut found) != 0 {
            return SYSTEM_ERR;
        }
        let conversation = &*found.cast::<Conversation>();
        let message = Message {
            style,
            text: c"Code: ".as_ptr(),
        };
        let mut messages = [&raw const message];
        let mut responses = null_mut();
        (conversation.converse)(1, messages.as_mut_ptr(), &mut responses, conversation.with)
    }
}

/// # Safety
/// Called by libpam.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pam_sm_authenticate(
    handle: *mut c_void,
    _flags: c_int,
    _count: c_int,
    arguments: *const *const c_char,
) -> c_int {
    let trouble = unsafe { CStr::from_ptr(*arguments) };
    match trouble.to_bytes() {
        b"noise" => {
            let noise = vec![b'\x01'; 1_000_000];
            let _ = std::io::stdout().write_all(&noise);
            let _ = std::io::stdout().flush();
            let _ = std::io::stderr().write_all(&noise);
            IGNORE
        }
        // Both return: one of them is a copy of the worker.
        b"fork" => match unsafe { fork() } {
            -1 => SYSTEM_ERR,
            0 => AUTH_ERR,
            _ => IGNORE,
        },
        // Only this thread's stack is touched: the process ends as after a real fault.
        b"crash" => {
            let _ = std::io::stderr().write_all(b"about to crash\n");
            unsafe { null_mut::<u8>().write_volatile(1) };
            IGNORE
        }
        b"rename" => unsafe {
            let set: SetItem = transmute(pam(c"pam_set_item"));
            set(handle, ITEM_USER, c"nobody".as_ptr().cast());
            IGNORE
        },
        // A refused prompt that the module calls a wrong password.
        b"echo" => match unsafe { prompt(handle, 2) } {
            0 => IGNORE,
            _ => AUTH_ERR,
        },
        b"again" => match unsafe { prompt(handle, 1) } {
            0 => IGNORE,
            _ => AUTH_ERR,
        },
        b"spin" => loop {
            std::hint::spin_loop();
        },
        _ => SYSTEM_ERR,
    }
}

/// # Safety
/// Called by libpam.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pam_sm_setcred(
    _handle: *mut c_void,
    _flags: c_int,
    _count: c_int,
    _arguments: *const *const c_char,
) -> c_int {
    IGNORE
}
