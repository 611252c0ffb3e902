//! A session as text, for `entryway login`.

use super::words::{days_or_less, list, plain_or_quoted};
use crate::columns::Row;
use entryway_login::{Session, SessionGroups, UserType};

/// Their names, each with its domain.
fn groups(groups: &SessionGroups) -> String {
    let names = groups.groups.iter();
    let names = list(names.map(|group| format!("{}/{}", group.domain, group.name)));
    let more = if groups.partial {
        ", and maybe more"
    } else {
        ""
    };
    format!("{names}{more}")
}

/// One line for each thing the session knows; what it does not know is left out.
pub(crate) fn session_rows(session: &Session) -> Vec<Row> {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let method = session.method.as_str();
    let known = [
        ("name", Some(session.name.clone())),
        ("subject", Some(session.subject.0.clone())),
        ("domain", Some(session.domain.to_string())),
        ("dn", session.dn.clone()),
        ("server", session.server.as_deref().map(str::to_owned)),
        ("uid", number(session.uid)),
        ("gid", number(session.gid)),
        ("home", session.home.clone()),
        (
            "user type",
            session.user_type.map(UserType::as_str).map(str::to_owned),
        ),
        ("shell", session.shell.clone()),
        ("system user", session.system_user.clone()),
        (
            "user class",
            session.user_class.as_deref().map(str::to_owned),
        ),
        ("template", session.template.as_deref().map(str::to_owned)),
        ("groups", session.groups.as_ref().map(groups)),
        ("email", session.email.clone()),
        ("display name", session.display_name.clone()),
        ("method", Some(method.to_owned())),
    ];
    let mut rows: Vec<_> = known
        .into_iter()
        .filter_map(|(label, value)| Some(Row::new(label, plain_or_quoted(&value?))))
        .collect();
    for (name, values) in &session.attributes {
        rows.push(Row::new(
            &**name,
            list(values.iter().map(|value| plain_or_quoted(value))),
        ));
    }
    if let Some(seconds) = session.password.expires_in {
        rows.push(Row::new(
            "password",
            format!("expires in {}", days_or_less(seconds)),
        ));
    }
    if let Some(left) = session.password.grace_left {
        rows.push(Row::new(
            "password",
            format!("expired; {left} more logins are granted"),
        ));
    }
    rows
}
