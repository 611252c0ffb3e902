//! curl with a jar of cookies, which goes where it is sent: as much of a browser as the pages of Entryway's need.

use super::pure_ftpd::quoted;
use anyhow::{Context, Result, ensure};
use entryway_conformance::Finished;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) struct Browser {
    jar: PathBuf,
    /// Whose certificates it believes.
    authority: PathBuf,
    /// What else curl is told, a line each.
    more: Vec<String>,
}

/// Where a browser has come to.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) status: String,
    /// How often it was sent on.
    pub(super) redirects: u32,
    pub(super) url: String,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new(jar: &Path, authority: &Path) -> Self {
        Self {
            jar: jar.to_owned(),
            authority: authority.to_owned(),
            more: Vec::new(),
        }
    }

    /// With a further line for curl.
    pub(super) fn with(mut self, line: impl Into<String>) -> Self {
        self.more.push(line.into());
        self
    }

    pub(super) fn get(&self, url: &str) -> Result<Shown> {
        self.ask(url, None)
    }

    /// Sends the form of a page of Entryway's, filled in.
    pub(super) fn submit(&self, shown: &Shown, filled: &[(&str, &str)]) -> Result<Shown> {
        let mut fields = vec![("flow", shown.after("name=\"flow\" value=\"")?)];
        fields.extend(filled);
        self.post(&shown.action()?, &fields)
    }

    pub(super) fn log_in(&self, shown: &Shown, name: &str, password: &str) -> Result<Shown> {
        self.submit(
            shown,
            &[("name", name), ("password", password), ("action", "login")],
        )
    }

    pub(super) fn post(&self, url: &str, fields: &[(&str, &str)]) -> Result<Shown> {
        self.ask(url, Some(fields))
    }

    fn ask(&self, url: &str, fields: Option<&[(&str, &str)]>) -> Result<Shown> {
        let (jar, authority) = (self.jar.display(), self.authority.display());
        let mut lines = vec![
            format!("url = {}", quoted(url)),
            format!("cookie = {}", quoted(&jar.to_string())),
            format!("cookie-jar = {}", quoted(&jar.to_string())),
            format!("cacert = {}", quoted(&authority.to_string())),
            "header = \"Accept: text/html\"".to_owned(),
            r#"write-out = "\n%{http_code} %{num_redirects} %{url_effective}""#.to_owned(),
            "location\nsilent\nshow-error\nmax-redirs = 10\nmax-time = 60\n".to_owned(),
        ];
        lines.extend(self.more.iter().cloned());
        if fields.is_some_and(<[_]>::is_empty) {
            lines.push("data = \"\"".to_owned());
        }
        for (name, value) in fields.unwrap_or_default() {
            lines.push(format!(
                "data-urlencode = {}",
                quoted(&format!("{name}={value}"))
            ));
        }
        let finished = curl(&lines)?;
        let shown = || {
            ensure!(finished.exit == 0, "curl ended with {}", finished.exit);
            let (body, end) = finished.stdout.rsplit_once('\n').context("an answer")?;
            let (status, rest) = end.split_once(' ').context("a status")?;
            let (redirects, url) = rest.split_once(' ').context("a count")?;
            Ok(Shown {
                status: status.to_owned(),
                redirects: redirects.parse()?,
                url: url.to_owned(),
                body: body.to_owned(),
            })
        };
        shown().with_context(|| format!("`{url}`: {finished:?}"))
    }
}

/// The password is in no argument here either.
pub(super) fn curl(lines: &[String]) -> Result<Finished> {
    Finished::of(
        Command::new("curl").args(["--disable", "--config", "-"]),
        &lines.join("\n"),
    )
}

impl Shown {
    /// What stands between a mark and the next quote.
    pub(super) fn after(&self, mark: &str) -> Result<&str> {
        self.body
            .split_once(mark)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(value, _)| value)
            .with_context(|| format!("expected `{mark}` in the page, found {}", self.body))
    }

    pub(super) fn is_at(&self, status: &str, url: &str) -> Result<()> {
        ensure!(
            self.status == status && self.url.starts_with(url),
            "expected {status} at `{url}`, found {} at `{}`: {}",
            self.status,
            self.url,
            self.body
        );
        Ok(())
    }

    pub(super) fn says(&self, text: &str) -> Result<()> {
        ensure!(
            self.body.contains(text),
            "expected `{text}` at `{}`, found {}",
            self.url,
            self.body
        );
        Ok(())
    }

    /// Where its form leads, relative to the page's own address as a browser reads it.
    fn action(&self) -> Result<String> {
        let page = self.url.split('?').next().unwrap_or_default();
        let (folder, _) = page.rsplit_once('/').context("an address has a path")?;
        Ok(format!("{folder}/{}", self.after("action=\"")?))
    }
}
