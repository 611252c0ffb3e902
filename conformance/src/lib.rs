//! Real directory servers for the tests and the bench: OpenLDAP, Samba Active Directory and 389 Directory Server,
//! each an owned value that is a running server and is gone, files and all, when it is dropped.
//!
//! A server that is missing on this machine is an error that names the package, never a skip.
//! This crate must not know the crates it tests: it speaks to the `entryway` binary from outside,
//! through arguments, a configuration file and HTTP.

mod capture;
mod certificates;
mod clock;
mod config;
mod ds389;
mod far;
mod gateway;
mod holders;
mod http;
mod inspector;
mod keeper;
mod kept;
mod ldif;
mod listeners;
mod load;
mod machine;
mod people;
mod ports;
mod postgres;
mod programs;
mod proxy;
mod relay;
mod samba;
mod scratch;
mod slapd;
mod tls;
mod wait;
mod weather;

pub use capture::{Capture, Conversation};
pub use certificates::{Authority, Certificate, Identity};
pub use clock::clock;
pub use config::{Configuration, Domain, Encrypt};
pub use ds389::Ds389;
pub use far::FarSide;
pub use gateway::{Finished, Gateway, Serving};
pub use holders::{Held, HolderFiles, PeopleAuthority};
pub use http::{HttpClient, Response};
pub use inspector::InspectingProxy;
pub use kept::Kept;
pub use listeners::{FullServer, ResettingServer, SilentServer};
pub use load::{Load, Login, Outcome, Pace, Sample, log_in};
pub use machine::{Daemon, Machine};
pub use people::{BASE, Directory, ODD_NAMES, PEOPLE, SERVICE_DN, SERVICE_PASSWORD, password_of};
pub use ports::{closed_address, free_loopback, free_port};
pub use postgres::Postgres;
pub use proxy::ConnectProxy;
pub use relay::TlsRelay;
pub use samba::{AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, SambaAd, odd_common_names};
pub use scratch::Scratch;
pub use slapd::{LoggedOperation, Slapd, SlapdOptions, StatsLog};
pub use tls::{Certificates, TlsServer};
pub use wait::{Deadline, until, until_still};
pub use weather::{BadLine, Weather};
