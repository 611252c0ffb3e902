//! What is said of scenarios: a line each; of one that fails, each login's place, what was expected,
//! what was found, and its explanation.

use crate::exit::Exit;
use crate::out;
use crate::palette::{Palette, Tone};
use entryway_scenario::{Document, Found, Login, Mismatch, Scenario};
use serde::Serialize;

/// A login that ran.
pub(super) struct Ran {
    pub(super) found: Found,
    pub(super) mismatches: Vec<Mismatch>,
}

/// Everything that ran so far. As text it is told at once, as JSON in the end.
#[derive(Serialize)]
pub(super) struct Report {
    #[serde(skip)]
    text: bool,
    passed: usize,
    failed: usize,
    /// Scenarios that are about other directories than those in this process.
    elsewhere: usize,
    scenarios: Vec<ScenarioJson>,
}

#[derive(Serialize)]
struct ScenarioJson {
    file: String,
    line: usize,
    title: String,
    passed: bool,
    logins: Vec<LoginJson>,
}

/// A login: never its password.
#[derive(Serialize)]
struct LoginJson {
    line: usize,
    login_name: String,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    binds: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mismatches: Vec<MismatchJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<String>,
    /// Nobody answered, where somebody was expected to.
    #[serde(skip)]
    outage: bool,
}

#[derive(Serialize)]
struct MismatchJson {
    what: String,
    expected: String,
    found: String,
}

impl Report {
    pub(super) fn new(text: bool) -> Self {
        Self {
            text,
            passed: 0,
            failed: 0,
            elsewhere: 0,
            scenarios: Vec::new(),
        }
    }

    fn say(&self, text: &str) {
        if self.text {
            out::answer(text);
        }
    }

    pub(super) fn document(&self, document: &Document) {
        self.say(&format!("{}: {}\n", document.file, document.title));
    }

    pub(super) fn elsewhere(&mut self, scenario: &Scenario) {
        self.elsewhere += 1;
        let grounds: Vec<_> = scenario
            .grounds
            .iter()
            .map(|ground| ground.as_str())
            .collect();
        self.say(&format!(
            "  not here  {} (it needs {})\n",
            scenario.title,
            grounds.join(" or ")
        ));
    }

    pub(super) fn scenario(&mut self, scenario: &Scenario, ran: Vec<Ran>) {
        let logins: Vec<_> = scenario.logins.iter().zip(ran).map(login).collect();
        let passed = logins.iter().all(|login| login.passed);
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let palette = Palette::new(out::answer_in_colour());
        let mut text = String::from("  ");
        let (tone, word) = if passed {
            (Tone::Good, "ok    ")
        } else {
            (Tone::Bad, "failed")
        };
        palette.paint(&mut text, tone, word);
        let count = logins.len();
        let plural = if count == 1 { "" } else { "s" };
        text.push_str(&format!("  {} ({count} login{plural})\n", scenario.title));
        for login in logins.iter().filter(|login| !login.passed) {
            text.push_str(&login.told(&scenario.file));
        }
        self.say(&text);
        self.scenarios.push(ScenarioJson {
            file: scenario.file.to_string(),
            line: scenario.line,
            title: scenario.title.clone(),
            passed,
            logins,
        });
    }

    /// The totals, and how the program ends.
    pub(super) fn end(self) -> Exit {
        if self.text {
            let elsewhere = match self.elsewhere {
                0 => String::new(),
                count => format!(", {count} not here"),
            };
            out::answer(&format!(
                "{} passed, {} failed{elsewhere}\n",
                self.passed, self.failed
            ));
        } else {
            out::json(&self);
        }
        let logins = self.scenarios.iter().flat_map(|scenario| &scenario.logins);
        let mut wrong = logins.filter(|login| !login.passed).peekable();
        if wrong.peek().is_none() {
            Exit::Done
        } else if wrong.all(|login| login.outage) {
            Exit::NoAnswer
        } else {
            Exit::No
        }
    }
}

fn login((login, ran): (&Login, Ran)) -> LoginJson {
    let passed = ran.mismatches.is_empty();
    let decision = ran.found.answer.get("decision");
    LoginJson {
        line: login.line,
        login_name: login.name.clone(),
        passed,
        binds: ran.found.binds,
        outage: !passed
            && decision.is_some_and(|decision| decision == "indeterminate")
            && login.expected.outcome.decision != "indeterminate",
        mismatches: ran
            .mismatches
            .into_iter()
            .map(|mismatch| MismatchJson {
                what: mismatch.what,
                expected: mismatch.expected,
                found: mismatch.found,
            })
            .collect(),
        explain: ran.found.explain.filter(|_| !passed),
    }
}

impl LoginJson {
    /// Place, what was expected and found, and how it came to that.
    fn told(&self, file: &str) -> String {
        let mut text = String::new();
        for mismatch in &self.mismatches {
            text.push_str(&format!(
                "          {file}:{}: {:?}, {}: expected `{}`, found `{}`\n",
                self.line, self.login_name, mismatch.what, mismatch.expected, mismatch.found
            ));
        }
        for line in self.explain.iter().flat_map(|explain| explain.lines()) {
            text.push_str(&format!("            {line}\n"));
        }
        text
    }
}
