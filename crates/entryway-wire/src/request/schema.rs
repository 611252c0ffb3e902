//! What requests may be, for the OpenAPI document. The shapes beside it refuse every other key.

use super::TICKET_LIFE;
use serde_json::{Map, Value, json};

/// The schemas of the requests about logins, by name.
pub fn request_schemas() -> Map<String, Value> {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let flag = |about: &str| json!({ "type": "boolean", "default": false, "description": about });
    let address = json!({
        "type": ["string", "null"],
        "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }, { "type": "null" }],
        "description": "Where the person is.",
    });
    let device = json!({
        "type": ["string", "null"],
        "description": "What an earlier accept of this person gave as `device`.",
    });
    let groups = flag("Whether the session is to have the person's groups.");
    let base64 = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" });
    let sealed = json!({
        "type": "array",
        "minItems": 1,
        "maxItems": 2,
        "items": {
            "type": "object",
            "properties": {
                "connector": text("Of the challenge."),
                "key_id": text("Of the challenge."),
                "nonce": text("Of the challenge."),
                "enc": base64,
                "ciphertext": base64,
            },
            "required": ["connector", "key_id", "nonce", "enc", "ciphertext"],
            "additionalProperties": false,
        },
        "description": "In the place of `password`, for people of a site: sealed for each connector that `POST /api/v1/login/challenge` named.",
    });
    let login = json!({
        "type": "object",
        "description": "POST /api/v1/login.",
        "properties": {
            "login_name": text("As the person typed it."),
            "password": text("As the person typed it."),
            "sealed": sealed,
            "client_address": address,
            "device": device,
            "groups": groups,
        },
        "required": ["login_name"],
        "oneOf": [{ "required": ["password"] }, { "required": ["sealed"] }],
        "additionalProperties": false,
    });
    let challenge = json!({
        "type": "object",
        "description": "POST /api/v1/login/challenge.",
        "properties": {
            "login_name": text("As the person typed it."),
            "client_address": address,
        },
        "required": ["login_name"],
        "additionalProperties": false,
    });
    let revalidation = json!({
        "type": "object",
        "description": "POST /api/v1/login/revalidate.",
        "properties": {
            "token": text("The `revalidation` of the last accept."),
            "client_address": address,
            "groups": groups,
        },
        "required": ["token"],
        "additionalProperties": false,
    });
    let explain = json!({
        "description": "POST /api/v1/explain: a login to be walked through now, or one that was decided before.",
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "login_name": text("As a person would type it."),
                    "password": { "type": ["string", "null"], "description": "With one it is a login attempt like any other." },
                    "client_address": address,
                    "groups": groups,
                },
                "required": ["login_name"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "properties": {
                    "login": { "type": "string", "pattern": "^[0-9a-f]{16}$", "description": "The id of an earlier login." },
                },
                "required": ["login"],
                "additionalProperties": false,
            },
        ],
    });
    let ticket = json!({
        "type": "object",
        "description": "POST /api/v1/hub/tickets.",
        "properties": {
            "site": text("For which site."),
            "life_seconds": {
                "type": ["integer", "null"],
                "minimum": TICKET_LIFE.start(),
                "maximum": TICKET_LIFE.end(),
                "description": "How long it may be used; `hub.ticket_life` where it is left out.",
            },
        },
        "required": ["site"],
        "additionalProperties": false,
    });
    let all = [
        ("login_request", login),
        ("challenge_request", challenge),
        ("revalidation_request", revalidation),
        ("explain_request", explain),
        ("ticket_request", ticket),
    ];
    all.map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}
