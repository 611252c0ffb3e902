use super::generate;
use bytes::Bytes;
use entryway_ldap_proto::control::PagedResults;
use entryway_ldap_proto::message::{Credentials, Message, Op};
use entryway_ldap_proto::{Limits, oid};
use ldap3_proto::LdapCodec;
use ldap3_proto::control::LdapControl;
use ldap3_proto::proto::{
    LdapBindCred, LdapBindRequest, LdapBindResponse, LdapExtendedResponse, LdapMsg, LdapOp,
    LdapPartialAttribute, LdapResult, LdapResultCode, LdapSearchResultEntry,
};
use proptest::prelude::*;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Encoder;

fn write(id: i32, op: LdapOp, controls: Vec<LdapControl>) -> Bytes {
    let mut buffer = BytesMut::new();
    LdapCodec::default()
        .encode(LdapMsg::new_with_ctrls(id, op, controls), &mut buffer)
        .unwrap();
    Bytes::copy_from_slice(&buffer)
}

fn their_result(result: &generate::ResultReply) -> LdapResult {
    LdapResult {
        code: match result.code {
            0 => LdapResultCode::Success,
            1 => LdapResultCode::OperationsError,
            32 => LdapResultCode::NoSuchObject,
            49 => LdapResultCode::InvalidCredentials,
            50 => LdapResultCode::InsufficentAccessRights,
            53 => LdapResultCode::UnwillingToPerform,
            _ => LdapResultCode::Other,
        },
        matcheddn: result.matched_dn.clone(),
        message: result.diagnostic.clone(),
        referral: vec!["ldap://one/".to_owned(), "ldap://two/".to_owned()],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries(entry in generate::entry(), id in 1..=i32::MAX) {
        let attributes = entry.attributes.iter();
        let attributes = attributes.map(|(atype, vals)| LdapPartialAttribute { atype: atype.clone(), vals: vals.clone() });
        let op = LdapSearchResultEntry { dn: entry.dn.clone(), attributes: attributes.collect() };
        let frame = write(id, LdapOp::SearchResultEntry(op), vec![]);
        let message = Message::decode(&frame, &Limits::CLIENT).unwrap();
        prop_assert_eq!(message.id.get(), id as u32);
        let Op::SearchResultEntry(ours) = message.op else { panic!("{}", message.op.name()) };
        let ours = ours.to_entry(&frame, &Limits::CLIENT).unwrap().unwrap();
        prop_assert_eq!(&*ours.dn_text, entry.dn.as_str());
        let found: Vec<(String, Vec<Vec<u8>>)> = ours
            .attributes
            .iter()
            .map(|row| (row.name.as_str().to_owned(), row.values.iter().map(|value| value.to_vec()).collect()))
            .collect();
        prop_assert_eq!(found, entry.attributes);
    }

    #[test]
    fn bind_and_extended_responses(result in generate::result()) {
        let res = their_result(&result);
        let bind = LdapBindResponse { res: res.clone(), saslcreds: result.sasl.clone() };
        let frame = write(1, LdapOp::BindResponse(bind), vec![]);
        let Op::BindResponse(ours) = Message::decode(&frame, &Limits::CLIENT).unwrap().op else { panic!() };
        prop_assert_eq!(ours.result.code.0, result.code);
        prop_assert_eq!(ours.result.matched_dn_text(), result.matched_dn.as_str());
        prop_assert_eq!(ours.result.diagnostic_text(), result.diagnostic.as_str());
        prop_assert_eq!(ours.result.referrals.collect::<Vec<_>>(), ["ldap://one/", "ldap://two/"]);
        prop_assert_eq!(ours.sasl_credentials, result.sasl.as_deref());

        let name = Some(oid::START_TLS.to_owned());
        let extended = LdapExtendedResponse { res, name, value: result.sasl.clone() };
        let frame = write(1, LdapOp::ExtendedResponse(extended), vec![]);
        let Op::ExtendedResponse(ours) = Message::decode(&frame, &Limits::CLIENT).unwrap().op else { panic!() };
        prop_assert_eq!((ours.result.code.0, ours.name), (result.code, Some(oid::START_TLS)));
        prop_assert_eq!(ours.value, result.sasl.as_deref());
    }

    #[test]
    fn bind_requests_and_controls(dn in "[a-zä=,]{0,200}", password in "[ -~ä]{0,200}", size in 0..1_000_000i64, cookie: Vec<u8>) {
        let bind = LdapBindRequest { version: 3, dn: dn.clone(), cred: LdapBindCred::Simple(password.clone()) };
        let controls = vec![
            LdapControl::SimplePagedResults { size, cookie: cookie.clone() },
            LdapControl::ManageDsaIT { criticality: true },
        ];
        let frame = write(7, LdapOp::BindRequest(bind), controls);
        let message = Message::decode(&frame, &Limits::SERVER).unwrap();
        let Op::BindRequest(ours) = message.op else { panic!() };
        prop_assert_eq!((ours.version, ours.name), (3, dn.as_str()));
        prop_assert!(matches!(ours.credentials, Credentials::Simple(found) if found == password.as_bytes()));
        let page = message.controls.find(oid::PAGED_RESULTS).unwrap().value.unwrap();
        prop_assert_eq!(PagedResults::decode(page), Ok(PagedResults { size: size as u32, cookie: cookie.into() }));
        prop_assert!(message.controls.find(oid::MANAGE_DSA_IT).unwrap().critical);
    }
}
