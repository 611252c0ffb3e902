//! `docs/reasons.md`: every code that a decision can have, from the tables that `entryway help` reads.

use super::{Advice, Challenge, Fault, Reason, Row, TlsCode, advice, tls};
use std::fmt::Write;

const HEAD: &str = "# Reasons and faults

Every decision has a code: in the log (`login.decided`), in the record, in `entryway explain`, in the metrics, and for callers
with the scope `login.reasons` in the answer. `entryway help CODE`, as in `entryway help wrong_password`, says at the command
line what stands here. This page is made from the same table: `UPDATE_GOLDEN=1 cargo test -p entryway help` writes it anew.

`accept` (exit status 0) and `would_accept` (0: an explanation without a password) are the other two codes.
";

/// The page.
pub(super) fn page() -> String {
    let reasons = Reason::ALL.map(|reason| (reason.row(), advice::of_reason(reason)));
    let challenges =
        Challenge::ALL.map(|challenge| (challenge.row(), advice::of_challenge(challenge)));
    let faults = Fault::ALL.map(|fault| (fault.row(), advice::of_fault(fault)));
    let mut text = HEAD.to_owned();
    let sections = [
        (
            "Rejected",
            "The answer is no. A person reads the same sentence whatever the reason.",
            &reasons[..],
        ),
        (
            "Challenged",
            "The password is right, and something else is to be done first.",
            &challenges[..],
        ),
        (
            "Indeterminate",
            "There is no verdict: nobody is refused for an outage. Over HTTP the status is 503.",
            &faults[..],
        ),
    ];
    for (title, about, rows) in sections {
        section(&mut text, title, about, rows);
    }
    tls(&mut text);
    text
}

/// The failures of TLS, which stand behind a fault in the log, in `entryway check` and in `entryway tls check`.
fn tls(text: &mut String) {
    text.push_str(TLS_HEAD);
    for code in TlsCode::ALL {
        let _ = writeln!(
            text,
            "| [`{code}`](#{code}) | {} |",
            tls::of(*code).0,
            code = code.as_str()
        );
    }
    for code in TlsCode::ALL {
        let (says, advice) = tls::of(*code);
        let _ = write!(text, "\n### {}\n\n{says}.\n\n", code.as_str());
        advised(text, &advice);
    }
    // The last list ends the page.
    text.truncate(text.trim_end().len());
    text.push('\n');
}

const TLS_HEAD: &str = "
## TLS

Why there is no trusted connection to a server. The code stands in the log (`directory.degraded`), in the metrics and in
`entryway tls check`; the login itself has the fault `tls_untrusted` or `directory_unreachable`. [TLS](tls.md) has the whole picture.

| code | what it says |
|---|---|
";

fn advised(text: &mut String, advice: &Advice) {
    for (heading, lines) in [
        ("What leads to it:", advice.causes),
        ("What to do:", advice.remedies),
    ] {
        let _ = writeln!(text, "{heading}\n");
        for line in lines {
            let _ = writeln!(text, "- {line}");
        }
        text.push('\n');
    }
}

fn section(text: &mut String, title: &str, about: &str, rows: &[(Row, Advice)]) {
    let _ = write!(
        text,
        "\n## {title}\n\n{about}\n\n| code | exit | what it says | log level |\n|---|---|---|---|\n"
    );
    for (row, _) in rows {
        let _ = writeln!(
            text,
            "| [`{code}`](#{code}) | {} | {} | {} |",
            row.exit,
            row.operator.replace('|', "\\|"),
            format!("{:?}", row.level).to_lowercase(),
            code = row.code,
        );
    }
    for (row, advice) in rows {
        let _ = write!(text, "\n### {}\n\n{}.\n\n", row.code, row.operator);
        advised(text, advice);
        let _ = writeln!(text, "The person reads: \"{}\"", row.person);
    }
}
