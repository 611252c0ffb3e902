//! Where each kind of directory writes its lockout policy.

use super::strictest;
use crate::ask::{Asker, Unanswered};
use entryway_ldap::{DerefAliases, SearchRequest};
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, LockoutDuration, Scope};
use entryway_login::LockoutPolicy;
use std::sync::Arc;
use std::time::Duration;

const OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");
static NAMING_CONTEXTS: AttributeName = AttributeName::from_static("namingContexts");
const DEFAULT_NAMING_CONTEXT: AttributeName = AttributeName::from_static("defaultNamingContext");
const VENDOR_VERSION: AttributeName = AttributeName::from_static("vendorVersion");

/// Most policies of one search, and most trees that are searched.
const POLICIES: u32 = 500;
const CONTEXTS: usize = 8;

/// The attributes of one kind of policy.
struct Kind {
    /// Whether it locks at all; `None` where the threshold alone says so.
    locks: Option<AttributeName>,
    threshold: AttributeName,
    window: AttributeName,
    duration: AttributeName,
    /// Whether intervals are 100 ns below zero (MS-ADTS §2.2.20), or else seconds.
    ticks: bool,
}

/// MS-ADTS §3.1.1.5.3.2 and the like: the head of the domain.
const DOMAIN_HEAD: Kind = Kind {
    locks: None,
    threshold: AttributeName::from_static("lockoutThreshold"),
    window: AttributeName::from_static("lockOutObservationWindow"),
    duration: AttributeName::from_static("lockoutDuration"),
    ticks: true,
};

/// A fine-grained policy, for some of the domain's people (MS-ADTS §6.1.1.4.11.1).
const FINE_GRAINED: Kind = Kind {
    locks: None,
    threshold: AttributeName::from_static("msDS-LockoutThreshold"),
    window: AttributeName::from_static("msDS-LockoutObservationWindow"),
    duration: AttributeName::from_static("msDS-LockoutDuration"),
    ticks: true,
};

/// draft-behera-ldap-password-policy-10 §5.2.
const BEHERA: Kind = Kind {
    locks: Some(AttributeName::from_static("pwdLockout")),
    threshold: AttributeName::from_static("pwdMaxFailure"),
    window: AttributeName::from_static("pwdFailureCountInterval"),
    duration: AttributeName::from_static("pwdLockoutDuration"),
    ticks: false,
};

/// 389 Directory Server, for all in `cn=config` and for some in entries of their own.
const NETSCAPE: Kind = Kind {
    locks: Some(AttributeName::from_static("passwordLockout")),
    threshold: AttributeName::from_static("passwordMaxFailure"),
    window: AttributeName::from_static("passwordResetFailureCount"),
    duration: AttributeName::from_static("passwordLockoutDuration"),
    ticks: false,
};

/// Reads the policies that the service account may read; none is none, and no server an error.
pub(super) async fn read(asker: &mut Asker) -> Result<LockoutPolicy, Unanswered> {
    let root = asker.ask(root_dse()).await?;
    let root = root.entries.first();
    let mut policies = Vec::new();
    if let Some(head) = root.and_then(|root| root.first_text(&DEFAULT_NAMING_CONTEXT)) {
        let container = format!("CN=Password Settings Container,CN=System,{head}");
        policies.extend(ask(asker, head, Scope::Base, None, &DOMAIN_HEAD).await?);
        let class = Some("msDS-PasswordSettings");
        policies.extend(ask(asker, &container, Scope::OneLevel, class, &FINE_GRAINED).await?);
        return Ok(strictest(policies));
    }
    let netscape = root
        .and_then(|root| root.first_text(&VENDOR_VERSION))
        .is_some_and(|version| version.contains("-Directory/"));
    let (class, kind) = if netscape {
        policies.extend(ask(asker, "cn=config", Scope::Base, None, &NETSCAPE).await?);
        ("passwordPolicy", &NETSCAPE)
    } else {
        ("pwdPolicy", &BEHERA)
    };
    let contexts = root
        .into_iter()
        .flat_map(|root| root.values(&NAMING_CONTEXTS));
    for context in contexts.take(CONTEXTS) {
        if let Some(context) = std::str::from_utf8(context)
            .ok()
            .filter(|it| Dn::parse(it).is_ok())
        {
            policies.extend(ask(asker, context, Scope::Subtree, Some(class), kind).await?);
        }
    }
    Ok(strictest(policies))
}

/// Policies under a base. What may not be read, or is not there, is none: the code does not matter.
async fn ask(
    asker: &mut Asker,
    base: &str,
    scope: Scope,
    class: Option<&str>,
    kind: &Kind,
) -> Result<Vec<LockoutPolicy>, Unanswered> {
    let filter = match class {
        Some(class) => Filter::Equal(OBJECT_CLASS, class.as_bytes().to_vec()),
        None => Filter::Present(OBJECT_CLASS),
    };
    let attributes = [&kind.threshold, &kind.window, &kind.duration].into_iter();
    let attributes = attributes.chain(&kind.locks).cloned().collect();
    let answer = asker.ask(request(base, scope, filter, attributes)).await?;
    Ok(answer
        .entries
        .iter()
        .map(|entry| kind.read(entry))
        .collect())
}

fn root_dse() -> SearchRequest {
    let attributes = Arc::new([
        NAMING_CONTEXTS.clone(),
        DEFAULT_NAMING_CONTEXT,
        VENDOR_VERSION,
    ]);
    request("", Scope::Base, Filter::Present(OBJECT_CLASS), attributes)
}

fn request(
    base: &str,
    scope: Scope,
    filter: Filter,
    attributes: Arc<[AttributeName]>,
) -> SearchRequest {
    SearchRequest {
        base: base.into(),
        scope,
        deref: DerefAliases::Never,
        size_limit: POLICIES,
        time_limit: 0,
        types_only: false,
        filter: Arc::new(filter),
        attributes,
    }
}

impl Kind {
    /// A policy without a threshold does not lock.
    fn read(&self, entry: &Entry) -> LockoutPolicy {
        let locks = self.locks.as_ref().is_none_or(|name| {
            entry.first_text(name).is_some_and(|text| {
                ["true", "on", "1"].contains(&text.trim().to_ascii_lowercase().as_str())
            })
        });
        let threshold = entry
            .first_text(&self.threshold)
            .and_then(|text| text.trim().parse().ok())
            .filter(|&failures: &u32| locks && failures > 0);
        LockoutPolicy {
            threshold,
            window: self
                .seconds(entry, &self.window)
                .filter(|time| !time.is_zero()),
            duration: self.seconds(entry, &self.duration).map(|time| {
                if time.is_zero() {
                    LockoutDuration::ForGood
                } else {
                    LockoutDuration::For(time)
                }
            }),
        }
    }

    /// An interval; zero stands for the one that never ends.
    fn seconds(&self, entry: &Entry, name: &AttributeName) -> Option<Duration> {
        let number: i64 = entry.first_text(name)?.trim().parse().ok()?;
        Some(match number {
            number if !self.ticks => Duration::from_secs(number.try_into().ok()?),
            i64::MIN => Duration::ZERO,
            // Whole seconds, rounded up: a lock is not over before it is.
            number => Duration::from_secs(
                number
                    .checked_neg()?
                    .try_into()
                    .ok()
                    .map(|ticks: u64| ticks.div_ceil(10_000_000))?,
            ),
        })
    }
}

#[cfg(test)]
mod tests;
