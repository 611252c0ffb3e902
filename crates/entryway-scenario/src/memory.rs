//! A scenario on the pure login: its configuration is loaded as usual, and its directories answer at
//! once and without a socket.

mod accounts;
mod world;

use crate::check::Found;
use crate::document::{Login, LoginPassword, Scenario};
use entryway_config::{Loaded, MemoryFiles, Sources, load};
use entryway_login::{Attempt, Clock, Decided, LoginId, SubmittedPassword, drive};
use entryway_testdir::Authority;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Instant, SystemTime};
use world::World;

/// Why a scenario cannot be run at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// Its configuration does not load: the report.
    #[error("the configuration does not load:\n{0}")]
    Configuration(String),
    /// What its directories hold is no directory.
    #[error("the entries of `{server}` are no directory: {problem}")]
    Directory {
        /// Which server.
        server: String,
        /// In words.
        problem: String,
    },
    /// One of its accounts is none.
    #[error(transparent)]
    Account(#[from] crate::ScenarioError),
    /// It says no configuration.
    #[error("there is no configuration")]
    NoConfiguration,
    /// A password stands in a file, which this way of running does not read.
    #[error("line {line}: the password stands in a file")]
    PasswordFile {
        /// The login's line.
        line: usize,
    },
    /// The login waits for something that nobody will answer.
    #[error("line {line}: the login waits for an answer that never comes")]
    Waits {
        /// The login's line.
        line: usize,
    },
}

/// Runs every login of a scenario, in order.
///
/// # Errors
///
/// When it cannot be run at all; what its logins come to is for [`check`](crate::check).
pub fn run_in_memory(scenario: &Scenario) -> Result<Vec<Found>, MemoryError> {
    let loaded = loaded(scenario)?;
    let world = World::of(scenario, &loaded.settings)?;
    scenario
        .logins
        .iter()
        .map(|login| {
            let before = world.binds();
            let decided = decide(&world, &loaded, login)?;
            let answer = answer(&decided, &loaded);
            Ok(Found {
                answer,
                explain: None,
                binds: Some(world.binds() - before),
            })
        })
        .collect()
}

fn loaded(scenario: &Scenario) -> Result<Loaded, MemoryError> {
    let mut files = MemoryFiles::default();
    let texts = scenario.configuration_files();
    let Some((main, _)) = texts.first() else {
        return Err(MemoryError::NoConfiguration);
    };
    let main = *main;
    for (name, text) in &texts {
        files = files.with(*name, text.clone(), 0o600);
    }
    for name in ["ca.pem", "other-ca.pem"] {
        let authority =
            Authority::new().map_err(|error| MemoryError::Configuration(error.to_string()))?;
        files = files.with(name, authority.pem(), 0o644);
    }
    load(&Sources::file(main).files(files))
        .map_err(|report| MemoryError::Configuration(report.render(false)))
}

fn answer(decided: &Decided, loaded: &Loaded) -> serde_json::Value {
    let domains = &loaded.settings.policy.domains;
    let answer = entryway_wire::explanation(
        decided,
        &|rule| loaded.places.place(rule).map(str::to_owned),
        &|id| domains.get(id.0).map(|domain| &*domain.name),
    );
    // An answer that cannot be written is none, which is what nobody expects.
    serde_json::to_value(&answer).unwrap_or_default()
}

fn decide(world: &World, loaded: &Loaded, login: &Login) -> Result<Decided, MemoryError> {
    let line = login.line;
    let started = world.clock.now();
    let attempt = Attempt {
        id: LoginId::from_bits(line as u64),
        login_name: login.name.clone(),
        password: match &login.password {
            LoginPassword::NotAsked => SubmittedPassword::NotAsked,
            LoginPassword::File(_) => return Err(MemoryError::PasswordFile { line }),
            LoginPassword::Text(text) => submitted(text),
        },
        client_address: login.address,
        device: None,
        wants_groups: true,
        caller: None,
        at: SystemTime::now(),
        started,
        deadline: started + loaded.settings.policy.deadline,
    };
    let policy = Arc::clone(&loaded.settings.policy);
    let mut login = pin!(drive(world, &world.clock, policy, attempt));
    // Everything answers at once: a login that is not decided in one go never is.
    match login.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(decided) => Ok(decided),
        Poll::Pending => Err(MemoryError::Waits { line }),
    }
}

/// As the fronts read a password field.
fn submitted(text: &str) -> SubmittedPassword {
    SubmittedPassword::from_field(text.as_bytes().to_vec())
}

/// Time that moves when it is told to: an answer that does not come takes all that there is.
#[derive(Debug)]
struct Told(std::sync::Mutex<Instant>);

impl Clock for Told {
    fn now(&self) -> Instant {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Told {
    fn new() -> Self {
        Self(std::sync::Mutex::new(Instant::now()))
    }
    /// Not before this.
    fn at_least(&self, moment: Instant) {
        let mut now = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = (*now).max(moment);
    }
}
