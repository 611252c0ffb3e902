//! What the kernel says a program has used, from `/proc`.

use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// The kernel counts CPU time in `/proc` in hundredths of a second, whatever its own tick is.
const TICK: Duration = Duration::from_millis(10);

/// CPU time of all threads of a program, those that ended included.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{path}`"))?;
    let ticks = ticks(&text).with_context(|| format!("cannot understand `{path}`"))?;
    Ok(TICK * ticks)
}

/// User and system time: fields 14 and 15. The name, field 2, may hold blanks: counted from its end.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// A line of `/proc/PID/status` in KiB: `VmRSS` is what it holds now, `VmHWM` the most it ever held.
pub(crate) fn memory_kib(pid: u32, line: &str) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{path}`"))?;
    kib(&text, line).with_context(|| format!("`{path}` has no `{line}`"))
}

fn kib(status: &str, line: &str) -> Option<u64> {
    let rest = status
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(':'))?;
    rest.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// How many programs wanted to run, on average over the last minute.
pub(crate) fn load_average() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg").context("cannot read `/proc/loadavg`")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{kib, ticks};

    #[test]
    fn cpu_fields_are_counted_from_the_name() {
        let stat = "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 700 30 0 0 20 0";
        assert_eq!(ticks(stat), Some(730));
    }

    #[test]
    fn memory_is_read_by_its_line() {
        assert_eq!(
            kib("VmPeak:\t 9 kB\nVmHWM:\t  1234 kB\n", "VmHWM"),
            Some(1234)
        );
    }
}
