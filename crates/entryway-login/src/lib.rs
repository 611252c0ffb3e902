//! The login as data: an attempt, a policy and answers go in; a decision and its trace come out.
//!
//! A login is a value that asks for things ([`Step`]); a driver answers. The daemon, the connector,
//! `explain` and the tests drive the same value. This crate must not know sockets, files, clocks,
//! randomness or any serialised form.

// The tests' fixtures are written once, for the unit tests and for those in `tests`.
#[cfg(test)]
extern crate self as entryway_login;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

mod account;
mod attempt;
mod carry;
mod certificate;
mod decision;
mod draft;
mod drive;
mod facts;
mod fetch;
mod find;
mod flow;
mod home;
mod identity;
mod maps;
mod policy;
mod ports;
mod reason;
mod required;
mod route;
mod rules;
mod sealed;
mod secret;
mod session;
mod steps;
mod trace;
mod verdict;

pub use attempt::{Attempt, Device, LoginId, SubmittedPassword};
pub use certificate::{Certificate, Judged, Shown};
pub use decision::{Accepted, Challenge, Decided, Decision, Tokens};
pub use drive::{Clock, World, drive, drive_from};
pub use facts::{Authority, Condition, Facts, Fits, Group, Needs, RuleFailed, Template};
pub use fetch::Fetch;
pub use flow::{
    AfterBind, AfterBindToChange, AfterChange, AfterChangeLocal, AfterFind, AfterFindLocal,
    AfterFindOs, AfterGroups, AfterLoginOs, AfterReserve, AfterSite, AfterVerifyLocal, Asserted,
    AssertedSays, Remembered, Step, begin, begin_asserted, begin_certificate, begin_change,
    begin_revalidation,
};
pub use policy::{
    AttributeMap, Carried, Carry, CertificateAsk, CertificateBy, CertificatePolicy,
    CertificateRule, Defaults, DomainId, DomainPolicy, LdapUse, LeftOut, LoginPolicy, MapTarget,
    MapValues, NameCase, OnInvalid, PasswordMismatch, PeopleSearch, Platform, RuleId, SiteId,
    SitePolicy, SiteTakes, WhenDown,
};
pub use ports::{
    Alternative, BindAnswer, BindOperation, BindReply, BindUnanswered, Bucket, ChangeAnswer,
    ChangeLocalAnswer, ChangeLocalFailure, ChangeLocalOperation, ChangeOperation, ChangeReply,
    ChangeUnanswered, DeviceId, Directories, FindAnswer, FindOperation, GroupsAnswer,
    GroupsOperation, Held, IdentityReserve, KeptIn, LocalAccount, LocalAccounts, LockoutPolicy,
    LoginService, OsAccount, OsAccounts, OsAnswer, OsOperation, OsRefusal, OsReply, PassedOver,
    ReplyProof, ReplyStated, ReserveAnswer, ReserveOperation, Served, ServerFault, ServerTry,
    Settled, SiteAnswer, SiteAsk, SiteFault, SiteOperation, SiteReply, SiteSession, SiteUnanswered,
    SiteVerdict, Sites, StoreUnavailable, Throttle, VerifyAnswer, VerifyOperation,
};
pub use reason::{Fault, LogLevel, Outcome, Reason, Row};
pub use route::{NamedSite, Route, Whose, says_where};
pub use rules::address::{AddressError, AddressRange};
pub use rules::class::{GroupCriterion, UserClass, UserClasses};
pub use rules::dn_filter::{DnFilter, DnFilters, DnMatch, DnVerdict, PatternError};
pub use rules::home_folder::{HomeFolder, HomeFolders};
pub use rules::name_pattern::NamePattern;
pub use rules::template::{AccountTemplate, AccountTemplates};
pub use rules::type_range::{Overlap, TypeRange, TypeRanges};
pub use sealed::{SealedFor, SealedPassword};
pub use secret::is_secret_attribute;
pub use session::{
    Anchor, Method, PasswordState, Session, SessionGroups, Source, Subject, UserType,
};
pub use trace::{
    AssertedOutcome, BindVerdict, ChangeVerdict, DnOutcome, HomeResult, IdentityPart, LocalOutcome,
    MapOutcome, MapResult, MappingOutcome, NameForm, NamedDomain, OsOutcome, Record, SearchOutcome,
    SiteForm, SiteOutcome, Stage, Trace, TraceEntry, Verdict,
};
