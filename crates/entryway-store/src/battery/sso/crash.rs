//! A process that is killed has taken for good every code that it gave away.

use super::{Lab, access, bytes, code, family, kept, session};
use crate::TakenRow;
use crate::battery::crash::{Doomed, killed};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_kept_what_it_answered() {
    if let Some(doomed) = Doomed::here().await {
        redeem_for_ever(doomed).await;
        return;
    }
    for lab in [Lab::file(), Lab::server()] {
        let own = "battery::sso::crash::a_killed_process_has_kept_what_it_answered";
        let answered = killed(&lab, own, 50).await;
        let sso = lab.open().await.sso();
        // Three answers to each code: it stands, it was taken, its tokens are kept.
        for at in 0..answered / 3 {
            let name = format!("c{at}");
            let taken = sso.take_code(&bytes(&name)).await.unwrap();
            assert!(taken == TakenRow::Spent(bytes(&name)), "{name}");
            assert!(sso.access(&bytes(&name), 0).await.unwrap().is_some());
        }
        let last = bytes(&format!("c{}", answered / 3));
        let taken = sso.take_code(&last).await.unwrap();
        match answered % 3 {
            0 => {}
            1 => assert!(taken != TakenRow::Unknown),
            _ => assert!(taken == TakenRow::Spent(bytes(&format!("c{}", answered / 3)))),
        }
    }
}

async fn redeem_for_ever(mut doomed: Doomed) {
    let sso = doomed.store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for at in 0..1_000_000 {
        let name = format!("c{at}");
        assert!(sso.keep_code(&code(&name, "one")).await.unwrap());
        doomed.answered(1);
        let taken = sso.take_code(&bytes(&name)).await.unwrap();
        assert!(taken == TakenRow::Taken(format!("code {name}")));
        doomed.answered(1);
        assert!(kept(&sso, access(&name, &name), family(&name, "one")).await);
        doomed.answered(1);
    }
}
