use super::*;
use entryway_ldap_types::{AdSubError, PasswordPolicyError};

const LDIF: &str = "dn: dc=corp,dc=example\n
dn: cn=A,dc=corp,dc=example\nsAMAccountName: a\nuserPassword: right\n
dn: cn=B,dc=corp,dc=example\nsAMAccountName: b\nuserPassword: right\n";

struct Case {
    directory: Directory,
    options: Options,
    failures: Failures,
}

impl Case {
    fn new(options: Options, lock_after: Option<u32>) -> Self {
        Self {
            directory: Directory::from_ldif(LDIF).unwrap(),
            options: Options {
                lock_after,
                ..options
            },
            failures: Failures::default(),
        }
    }
    fn bind(&self, name: &str, password: &str) -> Verdict {
        self.failures
            .judge(&self.directory, &self.options, name, password.as_bytes())
    }
    #[track_caller]
    fn check(&self, name: &str, password: &str, accepted: bool) {
        let code = self.bind(name, password).code;
        assert_eq!(code == ResultCode::SUCCESS, accepted, "{name} {password}");
    }
}

const A: &str = "cn=A,dc=corp,dc=example";
const B: &str = "cn=B,dc=corp,dc=example";

#[test]
fn an_account_is_locked_after_so_many_and_no_other() {
    let case = Case::new(Options::default(), Some(3));
    for _ in 0..2 {
        case.check(A, "wrong", false);
    }
    case.check(A, "right", true);
    // A right one forgets the wrong ones; every spelling is one account.
    for name in [A, "CN=a, DC=corp,DC=example", A] {
        case.check(name, "wrong", false);
    }
    case.check(A, "right", false);
    case.check(B, "right", true);
    let policy = case.bind(A, "right").policy;
    assert_eq!(
        policy.and_then(|policy| policy.error),
        Some(PasswordPolicyError::AccountLocked)
    );
}

#[test]
fn active_directory_tells_by_its_number() {
    let case = Case::new(Options::active_directory("CORP"), Some(1));
    case.check("CORP\\a", "wrong", false);
    let locked = case.bind(A, "right");
    assert_eq!(
        AdSubError::find(&locked.diagnostic),
        Some(AdSubError::AccountLocked)
    );
    case.check("CORP\\b", "right", true);
}

#[test]
fn nobody_is_locked_unless_the_options_say_so() {
    let case = Case::new(Options::default(), None);
    for _ in 0..20 {
        case.check(A, "wrong", false);
    }
    case.check(A, "right", true);
}

#[test]
fn what_is_no_guess_does_not_count() {
    let case = Case::new(Options::default(), Some(1));
    case.check(A, "", false);
    case.check("cn=nobody,dc=corp,dc=example", "wrong", false);
    case.check(A, "right", true);
}
