//! Templates as text: what is written parses back to the same template.

use super::FilterTemplate;
use super::value::{Part, TemplateValue};
use crate::filter::parse::Tree;
use crate::filter::write::{description, escaped, extensible, value};
use std::fmt::{self, Display, Formatter, Write};

impl Display for FilterTemplate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        tree(f, &self.tree)
    }
}

fn tree(f: &mut Formatter<'_>, of: &Tree<TemplateValue>) -> fmt::Result {
    f.write_str("(")?;
    match of {
        Tree::And(parts) => {
            f.write_str("&")?;
            parts.iter().try_for_each(|part| tree(f, part))?;
        }
        Tree::Or(parts) => {
            f.write_str("|")?;
            parts.iter().try_for_each(|part| tree(f, part))?;
        }
        Tree::Not(part) => {
            f.write_str("!")?;
            tree(f, part)?;
        }
        Tree::Item {
            attribute,
            comparison,
            value: of,
        } => {
            description(f, attribute)?;
            f.write_str(comparison.symbol())?;
            template_value(f, of)?;
        }
        Tree::Pieces(attribute, pieces) => {
            description(f, attribute)?;
            f.write_str("=")?;
            for (at, piece) in pieces.iter().enumerate() {
                if at > 0 {
                    f.write_char('*')?;
                }
                template_value(f, piece)?;
            }
        }
        Tree::Extensible {
            attribute,
            rule,
            value: of,
            dn_attributes,
        } => {
            extensible(f, attribute.as_ref(), rule.as_deref(), *dn_attributes)?;
            template_value(f, of)?;
        }
    }
    f.write_str(")")
}

fn template_value(f: &mut Formatter<'_>, of: &TemplateValue) -> fmt::Result {
    for part in of.parts() {
        match part {
            Part::Placeholder(placeholder) => placeholder.fmt(f)?,
            // A literal brace is an ordinary byte to the filter's writer.
            Part::Literal(literal) => {
                for piece in literal.split_inclusive(|byte| matches!(byte, b'{' | b'}')) {
                    match piece {
                        [before @ .., brace @ (b'{' | b'}')] => {
                            value(f, before)?;
                            escaped(f, &[*brace])?;
                        }
                        whole => value(f, whole)?,
                    }
                }
            }
        }
    }
    Ok(())
}
