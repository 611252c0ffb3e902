//! Filters (RFC 4511 §4.5.1.7) between their tree and their encoding.

use crate::ber::{Reader, Tag, Writer, utf8};
use crate::message::flag;
use crate::{DecodeError, EncodeError, Limits};
use entryway_ldap_types::{AttributeName, Filter};

#[cfg(test)]
mod tests;

const AND: Tag = Tag::context_constructed(0);
const OR: Tag = Tag::context_constructed(1);
const NOT: Tag = Tag::context_constructed(2);
const EQUAL: Tag = Tag::context_constructed(3);
const SUBSTRINGS: Tag = Tag::context_constructed(4);
const GREATER_OR_EQUAL: Tag = Tag::context_constructed(5);
const LESS_OR_EQUAL: Tag = Tag::context_constructed(6);
const PRESENT: Tag = Tag::context(7);
const APPROX: Tag = Tag::context_constructed(8);
const EXTENSIBLE: Tag = Tag::context_constructed(9);

/// Decodes a filter that stands alone, such as one kept in a file or fed by a fuzzer.
pub fn decode_filter(bytes: &[u8], limits: &Limits) -> Result<Filter, DecodeError> {
    let mut reader = Reader::new(bytes, limits.nesting.saturating_add(2));
    let filter = decode(&mut reader, limits)?;
    match reader.rest().len() {
        0 => Ok(filter),
        count => Err(DecodeError::Trailing { count }),
    }
}

/// Appends a filter's encoding. On an error `out` is as it was.
pub fn encode_filter(filter: &Filter, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let before = out.len();
    let result = encode(filter, &mut Writer::new(out), Filter::MAX_DEPTH);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// Reads the filter that stands next.
pub(crate) fn decode(reader: &mut Reader<'_>, limits: &Limits) -> Result<Filter, DecodeError> {
    let mut nodes_left = limits.filter_nodes;
    let depth = usize::from(limits.nesting).min(Filter::MAX_DEPTH);
    decode_node(reader, depth, &mut nodes_left, limits.filter_nodes)
}

fn decode_node(
    reader: &mut Reader<'_>,
    depth: usize,
    nodes_left: &mut usize,
    limit: usize,
) -> Result<Filter, DecodeError> {
    let depth = depth.checked_sub(1).ok_or(DecodeError::Nesting)?;
    *nodes_left = nodes_left.checked_sub(1).ok_or(DecodeError::TooMany {
        what: "nodes in a filter",
        limit,
    })?;
    let tag = reader.peek().ok_or(DecodeError::Truncated)?;
    if tag == PRESENT {
        return Ok(Filter::Present(attribute(reader.element()?.1)?));
    }
    let (_, mut content) = reader.enter_any()?;
    let filter = match tag {
        AND => Filter::And(decode_nodes(&mut content, depth, nodes_left, limit)?),
        OR => Filter::Or(decode_nodes(&mut content, depth, nodes_left, limit)?),
        NOT => Filter::Not(Box::new(decode_node(
            &mut content,
            depth,
            nodes_left,
            limit,
        )?)),
        SUBSTRINGS => decode_substrings(&mut content, nodes_left, limit)?,
        EXTENSIBLE => decode_extensible(&mut content)?,
        EQUAL | GREATER_OR_EQUAL | LESS_OR_EQUAL | APPROX => {
            let name = attribute(content.octets("attributeDesc")?)?;
            let value = content.octets("assertionValue")?.to_vec();
            match tag {
                EQUAL => Filter::Equal(name, value),
                GREATER_OR_EQUAL => Filter::GreaterOrEqual(name, value),
                LESS_OR_EQUAL => Filter::LessOrEqual(name, value),
                _ => Filter::Approx(name, value),
            }
        }
        found => {
            return Err(DecodeError::Tag {
                expected: "a filter",
                found,
            });
        }
    };
    content.ignore_rest()?;
    Ok(filter)
}

fn decode_nodes(
    content: &mut Reader<'_>,
    depth: usize,
    nodes_left: &mut usize,
    limit: usize,
) -> Result<Vec<Filter>, DecodeError> {
    let mut nodes = Vec::new();
    while !content.is_empty() {
        nodes.push(decode_node(content, depth, nodes_left, limit)?);
    }
    Ok(nodes)
}

fn attribute(content: &[u8]) -> Result<AttributeName, DecodeError> {
    let what = "attribute description";
    AttributeName::parse(utf8(content, what)?).map_err(|_| DecodeError::Value { what })
}

fn decode_substrings(
    content: &mut Reader<'_>,
    nodes_left: &mut usize,
    limit: usize,
) -> Result<Filter, DecodeError> {
    let what = "substrings";
    let attribute = attribute(content.octets("type")?)?;
    let mut parts = content.enter(Tag::SEQUENCE, what)?;
    let (mut initial, mut any, mut last) = (None, Vec::new(), None);
    while let Some(tag) = parts.peek() {
        let (_, part) = parts.element()?;
        // `initial` only in front, `final` only at the end (RFC 4511 §4.5.1.7.2). A piece of no bytes
        // matches everything and has no text form.
        if last.is_some() || part.is_empty() {
            return Err(DecodeError::Value { what });
        }
        *nodes_left = nodes_left.checked_sub(1).ok_or(DecodeError::TooMany {
            what: "nodes in a filter",
            limit,
        })?;
        match tag {
            tag if tag == Tag::context(0) && initial.is_none() && any.is_empty() => {
                initial = Some(part.to_vec())
            }
            tag if tag == Tag::context(1) => any.push(part.to_vec()),
            tag if tag == Tag::context(2) => last = Some(part.to_vec()),
            _ => return Err(DecodeError::Value { what }),
        }
    }
    if initial.is_none() && any.is_empty() && last.is_none() {
        return Err(DecodeError::Value { what });
    }
    Ok(Filter::Substrings {
        attribute,
        initial,
        any,
        last,
    })
}

fn decode_extensible(content: &mut Reader<'_>) -> Result<Filter, DecodeError> {
    let rule = content.optional(Tag::context(1))?;
    let rule: Option<Box<str>> = rule
        .map(|rule| utf8(rule, "matchingRule"))
        .transpose()?
        .map(Into::into);
    if !rule.as_deref().is_none_or(Filter::is_matching_rule) {
        return Err(DecodeError::Value {
            what: "matchingRule",
        });
    }
    let attribute = content
        .optional(Tag::context(2))?
        .map(attribute)
        .transpose()?;
    let value = content.content(Tag::context(3), "matchValue")?.to_vec();
    let dn_attributes = flag(content.optional(Tag::context(4))?, "dnAttributes")?;
    if rule.is_none() && attribute.is_none() {
        return Err(DecodeError::Value {
            what: "extensibleMatch",
        });
    }
    Ok(Filter::Extensible {
        attribute,
        rule,
        value,
        dn_attributes,
    })
}

/// Writes a filter; a tree deeper than `depth` levels is refused, so that we never send what we would not read.
pub(crate) fn encode(
    filter: &Filter,
    out: &mut Writer<'_>,
    depth: usize,
) -> Result<(), EncodeError> {
    let depth = depth.checked_sub(1).ok_or(EncodeError::FilterDepth {
        limit: Filter::MAX_DEPTH,
    })?;
    let assertion = |out: &mut Writer<'_>, tag, name: &AttributeName, value: &[u8]| {
        out.constructed(tag, |out| {
            out.octets(name.as_str().as_bytes());
            out.octets(value);
        });
        Ok(())
    };
    match filter {
        Filter::And(nodes) => out.constructed(AND, |out| {
            nodes.iter().try_for_each(|node| encode(node, out, depth))
        }),
        Filter::Or(nodes) => out.constructed(OR, |out| {
            nodes.iter().try_for_each(|node| encode(node, out, depth))
        }),
        Filter::Not(node) => out.constructed(NOT, |out| encode(node, out, depth)),
        Filter::Equal(name, value) => assertion(out, EQUAL, name, value),
        Filter::GreaterOrEqual(name, value) => assertion(out, GREATER_OR_EQUAL, name, value),
        Filter::LessOrEqual(name, value) => assertion(out, LESS_OR_EQUAL, name, value),
        Filter::Approx(name, value) => assertion(out, APPROX, name, value),
        Filter::Present(name) => {
            out.primitive(PRESENT, name.as_str().as_bytes());
            Ok(())
        }
        Filter::Substrings {
            attribute,
            initial,
            any,
            last,
        } => {
            out.constructed(SUBSTRINGS, |out| {
                out.octets(attribute.as_str().as_bytes());
                out.constructed(Tag::SEQUENCE, |out| {
                    initial
                        .iter()
                        .for_each(|part| out.primitive(Tag::context(0), part));
                    any.iter()
                        .for_each(|part| out.primitive(Tag::context(1), part));
                    last.iter()
                        .for_each(|part| out.primitive(Tag::context(2), part));
                });
            });
            Ok(())
        }
        Filter::Extensible {
            attribute,
            rule,
            value,
            dn_attributes,
        } => {
            out.constructed(EXTENSIBLE, |out| {
                rule.iter()
                    .for_each(|rule| out.primitive(Tag::context(1), rule.as_bytes()));
                attribute
                    .iter()
                    .for_each(|name| out.primitive(Tag::context(2), name.as_str().as_bytes()));
                out.primitive(Tag::context(3), value);
                if *dn_attributes {
                    out.boolean(Tag::context(4), true);
                }
            });
            Ok(())
        }
    }
}
