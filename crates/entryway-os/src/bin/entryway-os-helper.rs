//! The helper alone, for the tests of this crate: the product is its own helper.

use std::process::ExitCode;

fn main() -> ExitCode {
    if !entryway_os::is_helper() {
        return ExitCode::from(2);
    }
    u8::try_from(entryway_os::helper_main()).map_or(ExitCode::FAILURE, ExitCode::from)
}
