//! One tree from the file, what it includes, and the environment.

use crate::catalogue;
use crate::code::Code;
use crate::place::{Place, Texts};
use crate::report::{Diagnostic, Problems};
use crate::sources::Sources;
use crate::tree::{Entry, Node, Table, Value, parse, parse_variable};
use std::path::{Path, PathBuf};

/// A configuration is text that people write: more than this is a mistake.
const LARGEST_FILE: usize = 1 << 20;

/// `ENTRYWAY__domain__staff__base` overrides `domain.staff.base`.
const PREFIX: &str = "ENTRYWAY__";

/// Everything that was written, before anybody asks what it means.
pub(crate) struct Gathered {
    pub(crate) root: Table,
    /// The main file's own text: where problems of the whole are shown.
    pub(crate) main: Place,
    /// Every file that was read.
    pub(crate) files: Vec<PathBuf>,
}

/// Reads it all. `None` when the main file itself cannot be read.
pub(crate) fn gather(
    sources: &Sources,
    texts: &mut Texts,
    problems: &Problems,
) -> Option<Gathered> {
    let (mut root, main) = read(sources, &sources.file, None, texts, problems)?;
    let mut files = vec![sources.file.clone()];
    for (path, place) in includes(sources, &mut root, texts, problems) {
        let Some((mut table, _)) = read(sources, &path, Some(place), texts, problems) else {
            continue;
        };
        files.push(path);
        if let Some(at) = table
            .entries
            .iter()
            .position(|entry| entry.key == "include")
        {
            let entry = table.entries.remove(at);
            problems.push(
                Diagnostic::new(Code::Include, "an included file includes others")
                    .at(entry.key_place, "only the main file may")
                    .also(place, "included from here"),
            );
        }
        root.merge(table, problems);
    }
    overrides(sources, &mut root, texts, problems);
    Some(Gathered {
        root,
        main: Place {
            text: main,
            start: 0,
            end: 0,
        },
        files,
    })
}

fn read(
    sources: &Sources,
    path: &Path,
    from: Option<Place>,
    texts: &mut Texts,
    problems: &Problems,
) -> Option<(Table, usize)> {
    let refused = |why: String| {
        let diagnostic = Diagnostic::new(
            Code::Unreadable,
            format!("cannot read `{}`: {why}", path.display()),
        );
        problems.push(match from {
            Some(place) => diagnostic.at(place, "included from here"),
            None => diagnostic,
        });
    };
    let content = match sources.files.read(path, LARGEST_FILE) {
        Ok(content) => content.bytes,
        Err(error) => {
            refused(why(&error));
            return None;
        }
    };
    let Ok(content) = String::from_utf8(content) else {
        refused("it is not UTF-8".to_owned());
        return None;
    };
    let text = texts.add_file(path, &content);
    Some((parse(&content, text, problems), text))
}

/// The system's words without its number, in the style of our own.
pub(crate) fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::InvalidInput => "not a regular file".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// The files that `include` names, sorted within each pattern, each once.
fn includes(
    sources: &Sources,
    root: &mut Table,
    texts: &Texts,
    problems: &Problems,
) -> Vec<(PathBuf, Place)> {
    let mut found: Vec<(PathBuf, Place)> = Vec::new();
    let Some(Entry { node, .. }) = root.get("include") else {
        return found;
    };
    // Anything else than strings is reported with the other types.
    let Value::Array(patterns) = &node.value else {
        return found;
    };
    for pattern in patterns {
        let Value::String(written) = &pattern.value else {
            continue;
        };
        match expand(sources, texts.folder(pattern.place), written) {
            Ok(paths) => {
                for path in paths {
                    if path != sources.file && !found.iter().any(|(known, _)| *known == path) {
                        found.push((path, pattern.place));
                    }
                }
            }
            Err(problem) => problems.push(
                Diagnostic::new(
                    Code::Include,
                    format!("cannot include `{written}`: {problem}"),
                )
                .at(pattern.place, "")
                .hint("a pattern has one `*`, in the name of the file: `conf.d/*.toml`"),
            ),
        }
    }
    found
}

fn expand(sources: &Sources, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let whole = folder.join(pattern);
    let name = whole
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("it names no file")?;
    let parent = whole.parent().unwrap_or(Path::new(""));
    if parent.to_string_lossy().contains('*') {
        return Err("`*` stands in the name of a folder".to_owned());
    }
    let Some((before, after)) = name.split_once('*') else {
        return Ok(vec![whole]);
    };
    if after.contains('*') {
        return Err("it holds more than one `*`".to_owned());
    }
    let names = match sources.files.list(parent) {
        Ok(names) => names,
        // A folder for additions may well not exist yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(why(&error)),
    };
    let fits = |name: &str| {
        name.len() >= before.len() + after.len()
            && name.starts_with(before)
            && name.ends_with(after)
            && (!name.starts_with('.') || before.starts_with('.'))
    };
    let mut names: Vec<String> = names
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| fits(name))
        .collect();
    names.sort();
    Ok(names.into_iter().map(|name| parent.join(name)).collect())
}

fn overrides(sources: &Sources, root: &mut Table, texts: &mut Texts, problems: &Problems) {
    let folder = sources.file.parent().unwrap_or(Path::new("")).to_owned();
    for (written, value) in &sources.environment {
        // What is not UTF-8 is read all the same, to be reported.
        let (name, content) = (written.to_string_lossy(), value.to_string_lossy());
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let keys: Vec<&str> = path.split("__").collect();
        let text = texts.add_variable(&name, &content, &keys, folder.clone());
        let place = Place {
            text,
            start: 0,
            end: content.len(),
        };
        let refuse = |why: String| {
            problems.push(
                Diagnostic::new(Code::Override, format!("`{name}` overrides nothing: {why}"))
                    .at(place, ""),
            );
        };
        if written.to_str().is_none() {
            refuse("its name is not UTF-8".to_owned());
        } else if value.to_str().is_none() {
            refuse("its value is not UTF-8".to_owned());
        } else if keys.iter().any(|key| key.is_empty()) {
            refuse("a part of its name is empty".to_owned());
        } else if let Err(unknown) = catalogue::addressable(&keys) {
            refuse(unknown);
        } else if let Err(why) = set(root, &keys, parse_variable(&content, text), place) {
            refuse(why);
        }
    }
}

/// Puts a value where the keys lead, in place of what stood there.
fn set(table: &mut Table, keys: &[&str], node: Node, place: Place) -> Result<(), String> {
    let Some((key, rest)) = keys.split_first() else {
        return Ok(());
    };
    if table.get(key).is_none() {
        let value = Node {
            value: Value::Table(Table::default()),
            place,
        };
        table.entries.push(Entry {
            key: (*key).to_owned(),
            key_place: place,
            node: value,
        });
    }
    let Some(entry) = table.get_mut(key) else {
        return Ok(());
    };
    if rest.is_empty() {
        entry.key_place = place;
        entry.node = node;
        return Ok(());
    }
    match &mut entry.node.value {
        Value::Table(inner) => set(inner, rest, node, place),
        other => Err(format!("`{key}` is {}, expected a table", other.kind())),
    }
}
