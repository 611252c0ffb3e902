//! `entryway connector leave`: the site ends a connector, with or without its hub.

use super::enroll::in_words;
use super::outside::outside;
use super::{SOFTWARE, enrolled, shelf};
use crate::cli::{Common, Leave};
use crate::control::{Place, PlaceError};
use crate::exit::Exit;
use crate::kept::state_dir;
use crate::{logs, out, sources};
use entryway_bridge::message::ByeCode;
use entryway_tunnel::connector::{Dialing, Ended, Identity, leave as say_goodbye, try_node};
use entryway_tunnel::{Endpoint, Pace};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tracing::level_filters::LevelFilter;

/// How long a hub may take to forget a connector.
const FORGOTTEN: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the hub lets this connector in no more.
async fn is_ended(dialing: &Dialing) -> bool {
    let refused = async {
        loop {
            match try_node(dialing).await {
                Err(Ended::Refused(bye))
                    if matches!(bye.code, ByeCode::Revoked | ByeCode::Unknown) =>
                {
                    return;
                }
                _ => sleep(PAUSE).await,
            }
        }
    };
    timeout(FORGOTTEN, refused).await.is_ok()
}

pub(super) async fn leave(common: &Common, asked: &Leave) -> Result<Exit, Exit> {
    let _log = logs::start(common, LevelFilter::OFF)?;
    let shelf = shelf()?;
    let found = enrolled(&shelf)?;
    let folder = state_dir().map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })?;
    // Held until the identity is gone: nobody starts with it meanwhile.
    let _alone = match Place::take(&folder) {
        Err(error @ PlaceError::Occupied { .. }) => {
            out::aside(&format!(
                "error: {error}\n  = hint: stop it first, as with `systemctl stop entryway-connector`\n"
            ));
            return Err(Exit::No);
        }
        taken => taken.ok(),
    };
    let (_, loaded) = sources::load_or_show(common)?;
    let outside = outside(&loaded.settings.connector).map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })?;
    let (site, connector) = (found.facts.site.clone(), found.facts.connector);
    let identity = Identity::new(
        found.credential,
        found.facts.version,
        Arc::clone(&shelf) as _,
    );
    let identity = Arc::new(identity);
    let mut problem = "the identity names no node".to_owned();
    let mut told = false;
    for node in &found.facts.nodes {
        let Ok(endpoint) = Endpoint::at_node(node, site.as_str()) else {
            continue;
        };
        let dialing = Dialing {
            endpoint,
            outside: outside.clone(),
            identity: Arc::clone(&identity),
            software: SOFTWARE.to_owned(),
            pace: Pace::default(),
        };
        match say_goodbye(&dialing).await {
            Ok(()) if is_ended(&dialing).await => {
                told = true;
                break;
            }
            Ok(()) => problem = "it was told, and lets this connector in all the same".to_owned(),
            Err(ended) => problem = in_words(&ended),
        }
    }
    if !told && !asked.force {
        out::aside(&format!(
            "error: the hub cannot be told: {problem}\n  = hint: try again, or use `--force` and have connector {connector} revoked at the hub\n"
        ));
        return Err(Exit::NoAnswer);
    }
    shelf.remove().map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })?;
    out::answer(&match told {
        true => {
            format!("connector {connector} of the site `{site}` is ended, here and at the hub\n")
        }
        false => format!(
            "connector {connector} of the site `{site}` is ended here; have it revoked at the hub: `entryway hub connector revoke {connector}`\n"
        ),
    });
    Ok(Exit::Done)
}
