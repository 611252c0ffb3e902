//! One login in this process: `entryway login` and `entryway explain`, with the configuration, the
//! flow and the connections of the daemon.

use crate::cli::{Common, Explain, Login, Output, With};
use crate::columns::{Row, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::explain::{Names, decision_row, explained_rows, explanation, rows, session_rows};
use crate::gateway::Gateway;
use crate::kept::Kept;
use crate::palette::Tone;
use crate::site::Shelf;
use crate::world::World;
use crate::{audit, ids, logs, out, password, sources};
use entryway_config::Settings;
use entryway_login::{
    Attempt, Decided, Decision, LoginPolicy, LoginService, RuleId, SubmittedPassword,
};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tracing::level_filters::LevelFilter;

/// How long directories may take to be left.
const FAREWELL: Duration = Duration::from_millis(200);

/// `entryway login`.
pub(crate) async fn login(common: &Common, asked: &Login) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let password = password::given_or_typed(&asked.password)?;
    let decided = ready.decide(&asked.name, password, asked.with).await;
    match common.output {
        Output::Json => out::json(&entryway_wire::login_response(&decided, true)),
        Output::Text => out::answer(&render(&answer(&decided), out::answer_style())),
    }
    Ok(Exit::from_row(decided.decision.row().exit))
}

/// `entryway explain`.
pub(crate) async fn explain(common: &Common, asked: &Explain) -> Result<Exit, Exit> {
    if let Some(id) = &asked.login {
        return explain_record(common, id).await;
    }
    let ready = Ready::from(common).await?;
    let password = password::given(&asked.password)?.unwrap_or(SubmittedPassword::NotAsked);
    let is_recorded = !matches!(password, SubmittedPassword::NotAsked);
    let name = asked.name.as_deref().unwrap_or_default();
    let decided = ready.decide(name, password, asked.with).await;
    match common.output {
        Output::Json => out::json(&explanation(&ready.gateway, &decided)),
        Output::Text => {
            let domains = domain_names(ready.policy());
            let names = Names {
                domains: &domains,
                place: &|rule| ready.place(rule),
                is_recorded,
            };
            out::answer(&render(&rows(&decided, &names), out::answer_style()));
        }
    }
    Ok(Exit::from_row(decided.decision.row().exit))
}

/// `entryway explain --login ID`: what is on record, in the same words. Done, whatever was decided then; no, where it is not
/// what a site's connector has signed.
async fn explain_record(common: &Common, id: &str) -> Result<Exit, Exit> {
    let found = audit::look_up(common, id).await?;
    match common.output {
        Output::Json => out::answer(&audit::found_as_json(&found)?),
        Output::Text => {
            let explained = audit::read(&found.record)?;
            let mut rows = audit::on_record(&found.record, &explained);
            rows.extend(explained_rows(&explained));
            rows.extend(found.signed_rows());
            out::answer(&render(&rows, out::answer_style()));
        }
    }
    Ok(found.exit())
}

/// The domains' names, by `DomainId`.
pub(crate) fn domain_names(policy: &LoginPolicy) -> Vec<Arc<str>> {
    policy
        .domains
        .iter()
        .map(|domain| Arc::clone(&domain.name))
        .collect()
}

/// The session, or the sentence that the person would read.
fn answer(decided: &Decided) -> Vec<Row> {
    let mut rows = vec![decision_row(decided)];
    match &decided.decision {
        Decision::Accept(session) => rows.extend(session_rows(session)),
        Decision::WouldAccept(session) => rows.extend(session_rows(session)),
        Decision::Reject(_)
        | Decision::Challenge(_)
        | Decision::Indeterminate(_)
        | Decision::Changed => {
            rows.push(Row::new("message", decided.decision.row().person).tone(Tone::Plain));
        }
    }
    rows
}

/// A configuration that is composed for one login or one look-up.
pub(crate) struct Ready {
    gateway: Gateway,
    _log: logs::Writer,
}

/// The store of the daemon: a guess at the command line counts as one at the door.
pub(crate) async fn kept(settings: &Settings) -> Result<Kept, Exit> {
    Kept::open(settings).await.map_err(|error| {
        out::aside(&format!("error: the store cannot be used: {error:#}\n"));
        Exit::NoAnswer
    })
}

impl Ready {
    pub(crate) async fn from(common: &Common) -> Result<Self, Exit> {
        let (_, loaded) = sources::load_and_show(common)?;
        // What a login does is in its answer; the log would only repeat it.
        let log = logs::start(common, LevelFilter::OFF)?;
        let composed = compose(&loaded.settings).map_err(|error| {
            out::aside(&format!("error: {error:#}\n"));
            Exit::Configuration
        })?;
        for warning in &composed.warnings {
            out::aside(&format!("warning: {warning}\n"));
        }
        let kept = kept(&loaded.settings).await?;
        // At a connector's machine: what the hub has said.
        let shelf = Shelf::find().ok();
        let facts = shelf.and_then(|shelf| shelf.facts().ok().flatten());
        let stores = facts.map_or(0, |facts| facts.stores);
        kept.throttle.share_among(stores.into());
        let world = World::new(
            &loaded.settings,
            composed.domains,
            composed.os,
            Arc::new(kept),
        );
        let (policy, places) = (Arc::clone(&loaded.settings.policy), loaded.places.into());
        let gateway = Gateway::new(policy, places, world, Vec::new());
        Ok(Self { gateway, _log: log })
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The process ends now; a directory that does not take its leave must not hold it up.
    pub(crate) async fn leave(&self) {
        let _ = tokio::time::timeout(FAREWELL, self.gateway.domains().close()).await;
        self.gateway.kept().close().await;
    }

    fn policy(&self) -> &LoginPolicy {
        self.gateway.policy()
    }

    fn place(&self, rule: RuleId) -> Option<String> {
        self.gateway.places().place(rule).map(str::to_owned)
    }

    async fn decide(&self, name: &str, password: SubmittedPassword, with: With) -> Decided {
        if matches!(password, SubmittedPassword::Given(_)) {
            // A guess here is one at the directory: it stays below the same threshold as the daemon's.
            let deadline = Instant::now() + self.policy().deadline;
            self.gateway.domains().read_lockouts(deadline).await;
        }
        let started = Instant::now();
        let decided = self
            .gateway
            .login(Attempt {
                id: ids::draw(),
                login_name: name.to_owned(),
                password,
                client_address: with.client_address,
                device: None,
                wants_groups: with.groups,
                caller: None,
                at: SystemTime::now(),
                started,
                deadline: started + self.policy().deadline,
            })
            .await;
        self.leave().await;
        decided
    }
}
