//! One row of a table: who logs in, where, and what must come of it.

use crate::faces;
use crate::lab::Lab;
use crate::setups::Setup;
use libtest_mimic::Trial;
use std::sync::Arc;

/// What must come of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Let in, with this `name` in the session.
    Accept(String),
    /// Refused, with this reason.
    Reject(&'static str),
    /// Known, but something has to happen first.
    Challenge(&'static str),
    /// No verdict, with this fault.
    Indeterminate(&'static str),
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it shows, in words.
    pub(crate) title: String,
    /// With which configuration.
    pub(crate) setup: Setup,
    /// What is typed as the name.
    pub(crate) login: String,
    /// What is typed as the password.
    pub(crate) password: String,
    /// What must come of it.
    pub(crate) expected: Expected,
    /// What `explain` must say without a password, where the row says it.
    pub(crate) unasked: Option<Expected>,
}

impl Row {
    pub(crate) fn new(
        title: &str,
        setup: Setup,
        login: &str,
        password: &str,
        expected: Expected,
    ) -> Self {
        Self {
            title: title.to_owned(),
            setup,
            login: login.to_owned(),
            password: password.to_owned(),
            expected,
            unasked: None,
        }
    }

    /// And this is what `explain` says when it is not given a password.
    pub(crate) fn unasked(mut self, expected: Expected) -> Self {
        self.unasked = Some(expected);
        self
    }

    /// The row once for each way in.
    pub(crate) fn trials(self, table: &str, lab: &Arc<Lab>) -> Vec<Trial> {
        let mut faces: Vec<(&str, faces::Face)> = vec![
            ("login", faces::login),
            ("explain", faces::explain),
            ("http", faces::http),
        ];
        if self.unasked.is_some() {
            faces.push((
                "explain without a password",
                faces::explain_without_password,
            ));
        }
        // A NUL cannot stand in an argument: such a name arrives only over HTTP.
        if self.login.contains('\0') {
            faces.retain(|(name, _)| *name == "http");
        }
        let row = Arc::new(self);
        faces
            .into_iter()
            .map(|(name, face)| {
                let (row, lab) = (Arc::clone(&row), Arc::clone(lab));
                Trial::test(format!("{table}: {} ({name})", row.title), move || {
                    face(&lab, &row).map_err(|error| crate::told(&error).into())
                })
            })
            .collect()
    }
}

/// Let in under the very name that was typed.
pub(crate) fn accept(name: &str) -> Expected {
    Expected::Accept(name.to_owned())
}
