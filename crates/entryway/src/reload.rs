//! `entryway reload`: has the running daemon read its configuration again, waits, and says what came of it.

use crate::cli::{Common, Output, Running};
use crate::columns::{Row, render};
use crate::control::ask;
use crate::exit::Exit;
use crate::out;
use crate::palette::Tone;
use crate::status::{not_an_answer, unreached};
use entryway_wire::{ControlAsk, ControlReply, Reload};

/// Asks, and shows what came of it.
pub(crate) fn reload(common: &Common, asked: &Running) -> Result<Exit, Exit> {
    let colour = common.output == Output::Text && out::aside_in_colour();
    let reply = ask(asked.socket.as_deref(), ControlAsk::Reload, colour)
        .map_err(|error| unreached(&error))?;
    let ControlReply::Reload(reload) = reply else {
        return Err(not_an_answer());
    };
    match common.output {
        Output::Json => out::json(&reload),
        Output::Text => {
            // The same text, in the same place, as the same file gives `entryway check`.
            out::aside(&reload.report);
            out::answer(&render(&rows(&reload), out::answer_style()));
        }
    }
    Ok(if reload.applied {
        Exit::Done
    } else {
        Exit::Configuration
    })
}

fn rows(reload: &Reload) -> Vec<Row> {
    let in_force = format!("generation {}", reload.generation);
    if !reload.applied {
        let row = Row::new("config", "refused").tone(Tone::Bad);
        return vec![row.note(format!(
            "{}: {in_force} is still in force",
            reload.configuration
        ))];
    }
    let mut rows = vec![Row::new("config", "applied").tone(Tone::Good).note(format!(
        "{}: {in_force}, {} domains, {} API callers, {} files",
        reload.configuration, reload.domains, reload.callers, reload.files
    ))];
    for setting in &reload.restart_needed {
        let row = Row::new("", "a restart is needed").tone(Tone::Strong);
        rows.push(row.note(setting));
    }
    rows
}
