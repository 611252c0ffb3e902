//! The OpenAPI 3.1 document, written from the operations that are served and the shapes that are sent.

use crate::answer;
use crate::operation::{Content, Form, Needs, Operation, Parameter, Within};
use crate::refusal::Refusal;
use crate::routes::operations;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// The shapes of logins and of problems: written by hand, and held against what is sent by tests of `entryway-wire`.
const OF_LOGINS: &str = include_str!("../../../docs/api.schema.json");

const ABOUT: &str = "Logs people in and looks them up. docs/http-api.md says what comes when. \
    Later versions may add keys: ignore those that you do not know.";

/// `GET /api/v1/openapi.json`.
pub(crate) async fn document() -> Result<Response, Refusal> {
    static WRITTEN: OnceLock<Vec<u8>> = OnceLock::new();
    let written = WRITTEN.get_or_init(|| serde_json::to_vec(&openapi()).unwrap_or_default());
    Ok(answer::written(written.clone()))
}

/// The document.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let at = paths
            .entry(operation.path)
            .or_insert_with(|| json!({}))
            .as_object_mut();
        if let Some(at) = at {
            at.insert(operation.method.as_str().to_owned(), described(operation));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entryway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the configuration, or an access token that an application was given for itself. The words beside it are scopes that the token must have.",
                },
            },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let mut answers = Map::new();
    let mut content = Map::new();
    for (media, holds) in operation.answers {
        content.insert(
            (*media).to_owned(),
            json!({ "schema": holds_schema(*holds) }),
        );
    }
    answers.insert(
        "200".to_owned(),
        json!({ "description": "The answer.", "content": content }),
    );
    for (status, about) in operation.others {
        answers.insert(status.to_string(), json!({ "description": about }));
    }
    // The connection answers that before anything of the request is looked at.
    answers.insert(
        "431".to_owned(),
        json!({ "description": "The head is larger than 32 KiB; the connection is closed." }),
    );
    for status in operation.problems {
        answers.insert(status.to_string(), problem(*status));
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "security": security(operation.needs),
        "responses": answers,
    });
    if let Some(described) = described.as_object_mut() {
        if !operation.parameters.is_empty() {
            let parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
            described.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(body) = operation.body {
            let content = json!({ "application/json": { "schema": named(body) } });
            let body = json!({ "required": true, "content": content });
            described.insert("requestBody".to_owned(), body);
        }
    }
    described
}

fn problem(status: u16) -> Value {
    let phrase = StatusCode::from_u16(status).ok();
    let phrase = phrase.and_then(|status| status.canonical_reason());
    let mut problem = json!({
        "description": phrase.unwrap_or_default(),
        "content": { "application/problem+json": { "schema": named("problem") } },
    });
    let header = match status {
        401 | 403 => Some(("WWW-Authenticate", "What is missing (RFC 6750 §3).")),
        429 | 503 => Some(("Retry-After", "After how many seconds to ask again.")),
        _ => None,
    };
    if let (Some((name, about)), Some(problem)) = (header, problem.as_object_mut()) {
        let header =
            json!({ "description": about, "required": true, "schema": { "type": "string" } });
        problem.insert("headers".to_owned(), json!({ name: header }));
    }
    problem
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.form {
        // A path without it is another path.
        Form::Text { most } if parameter.place == Within::Path => {
            json!({ "type": "string", "minLength": 1, "maxLength": most })
        }
        // The head as a whole is bounded, and a long one is another tag.
        Form::Text { .. } if parameter.place == Within::Header => json!({ "type": "string" }),
        Form::Text { most } => json!({ "type": "string", "maxLength": most }),
        Form::Number { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Form::Flag => json!({ "type": "boolean" }),
        Form::Word(words) => json!({ "type": "string", "enum": words }),
    };
    json!({
        "name": parameter.name,
        "in": parameter.place.as_str(),
        "required": parameter.required,
        "description": parameter.about,
        "schema": schema,
    })
}

fn security(needs: Needs) -> Value {
    match needs {
        Needs::Nothing => json!([]),
        Needs::Scope(scope) => json!([{ "token": [scope.as_str()] }]),
        Needs::PublicOr(scope) => json!([{}, { "token": [scope.as_str()] }]),
        Needs::SomeOf(scopes) => {
            let each = scopes
                .iter()
                .map(|scope| json!({ "token": [scope.as_str()] }));
            Value::Array(each.collect())
        }
    }
}

fn holds_schema(content: Content) -> Value {
    match content {
        Content::Json(name) => named(name),
        Content::Either(names) => {
            json!({ "anyOf": names.iter().map(|name| named(name)).collect::<Vec<_>>() })
        }
        Content::Text => json!({ "type": "string" }),
        // OpenAPI 3.1: raw bytes have no schema.
        Content::Bytes => json!({}),
    }
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

const SCHEMAS: &str = "#/components/schemas/";

/// Every shape by its name.
fn schemas() -> Map<String, Value> {
    let of_logins: Value = serde_json::from_str(OF_LOGINS).unwrap_or_default();
    let mut schemas = match of_logins.get("$defs") {
        Some(Value::Object(defined)) => defined.clone(),
        _ => Map::new(),
    };
    schemas.extend(entryway_wire::lookup_schemas());
    schemas.extend(entryway_wire::request_schemas());
    schemas.extend(entryway_wire::session_schemas());
    schemas.extend(entryway_wire::hub_schemas());
    let any = json!({ "type": "object", "description": "An OpenAPI 3.1 document." });
    schemas.insert("openapi_document".to_owned(), any);
    for schema in schemas.values_mut() {
        moved(schema);
    }
    schemas
}

/// References lead to where the schemas stand in this document.
fn moved(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            for (key, value) in keys {
                match value {
                    Value::String(text) if key == "$ref" => {
                        *text = text.replace("#/$defs/", SCHEMAS);
                    }
                    value => moved(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(moved),
        _ => {}
    }
}
