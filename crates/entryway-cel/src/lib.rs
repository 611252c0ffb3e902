//! Expressions and templates of the rules: CEL, checked and priced when the configuration loads.
//!
//! Text becomes a typed tree ([`compile_condition`], [`compile_template`], [`compile_expression`]); what can be wrong is found then, with
//! the bytes that it is about. Evaluating a tree looks at the facts of one person and at nothing else, allocates
//! little, and is bounded by the price that was found when it was compiled and by [`MAX_WORK`].
//!
//! `cel` gives the grammar. Its interpreter is not used, but for the tests, which hold ours against it: it knows
//! no types before it runs, prices nothing and cannot say what an expression is going to look at.
//!
//! This crate must not know the configuration's format, files or directories.

mod compile;
mod condition;
mod error;
mod eval;
mod expression;
#[cfg(test)]
mod fixture;
mod lex;
mod mention;
mod network;
mod node;
mod pattern;
mod syntax;
mod template;
mod types;
mod value;

pub use condition::{CompiledCondition, compile_condition};
pub use error::CompileError;
pub use expression::{CompiledExpression, Outcome, compile_expression};
pub use mention::{Mention, MentionOf};
pub use template::{CompiledTemplate, compile_template};

/// Longest text of an expression or a template, in bytes.
pub const MAX_BYTES: usize = 4096;
/// Deepest nesting of operators; `&&`, `||` and `,` begin anew, and a `?` counts twice.
pub const MAX_DEPTH: usize = 64;
/// Deepest nesting of brackets. A parser built without optimisation needs 200 KiB of stack for each, and threads
/// have 2 MiB.
pub const MAX_BRACKETS: usize = 7;
/// Most values of an attribute that an expression looks at; more fail the rule.
pub const MAX_VALUES: usize = 1000;
/// Most groups that an expression looks at; more fail the rule.
pub const MAX_GROUPS: usize = 5000;
/// Highest price of an expression or a template: about how many parts of it are evaluated when every list is as
/// long as it may be.
pub const MAX_PRICE: u32 = 1_000_000;
/// Longest text that a pattern looks through, in bytes; a longer one fails the rule.
pub const MAX_MATCHED: usize = 4096;
/// How many bytes of text one evaluation may search through or make; more fail the rule. A template is one evaluation.
/// What a pattern looks through counts 8 to 128 times, by how large the pattern is.
pub const MAX_WORK: usize = 4 << 20;
