//! Whether a record says what a site's connector has signed: the statement is made again of what the record keeps, its
//! signature verified, and the decision compared with the outcome that was stated.
//!
//! Of the record nothing is believed, whoever sealed it: what does not read does not fit.

use crate::columns::Row;
use crate::palette::Tone;
use entryway_bridge::message::Method;
use entryway_bridge::{Beside, ConnectorId, Kept, Octets, Proof, Question, SiteName, Stated, Text};
use entryway_login::{Fault, LoginId, Reason, Subject};
use entryway_tunnel::{PeerKey, fingerprint_in_words};
use entryway_wire::SignedJson;
use serde::Deserialize;
use serde_json::Value;

/// A signature of a connector that stands in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// Whose, as the record says.
    site: Option<String>,
    connector: Option<String>,
    /// The fingerprint of the key that it was verified with.
    key: Option<[u8; 32]>,
    end: End,
    found: Found,
}

/// What came of looking at it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// All of it fits.
    Verified,
    /// All of it fits, and the key is none that is known to be that connector's.
    UnknownKey,
    /// What does not fit, in words.
    Misfits(Vec<&'static str>),
    /// The record has not what the statement was made of.
    NotRecomputable,
}

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The hub's: of what its site has answered.
    Hub,
    /// The connector's own: of what it has told a hub.
    Connector,
}

/// Of what the statement was made, as it stands in a record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    site: Option<String>,
    connector: Option<String>,
    nonce: String,
    time_ms: u64,
    method: Method,
    request: String,
    body: String,
    key: String,
    outcome: Text<32>,
    code: Option<Text<64>>,
    subject: Option<Text<200>>,
    name: Option<Text<200>>,
}

/// Looks at the signature in a record of that login; `None` where there is none.
pub(crate) fn look(record: &Value, login: LoginId) -> Option<Signed> {
    let trace = record.get("trace").and_then(Value::as_array);
    let mut steps = trace.into_iter().flatten().rev();
    let answered = steps.find(|step| text(step, "event") == Some("site_answered"));
    let (end, signed) = match answered {
        Some(answered) => (End::Hub, answered),
        None => (End::Connector, record),
    };
    text(signed, "reply")?;
    let stated = signed.get("stated");
    // At the hub they stand beside it, at the connector in it.
    let by = |key: &str| {
        let found = text(signed, key).or_else(|| text(stated?, key));
        found.map(str::to_owned)
    };
    let mut looked = Signed {
        site: by("site"),
        connector: by("connector"),
        key: None,
        end,
        found: Found::NotRecomputable,
    };
    let Some(stated) = stated else {
        return Some(looked);
    };
    let kept = Read::deserialize(stated).ok().and_then(|read| {
        let site = read.site.as_deref().or(looked.site.as_deref())?;
        let connector = read.connector.as_deref().or(looked.connector.as_deref())?;
        Some((kept(site, connector, login, &read)?, key(&read)?))
    });
    let Some((kept, key)) = kept else {
        looked.found = Found::Misfits(vec!["what was stated cannot be read"]);
        return Some(looked);
    };
    let misfits = misfits(record, signed, end, &kept, &key);
    looked.key = Some(key.fingerprint());
    looked.found = match misfits.is_empty() {
        // Whose key it is, the record cannot say.
        true => Found::UnknownKey,
        false => Found::Misfits(misfits),
    };
    Some(looked)
}

fn misfits(
    record: &Value,
    signed: &Value,
    end: End,
    kept: &Kept,
    key: &PeerKey,
) -> Vec<&'static str> {
    let digest = text(signed, "reply").and_then(unhex::<32>);
    let proof = proof(signed);
    let is_proved = proof.is_some_and(|proof| kept.is_proved(&proof, key));
    let id = kept.stated.login_id.to_string();
    // A hub may find that it can make nothing of an answer: then nobody is let in, and nobody refused.
    let is_invalid = end == End::Hub && is_told_invalid(record, signed);
    let checks = [
        (
            digest == Some(kept.digest()),
            "the digest `reply` is not that of what was stated",
        ),
        (is_proved, "the signature is not over what was stated"),
        (
            text(record, "id") == Some(&*id),
            "`id` is another login's than the record is found by",
        ),
        (
            is_invalid || decides(record, end, kept),
            "`decision` is not what the connector stated",
        ),
        (
            is_invalid || end == End::Connector || outcome_is(signed, kept),
            "what the trace says of the answer is not what the connector stated",
        ),
        (
            is_same_person(record, end, kept),
            "`session` is another person's than the connector stated",
        ),
    ];
    let misfits = checks.into_iter().filter(|(fits, _)| !fits);
    misfits.map(|(_, what)| what).collect()
}

/// Whether trace and decision of a hub both say that.
fn is_told_invalid(record: &Value, answered: &Value) -> bool {
    let is = |of: &Value, key, what| {
        text(of, key) == Some(what) && text(of, "fault") == Some(Fault::SiteReplyInvalid.code())
    };
    is(record, "decision", "indeterminate") && is(answered, "outcome", "no_verdict")
}

/// Whether that is what such an answer comes to.
fn decides(record: &Value, end: End, kept: &Kept) -> bool {
    let stated = &kept.stated;
    let decision = text(record, "decision").unwrap_or_default();
    let [reason, fault, challenge] = ["reason", "fault", "challenge"].map(|key| text(record, key));
    let code = stated.code.as_ref().map(Text::as_str);
    match (stated.outcome.as_str(), end) {
        // Still welcome at the site, and compared here with whom the session is of. What was asked is signed; what the
        // record calls it is not.
        ("accept", End::Hub) if decision == "reject" => {
            let compared = [Reason::UnknownLogin, Reason::PasswordChanged].map(Reason::code);
            kept.question.method == Method::Revalidate
                && reason.is_some_and(|reason| compared.contains(&reason))
        }
        ("accept", _) => decision == "accept",
        ("challenge", _) => decision == "challenge" && challenge == code,
        ("changed", _) => decision == "changed",
        ("refused", End::Hub) => {
            decision == "reject" && reason == Some(Reason::of_site(code).code())
        }
        ("refused", End::Connector) => decision == "reject" && (code.is_none() || reason == code),
        ("no_verdict" | "stands", End::Hub) => {
            let expected = code.map(|code| Fault::of_site(code).code());
            decision == "indeterminate" && fault == expected
        }
        // What the site keeps to itself is told in one word.
        ("no_verdict", End::Connector) => {
            decision == "indeterminate" && (code == Some("no_verdict") || fault == code)
        }
        ("stands", End::Connector) => decision == "indeterminate",
        ("seal_refused", _) => {
            decision == "indeterminate" && fault == Some(Fault::SealExpired.code())
        }
        _ => false,
    }
}

/// Whether the hub's trace tells of that answer.
fn outcome_is(answered: &Value, kept: &Kept) -> bool {
    let stated = &kept.stated;
    let said = text(answered, "outcome").unwrap_or_default();
    let told = text(answered, "told");
    let code = stated.code.as_ref().map(Text::as_str);
    let name = at_hub(kept);
    match stated.outcome.as_str() {
        "accept" => said == "accepted" && text(answered, "name") == name.as_deref(),
        "challenge" => said == "must_change",
        "changed" => said == "changed",
        "refused" => said == "refused" && told == code,
        "no_verdict" | "stands" => said == "no_verdict" && told == code,
        "seal_refused" => said == "seal_refused" && text(answered, "why") == code,
        _ => false,
    }
}

/// Whoever was let in is whom the connector has named.
fn is_same_person(record: &Value, end: End, kept: &Kept) -> bool {
    let Some(session) = record.get("session") else {
        return text(record, "decision") != Some("accept");
    };
    let [own_subject, own_name] = [&kept.stated.subject, &kept.stated.name]
        .map(|stated| stated.as_ref().map(Text::as_str).unwrap_or_default());
    let site = kept.question.site.as_str();
    let (subject, name) = match end {
        End::Hub => (
            Subject::at_site(site, own_subject).0,
            at_hub(kept).unwrap_or_default(),
        ),
        End::Connector => (own_subject.to_owned(), own_name.to_owned()),
    };
    text(session, "subject") == Some(&*subject) && text(session, "name") == Some(&*name)
}

/// What somebody is called at the hub: under the site's name.
fn at_hub(kept: &Kept) -> Option<String> {
    let name = kept.stated.name.as_ref()?;
    Some(format!("{}/{}", kept.question.site, name.as_str()))
}

fn kept(site: &str, connector: &str, login_id: LoginId, read: &Read) -> Option<Kept> {
    Some(Kept {
        question: Question {
            site: SiteName::parse(site).ok()?,
            connector: ConnectorId::parse(connector).ok()?,
            nonce: Octets(unhex(&read.nonce)?),
            method: read.method,
            request: unhex(&read.request)?,
        },
        time_ms: read.time_ms,
        body: unhex(&read.body)?,
        stated: Stated {
            login_id,
            outcome: read.outcome.clone(),
            code: read.code.clone(),
            subject: read.subject.clone(),
            name: read.name.clone(),
        },
    })
}

fn key(read: &Read) -> Option<PeerKey> {
    PeerKey::of_point(unhex(&read.key)?)
}

fn proof(signed: &Value) -> Option<Proof> {
    let beside = match text(signed, "beside") {
        Some(beside) => Beside::read(bytes(beside)?)?,
        None => Beside::default(),
    };
    Some(Proof {
        signature: Octets(unhex(text(signed, "signature")?)?),
        beside,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    bytes(text)?.try_into().ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    let bytes = pairs.iter().map(byte).collect::<Option<Vec<u8>>>();
    bytes.filter(|_| rest.is_empty())
}

impl Signed {
    /// Who is said to have signed it.
    pub(crate) fn by(&self) -> (Option<&str>, Option<&str>) {
        (self.site.as_deref(), self.connector.as_deref())
    }

    /// Whether the record is a hub's, by what it has: only a hub's own list says then whose key it is. A record that was
    /// made to look like a connector's own has names that are nobody's at the hub.
    pub(crate) fn is_at_hub(&self) -> bool {
        self.end == End::Hub
    }

    /// With the keys that are known to be that connector's.
    pub(crate) fn known(mut self, keys: &[[u8; 32]]) -> Self {
        let is_known = self.key.is_some_and(|key| keys.contains(&key));
        if is_known && self.found == Found::UnknownKey {
            self.found = Found::Verified;
        }
        self
    }

    /// Whether the record says another thing than was signed.
    pub(crate) fn is_misfit(&self) -> bool {
        matches!(self.found, Found::Misfits(_))
    }

    /// For programs.
    pub(crate) fn json(&self) -> SignedJson<'_> {
        SignedJson {
            verdict: match &self.found {
                Found::Verified => "verified",
                Found::UnknownKey => "unknown_key",
                Found::Misfits(_) => "does_not_fit",
                Found::NotRecomputable => "not_recomputable",
            },
            site: self.site.as_deref(),
            connector: self.connector.as_deref(),
            key_fingerprint: self.key.as_ref().map(fingerprint_in_words),
            misfits: match &self.found {
                Found::Misfits(misfits) => misfits,
                _ => &[],
            },
        }
    }

    /// For people.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let of = |text: &Option<String>| match text {
            Some(text) => text.escape_debug().to_string(),
            None => "?".to_owned(),
        };
        let who = match (&self.site, &self.connector) {
            (None, None) => "a connector".to_owned(),
            (site, connector) => format!("{} of {}", of(connector), of(site)),
        };
        let row = |end: &str| Row::new("signed by", format!("{who}, {end}"));
        let key = self.key.as_ref().map(fingerprint_in_words);
        let key = key.map(|key| Row::more(format!("key {key}")).tone(Tone::Quiet));
        match &self.found {
            Found::Verified => {
                let row = row("verified").tone(Tone::Good);
                [Some(row), key].into_iter().flatten().collect()
            }
            Found::UnknownKey => {
                let row = row("by a key that is not known here to be its own").tone(Tone::Doubt);
                let row = row.note("it may have another since: compare its fingerprint");
                [Some(row), key].into_iter().flatten().collect()
            }
            Found::NotRecomputable => vec![
                row("not recomputable")
                    .tone(Tone::Doubt)
                    .note("made before both ends kept what was stated, or of an assertion"),
            ],
            Found::Misfits(misfits) => {
                let each = misfits.iter().map(|what| Row::more(*what).tone(Tone::Bad));
                let row = row("does not fit").tone(Tone::Bad);
                [row].into_iter().chain(each).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
