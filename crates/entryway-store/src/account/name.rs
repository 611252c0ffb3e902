//! Names of local accounts.

use crate::NameProblem;

const LONGEST: usize = 128;

/// What names compare by: without case.
pub(crate) fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// Refuses names that a login name could not say.
pub(crate) fn check_name(name: &str) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.len() > LONGEST {
        return Err(NameProblem::Long);
    }
    if let Some(found) = name.chars().find(|c| matches!(c, '/' | '\\' | '@')) {
        return Err(NameProblem::Separator(found));
    }
    if name.chars().any(char::is_control) {
        return Err(NameProblem::Control);
    }
    if name.trim() != name {
        return Err(NameProblem::Blank);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
