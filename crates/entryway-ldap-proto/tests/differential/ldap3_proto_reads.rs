use super::generate::{self, Request};
use entryway_ldap_proto::DerefAliases;
use entryway_ldap_proto::message::ChangeKind;
use entryway_ldap_types::{AttributeName, Filter, Scope};
use ldap3_proto::LdapCodec;
use ldap3_proto::control::LdapControl;
use ldap3_proto::proto::{
    LdapBindCred, LdapDerefAliases, LdapFilter, LdapModifyType, LdapMsg, LdapOp, LdapSearchScope,
};
use proptest::prelude::*;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder;

fn read(bytes: &[u8]) -> LdapMsg {
    let mut buffer = BytesMut::from(bytes);
    let message = LdapCodec::default()
        .decode(&mut buffer)
        .expect("ldap3_proto reads it")
        .expect("whole");
    assert!(buffer.is_empty());
    message
}

fn text(value: &[u8]) -> String {
    String::from_utf8(value.to_vec()).unwrap()
}

fn same_request(ours: &Request) {
    let message = read(&ours.encode());
    assert_eq!(
        message.msgid,
        if matches!(ours, Request::Abandon) {
            2
        } else {
            1
        }
    );
    match (ours, message.op) {
        (
            Request::Bind {
                dn,
                password,
                policy,
            },
            LdapOp::BindRequest(theirs),
        ) => {
            assert_eq!((theirs.version, &theirs.dn), (3, dn));
            assert_eq!(theirs.cred, LdapBindCred::Simple(password.clone()));
            let controls = if *policy {
                vec![LdapControl::PasswordPolicyRequest { criticality: false }]
            } else {
                vec![]
            };
            assert_eq!(message.ctrl, controls);
        }
        (Request::External { identity }, LdapOp::BindRequest(theirs)) => {
            let LdapBindCred::SASL(sasl) = theirs.cred else {
                panic!("not SASL")
            };
            assert_eq!(sasl.mechanism, "EXTERNAL");
            assert_eq!(
                sasl.credentials,
                identity.clone().unwrap_or_default().into_bytes()
            );
        }
        (Request::Search(ours), LdapOp::SearchRequest(theirs)) => {
            assert_eq!(theirs.base, &*ours.base);
            assert_eq!(
                theirs.scope,
                match ours.scope {
                    Scope::Base => LdapSearchScope::Base,
                    Scope::OneLevel => LdapSearchScope::OneLevel,
                    Scope::Subtree => LdapSearchScope::Subtree,
                }
            );
            assert_eq!(
                theirs.aliases,
                match ours.deref {
                    DerefAliases::Never => LdapDerefAliases::Never,
                    DerefAliases::InSearching => LdapDerefAliases::InSearching,
                    DerefAliases::FindingBase => LdapDerefAliases::FindingBaseObj,
                    DerefAliases::Always => LdapDerefAliases::Always,
                }
            );
            let limits = (
                ours.size_limit as i32,
                ours.time_limit as i32,
                ours.types_only,
            );
            assert_eq!(
                (theirs.sizelimit, theirs.timelimit, theirs.typesonly),
                limits
            );
            same_filter(&ours.filter, &theirs.filter);
            assert_eq!(
                theirs.attrs,
                ours.attributes
                    .iter()
                    .map(|name| name.as_str())
                    .collect::<Vec<_>>()
            );
        }
        (
            Request::Compare {
                dn,
                attribute,
                value,
            },
            LdapOp::CompareRequest(theirs),
        ) => {
            assert_eq!(
                (&theirs.dn, theirs.atype.as_str(), &theirs.val),
                (dn, attribute.as_str(), value)
            );
        }
        (
            Request::Modify {
                dn,
                kind,
                attribute,
                values,
            },
            LdapOp::ModifyRequest(theirs),
        ) => {
            assert_eq!((&theirs.dn, theirs.changes.len()), (dn, 1));
            let change = &theirs.changes[0];
            assert_eq!(
                change.operation,
                match kind {
                    ChangeKind::Add => LdapModifyType::Add,
                    ChangeKind::Delete => LdapModifyType::Delete,
                    _ => LdapModifyType::Replace,
                }
            );
            assert_eq!(
                (
                    change.modification.atype.as_str(),
                    &change.modification.vals
                ),
                (attribute.as_str(), values)
            );
        }
        (Request::Extended { name, value }, LdapOp::ExtendedRequest(theirs)) => {
            assert_eq!((&theirs.name, &theirs.value), (name, value));
        }
        (Request::Abandon, LdapOp::AbandonRequest(theirs)) => assert_eq!(theirs, 1),
        (Request::Unbind, LdapOp::UnbindRequest) => {}
        (ours, theirs) => panic!("{ours:?} was read as {theirs:?}"),
    }
}

fn same_filter(ours: &Filter, theirs: &LdapFilter) {
    match (ours, theirs) {
        (Filter::And(ours), LdapFilter::And(theirs))
        | (Filter::Or(ours), LdapFilter::Or(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            ours.iter()
                .zip(theirs)
                .for_each(|(ours, theirs)| same_filter(ours, theirs));
        }
        (Filter::Not(ours), LdapFilter::Not(theirs)) => same_filter(ours, theirs),
        (Filter::Equal(name, value), LdapFilter::Equality(theirs, found))
        | (Filter::GreaterOrEqual(name, value), LdapFilter::GreaterOrEqual(theirs, found))
        | (Filter::LessOrEqual(name, value), LdapFilter::LessOrEqual(theirs, found))
        | (Filter::Approx(name, value), LdapFilter::Approx(theirs, found)) => {
            assert_eq!(
                (theirs.as_str(), found.as_bytes()),
                (name.as_str(), value.as_slice())
            );
        }
        (Filter::Present(name), LdapFilter::Present(theirs)) => assert_eq!(theirs, name.as_str()),
        (
            Filter::Substrings {
                attribute,
                initial,
                any,
                last,
            },
            LdapFilter::Substring(theirs, pieces),
        ) => {
            assert_eq!(theirs, attribute.as_str());
            assert_eq!(pieces.initial, initial.as_deref().map(text));
            assert_eq!(
                pieces.any,
                any.iter().map(|piece| text(piece)).collect::<Vec<_>>()
            );
            assert_eq!(pieces.final_, last.as_deref().map(text));
        }
        (
            Filter::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            },
            LdapFilter::Extensible(theirs),
        ) => {
            assert_eq!(theirs.matching_rule.as_deref(), rule.as_deref());
            assert_eq!(
                theirs.type_.as_deref(),
                attribute.as_ref().map(AttributeName::as_str)
            );
            assert_eq!(
                (theirs.match_value.as_bytes(), theirs.dn_attributes),
                (value.as_slice(), *dn_attributes)
            );
        }
        (ours, theirs) => panic!("{ours:?} was read as {theirs:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    // Assertion values as text: ldap3_proto 0.9 cannot read others.
    #[test]
    fn our_requests(request in generate::request(false)) {
        same_request(&request);
    }

    #[test]
    fn our_entries(entry in generate::entry()) {
        let LdapOp::SearchResultEntry(theirs) = read(&entry.encode()).op else { panic!("no entry") };
        prop_assert_eq!(theirs.dn, entry.dn);
        let found: Vec<_> = theirs.attributes.into_iter().map(|row| (row.atype, row.vals)).collect();
        prop_assert_eq!(found, entry.attributes);
    }

    #[test]
    fn our_bind_responses(result in generate::result()) {
        let LdapOp::BindResponse(theirs) = read(&result.encode_bind()).op else { panic!("no bind response") };
        prop_assert_eq!(theirs.res.code as u32, result.code);
        prop_assert_eq!((theirs.res.matcheddn, theirs.res.message), (result.matched_dn, result.diagnostic));
        prop_assert_eq!(theirs.saslcreds, result.sasl);
    }
}
