//! Tables of what was measured, and the page that holds them.

use super::forward::Forward;
use super::load::Measured;
use super::lookups::Lookups;
use super::modes::Modes;
use super::rules::Rules;
use super::sign_in::SignIns;
use entryway_conformance::Encrypt;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// The rounds of one side.
#[derive(Debug, Default)]
pub(super) struct Side(Vec<Measured>);

/// Both sides under the same load.
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) raw: Side,
    pub(super) gateway: Side,
}

/// What the gateway took of the machine.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) idle_kib: u64,
    pub(super) peak_kib: u64,
    /// A thousand in flight: how it went, and the most memory ever.
    pub(super) crowd: Option<(Side, u64)>,
    pub(super) first_answer: Duration,
}

/// Everything.
#[derive(Default)]
pub(super) struct Report {
    pub(super) saturated: Vec<(Encrypt, usize, Sides)>,
    /// With the rate.
    pub(super) half_load: Vec<(Encrypt, f64, Sides)>,
    pub(super) memory: Vec<(Encrypt, Memory)>,
    pub(super) modes: Option<Modes>,
    pub(super) rules: Option<Rules>,
    pub(super) lookups: Option<Lookups>,
    pub(super) sign_ins: Option<SignIns>,
    pub(super) forward: Option<Forward>,
}

impl Side {
    pub(super) fn add(&mut self, measured: Measured) {
        self.0.push(measured);
    }

    /// Logins per second, over all rounds.
    pub(super) fn rate(&self) -> f64 {
        let took: f64 = self.0.iter().map(|round| round.took.as_secs_f64()).sum();
        self.logins() / took
    }

    fn logins(&self) -> f64 {
        self.0.iter().map(|round| round.logins as f64).sum()
    }

    /// The slowest and the fastest round.
    fn spread(&self) -> (f64, f64) {
        let rates = self.0.iter().map(Measured::rate);
        rates.fold((f64::INFINITY, 0.0), |(low, high), rate| {
            (low.min(rate), high.max(rate))
        })
    }

    /// The lowest and the highest ratio of a round's logins per second to those of the other side's
    /// round beside it.
    pub(super) fn spread_against(&self, other: &Self) -> (f64, f64) {
        let pairs = self.0.iter().zip(&other.0);
        let ratios = pairs.map(|(ours, theirs)| ours.rate() / theirs.rate());
        ratios.fold((f64::INFINITY, 0.0), |(low, high), ratio| {
            (low.min(ratio), high.max(ratio))
        })
    }

    /// The median over the rounds, in milliseconds.
    fn median_ms(&self, of: impl Fn(&Measured) -> Duration) -> f64 {
        let mut all: Vec<Duration> = self.0.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }

    pub(super) fn p50(&self) -> f64 {
        self.median_ms(|round| round.p50)
    }

    pub(super) fn p99(&self) -> f64 {
        self.median_ms(|round| round.p99)
    }

    /// A row's cells: rate, both latencies, and what slapd and the gateway spend.
    pub(super) fn cells(&self) -> String {
        format!(
            "{:.0} | {:.2} | {:.2} | {:.3} | {:.3}",
            self.rate(),
            self.p50(),
            self.p99(),
            self.watched_cpu(0),
            self.watched_cpu(1)
        )
    }

    /// CPU seconds per 1,000 logins of the driver.
    pub(super) fn own_cpu(&self) -> f64 {
        self.per_thousand(|round| round.own_cpu)
    }

    /// The same of a watched program: slapd is the first, the gateway the second.
    pub(super) fn watched_cpu(&self, which: usize) -> f64 {
        self.per_thousand(|round| round.watched_cpu.get(which).copied().unwrap_or_default())
    }

    fn per_thousand(&self, of: impl Fn(&Measured) -> Duration) -> f64 {
        let total: f64 = self.0.iter().map(|round| of(round).as_secs_f64()).sum();
        total / self.logins() * 1000.0
    }
}

impl Sides {
    fn ratio(&self) -> f64 {
        self.gateway.rate() / self.raw.rate()
    }

    /// Logins per CPU second, the HTTP driver's own CPU left out, against the same of the raw side,
    /// whose client is what the gateway replaces.
    fn ratio_without_driver(&self) -> f64 {
        let raw = self.raw.watched_cpu(0) + self.raw.own_cpu();
        let gateway = self.gateway.watched_cpu(0) + self.gateway.watched_cpu(1);
        raw / gateway
    }
}

impl Report {
    /// The most logins per second that the gateway reached.
    pub(super) fn best_of_gateway(&self, encrypt: Encrypt) -> Option<f64> {
        self.saturated
            .iter()
            .filter(|(of, _, _)| *of == encrypt)
            .map(|(_, _, sides)| sides.gateway.rate())
            .reduce(f64::max)
    }

    /// All tables, as Markdown.
    pub(super) fn tables(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_tables(&mut out);
        out
    }

    fn write_tables(&self, out: &mut String) -> std::fmt::Result {
        if self.saturated.is_empty() {
            return self.write_further(out);
        }
        writeln!(out, "\n### As many logins as go\n")?;
        writeln!(
            out,
            "| LDAP | in flight | raw /s (slowest to fastest round) | p50 ms | p99 ms | gateway /s | p50 ms | p99 ms | ratio | ratio, driver apart |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for (encrypt, in_flight, sides) in &self.saturated {
            let (raw, gateway) = (&sides.raw, &sides.gateway);
            writeln!(
                out,
                "| {} | {in_flight} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
                name(*encrypt),
                rate(raw),
                raw.p50(),
                raw.p99(),
                rate(gateway),
                gateway.p50(),
                gateway.p99(),
                sides.ratio(),
                sides.ratio_without_driver()
            )?;
        }
        writeln!(out, "\n### CPU seconds per 1,000 logins\n")?;
        writeln!(
            out,
            "| LDAP | in flight | raw: slapd | raw: client | gateway: slapd | gateway: gateway | gateway: HTTP driver |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
        for (encrypt, in_flight, Sides { raw, gateway }) in &self.saturated {
            writeln!(
                out,
                "| {} | {in_flight} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
                name(*encrypt),
                raw.watched_cpu(0),
                raw.own_cpu(),
                gateway.watched_cpu(0),
                gateway.watched_cpu(1),
                gateway.own_cpu()
            )?;
        }
        self.write_half_load(out)?;
        self.write_memory(out)?;
        self.modes.iter().try_for_each(|modes| modes.write(out))?;
        self.write_further(out)
    }

    fn write_further(&self, out: &mut String) -> std::fmt::Result {
        self.rules.iter().try_for_each(|rules| rules.write(out))?;
        self.lookups.iter().try_for_each(|them| them.write(out))?;
        self.sign_ins.iter().try_for_each(|them| them.write(out))?;
        self.forward.iter().try_for_each(|them| them.write(out))
    }

    fn write_half_load(&self, out: &mut String) -> std::fmt::Result {
        if self.half_load.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n### At half load\n\nBoth sides at half of the logins per second that the gateway reached.\n"
        )?;
        writeln!(
            out,
            "| LDAP | logins/s asked | raw p50 ms | raw p99 ms | gateway p50 ms | gateway p99 ms |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
        for (encrypt, asked, Sides { raw, gateway }) in &self.half_load {
            writeln!(
                out,
                "| {} | {asked:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
                name(*encrypt),
                raw.p50(),
                raw.p99(),
                gateway.p50(),
                gateway.p99()
            )?;
        }
        Ok(())
    }

    fn write_memory(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### The gateway's memory and start\n")?;
        writeln!(
            out,
            "| LDAP | idle MiB | peak MiB, up to 64 in flight | peak MiB, 1,000 in flight | logins/s then | p99 ms then | start to first login answered, ms |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
        for (encrypt, memory) in &self.memory {
            let (crowd_peak, crowd_rate, crowd_p99) = match &memory.crowd {
                Some((side, peak)) => (
                    mib(*peak),
                    format!("{:.0}", side.rate()),
                    format!("{:.0}", side.p99()),
                ),
                None => ("-".to_owned(), "-".to_owned(), "-".to_owned()),
            };
            writeln!(
                out,
                "| {} | {} | {} | {crowd_peak} | {crowd_rate} | {crowd_p99} | {:.0} |",
                name(*encrypt),
                mib(memory.idle_kib),
                mib(memory.peak_kib),
                memory.first_answer.as_secs_f64() * 1000.0
            )?;
        }
        Ok(())
    }

    /// The whole page; `load` is the machine's load average before the run.
    pub(super) fn page(&self, people: u32, load: &str) -> String {
        let head = include_str!("page.md")
            .replace("{date}", &today())
            .replace("{machine}", &machine())
            .replace("{load}", load)
            .replace("{people}", &people.to_string());
        head + &self.tables()
    }
}

pub(super) fn rate(side: &Side) -> String {
    let (low, high) = side.spread();
    format!("{:.0} ({low:.0} to {high:.0})", side.rate())
}

fn mib(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}

fn name(encrypt: Encrypt) -> &'static str {
    match encrypt {
        Encrypt::Ldaps => "LDAPS",
        Encrypt::StartTls => "StartTLS",
        Encrypt::Nothing => "plain",
    }
}

/// The date.
pub(crate) fn today() -> String {
    said_by("date", &["-u", "+%F"])
}

/// The machine in one sentence.
pub(crate) fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown CPU", |(_, model)| model.trim());
    let cores = cpus
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let slapd = said_by("dpkg-query", &["-W", "-f=${Version}", "slapd"]);
    format!(
        "{cores} cores of {model}, Linux {}, slapd {slapd}, {}",
        said_by("uname", &["-r"]),
        said_by("rustc", &["--version"])
    )
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_else(|_| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Side, Sides};
    use crate::bench::load::Measured;
    use std::time::Duration;

    fn side(logins: u64, own_ms: u64, watched_ms: &[u64]) -> Side {
        let ms = Duration::from_millis;
        Side(vec![Measured {
            logins,
            took: ms(1000),
            p50: ms(1),
            p99: ms(2),
            own_cpu: ms(own_ms),
            watched_cpu: watched_ms.iter().map(|time| ms(*time)).collect(),
        }])
    }

    #[test]
    fn the_driver_is_set_apart_by_its_cpu() {
        // The same CPU per login without the driver: the driver alone makes the difference.
        let sides = Sides {
            raw: side(10_000, 500, &[1500]),
            gateway: side(8_000, 400, &[1200, 400]),
        };
        assert!((sides.ratio() - 0.8).abs() < 1e-9);
        assert!((sides.ratio_without_driver() - 1.0).abs() < 1e-9);
    }
}
