//! `{SHA}`, `{SSHA}` and their kin with SHA-2: a digest of the password and a salt, in base64 (RFC 2307 §5.3 has the
//! form, OpenLDAP the salt behind the digest).

use crate::HashProblem;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{self, Algorithm, Context};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A salted, or unsalted, digest of a password.
pub(crate) struct Digested {
    scheme: &'static Scheme,
    digest: Vec<u8>,
    salt: Vec<u8>,
}

struct Scheme {
    name: &'static str,
    algorithm: &'static Algorithm,
    salted: bool,
}

static SCHEMES: [Scheme; 6] = [
    Scheme {
        name: "SHA",
        algorithm: &digest::SHA1_FOR_LEGACY_USE_ONLY,
        salted: false,
    },
    Scheme {
        name: "SSHA",
        algorithm: &digest::SHA1_FOR_LEGACY_USE_ONLY,
        salted: true,
    },
    Scheme {
        name: "SHA256",
        algorithm: &digest::SHA256,
        salted: false,
    },
    Scheme {
        name: "SSHA256",
        algorithm: &digest::SHA256,
        salted: true,
    },
    Scheme {
        name: "SHA512",
        algorithm: &digest::SHA512,
        salted: false,
    },
    Scheme {
        name: "SSHA512",
        algorithm: &digest::SHA512,
        salted: true,
    },
];

impl Digested {
    pub(crate) fn parse(scheme: &str, value: &str) -> Result<Self, HashProblem> {
        let Some(scheme) = SCHEMES.iter().find(|known| known.name == scheme) else {
            return Err(HashProblem::Scheme(scheme.to_owned()));
        };
        let bytes = STANDARD
            .decode(value)
            .map_err(|_| HashProblem::Unreadable)?;
        let (digest, salt) = bytes
            .split_at_checked(scheme.algorithm.output_len())
            .ok_or(HashProblem::Unreadable)?;
        // A salted one without salt, or an unsalted one with more behind it, was not written by a directory.
        if salt.is_empty() == scheme.salted {
            return Err(HashProblem::Unreadable);
        }
        Ok(Self {
            scheme,
            digest: digest.to_vec(),
            salt: salt.to_vec(),
        })
    }

    pub(crate) fn scheme(&self) -> &'static str {
        self.scheme.name
    }

    pub(crate) fn to_text(&self) -> String {
        let value = STANDARD.encode([&*self.digest, &*self.salt].concat());
        format!("{{{}}}{value}", self.scheme.name)
    }

    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        let mut context = Context::new(self.scheme.algorithm);
        context.update(password);
        context.update(&self.salt);
        verify_slices_are_equal(context.finish().as_ref(), &self.digest).is_ok()
    }
}
