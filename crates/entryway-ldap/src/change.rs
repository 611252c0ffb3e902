//! Changing a person's password with the old one, on a connection that is opened for it and kept by nobody.
//!
//! The bind that proves the old password and the change are two requests on one connection: a directory that counts
//! grace logins, or lets nothing but a change follow a bind, sees one login. Once a byte of a request may have left,
//! it is never repeated: nobody but the server knows then what came of it.

use crate::dial::{Identity, Progress, submit_error};
use crate::error::{BindFailure, Breach, ChangeFailure, CloseReason, LdapError, Overload, Step};
use crate::link::{Link, unexpected};
use crate::shared::Shared;
use crate::stats::Counters;
use entryway_ldap_proto::client::{BindResult, Event, Modification};
use entryway_ldap_proto::control::password_policy_in;
use entryway_ldap_proto::message::ChangeKind;
use entryway_ldap_proto::{PasswordModify, RequestControl, decode_generated_password, oid};
use entryway_ldap_types::{
    AttributeName, Password, PasswordPolicy, ResultCode, Role, unicode_password,
};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

static UNICODE_PWD: AttributeName = AttributeName::from_static("unicodePwd");

/// The connections of a server for changes: as many as may be open, and none that is kept.
pub(crate) struct ChangePool {
    shared: Arc<Shared>,
    permits: Arc<Semaphore>,
}

/// A connection on which a password may be changed: as the person, or as the service account. Dropped, it is closed.
pub struct Changing {
    link: Link,
    shared: Arc<Shared>,
    _permit: OwnedSemaphorePermit,
}

/// How a directory is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeMethod {
    /// The extended operation of RFC 3062, with the old password in it.
    PasswordModify,
    /// Active Directory's: the old value of `unicodePwd` goes and the new one comes, in one modify. To put a value in
    /// the place of whatever is there would be an administrator's reset, and is never asked (MS-ADTS §3.1.1.3.1.5).
    UnicodePwd,
}

/// Whose password changes, and to what.
#[derive(Clone, Copy)]
pub struct PasswordChange<'a> {
    /// The entry's name.
    pub dn: &'a str,
    /// As it is.
    pub old: &'a Password,
    /// As it shall be.
    pub new: &'a Password,
}

/// What a server says to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeResult {
    /// Nothing but success has changed anything.
    pub code: ResultCode,
    /// The server's words, for the administrator.
    pub diagnostic: Box<str>,
    /// What the password policy control says, if it came and can be read: it only ever explains a refusal.
    pub policy: Option<PasswordPolicy>,
}

impl ChangePool {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let max = shared.settings.limits.of(Role::ChangePassword).max;
        let permits = Arc::new(Semaphore::new(max.clamp(1, Semaphore::MAX_PERMITS)));
        Self { shared, permits }
    }
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Binds as the person on a new connection.
    pub(crate) async fn bind(
        &self,
        dn: &str,
        password: &Password,
        deadline: Instant,
    ) -> Result<(BindResult, Changing), BindFailure> {
        let unwritten = |cause| BindFailure {
            written: false,
            cause,
        };
        let opened = self.open(Identity::Nobody, deadline).await;
        let mut changing = opened.map_err(unwritten)?;
        let link = &mut changing.link;
        let before = link.stream.sent();
        let submitted =
            link.connection
                .bind_simple(dn, password, &[RequestControl::PasswordPolicy]);
        submitted.map_err(|error| unwritten(submit_error(error)))?;
        let bound = answered(&self.shared, deadline, Step::Bind, async {
            link.flush().await?;
            loop {
                match link.next().await? {
                    Event::BindDone { result, .. } => return Ok((result.code, result)),
                    Event::UnknownNotice { .. } | Event::Intermediate { .. } => {}
                    event => return Err(unexpected("the answer to a bind", &event)),
                }
            }
        });
        match bound.await {
            Ok(result) => Ok((result, changing)),
            Err(cause) => Err(BindFailure {
                written: changing.link.stream.sent() > before,
                cause,
            }),
        }
    }

    /// A new connection. Never one in clear, whatever else is let through in clear: there is no setting for it.
    pub(crate) async fn open(
        &self,
        identity: Identity,
        deadline: Instant,
    ) -> Result<Changing, LdapError> {
        self.shared.way.takes_password(false)?;
        let permit = timeout_at(deadline, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(LdapError::Overloaded(Overload::Connections));
        };
        let counters = Arc::<Counters>::default();
        let progress = Progress::default();
        let dialled = self.shared.dial(identity, &counters, deadline, &progress);
        let (link, _) = dialled.await?;
        Ok(Changing {
            link,
            shared: Arc::clone(&self.shared),
            _permit: permit,
        })
    }
}

impl Changing {
    /// Asks for the change, once. The answer's code may be anything.
    pub async fn change(
        mut self,
        method: ChangeMethod,
        change: PasswordChange<'_>,
        deadline: std::time::Instant,
    ) -> Result<ChangeResult, ChangeFailure> {
        let before = self.link.stream.sent();
        let deadline = deadline.into();
        let changed = match self.ready(deadline).await {
            Ok(()) => match self.submit(method, change) {
                Ok(()) => self.answer(deadline).await,
                Err(cause) => Err(cause),
            },
            Err(cause) => Err(cause),
        };
        let written = self.link.stream.sent() > before;
        if changed.is_ok() {
            self.link.hang_up();
        }
        changed.map_err(|cause| ChangeFailure { written, cause })
    }

    /// A server may have closed it since the bind: whoever asks then need not wonder what came of it.
    async fn ready(&mut self, deadline: Instant) -> Result<(), LdapError> {
        match timeout_at(deadline, self.link.stream.is_quiet()).await {
            Ok(true) if self.link.input.is_empty() => Ok(()),
            Ok(_) => Err(LdapError::Closed(CloseReason::ByServer)),
            Err(_) => Err(LdapError::TimedOut { step: Step::Change }),
        }
    }

    fn submit(
        &mut self,
        method: ChangeMethod,
        change: PasswordChange<'_>,
    ) -> Result<(), LdapError> {
        let PasswordChange { dn, old, new } = change;
        let connection = &mut self.link.connection;
        let controls = [RequestControl::PasswordPolicy];
        let submitted = match method {
            ChangeMethod::PasswordModify => {
                let request = PasswordModify {
                    identity: Some(dn),
                    old: Some(old.expose()),
                    new: Some(new.expose()),
                };
                connection.extended(oid::PASSWORD_MODIFY, Some(&request.encode()), &controls)
            }
            ChangeMethod::UnicodePwd => {
                let old = unicode_password(old).map_err(|_| LdapError::PasswordNotText)?;
                let new = unicode_password(new).map_err(|_| LdapError::PasswordNotText)?;
                let changes = [
                    Modification {
                        kind: ChangeKind::Delete,
                        attribute: &UNICODE_PWD,
                        values: &[old.as_slice()],
                    },
                    Modification {
                        kind: ChangeKind::Add,
                        attribute: &UNICODE_PWD,
                        values: &[new.as_slice()],
                    },
                ];
                connection.modify(dn, &changes, &[])
            }
        };
        submitted.map(|_| ()).map_err(submit_error)
    }

    async fn answer(&mut self, deadline: Instant) -> Result<ChangeResult, LdapError> {
        let link = &mut self.link;
        let answer = answered(&self.shared, deadline, Step::Change, async {
            link.flush().await?;
            loop {
                let (result, controls) = match link.next().await? {
                    Event::ModifyDone {
                        result, controls, ..
                    } => (result, controls),
                    Event::ExtendedDone {
                        result,
                        value,
                        controls,
                        ..
                    } => {
                        // One that makes a password of its own has not set the one that the person knows.
                        let made = decode_generated_password(value.as_deref());
                        if result.code == ResultCode::SUCCESS && !matches!(made, Ok(None)) {
                            return Err(LdapError::breach(Breach::Unexpected {
                                expected: "the password that was asked for",
                                found: "another one",
                            }));
                        }
                        (result, controls)
                    }
                    Event::UnknownNotice { .. } | Event::Intermediate { .. } => continue,
                    event => {
                        return Err(unexpected("the answer to a change of a password", &event));
                    }
                };
                let policy = password_policy_in(&controls).unwrap_or_default();
                let result = ChangeResult {
                    code: result.code,
                    diagnostic: result.diagnostic,
                    policy,
                };
                return Ok((result.code, result));
            }
        });
        answer.await
    }
}

/// Waits for an answer no longer than an operation may take, and tells the way's health what came.
async fn answered<T>(
    shared: &Arc<Shared>,
    deadline: Instant,
    step: Step,
    work: impl Future<Output = Result<(ResultCode, T), LdapError>>,
) -> Result<T, LdapError> {
    let started = Instant::now();
    let operation = shared.settings.timeouts.operation;
    match timeout_at((started + operation).min(deadline), work).await {
        Ok(Ok((code, answer))) => {
            shared.answered_with(code);
            Ok(answer)
        }
        Ok(Err(error)) => {
            shared.failed(&error, started, operation);
            Err(error)
        }
        Err(_) => {
            shared.doubt(started, operation);
            Err(LdapError::TimedOut { step })
        }
    }
}
