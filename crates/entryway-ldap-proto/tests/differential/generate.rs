//! Requests and replies at random, as values that each side is compared with.

use entryway_ldap_proto::client::{Connection, Modification};
use entryway_ldap_proto::message::ChangeKind;
use entryway_ldap_proto::server::{self, Reply};
use entryway_ldap_proto::{DerefAliases, Limits, RequestControl, SearchRequest};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};
use proptest::collection::vec;
use proptest::prelude::*;

/// A request, with everything that must arrive.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    Bind {
        dn: String,
        password: String,
        policy: bool,
    },
    External {
        identity: Option<String>,
    },
    Search(SearchRequest),
    Compare {
        dn: String,
        attribute: AttributeName,
        value: Vec<u8>,
    },
    Modify {
        dn: String,
        kind: ChangeKind,
        attribute: AttributeName,
        values: Vec<Vec<u8>>,
    },
    Extended {
        name: String,
        value: Option<Vec<u8>>,
    },
    Abandon,
    Unbind,
}

impl Request {
    /// The request as our client writes it. Its message id is 1, but an abandon's, which is 2.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut client = Connection::new(Limits::CLIENT);
        match self {
            Self::Bind {
                dn,
                password,
                policy,
            } => {
                let password = Password::new(password.clone().into_bytes()).unwrap();
                let controls = [RequestControl::PasswordPolicy];
                let controls = if *policy { &controls[..] } else { &[] };
                client.bind_simple(dn, &password, controls).unwrap();
            }
            Self::External { identity } => {
                client.bind_external(identity.as_deref(), &[]).unwrap();
            }
            Self::Search(request) => {
                client.search(request, 1, &[]).unwrap();
            }
            Self::Compare {
                dn,
                attribute,
                value,
            } => {
                client.compare(dn, attribute, value, &[]).unwrap();
            }
            Self::Modify {
                dn,
                kind,
                attribute,
                values,
            } => {
                let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
                let change = Modification {
                    kind: *kind,
                    attribute,
                    values: &values,
                };
                client.modify(dn, &[change], &[]).unwrap();
            }
            Self::Extended { name, value } => {
                client.extended(name, value.as_deref(), &[]).unwrap();
            }
            Self::Abandon => {
                let id = client.extended("1.2.3", None, &[]).unwrap();
                let length = client.outbound().len();
                client.outbound().consume(length);
                client.abandon(id).unwrap();
            }
            Self::Unbind => client.unbind().unwrap(),
        }
        client.outbound().as_slice().to_vec()
    }
}

/// An entry, with everything that must arrive.
#[derive(Debug, Clone)]
pub(crate) struct EntryReply {
    pub(crate) dn: String,
    pub(crate) attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl EntryReply {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut server = server::Connection::new(Limits::SERVER);
        let rows = self
            .attributes
            .iter()
            .map(|(name, values)| (name.as_str(), values));
        server.search_entry(id_one(), &self.dn, rows, &[]);
        server.outbound().as_slice().to_vec()
    }
}

/// The message id that every generated reply has.
pub(crate) fn id_one() -> entryway_ldap_proto::MessageId {
    entryway_ldap_proto::MessageId::new(1).unwrap()
}

/// A result, with everything that must arrive.
#[derive(Debug, Clone)]
pub(crate) struct ResultReply {
    pub(crate) code: u32,
    pub(crate) matched_dn: String,
    pub(crate) diagnostic: String,
    pub(crate) sasl: Option<Vec<u8>>,
}

impl ResultReply {
    pub(crate) fn reply(&self) -> Reply<'_> {
        Reply {
            matched_dn: &self.matched_dn,
            ..Reply::new(ResultCode(self.code), &self.diagnostic)
        }
    }
    pub(crate) fn encode_bind(&self) -> Vec<u8> {
        let mut server = server::Connection::new(Limits::SERVER);
        server.bind_response(id_one(), &self.reply(), self.sasl.as_deref(), &[]);
        server.outbound().as_slice().to_vec()
    }
}

pub(crate) fn name() -> impl Strategy<Value = AttributeName> {
    "[a-z][a-z0-9-]{0,8}(;[a-z]{1,4})?".prop_map(|text| AttributeName::parse(&text).unwrap())
}

/// Values as UTF-8: ldap3_proto keeps assertion values in a `String`.
fn text_value() -> impl Strategy<Value = Vec<u8>> {
    "[ -~äß☃]{1,20}".prop_map(String::into_bytes)
}

fn binary_value() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..200)
}

pub(crate) fn filter(binary: bool) -> impl Strategy<Value = Filter> {
    let value = || {
        if binary {
            binary_value().boxed()
        } else {
            text_value().boxed()
        }
    };
    let pieces = (
        proptest::option::of(value()),
        vec(value(), 0..3),
        proptest::option::of(value()),
    );
    let leaf = prop_oneof![
        (name(), value()).prop_map(|(name, value)| Filter::Equal(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::GreaterOrEqual(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::LessOrEqual(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::Approx(name, value)),
        name().prop_map(Filter::Present),
        (name(), pieces).prop_map(|(attribute, (initial, any, last))| {
            if initial.is_none() && any.is_empty() && last.is_none() {
                return Filter::Present(attribute);
            }
            Filter::Substrings {
                attribute,
                initial,
                any,
                last,
            }
        }),
        (name(), value(), any::<bool>()).prop_map(|(name, value, dn_attributes)| {
            let rule = Some("1.2.840.113556.1.4.803".into());
            Filter::Extensible {
                attribute: Some(name),
                rule,
                value,
                dn_attributes,
            }
        }),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Filter::And),
            vec(inner.clone(), 1..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn dn() -> impl Strategy<Value = String> {
    "(cn=[a-zäß]{1,40}(,dc=[a-z]{1,60}){0,4})"
}

pub(crate) fn search(binary: bool) -> impl Strategy<Value = SearchRequest> {
    let scope = prop_oneof![
        Just(Scope::Base),
        Just(Scope::OneLevel),
        Just(Scope::Subtree)
    ];
    let deref = prop_oneof![
        Just(DerefAliases::Never),
        Just(DerefAliases::InSearching),
        Just(DerefAliases::FindingBase),
        Just(DerefAliases::Always)
    ];
    let limits = (0u32..=0x7fff_ffff, 0u32..=0x7fff_ffff, any::<bool>());
    (
        dn(),
        scope,
        deref,
        limits,
        filter(binary),
        vec(name(), 0..4),
    )
        .prop_map(
            |(base, scope, deref, (size_limit, time_limit, types_only), filter, attributes)| {
                SearchRequest {
                    base: base.into(),
                    scope,
                    deref,
                    size_limit,
                    time_limit,
                    types_only,
                    filter: filter.into(),
                    attributes: attributes.into(),
                }
            },
        )
}

pub(crate) fn request(binary: bool) -> impl Strategy<Value = Request> {
    let kind = prop_oneof![
        Just(ChangeKind::Add),
        Just(ChangeKind::Delete),
        Just(ChangeKind::Replace)
    ];
    prop_oneof![
        (dn(), "[!-~ä]{1,300}", any::<bool>()).prop_map(|(dn, password, policy)| Request::Bind {
            dn,
            password,
            policy
        }),
        proptest::option::of("[a-z:=]{1,200}").prop_map(|identity| Request::External { identity }),
        search(binary).prop_map(Request::Search),
        search(binary).prop_map(Request::Search),
        (dn(), name(), binary_value()).prop_map(|(dn, attribute, value)| Request::Compare {
            dn,
            attribute,
            value
        }),
        (dn(), kind, name(), vec(binary_value(), 0..3)).prop_map(
            |(dn, kind, attribute, values)| Request::Modify {
                dn,
                kind,
                attribute,
                values
            }
        ),
        (
            "1\\.3(\\.[1-9]{1,3}){1,6}",
            proptest::option::of(binary_value())
        )
            .prop_map(|(name, value)| Request::Extended { name, value }),
        Just(Request::Abandon),
        Just(Request::Unbind),
    ]
}

pub(crate) fn entry() -> impl Strategy<Value = EntryReply> {
    let row = (
        "[a-zA-Z][a-z0-9-]{0,12}(;binary)?",
        vec(binary_value(), 0..4),
    );
    (dn(), vec(row, 0..6)).prop_map(|(dn, attributes)| EntryReply { dn, attributes })
}

/// Results with a code that both oracles know.
pub(crate) fn result() -> impl Strategy<Value = ResultReply> {
    let code = prop_oneof![
        Just(0u32),
        Just(1),
        Just(32),
        Just(49),
        Just(50),
        Just(53),
        Just(80)
    ];
    (
        code,
        dn(),
        "[ -~ä]{0,300}",
        proptest::option::of(binary_value()),
    )
        .prop_map(|(code, matched_dn, diagnostic, sasl)| ResultReply {
            code,
            matched_dn,
            diagnostic,
            sasl,
        })
}
