//! Filters as RFC 4515 text: what is written parses back to the same tree.

use super::Filter;
use crate::AttributeName;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        match self {
            Self::And(parts) => list(f, '&', parts)?,
            Self::Or(parts) => list(f, '|', parts)?,
            Self::Not(part) => write!(f, "!{part}")?,
            Self::Equal(attribute, value) => item(f, attribute, "=", value)?,
            Self::GreaterOrEqual(attribute, value) => item(f, attribute, ">=", value)?,
            Self::LessOrEqual(attribute, value) => item(f, attribute, "<=", value)?,
            Self::Approx(attribute, value) => item(f, attribute, "~=", value)?,
            Self::Present(attribute) => item(f, attribute, "=*", &[])?,
            Self::Substrings {
                attribute,
                initial,
                any,
                last,
            } => {
                item(f, attribute, "=", initial.as_deref().unwrap_or_default())?;
                for piece in any {
                    f.write_char('*')?;
                    value(f, piece)?;
                }
                f.write_char('*')?;
                value(f, last.as_deref().unwrap_or_default())?;
            }
            Self::Extensible {
                attribute,
                rule,
                value: bytes,
                dn_attributes,
            } => {
                extensible(f, attribute.as_ref(), rule.as_deref(), *dn_attributes)?;
                value(f, bytes)?;
            }
        }
        f.write_str(")")
    }
}

fn list(f: &mut Formatter<'_>, operator: char, parts: &[Filter]) -> fmt::Result {
    f.write_char(operator)?;
    parts.iter().try_for_each(|part| part.fmt(f))
}

fn item(
    f: &mut Formatter<'_>,
    attribute: &AttributeName,
    operator: &str,
    bytes: &[u8],
) -> fmt::Result {
    description(f, attribute)?;
    f.write_str(operator)?;
    value(f, bytes)
}

/// Everything of an extensible item that stands before its value.
pub(crate) fn extensible(
    f: &mut Formatter<'_>,
    attribute: Option<&AttributeName>,
    rule: Option<&str>,
    dn_attributes: bool,
) -> fmt::Result {
    if let Some(attribute) = attribute {
        description(f, attribute)?;
    }
    if dn_attributes {
        f.write_str(":dn")?;
    }
    if let Some(rule) = rule {
        write!(f, ":{rule}")?;
    }
    f.write_str(":=")
}

/// An attribute with its options, except those with `=` or `*` (Active Directory's `;range=0-*`),
/// which a filter has no use for and which would read back as an operator.
pub(crate) fn description(f: &mut Formatter<'_>, attribute: &AttributeName) -> fmt::Result {
    f.write_str(attribute.base())?;
    attribute
        .options()
        .filter(|option| !option.contains(['=', '*']))
        .try_for_each(|option| write!(f, ";{option}"))
}

/// Bytes as an assertion value: what has a meaning of its own, control characters and what is not
/// UTF-8 become `\xx`.
pub(crate) fn value(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if matches!(char, '*' | '(' | ')' | '\\') || char.is_control() {
                let mut buffer = [0; 4];
                escaped(f, char.encode_utf8(&mut buffer).as_bytes())?;
            } else {
                f.write_char(char)?;
            }
        }
        escaped(f, chunk.invalid())?;
    }
    Ok(())
}

/// Every byte as `\xx`.
pub(crate) fn escaped(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\{byte:02x}"))
}
