//! `entryway session`: sessions of the single sign-on, seen and ended by the running daemon, which tells the applications.

use crate::cli::{Common, Running, Session, SessionCommand};
use crate::control::ask;
use crate::exit::Exit;
use crate::out;
use crate::status::{not_an_answer, unreached};
use crate::table::aligned;
use entryway_wire::{ControlAsk, ControlReply, EndedJson, SessionJson, SessionsJson};

/// Lists or ends them.
pub(crate) fn session(common: &Common, asked: &Session) -> Result<Exit, Exit> {
    match &asked.command {
        SessionCommand::List { person, running } => list(common, running, person.as_deref()),
        SessionCommand::End {
            id: Some(id),
            running,
            ..
        } => end(common, running, ControlAsk::EndSession { id: id.clone() }),
        SessionCommand::End {
            id: None,
            person,
            running,
        } => {
            let whose = person.clone().unwrap_or_default();
            end(common, running, ControlAsk::EndSessions { whose })
        }
    }
}

fn list(common: &Common, running: &Running, whose: Option<&str>) -> Result<Exit, Exit> {
    let mut sessions: Vec<SessionJson> = Vec::new();
    let mut after = None;
    loop {
        let asked = ControlAsk::Sessions {
            whose: whose.map(str::to_owned),
            after,
        };
        let ControlReply::Sessions(page) = answer(running, asked)? else {
            return Err(not_an_answer());
        };
        sessions.extend(page.sessions);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    // Names, not ids, are what is looked for here.
    sessions.sort_by(|one, other| {
        (&one.username, &one.subject, &one.since).cmp(&(
            &other.username,
            &other.subject,
            &other.since,
        ))
    });
    let listed = SessionsJson {
        sessions,
        next: None,
    };
    out::answer_as(common, &listed, || table(&listed.sessions));
    Ok(Exit::Done)
}

fn table(sessions: &[SessionJson]) -> String {
    let head = [
        "id",
        "person",
        "subject",
        "since",
        "used",
        "ends",
        "from",
        "applications",
        "browser",
    ];
    let lines = sessions.iter().map(|session| {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let clients = session.clients.join(" ");
        [
            session.id.clone(),
            session.username.clone(),
            session.subject.clone(),
            session.since.clone(),
            session.used.clone(),
            session.ends.clone(),
            or_dash(&session.address),
            if clients.is_empty() {
                "-".to_owned()
            } else {
                clients
            },
            or_dash(&session.agent),
        ]
    });
    aligned([head.map(str::to_owned)].into_iter().chain(lines))
}

fn end(common: &Common, running: &Running, asked: ControlAsk) -> Result<Exit, Exit> {
    let ControlReply::Ended(told) = answer(running, asked)? else {
        return Err(not_an_answer());
    };
    let EndedJson { ended } = told;
    out::answer_as(common, &told, || match ended {
        1 => "1 session has ended\n".to_owned(),
        ended => format!("{ended} sessions have ended\n"),
    });
    Ok(Exit::Done)
}

/// What the daemon says; who is not there, or not clear, is told here.
fn answer(running: &Running, asked: ControlAsk) -> Result<ControlReply, Exit> {
    match ask(running.socket.as_deref(), asked, false) {
        Ok(ControlReply::NotEnded { problem, remedy }) => {
            out::aside(&format!("error: {problem}\n  = hint: {remedy}\n"));
            Err(Exit::No)
        }
        Ok(reply) => Ok(reply),
        Err(error) => Err(unreached(&error)),
    }
}
