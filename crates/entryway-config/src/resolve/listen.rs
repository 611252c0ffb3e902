//! `[server]`.

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::report::Diagnostic;
use crate::section::Section;
use std::net::SocketAddr;

pub(super) fn listen(server: &Section<'_>, cx: &Context<'_>) -> Option<SocketAddr> {
    let written = server.text_or_default("listen");
    let Ok(address) = written.text.parse::<SocketAddr>() else {
        cx.push(
            Diagnostic::new(
                Code::Listen,
                format!(
                    "`{}` is not an address to listen on",
                    mask::address(written.text).escape_debug()
                ),
            )
            .at(written.place, "expected an IP address and a port")
            .hint("for example `127.0.0.1:8389` or `[::1]:8389`"),
        );
        return None;
    };
    if !address.ip().is_loopback() {
        cx.push(
            Diagnostic::new(
                Code::ListenClear,
                "passwords would reach this address in clear text",
            )
            .at(
                written.place,
                "HTTP without TLS, and not only for this machine",
            )
            .hint("listen on `127.0.0.1`, with a reverse proxy that speaks TLS in front"),
        );
    }
    Some(address)
}
