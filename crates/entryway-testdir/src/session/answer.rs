//! The answers, one function an operation.

use super::{Next, Session, is_root_dse, page};
use crate::bind::Verdict;
use crate::matching::{Selector, Truth};
use crate::options::Dialect;
use crate::range;
use crate::root_dse;
use crate::search::{Page, Selection};
use entryway_ldap_proto::control::PagedResults;
use entryway_ldap_proto::message::{
    BindRequest, CompareRequest, Credentials, ExtendedRequest, ReceivedSearch,
};
use entryway_ldap_proto::server::{Reply, ReplyKind};
use entryway_ldap_proto::{Message, MessageId, Op, ResponseControl, oid};
use entryway_ldap_types::{AttributeName, Filter, PasswordPolicy, ResultCode};

impl Session {
    pub(super) fn bind(&mut self, message: &Message<'_>, bind: &BindRequest<'_>) {
        // A failed bind leaves nobody bound (RFC 4511 §4.2.1), so this comes before any judgement.
        self.bound = None;
        self.must_change = false;
        let refusal = |code, words| Reply::new(code, words);
        let reply = match bind.credentials {
            _ if bind.version != 3 => {
                refusal(ResultCode::PROTOCOL_ERROR, "only LDAP version 3 is spoken")
            }
            Credentials::Sasl { .. } | Credentials::Other(_) => refusal(
                ResultCode::AUTH_METHOD_NOT_SUPPORTED,
                "only simple binds are understood",
            ),
            Credentials::Simple([_, ..])
                if self.shared.options.require_tls_for_passwords && !self.tls =>
            {
                refusal(
                    ResultCode::CONFIDENTIALITY_REQUIRED,
                    "confidentiality required",
                )
            }
            Credentials::Simple(password) => return self.simple_bind(message, bind.name, password),
        };
        self.shared.record.count_bind(bind.name, reply.code);
        self.codec.reply(message.id, ReplyKind::Bind, &reply, &[]);
    }

    fn simple_bind(&mut self, message: &Message<'_>, name: &str, password: &[u8]) {
        let Verdict {
            code,
            diagnostic,
            policy,
            bound,
            must_change,
        } = self
            .shared
            .failures
            .judge(&self.directory, &self.shared.options, name, password);
        self.bound = bound;
        self.must_change = must_change;
        self.shared.record.count_bind(name, code);
        if password.is_empty() && !name.is_empty() {
            self.shared
                .record
                .count(|counters| counters.empty_password_binds += 1);
        }
        // Told only to a client that asked (draft-behera-ldap-password-policy-10 §6.2).
        let asked = message.controls.find(oid::PASSWORD_POLICY).is_some();
        let controls: Vec<ResponseControl> = policy
            .filter(|_| asked && self.shared.options.dialect == Dialect::OpenLdap)
            .map(|policy: PasswordPolicy| ResponseControl::PasswordPolicy(policy))
            .into_iter()
            .collect();
        self.codec.reply(
            message.id,
            ReplyKind::Bind,
            &Reply::new(code, &diagnostic),
            &controls,
        );
    }

    pub(super) fn search(&mut self, message: &Message<'_>, search: &ReceivedSearch<'_>) {
        let (id, root) = (message.id, is_root_dse(search));
        self.shared.record.count(|counters| {
            if root {
                counters.root_dse_reads += 1
            } else {
                counters.searches += 1
            }
        });
        let refusal = if root { None } else { self.denial() }.or_else(|| unknown_critical(message));
        if let Some(refusal) = refusal {
            self.codec.reply(id, ReplyKind::SearchDone, &refusal, &[]);
        } else if root {
            self.root_dse(id, search);
        } else {
            self.entries(message, search);
        }
    }

    fn entries(&mut self, message: &Message<'_>, search: &ReceivedSearch<'_>) {
        let id = message.id;
        let matches = match self
            .directory
            .search(search.base, search.scope, &search.filter)
        {
            Ok(matches) => matches,
            Err(no_base) => {
                let reply = Reply {
                    matched_dn: no_base.matched(),
                    ..Reply::new(no_base.code(), "")
                };
                return self.codec.reply(id, ReplyKind::SearchDone, &reply, &[]);
            }
        };
        let paged = match page(message) {
            None => None,
            Some(asked) => match asked
                .ok()
                .and_then(|asked| Page::new(matches.len(), asked.size, &asked.cookie))
            {
                Some(page) => Some(page),
                None => {
                    let reply = Reply::new(
                        ResultCode::UNWILLING_TO_PERFORM,
                        "paged results cookie is invalid",
                    );
                    return self.codec.reply(id, ReplyKind::SearchDone, &reply, &[]);
                }
            },
        };
        let range = paged
            .as_ref()
            .map_or(0..matches.len(), |page| page.range.clone());
        // The client's limit counts over all pages, the server's on each.
        let limit = |limit: u32| {
            if limit == 0 {
                usize::MAX
            } else {
                usize::try_from(limit).unwrap_or(usize::MAX)
            }
        };
        let most = range
            .start
            .saturating_add(limit(self.shared.options.size_limit))
            .min(limit(search.size_limit));
        let end = range.end.min(most).max(range.start);
        let selection = Selection::new(search.attributes);
        for &number in matches.get(range.start..end).unwrap_or_default() {
            self.entry(id, number, &selection, search.types_only);
        }
        let code = if end < range.end {
            ResultCode::SIZE_LIMIT_EXCEEDED
        } else {
            ResultCode::SUCCESS
        };
        let controls: Vec<ResponseControl> = paged
            .map(|page| PagedResults {
                size: u32::try_from(matches.len()).unwrap_or(0),
                cookie: page.cookie,
            })
            .map(ResponseControl::PagedResults)
            .into_iter()
            .collect();
        self.shared
            .record
            .count(|counters| counters.entries += (end - range.start) as u64);
        self.codec
            .reply(id, ReplyKind::SearchDone, &Reply::new(code, ""), &controls);
    }

    fn entry(&mut self, id: MessageId, number: usize, selection: &Selection, types_only: bool) {
        let Some(entry) = self.directory.entry(number) else {
            return;
        };
        let most = if types_only { 0 } else { usize::MAX };
        let ranged = self.shared.options.value_range;
        let attributes: Vec<_> = selection
            .of(entry)
            .map(|attribute| range::part(attribute, selection, ranged))
            .collect();
        let attributes = attributes
            .iter()
            .map(|(name, values)| (&**name, values.iter().take(most).map(|value| &value.raw)));
        self.codec.search_entry(id, &entry.dn_text, attributes, &[]);
    }

    /// The filter is looked at only as far as clients use it: a presence of `objectClass` holds, any
    /// other question finds nothing.
    fn root_dse(&mut self, id: MessageId, search: &ReceivedSearch<'_>) {
        let holds = match &search.filter {
            Filter::Present(name) => name.matches("objectClass"),
            Filter::And(parts) => parts.is_empty(),
            _ => false,
        };
        if holds {
            let selection = Selection::new(search.attributes);
            let unasked = self.shared.options.dialect != Dialect::OpenLdap;
            let most = if search.types_only { 0 } else { usize::MAX };
            let all = root_dse::attributes(&self.directory, &self.shared.options);
            let selected = all
                .iter()
                .filter(|(name, _)| selection.takes(name, !unasked && *name != "objectClass"))
                .map(|(name, values)| (*name, values.iter().take(most)));
            self.codec.search_entry(id, "", selected, &[]);
        }
        self.codec
            .reply(id, ReplyKind::SearchDone, &Reply::SUCCESS, &[]);
    }

    pub(super) fn compare(&mut self, id: MessageId, compare: &CompareRequest<'_>) {
        self.shared.record.count(|counters| counters.compares += 1);
        let reply = self.denial().map_or_else(
            || self.compared(compare),
            |denial| (denial.code, denial.diagnostic, String::new()),
        );
        let (code, diagnostic, matched) = reply;
        self.codec.reply(
            id,
            ReplyKind::Compare,
            &Reply {
                matched_dn: &matched,
                ..Reply::new(code, diagnostic)
            },
            &[],
        );
    }

    fn compared(&self, compare: &CompareRequest<'_>) -> (ResultCode, &'static str, String) {
        let plain = |code| (code, "", String::new());
        let Ok(name) = AttributeName::parse(compare.attribute) else {
            return plain(ResultCode(17)); // undefinedAttributeType
        };
        let attribute = Selector::new(&name);
        if crate::schema::is_secret(attribute.key()) {
            return plain(ResultCode::INSUFFICIENT_ACCESS_RIGHTS);
        }
        let number = match self.directory.base(compare.entry) {
            Ok(number) => number,
            Err(no_base) => return (no_base.code(), "", no_base.matched().to_owned()),
        };
        let Some(entry) = self.directory.entry(number) else {
            return plain(ResultCode::NO_SUCH_OBJECT);
        };
        if !entry
            .attributes
            .iter()
            .any(|stored| attribute.selects(stored))
        {
            return plain(ResultCode::NO_SUCH_ATTRIBUTE);
        }
        let test = self
            .directory
            .prepare(&Filter::Equal(name, compare.value.to_vec()));
        plain(match test.of(number, entry) {
            Truth::True => ResultCode::COMPARE_TRUE,
            Truth::False => ResultCode::COMPARE_FALSE,
            Truth::Undefined => ResultCode(21), // invalidAttributeSyntax
        })
    }

    pub(super) fn start_tls(&mut self, id: MessageId, _request: &ExtendedRequest<'_>) -> Next {
        self.shared.record.count(|counters| counters.start_tls += 1);
        let (reply, next) = if self.tls {
            (
                Reply::new(ResultCode::OPERATIONS_ERROR, "TLS already started"),
                Next::Go,
            )
        } else if !self.shared.options.start_tls {
            (
                Reply::new(ResultCode::PROTOCOL_ERROR, "unsupported extended operation"),
                Next::Go,
            )
        } else {
            (Reply::SUCCESS, Next::StartTls)
        };
        self.codec
            .extended_response(id, &reply, Some(oid::START_TLS), None, &[]);
        next
    }

    pub(super) fn extended(&mut self, id: MessageId, request: &ExtendedRequest<'_>) {
        if request.name != oid::WHO_AM_I {
            let reply = Reply::new(ResultCode::PROTOCOL_ERROR, "unsupported extended operation");
            return self.codec.extended_response(id, &reply, None, None, &[]);
        }
        // RFC 4532 §2.2: an authorization identity, empty when anonymous.
        let entry = self.bound.and_then(|number| self.directory.entry(number));
        let who = match (&self.shared.options.dialect, entry) {
            (_, None) => String::new(),
            (Dialect::OpenLdap, Some(entry)) => format!("dn:{}", entry.dn_text),
            (Dialect::ActiveDirectory { netbios }, Some(entry)) => {
                format!(
                    "u:{netbios}\\{}",
                    entry.text("samaccountname").unwrap_or_default()
                )
            }
        };
        self.codec
            .extended_response(id, &Reply::SUCCESS, None, Some(who.as_bytes()), &[]);
    }

    pub(super) fn refuse_update(&mut self, message: &Message<'_>) {
        self.shared
            .record
            .count(|counters| counters.refused_updates += 1);
        let kind = match message.op {
            Op::AddRequest(_) => ReplyKind::Add,
            Op::DelRequest(_) => ReplyKind::Delete,
            Op::ModifyDnRequest(_) => ReplyKind::ModifyDn,
            _ => ReplyKind::Modify,
        };
        let reply = Reply::new(
            ResultCode::UNWILLING_TO_PERFORM,
            "this directory does not change",
        );
        self.codec.reply(message.id, kind, &reply, &[]);
    }
}

/// RFC 4511 §4.1.11: what is critical and not known must not be passed over.
fn unknown_critical(message: &Message<'_>) -> Option<Reply<'static>> {
    let known = [oid::PAGED_RESULTS, oid::PASSWORD_POLICY, oid::MANAGE_DSA_IT];
    let mut controls = message.controls;
    controls
        .any(|control| control.critical && !known.contains(&control.oid))
        .then(|| {
            Reply::new(
                ResultCode::UNAVAILABLE_CRITICAL_EXTENSION,
                "critical control unavailable",
            )
        })
}
