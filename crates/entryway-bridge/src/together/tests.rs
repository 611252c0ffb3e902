use super::*;
use crate::message::{self, Method};
use crate::testing::{Counted, Key};
use crate::{ReplyInvalid, SignedReply};
use bytes::Bytes;
use proptest::prelude::*;

fn question(number: usize) -> Question {
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    Question {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        nonce: Octets(nonce),
        method: Method::Login,
        request: Question::digest_of(b"{}", &number.to_be_bytes()),
    }
}

/// So many questions with their replies, signed together by `signer`.
fn replies(count: usize, signer: &dyn Signer) -> Vec<(Question, SignedReply)> {
    let questions: Vec<Question> = (0..count).map(question).collect();
    let body = Bytes::from_static(b"answer");
    let stated = questions.iter().map(|asked| Unsigned::of(asked, 7, &body));
    let stated: Vec<Unsigned> = stated.collect();
    let all: Vec<&Unsigned> = stated.iter().collect();
    let Question {
        site, connector, ..
    } = question(0);
    let proofs = sign_together(&site, &connector, &all, signer).unwrap();
    assert_eq!(proofs.len(), count);
    let replies = proofs.into_iter().map(|proof| SignedReply {
        time_ms: 7,
        proof,
        stated: None,
        body: body.clone(),
    });
    questions.into_iter().zip(replies).collect()
}

#[test]
fn each_reply_of_each_size_is_proved_and_a_tree_costs_one_signature_and_one_verification() {
    for count in 1..=TOGETHER_MAX {
        let (signer, verifier) = (Counted::new(Key(1)), Counted::new(Key(1)));
        let mut roots = Roots::default();
        for (question, reply) in replies(count, &signer) {
            assert_eq!(reply.proof.beside.is_alone(), count == 1);
            let written = message::write(&reply.proof.beside);
            if count > 1 {
                let read = message::read::<Beside>("beside", &written).unwrap();
                assert_eq!(read, reply.proof.beside);
            }
            let verified = reply.verify_with(&question, &verifier, &mut roots);
            assert!(verified.is_ok(), "of {count}");
        }
        assert_eq!((signer.times(), verifier.times()), (1, 1), "of {count}");
    }
}

#[test]
fn more_than_a_tree_holds_are_several_and_the_one_that_is_left_stands_alone() {
    let signer = Counted::new(Key(1));
    let replies = replies(2 * TOGETHER_MAX + 1, &signer);
    assert_eq!(signer.times(), 3);
    let alone = replies
        .iter()
        .map(|(_, reply)| reply.proof.beside.is_alone());
    assert_eq!(alone.clone().filter(|alone| *alone).count(), 1);
    assert_eq!(alone.last(), Some(true));
    for (question, reply) in replies {
        assert!(reply.verify(&question, &Key(1)).is_ok());
    }
}

#[test]
fn a_root_that_is_known_serves_no_other_signature_site_connector_or_key() {
    let mut roots = Roots::default();
    let mut all = replies(4, &Key(1)).into_iter();
    let (question, first) = all.next().unwrap();
    assert!(first.verify_with(&question, &Key(1), &mut roots).is_ok());
    let (question, second) = all.next().unwrap();
    let mut refused = |change: &dyn Fn(&mut Question, &mut SignedReply)| {
        let (mut question, mut reply) = (question.clone(), second.clone());
        change(&mut question, &mut reply);
        let verified = reply.verify_with(&question, &Key(1), &mut roots);
        assert_eq!(verified.err(), Some(ReplyInvalid::Signature));
    };
    refused(&|_, reply| reply.proof.signature.0[63] ^= 1);
    refused(&|question, _| question.site = SiteName::parse("plant-b").unwrap());
    refused(&|question, _| question.connector = ConnectorId::from_bits([2; 10]));
    refused(&|_, reply| reply.proof.beside = Beside::default());
    // Another tunnel knows nothing of it.
    assert!(second.clone().verify(&question, &Key(2)).is_err());
    assert!(second.verify_with(&question, &Key(1), &mut roots).is_ok());
}

#[test]
fn few_roots_are_remembered_and_the_latest_are() {
    let verifier = Counted::new(Key(1));
    let mut roots = Roots::default();
    // A tree of each size has a root of its own.
    let trees: Vec<_> = (2..ROOTS_MAX + 4)
        .map(|size| replies(size, &Key(1)))
        .collect();
    for tree in &trees {
        let (question, reply) = tree[0].clone();
        assert!(reply.verify_with(&question, &verifier, &mut roots).is_ok());
    }
    assert_eq!(
        (verifier.times(), roots.0.len()),
        (ROOTS_MAX + 2, ROOTS_MAX)
    );
    for (tree, costs) in [(trees.last(), 0), (trees.first(), 1)] {
        let before = verifier.times();
        let (question, reply) = tree.unwrap()[1].clone();
        assert!(reply.verify_with(&question, &verifier, &mut roots).is_ok());
        assert_eq!(verifier.times() - before, costs);
    }
}

#[test]
fn what_is_no_way_is_not_read() {
    let step = |side: u8| [&[side][..], &[9; 32]].concat();
    let way = |steps: usize| step(1).repeat(steps);
    assert!(Beside::read(way(1)).is_some() && Beside::read(way(6)).is_some());
    for wrong in [
        way(0),
        way(7),
        step(2),
        way(2)[..65].to_vec(),
        way(1)[1..].to_vec(),
    ] {
        assert_eq!(Beside::read(wrong.clone()), None);
        let written = message::write(&Beside(wrong));
        assert!(message::read::<Beside>("beside", &written).is_err());
    }
}

/// Who has a node of a tree shows neither it as a reply, nor a reply as a node.
#[test]
fn a_leaf_is_no_node_and_a_node_no_leaf() {
    let digests: [[u8; 32]; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];
    let (root, ways) = tree(digests.iter());
    let (left, right) = (
        node(&leaf(&digests[0]), &leaf(&digests[1])),
        node(&leaf(&digests[2]), &leaf(&digests[3])),
    );
    assert_eq!(root, node(&left, &right));
    // The node in a reply's place, with the end of the way of one below it.
    let end = Beside::read(ways[0].as_slice()[STEP..].to_vec()).unwrap();
    assert_ne!(end.root(&left), root);
    assert_ne!(Beside::default().root(&root), root);
    // A leaf that is not hashed again.
    assert_ne!(ways[0].root(&leaf(&digests[0])), root);
    // As RFC 6962 has it: 0 before a leaf, 1 before a node, and what has nothing beside it goes up as it is.
    let (root, ways) = tree(digests[..3].iter());
    assert_eq!(root, node(&left, &leaf(&digests[2])));
    assert_eq!(ways[2].as_slice(), [&[0][..], &left].concat());
}

proptest! {
    /// Any byte of a way, a reply or a signature is the one that was signed.
    #[test]
    fn nothing_of_a_reply_that_is_signed_with_others_can_be_another(count in 2..=TOGETHER_MAX, which: prop::sample::Index, at: prop::sample::Index, flip in 1..=255u8) {
        let mut roots = Roots::default();
        let all = replies(count, &Key(1));
        for (question, reply) in &all {
            prop_assert!(reply.clone().verify_with(question, &Key(1), &mut roots).is_ok());
        }
        let (question, reply) = which.get(&all);
        let mut refused = |reply: SignedReply, question: &Question| reply.verify_with(question, &Key(1), &mut roots).is_err();
        let mut altered = reply.clone();
        let at_way = at.index(altered.proof.beside.0.len());
        altered.proof.beside.0[at_way] ^= flip;
        // A side that is none is not read; which of those that are it says is judged.
        if let Some(beside) = Beside::read(altered.proof.beside.0.clone()) {
            altered.proof.beside = beside;
            prop_assert!(refused(altered, question));
        }
        let mut altered = reply.clone();
        altered.proof.signature.0[at.index(64)] ^= flip;
        prop_assert!(refused(altered, question));
        let mut altered = reply.clone();
        altered.time_ms ^= u64::from(flip);
        prop_assert!(refused(altered, question));
        // The way of another.
        let other = all.iter().find(|(_, other)| other.proof != reply.proof).expect("another");
        let mut altered = reply.clone();
        altered.proof = other.1.proof.clone();
        prop_assert!(refused(altered, question));
    }

    #[test]
    fn a_way_is_read_as_it_is_written(bytes in prop::collection::vec(0..3u8, 0..240)) {
        if let Some(beside) = Beside::read(bytes.clone()) {
            prop_assert_eq!(beside.as_slice(), &bytes[..]);
            prop_assert!(!beside.is_alone());
        }
    }
}
