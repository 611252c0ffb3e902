//! Reads a trace as somebody would who has nothing else, and comes to the decision.

use entryway_ldap_types::{AccountState, Dn};
use entryway_login::{
    AssertedOutcome, BindVerdict, Challenge, ChangeVerdict, DnOutcome, Fault, Judged, LocalOutcome,
    MappingOutcome, OsOutcome, Reason, Record, SearchOutcome, SiteOutcome, Trace, Verdict,
};

/// What the records so far say.
#[derive(Default)]
struct Reader {
    /// A domain that was skipped.
    skipped: Option<Fault>,
    /// The entry that was found.
    dn: Option<Dn>,
    /// A bind that had no answer, until it is known what became of it.
    unanswered: Option<Fault>,
    /// A local account that is switched off.
    off: bool,
    mismatched: bool,
    password: Option<Verdict>,
    /// A certificate in which no rule has found anything.
    unmapped: bool,
    /// Every rule was walked.
    walked: bool,
}

/// The verdict that the records before the last one lead to. The last one, which says it, is not read.
pub(crate) fn replay(trace: &Trace) -> Verdict {
    let mut reader = Reader::default();
    let (_, records) = trace.entries.split_last().expect("a trace is never empty");
    for (at, entry) in records.iter().enumerate() {
        if let Some(verdict) = reader.read(&entry.record) {
            assert_eq!(
                at + 1,
                records.len(),
                "the trace goes on after {verdict:?}: {trace:?}"
            );
            return reader.told(verdict);
        }
    }
    let verdict = reader.end();
    reader.told(verdict)
}

impl Reader {
    /// "No" is no verdict where somebody was skipped who might have said "yes".
    fn told(&self, verdict: Verdict) -> Verdict {
        match (verdict, self.skipped) {
            (Verdict::Reject(_), Some(fault)) => Verdict::Indeterminate(fault),
            (Verdict::Reject(Reason::UnknownLogin), None) if self.mismatched => {
                Verdict::Reject(Reason::WrongPassword)
            }
            (verdict, _) => verdict,
        }
    }

    fn end(&self) -> Verdict {
        match (self.unanswered, self.password) {
            (Some(fault), _) => Verdict::Indeterminate(fault),
            (None, Some(_)) if self.off => Verdict::Reject(Reason::AccountDisabled),
            (None, Some(verdict)) if self.walked => verdict,
            _ if self.unmapped => Verdict::Reject(Reason::CertificateUnmapped),
            _ => Verdict::Reject(Reason::UnknownLogin),
        }
    }

    /// The verdict, if this record ends the login.
    fn read(&mut self, record: &Record) -> Option<Verdict> {
        let rejected = |reason| Some(Verdict::Reject(reason));
        match record {
            Record::NameRefused { reason, .. } => rejected(*reason),
            Record::PasswordRefused { .. } => rejected(Reason::MalformedLogin),
            Record::ClearRefused { .. } => rejected(Reason::SealedOnly),
            Record::SiteAsserted { outcome, .. } => match outcome {
                AssertedOutcome::LetIn => None,
                AssertedOutcome::Refused { reason, .. } => rejected(*reason),
                AssertedOutcome::NoVerdict { fault } => Some(Verdict::Indeterminate(*fault)),
            },
            Record::SiteAnswered { outcome, .. } => self.site(outcome),
            Record::SiteUnanswered { fault, .. } => Some(Verdict::Indeterminate(*fault)),
            Record::DomainUnknown { .. } => rejected(Reason::UnknownDomain),
            Record::Throttled { .. } => Some(match self.unanswered {
                Some(fault) => Verdict::Indeterminate(fault),
                None => Verdict::Reject(Reason::Throttled),
            }),
            Record::StoreUnavailable { .. } => {
                Some(Verdict::Indeterminate(Fault::StoreUnavailable))
            }
            Record::Stopped { fault, .. } => Some(Verdict::Indeterminate(*fault)),
            Record::LocalLooked(
                LocalOutcome::Decides { enabled, .. }
                | LocalOutcome::KeptInDirectory { enabled, .. },
            ) => {
                self.off = !enabled;
                None
            }
            Record::LocalVerified { verdict, continued } => {
                self.mismatched |= continued;
                self.proved(verdict).filter(|_| !continued)
            }
            Record::OsAnswered { outcome } => self.os(outcome),
            Record::Searched { outcome, .. } => self.searched(outcome),
            // Too busy to look at anything: another one may be asked.
            Record::Bound {
                verdict: BindVerdict::NoVerdict(fault @ Fault::DirectoryUnreachable),
                ..
            } => {
                self.unanswered = Some(*fault);
                None
            }
            Record::Bound { verdict, .. } => self.proved(verdict),
            Record::BindUnanswered { fault, .. } => {
                self.unanswered = Some(*fault);
                None
            }
            Record::PasswordNotChecked => {
                self.password = Some(Verdict::WouldAccept);
                None
            }
            Record::SubjectCompared { same: false } => rejected(Reason::UnknownLogin),
            Record::PasswordCompared {
                unchanged: Some(false),
            } => rejected(Reason::PasswordChanged),
            Record::PasswordCompared { .. } => {
                self.password = Some(Verdict::Accept);
                None
            }
            Record::AccountRead { state } => match state {
                AccountState::Disabled => rejected(Reason::AccountDisabled),
                AccountState::Locked => rejected(Reason::AccountLocked),
                AccountState::Expired => rejected(Reason::AccountExpired),
                _ if self.off => rejected(Reason::AccountDisabled),
                _ => None,
            },
            Record::Named { name: None, .. } => rejected(Reason::MissingAttribute),
            Record::IdentityUnusable { .. } => rejected(Reason::InvalidAttribute),
            Record::GroupsRead {
                partial: Some(_),
                needed: true,
                ..
            } => Some(Verdict::Indeterminate(Fault::PartialGroups)),
            Record::RuleFailed { .. } => rejected(Reason::RuleFailed),
            Record::DnFiltered(DnOutcome::Refused { .. }) => rejected(Reason::DnNotPermitted),
            Record::TemplateUnresolved { .. } => rejected(Reason::TemplateUnresolved),
            Record::Required { invalid, .. } if !invalid.is_empty() => {
                rejected(Reason::InvalidAttribute)
            }
            Record::Required { missing, .. } if !missing.is_empty() => {
                rejected(Reason::MissingAttribute)
            }
            // Whoever has proven the password is the one to ask, whoever was skipped before.
            Record::ChangeRefused { reason, .. } => {
                self.skipped = None;
                rejected(*reason)
            }
            Record::ChangeAnswered { verdict, .. } | Record::LocalChanged { verdict, .. } => {
                self.skipped = None;
                Some(match verdict {
                    ChangeVerdict::Changed => Verdict::Changed,
                    ChangeVerdict::Refused(reason) => Verdict::Reject(*reason),
                    ChangeVerdict::NoVerdict(fault) => Verdict::Indeterminate(*fault),
                })
            }
            Record::ChangeUnanswered { fault, .. } => Some(Verdict::Indeterminate(*fault)),
            Record::CertificateShown { judged, .. } => match judged {
                Judged::Trusted { .. } => {
                    // Until a rule has something to look for.
                    self.unmapped = true;
                    None
                }
                Judged::Refused { reason, .. } => rejected(*reason),
                Judged::NoVerdict { fault, .. } => Some(Verdict::Indeterminate(*fault)),
            },
            Record::CertificateMapped { outcome, .. } => {
                self.unmapped &= *outcome == MappingOutcome::NothingThere;
                match outcome {
                    MappingOutcome::One => self.password = Some(Verdict::Accept),
                    MappingOutcome::Ambiguous => return rejected(Reason::AmbiguousLogin),
                    _ => {}
                }
                None
            }
            Record::NotForRealUsers => rejected(Reason::NotForRealUsers),
            Record::Required { .. } => {
                self.walked = true;
                None
            }
            _ => None,
        }
    }

    fn searched(&mut self, outcome: &SearchOutcome) -> Option<Verdict> {
        if let Some(fault) = self.unanswered.take() {
            // The entry is looked for once more, and nobody else is shown the password.
            let same =
                matches!(outcome, SearchOutcome::Found { dn } if Dn::parse(dn).ok() == self.dn);
            return (!same).then_some(Verdict::Indeterminate(fault));
        }
        match outcome {
            SearchOutcome::Found { dn } => {
                self.dn = Dn::parse(dn).ok();
                None
            }
            SearchOutcome::NoEntry | SearchOutcome::MailNotAllowed { .. } => None,
            SearchOutcome::Ambiguous { .. } => Some(Verdict::Reject(Reason::AmbiguousLogin)),
            SearchOutcome::OutsideBase { .. } => {
                Some(Verdict::Indeterminate(Fault::DirectoryProtocolError))
            }
            SearchOutcome::Refused { .. } => {
                Some(Verdict::Indeterminate(Fault::DirectoryRefusedOperation))
            }
            SearchOutcome::Unanswered {
                fault,
                skipped: true,
            } => {
                self.skipped.get_or_insert(*fault);
                None
            }
            SearchOutcome::Unanswered { fault, .. } => Some(Verdict::Indeterminate(*fault)),
        }
    }

    /// A site walks the rules itself; the verdict stands, unless it is asked about somebody else.
    fn site(&mut self, outcome: &SiteOutcome) -> Option<Verdict> {
        match outcome {
            SiteOutcome::Accepted { .. } => {
                self.password = Some(Verdict::Accept);
                self.walked = true;
                None
            }
            SiteOutcome::MustChange => Some(Verdict::Challenge(Challenge::ChangePassword)),
            SiteOutcome::Refused { reason, .. } => Some(Verdict::Reject(*reason)),
            SiteOutcome::NoVerdict { fault, .. } => Some(Verdict::Indeterminate(*fault)),
            SiteOutcome::SealRefused { .. } => Some(Verdict::Indeterminate(Fault::SealExpired)),
            SiteOutcome::Changed => Some(Verdict::Changed),
        }
    }

    fn os(&mut self, outcome: &OsOutcome) -> Option<Verdict> {
        match outcome {
            OsOutcome::Found { .. } => None,
            OsOutcome::Verified { .. } => self.proved(&BindVerdict::Verified),
            OsOutcome::MustChange => self.proved(&BindVerdict::MustChange),
            OsOutcome::NoAccount => Some(Verdict::Reject(Reason::UnknownLogin)),
            OsOutcome::Refused { reason, .. } => Some(Verdict::Reject(*reason)),
            OsOutcome::NoVerdict { .. } => Some(Verdict::Indeterminate(Fault::OsUnavailable)),
        }
    }

    fn proved(&mut self, verdict: &BindVerdict) -> Option<Verdict> {
        let password = match verdict {
            BindVerdict::Verified => Verdict::Accept,
            BindVerdict::MustChange => Verdict::Challenge(Challenge::ChangePassword),
            BindVerdict::Refused(reason) => return Some(Verdict::Reject(*reason)),
            BindVerdict::NoVerdict(fault) => return Some(Verdict::Indeterminate(*fault)),
        };
        self.password = Some(password);
        None
    }
}
