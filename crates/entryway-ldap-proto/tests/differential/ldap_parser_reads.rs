use super::generate::{self, Request};
use entryway_ldap_proto::DerefAliases;
use entryway_ldap_proto::message::ChangeKind;
use entryway_ldap_types::{AttributeName, Filter, Scope};
use ldap_parser::FromBer;
use ldap_parser::filter::{AttributeValueAssertion, Filter as Theirs, Substring};
use ldap_parser::ldap::{AuthenticationChoice, LdapMessage, ProtocolOp};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> LdapMessage<'_> {
    let (rest, message) = LdapMessage::from_ber(bytes).expect("ldap-parser reads it");
    assert!(rest.is_empty());
    message
}

fn same_request(ours: &Request) {
    let bytes = ours.encode();
    let message = read(&bytes);
    let id = if matches!(ours, Request::Abandon) {
        2
    } else {
        1
    };
    assert_eq!(message.message_id.0, id);
    match (ours, &message.protocol_op) {
        (
            Request::Bind {
                dn,
                password,
                policy,
            },
            ProtocolOp::BindRequest(theirs),
        ) => {
            assert_eq!((theirs.version, theirs.name.0.as_ref()), (3, dn.as_str()));
            let AuthenticationChoice::Simple(found) = &theirs.authentication else {
                panic!("not simple")
            };
            assert_eq!(found.as_ref(), password.as_bytes());
            let controls = message.controls.unwrap_or_default();
            assert_eq!(controls.len(), usize::from(*policy));
            assert!(
                controls
                    .iter()
                    .all(|control| control.control_type.0
                        == entryway_ldap_proto::oid::PASSWORD_POLICY)
            );
        }
        (Request::External { identity }, ProtocolOp::BindRequest(theirs)) => {
            let AuthenticationChoice::Sasl(sasl) = &theirs.authentication else {
                panic!("not SASL")
            };
            assert_eq!(
                (theirs.name.0.as_ref(), sasl.mechanism.0.as_ref()),
                ("", "EXTERNAL")
            );
            assert_eq!(
                sasl.credentials.as_deref(),
                identity.as_deref().map(str::as_bytes)
            );
        }
        (Request::Search(ours), ProtocolOp::SearchRequest(theirs)) => {
            assert_eq!(theirs.base_object.0, &*ours.base);
            assert_eq!(
                theirs.scope.0,
                match ours.scope {
                    Scope::Base => 0,
                    Scope::OneLevel => 1,
                    Scope::Subtree => 2,
                }
            );
            assert_eq!(
                theirs.deref_aliases.0,
                match ours.deref {
                    DerefAliases::Never => 0,
                    DerefAliases::InSearching => 1,
                    DerefAliases::FindingBase => 2,
                    DerefAliases::Always => 3,
                }
            );
            assert_eq!(
                (theirs.size_limit, theirs.time_limit, theirs.types_only),
                (ours.size_limit, ours.time_limit, ours.types_only)
            );
            same_filter(&ours.filter, &theirs.filter);
            let names = |names: &[AttributeName]| {
                names
                    .iter()
                    .map(|name| name.as_str().to_owned())
                    .collect::<Vec<_>>()
            };
            let found: Vec<_> = theirs
                .attributes
                .iter()
                .map(|name| name.0.to_string())
                .collect();
            assert_eq!(found, names(&ours.attributes));
        }
        (
            Request::Compare {
                dn,
                attribute,
                value,
            },
            ProtocolOp::CompareRequest(theirs),
        ) => {
            assert_eq!(theirs.entry.0, dn.as_str());
            same_assertion(attribute, value, &theirs.ava);
        }
        (
            Request::Modify {
                dn,
                kind,
                attribute,
                values,
            },
            ProtocolOp::ModifyRequest(theirs),
        ) => {
            assert_eq!(
                (theirs.object.0.as_ref(), theirs.changes.len()),
                (dn.as_str(), 1)
            );
            let change = &theirs.changes[0];
            assert_eq!(
                change.operation.0,
                match kind {
                    ChangeKind::Add => 0,
                    ChangeKind::Delete => 1,
                    ChangeKind::Replace => 2,
                    ChangeKind::Other(number) => *number,
                }
            );
            assert_eq!(change.modification.attr_type.0, attribute.as_str());
            let found: Vec<_> = change
                .modification
                .attr_vals
                .iter()
                .map(|value| value.0.to_vec())
                .collect();
            assert_eq!(&found, values);
        }
        (Request::Extended { name, value }, ProtocolOp::ExtendedRequest(theirs)) => {
            assert_eq!(theirs.request_name.0, name.as_str());
            assert_eq!(theirs.request_value.as_deref(), value.as_deref());
        }
        (Request::Abandon, ProtocolOp::AbandonRequest(theirs)) => assert_eq!(theirs.0, 1),
        (Request::Unbind, ProtocolOp::UnbindRequest) => {}
        (ours, theirs) => panic!("{ours:?} was read as {theirs:?}"),
    }
}

fn same_assertion(name: &AttributeName, value: &[u8], theirs: &AttributeValueAssertion<'_>) {
    assert_eq!(
        (
            theirs.attribute_desc.0.as_ref(),
            theirs.assertion_value.as_ref()
        ),
        (name.as_str(), value)
    );
}

fn same_filter(ours: &Filter, theirs: &Theirs<'_>) {
    match (ours, theirs) {
        (Filter::And(ours), Theirs::And(theirs)) | (Filter::Or(ours), Theirs::Or(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            ours.iter()
                .zip(theirs)
                .for_each(|(ours, theirs)| same_filter(ours, theirs));
        }
        (Filter::Not(ours), Theirs::Not(theirs)) => same_filter(ours, theirs),
        (Filter::Equal(name, value), Theirs::EqualityMatch(theirs))
        | (Filter::GreaterOrEqual(name, value), Theirs::GreaterOrEqual(theirs))
        | (Filter::LessOrEqual(name, value), Theirs::LessOrEqual(theirs))
        | (Filter::Approx(name, value), Theirs::ApproxMatch(theirs)) => {
            same_assertion(name, value, theirs)
        }
        (Filter::Present(name), Theirs::Present(theirs)) => assert_eq!(theirs.0, name.as_str()),
        (
            Filter::Substrings {
                attribute,
                initial,
                any,
                last,
            },
            Theirs::Substrings(theirs),
        ) => {
            assert_eq!(theirs.filter_type.0, attribute.as_str());
            let ours = initial.iter().map(|piece| ('i', piece));
            let ours = ours
                .chain(any.iter().map(|piece| ('a', piece)))
                .chain(last.iter().map(|piece| ('f', piece)));
            let ours: Vec<(char, &[u8])> =
                ours.map(|(kind, piece)| (kind, piece.as_slice())).collect();
            let theirs = theirs.substrings.iter().map(|piece| match piece {
                Substring::Initial(piece) => ('i', piece.0.as_ref()),
                Substring::Any(piece) => ('a', piece.0.as_ref()),
                Substring::Final(piece) => ('f', piece.0.as_ref()),
            });
            assert_eq!(ours, theirs.collect::<Vec<_>>());
        }
        (
            Filter::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            },
            Theirs::ExtensibleMatch(theirs),
        ) => {
            assert_eq!(
                theirs.matching_rule.as_ref().map(|rule| rule.0.as_ref()),
                rule.as_deref()
            );
            let name = attribute.as_ref().map(AttributeName::as_str);
            assert_eq!(theirs.rule_type.as_ref().map(|name| name.0.as_ref()), name);
            assert_eq!(theirs.assertion_value.0.as_ref(), value.as_slice());
            assert_eq!(theirs.dn_attributes.unwrap_or(false), *dn_attributes);
        }
        (ours, theirs) => panic!("{ours:?} was read as {theirs:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn our_requests(request in generate::request(true)) {
        same_request(&request);
    }

    #[test]
    fn our_entries(entry in generate::entry()) {
        let bytes = entry.encode();
        let ProtocolOp::SearchResultEntry(theirs) = read(&bytes).protocol_op else { panic!("no entry") };
        prop_assert_eq!(theirs.object_name.0.as_ref(), entry.dn.as_str());
        let found: Vec<(String, Vec<Vec<u8>>)> = theirs
            .attributes
            .iter()
            .map(|row| (row.attr_type.0.to_string(), row.attr_vals.iter().map(|value| value.0.to_vec()).collect()))
            .collect();
        prop_assert_eq!(found, entry.attributes);
    }

    #[test]
    fn our_bind_responses(result in generate::result()) {
        let bytes = result.encode_bind();
        let ProtocolOp::BindResponse(theirs) = read(&bytes).protocol_op else { panic!("no bind response") };
        prop_assert_eq!(theirs.result.result_code.0, result.code);
        prop_assert_eq!(theirs.result.matched_dn.0.as_ref(), result.matched_dn);
        prop_assert_eq!(theirs.result.diagnostic_message.0.as_ref(), result.diagnostic);
        prop_assert_eq!(theirs.server_sasl_creds.as_deref(), result.sasl.as_deref());
    }
}
