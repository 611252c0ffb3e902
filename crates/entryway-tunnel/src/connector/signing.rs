//! Where a tunnel's replies are signed: those that are ready at the same time together, where the hub takes that.

use bytes::Bytes;
use entryway_bridge::ports::{KeyUnusable, Signer};
use entryway_bridge::{
    ConnectorId, Kept, Proof, Question, SignedReply, SiteName, Stated, TOGETHER_MAX, Unsigned,
    sign_together,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// The runtime looks at its sockets between two turns: behind the second, whoever was woken by what had come then has run.
const TURNS: usize = 2;

/// Signs the replies of one tunnel.
pub struct SigningDesk {
    signer: Arc<dyn Signer>,
    gathering: Option<Arc<Gathering>>,
    states: bool,
}

/// A reply that is signed, and what the record keeps of it.
pub struct Signed {
    /// As it leaves.
    pub reply: SignedReply,
    /// SHA-256 of what is stated of it.
    pub digest: [u8; 32],
    /// All of it but the body; `None` where nothing is stated of a login.
    pub kept: Option<Box<Kept>>,
}

/// Replies that wait for their signature.
struct Gathering {
    site: SiteName,
    connector: ConnectorId,
    signer: Arc<dyn Signer>,
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    reply: Unsigned,
    tell: oneshot::Sender<Result<Proof, KeyUnusable>>,
}

impl SigningDesk {
    /// Signs each reply alone.
    pub fn alone(signer: Arc<dyn Signer>) -> Self {
        Self {
            signer,
            gathering: None,
            states: false,
        }
    }
    /// Signs replies together, for a hub that takes that.
    pub fn together(site: SiteName, connector: ConnectorId, signer: Arc<dyn Signer>) -> Self {
        let gathering = Gathering {
            site,
            connector,
            signer: Arc::clone(&signer),
            waiting: Mutex::default(),
        };
        Self {
            signer,
            gathering: Some(Arc::new(gathering)),
            states: false,
        }
    }
    /// States what came of a login, for a hub that takes that.
    pub fn stating(self) -> Self {
        Self {
            states: true,
            ..self
        }
    }
    /// The identity key of the tunnel.
    pub fn signer(&self) -> &dyn Signer {
        &*self.signer
    }
    /// Signs an answer; with it comes the digest of what is stated of it, for the record.
    pub async fn sign(
        &self,
        question: &Question,
        body: Bytes,
    ) -> Result<(SignedReply, [u8; 32]), KeyUnusable> {
        let signed = self.state(question, body, None).await?;
        Ok((signed.reply, signed.digest))
    }
    /// Signs an answer about a login, and what it comes to.
    pub async fn state(
        &self,
        question: &Question,
        body: Bytes,
        stated: Option<Stated>,
    ) -> Result<Signed, KeyUnusable> {
        let time_ms = crate::pump::unix_ms(SystemTime::now());
        let stated = stated.filter(|_| self.states).map(Box::new);
        let reply = Unsigned::stating(question, time_ms, &body, stated.clone());
        let digest = *reply.digest();
        let kept = reply.kept().cloned().map(Box::new);
        let proof = match &self.gathering {
            Some(gathering) => gathering.prove(reply).await,
            None => reply.sign(&*self.signer),
        };
        let reply = SignedReply {
            time_ms,
            proof: proof?,
            stated,
            body,
        };
        Ok(Signed {
            reply,
            digest,
            kept,
        })
    }
}

impl Gathering {
    async fn prove(self: &Arc<Self>, reply: Unsigned) -> Result<Proof, KeyUnusable> {
        let (tell, told) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting.lock();
            waiting.push(Waiting { reply, tell });
            waiting.len() == 1
        };
        if is_first {
            // A task of its own: whoever was first may go away, and the others wait on.
            tokio::spawn(Arc::clone(self).gather());
        }
        told.await.unwrap_or(Err(KeyUnusable))
    }

    /// Waits for nothing but that whoever can go on now has gone on: a reply that comes alone leaves at once.
    async fn gather(self: Arc<Self>) {
        for _ in 0..TURNS {
            if self.waiting.lock().len() >= TOGETHER_MAX {
                break;
            }
            yield_now().await;
        }
        let mut waiting = std::mem::take(&mut *self.waiting.lock());
        waiting.retain(|waiting| !waiting.tell.is_closed());
        let replies: Vec<&Unsigned> = waiting.iter().map(|waiting| &waiting.reply).collect();
        let proofs = sign_together(&self.site, &self.connector, &replies, &*self.signer);
        let told = match proofs {
            Ok(proofs) => proofs.into_iter().map(Ok).collect(),
            Err(unusable) => vec![Err(unusable); waiting.len()],
        };
        for (Waiting { tell, .. }, told) in waiting.into_iter().zip(told) {
            // Whoever has gone does not want to know.
            let _ = tell.send(told);
        }
    }
}

#[cfg(test)]
mod tests;
