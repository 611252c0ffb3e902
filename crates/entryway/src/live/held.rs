//! What one generation gives to the fronts.

use crate::again;
use crate::explain::{explanation, recorded};
use crate::gateway::Gateway;
use entryway_login::{Attempt, Decided, Device, LoginId, LoginService, SubmittedPassword};
use entryway_web::{Explanations, Lookup, PasswordChanges, Revalidated, Revalidations};
use std::pin::Pin;
use tokio::sync::watch;

/// The logins of one generation, as its requests hold them. A request holds on from its head to its
/// answer; when the last one has let go, the sender is gone.
pub(crate) struct Held {
    pub(super) gateway: Gateway,
    pub(super) used: watch::Sender<()>,
}

impl LoginService for Held {
    fn login(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        // One whose caller hangs up may need the pools a little longer.
        self.gateway.decide(attempt, self.used.clone())
    }
}

impl PasswordChanges for Held {
    fn change_password(
        &self,
        attempt: Attempt,
        new: SubmittedPassword,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        self.gateway.change(attempt, new, self.used.clone())
    }
}

impl Revalidations for Held {
    fn device(&self, token: &str) -> Option<Device> {
        self.gateway.kept().seals.device(token)
    }

    fn revalidate<'a>(
        &'a self,
        token: &'a str,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Revalidated> + Send + 'a>> {
        Box::pin(again::ask_again(&self.gateway, token, attempt, None))
    }
}

impl Explanations for Held {
    fn explain(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send + '_>> {
        Box::pin(async {
            let decided = self.login(attempt).await;
            // Texts and numbers alone: there is nothing that could not be written.
            serde_json::to_vec(&explanation(&self.gateway, &decided)).unwrap_or_default()
        })
    }

    fn recorded(&self, id: LoginId) -> Pin<Box<dyn Future<Output = Lookup> + Send + '_>> {
        Box::pin(recorded(&self.gateway, id))
    }
}
