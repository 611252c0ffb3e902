//! `entryway hub`: sites, connectors and tickets in the store. A running daemon learns of a change by itself, within two
//! seconds, on whatever node.

mod live;
mod print;

use super::desk::{self, Changed, DeskError};
use super::shown;
use crate::cli::{Common, ConnectorCommand, Hub, HubCommand, SiteCommand, TicketCommand};
use crate::exit::Exit;
use crate::sso::now_ms;
use crate::store::{Access, failed, open};
use crate::{out, sources};
use entryway_bridge::SiteName;
use entryway_config::HubSettings;
use entryway_store::{Hub as HubStore, Standing};
use entryway_wire::{ConnectorsJson, SitesJson, TicketsJson};
use live::Live;
use std::sync::Arc;
use std::time::Duration;

/// Shows and changes them.
pub(crate) async fn hub(common: &Common, asked: &Hub) -> Result<Exit, Exit> {
    let store = open(common, Access::Make).await?;
    let hub = store.hub();
    let done = match &asked.command {
        HubCommand::Ticket(asked) => ticket(common, &hub, asked).await,
        HubCommand::Connector(asked) => connector(common, &hub, asked).await,
        HubCommand::Site(asked) => site(common, &hub, asked).await,
    };
    store.close().await;
    done
}

/// The hub of the configuration; whoever comes here has been told what is wrong with it.
fn settings(common: &Common) -> Result<Option<Arc<HubSettings>>, Exit> {
    let (_, loaded) = sources::load_or_show(common)?;
    Ok(loaded.settings.hub)
}

async fn ticket(common: &Common, store: &HubStore, asked: &TicketCommand) -> Result<Exit, Exit> {
    match asked {
        TicketCommand::Create { site, expires } => create(common, store, site, *expires).await,
        TicketCommand::List { site } => {
            let rows = store.tickets(site.as_deref()).await;
            let now = now_ms();
            let rows = rows.map_err(|error| failed(&error))?;
            let listed = TicketsJson {
                tickets: rows.iter().map(|row| shown::ticket(row, now)).collect(),
            };
            out::answer_as(common, &listed, || print::tickets(&listed.tickets));
            Ok(Exit::Done)
        }
        TicketCommand::Revoke { id } => match desk::end_ticket(store, id, &whoever())
            .await
            .map_err(told)?
        {
            Some(true) => {
                let done = serde_json::json!({ "revoked": id });
                out::answer_as(common, &done, || {
                    format!("the ticket {id} is worth nothing any more\n")
                });
                Ok(Exit::Done)
            }
            Some(false) => Err(no(
                &format!("the ticket `{id}` was used, taken back, or its time has passed"),
                "what came of it is in `entryway hub ticket list`; a connector is revoked with `entryway hub connector revoke`",
            )),
            None => Err(no(
                &format!("there is no ticket `{}`", crate::table::printable(id)),
                "`entryway hub ticket list` shows their ids",
            )),
        },
    }
}

async fn create(
    common: &Common,
    store: &HubStore,
    site: &str,
    expires: Option<Duration>,
) -> Result<Exit, Exit> {
    let Some(settings) = settings(common)? else {
        return Err(no(
            "this is no hub: there is no `[hub]` table",
            "see docs/hub.md",
        ));
    };
    let known = settings.sites.iter().any(|known| *known.name == *site);
    let (true, Ok(name)) = (known, SiteName::parse(site)) else {
        let site = crate::table::printable(site);
        return Err(no(
            &format!("there is no site `{site}`"),
            &format!(
                "write `[site.{site}]` in the configuration, or enable it: a connector of no site is not let in"
            ),
        ));
    };
    let life = expires.unwrap_or(settings.ticket_life);
    let made = desk::make_ticket(store, &name, life, &whoever()).await;
    let made = made.map_err(told)?;
    let shown = shown::made(&settings, &name, &made);
    out::answer_as(common, &shown, || print::made(&shown));
    Ok(Exit::Done)
}

/// Who does it here: the name is what the environment says, the uid what the system does.
fn whoever() -> String {
    let uid = rustix::process::getuid().as_raw();
    let name = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER"));
    match name {
        Ok(name) if !name.is_empty() => {
            let name: String = name.chars().take(64).collect();
            format!("{name} (uid {uid})")
        }
        _ => format!("uid {uid}"),
    }
}

async fn connector(
    common: &Common,
    store: &HubStore,
    asked: &ConnectorCommand,
) -> Result<Exit, Exit> {
    match asked {
        ConnectorCommand::List { site, running } => {
            let rows = store.connectors(site.as_deref()).await;
            let rows = rows.map_err(|error| failed(&error))?;
            let mut connectors: Vec<_> = rows.iter().map(shown::connector).collect();
            shown::note_replaced(&mut connectors, &rows);
            let live = Live::of(running);
            live.complete(&mut connectors);
            let listed = ConnectorsJson { connectors };
            let answer = live.beside(&listed);
            out::answer_as(common, &answer, || {
                print::connectors(&listed.connectors, &live)
            });
            Ok(Exit::Done)
        }
        ConnectorCommand::Show { id, running } => {
            show(common, store, id, Some(&Live::of(running))).await
        }
        ConnectorCommand::Drain { id } => change(common, store, id, Standing::Draining).await,
        ConnectorCommand::Resume { id: Some(id), .. } => {
            change(common, store, id, Standing::Active).await
        }
        ConnectorCommand::Resume { id: None, .. } => {
            let resumed = desk::resume_held(store, &whoever()).await.map_err(told)?;
            let listed = ConnectorsJson {
                connectors: resumed.iter().map(shown::connector).collect(),
            };
            let count = resumed.len();
            out::answer_as(common, &listed, || match count {
                1 => "1 connector is let in again\n".to_owned(),
                count => format!("{count} connectors are let in again\n"),
            });
            Ok(Exit::Done)
        }
        ConnectorCommand::Revoke { id } => change(common, store, id, Standing::Revoked).await,
    }
}

/// Shows one; without the hub that runs where it was just changed, and that hears of it in a moment.
async fn show(
    common: &Common,
    store: &HubStore,
    id: &str,
    live: Option<&Live>,
) -> Result<Exit, Exit> {
    let row = store.connector(id).await.map_err(|error| failed(&error))?;
    let Some(row) = row else {
        return Err(unknown(id));
    };
    let others = store.connectors(Some(&row.site)).await;
    let others = others.map_err(|error| failed(&error))?;
    let mut shown = shown::connector(&row);
    shown::note_replaced(std::slice::from_mut(&mut shown), &others);
    let Some(live) = live else {
        out::answer_as(common, &shown, || print::connector(&shown, None));
        return Ok(Exit::Done);
    };
    live.complete(std::slice::from_mut(&mut shown));
    let answer = live.beside(&shown);
    out::answer_as(common, &answer, || print::connector(&shown, Some(live)));
    Ok(Exit::Done)
}

async fn change(common: &Common, store: &HubStore, id: &str, to: Standing) -> Result<Exit, Exit> {
    let changed = desk::change(store, id, to, &whoever()).await;
    match changed.map_err(told)? {
        Changed::Done => show(common, store, id, None).await,
        Changed::Unknown => Err(unknown(id)),
        Changed::Revoked => Err(no(
            &format!("the connector `{id}` is revoked, for good"),
            "its machine enrols anew with a ticket of `entryway hub ticket create`",
        )),
        Changed::Held => Err(no(
            &format!("the connector `{id}` is held since a backup was restored"),
            "`entryway hub connector resume` lets it in, `revoke` never",
        )),
    }
}

async fn site(common: &Common, store: &HubStore, asked: &SiteCommand) -> Result<Exit, Exit> {
    let settings = settings(common)?;
    let rows = store.connectors(None).await;
    let rows = rows.map_err(|error| failed(&error))?;
    let mut sites = shown::sites(settings.as_deref(), &rows);
    let (SiteCommand::List { running } | SiteCommand::Show { running, .. }) = asked;
    let live = Live::of(running);
    live.complete_sites(&mut sites);
    match asked {
        SiteCommand::List { .. } => {
            let listed = SitesJson { sites };
            let answer = live.beside(&listed);
            out::answer_as(common, &answer, || print::sites(&listed.sites, &live));
        }
        SiteCommand::Show { name, .. } => {
            sites.retain(|site| site.name == *name);
            let Some(site) = sites.pop() else {
                return Err(no(
                    &format!("there is no site `{}`", crate::table::printable(name)),
                    "`entryway hub site list` shows them",
                ));
            };
            let own = rows.iter().filter(|row| row.site == *name);
            let mut own: Vec<_> = own.map(shown::connector).collect();
            shown::note_replaced(&mut own, &rows);
            live.complete(&mut own);
            let answer = live.beside(&site);
            out::answer_as(common, &answer, || print::site(&site, &own, &live));
        }
    }
    Ok(Exit::Done)
}

fn unknown(id: &str) -> Exit {
    no(
        &format!("there is no connector `{}`", crate::table::printable(id)),
        "`entryway hub connector list` shows their ids",
    )
}

fn no(problem: &str, hint: &str) -> Exit {
    out::aside(&format!("error: {problem}\n  = hint: {hint}\n"));
    Exit::No
}

fn told(error: DeskError) -> Exit {
    match error {
        DeskError::Store(error) => failed(&error),
        DeskError::Authority { .. } | DeskError::Randomness => {
            out::aside(&format!("error: {:#}\n", anyhow::Error::from(error)));
            Exit::NoAnswer
        }
    }
}
