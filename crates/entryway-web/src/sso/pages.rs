//! What each page has between its heading and its end.

use super::seal::SCRIPT_HASH;
use super::words::{Words, with};
use super::{Language, Listed};
use entryway_login::{Fault, Reason};
use entryway_oidc::{BrowserSession, Client, Scopes, Secret};
use maud::{Markup, PreEscaped, html};
use std::time::{Duration, UNIX_EPOCH};

// Relative, from any page: an issuer may have a path before these that we do not see.
const STEP: &str = "../sso/step";
const SEAL: &str = "../sso/seal";
const SEAL_SCRIPT: &str = "../sso/seal-2.js";
const SESSIONS: &str = "../sso/sessions";
const CONFIRMED: &str = "../sso/logout";

/// Why a page with a password is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Whatever was wrong.
    Refused,
    /// Nobody has judged the password.
    NotNow,
    /// The directory wants another one first.
    MustChange,
    /// It has expired, and the directory takes no other in its place.
    Expired,
    /// The new one was typed in two ways.
    NotSame,
    /// The new one was not taken.
    Unchanged(Reason),
    /// Nobody knows whether the new one was taken.
    Unknown,
    /// It came in clear, and the person's site takes it sealed alone.
    SealedOnly,
    /// The person's site has not judged it.
    AtSite(Fault),
    /// Nothing was wrong: the name came first, and the password is next.
    Next,
    /// The browser showed no certificate.
    NoCertificate,
    /// Nobody shows one from there.
    NotFromHere,
    /// It lets nobody in, or whom it is of is not let in.
    Certificate(Reason),
    /// Nobody has judged whoever showed it.
    CertificateNotNow,
}

impl Again {
    fn text(self, language: Language) -> &'static str {
        let words = language.words();
        match self {
            Self::Refused => words.refused,
            Self::NotNow => words.not_now,
            Self::MustChange => words.must_change,
            Self::Expired => words.expired,
            Self::NotSame => words.not_same,
            Self::Unchanged(reason) => language.unchanged(reason),
            Self::Unknown => words.change_unknown,
            Self::SealedOnly => words.sealed_only,
            Self::AtSite(fault) => language.at_site(fault),
            Self::Next => "",
            Self::NoCertificate => words.no_certificate,
            Self::NotFromHere => words.not_from_here,
            Self::CertificateNotNow => words.certificate_not_now,
            Self::Certificate(reason) => match reason {
                Reason::CertificateUntrusted => words.certificate_untrusted,
                Reason::CertificateOutOfDate => words.certificate_out_of_date,
                Reason::CertificateRevoked => words.certificate_revoked,
                Reason::CertificateNotForLogin => words.certificate_not_for_login,
                // Of accounts nothing is told, as everywhere.
                _ => words.certificate_refused,
            },
        }
    }
}

/// Why, and by what the help desk finds it.
fn alarm(language: Language, again: Option<&(Again, String)>) -> Markup {
    let Some((again, id)) = again.filter(|(again, _)| *again != Again::Next) else {
        return html! {};
    };
    html! {
        div class="alarm" role="alert" id="why" {
            p { (again.text(language)) }
            @if !id.is_empty() { p class="quiet-text" { (with(language.words().reference, id)) } }
        }
    }
}

/// A field for a password.
fn secret(name: &str, label: &str, complete: &str, described: bool, focused: bool) -> Markup {
    html! {
        label for=(name) { (label) }
        input type="password" id=(name) name=(name) required autocomplete=(complete)
            aria-describedby=[described.then_some("why")] autofocus[focused];
    }
}

/// A page with the password.
pub(super) struct LogIn<'a> {
    pub(super) flow: &'a str,
    pub(super) name: &'a str,
    pub(super) lead: Option<String>,
    /// Why again, and the login's id.
    pub(super) again: Option<(Again, String)>,
    pub(super) may_cancel: bool,
    /// Whether a certificate may be shown in its place.
    pub(super) by_certificate: bool,
    /// Domains to choose from.
    pub(super) offered: &'a [String],
    /// What was chosen last time.
    pub(super) chosen: Option<&'a str>,
    /// Whether its passwords may have to be sealed: then they have no name, so that a browser that cannot seal sends
    /// none.
    pub(super) seals: bool,
}

impl LogIn<'_> {
    fn is_next(&self) -> bool {
        matches!(self.again, Some((Again::Next, _)))
    }
}

/// What the script has to say, and the script.
fn sealer(page: &LogIn<'_>) -> Markup {
    if !page.seals {
        return html! {};
    }
    html! {
        div class="alarm" role="alert" id="seal-problem" hidden { p {} }
        script src=(SEAL_SCRIPT) integrity=(SCRIPT_HASH) defer {}
    }
}

/// Passwords that the script shows, and that nobody else sends.
fn unnamed(secrets: &[(&str, &str, &str)]) -> Markup {
    html! {
        div data-secret hidden {
            @for (id, label, complete) in secrets {
                label for=(id) { (label) }
                input type="password" id=(id) autocomplete=(complete);
            }
        }
    }
}

pub(super) fn log_in(language: Language, page: &LogIn<'_>) -> Markup {
    let words = language.words();
    let is_next = page.is_next();
    let (is_again, has_name) = (page.again.is_some() && !is_next, !page.name.is_empty());
    html! {
        (alarm(language, page.again.as_ref()))
        @if let Some(lead) = &page.lead { p { (lead) } }
        (sealer(page))
        form method="post" action=(STEP) data-seal=[page.seals.then_some(SEAL)] data-failed=[page.seals.then_some(words.seal_failed)] {
            input type="hidden" name="flow" value=(page.flow);
            @if is_next { (chosen(page)) } @else { (domains(words, page)) }
            label for="name" { (words.name) }
            input type="text" id="name" name="name" value=(page.name) required autocomplete="username"
                autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="256" readonly[is_next]
                aria-describedby=[is_again.then_some("why")] autofocus[!has_name];
            @if page.seals {
                (unnamed(&[("password", words.password, "current-password")]))
                noscript { p class="quiet-text" { (words.without_scripts) } }
            } @else {
                (secret("password", words.password, "current-password", is_again, has_name))
            }
            button type="submit" name="action" value="login" { (words.go) }
            @if page.by_certificate {
                button class="quiet" type="submit" name="action" value="certificate" formnovalidate { (words.by_certificate) }
            }
            @if page.may_cancel { (cancel(words)) }
        }
    }
}

/// What was chosen a page before.
fn chosen(page: &LogIn<'_>) -> Markup {
    html! {
        @if let Some(chosen) = page.chosen { input type="hidden" name="domain" value=(chosen); }
    }
}

/// Where there are some to choose from; the last is for a name that has a domain in it, or needs none.
fn domains(words: &Words, page: &LogIn<'_>) -> Markup {
    let names = page.offered;
    if names.is_empty() {
        return html! {};
    }
    let another = std::iter::once(("", words.another));
    let choices = names.iter().map(|name| (name.as_str(), name.as_str()));
    html! {
        label for="domain" { (words.domain) }
        select id="domain" name="domain" {
            @for (value, text) in choices.chain(another) {
                option value=(value) selected[page.chosen == Some(value)] { (text) }
            }
        }
    }
}

fn cancel(words: &Words) -> Markup {
    html! { button class="quiet" type="submit" name="action" value="cancel" formnovalidate { (words.cancel) } }
}

/// A page with the old password and a new one.
pub(super) fn change(language: Language, page: &LogIn<'_>) -> Markup {
    let words = language.words();
    html! {
        (alarm(language, page.again.as_ref()))
        (sealer(page))
        form method="post" action=(STEP) data-seal=[page.seals.then_some(SEAL)] data-failed=[page.seals.then_some(words.seal_failed)]
            data-not-same=[page.seals.then_some(words.not_same)] {
            input type="hidden" name="flow" value=(page.flow);
            label for="name" { (words.name) }
            input type="text" id="name" name="name" value=(page.name) required readonly autocomplete="username";
            @if page.seals {
                (unnamed(&[
                    ("password", words.old_password, "current-password"),
                    ("new", words.new_password, "new-password"),
                    ("repeat", words.repeat_password, "new-password"),
                ]))
                noscript { p class="quiet-text" { (words.sealed_only) } }
            } @else {
                (secret("password", words.old_password, "current-password", true, true))
                (secret("new", words.new_password, "new-password", true, false))
                (secret("repeat", words.repeat_password, "new-password", true, false))
            }
            button type="submit" name="action" value="change" { (words.change_it) }
            @if page.may_cancel { (cancel(words)) }
        }
    }
}

fn choice(action: &str, text: &str, quiet: bool) -> Markup {
    html! { button class=[quiet.then_some("quiet")] type="submit" name="action" value=(action) { (text) } }
}

pub(super) fn select(words: &Words, flow: &str, session: &BrowserSession) -> Markup {
    html! {
        form method="post" action=(STEP) {
            input type="hidden" name="flow" value=(flow);
            (choice("continue", &with(words.continue_as, &session.person.name), false))
            (choice("other", words.somebody_else, true))
            (choice("cancel", words.cancel, true))
        }
    }
}

pub(super) fn consent(words: &Words, flow: &str, client: &Client, scopes: &Scopes) -> Markup {
    html! {
        p { (with(words.wants, &client.name)) }
        ul class="scopes" {
            @for scope in scopes.iter() { li { (scope_text(words, scope)) } }
        }
        form method="post" action=(STEP) {
            input type="hidden" name="flow" value=(flow);
            (choice("allow", words.allow, false))
            (choice("deny", words.deny, true))
        }
    }
}

fn scope_text(words: &Words, scope: &str) -> String {
    match scope {
        Scopes::OPENID => words.openid.to_owned(),
        Scopes::PROFILE => words.profile.to_owned(),
        Scopes::EMAIL => words.email.to_owned(),
        Scopes::GROUPS => words.groups.to_owned(),
        Scopes::OFFLINE_ACCESS => words.offline.to_owned(),
        other => with(words.other_scope, other),
    }
}

pub(super) fn text(text: &str, for_developer: Option<String>) -> Markup {
    html! {
        p { (text) }
        @if let Some(more) = for_developer { p class="quiet-text" { (more) } }
    }
}

pub(super) fn sign_out(words: &Words, flow: &str) -> Markup {
    html! {
        p { (words.sign_out_question) }
        form method="post" action=(CONFIRMED) {
            input type="hidden" name="flow" value=(flow);
            (choice("end", words.sign_out, false))
            (choice("stay", words.stay, true))
        }
    }
}

/// Sends the form as soon as it is there.
const SEND: &str = "document.forms[0].submit()";
/// SHA-256 of [`SEND`], as a policy names it.
pub(super) const SEND_HASH: &str = "sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE=";

/// A form that goes on to the application, by itself where scripts run.
pub(super) fn post_on(
    words: &Words,
    client: &str,
    action: &str,
    fields: &[(&'static str, Secret)],
) -> Markup {
    html! {
        form method="post" action=(action) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value.expose()); }
            p { (words.back_text) }
            button type="submit" { (with(words.back, client)) }
        }
        script { (PreEscaped(SEND)) }
    }
}

pub(super) fn sessions(words: &Words, flow: &str, sessions: &[Listed]) -> Markup {
    html! {
        p { (words.sessions_text) }
        ul class="plain" {
            @for session in sessions {
                li {
                    div {
                        strong { @if session.is_this { (words.this_browser) } @else { (session.agent.as_deref().unwrap_or(words.unknown_browser)) } }
                        div class="quiet-text" {
                            @if let Some(address) = &session.address { (with(words.from, address)) ", " }
                            (with(words.since, &moment(session.made.0))) ", " (with(words.used, &moment(session.used.0)))
                        }
                    }
                    form method="post" action=(SESSIONS) {
                        input type="hidden" name="flow" value=(flow);
                        button class="quiet small" type="submit" name="session" value=(session.id.0) { (words.end) }
                    }
                }
            }
        }
        form method="post" action=(SESSIONS) {
            input type="hidden" name="flow" value=(flow);
            button type="submit" name="all" value="yes" { (words.end_all) }
        }
    }
}

/// To the minute, in UTC: the page knows no time zone.
fn moment(seconds: u64) -> String {
    let at = UNIX_EPOCH + Duration::from_secs(seconds.min(253_402_300_799));
    let text = entryway_wire::Rfc3339(at).to_string();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_policy_names_the_script() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(SEND));
        assert_eq!(SEND_HASH, format!("sha256-{hash}"));
    }
}
