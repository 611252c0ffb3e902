//! A process that is killed while tickets are redeemed has let in whom it answered, and nobody by halves.

use super::{NOW, bytes, new, ticket};
use crate::battery::Lab;
use crate::battery::crash::{Doomed, killed};
use crate::{Redeemed, TicketTrouble};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_let_in_whom_it_answered() {
    if let Some(doomed) = Doomed::here().await {
        redeem_for_ever(doomed).await;
        return;
    }
    for lab in [Lab::file(), Lab::server()] {
        let own = "battery::hub::crash::a_killed_process_has_let_in_whom_it_answered";
        let answered = killed(&lab, own, 40).await;
        let hub = lab.open().await.hub();
        // Two answers to each ticket: it stands, it was redeemed.
        for at in 0..answered / 2 {
            let name = format!("c{at}");
            assert!(hub.connector(&name).await.unwrap().is_some(), "{name}");
            let again = hub
                .redeem(&bytes(&name), "plant-a", &new("late"), NOW)
                .await;
            assert_eq!(again.unwrap(), Redeemed::Not(TicketTrouble::Used));
        }
        // Of every ticket that was used the connector stands, and of no other.
        let used = hub.tickets(None).await.unwrap();
        let mut used: Vec<_> = used.into_iter().filter_map(|row| row.connector).collect();
        let connectors = hub.connectors(None).await.unwrap();
        let mut known: Vec<_> = connectors.into_iter().map(|row| row.id).collect();
        used.sort_unstable();
        known.sort_unstable();
        assert_eq!(used, known);
    }
}

async fn redeem_for_ever(mut doomed: Doomed) {
    let hub = doomed.store.hub();
    for at in 0..1_000_000 {
        let name = format!("c{at}");
        hub.keep_ticket(&ticket(&name, "plant-a")).await.unwrap();
        doomed.answered(1);
        let came = hub.redeem(&bytes(&name), "plant-a", &new(&name), NOW).await;
        assert_eq!(came.unwrap(), Redeemed::Enrolled);
        doomed.answered(1);
    }
}
