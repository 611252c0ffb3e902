//! The parameters of a request: read strictly, because a misspelt one that is ignored answers another question.

use crate::operation::{Form, Operation, Parameter, Within};
use crate::refusal::Refusal;
use entryway_lookup::EntryId;
use entryway_wire::At;
use std::borrow::Cow;

/// Longest query that is read, in bytes: what is longer no longer fits into a head.
const MOST: usize = 24 * 1024;

/// What stands behind the `?`, each parameter at most once and as it may be.
#[derive(Debug)]
pub(crate) struct Query<'a>(Vec<(&'static str, Cow<'a, str>)>);

/// A parameter that is not as it may be.
fn bad(parameter: &Parameter, code: &'static str, detail: String) -> Refusal {
    Refusal::Part {
        at: At {
            within: parameter.place.as_str(),
            name: parameter.name,
        },
        code,
        detail,
    }
}

impl<'a> Query<'a> {
    /// Reads the parameters of an operation.
    pub(crate) fn read(query: Option<&'a str>, operation: &Operation) -> Result<Self, Refusal> {
        let query = query.unwrap_or_default();
        if query.len() > MOST {
            return Err(Refusal::Query {
                detail: format!("the query is longer than {MOST} bytes"),
            });
        }
        let mut found: Vec<(&'static str, Cow<'a, str>)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name, true).ok_or(Refusal::Query {
                detail: "a parameter's name is not percent-encoded UTF-8".to_owned(),
            })?;
            let of_query = |known: &&Parameter| known.place == Within::Query && known.name == name;
            let Some(parameter) = operation.parameters.iter().find(of_query) else {
                let of_query = |it: &&Parameter| it.place == Within::Query;
                let known = operation.parameters.iter().filter(of_query);
                return Err(Refusal::UnknownParameter {
                    name: name.chars().take(64).collect(),
                    known: known.map(|it| it.name).collect(),
                });
            };
            if found.iter().any(|(known, _)| *known == parameter.name) {
                return Err(bad(
                    parameter,
                    "parameter_twice",
                    format!("`{}` is given twice", parameter.name),
                ));
            }
            let value = decoded(value, true).ok_or_else(|| {
                bad(
                    parameter,
                    "bad_encoding",
                    format!("`{}` is not percent-encoded UTF-8", parameter.name),
                )
            })?;
            check(parameter, &value)?;
            found.push((parameter.name, value));
        }
        let missing = operation.parameters.iter().find(|known| {
            known.required
                && known.place == Within::Query
                && !found.iter().any(|(name, _)| *name == known.name)
        });
        match missing {
            None => Ok(Self(found)),
            Some(parameter) => Err(bad(
                parameter,
                "parameter_missing",
                format!("expected the parameter `{}`", parameter.name),
            )),
        }
    }

    /// Each parameter that there is.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, &**value))
    }

    /// A parameter's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| &**value)
    }

    /// A number, which [`Query::read`] has looked at.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// Whether a flag is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}

fn check(parameter: &Parameter, value: &str) -> Result<(), Refusal> {
    let name = parameter.name;
    match parameter.form {
        Form::Text { most } if value.len() > most => Err(bad(
            parameter,
            "too_long",
            format!("`{name}` is too long, expected at most {most} bytes"),
        )),
        Form::Text { .. } => Ok(()),
        Form::Number { least, most } => {
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let number = value.parse::<u32>().ok().filter(|_| digits);
            if number.is_some_and(|number| (least..=most).contains(&number)) {
                return Ok(());
            }
            Err(out_of_bounds(parameter, least, most))
        }
        Form::Flag if matches!(value, "true" | "false") => Ok(()),
        Form::Flag => Err(bad(
            parameter,
            "bad_value",
            format!("`{name}` is neither `true` nor `false`"),
        )),
        Form::Word(words) if words.contains(&value) => Ok(()),
        Form::Word(words) => Err(bad(
            parameter,
            "bad_value",
            format!("`{name}` is none of `{}`", words.join("`, `")),
        )),
    }
}

/// A number beyond what the configuration or the interface allows.
fn out_of_bounds(parameter: &Parameter, least: u32, most: u32) -> Refusal {
    let name = parameter.name;
    bad(
        parameter,
        "out_of_bounds",
        format!("`{name}` is out of bounds, expected a number from {least} to {most}"),
    )
}

/// A number, no more than the configuration allows.
pub(crate) fn at_most(
    query: &Query<'_>,
    name: &'static str,
    most: u32,
) -> Result<Option<u32>, Refusal> {
    match query.number(name) {
        Some(number) if number > most => Err(Refusal::Part {
            at: At {
                within: "query",
                name,
            },
            code: "out_of_bounds",
            detail: format!("`{name}` is out of bounds, expected a number from 1 to {most}"),
        }),
        number => Ok(number),
    }
}

/// The id in a path.
pub(crate) fn id(path: &str, operation: &Operation) -> Result<EntryId, Refusal> {
    let refused = |detail: &str| Refusal::Part {
        at: At {
            within: "path",
            name: "id",
        },
        code: "bad_id",
        detail: detail.to_owned(),
    };
    let text =
        variable(path, operation).ok_or_else(|| refused("the id is not percent-encoded UTF-8"))?;
    EntryId::parse(&text)
        .ok_or_else(|| refused("the path does not hold an id that was given out here"))
}

/// The variable part of a path; nothing where it is no text.
pub(crate) fn variable<'p>(path: &'p str, operation: &Operation) -> Option<Cow<'p, str>> {
    let variables = operation.variables(path)?;
    decoded(variables.first()?, false)
}

/// The text of percent-encoded UTF-8 (RFC 3986 §2.1). In a query `+` is a blank, as forms write it.
pub(crate) fn decoded(text: &str, plus_is_blank: bool) -> Option<Cow<'_, str>> {
    let is_special = |byte: u8| byte == b'%' || (plus_is_blank && byte == b'+');
    if !text.bytes().any(is_special) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let byte = 16 * digit(*high)? + digit(*low)?;
                bytes.push(u8::try_from(byte).ok()?);
                rest = after;
            }
            (b'%', _) => return None,
            (b'+', _) if plus_is_blank => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests;
