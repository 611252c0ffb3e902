//! A network at the other end of a bad line: every packet late, some lost, or none that comes through.

use crate::far::{Ends, FarSide, free_ends};
use crate::keeper::{Keeper, Rights};
use crate::{Deadline, programs, until};
use anyhow::{Context, Result};
use rustix::process::Signal;
use std::fs;

const PROGRAM: &str = include_str!("weather.py");

/// What the line does to every packet, in each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    /// How late it is, in milliseconds.
    pub delay_ms: u32,
    /// How many of a hundred are lost.
    pub lost_percent: u32,
}

impl Weather {
    /// A line that is as good as any on this machine.
    pub const FAIR: Self = Self {
        delay_ms: 0,
        lost_percent: 0,
    };
    /// A line that is cut: nothing comes through, and nobody is told.
    pub const CUT: Self = Self {
        delay_ms: 0,
        lost_percent: 100,
    };

    fn text(self) -> String {
        format!("{} {}", self.delay_ms, self.lost_percent)
    }
}

/// Such a line; it goes, with the network behind it, when dropped. Needs the superuser's rights, and `/dev/net/tun`.
#[derive(Debug)]
pub struct BadLine {
    far: FarSide,
}

impl BadLine {
    /// Lays the line, in this weather.
    pub fn start(weather: Weather) -> Result<Self> {
        let python = programs::find("python3", "python3")?;
        programs::find("ip", "iproute2")?;
        let Ends { link, near, far } = free_ends()?;
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let folder = keeper.dir().to_owned();
        fs::write(folder.join("weather"), weather.text())?;
        let (dir, ready) = (folder.display().to_string(), folder.join("ready"));
        let (near_text, far_text) = (near.to_string(), far.to_string());
        let words = [&python, "-c", PROGRAM, &dir, &link, &near_text, &far_text];
        keeper
            .start("a bad line", &words, || ready.exists())
            .context("lines are laid over /dev/net/tun, as root or through `sudo -n`")?;
        Ok(Self {
            far: FarSide::of(keeper, near, far)?,
        })
    }

    /// The network at its other end.
    pub fn far(&self) -> &FarSide {
        &self.far
    }

    /// Another weather, from the next packet on.
    pub fn turns(&self, weather: Weather) -> Result<()> {
        let keeper = &self.far.keeper;
        let (folder, text) = (keeper.dir(), weather.text());
        let read = folder.join("read");
        fs::write(folder.join("weather"), &text)?;
        fs::write(&read, "")?;
        keeper.signal(Signal::HUP)?;
        until("the line knows its weather", Deadline::seconds(10), || {
            Ok((fs::read_to_string(&read)? == text).then_some(()))
        })
    }
}
