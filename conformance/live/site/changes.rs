//! People of a site whose passwords must be changed, or have expired, change them at the hub's page
//! (`conformance/browser/site-changes.mjs`): sealed, and made by the connector as the person.

use super::company::Company;
use super::memory::{Form, forms};
use super::{Story, nobody_has_it};
use crate::lab::Lab;
use anyhow::{Result, ensure};
use entryway_conformance::{AD_BASE, password_of};
use serde_json::json;

const WRONG: &str = "not-the-old-one";
const TOO_SHORT: &str = "Sh0rt!";
/// As different as can be in each of the forms that are looked for.
const CHANGED: &str = "Another \"one\", 0f their öwn";

/// At the site, which tells the hub no reasons.
pub(super) fn people_change_their_passwords(lab: &Lab) -> Result<()> {
    let mut company = Company::start(lab, "site-with-changes", "")?;
    company.samba.change(
        format!("dn: {AD_BASE}\nchangetype: modify\nreplace: minPwdLength\nminPwdLength: 7\n")
            .as_bytes(),
    )?;
    let person = |name: &str, typed: &str, too_short: Option<&str>| json!({ "name": typed, "password": password_of(name), "wrong": WRONG, "tooShort": too_short, "changed": CHANGED });
    let people = json!([
        // An administrator of OpenLDAP has set it.
        person("mustchange", "plant-a/mustchange", None),
        // One of Active Directory has.
        person("chooses", "plant-a/chooses", Some(TOO_SHORT)),
        // It is older than the domain lets any be.
        person("lapsed", "lapsed@lab.example.org", Some(TOO_SHORT)),
    ]);
    let mut secret = Vec::new();
    for text in [WRONG, TOO_SHORT, CHANGED] {
        secret.extend(forms(text));
    }
    for name in ["mustchange", "chooses", "lapsed"] {
        secret.extend(forms(&password_of(name)));
    }
    let names = [
        "plant-a/mustchange",
        "plant-a/chooses",
        "plant-a/lapsed",
        "lapsed@lab.example.org",
    ];
    let told = nobody_has_it(&mut company, lab, &names, &secret, |company| {
        let never: Vec<&str> = secret.iter().filter_map(Form::text).collect();
        let asked = json!({ "people": people, "never": never });
        let finished = Story::of(company, "site-changes.mjs", asked)?.told()?;
        ensure!(finished.exit == 0, "{finished:?}");
        Ok(finished.stdout)
    })?;
    ensure!(
        told.contains("8 changes were sent sealed, 7 pages were looked at"),
        "{told}"
    );
    Ok(())
}
