//! `entryway token`: makes tokens, shows who has one, and takes them back. What is kept of a token is its digest: it is
//! printed once, and nobody can read it out of the configuration.

use crate::cli::{Common, How, Output, ScopeWord, Token, TokenCommand};
use crate::domain::{edited, found, shown_once};
use crate::drawn::{Drawn, draw};
use crate::exit::Exit;
use crate::out;
use crate::sources;
use crate::table::aligned;
use entryway_config::TokenProof;
use entryway_config::edit::NewToken;
use entryway_ldap_types::Utc;
use entryway_wire::Rfc3339;
use serde::Serialize;
use std::time::{Duration, SystemTime};

/// What a token begins with, so that scanners for secrets find one that lies about.
const PREFIX: &str = "ewt_";
const DAY: u64 = 86_400;

/// Makes, lists or takes back tokens.
pub(crate) fn token(common: &Common, asked: &Token) -> Result<Exit, Exit> {
    match &asked.command {
        TokenCommand::Create {
            name,
            scopes,
            expires,
            description,
        } => {
            let expires = expires.as_deref().map(moment).transpose()?;
            create(common, name, scopes, expires, description.clone())
        }
        TokenCommand::List => list(common),
        TokenCommand::Revoke { name, how } => revoke(common, name, *how),
    }
}

/// A new token, as it is told once.
#[derive(Serialize)]
struct Created<'a> {
    name: &'a str,
    token: &'a str,
    scopes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
    then: &'static str,
}

fn create(
    common: &Common,
    name: &str,
    scopes: &[ScopeWord],
    expires: Option<String>,
    description: Option<String>,
) -> Result<Exit, Exit> {
    let Drawn {
        secret: token,
        digest,
    } = draw(PREFIX)?;
    let mut written: Vec<&'static str> = scopes.iter().map(|scope| scope.as_str()).collect();
    written.dedup();
    let new = NewToken {
        name: name.to_owned(),
        digest,
        scopes: written.iter().map(|scope| (*scope).to_owned()).collect(),
        expires: expires.clone(),
        description,
    };
    let (path, sources) = found(common)?;
    let edited = edited(&path, &sources, How { dry_run: false }, |draft| {
        draft.add_token(&new)
    })?;
    let created = Created {
        name,
        token: &token,
        scopes: written,
        expires: expires.as_deref(),
        then: "SIGHUP",
    };
    out::answer_as(common, &created, || format!("{}\n", *token));
    if common.output == Output::Text {
        out::aside(&shown_once(&edited));
    }
    Ok(Exit::Done)
}

/// From when on a token does not hold, as it is written: `90d` from now, or what was written.
fn moment(text: &str) -> Result<String, Exit> {
    if let Some(days) = text.strip_suffix('d')
        && let Ok(days @ 1..=36_500) = days.parse::<u64>()
    {
        let at = SystemTime::now() + Duration::from_secs(days * DAY);
        return Ok(Rfc3339(at).to_string());
    }
    match Utc::parse(text).and_then(Utc::to_system_time) {
        Some(at) if at > SystemTime::now() => Ok(Rfc3339(at).to_string()),
        Some(_) => {
            out::aside("error: `--expires` is in the past\n");
            Err(Exit::Usage)
        }
        None => {
            out::aside(
                "error: `--expires` is no time, expected one such as `90d`, `2027-06-30` or `2027-06-30T12:00:00Z`\n",
            );
            Err(Exit::Usage)
        }
    }
}

/// A caller, without what it shows.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    scopes: Vec<&'static str>,
    /// `digest`, or `secret`: the token itself is where the configuration says.
    kept_as: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    holds: bool,
}

fn list(common: &Common) -> Result<Exit, Exit> {
    let (_, loaded) = sources::load_and_show(common)?;
    let now = SystemTime::now();
    let listed: Vec<Listed<'_>> = loaded
        .settings
        .tokens
        .iter()
        .map(|token| Listed {
            name: &token.name,
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
            kept_as: match token.proof {
                TokenProof::Secret(_) => "secret",
                TokenProof::Digest(_) => "digest",
            },
            expires: token.expires.map(|at| Rfc3339(at).to_string()),
            holds: token.expires.is_none_or(|at| at > now),
        })
        .collect();
    out::answer_as(common, &listed, || {
        let head = ["name", "scopes", "kept as", "expires"].map(str::to_owned);
        let lines = listed.iter().map(|token| {
            let expires = match (&token.expires, token.holds) {
                (None, _) => "never".to_owned(),
                (Some(at), true) => at.clone(),
                (Some(at), false) => format!("{at}, over"),
            };
            [
                token.name.to_owned(),
                token.scopes.join(" "),
                token.kept_as.to_owned(),
                expires,
            ]
        });
        aligned([head].into_iter().chain(lines))
    });
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Revoked<'a> {
    name: &'a str,
    dry_run: bool,
    then: &'static str,
}

fn revoke(common: &Common, name: &str, how: How) -> Result<Exit, Exit> {
    let (path, sources) = found(common)?;
    let edited = edited(&path, &sources, how, |draft| draft.remove_token(name))?;
    let revoked = Revoked {
        name,
        dry_run: how.dry_run,
        then: "SIGHUP",
    };
    out::answer_as(common, &revoked, || {
        if how.dry_run {
            edited.diff()
        } else {
            format!(
                "`{}` is taken out; a running daemon takes it until `entryway reload`\n",
                crate::table::printable(name)
            )
        }
    });
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_time_is_so_many_days_or_a_day() {
        assert_eq!(moment("2199-06-30").unwrap(), "2199-06-30T00:00:00Z");
        assert!(moment("90d").is_ok_and(|at| at.ends_with('Z')));
        for bad in [
            "",
            "d",
            "0d",
            "-1d",
            "90",
            "2020-01-01",
            "2199-02-30",
            "soon",
            "99999999999d",
        ] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }
}
