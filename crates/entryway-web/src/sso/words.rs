//! What pages say, in each language.

use entryway_login::{Fault, Reason};
use http::{HeaderMap, header};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first that is spoken here: of what the application asks for, then of what the browser likes best.
    pub(super) fn choose(wished: &[String], headers: &HeaderMap) -> Self {
        let by_application = wished.iter().find_map(|tag| Self::of_tag(tag));
        by_application.unwrap_or_else(|| Self::of_browser(headers).unwrap_or_default())
    }

    /// RFC 9110 §12.5.4: the one with the greatest weight, the first of equals.
    fn of_browser(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut best: Option<(u16, Self)> = None;
        for range in text.split(',').take(16) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters.trim());
            let Some(language) = Self::of_tag(tag.trim()) else {
                continue;
            };
            if weight > 0 && best.is_none_or(|(other, _)| weight > other) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// In thousandths. One that cannot be read is as one that is not there.
fn weight(parameters: &str) -> u16 {
    let Some(text) = parameters.strip_prefix("q=") else {
        return 1000;
    };
    let weight: f32 = text.trim().parse().unwrap_or(1.0);
    // From 0 to 1000, and whatever is no number is 0.
    (weight.clamp(0.0, 1.0) * 1000.0) as u16
}

/// Every text of every page. `{}` stands for a name.
pub(crate) struct Words {
    pub(super) log_in: &'static str,
    pub(super) log_in_to: &'static str,
    pub(super) again: &'static str,
    pub(super) domain: &'static str,
    pub(super) another: &'static str,
    pub(super) name: &'static str,
    pub(super) password: &'static str,
    pub(super) go: &'static str,
    pub(super) cancel: &'static str,
    pub(super) refused: &'static str,
    pub(super) not_now: &'static str,
    pub(super) must_change: &'static str,
    pub(super) expired: &'static str,
    pub(super) change: &'static str,
    pub(super) change_it: &'static str,
    pub(super) old_password: &'static str,
    pub(super) new_password: &'static str,
    pub(super) repeat_password: &'static str,
    pub(super) not_same: &'static str,
    pub(super) change_unknown: &'static str,
    pub(super) sealed_only: &'static str,
    pub(super) without_scripts: &'static str,
    pub(super) seal_failed: &'static str,
    pub(super) reference: &'static str,
    pub(super) choose: &'static str,
    pub(super) continue_as: &'static str,
    pub(super) somebody_else: &'static str,
    pub(super) agree: &'static str,
    pub(super) wants: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
    pub(super) openid: &'static str,
    pub(super) profile: &'static str,
    pub(super) email: &'static str,
    pub(super) groups: &'static str,
    pub(super) offline: &'static str,
    pub(super) other_scope: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) sign_out_question: &'static str,
    pub(super) stay: &'static str,
    pub(super) signed_out: &'static str,
    pub(super) signed_out_text: &'static str,
    pub(super) wrong: &'static str,
    pub(super) wrong_text: &'static str,
    pub(super) too_old: &'static str,
    pub(crate) too_old_text: &'static str,
    pub(super) unavailable: &'static str,
    pub(crate) unavailable_text: &'static str,
    pub(super) for_developer: &'static str,
    pub(super) back: &'static str,
    pub(super) back_text: &'static str,
    pub(super) sessions: &'static str,
    pub(super) sessions_text: &'static str,
    pub(super) this_browser: &'static str,
    pub(super) since: &'static str,
    pub(super) used: &'static str,
    pub(super) from: &'static str,
    pub(super) end: &'static str,
    pub(super) end_all: &'static str,
    pub(super) unknown_browser: &'static str,
    pub(super) help: &'static str,
    pub(crate) forbidden: &'static str,
    pub(crate) not_in_clear: &'static str,
    pub(super) by_certificate: &'static str,
    pub(super) no_certificate: &'static str,
    pub(super) not_from_here: &'static str,
    pub(super) certificate_refused: &'static str,
    pub(super) certificate_untrusted: &'static str,
    pub(super) certificate_out_of_date: &'static str,
    pub(super) certificate_revoked: &'static str,
    pub(super) certificate_not_for_login: &'static str,
    pub(super) certificate_not_now: &'static str,
}

const ENGLISH: Words = Words {
    log_in: "Log in",
    log_in_to: "Log in to {}",
    again: "Please log in once more: {} wants to be sure that it is you.",
    domain: "Domain",
    another: "another",
    name: "Name",
    password: "Password",
    go: "Log in",
    cancel: "Cancel",
    refused: "You could not be logged in: check the name and the password, and after several attempts wait a few minutes before you try again.",
    not_now: "Nobody can be logged in this way right now, and this says nothing about your password: please try again in a few minutes.",
    must_change: "Your password must be changed before you can log in.",
    expired: "Your password has expired, and it cannot be changed here any more: ask your administrator for a new one.",
    change: "Change your password",
    change_it: "Change and log in",
    old_password: "Old password",
    new_password: "New password",
    repeat_password: "New password once more",
    not_same: "The new password and its repetition are not the same: nothing was changed.",
    change_unknown: "Nobody can say at the moment whether your password was changed: try to log in with the new one, and then with the old one.",
    sealed_only: "Passwords of your company are sealed in the browser before they are sent, and yours cannot do that: switch scripts on for this page, and load it anew.",
    without_scripts: "Your browser runs no scripts here: if your name can be logged in without them, you are asked for your password on the next page.",
    seal_failed: "Your password could not be sealed, so it was not sent: load this page anew and try again.",
    reference: "Reference for your help desk: {}",
    choose: "Choose an account",
    continue_as: "Continue as {}",
    somebody_else: "Log in as somebody else",
    agree: "Allow {}?",
    wants: "{} would like to:",
    allow: "Allow",
    deny: "Do not allow",
    openid: "know that it is you",
    profile: "see your name and picture",
    email: "see your e-mail address",
    groups: "see the groups that you are in",
    offline: "do this while you are not there",
    other_scope: "use `{}`",
    sign_out: "Sign out",
    sign_out_question: "Do you want to sign out here and of the applications that you logged in to from here?",
    stay: "Stay signed in",
    signed_out: "Signed out",
    signed_out_text: "You are signed out. If others use this computer, close all windows of the browser.",
    wrong: "This does not work",
    wrong_text: "The application sent something that cannot be answered. It is nothing that you did: please tell whoever runs the application.",
    too_old: "Please start again",
    too_old_text: "This page was open for too long, or your browser keeps no cookies for it. Go back to the application and try again.",
    unavailable: "Not now",
    unavailable_text: "Something that is needed does not answer at the moment. Please try again in a few minutes.",
    for_developer: "For the application's developer: {}",
    back: "Back to {}",
    back_text: "If nothing happens, press the button.",
    sessions: "Where you are logged in",
    sessions_text: "End what you do not know, and then change your password.",
    this_browser: "This browser",
    since: "since {}",
    used: "last used {}",
    from: "from {}",
    end: "End",
    end_all: "Sign out everywhere",
    unknown_browser: "A browser",
    help: "Help",
    forbidden: "You may not see this page. Whoever runs it can say who may.",
    not_in_clear: "Passwords of your company are sealed in a browser before they are sent, and this one was not: nobody was asked about it. Log in with a browser.",
    by_certificate: "Log in with a certificate",
    no_certificate: "Your browser showed no certificate: it has none that is valid here, or none was chosen. Log in with your password, or close the browser and try again.",
    not_from_here: "You cannot log in with a certificate from this network: log in with your password.",
    certificate_refused: "You could not be logged in with your certificate: log in with your password, or ask your administrator.",
    certificate_untrusted: "Your certificate is not one that is trusted here: log in with your password, or close the browser and choose another certificate.",
    certificate_out_of_date: "Your certificate has expired or is not valid yet: log in with your password, and ask your administrator for another certificate.",
    certificate_revoked: "Your certificate was revoked: log in with your password, and ask your administrator for another certificate.",
    certificate_not_for_login: "Your certificate is not one for logging in: log in with your password, or close the browser and choose another certificate.",
    certificate_not_now: "Nobody can be logged in with a certificate right now: log in with your password, or try again in a few minutes.",
};

const GERMAN: Words = Words {
    log_in: "Anmelden",
    log_in_to: "Bei {} anmelden",
    again: "Bitte noch einmal anmelden: {} will sicher sein, dass Sie es sind.",
    domain: "Domäne",
    another: "eine andere",
    name: "Name",
    password: "Passwort",
    go: "Anmelden",
    cancel: "Abbrechen",
    refused: "Die Anmeldung hat nicht geklappt: Prüfen Sie Namen und Passwort, und warten Sie nach mehreren Versuchen ein paar Minuten.",
    not_now: "Auf diesem Weg kann sich im Moment niemand anmelden. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es in ein paar Minuten noch einmal.",
    must_change: "Ihr Passwort muss geändert werden, bevor Sie sich anmelden können.",
    expired: "Ihr Passwort ist abgelaufen und lässt sich hier nicht mehr ändern: Bitten Sie Ihren Administrator um ein neues.",
    change: "Passwort ändern",
    change_it: "Ändern und anmelden",
    old_password: "Altes Passwort",
    new_password: "Neues Passwort",
    repeat_password: "Neues Passwort noch einmal",
    not_same: "Das neue Passwort und seine Wiederholung sind nicht gleich: Nichts wurde geändert.",
    change_unknown: "Im Moment weiß niemand, ob Ihr Passwort geändert wurde: Versuchen Sie, sich mit dem neuen anzumelden, und dann mit dem alten.",
    sealed_only: "Passwörter Ihrer Firma werden im Browser versiegelt, bevor sie gesendet werden, und Ihrer kann das nicht: Schalten Sie Skripte für diese Seite ein und laden Sie sie neu.",
    without_scripts: "Ihr Browser führt hier keine Skripte aus: Wenn sich Ihr Name ohne sie anmelden lässt, werden Sie auf der nächsten Seite nach dem Passwort gefragt.",
    seal_failed: "Ihr Passwort ließ sich nicht versiegeln und wurde deshalb nicht gesendet: Laden Sie diese Seite neu und versuchen Sie es noch einmal.",
    reference: "Kennung für Ihren Helpdesk: {}",
    choose: "Konto auswählen",
    continue_as: "Weiter als {}",
    somebody_else: "Als jemand anders anmelden",
    agree: "{} erlauben?",
    wants: "{} möchte:",
    allow: "Erlauben",
    deny: "Nicht erlauben",
    openid: "wissen, dass Sie es sind",
    profile: "Ihren Namen und Ihr Bild sehen",
    email: "Ihre E-Mail-Adresse sehen",
    groups: "sehen, in welchen Gruppen Sie sind",
    offline: "das auch tun, wenn Sie nicht da sind",
    other_scope: "`{}` verwenden",
    sign_out: "Abmelden",
    sign_out_question: "Möchten Sie sich hier abmelden und bei den Anwendungen, bei denen Sie sich von hier aus angemeldet haben?",
    stay: "Angemeldet bleiben",
    signed_out: "Abgemeldet",
    signed_out_text: "Sie sind abgemeldet. Wenn auch andere diesen Rechner benutzen, schließen Sie alle Fenster des Browsers.",
    wrong: "Das geht so nicht",
    wrong_text: "Die Anwendung hat etwas geschickt, das nicht beantwortet werden kann. An Ihnen liegt es nicht: Bitte sagen Sie es denen, die die Anwendung betreiben.",
    too_old: "Bitte von vorn beginnen",
    too_old_text: "Diese Seite war zu lange offen, oder Ihr Browser behält keine Cookies für sie. Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal.",
    unavailable: "Im Moment nicht",
    unavailable_text: "Etwas, das gebraucht wird, antwortet gerade nicht. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
    for_developer: "Für die Entwickler der Anwendung: {}",
    back: "Zurück zu {}",
    back_text: "Wenn nichts geschieht, drücken Sie den Knopf.",
    sessions: "Wo Sie angemeldet sind",
    sessions_text: "Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.",
    this_browser: "Dieser Browser",
    since: "seit {}",
    used: "zuletzt benutzt {}",
    from: "von {}",
    end: "Beenden",
    end_all: "Überall abmelden",
    unknown_browser: "Ein Browser",
    help: "Hilfe",
    forbidden: "Diese Seite ist nicht für Sie. Wer sie betreibt, weiß, für wen sie ist.",
    not_in_clear: "Passwörter Ihrer Firma werden im Browser versiegelt, bevor sie gesendet werden, und dieses war es nicht: Niemand wurde danach gefragt. Melden Sie sich mit einem Browser an.",
    by_certificate: "Mit einem Zertifikat anmelden",
    no_certificate: "Ihr Browser hat kein Zertifikat gezeigt: Er hat keines, das hier gilt, oder es wurde keines gewählt. Melden Sie sich mit Ihrem Passwort an, oder schließen Sie den Browser und versuchen Sie es erneut.",
    not_from_here: "Aus diesem Netz können Sie sich nicht mit einem Zertifikat anmelden: Melden Sie sich mit Ihrem Passwort an.",
    certificate_refused: "Die Anmeldung mit Ihrem Zertifikat ist nicht möglich: Melden Sie sich mit Ihrem Passwort an, oder fragen Sie Ihre Administration.",
    certificate_untrusted: "Ihrem Zertifikat wird hier nicht vertraut: Melden Sie sich mit Ihrem Passwort an, oder schließen Sie den Browser und wählen Sie ein anderes Zertifikat.",
    certificate_out_of_date: "Ihr Zertifikat ist abgelaufen oder noch nicht gültig: Melden Sie sich mit Ihrem Passwort an, und bitten Sie Ihre Administration um ein neues.",
    certificate_revoked: "Ihr Zertifikat wurde gesperrt: Melden Sie sich mit Ihrem Passwort an, und bitten Sie Ihre Administration um ein neues.",
    certificate_not_for_login: "Ihr Zertifikat ist nicht für die Anmeldung: Melden Sie sich mit Ihrem Passwort an, oder schließen Sie den Browser und wählen Sie ein anderes Zertifikat.",
    certificate_not_now: "Mit einem Zertifikat kann sich gerade niemand anmelden: Melden Sie sich mit Ihrem Passwort an, oder versuchen Sie es in einigen Minuten erneut.",
};

impl Language {
    /// Why a site has not judged a password. English is what the table of faults says.
    pub(super) fn at_site(self, fault: Fault) -> &'static str {
        match (self, fault) {
            (Self::English, _) => fault.row().person,
            (Self::German, Fault::SiteUnreachable) => {
                "Der Konnektor Ihrer Firma ist im Moment nicht zu erreichen. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es in ein paar Minuten noch einmal."
            }
            (Self::German, Fault::SiteTimedOut) => {
                "Der Konnektor Ihrer Firma hat zu lange nicht geantwortet. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es gleich noch einmal."
            }
            (Self::German, Fault::SiteReplyInvalid) => {
                "Der Konnektor Ihrer Firma hat nichts geantwortet, dem zu trauen wäre. Über Ihr Passwort sagt das nichts: Bitte sagen Sie es Ihrem Administrator."
            }
            (Self::German, Fault::SiteBusy) => {
                "Der Konnektor Ihrer Firma hat im Moment zu viel zu tun. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es gleich noch einmal."
            }
            (Self::German, Fault::SiteNoVerdict) => {
                "Ihre Firma kann im Moment niemanden anmelden. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es in ein paar Minuten noch einmal."
            }
            (Self::German, Fault::SealExpired) => {
                "Diese Seite war zu lange offen. Über Ihr Passwort sagt das nichts: Bitte geben Sie es noch einmal ein."
            }
            (Self::German, _) => GERMAN.not_now,
        }
    }

    /// Why there is nothing to seal with, for somebody whose network asked too often.
    pub(super) fn too_many_challenges(self) -> &'static str {
        match self {
            Self::English => {
                "From your network too many people, or programs, have tried to log in within a minute. This says nothing about your password: please try again in a minute."
            }
            Self::German => {
                "Aus Ihrem Netz haben sich in einer Minute zu viele Leute, oder Programme, anmelden wollen. Über Ihr Passwort sagt das nichts: Bitte versuchen Sie es in einer Minute noch einmal."
            }
        }
    }

    /// Why a password was not changed. English is what the table of reasons says.
    pub(super) fn unchanged(self, reason: Reason) -> &'static str {
        match (self, reason) {
            (Self::English, _) => reason.row().person,
            (Self::German, Reason::NewPasswordMalformed) => {
                "Ihr Passwort wurde nicht geändert: Das neue ist leer, zu lang oder hat Zeichen, die keine Tastatur schreibt."
            }
            (Self::German, Reason::NewPasswordTooShort) => {
                "Ihr Passwort wurde nicht geändert: Das neue ist zu kurz. Wählen Sie ein längeres."
            }
            (Self::German, Reason::NewPasswordTooSimple) => {
                "Ihr Passwort wurde nicht geändert: Das neue ist zu einfach. Wählen Sie ein längeres mit Buchstaben, Ziffern und anderen Zeichen, ohne Ihren Namen."
            }
            (Self::German, Reason::NewPasswordInHistory) => {
                "Ihr Passwort wurde nicht geändert: Das neue hatten Sie schon einmal. Wählen Sie ein anderes."
            }
            (Self::German, Reason::PasswordTooYoung) => {
                "Ihr Passwort wurde nicht geändert: Es wurde erst vor Kurzem geändert. Versuchen Sie es später noch einmal."
            }
            (
                Self::German,
                Reason::PasswordChangeNotAllowed | Reason::PasswordChangeUnsupported,
            ) => {
                "Ihr Passwort wurde nicht geändert: Das geht hier nicht. Fragen Sie Ihren Administrator."
            }
            (Self::German, _) => {
                "Ihr Passwort wurde nicht geändert: Das neue genügt den Regeln nicht. Wählen Sie ein längeres, das Sie noch nicht hatten, oder versuchen Sie es morgen noch einmal, wenn Sie es heute schon geändert haben."
            }
        }
    }
}

/// Puts a name where the text has its place.
pub(super) fn with(text: &str, name: &str) -> String {
    text.replacen("{}", name, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_application_is_asked_first_and_then_the_browser() {
        let chosen = |wished: &[&str], accepted: Option<&'static str>| {
            let wished: Vec<String> = wished.iter().map(|tag| (*tag).to_owned()).collect();
            let mut headers = HeaderMap::new();
            if let Some(accepted) = accepted {
                headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            }
            Language::choose(&wished, &headers).tag()
        };
        assert_eq!(chosen(&[], None), "en");
        assert_eq!(chosen(&["fr", "de-AT", "en"], Some("en")), "de");
        assert_eq!(chosen(&["fr"], Some("de-DE,de;q=0.9,en;q=0.8")), "de");
        assert_eq!(chosen(&[], Some("fr, en;q=0.4, de;q=0.5")), "de");
        assert_eq!(chosen(&[], Some("de;q=0, en;q=0.1")), "en");
        assert_eq!(chosen(&[], Some("de;q=junk")), "de");
    }
}
