//! An explanation as JSON, read back: the one form in which a login is explained, whether it was decided just now or
//! is on record, by whatever version. What is not known here is kept and shown as it stands.

use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// A login, explained.
#[derive(Deserialize)]
pub(crate) struct Explained {
    pub(crate) decision: String,
    pub(crate) id: String,
    #[serde(default)]
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) challenge: Option<String>,
    #[serde(default)]
    pub(super) fault: Option<String>,
    #[serde(default)]
    took_ms: f64,
    pub(super) trace: Vec<Step>,
    /// From here on only what is on record has.
    #[serde(default)]
    pub(crate) at: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) login_name: Option<String>,
    #[serde(default)]
    pub(crate) caller: Option<String>,
    #[serde(default)]
    pub(crate) client_address: Option<String>,
}

/// One step.
#[derive(Deserialize)]
#[serde(from = "Value")]
pub(super) struct Step {
    pub(super) stage: String,
    pub(super) took: Option<Duration>,
    pub(super) event: Event,
}

impl Explained {
    /// From the JSON of an explanation. A folder that all places share is not repeated on each line.
    pub(crate) fn of(mut json: Value) -> serde_json::Result<Self> {
        let mut folder: Option<String> = None;
        each_place(&mut json, &mut |place| {
            if let Some((own, _)) = place.rsplit_once('/').filter(|_| place.starts_with('/')) {
                folder = Some(shared(folder.as_deref(), own));
            }
        });
        if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
            each_place(&mut json, &mut |place| {
                let inside = place.strip_prefix(&folder);
                if let Some(inside) = inside.and_then(|rest| rest.strip_prefix('/')) {
                    *place = inside.to_owned();
                }
            });
        }
        Self::deserialize(json)
    }

    /// Whether it asked about somebody who was let in before.
    pub(crate) fn is_revalidation(&self) -> bool {
        self.kind.as_deref() == Some("revalidation")
    }

    /// The code of a reason, challenge or fault; of an accept, the decision itself.
    pub(crate) fn code(&self) -> &str {
        [&self.reason, &self.challenge, &self.fault]
            .into_iter()
            .flatten()
            .next()
            .unwrap_or(&self.decision)
    }

    pub(crate) fn took(&self) -> Duration {
        millis(self.took_ms)
    }
}

impl From<Value> for Step {
    fn from(value: Value) -> Self {
        let text = |key: &str| {
            let text = value.get(key).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Self {
            stage: text("stage"),
            took: value.get("took_ms").and_then(Value::as_f64).map(millis),
            event: Event::deserialize(&value).unwrap_or_else(|_| Event::Unknown(value.to_string())),
        }
    }
}

/// Every place in the configuration that an explanation names.
fn each_place(json: &mut Value, see: &mut impl FnMut(&mut String)) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| each_place(item, see)),
        Value::Object(keys) => {
            for (key, value) in keys {
                match (key.as_str(), value) {
                    ("rule", Value::String(place)) => see(place),
                    ("rules", Value::Array(places)) => {
                        for place in places {
                            if let Value::String(place) = place {
                                see(place);
                            }
                        }
                    }
                    (_, value) => each_place(value, see),
                }
            }
        }
        _ => {}
    }
}

/// The folder above both.
fn shared(one: Option<&str>, other: &str) -> String {
    let Some(one) = one else {
        return other.to_owned();
    };
    let both = one.split('/').zip(other.split('/'));
    let same: Vec<_> = both
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect();
    same.join("/")
}

fn millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or_default()
}

/// What happened, as `entryway-wire` writes it. A key that came later is not in older records.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[rustfmt::skip] // one event a line reads as the table it is
pub(super) enum Event {
    NameRefused { login_name: String, problem: String },
    NameRead { login_name: String, named: Option<Named>, tries: Vec<String>, rule: Option<String> },
    SiteNamed { login_name: String, site: String, form: String, rule: Option<String> },
    ClearRefused { site: String },
    SiteAsserted(Box<SiteAsserted>),
    SiteAnswered(Box<Site>),
    SiteUnanswered { site: String, connector: Option<String>, written: bool, cause: String },
    DomainUnknown { domain: String },
    Searched(Box<Searched>),
    NotSearched { domain: String, placeholder: String, by_email: bool, rule: Option<String> },
    Throttled { bucket: String, limit: u32, until: String },
    StoreUnavailable { problem: String },
    LocalLooked(Local),
    LocalVerified { verdict: String, continued: bool },
    OsAnswered(Os),
    PasswordRefused { #[serde(default)] login_name: String, #[serde(default)] problem: String },
    PasswordNotChecked,
    Stopped { problem: String },
    SubjectCompared { same: bool },
    PasswordCompared { unchanged: Option<bool> },
    Bound(Box<Bound>),
    BindUnanswered { server: String, written: bool, cause: String },
    AccountRead { state: String },
    Named { name: Option<String>, from: Option<String>, rule: Option<String> },
    IdentityUnusable { part: String, from: String, problem: String, rule: Option<String> },
    Mapped { maps: Vec<Map> },
    Defaulted { filled: Vec<Filled>, rule: Option<String> },
    Carried { carried: Vec<String>, left_out: Vec<LeftOut>, rule: Option<String> },
    TypeRanged { user_type: String, rule: Option<String> },
    FromAccount { values: Vec<Filled> },
    GroupsRead { groups: Vec<Group>, total: usize, partial: Option<String>, #[serde(default)] needed: bool, round_trips: u32 },
    Classed { class: Option<String>, of: usize, rule: Option<String> },
    RuleFailed { problem: String, rule: Option<String> },
    DnFiltered(DnFiltered),
    Homed(Homed),
    Templated { name: String, values: Vec<Filled>, rule: Option<String> },
    TemplateUnresolved { name: String, target: String, problem: String, rule: Option<String> },
    Required { missing: Vec<String>, invalid: Vec<Invalid> },
    ChangeRefused { problem: String },
    ChangeAnswered(Box<Bound>),
    ChangeUnanswered { server: String, written: bool, cause: String },
    LocalChanged { verdict: String, problem: Option<String> },
    CertificateShown(Box<Certificate>),
    CertificateMapped { by: String, outcome: String, rule: Option<String> },
    NotForRealUsers,
    Decided { meaning: String },
    /// The step as it stands.
    #[serde(skip)]
    Unknown(String),
}

#[derive(Deserialize)]
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) serial: String,
    pub(super) thumbprint: String,
    #[serde(default)]
    pub(super) upns: Vec<String>,
    #[serde(default)]
    pub(super) emails: Vec<String>,
    pub(super) verdict: String,
    pub(super) anchor: Option<String>,
    pub(super) unchecked: Option<String>,
    pub(super) problem: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) domain: String,
    pub(super) form: String,
}

#[derive(Deserialize)]
pub(super) struct Searched {
    pub(super) domain: String,
    pub(super) server: Option<String>,
    #[serde(default)]
    pub(super) tried: Vec<Tried>,
    pub(super) base: String,
    pub(super) scope: String,
    pub(super) filter: String,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
    #[serde(default)]
    pub(super) passed_over: Vec<PassedOver>,
    pub(super) by_email: bool,
    pub(super) rule: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PassedOver {
    pub(super) to: String,
    pub(super) why: String,
}

#[derive(Deserialize)]
pub(super) struct Tried {
    pub(super) server: String,
    pub(super) cause: String,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum Outcome {
    Found { dn: String },
    NoEntry,
    Ambiguous { dns: Vec<String> },
    MailNotAllowed { dn: String },
    OutsideBase { dn: String },
    Refused(Answered),
    Unanswered { #[serde(default)] skipped: bool },
}

/// A server's result code with its message.
#[derive(Deserialize)]
pub(super) struct Answered {
    pub(super) result_code: u32,
    pub(super) result: Option<String>,
    #[serde(default)]
    pub(super) diagnostic: String,
}

#[derive(Deserialize)]
pub(super) struct Bound {
    pub(super) server: String,
    #[serde(flatten)]
    pub(super) answered: Answered,
    pub(super) policy: Option<Policy>,
    pub(super) verdict: String,
}

#[derive(Deserialize)]
pub(super) struct Policy {
    pub(super) expires_in: Option<u32>,
    pub(super) grace_left: Option<u32>,
    pub(super) error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum Local {
    NoAccount,
    Decides { name: String, #[serde(default = "yes")] enabled: bool },
    KeptInDirectory { name: String, #[serde(default = "yes")] enabled: bool },
    LeftOut { name: String },
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum Os {
    Found { name: String },
    Verified { name: String },
    NoAccount,
    Refused { reason: String, words: String },
    MustChange,
    NoVerdict { problem: String },
}

/// A site's signed reply.
#[derive(Deserialize)]
pub(super) struct Site {
    pub(super) site: String,
    pub(super) connector: Option<String>,
    #[serde(flatten)]
    pub(super) outcome: AtSite,
    pub(super) reply: String,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum AtSite {
    Accepted {
        name: String,
        #[serde(default)]
        left_out: Vec<String>,
    },
    MustChange,
    Refused { told: Option<String> },
    NoVerdict { told: Option<String> },
    SealRefused { why: String },
    Changed,
}

/// A site's signed assertion.
#[derive(Deserialize)]
pub(super) struct SiteAsserted {
    pub(super) site: String,
    pub(super) connector: String,
    #[serde(flatten)]
    pub(super) outcome: Asserted,
    pub(super) assertion: String,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Asserted {
    LetIn,
    Refused { told: String },
    NoVerdict,
}

#[derive(Deserialize)]
pub(super) struct Map {
    pub(super) target: String,
    pub(super) from: String,
    #[serde(flatten)]
    pub(super) outcome: MapOutcome,
    pub(super) rule: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum MapOutcome {
    Set { values: Vec<String> },
    Absent,
    Invalid { problem: String, defaulted: bool },
}

#[derive(Deserialize)]
pub(super) struct Filled {
    pub(super) target: String,
    pub(super) value: String,
}

#[derive(Deserialize)]
pub(super) struct LeftOut {
    pub(super) attribute: String,
    pub(super) problem: String,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default)]
    pub(super) path: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum DnFiltered {
    NoFilter,
    Permitted {
        of: usize,
        rule: Option<String>,
    },
    Refused {
        of: usize,
        #[serde(default)]
        rules: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Homed {
    AlreadySet,
    FromRow {
        home: String,
        rule: Option<String>,
    },
    NoRow,
    Refused {
        problem: String,
        rule: Option<String>,
    },
}

#[derive(Deserialize)]
pub(super) struct Invalid {
    pub(super) target: String,
    pub(super) problem: String,
}
