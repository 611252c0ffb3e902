//! A server's service account, as servers of one domain and readings of one configuration share it.

use super::Server;
use crate::account::ServiceAccount;
use crate::settings::ServiceBind;
use std::sync::Arc;

impl Server {
    /// Has the same service account as another server: what one of them learns of its password the other
    /// knows. For servers of one domain; nothing changes where the names or the passwords differ.
    pub fn share_account(&self, with: &Self) {
        if let Some(account) = with.account() {
            self.use_account(&account);
        }
    }

    /// Its service account, where that has a password.
    pub fn account(&self) -> Option<ServiceAccount> {
        match &self.settings.service_bind {
            ServiceBind::Simple { dn, password } => Some(ServiceAccount {
                dn: dn.as_str().into(),
                password: Arc::clone(password),
                account: self.host.credentials.account(),
            }),
            ServiceBind::Anonymous | ServiceBind::External => None,
        }
    }

    /// Goes on with what is known of this account, if it is its own: the same name with the same password.
    pub fn use_account(&self, known: &ServiceAccount) -> bool {
        match &self.settings.service_bind {
            ServiceBind::Simple { dn, password } if known.is(dn, password) => {
                let addresses = self.ways.iter().map(|way| &way.address);
                self.host.credentials.go_on(&known.account, addresses);
                true
            }
            _ => false,
        }
    }
}
