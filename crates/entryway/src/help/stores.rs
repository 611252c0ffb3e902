//! What leads to each failure of a store of certificates or keys, and what to do about it.

use super::Advice;

const LOOK: &str = "`entryway check` reads every store again and names the file and the reason";

/// Code, one sentence, what leads to it, what to do.
type Entry = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

#[rustfmt::skip]
const ALL: &[Entry] = &[
    ("crl_unreadable", "a file of `tls.crls` cannot be read",
        &["its path is wrong: a path is relative to the file that names it", "its owner or mode keeps the daemon's user out"],
        &["`sudo -u USER cat FILE`, as the user of the daemon, says which", LOOK]),
    ("crl_no_list", "a file of `tls.crls` is no revocation list",
        &["it is a certificate, or the page that a web server answered with in place of the list", "it was cut while it was copied"],
        &["`openssl crl -in FILE -noout -text` says what is in it; with DER, `-inform DER`", "fetch it again, and put it in place by a rename", LOOK]),
    ("crl_unusable", "a revocation list of `tls.crls` cannot be used",
        &["it is a delta list, or one for a part of an authority's certificates", "it is damaged, or of a version that is not read"],
        &["`openssl crl -in FILE -noout -text` says what is in it", "name the authority's complete list", LOOK]),
    ("store_unreadable", "the file cannot be read",
        &["its path is wrong: a path is relative to the file that names it", "its owner or mode keeps the daemon's user out"],
        &["`sudo -u USER cat FILE`, as the user of the daemon, says which", LOOK]),
    ("store_not_one", "the file is no store of certificates or keys",
        &["it is empty, or another file was named", "it is a signing request, or a PKCS#7 file"],
        &["`openssl x509 -in FILE -noout -text` or `keytool -list -keystore FILE` says what is in it", LOOK]),
    ("store_damaged", "the file, or a certificate in it, is damaged",
        &["it was cut while it was copied, or copied as text", "a line of its PEM is missing"],
        &["copy or export it again", LOOK]),
    ("store_indefinite_length", "the PKCS#12 file leaves lengths open (BER), which is not read",
        &["an old export of a browser or of a Java program"],
        &["convert it: `openssl pkcs12 -in OLD.p12 -nodes -out all.pem`, then `openssl pkcs12 -export -in all.pem -out NEW.p12`"]),
    ("store_wrong_password", "the password does not open the store",
        &["the store was replaced by one with another password", "the file with the password belongs to another store"],
        &["try it: `openssl pkcs12 -in FILE -info -noout` or `keytool -list -keystore FILE`", "after a change of the password: `entryway reload`, because passwords are read with the configuration"]),
    ("store_password_needed", "the store is encrypted, and no password is configured",
        &["the path alone was written"],
        &["write a table: `{ store = \"FILE\", password = { file = \"FILE.pass\" } }`"]),
    ("store_key_password", "the key in the store has a password of its own",
        &["`keytool` was given `-keypass` beside `-storepass`"],
        &["give the key the store's password: `keytool -keypasswd -alias ALIAS -keystore FILE`"]),
    ("store_password_text", "the password cannot be the password of such a store",
        &["it has characters, or bytes, that this kind of store cannot have"],
        &["give the store another password"]),
    ("store_unsupported", "the store uses something that is not read here",
        &["PKCS#8 with PBES1, PKCS#12 with PBMAC1, or a cipher of an old export"],
        &["convert it as the text says; docs/tls.md has the list"]),
    ("store_no_certificate", "the store holds no certificate",
        &["it holds a key alone"],
        &["name the file with the certificate"]),
    ("store_no_trusted", "nothing in the store is marked as trusted",
        &["it holds a key with its chain, and the authority that signed it is not trusted for that"],
        &["export the authority's certificate to a file of its own and name that in `trust`"]),
    ("store_no_authority", "a certificate of a server, signed by somebody else, is named as trusted",
        &["the server's certificate was taken for its authority's"],
        &["name the authority's certificate: `entryway tls trust add HOST:PORT --to FILE`", "or pin the server's: `pins = [\"sha256:…\"]`"]),
    ("store_no_key", "the store holds no private key",
        &["it is a trust store, or a certificate alone"],
        &["export the certificate with its key", "a key in a file of its own is named beside the certificate"]),
    ("store_no_chain", "the store holds a key without its certificate",
        &["the key was imported and its certificate was not"],
        &["import the certificate under the same alias"]),
    ("store_several_keys", "the store holds several keys",
        &["nobody said which is ours"],
        &["name one: `alias = \"…\"`; the text lists them"]),
    ("store_no_alias", "no key in the store has that alias",
        &["it is misspelt, or the store was made anew"],
        &["the text lists the aliases there are"]),
    ("store_other_key", "the key is not the certificate's",
        &["certificate or key was renewed, and the other one was not"],
        &["replace both; they are read together"]),
    ("store_unusable_key", "the TLS library cannot use the key",
        &["it is of an old kind, such as DSA, or too short"],
        &["have a certificate issued for an ECDSA or RSA key of 2048 bits or more"]),
    ("store_setup", "the TLS library does not take what was read",
        &["the text says which"],
        &[LOOK]),
    ("store_no_source", "nothing is trusted",
        &["`trust` is an empty list"],
        &["leave it out, which means the operating system's store, or name a file"]),
    ("store_no_anchor", "a certificate cannot be trusted as an authority",
        &["it is of a version or a form that the TLS library does not take"],
        &["name the certificate of the authority above it"]),
    ("store_empty_system", "the operating system's store holds no certificate",
        &["the package `ca-certificates` is not installed, as in small containers"],
        &["install it, or name the directory's authority in `trust`"]),
];

/// One sentence, and the advice.
pub(super) fn of(code: &str) -> Option<(&'static str, Advice)> {
    let (_, says, causes, remedies) = *ALL.iter().find(|(known, ..)| *known == code)?;
    Some((says, Advice { causes, remedies }))
}
