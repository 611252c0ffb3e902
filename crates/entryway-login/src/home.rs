//! Step 6, the home folder, and what may stand in one.

use crate::draft::Draft;
use crate::{HomeFolders, HomeResult, MapTarget, Platform};

/// Gives a home from the row of the class, else of `*`, if nothing gave one before.
pub(crate) fn apply(
    rows: &HomeFolders,
    class: Option<&str>,
    platform: Platform,
    name: &str,
    draft: &mut Draft,
) -> HomeResult {
    if draft.home.is_some() {
        return HomeResult::AlreadySet;
    }
    let Some(row) = rows.find(class) else {
        return HomeResult::NoRow;
    };
    if !draft.may_default(&MapTarget::Home) {
        return HomeResult::NoRow;
    }
    if let Err(problem) = component(name, platform) {
        draft.invalid.push((MapTarget::Home, problem.clone()));
        return HomeResult::Refused {
            problem,
            rule: row.rule,
        };
    }
    let home = format!("{}/{name}", row.prefix.trim_end_matches('/'));
    draft.home = Some(home.clone());
    HomeResult::FromRow {
        home,
        rule: row.rule,
    }
}

/// The longest name of a folder on the file systems in use, in bytes (unix) or thereabouts (windows).
const COMPONENT_MAX: usize = 255;

/// Whether a name may become one folder's name.
fn component(name: &str, platform: Platform) -> Result<(), String> {
    one_folder(name, platform).map_err(|problem| format!("the name {problem}"))
}

/// Whether a text may become one folder's name, or a part of it. What is wrong is told without the text.
///
/// Unix itself refuses `/` and NUL alone. The rest must not stand in a home: control characters, `\` and the blanks at
/// the ends make two names that look like one; `:` ends the field in a passwd line; `<`, `>` and `"`
/// are refused by the servers whose homes these are.
pub(crate) fn one_folder(name: &str, platform: Platform) -> Result<(), String> {
    if name.is_empty() {
        return Err("is empty".to_owned());
    }
    if name.len() > COMPONENT_MAX {
        return Err(format!(
            "has {} bytes, expected at most {COMPONENT_MAX}",
            name.len()
        ));
    }
    if matches!(name, "." | "..") {
        return Err(format!("is `{name}`, which is another folder"));
    }
    let refused: &[char] = match platform {
        Platform::Unix | Platform::None => &['/', '\\', ':', '<', '>', '"'],
        Platform::Windows => &['/', '\\', ':', '<', '>', '"', '|', '?', '*'],
    };
    if let Some(found) = name
        .chars()
        .find(|char| char.is_control() || refused.contains(char))
    {
        return Err(format!("holds {}", shown(found)));
    }
    if name.trim() != name {
        return Err("begins or ends with a blank".to_owned());
    }
    match platform {
        Platform::Unix | Platform::None => Ok(()),
        Platform::Windows => windows_component(name),
    }
}

/// Win32 drops dots at the end, and opens a device for these names whatever their extension. Of digits it
/// takes those of Latin-1 for a port: the superscripts one to three.
fn windows_component(name: &str) -> Result<(), String> {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    if name.ends_with('.') {
        return Err("ends with `.`".to_owned());
    }
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_ascii_lowercase();
    let port = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"))
        .is_some_and(is_port_number);
    if port || DEVICES.contains(&stem.as_str()) {
        return Err("stands for a device".to_owned());
    }
    Ok(())
}

fn is_port_number(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(
        (chars.next(), chars.next()),
        (Some('0'..='9' | '¹' | '²' | '³'), None)
    )
}

/// Checks a whole path as a map gives it.
pub(crate) fn absolute(path: &str, platform: Platform) -> Result<(), String> {
    if let Some(found) = path.chars().find(|char| char.is_control()) {
        return Err(format!("holds {}", shown(found)));
    }
    let is_absolute = match platform {
        Platform::Unix | Platform::None => path.starts_with('/'),
        Platform::Windows => has_drive(path) || path.starts_with("\\\\"),
    };
    if !is_absolute {
        return Err("is not an absolute path".to_owned());
    }
    let separators: &[char] = match platform {
        Platform::Unix | Platform::None => &['/'],
        Platform::Windows => &['/', '\\'],
    };
    if path.split(separators).any(|part| part == "..") {
        return Err("holds `..`".to_owned());
    }
    Ok(())
}

/// `C:\` or `C:/`.
fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// A character as a message shows it.
fn shown(char: char) -> String {
    if char.is_control() {
        format!("the control character U+{:04X}", u32::from(char))
    } else {
        format!("`{char}`")
    }
}

#[cfg(test)]
mod tests;
