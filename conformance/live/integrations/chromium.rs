//! Debian's Chromium at the pages, before a real directory and a real application: `conformance/browser/pages.mjs` is what
//! people do there.

use super::parties::{Party, Program};
use crate::Test;
use crate::chromium;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{Finished, password_of};
use serde_json::{Value, json};
use std::fs;

/// An application that people have to agree to.
const ASKS: &str = r#"
[client.asks]
name = "An application that asks"
authentication = ["none"]
redirect_uris = ["https://app.corp.example:9443/bye"]
consent = true
"#;

const OFFERED: &str = "[sso]\noffered_domains = [\"staff\", \"lab\"]\n";

pub(super) fn tests() -> Vec<Test> {
    vec![(
        "Chromium: people sign in, change passwords, see their sessions and sign out, with scripts and without",
        people_use_the_pages,
    )]
}

fn person(domain: &str, name: &str) -> Value {
    json!({
        "name": format!("{domain}/{name}"),
        "called": name,
        "password": password_of(name),
        "oldIsOver": domain == "staff",
        "changed": "Another, 0f their own choice",
    })
}

fn people_use_the_pages(lab: &Lab) -> Result<()> {
    let party = Party::start_with(lab, Program::Node, "chromium", |page| {
        page.replace("[sso]\n", OFFERED) + ASKS
    })?;
    let folder = party.folder.join("chromium");
    let mut command = chromium::script(&folder, "pages.mjs")?;
    fs::copy(party.folder.join("corp-ca.pem"), folder.join("corp-ca.pem"))?;
    let pictures = chromium::pictures(&folder)?;
    let told = json!({
        "login": party.at_login,
        "app": party.at_app,
        "folder": folder,
        "pictures": pictures,
        // Each agrees once, and changes once.
        "withScripts": {
            "ordinary": person("staff", "alice"),
            "resets": [person("staff", "mustchange"), person("lab", "lapsed")],
        },
        "without": {
            "ordinary": person("lab", "bob"),
            "resets": [person("lab", "chooses")],
        },
        "erin": password_of("erin"),
    });
    let finished = Finished::of(&mut command, &told.to_string())?;
    ensure!(
        finished.exit == 0 && finished.stdout.contains("14 pages in 3 looks"),
        "{finished:?}\n{}",
        party.logs()
    );
    let files = fs::read_dir(&pictures).context("no pictures")?;
    let count = files
        .filter_map(Result::ok)
        .filter(|file| file.path().extension().is_some_and(|kind| kind == "png"))
        .count();
    ensure!(
        count >= 14 * 3,
        "expected a picture of each page in each look, found {count}"
    );
    Ok(())
}
