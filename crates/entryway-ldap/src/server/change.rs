//! Changing a password: a connection for each, in the role that exists for nothing else.

use super::{Pool, Server};
use crate::change::{ChangePool, Changing};
use crate::dial::Identity;
use crate::error::{BindFailure, LdapError};
use entryway_ldap_proto::client::BindResult;
use entryway_ldap_types::{Password, Role};
use std::time::Instant;

impl Server {
    /// Binds once as a person who wants a new password, with the password-policy control. The connection is that
    /// person's if the answer is success, and nobody's otherwise. Never repeated once a byte of it may have left, and
    /// never in clear.
    pub async fn bind_to_change(
        &self,
        dn: &str,
        password: &Password,
        deadline: Instant,
    ) -> Result<(BindResult, Changing), BindFailure> {
        let pool = self.changes().map_err(|cause| BindFailure {
            written: false,
            cause,
        })?;
        pool.bind(dn, password, deadline.into()).await
    }

    /// A connection bound as the service account, for somebody who cannot bind before the password is changed.
    pub async fn serve_change(&self, deadline: Instant) -> Result<Changing, LdapError> {
        let pool = self.changes()?;
        pool.open(Identity::Service, deadline.into()).await
    }

    fn changes(&self) -> Result<&ChangePool, LdapError> {
        match self.pools.of(Role::ChangePassword) {
            Some(Pool::Single(pool)) => Ok(pool),
            _ => Err(LdapError::OtherRole(Role::ChangePassword)),
        }
    }
}
