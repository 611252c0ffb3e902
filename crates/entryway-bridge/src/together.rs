//! One signature for several replies: each is a leaf of a tree of digests, and the root is signed. A reply brings with it
//! what stands beside its way to the root, so that it is proved without the others.

use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;
use crate::value::read_base64;
use crate::{ConnectorId, Kept, Octets, Question, SiteName, Stated, Statement};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::fmt;

/// The capability of a hub that takes replies which are signed together.
pub const SIGNED_TOGETHER: &str = "signed_together";

/// Most replies that one signature is for.
pub const TOGETHER_MAX: usize = 64;

const REPLIES: &str = "entryway replies v1";
/// A leaf is hashed in other words than a node: neither passes for the other.
const LEAF: u8 = 0;
const NODE: u8 = 1;
/// A side and a digest.
const STEP: usize = 33;
/// The depth of a tree of [`TOGETHER_MAX`] leaves.
const DEPTH_MAX: usize = TOGETHER_MAX.ilog2() as usize;
/// A connector has at most as many batches of replies on their way as there are replies that came at about one time.
const ROOTS_MAX: usize = 32;

/// What stands beside the way of a reply to the root that is signed, from the leaf on: of each its side (0 left, 1 right)
/// and its digest. Nothing where the reply is signed alone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Beside(Vec<u8>);

impl Beside {
    /// Of a reply that is signed together with others; `None` where that is no such way.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (steps, rest) = bytes.as_chunks::<STEP>();
        let is_way = rest.is_empty() && (1..=DEPTH_MAX).contains(&steps.len());
        (is_way && steps.iter().all(|[side, ..]| *side <= 1)).then_some(Self(bytes))
    }
    /// Whether the reply is signed alone.
    pub fn is_alone(&self) -> bool {
        self.0.is_empty()
    }
    /// The bytes, as they travel and stand in the records.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
    fn push(&mut self, is_right: bool, beside: &[u8; 32]) {
        self.0.push(is_right.into());
        self.0.extend_from_slice(beside);
    }
    /// Where the way of a reply with this digest leads.
    fn root(&self, reply: &[u8; 32]) -> [u8; 32] {
        let (steps, _) = self.0.as_chunks::<STEP>();
        steps
            .iter()
            .fold(leaf(reply), |below, [side, beside @ ..]| match side {
                0 => node(beside, &below),
                _ => node(&below, beside),
            })
    }
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Beside({} steps)", self.0.len() / STEP)
    }
}

impl Serialize for Beside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Beside {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = read_base64(deserializer, DEPTH_MAX * STEP)?;
        Self::read(bytes).ok_or_else(|| D::Error::custom("expected a way of 1 to 6 steps"))
    }
}

/// By what a reply is its connector's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// By the connector's identity key: over the reply's statement, or over the root.
    pub signature: Octets<64>,
    /// The way to the root, where the reply is signed together with others.
    pub beside: Beside,
}

/// A reply's statement, to be signed.
#[derive(Debug, Clone)]
pub struct Unsigned {
    statement: Statement,
    digest: [u8; 32],
    kept: Option<Box<Kept>>,
}

impl Unsigned {
    /// What a connector states about an answer.
    pub fn of(question: &Question, time_ms: u64, body: &[u8]) -> Self {
        Self::stating(question, time_ms, body, None)
    }
    /// The same, with what is stated of a login, if anything is.
    pub fn stating(
        question: &Question,
        time_ms: u64,
        body: &[u8],
        stated: Option<Box<Stated>>,
    ) -> Self {
        let kept = stated.map(|stated| {
            Box::new(Kept {
                question: question.clone(),
                time_ms,
                body: digest(&[body]),
                stated: *stated,
            })
        });
        let statement = match &kept {
            Some(kept) => kept.statement(),
            None => question.statement(time_ms, body),
        };
        Self {
            digest: statement.digest(),
            statement,
            kept,
        }
    }
    /// All of it but the body, for the record; `None` where nothing is stated of a login.
    pub fn into_kept(self) -> Option<Box<Kept>> {
        self.kept
    }
    /// The same, where it is still to be signed.
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_deref()
    }
    /// SHA-256 of the statement.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
    /// Signs it alone.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Proof, KeyUnusable> {
        Ok(Proof {
            signature: Octets(signer.sign(self.statement.as_slice())?),
            beside: Beside::default(),
        })
    }
    /// Whether the proof is for it. `roots` are of that verifier's key.
    pub(crate) fn is_proved(
        &self,
        question: &Question,
        proof: &Proof,
        verifier: &dyn Verifier,
        roots: &mut Roots,
    ) -> bool {
        let (statement, digest) = (&self.statement, &self.digest);
        is_proved(statement, digest, question, proof, verifier, roots)
    }
}

/// Whether the proof is for that statement, whose digest that is.
pub(crate) fn is_proved(
    statement: &Statement,
    digest: &[u8; 32],
    question: &Question,
    proof: &Proof,
    verifier: &dyn Verifier,
    roots: &mut Roots,
) -> bool {
    if proof.beside.is_alone() {
        return verifier.is_signature(statement.as_slice(), &proof.signature.0);
    }
    let root = proof.beside.root(digest);
    let stated = stated(&question.site, &question.connector, &root);
    roots.are_signed(&stated, &proof.signature, verifier)
}

/// Signs replies of one connector: each [`TOGETHER_MAX`] of them with one signature, and one that is left alone as if there
/// were no others. The proofs are in the order of the replies.
pub fn sign_together(
    site: &SiteName,
    connector: &ConnectorId,
    replies: &[&Unsigned],
    signer: &dyn Signer,
) -> Result<Vec<Proof>, KeyUnusable> {
    let mut proofs = Vec::with_capacity(replies.len());
    for replies in replies.chunks(TOGETHER_MAX) {
        if let [alone] = replies {
            proofs.push(alone.sign(signer)?);
            continue;
        }
        let digests = replies.iter().map(|reply| &reply.digest);
        let (root, ways) = tree(digests);
        let signature = Octets(signer.sign(stated(site, connector, &root).as_slice())?);
        proofs.extend(ways.into_iter().map(|beside| Proof { signature, beside }));
    }
    Ok(proofs)
}

/// Roots that one connector has shown, signed, on one tunnel: the latest few, so that replies which are signed together cost
/// one verification. They are of the key that they were verified with, and must not be looked at for another.
#[derive(Debug, Default)]
pub struct Roots(VecDeque<(Statement, Octets<64>)>);

impl Roots {
    fn are_signed(
        &mut self,
        stated: &Statement,
        signature: &Octets<64>,
        verifier: &dyn Verifier,
    ) -> bool {
        let mut known = self.0.iter();
        if known.any(|(known, by)| known == stated && by == signature) {
            return true;
        }
        let is_signed = verifier.is_signature(stated.as_slice(), &signature.0);
        if is_signed {
            self.0.truncate(ROOTS_MAX - 1);
            self.0.push_front((stated.clone(), *signature));
        }
        is_signed
    }
}

/// What is signed of a tree.
fn stated(site: &SiteName, connector: &ConnectorId, root: &[u8; 32]) -> Statement {
    Statement::of(REPLIES)
        .with(site.as_str().as_bytes())
        .with(connector.as_str().as_bytes())
        .with(root)
}

fn leaf(reply: &[u8; 32]) -> [u8; 32] {
    digest(&[&[LEAF], reply])
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    digest(&[&[NODE], left, right])
}

/// The root over the leaves, and the way of each to it. What has nothing beside it on a level stands on the next as it is.
fn tree<'a>(replies: impl Iterator<Item = &'a [u8; 32]>) -> ([u8; 32], Vec<Beside>) {
    let mut level: Vec<[u8; 32]> = replies.map(leaf).collect();
    let mut ways = vec![Beside::default(); level.len()];
    let mut depth = 0;
    while level.len() > 1 {
        for (number, way) in ways.iter_mut().enumerate() {
            let at = number >> depth;
            if let Some(beside) = level.get(at ^ 1) {
                way.push(at & 1 == 0, beside);
            }
        }
        let pairs = level.chunks(2).map(|pair| pair.iter().copied());
        level = (pairs.filter_map(|pair| pair.reduce(|left, right| node(&left, &right)))).collect();
        depth += 1;
    }
    (level.first().copied().unwrap_or_default(), ways)
}

#[cfg(test)]
mod tests;
