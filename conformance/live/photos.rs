//! What the address of a photo serves for what stands in `jpegPhoto` of a real OpenLDAP, and what a real browser makes of it.

use crate::Test;
use crate::lab::Lab;
use crate::looked::{Looked, ROOMY, USUAL};
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::Finished;
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::process::Command;

pub(crate) fn tests() -> Vec<Test> {
    vec![(
        "pictures are pictures to a browser, and text is nothing that it shows",
        pictures_are_pictures,
    )]
}

const JPEG: &[u8] = include_bytes!("photos/face.jpeg");
pub(crate) const PNG: &[u8] = include_bytes!("photos/face.png");
/// A page that would say so if anybody took it for one.
const PAGE: &[u8] =
    b"<html><title>it ran</title><script>document.title='it ran'</script><img src=x>";
/// Of both pictures.
const SIZE: &str = "24x32";

/// A JPEG of 10 MB: the same picture with comments (ITU T.81 B.2.4.5) in front of it.
fn large() -> Vec<u8> {
    let (start, rest) = JPEG.split_at(2);
    let mut bytes = start.to_vec();
    while bytes.len() < 10_000_000 {
        bytes.extend([0xff, 0xfe, 0xff, 0xff]);
        bytes.extend([b'.'; 65_533]);
    }
    bytes.extend(rest);
    bytes
}

pub(crate) struct Person {
    pub(crate) uid: &'static str,
    pub(crate) photo: Option<Vec<u8>>,
    /// The media type, by domain; where there is none, initials stand for it.
    pub(crate) shown: [(&'static str, Option<&'static str>); 2],
}

/// Everybody, each with what stands in `jpegPhoto`.
pub(crate) fn people() -> Vec<Person> {
    let one = |uid, photo: Option<&[u8]>, media| Person {
        uid,
        photo: photo.map(<[u8]>::to_vec),
        shown: [(USUAL, media), (ROOMY, media)],
    };
    vec![
        one("jpeg", Some(JPEG), Some("image/jpeg")),
        one("png", Some(PNG), Some("image/png")),
        one("text", Some(b"This is no picture."), None),
        one("page", Some(PAGE), None),
        one("none", None, None),
        Person {
            uid: "large",
            photo: Some(large()),
            shown: [(USUAL, None), (ROOMY, Some("image/jpeg"))],
        },
    ]
}

fn pictures_are_pictures(lab: &Lab) -> Result<()> {
    let people = people();
    let looked = lab.looked()?;
    let faces = Faces(looked);
    let mut page = String::from("<!doctype html><meta charset=utf-8><title>faces</title>\n");
    let mut expected = Vec::new();
    let mut documents = Vec::new();
    for person in &people {
        for (domain, media) in person.shown {
            let what = format!("{} of {domain}", person.uid);
            let path = faces.path(person.uid, domain)?;
            let picture = media.map(|media| (media, person.photo.as_deref().unwrap_or_default()));
            let svg = faces.serves(&path, picture).with_context(|| what.clone())?;
            let url = format!("http://{}{path}", looked.http.address());
            let (sources, size) = match svg {
                None => (vec![url], SIZE.to_owned()),
                // Whoever shows no token is told of nobody; an application passes initials on.
                Some(svg) => {
                    let file = format!("{domain}-{}.svg", person.uid);
                    fs::write(looked.folder.join(&file), svg)?;
                    if domain == USUAL && person.photo.as_deref() == Some(PAGE) {
                        documents.push(url.clone());
                    }
                    expected.push(format!("{what}: 0x0"));
                    writeln!(page, "<img title=\"{what}\" src=\"{url}\">")?;
                    (vec![file], "96x96".to_owned())
                }
            };
            for source in sources {
                expected.push(format!("{what}: {size}"));
                writeln!(page, "<img title=\"{what}\" src=\"{source}\">")?;
            }
        }
    }
    page += "<pre id=said></pre><script>onload = () => { document.getElementById('said').textContent = \
             [...document.images].map(one => one.title + ': ' + one.naturalWidth + 'x' + one.naturalHeight).join('\\n') }</script>\n";
    let shown = looked.folder.join("faces.html");
    fs::write(&shown, page)?;
    let dom = faces.browse(&format!("file://{}", shown.display()))?;
    let said = between(&dom, "<pre id=\"said\">", "</pre>")?;
    ensure!(
        said.lines().eq(expected.iter().map(String::as_str)),
        "expected {expected:#?}, the browser says {said}"
    );
    // Opened by itself the address is no page either: what stands in the directory is nowhere in what is shown.
    ensure!(documents.len() == 1);
    for url in &documents {
        let dom = faces.browse(url)?;
        ensure!(
            dom.contains("not_found") && !dom.contains("it ran") && !dom.contains("no picture"),
            "{url}: {dom}"
        );
    }
    Ok(())
}

struct Faces<'a>(&'a Looked);

impl Faces<'_> {
    fn path(&self, uid: &str, domain: &str) -> Result<String> {
        let id = self.0.id("people", uid, domain)?;
        Ok(format!("/api/v1/people/{id}/photo"))
    }

    /// Whether the address serves this picture, or initials in its place, which are given back.
    fn serves(&self, path: &str, picture: Option<(&str, &[u8])>) -> Result<Option<Vec<u8>>> {
        let told = self.0.http.get(path)?;
        let (media, tag) = (told.header("content-type"), told.header("etag"));
        ensure!(
            told.status == 200
                && media == Some(picture.map_or("image/svg+xml", |(media, _)| media)),
            "{}",
            told.head
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            (
                "content-security-policy",
                "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            ),
            ("cache-control", "private, max-age=3600"),
        ] {
            ensure!(told.header(name) == Some(value), "{name}: {}", told.head);
        }
        let tag = tag.context("no tag")?;
        let again = self
            .0
            .http
            .get_with(path, &format!("if-none-match: {tag}"))?;
        ensure!(
            again.status == 304 && again.bytes.is_empty() && again.header("etag") == Some(tag),
            "{}",
            again.head
        );
        let other = self.0.http.get_with(path, "if-none-match: \"another\"")?;
        ensure!(
            other.status == 200 && other.bytes == told.bytes,
            "{}",
            other.head
        );
        let stranger = self.0.stranger.get(path)?;
        let Some((media, bytes)) = picture else {
            ensure!(
                stranger.status == 404
                    && stranger.header("content-type") == Some("application/problem+json")
                    && stranger.json()?.get("code") == Some(&json!("not_found")),
                "{} {}",
                stranger.head,
                stranger.body
            );
            ensure!(told.bytes.starts_with(b"<svg"), "{}", told.body);
            return Ok(Some(told.bytes));
        };
        ensure!(told.bytes == bytes, "other bytes: {}", told.bytes.len());
        ensure!(
            stranger.status == 200
                && stranger.bytes == bytes
                && stranger.header("content-type") == Some(media)
                && stranger.header("cache-control") == Some("public, max-age=3600"),
            "{}",
            stranger.head
        );
        Ok(None)
    }

    /// What a browser makes of a page.
    fn browse(&self, url: &str) -> Result<String> {
        let mut browser = Command::new("chromium");
        browser
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--virtual-time-budget=20000",
            ])
            .arg(format!(
                "--user-data-dir={}",
                self.0.folder.join("browser").display()
            ))
            .args(["--dump-dom", url]);
        let finished = Finished::of(&mut browser, "").context(
            "cannot start `chromium`; `./test` installs the packages of conformance/packages.txt",
        )?;
        if finished.exit != 0 || finished.stdout.is_empty() {
            bail!("chromium ended with {}: {}", finished.exit, finished.stderr);
        }
        Ok(finished.stdout)
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Result<&'a str> {
    let found = text
        .split_once(start)
        .and_then(|(_, rest)| rest.split_once(end));
    let (found, _) = found.with_context(|| format!("no `{start}` in {text}"))?;
    Ok(found)
}
