//! Active Directory's binds: names in three forms, refusals told by a number in the diagnostic.
//!
//! Which state answers before the password is checked follows Microsoft's list of sub-errors: a
//! locked account answers 775 to anybody, every other state only to whoever knows the password.

use super::Verdict;
use crate::directory::{Directory, StoredEntry};
use entryway_ldap_types::{AdSubError, Dn, ResultCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// `userAccountControl` (MS-ADTS §2.2.16).
const ACCOUNT_DISABLE: i64 = 0x2;
const DONT_EXPIRE_PASSWORD: i64 = 0x1_0000;
const PASSWORD_EXPIRED: i64 = 0x80_0000;

const TICKS_PER_SECOND: u64 = 10_000_000;
const SECONDS_1601_TO_1970: u64 = 11_644_473_600;
const HOURS_PER_WEEK: u64 = 168;
/// 1970-01-01 was a Thursday, and `logonHours` starts with Sunday.
const HOURS_SUNDAY_TO_1970: u64 = 4 * 24;

pub(super) fn judge(
    directory: &Directory,
    netbios: &str,
    name: &str,
    password: &[u8],
    now: SystemTime,
) -> Verdict {
    let Some((number, entry)) =
        find(directory, netbios, name).and_then(|at| Some((at, directory.entry(at)?)))
    else {
        return refused(AdSubError::NoSuchUser);
    };
    match trouble(directory, entry, password, now) {
        Some(error) => refused(error),
        None => Verdict::accepted(number),
    }
}

/// The words of a domain controller, whose `DSID` names a place in its source and means nothing here.
pub(super) fn refused(error: AdSubError) -> Verdict {
    let diagnostic = format!(
        "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {error}, v1db1"
    );
    Verdict::refused(ResultCode::INVALID_CREDENTIALS, diagnostic)
}

/// The account that a bind name means: a DN, a UPN, or `DOMAIN\name` (MS-ADTS §5.1.1.1.1).
pub(super) fn find(directory: &Directory, netbios: &str, name: &str) -> Option<usize> {
    let only = |key: &str, value: &str| match directory
        .indexed(key, &crate::schema::Rule::of(key).normal(value.as_bytes())?)?
    {
        [at] => Some(*at),
        _ => None,
    };
    if let Some((domain, account)) = name.split_once('\\') {
        return domain
            .eq_ignore_ascii_case(netbios)
            .then(|| only("samaccountname", account))
            .flatten();
    }
    if let Ok(dn) = Dn::parse(name)
        && let Some(at) = directory.find(&dn)
    {
        return Some(at);
    }
    // Every account also has the implicit UPN `sAMAccountName@dns.domain`.
    let implicit = || {
        let (account, domain) = name.rsplit_once('@')?;
        directory
            .dns_domain()
            .eq_ignore_ascii_case(domain)
            .then(|| only("samaccountname", account))
            .flatten()
    };
    only("userprincipalname", name).or_else(implicit)
}

fn trouble(
    directory: &Directory,
    entry: &StoredEntry,
    password: &[u8],
    now: SystemTime,
) -> Option<AdSubError> {
    let now_ticks = ticks(now);
    let control = entry.number("useraccountcontrol").unwrap_or(0);
    if entry.number("lockouttime").is_some_and(|time| time != 0) {
        return Some(AdSubError::AccountLocked);
    }
    if !entry.has_password(password) {
        return Some(AdSubError::LogonFailure);
    }
    if control & ACCOUNT_DISABLE != 0 {
        return Some(AdSubError::AccountDisabled);
    }
    if entry
        .number("accountexpires")
        .is_some_and(|end| !matches!(end, 0 | i64::MAX) && end <= now_ticks)
    {
        return Some(AdSubError::AccountExpired);
    }
    if entry
        .values("logonhours")
        .next()
        .is_some_and(|hours| !allows(&hours.raw, now))
    {
        return Some(AdSubError::LogonHours);
    }
    if entry
        .text("userworkstations")
        .is_some_and(|list| !list.trim().is_empty())
    {
        return Some(AdSubError::Workstation);
    }
    let never_expires = control & DONT_EXPIRE_PASSWORD != 0;
    match entry.number("pwdlastset") {
        _ if control & PASSWORD_EXPIRED != 0 => Some(AdSubError::PasswordExpired),
        Some(0) if !never_expires => Some(AdSubError::MustChange),
        Some(set)
            if !never_expires
                && directory
                    .most_password_age()
                    .is_some_and(|age| set.saturating_add(age) <= now_ticks) =>
        {
            Some(AdSubError::PasswordExpired)
        }
        _ => None,
    }
}

/// 21 bytes, one bit for each hour of the week in UTC, the lowest bit first.
fn allows(hours: &[u8], now: SystemTime) -> bool {
    let since_1970 = now
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
        / 3600;
    let hour = (since_1970 + HOURS_SUNDAY_TO_1970) % HOURS_PER_WEEK;
    let byte = usize::try_from(hour / 8).ok().and_then(|at| hours.get(at));
    byte.is_none_or(|byte| byte >> (hour % 8) & 1 == 1)
}

/// 100 ns since 1601.
fn ticks(time: SystemTime) -> i64 {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
        + SECONDS_1601_TO_1970;
    i64::try_from(seconds.saturating_mul(TICKS_PER_SECOND)).unwrap_or(i64::MAX)
}

impl Directory {
    /// The DNS name that the first naming context spells: `dc=corp,dc=example` is `corp.example`.
    pub(crate) fn dns_domain(&self) -> String {
        let context = self.numbers().next().and_then(|first| self.entry(first));
        let labels: Vec<String> = context
            .iter()
            .flat_map(|context| context.dn.rdns())
            .flat_map(|rdn| rdn.avas())
            .filter(|ava| &*crate::schema::key(ava.attribute()) == "dc")
            .map(|ava| String::from_utf8_lossy(ava.value()).into_owned())
            .collect();
        labels.join(".")
    }
    /// `maxPwdAge` of the domain, in 100 ns. It is written negative; 0 and the smallest number mean never.
    fn most_password_age(&self) -> Option<i64> {
        let age = self.entry(0)?.number("maxpwdage")?;
        age.checked_neg().filter(|&age| age > 0)
    }
}
