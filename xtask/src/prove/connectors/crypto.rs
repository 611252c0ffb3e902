//! What the cryptography of one login takes: below that no connector comes, whatever is done about the rest.

use super::driver::seal_for;
use anyhow::{Context, Result, ensure};
use entryway_bridge::message::LoginAsked;
use entryway_bridge::ports::{Signer as _, Verifier as _};
use entryway_bridge::{ConnectorId, Sealed, SiteName, Text, pad};
use entryway_login::LoginId;
use entryway_tunnel::crypto::SealingKeys;
use entryway_tunnel::{ConnectorKey, IdentitySigner, PeerKey, SiteAuthority};
use std::time::{Duration, Instant, SystemTime};

const SITE: &str = "bench";
const AUDIENCE: &str = "the proof";
const NAME: &str = "u0000001";
const LIFE: Duration = Duration::from_secs(3600);
const ROUNDS: usize = 5;

/// For each login.
#[derive(Debug)]
pub(super) struct Costs {
    pub(super) seal: Duration,
    pub(super) unseal: Duration,
    pub(super) sign: Duration,
    pub(super) verify: Duration,
}

/// Each of them `times` times in each round.
pub(super) fn measure(times: u32) -> Result<Costs> {
    let now = SystemTime::now();
    let site = SiteName::parse(SITE)?;
    let connector = ConnectorId::from_bits([7; 10]);
    let key = ConnectorKey::generate()?;
    let authority = SiteAuthority::make(SITE, now)?;
    let called = connector.to_string();
    let certificate = authority.issue_connector(&key.request()?, &called, now, LIFE)?;
    let signer = IdentitySigner::of(&key)?;
    let peer = PeerKey::of_certificate(&certificate).context("a certificate without a key")?;
    let keys = SealingKeys::new(site, connector, Instant::now(), 0)?;
    let padded = pad(b"bench password").context("a password that is too long")?;

    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let challenges = (0..times).map(|_| keys.challenge(&signer, Instant::now(), 0));
        let challenges = challenges.collect::<Result<Vec<_>, _>>()?;
        let (seal, sealed) = each(&challenges, |challenge| {
            seal_for(challenge, AUDIENCE, NAME, &padded)
        })?;
        let asked: Vec<_> = sealed.into_iter().map(asked).collect();
        let (unseal, opened) = each(&asked, |asked| {
            let opened = keys.open_login(asked, Instant::now());
            opened.map_err(|why| anyhow::anyhow!("refused: {why:?}"))
        })?;
        ensure!(opened.iter().all(|it| it.as_slice() == b"bench password"));
        let statements: Vec<_> = (0..times).map(u32::to_be_bytes).collect();
        let (sign, signatures) = each(&statements, |it| Ok(signer.sign(it)?))?;
        let signed: Vec<_> = statements.iter().zip(signatures).collect();
        let (verify, _) = each(&signed, |(statement, signature)| {
            ensure!(peer.is_signature(*statement, signature));
            Ok(())
        })?;
        costs.push([seal, unseal, sign, verify]);
    }
    let least = |at: usize| {
        costs
            .iter()
            .filter_map(|round| round.get(at))
            .min()
            .copied()
    };
    let [Some(seal), Some(unseal), Some(sign), Some(verify)] = [0, 1, 2, 3].map(least) else {
        anyhow::bail!("nothing was measured");
    };
    Ok(Costs {
        seal,
        unseal,
        sign,
        verify,
    })
}

fn asked(sealed: Sealed) -> LoginAsked {
    LoginAsked {
        login_id: LoginId::from_bits(7),
        login_name: Text::cut(NAME),
        sealed,
        audience: Text::cut(AUDIENCE),
        client_address: None,
        device: None,
        wants_groups: false,
    }
}

/// What `does` takes for one of them, and what it gives for all.
fn each<T, R>(all: &[T], mut does: impl FnMut(&T) -> Result<R>) -> Result<(Duration, Vec<R>)> {
    let began = Instant::now();
    let given = all.iter().map(&mut does).collect::<Result<Vec<_>>>()?;
    let took = began.elapsed();
    Ok((took / u32::try_from(all.len())?, given))
}
