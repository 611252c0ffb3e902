//! The raw client: what a login costs at the directory when nobody stands in between.
//!
//! As lean as it can be made. One thread; searches of several slots share a connection and leave in
//! one write where they can (pipelined); each slot binds on a connection of its own. No policy, no
//! session, no JSON: it only finds the entry and binds as it.

use super::driver::{Dialler, Stream};
use super::load::Client;
use super::settings::Settings;
use anyhow::{Context, Result, bail};
use bytes::BytesMut;
use entryway_conformance::{PEOPLE, SERVICE_DN, SERVICE_PASSWORD};
use entryway_ldap_proto::client::{Connection, Event};
use entryway_ldap_proto::{DerefAliases, Limits, MessageId, SearchRequest};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};

/// Slots that share one connection for their searches.
const SLOTS_PER_SEARCH_CONNECTION: usize = 8;

/// What a session needs, as the gateway would ask for it.
const ATTRIBUTES: [&str; 8] = [
    "uid",
    "cn",
    "mail",
    "entryUUID",
    "uidNumber",
    "gidNumber",
    "homeDirectory",
    "employeeType",
];

/// Opens all connections: one for binds per slot, one for searches per few slots.
pub(super) async fn connect(settings: &Settings) -> Result<Vec<Slot>> {
    let dialler = Dialler::new(settings)?;
    let password = Rc::new(Password::new(settings.password.clone().into_bytes())?);
    let request = template()?;
    let mut slots = Vec::new();
    let mut searches = None;
    for number in 0..settings.in_flight {
        if number % SLOTS_PER_SEARCH_CONNECTION == 0 {
            searches = Some(Searches::open(&dialler).await?);
        }
        let searches = searches.clone().context("no connection for searches")?;
        slots.push(Slot {
            searches,
            binds: Wire::open(&dialler).await?,
            request: request.clone(),
            password: Rc::clone(&password),
        });
    }
    Ok(slots)
}

fn template() -> Result<SearchRequest> {
    let attributes: Vec<AttributeName> = ATTRIBUTES
        .iter()
        .map(|name| AttributeName::parse(name))
        .collect::<Result<_, _>>()?;
    Ok(SearchRequest {
        base: PEOPLE.into(),
        scope: Scope::Subtree,
        deref: DerefAliases::Never,
        size_limit: 2,
        time_limit: 0,
        types_only: false,
        filter: Filter::And(Vec::new()).into(),
        attributes: Arc::from(attributes),
    })
}

/// One login at a time.
pub(super) struct Slot {
    searches: Rc<Searches>,
    binds: Wire,
    request: SearchRequest,
    password: Rc<Password>,
}

impl Client for Slot {
    async fn login(&mut self, person: u32) -> Result<()> {
        let equal = |name: &str, value: String| {
            AttributeName::parse(name).map(|name| Filter::Equal(name, value.into_bytes()))
        };
        self.request.filter = Arc::new(Filter::And(vec![
            equal("objectClass", "person".to_owned())?,
            equal("uid", format!("u{person:07}"))?,
        ]));
        let dn = self.searches.find(&self.request).await?;
        self.binds
            .connection
            .bind_simple(&dn, &self.password, &[])?;
        match self.binds.exchange().await? {
            Event::BindDone { result, .. } if result.code == ResultCode::SUCCESS => Ok(()),
            other => bail!("expected a bind that succeeds, found {}", other.name()),
        }
    }
}

/// A socket and the LDAP on it.
struct Wire {
    stream: Box<dyn Stream>,
    connection: Connection,
    input: BytesMut,
}

impl Wire {
    async fn open(dialler: &Dialler) -> Result<Self> {
        Ok(Self {
            stream: dialler.dial().await?,
            connection: Connection::new(Limits::CLIENT),
            input: BytesMut::with_capacity(4096),
        })
    }

    /// Writes everything that waits.
    async fn flush(&mut self) -> Result<()> {
        self.stream
            .write_all_buf(self.connection.outbound())
            .await?;
        // TLS keeps what it could not write at once.
        self.stream.flush().await?;
        Ok(())
    }

    /// The next event of what has been read, if it is whole.
    fn event(&mut self) -> Result<Option<Event>> {
        Ok(self.connection.receive(&mut self.input)?)
    }

    /// Reads more.
    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.input).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    /// Sends what waits and gives the next event.
    async fn exchange(&mut self) -> Result<Event> {
        self.flush().await?;
        loop {
            if let Some(event) = self.event()? {
                return Ok(event);
            }
            self.read().await?;
        }
    }
}

/// A connection for the searches of several slots, served by a task of its own.
struct Searches {
    shared: RefCell<Shared>,
    wake: Notify,
}

#[derive(Default)]
struct Shared {
    /// Not yet handed to the connection.
    asked: Vec<(SearchRequest, oneshot::Sender<Box<str>>)>,
}

impl Searches {
    async fn open(dialler: &Dialler) -> Result<Rc<Self>> {
        let mut wire = Wire::open(dialler).await?;
        wire.connection.bind_simple(
            SERVICE_DN,
            &Password::new(SERVICE_PASSWORD.as_bytes().to_vec())?,
            &[],
        )?;
        match wire.exchange().await? {
            Event::BindDone { result, .. } if result.code == ResultCode::SUCCESS => {}
            other => bail!(
                "expected the service bind to succeed, found {}",
                other.name()
            ),
        }
        let searches = Rc::new(Self {
            shared: RefCell::default(),
            wake: Notify::new(),
        });
        tokio::task::spawn_local(serve(Rc::clone(&searches), wire));
        Ok(searches)
    }

    /// The DN of the one entry.
    async fn find(&self, request: &SearchRequest) -> Result<Box<str>> {
        let (sender, receiver) = oneshot::channel();
        self.shared
            .borrow_mut()
            .asked
            .push((request.clone(), sender));
        self.wake.notify_one();
        receiver
            .await
            .context("a search gave no entry, or its connection ended")
    }
}

/// A search that was sent: the entry it gave so far, and who waits for it.
type Waiting = HashMap<MessageId, (Option<Box<str>>, oneshot::Sender<Box<str>>)>;

/// Ends with the connection, which every slot then notices.
async fn serve(searches: Rc<Searches>, mut wire: Wire) -> Result<()> {
    let mut waiting = Waiting::new();
    loop {
        for (request, sender) in searches.shared.borrow_mut().asked.drain(..) {
            let id = wire.connection.search(&request, 2, &[])?;
            waiting.insert(id, (None, sender));
        }
        wire.flush().await?;
        while let Some(event) = wire.event()? {
            take(event, &mut waiting)?;
        }
        tokio::select! {
            () = searches.wake.notified() => {}
            read = wire.read() => read?,
        }
    }
}

fn take(event: Event, waiting: &mut Waiting) -> Result<()> {
    match event {
        Event::Entry { id, entry } => {
            if let Some((found, _)) = waiting.get_mut(&id) {
                *found = Some(entry.dn_text);
            }
        }
        Event::SearchDone { id, result, .. } if result.code == ResultCode::SUCCESS => {
            if let Some((Some(dn), sender)) = waiting.remove(&id) {
                // Nobody waits any more at the end of a round.
                let _ = sender.send(dn);
            }
        }
        other => bail!(
            "expected an entry or the end of a search, found {}",
            other.name()
        ),
    }
    Ok(())
}
