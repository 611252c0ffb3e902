use super::*;
use crate::testing::Key;

fn question() -> Question {
    Question {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        nonce: Octets([2; 16]),
        method: Method::Login,
        request: Question::digest_of(b"{}", b"body"),
    }
}

fn reply() -> (SignedReply, [u8; 32]) {
    sign(&question(), 1000, Bytes::from_static(b"answer"), &Key(1)).unwrap()
}

#[test]
fn both_ends_keep_the_same_digest() {
    let (reply, at_the_site) = reply();
    let verified = reply.verify(&question(), &Key(1)).unwrap();
    assert_eq!(verified.statement_digest(), &at_the_site);
    assert_eq!(verified.body(), "answer");
}

#[test]
fn nothing_of_a_reply_can_be_another() {
    let refused = |change: &dyn Fn(&mut SignedReply, &mut Question)| {
        let (mut reply, mut question) = (reply().0, question());
        change(&mut reply, &mut question);
        assert_eq!(
            reply.verify(&question, &Key(1)).err(),
            Some(ReplyInvalid::Signature)
        );
    };
    refused(&|reply, _| reply.body = Bytes::from_static(b"Answer"));
    refused(&|reply, _| reply.time_ms += 1);
    refused(&|reply, _| reply.proof.signature.0[0] ^= 1);
    refused(&|_, question| question.nonce.0[0] ^= 1);
    refused(&|_, question| question.site = SiteName::parse("plant-b").unwrap());
    refused(&|_, question| question.connector = ConnectorId::from_bits([2; 10]));
    refused(&|_, question| question.method = Method::Revalidate);
    refused(&|_, question| question.request = Question::digest_of(b"{}", b"Body"));
    refused(&|_, question| question.request = Question::digest_of(b"{}b", b"ody"));
    assert!(
        reply().0.verify(&question(), &Key(2)).is_err(),
        "another key"
    );
}
