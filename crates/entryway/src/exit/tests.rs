use super::Exit;
use entryway_login::{Challenge, Fault, Reason, Verdict};

#[test]
fn a_decisions_exit_code_is_never_a_bug() {
    assert_eq!(Exit::from_row(Verdict::Accept.row().exit), Exit::Done);
    assert_eq!(Exit::from_row(Verdict::WouldAccept.row().exit), Exit::Done);
    assert_eq!(
        Exit::from_row(Challenge::ChangePassword.row().exit),
        Exit::No
    );
    for reason in Reason::ALL {
        assert_eq!(Exit::from_row(reason.row().exit), Exit::No, "{reason:?}");
    }
    for fault in Fault::ALL {
        assert_eq!(
            Exit::from_row(fault.row().exit),
            Exit::NoAnswer,
            "{fault:?}"
        );
    }
}

#[test]
fn codes_are_an_interface() {
    let all = [
        Exit::Done,
        Exit::No,
        Exit::Usage,
        Exit::Configuration,
        Exit::NoAnswer,
        Exit::Bug,
        Exit::Interrupted,
    ];
    assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 70, 130]);
}
