//! The little that this server knows of schemas: how values of an attribute compare (RFC 4517), and
//! which attributes are operational. What it does not know compares as text without case.
//!
//! Values are compared in their normal form, which is made once. Unicode normalisation is left out:
//! `é` in one code point and in two are different here.

use entryway_ldap_types::{AttributeName, Dn};

/// How values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Text; case and the number of blanks do not matter.
    CaseIgnore,
    /// Text; the number of blanks does not matter.
    CaseExact,
    /// Telephone numbers: text without case, blanks and hyphens.
    Telephone,
    /// Bytes.
    Octets,
    /// Distinguished names.
    Dn,
    /// Whole numbers.
    Integer,
}

impl Rule {
    /// The rule of an attribute, given by its [`key`].
    pub(crate) fn of(key: &str) -> Self {
        match key {
            "jpegphoto" | "objectguid" | "objectsid" | "tokengroups" | "logonhours"
            | "usercertificate" | "thumbnailphoto" => Self::Octets,
            "member" | "uniquemember" | "memberof" | "manager" | "owner" | "seealso"
            | "secretary" | "entrydn" | "distinguishedname" | "pwdpolicysubentry"
            | "creatorsname" | "modifiersname" => Self::Dn,
            "uidnumber" | "gidnumber" | "useraccountcontrol" | "accountexpires" | "pwdlastset"
            | "lockouttime" | "maxpwdage" | "primarygroupid" | "shadowexpire" | "grouptype"
            | "samaccounttype" => Self::Integer,
            "homedirectory" | "loginshell" | "gecos" | "memberuid" => Self::CaseExact,
            "telephonenumber" | "facsimiletelephonenumber" | "mobile" | "homephone" | "pager" => {
                Self::Telephone
            }
            _ => Self::CaseIgnore,
        }
    }

    /// The rule that an extensible match names, by name or OID.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "2.5.13.2"
            | "caseignorematch"
            | "1.3.6.1.4.1.1466.109.114.2"
            | "caseignoreia5match" => Self::CaseIgnore,
            "2.5.13.5" | "caseexactmatch" | "1.3.6.1.4.1.1466.109.114.1" | "caseexactia5match" => {
                Self::CaseExact
            }
            "2.5.13.20" | "telephonenumbermatch" => Self::Telephone,
            "2.5.13.17" | "octetstringmatch" => Self::Octets,
            "2.5.13.1" | "distinguishednamematch" => Self::Dn,
            "2.5.13.14" | "integermatch" => Self::Integer,
            _ => return None,
        })
    }

    /// The form in which equal values are equal bytes; `None` when the value is not of this type.
    pub(crate) fn normal(self, value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Octets => Some(value.to_vec()),
            Self::Dn => Some(
                Dn::parse(std::str::from_utf8(value).ok()?)
                    .ok()?
                    .normalized()
                    .into_bytes(),
            ),
            Self::Integer => {
                let number: i64 = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
                Some(number.to_string().into_bytes())
            }
            Self::CaseIgnore | Self::CaseExact | Self::Telephone => {
                let text = self.fold(std::str::from_utf8(value).ok()?);
                Some(text.trim_matches(' ').as_bytes().to_vec())
            }
        }
    }

    /// A part of a substring assertion in the same form; blanks at its ends are kept, because there
    /// they stand between this part and the next (RFC 4518 §2.6.1 has them count).
    pub(crate) fn normal_part(self, part: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Octets | Self::Dn | Self::Integer => None,
            Self::CaseIgnore | Self::CaseExact | Self::Telephone => {
                Some(self.fold(std::str::from_utf8(part).ok()?).into_bytes())
            }
        }
    }

    /// Text with case and repeated blanks removed as the rule has it.
    fn fold(self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        for char in text.chars() {
            match (self, char) {
                (Self::Telephone, ' ' | '-') => {}
                (_, ' ') if folded.ends_with(' ') => {}
                (Self::CaseExact, char) => folded.push(char),
                (_, char) => folded.extend(char.to_lowercase()),
            }
        }
        folded
    }

    /// Which of two normal forms comes first.
    pub(crate) fn order(self, left: &[u8], right: &[u8]) -> std::cmp::Ordering {
        let number = |bytes: &[u8]| {
            std::str::from_utf8(bytes)
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
        };
        match (self, number(left), number(right)) {
            (Self::Integer, Some(left), Some(right)) => left.cmp(&right),
            _ => left.cmp(right),
        }
    }
}

/// The key under which an attribute is kept: its base name in lower case, the short one of several.
pub(crate) fn key(name: &AttributeName) -> Box<str> {
    let lower = name.base().to_ascii_lowercase();
    match lower.as_str() {
        "2.5.4.3" | "commonname" => "cn".into(),
        "2.5.4.4" | "surname" => "sn".into(),
        "2.5.4.0" => "objectclass".into(),
        "2.5.4.42" | "gn" => "givenname".into(),
        "2.5.4.11" | "organizationalunitname" => "ou".into(),
        "2.5.4.35" => "userpassword".into(),
        "0.9.2342.19200300.100.1.1" | "userid" => "uid".into(),
        "0.9.2342.19200300.100.1.3" | "rfc822mailbox" => "mail".into(),
        "0.9.2342.19200300.100.1.25" | "domaincomponent" => "dc".into(),
        _ => lower.into(),
    }
}

/// Whether an attribute is returned only when it is asked for by name or with `+` (RFC 3673).
pub(crate) fn is_operational(key: &str) -> bool {
    matches!(
        key,
        "entryuuid"
            | "entrydn"
            | "memberof"
            | "tokengroups"
            | "nsaccountlock"
            | "nsuniqueid"
            | "createtimestamp"
            | "modifytimestamp"
            | "creatorsname"
            | "modifiersname"
            | "structuralobjectclass"
            | "subschemasubentry"
            | "hassubordinates"
            | "numsubordinates"
    ) || key.starts_with("pwd") && key != "pwdlastset"
}

/// Whether an attribute holds what proves a password. It is never returned, matched or compared.
pub(crate) fn is_secret(key: &str) -> bool {
    matches!(key, "userpassword" | "unicodepwd" | "pwdhistory")
}

/// Whether values of an attribute are looked up by equality so often that an index pays.
pub(crate) fn is_indexed(key: &str) -> bool {
    matches!(
        key,
        "uid"
            | "mail"
            | "cn"
            | "samaccountname"
            | "userprincipalname"
            | "member"
            | "uniquemember"
            | "memberuid"
            | "entryuuid"
            | "objectguid"
            | "uidnumber"
            | "employeenumber"
    )
}

#[cfg(test)]
mod tests;
