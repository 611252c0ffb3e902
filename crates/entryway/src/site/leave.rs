//! `entryway connector leave`: the site ends a connector, with or without its hub.

use super::enroll::in_words;
use super::outside::outside;
use super::{Enrolled, SOFTWARE, Shelf, enrolled, shelf};
use crate::cli::{Common, Leave};
use crate::control::{Place, PlaceError};
use crate::exit::Exit;
use crate::kept::state_dir;
use crate::{logs, out, sources};
use entryway_bridge::message::ByeCode;
use entryway_tunnel::connector::{Dialing, Ended, Identity, leave as say_goodbye, try_node};
use entryway_tunnel::{Endpoint, Outside, Pace};
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
    let found = match enrolled(&shelf) {
        // What is lost may be the half of it.
        Err(_) if asked.force && shelf.is_there() => None,
        found => Some(found?),
    };
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
    let facts = shelf.facts().ok().flatten();
    let connector = facts
        .as_ref()
        .map_or("ID", |facts| facts.connector.as_str());
    let told = match (found, way_out(common)) {
        (Some(found), Ok(outside)) => tell(found, &shelf, &outside).await,
        (None, _) => Err("the identity does not fit together".to_owned()),
        // What is lost may be the configuration: leaving needs none.
        (Some(_), Err(_)) if asked.force => {
            Err("without a configuration there is no way to it".to_owned())
        }
        (Some(_), Err(exit)) => {
            out::aside(&format!(
                "  = hint: without a configuration, use `--force` and have connector {connector} revoked at the hub\n"
            ));
            return Err(exit);
        }
    };
    if let Err(problem) = &told
        && !asked.force
    {
        out::aside(&format!(
            "error: the hub cannot be told: {problem}\n  = hint: try again, or use `--force` and have connector {connector} revoked at the hub\n"
        ));
        return Err(Exit::NoAnswer);
    }
    shelf.remove().map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })?;
    let ended = match &facts {
        Some(facts) => format!(
            "connector {connector} of the site `{}` is ended",
            facts.site
        ),
        None => "the connector of this machine is ended".to_owned(),
    };
    out::answer(&match told {
        Ok(()) => format!("{ended}, here and at the hub\n"),
        Err(problem) => format!(
            "{ended} here; the hub was not told: {problem}\nhave it revoked at the hub: `entryway hub connector revoke {connector}`\n"
        ),
    });
    Ok(Exit::Done)
}

/// As the configuration says, whose problems are shown.
fn way_out(common: &Common) -> Result<Outside, Exit> {
    let (_, loaded) = sources::load_or_show(common)?;
    outside(&loaded.settings.connector).map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })
}

/// Tells the first node that hears; or why none does.
async fn tell(found: Enrolled, shelf: &Arc<Shelf>, outside: &Outside) -> Result<(), String> {
    let identity = Identity::new(
        found.credential,
        found.facts.version,
        Arc::clone(shelf) as _,
    );
    let identity = Arc::new(identity);
    let mut problem = "the identity names no node".to_owned();
    let home = Endpoint::parse(&found.facts.url).ok();
    let nodes = found.facts.nodes.iter();
    let mut endpoints: Vec<_> = nodes
        .filter_map(|node| home.as_ref()?.at_node(node).ok())
        .collect();
    // Should what the hub last told be wrong, it is still where it was.
    endpoints.extend(home.filter(|home| !endpoints.contains(home)));
    for endpoint in endpoints {
        let dialing = Dialing {
            endpoint,
            outside: outside.clone(),
            identity: Arc::clone(&identity),
            software: SOFTWARE.to_owned(),
            pace: Pace::default(),
        };
        match say_goodbye(&dialing).await {
            Ok(()) if is_ended(&dialing).await => return Ok(()),
            Ok(()) => problem = "it was told, and lets this connector in all the same".to_owned(),
            Err(ended) => problem = in_words(&ended),
        }
    }
    Err(problem)
}
