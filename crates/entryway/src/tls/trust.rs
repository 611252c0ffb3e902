//! `entryway tls trust add`: an authority's certificate goes into a file once somebody has said that it
//! is the right one. Never blindly: whoever is on the way could show any.

use super::fetch::from;
use super::show::{self, until};
use super::{target, usage};
use crate::cli::{AddTrust, Common, Output};
use crate::columns::render;
use crate::exit::Exit;
use crate::out;
use entryway_ldap::{CertificateFacts, certificates_in};
use entryway_ldap_types::Fingerprint;
use serde::Serialize;
use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

/// What was done, for programs.
#[derive(Serialize)]
struct Added<'a> {
    file: String,
    /// False: it stood there already.
    added: bool,
    subject: &'a str,
    fingerprint: String,
}

/// Where the certificates come from.
enum From {
    /// A server's chain: its own certificate stands first.
    Server,
    /// A file.
    File,
}

pub(super) async fn add(common: &Common, asked: &AddTrust) -> Result<Exit, Exit> {
    let given = match &asked.fingerprint {
        None => None,
        Some(text) => Some(Fingerprint::parse(text).map_err(|error| {
            usage(&format!(
                "`{}` is no fingerprint: {error}",
                text.escape_debug()
            ))
        })?),
    };
    let (candidates, source) = candidates(asked).await?;
    let chosen = choose(&candidates, given)?;
    let Some(facts) = CertificateFacts::read(chosen) else {
        return Err(no("the certificate cannot be read"));
    };
    fits(&facts, chosen, &candidates, &source)?;
    let (known, text) = existing(&asked.to)?;
    let added = !known.contains(chosen);
    if added {
        if given.is_none() {
            confirm(&facts, &asked.to)?;
        }
        write(&asked.to, &text, &facts, chosen)
            .map_err(|error| no(&format!("cannot write `{}`: {error}", asked.to.display())))?;
    }
    let file = asked.to.display().to_string();
    if common.output == Output::Json {
        out::json(&Added {
            file,
            added,
            subject: &facts.subject,
            fingerprint: facts.fingerprint.to_string(),
        });
    } else if added {
        out::answer(&format!(
            "{file}: {} is trusted where `trust` names this file\n{}\n",
            facts.subject, facts.fingerprint
        ));
    } else {
        out::answer(&format!(
            "{file}: {} stands there already\n{}\n",
            facts.subject, facts.fingerprint
        ));
    }
    Ok(Exit::Done)
}

fn no(what: &str) -> Exit {
    out::aside(&format!("error: {what}\n"));
    Exit::No
}

/// A file where there is one, otherwise a server.
async fn candidates(asked: &AddTrust) -> Result<(Vec<Vec<u8>>, From), Exit> {
    let path = Path::new(&asked.from);
    let server = target(&asked.from, asked.begin.starttls);
    if path.is_file() || server.is_none() {
        let shown = path.display().to_string();
        let shown = shown.escape_debug();
        let bytes = fs::read(path).map_err(|error| {
            usage(&format!(
                "`{shown}` is neither HOST:PORT nor a file that can be read: {error}"
            ))
        })?;
        return match certificates_in(&bytes) {
            Some(found) => Ok((found, From::File)),
            None => Err(no(&format!(
                "`{shown}` holds no certificate that can be read, expected PEM or DER"
            ))),
        };
    }
    let Some(server) = server else {
        return Err(usage("expected HOST:PORT or a file"));
    };
    let fetched = from(&server).await?;
    if fetched.chain.is_empty() {
        out::aside(&format!(
            "error: {}\n",
            show::nothing(&asked.from, &fetched)
        ));
        return Err(Exit::NoAnswer);
    }
    Ok((fetched.chain, From::Server))
}

/// The one that was named, or the highest that there is: an authority vouches for what stands below it.
fn choose(candidates: &[Vec<u8>], given: Option<Fingerprint>) -> Result<&Vec<u8>, Exit> {
    let Some(given) = given else {
        return candidates
            .last()
            .ok_or_else(|| no("there is no certificate"));
    };
    let named = |der: &&Vec<u8>| entryway_ldap::fingerprint(der) == given;
    candidates.iter().find(named).ok_or_else(|| {
        let found: Vec<String> = candidates
            .iter()
            .map(|der| format!("  {}", entryway_ldap::fingerprint(der)))
            .collect();
        no(&format!(
            "no certificate has the fingerprint {given}; nothing was written, found\n{}",
            found.join("\n")
        ))
    })
}

/// Refuses what would be trusted in vain.
fn fits(
    facts: &CertificateFacts,
    chosen: &[u8],
    candidates: &[Vec<u8>],
    source: &From,
) -> Result<(), Exit> {
    let pin = format!("pin it instead: `pins = [\"{}\"]`", facts.fingerprint);
    let is_servers_own = candidates.first().is_some_and(|first| first == chosen);
    if !facts.is_authority && !facts.is_self_issued {
        return Err(no(&format!(
            "`{}` is no authority's certificate, and vouches for nobody: give the file of its authority, `{}`, or {pin}",
            facts.subject, facts.issuer
        )));
    }
    if facts.is_authority && is_servers_own && matches!(source, From::Server) {
        return Err(no(&format!(
            "the server uses this authority's certificate as its own, which no trust store makes acceptable: {pin}"
        )));
    }
    if facts.version != 3 {
        return Err(no(&format!(
            "`{}` is a certificate of X.509 version {}: {pin}",
            facts.subject, facts.version
        )));
    }
    Ok(())
}

/// What stands in the file, as certificates and as text.
fn existing(path: &Path) -> Result<(Vec<Vec<u8>>, String), Exit> {
    let shown = path.display();
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((Vec::new(), String::new())),
        Err(error) => Err(no(&format!("cannot read `{shown}`: {error}"))),
        Ok(bytes) if bytes.is_empty() => Ok((Vec::new(), String::new())),
        Ok(bytes) => {
            let found = certificates_in(&bytes);
            match (String::from_utf8(bytes), found) {
                (Ok(text), Some(found)) => Ok((found, text)),
                _ => Err(no(&format!(
                    "`{shown}` is not a PEM file of certificates, and is left as it is"
                ))),
            }
        }
    }
}

/// Asks at the terminal, as `ssh` does: `yes`, or the fingerprint as somebody else has it.
fn confirm(facts: &CertificateFacts, to: &Path) -> Result<(), Exit> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(usage(
            "nobody has confirmed the fingerprint: expected --fingerprint sha256:… or a terminal",
        ));
    }
    let (until, _) = until(facts);
    out::aside(&render(
        &show::rows("certificate", facts),
        out::answer_style(),
    ));
    out::aside(&format!(
        "{until}\nIs this what its owner says, and is it to be trusted by `{}`? (yes, no, or the fingerprint) ",
        to.display()
    ));
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    let line = line.trim();
    if read.is_ok()
        && (line.eq_ignore_ascii_case("yes")
            || Fingerprint::parse(line).is_ok_and(|typed| typed == facts.fingerprint))
    {
        return Ok(());
    }
    Err(no("not confirmed; nothing was written"))
}

/// Writes the whole file beside its place and puts it there: a reader sees the old or the new one.
fn write(path: &Path, text: &str, facts: &CertificateFacts, der: &[u8]) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .prefix(".entryway-")
        .tempfile_in(folder)?;
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let comment = format!("# {}\n# {}\n", facts.subject, facts.fingerprint);
    new.write_all(format!("{text}{end}{comment}{}", show::pem(der)).as_bytes())?;
    let permissions = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        // Certificates are no secret.
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
    };
    new.as_file().set_permissions(permissions)?;
    new.as_file().sync_all()?;
    new.persist(&place).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}
