//! Applications, registered and changed where they are written.

use crate::cli::{Common, CreateClient, How, Output};
use crate::domain::{edited, found, shown_once};
use crate::drawn::{Drawn, draw};
use crate::exit::Exit;
use crate::out;
use crate::table::printable;
use entryway_config::edit::{Edited, NewClient};
use serde::Serialize;

/// What a secret begins with.
const PREFIX: &str = "ewcs_";

/// What was done with an application.
#[derive(Serialize)]
struct Answer<'a> {
    client_id: &'a str,
    /// Told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    dry_run: bool,
    then: &'static str,
}

pub(super) fn create(common: &Common, new: &CreateClient) -> Result<Exit, Exit> {
    let drawn = if new.public || new.native {
        None
    } else {
        Some(draw(PREFIX)?)
    };
    let grants = new.grants.iter().map(|grant| grant.as_str().to_owned());
    let written = NewClient {
        id: new.id.clone(),
        name: new.name.clone(),
        digest: drawn.as_ref().map(|drawn| drawn.digest.clone()),
        native: new.native,
        redirect_uris: new.redirect_uris.clone(),
        post_logout_redirect_uris: new.post_logout_redirect_uris.clone(),
        backchannel_logout_uri: new.backchannel_logout_uri.clone(),
        grants: grants.collect(),
        scopes: new.scopes.clone(),
    };
    let (path, sources) = found(common)?;
    let edited = edited(&path, &sources, new.how, |draft| draft.add_client(&written))?;
    let how = new.how;
    show(common, how, &new.id, drawn.as_ref(), &edited, "registered");
    Ok(Exit::Done)
}

pub(super) fn renew(common: &Common, id: &str) -> Result<Exit, Exit> {
    let drawn = draw(PREFIX)?;
    let how = How { dry_run: false };
    let (path, sources) = found(common)?;
    let edited = edited(&path, &sources, how, |draft| {
        draft.renew_client(id, &drawn.digest)
    })?;
    show(common, how, id, Some(&drawn), &edited, "renewed");
    if common.output == Output::Text {
        out::aside(
            "the secret from before holds beside it, until the next `entryway client renew`, or until `old_secret` or `old_digest` is taken out\n",
        );
    }
    Ok(Exit::Done)
}

pub(super) fn remove(common: &Common, id: &str, how: How) -> Result<Exit, Exit> {
    let (path, sources) = found(common)?;
    let edited = edited(&path, &sources, how, |draft| draft.remove_client(id))?;
    show(common, how, id, None, &edited, "taken out");
    Ok(Exit::Done)
}

fn show(common: &Common, how: How, id: &str, drawn: Option<&Drawn>, edited: &Edited, done: &str) {
    // What was only looked at has no secret that would hold.
    let drawn = drawn.filter(|_| !how.dry_run);
    let answer = Answer {
        client_id: id,
        client_secret: drawn.map(|drawn| drawn.secret.as_str()),
        dry_run: how.dry_run,
        then: "SIGHUP",
    };
    out::answer_as(common, &answer, || match drawn {
        Some(drawn) => format!("{}\n", *drawn.secret),
        None if how.dry_run => edited.diff(),
        None => format!(
            "`{}` is {done}; a running daemon learns of it on `entryway reload`\n",
            printable(id)
        ),
    });
    if common.output == Output::Text && drawn.is_some() {
        out::aside(&shown_once(edited));
        out::aside(&format!(
            "`entryway client show {}` prints what else the application has to be told\n",
            printable(id)
        ));
    }
}
