//! The server over real sockets, asked by the client end of `entryway-ldap-proto`.

#[cfg(test)]
mod bind;
#[cfg(test)]
mod client;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod life;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod search;
#[cfg(test)]
mod tls;
