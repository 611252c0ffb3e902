//! Everybody's sessions, for administrators.

use super::{CURSOR, ID, JSON, LIMIT, LOOKUP};
use crate::operation::{Content, Form, Needs, Operation, Parameter, Verb, Within};
use crate::{Scope, sso};
use axum::routing::{delete, get};

/// Whose sessions: of one who is looked for, or of everybody.
const WHOSE: Parameter = Parameter {
    name: "person",
    place: Within::Query,
    required: false,
    form: Form::Text { most: 8192 },
    about: "A session's `subject`, or the login name of somebody who has a session; everybody where there is none.",
};
pub(crate) static SESSIONS: Operation = Operation {
    id: "sessions",
    path: "/api/v1/sessions",
    summary: "Lists the sessions of the single sign-on",
    needs: Needs::Scope(Scope::Admin),
    parameters: &[
        WHOSE,
        Parameter {
            about: "How many at most; 100 where nobody says how many.",
            form: Form::Number {
                least: 1,
                most: 1000,
            },
            ..LIMIT
        },
        Parameter {
            name: "after",
            about: "Goes on behind this id: `next` of the answer before, with the same `person`.",
            form: Form::Text { most: 256 },
            ..CURSOR
        },
    ],
    answers: &[(JSON, Content::Json("sessions"))],
    problems: &[400, 401, 403, 404, 503],
    to: || get(sso::list),
    ..LOOKUP
};
pub(crate) static END_SESSIONS: Operation = Operation {
    id: "end_sessions",
    method: Verb::Delete,
    path: "/api/v1/sessions",
    summary: "Signs somebody out everywhere: ends every session, and whatever applications were given for later",
    needs: Needs::Scope(Scope::Admin),
    parameters: &[Parameter {
        required: true,
        about: "Whose: a session's `subject`, or the login name of somebody who has a session.",
        ..WHOSE
    }],
    answers: &[(JSON, Content::Json("sessions_ended"))],
    problems: &[400, 401, 403, 404, 409, 503],
    to: || delete(sso::end_all),
    ..LOOKUP
};
pub(crate) static END_SESSION: Operation = Operation {
    id: "end_session",
    method: Verb::Delete,
    path: "/api/v1/sessions/{id}",
    summary: "Ends one session",
    needs: Needs::Scope(Scope::Admin),
    parameters: &[Parameter {
        about: "The session's `id`, from the list.",
        form: Form::Text { most: 256 },
        ..ID
    }],
    answers: &[(JSON, Content::Json("sessions_ended"))],
    problems: &[400, 401, 403, 404, 503],
    to: || delete(sso::end),
    ..LOOKUP
};
