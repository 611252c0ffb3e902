//! What stands in the cells of logins and accounts.
//!
//! A cell is text, or one or more code spans. A code span that is a JSON string stands for that
//! string: an empty password is `""`, a bell `"\u0007"`.

use super::table::Row;
use crate::Problem;
use crate::document::{Account, Expected, Login, LoginPassword, Outcome, TracePiece};

/// Of Entryway's own accounts.
pub(super) const ACCOUNT_COLUMNS: [&str; 12] = [
    "account",
    "password",
    "imported hash",
    "kept in",
    "enabled",
    "uid",
    "gid",
    "home",
    "shell",
    "user type",
    "email",
    "display name",
];

/// Of the operating system's.
pub(super) const SYSTEM_COLUMNS: [&str; 6] =
    ["system account", "password", "uid", "gid", "home", "shell"];

pub(super) fn login(row: &Row<'_>) -> Result<Login, Problem> {
    let mut name = None;
    let mut password = LoginPassword::NotAsked;
    let mut address = None;
    let mut outcome = None;
    let (mut session, mut trace, mut explain, mut binds) =
        (Vec::new(), Vec::new(), Vec::new(), None);
    for (column, cell) in row.cells() {
        match column {
            "login" => name = text(cell),
            "password" => {
                if let Some(text) = text(cell) {
                    password = LoginPassword::Text(text);
                }
            }
            "password file" => {
                if let Some(text) = text(cell) {
                    password = LoginPassword::File(text);
                }
            }
            "address" => {
                address = text(cell)
                    .map(|text| text.parse().map_err(|_| bad(column, "an address", &text)))
                    .transpose()?;
            }
            "expected" => outcome = Some(self::outcome(&text(cell).unwrap_or_default())?),
            "session" => session = pairs(column, &spans(cell).join(" "))?,
            "trace" => {
                trace = spans(cell)
                    .into_iter()
                    .map(|piece| trace_piece(column, piece))
                    .collect::<Result<_, _>>()?;
            }
            "explain" => explain = spans(cell).into_iter().map(str::to_owned).collect(),
            "binds" => {
                binds = text(cell)
                    .map(|text| text.parse().map_err(|_| bad(column, "a number", &text)))
                    .transpose()?;
            }
            other => {
                let what = format!("there is no column `{other}` of logins");
                return Err(Problem::Table(what));
            }
        }
    }
    let Some(name) = name else {
        return Err(bad("login", "a name (an empty one is `\"\"`)", ""));
    };
    let Some(outcome) = outcome else {
        return Err(Problem::Table("logins have a column `expected`".to_owned()));
    };
    Ok(Login {
        line: row.line,
        name,
        password,
        address,
        expected: Expected {
            outcome,
            session,
            trace,
            explain,
            binds,
        },
    })
}

pub(super) fn account(row: &Row<'_>, columns: &[&str]) -> Result<Account, Problem> {
    let mut cells = Vec::new();
    for (column, cell) in row.cells() {
        if !columns.contains(&column) {
            let what = format!("there is no column `{column}` of accounts");
            return Err(Problem::Table(what));
        }
        if let Some(text) = text(cell) {
            cells.push((column.to_owned(), text));
        }
    }
    if cells
        .first()
        .is_none_or(|(column, _)| Some(&column.as_str()) != columns.first())
    {
        return Err(bad("account", "a name", ""));
    }
    Ok(Account {
        line: row.line,
        cells,
    })
}

fn bad(column: &str, expected: &str, found: &str) -> Problem {
    Problem::Cell {
        column: column.to_owned(),
        what: format!("expected {expected}, found `{found}`"),
    }
}

/// The whole cell as one text; `None` for an empty one.
fn text(cell: &str) -> Option<String> {
    match &*spans(cell) {
        [] => None,
        [one] => Some(string(one).unwrap_or_else(|| (*one).to_owned())),
        _ => Some(cell.to_owned()),
    }
}

/// A JSON string.
fn string(text: &str) -> Option<String> {
    text.starts_with('"')
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

/// The code spans of a cell; a cell without any is itself one.
fn spans(cell: &str) -> Vec<&str> {
    if !cell.contains('`') {
        return if cell.is_empty() { vec![] } else { vec![cell] };
    }
    // Every second part stands between backticks.
    cell.split('`').skip(1).step_by(2).collect()
}

fn outcome(text: &str) -> Result<Outcome, Problem> {
    let expected =
        "`accept`, `would_accept`, `reject REASON`, `challenge CHALLENGE` or `indeterminate FAULT`";
    let mut words = text.split_whitespace();
    let (decision, code, more) = (words.next().unwrap_or_default(), words.next(), words.next());
    let fits = match decision {
        "accept" | "would_accept" => code.is_none(),
        "reject" | "challenge" | "indeterminate" => code.is_some(),
        _ => false,
    };
    if !fits || more.is_some() {
        return Err(bad("expected", expected, text));
    }
    Ok(Outcome {
        decision: decision.to_owned(),
        code: code.map(str::to_owned),
    })
}

fn trace_piece(column: &str, text: &str) -> Result<TracePiece, Problem> {
    let (absent, rest) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (event, fields) = rest.split_once(' ').unwrap_or((rest, ""));
    if event.is_empty() || event.contains('=') {
        return Err(bad(column, "an event such as `searched domain=eng`", text));
    }
    Ok(TracePiece {
        text: text.to_owned(),
        absent,
        event: event.to_owned(),
        fields: pairs(column, fields)?,
    })
}

/// `uid=1042 display_name="Jane Doe" shell=`: a value with blanks is a JSON string.
fn pairs(column: &str, text: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=').filter(|(key, _)| !key.contains(' ')) else {
            return Err(bad(column, "`key=value`", rest));
        };
        let (value, after) = if after.starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<String>();
            match values.next() {
                Some(Ok(value)) => (value, after.get(values.byte_offset()..).unwrap_or_default()),
                _ => return Err(bad(column, "a JSON string", after)),
            }
        } else {
            let (value, after) = after.split_once(' ').unwrap_or((after, ""));
            (value.to_owned(), after)
        };
        pairs.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}
