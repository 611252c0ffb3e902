//! Logins at a bounded rate whose verdicts are known beforehand, and what came of each.
//!
//! Each begins when it is due, whatever became of those before it: a gateway that stands still gets no easier
//! questions for it, and the time is counted from when the login was due.

use crate::{Deadline, HttpClient, until};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A login and the verdict that is due to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// As typed.
    pub name: String,
    /// As typed.
    pub password: String,
    /// Whether the password is this person's.
    pub right: bool,
}

/// What came of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The verdict that was due.
    Due,
    /// Another verdict.
    Wrong(String),
    /// No verdict, and this fault.
    Fault(String),
    /// No answer that could be understood.
    Nothing(String),
}

/// One login.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What was asked.
    pub login: Login,
    /// When it was due to begin.
    pub due: Instant,
    /// From then to its answer.
    pub took: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

impl Sample {
    /// When its answer was there.
    pub fn ended(&self) -> Instant {
        self.due + self.took
    }

    /// Whether it came to its verdict in that time.
    pub fn is_well(&self, within: Duration) -> bool {
        self.outcome == Outcome::Due && self.took <= within
    }
}

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Logins each second.
    pub rate: f64,
    /// Most at the same time. Where they do not suffice, logins begin late.
    pub in_flight: usize,
}

/// Logins that go on until this is stopped or dropped.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    stop: Option<mpsc::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    client: HttpClient,
    begin: Instant,
    rate: f64,
    next: Mutex<u32>,
    /// Says nothing: its end is the sign to stop.
    stopped: Mutex<mpsc::Receiver<()>>,
    samples: Mutex<Vec<Sample>>,
}

impl Load {
    /// Begins to ask what `login` says of each number from 0.
    pub fn start(
        client: HttpClient,
        pace: Pace,
        login: impl Fn(u32) -> Login + Send + Sync + 'static,
    ) -> Self {
        let (stop, stopped) = mpsc::channel();
        let shared = Arc::new(Shared {
            client,
            begin: Instant::now(),
            rate: pace.rate,
            next: Mutex::new(0),
            stopped: Mutex::new(stopped),
            samples: Mutex::default(),
        });
        let login = Arc::new(login);
        let threads = (0..pace.in_flight)
            .map(|_| {
                let (shared, login) = (Arc::clone(&shared), Arc::clone(&login));
                thread::spawn(move || {
                    while let Some((number, due)) = shared.wait_for_next() {
                        shared.ask(login(number), due);
                    }
                })
            })
            .collect();
        Self {
            shared,
            stop: Some(stop),
            threads,
        }
    }

    /// Everything answered so far, in no order.
    pub fn samples(&self) -> Vec<Sample> {
        lock(&self.shared.samples).clone()
    }

    /// How many were answered.
    pub fn answered(&self) -> usize {
        lock(&self.shared.samples).len()
    }

    /// Waits until `condition` holds of what was answered so far.
    pub fn until(
        &self,
        what: &str,
        deadline: Deadline,
        condition: impl Fn(&[Sample]) -> bool,
    ) -> Result<()> {
        until(what, deadline, || {
            Ok(condition(&lock(&self.shared.samples)).then_some(()))
        })
    }

    /// Waits until so many more were answered.
    pub fn more(&self, count: usize) -> Result<()> {
        let wanted = self.answered() + count;
        // Ten times what it takes, because the machine may have more to do.
        let seconds = 30.0 + 10.0 * count as f64 / self.shared.rate;
        let deadline = Deadline::seconds(seconds as u64);
        self.until(&format!("{count} logins are answered"), deadline, |all| {
            all.len() >= wanted
        })
    }

    /// Asks no more, waits for what is under way, and gives all of them in the order in which they were due.
    pub fn stop(mut self) -> Result<Vec<Sample>> {
        self.stop.take();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                bail!("a thread of the load panicked");
            }
        }
        let mut samples = std::mem::take(&mut *lock(&self.shared.samples));
        samples.sort_by_key(|sample| sample.due);
        Ok(samples)
    }
}

impl Shared {
    /// Waits until the next login is due; `None` when there is none any more.
    fn wait_for_next(&self) -> Option<(u32, Instant)> {
        // Held while waiting: whoever has it is the next.
        let stopped = lock(&self.stopped);
        let number = {
            let mut next = lock(&self.next);
            let number = *next;
            *next = number.checked_add(1)?;
            number
        };
        let due = self.begin + Duration::from_secs_f64(f64::from(number) / self.rate);
        let wait = due.saturating_duration_since(Instant::now());
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => Some((number, due)),
            _ => None,
        }
    }

    fn ask(&self, login: Login, due: Instant) {
        let outcome = match answer(&self.client, &login) {
            Ok(answer) => judge(&login, &answer),
            Err(error) => Outcome::Nothing(format!("{error:#}")),
        };
        lock(&self.samples).push(Sample {
            took: due.elapsed(),
            login,
            due,
            outcome,
        });
    }
}

fn answer(client: &HttpClient, login: &Login) -> Result<Value> {
    let body = json!({ "login_name": login.name, "password": login.password });
    client.post("/api/v1/login", &body)?.json()
}

/// Compares an answer with what was due. Of a domain-qualified name, the session has the part after the domain.
fn judge(login: &Login, answer: &Value) -> Outcome {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    // Without a verdict, the answer is a problem and has no decision.
    if let Some(fault) = text(answer.get("fault")) {
        return Outcome::Fault(fault);
    }
    let decision = text(answer.get("decision"));
    let bare = login.name.rsplit('/').next();
    match decision.as_deref() {
        Some("accept")
            if login.right && text(answer.pointer("/session/name")).as_deref() == bare =>
        {
            Outcome::Due
        }
        Some("reject")
            if !login.right && text(answer.get("reason")).as_deref() == Some("wrong_password") =>
        {
            Outcome::Due
        }
        Some("accept" | "reject" | "challenge") => Outcome::Wrong(answer.to_string()),
        _ => Outcome::Nothing(answer.to_string()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logs one person in.
pub fn log_in(client: &HttpClient, login: Login) -> Result<Sample> {
    let due = Instant::now();
    let found = answer(client, &login).context("no answer to a login")?;
    Ok(Sample {
        took: due.elapsed(),
        outcome: judge(&login, &found),
        login,
        due,
    })
}

#[cfg(test)]
mod tests {
    use super::{Login, Outcome, judge};
    use serde_json::json;

    fn check(right: bool, answer: serde_json::Value, expected: &str) {
        let login = Login {
            name: "staff/jdoe".to_owned(),
            password: "secret".to_owned(),
            right,
        };
        let found = match judge(&login, &answer) {
            Outcome::Due => "due",
            Outcome::Wrong(_) => "wrong",
            Outcome::Fault(_) => "fault",
            Outcome::Nothing(_) => "nothing",
        };
        assert_eq!(found, expected, "{right} {answer}");
    }

    #[test]
    fn only_the_verdict_that_is_due_passes() {
        let accept = json!({ "decision": "accept", "session": { "name": "jdoe" } });
        check(true, accept.clone(), "due");
        check(false, accept, "wrong");
        let other = json!({ "decision": "accept", "session": { "name": "else" } });
        check(true, other, "wrong");
        let wrong = json!({ "decision": "reject", "reason": "wrong_password" });
        check(false, wrong.clone(), "due");
        check(true, wrong, "wrong");
        let throttled = json!({ "decision": "reject", "reason": "throttled" });
        check(false, throttled, "wrong");
        let fault =
            json!({ "title": "the login has no verdict", "fault": "directory_unreachable" });
        check(true, fault.clone(), "fault");
        check(false, fault, "fault");
        check(true, json!({ "problem": "unauthorised" }), "nothing");
    }
}
