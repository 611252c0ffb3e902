//! What requests may be, for the OpenAPI document. The shapes beside it refuse every other key.

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
    let login = json!({
        "type": "object",
        "description": "POST /api/v1/login.",
        "properties": {
            "login_name": text("As the person typed it."),
            "password": text("As the person typed it."),
            "client_address": address,
            "device": device,
            "groups": groups,
        },
        "required": ["login_name", "password"],
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
    let all = [
        ("login_request", login),
        ("revalidation_request", revalidation),
        ("explain_request", explain),
    ];
    all.map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}
