//! Applications of the single sign-on, written and taken out where the others are.

use super::{Draft, EditError, table_of};
use crate::closest::closest;
use crate::tree::Entry;
use toml_edit::{Array, Value};

/// What a new `[client.NAME]` is made of. Its secret is not in it.
#[derive(Debug, Clone, Default)]
pub struct NewClient {
    /// The `client_id`.
    pub id: String,
    /// What people see.
    pub name: Option<String>,
    /// `sha256:…` of its secret; none keeps none.
    pub digest: Option<String>,
    /// Whether it runs on people's own machines.
    pub native: bool,
    /// Where people may be sent back to.
    pub redirect_uris: Vec<String>,
    /// Where they may be sent to after they signed out.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session has ended.
    pub backchannel_logout_uri: Option<String>,
    /// As they are written; empty: the default ones.
    pub grants: Vec<String>,
    /// Likewise.
    pub scopes: Vec<String>,
}

impl Draft<'_> {
    /// Writes an application behind the others, or at the end of the main file.
    ///
    /// # Errors
    ///
    /// When there is one of that name. Whether it can be like this is the loader's affair.
    pub fn add_client(&mut self, new: &NewClient) -> Result<(), EditError> {
        if let Some(entry) = self.client(&new.id) {
            return Err(EditError::Exists {
                kind: "client",
                name: entry.key.clone(),
                place: self.texts.line_of(entry.key_place),
            });
        }
        let list = |all: &[String]| -> Option<Value> {
            let array: Array = all.iter().map(String::as_str).collect();
            (!all.is_empty()).then(|| array.into())
        };
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        // Without a secret, and not native, it runs in the browser.
        let keeps_none =
            (new.digest.is_none() && !new.native).then(|| Array::from_iter(["none"]).into());
        let values = [
            ("name", text(&new.name)),
            ("digest", text(&new.digest)),
            ("native", new.native.then(|| true.into())),
            ("authentication", keeps_none),
            ("redirect_uris", list(&new.redirect_uris)),
            (
                "post_logout_redirect_uris",
                list(&new.post_logout_redirect_uris),
            ),
            ("backchannel_logout_uri", text(&new.backchannel_logout_uri)),
            ("grants", list(&new.grants)),
            ("scopes", list(&new.scopes)),
        ];
        let home = self.home(&["client"]);
        for (key, value) in values {
            if let Some(value) = value {
                self.put(home, &["client", &new.id, key], value)?;
            }
        }
        Ok(())
    }

    /// Takes an application out of every file that it is written in.
    ///
    /// # Errors
    ///
    /// When there is none of that name.
    pub fn remove_client(&mut self, id: &str) -> Result<(), EditError> {
        self.known_client(id)?;
        for document in &mut self.documents {
            document.take_named("client", id);
        }
        Ok(())
    }

    /// Gives an application another secret. The one from before holds beside it, as the old one; the old one from
    /// before that does not.
    ///
    /// # Errors
    ///
    /// When there is none of that name, or it keeps no secret.
    pub fn renew_client(&mut self, id: &str, digest: &str) -> Result<(), EditError> {
        self.known_client(id)?;
        let of = |key: &'static str| ["client", id, key];
        let found = [("secret", "old_secret"), ("digest", "old_digest")]
            .into_iter()
            .find_map(|(now, old)| {
                let mut documents = self.documents.iter().enumerate();
                let (at, value) =
                    documents.find_map(|(at, one)| Some((at, one.value(&of(now))?)))?;
                Some((at, old, value))
            });
        let Some((at, old, value)) = found else {
            return Err(EditError::ByHand {
                place: format!("client.{id}"),
                why: "no file has a `secret` or a `digest` of it".to_owned(),
            });
        };
        for document in &mut self.documents {
            for gone in ["secret", "old_secret", "old_digest"] {
                document.take(&of(gone));
            }
        }
        self.put(at, &of("digest"), digest.into())?;
        self.put(at, &of(old), value)
    }

    fn client(&self, id: &str) -> Option<&Entry> {
        table_of(&self.root, "client")?.get(id)
    }

    fn known_client(&self, id: &str) -> Result<(), EditError> {
        if let Some(entry) = self.client(id) {
            let mut documents = self.documents.iter();
            if documents.any(|one| one.depth(&["client", id]) == 2) {
                return Ok(());
            }
            return Err(EditError::ByHand {
                place: self.texts.line_of(entry.key_place),
                why: "the environment alone says that there is this client".to_owned(),
            });
        }
        let clients = table_of(&self.root, "client").map(|table| &table.entries);
        let names = clients
            .into_iter()
            .flatten()
            .map(|entry| entry.key.as_str());
        Err(EditError::NoSuch {
            kind: "client",
            name: id.to_owned(),
            near: closest(id, names).map(str::to_owned),
        })
    }
}
