//! A login by a certificate: no password is involved, so the entry alone says whether its account may be used, and
//! exactly one entry of all domains that a rule asks may answer to the certificate.

use super::{Found, Log, Login, Proof, Step};
use crate::certificate::{self, NotMapped};
use crate::find::{By, Conclusion};
use crate::trace::{MappingOutcome, TYPED_MAX, clip};
use crate::verdict::{self, CertificateVerified, NotVerified};
use crate::{
    Alternative, Attempt, Certificate, CertificateBy, Decision, DomainId, DomainPolicy, Fault,
    FindOperation, LdapUse, LoginPolicy, Reason, Record, Route, RuleId, Shown, Stage,
};
use entryway_ldap_types::{AttributeName, Filter, FilterTemplate};
use std::sync::Arc;

/// How far the rules have been followed.
pub(super) struct Mapping {
    shown: Shown,
    verified: Option<CertificateVerified>,
    /// Which rule is asked.
    rule: usize,
    /// How many of its domains were asked.
    asked: usize,
    /// Whether any rule had something to look for.
    looked: bool,
    /// By which names the domain was asked last.
    names: Vec<(AttributeName, String)>,
    /// Whom the rule has found.
    found: Option<FoundThere>,
}

/// Whom a domain knows by the certificate.
struct FoundThere {
    domain: DomainId,
    found: Found,
    /// [`Login::active_directory`] of that answer: another domain may answer after it.
    active_directory: bool,
}

/// The rule that is asked, without what it asks.
#[derive(Clone, Copy)]
struct Current {
    by: CertificateBy,
    rule: RuleId,
}

/// Starts a login by a certificate. Of the attempt neither name nor password is looked at.
pub fn begin_certificate(attempt: Attempt, shown: Shown, policy: Arc<LoginPolicy>) -> Step {
    let mut log = Log::default();
    log.note(Record::CertificateShown {
        certificate: Arc::clone(&shown.certificate),
        judged: shown.judged.clone(),
    });
    let login_name = clip(shown.certificate.name(), TYPED_MAX);
    if policy.ldap == LdapUse::Disabled || policy.certificates.is_none() {
        log.note(Record::NameRefused {
            login_name,
            reason: Reason::LdapDisabled,
            problem: "came by a certificate, and no domain is asked about those".to_owned(),
        });
        return log.decide(
            attempt.id,
            Decision::Reject(Reason::LdapDisabled),
            Vec::new(),
        );
    }
    let route = Route::untyped(login_name.clone(), Vec::new());
    let mut login = Login::untyped(attempt, login_name, route, policy, log);
    login.mapping = Some(Box::new(Mapping {
        shown,
        verified: None,
        rule: 0,
        asked: 0,
        looked: false,
        names: Vec::new(),
        found: None,
    }));
    Box::new(login).reserve_address()
}

impl Login {
    pub(super) fn look_at_certificate(mut self: Box<Self>) -> Step {
        let Some(mapping) = &mut self.mapping else {
            return self.no_such_domain();
        };
        match verdict::certificate(&mapping.shown.judged) {
            Ok(verified) => {
                mapping.verified = Some(verified);
                // Whoever has the key guesses nothing, whatever becomes of them.
                self.tally.right = true;
                self.ask_rule()
            }
            Err(NotVerified::Refused(reason)) => self.reject(reason),
            Err(NotVerified::NoVerdict(fault)) => self.indeterminate(fault),
        }
    }

    /// The next question of the rule, or of the next one.
    fn ask_rule(mut self: Box<Self>) -> Step {
        let policy = Arc::clone(&self.policy);
        let rules = policy.certificates.as_ref().map(|it| &it.rules);
        let Some((rules, mut mapping)) = rules.zip(self.mapping.take()) else {
            return self.no_such_domain();
        };
        while let Some(rule) = rules.get(mapping.rule) {
            let current = Current {
                by: rule.by,
                rule: rule.rule,
            };
            if let Some(ask) = rule.asks.get(mapping.asked) {
                mapping.asked += 1;
                let Some(domain) = policy.domains.get(ask.domain.0) else {
                    return self.no_such_domain();
                };
                let certificate = &mapping.shown.certificate;
                let fill = |template: Option<&FilterTemplate>, domain: &DomainPolicy| {
                    certificate::filter(rule.by, template, certificate, &domain.people)
                };
                let filter = match fill(ask.filter.as_ref(), domain) {
                    Ok(filter) => filter,
                    Err(NotMapped::NothingThere) => {
                        self.note_mapping(current, MappingOutcome::NothingThere);
                        mapping.rule += 1;
                        mapping.asked = 0;
                        continue;
                    }
                    Err(NotMapped::Unfillable) => {
                        let problem = "the filter asks for what the certificate does not have";
                        let fault = Fault::DirectoryRefusedOperation;
                        return self.stop(fault, problem, Stage::Certificate);
                    }
                };
                let other = domain.active_directory.as_deref().and_then(|other| {
                    let template = ask.active_directory.as_ref().or(ask.filter.as_ref());
                    Some((other, fill(template, other).ok()?))
                });
                mapping.looked = true;
                let filters = std::iter::once(&filter).chain(other.as_ref().map(|it| &it.1));
                mapping.names = filters
                    .flat_map(|filter| certificate::names_in(rule.by, filter, certificate))
                    .collect();
                let operation =
                    self.search_by(&mapping, rule.by, ask.domain, domain, filter, other);
                self.mapping = Some(mapping);
                return self.find_by(By::Certificate, operation);
            }
            // Every domain of this rule has answered.
            match mapping.found.take() {
                Some(there) => return self.mapped_to(current, mapping.verified.take(), there),
                None => {
                    self.note_mapping(current, MappingOutcome::Nobody);
                    mapping.rule += 1;
                    mapping.asked = 0;
                }
            }
        }
        if mapping.looked {
            self.reject(Reason::UnknownLogin)
        } else {
            self.reject(Reason::CertificateUnmapped)
        }
    }

    fn search_by(
        &self,
        mapping: &Mapping,
        by: CertificateBy,
        id: DomainId,
        domain: &DomainPolicy,
        filter: Filter,
        other: Option<(&DomainPolicy, Filter)>,
    ) -> FindOperation {
        let fetched = |domain: &DomainPolicy| -> Arc<[AttributeName]> {
            let usual = domain.fetched(self.wants_groups);
            match by {
                // The very certificate must be there.
                CertificateBy::Entry => {
                    let more = std::iter::once(certificate::USER_CERTIFICATE.clone());
                    usual.iter().cloned().chain(more).collect()
                }
                // The very name must be there.
                _ if !mapping.names.is_empty() => {
                    let more = mapping.names.iter().map(|(name, _)| name.clone());
                    usual.iter().cloned().chain(more).collect()
                }
                _ => Arc::clone(usual),
            }
        };
        FindOperation {
            domain: id,
            base: Arc::clone(&domain.people.base_text),
            scope: domain.people.scope,
            filter: Arc::new(filter),
            attributes: fetched(domain),
            active_directory: other.map(|(other, filter)| {
                Box::new(Alternative {
                    filter: Arc::new(filter),
                    attributes: fetched(other),
                })
            }),
            last: None,
            deadline: self.deadline,
        }
    }

    /// What a domain says of the certificate.
    pub(super) fn mapped(mut self: Box<Self>, id: DomainId, conclusion: Conclusion) -> Step {
        let found: Found = match conclusion {
            Conclusion::One(found) => found.into(),
            Conclusion::Nobody => return self.ask_rule(),
            Conclusion::Refuse(reason) => return self.reject(reason),
            // Whatever `when_down` says: with one of them silent nobody knows that the certificate is of one person alone,
            // and the next rule would be asked because this one had no answer.
            Conclusion::Down(fault) | Conclusion::NoAnswer(fault) => {
                return self.indeterminate(fault);
            }
        };
        let Some((current, certificate)) = self.current() else {
            return self.no_such_domain();
        };
        if current.by == CertificateBy::Entry && !certificate::holds(&found.entry, &certificate) {
            self.note_mapping(current, MappingOutcome::AnotherCertificate);
            return self.ask_rule();
        }
        let names = self.mapping.as_ref().map(|mapping| &*mapping.names);
        if !certificate::has_name(&found.entry, names.unwrap_or_default()) {
            self.note_mapping(current, MappingOutcome::AnotherName);
            return self.ask_rule();
        }
        match &mut self.mapping {
            Some(mapping) if mapping.found.is_none() => {
                mapping.found = Some(FoundThere {
                    domain: id,
                    found,
                    active_directory: self.active_directory,
                });
                self.ask_rule()
            }
            _ => {
                self.note_mapping(current, MappingOutcome::Ambiguous);
                self.reject(Reason::AmbiguousLogin)
            }
        }
    }

    /// Exactly one entry has it.
    fn mapped_to(
        mut self: Box<Self>,
        current: Current,
        verified: Option<CertificateVerified>,
        there: FoundThere,
    ) -> Step {
        self.note_mapping(current, MappingOutcome::One);
        self.active_directory = there.active_directory;
        match verified {
            Some(verified) => {
                self.conclude(there.domain, there.found, Proof::Certificate(verified))
            }
            None => self.reject(Reason::CertificateUntrusted),
        }
    }

    fn current(&self) -> Option<(Current, Arc<Certificate>)> {
        let mapping = self.mapping.as_ref()?;
        let rule = self.policy.certificates.as_ref()?.rules.get(mapping.rule)?;
        let current = Current {
            by: rule.by,
            rule: rule.rule,
        };
        Some((current, Arc::clone(&mapping.shown.certificate)))
    }

    fn note_mapping(&mut self, current: Current, outcome: MappingOutcome) {
        let Current { by, rule } = current;
        self.log
            .note(Record::CertificateMapped { by, outcome, rule });
    }
}
