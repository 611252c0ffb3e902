//! `entryway tls`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `entryway tls`.
#[derive(Debug, Args)]
pub(crate) struct Tls {
    #[command(subcommand)]
    pub(crate) command: TlsCommand,
}

/// What is asked about TLS.
#[derive(Debug, Subcommand)]
pub(crate) enum TlsCommand {
    /// For each server and role: what is in force, and how TLS, certificate and bind go
    Check {
        /// The domain; without it, every one
        domain: Option<String>,
    },
    /// Show the certificates of a server, trusting nothing
    Fetch(Fetch),
    /// Keep the files of trusted certificates
    Trust(Trust),
}

/// How TLS begins at a server.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Begin {
    /// Ask for TLS in LDAP first, as on port 389
    #[arg(long)]
    pub(crate) starttls: bool,
}

/// `entryway tls fetch`.
#[derive(Debug, Args)]
pub(crate) struct Fetch {
    /// The server, as in `dc1.corp.example:636` or `[2001:db8::1]:636`
    #[arg(value_name = "HOST:PORT")]
    pub(crate) server: String,
    #[command(flatten)]
    pub(crate) begin: Begin,
    /// Print the certificates as PEM
    #[arg(long)]
    pub(crate) pem: bool,
}

/// `entryway tls trust`.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    #[command(subcommand)]
    pub(crate) command: TrustCommand,
}

/// What is done with files of trusted certificates.
#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// Add the certificate of an authority to a file, once its fingerprint is confirmed
    Add(AddTrust),
}

/// `entryway tls trust add`.
#[derive(Debug, Args)]
pub(crate) struct AddTrust {
    /// A server whose authority is meant, or a file with a certificate, PEM or DER
    #[arg(value_name = "HOST:PORT|FILE")]
    pub(crate) from: String,
    /// The PEM file with trusted certificates; it is made where there is none
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// The SHA-256 of the certificate, as its owner says it; without it a terminal is asked
    #[arg(long, value_name = "sha256:…")]
    pub(crate) fingerprint: Option<String>,
    #[command(flatten)]
    pub(crate) begin: Begin,
}
