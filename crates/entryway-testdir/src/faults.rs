//! Misbehaviour on request: what a hostile or broken server may do to its clients.
//!
//! A [`FaultPlan`] says what goes wrong, where and how often; tests set it while the server runs.
//! Nothing here waits for a time: what is late comes when a test opens its [`Gate`].

mod apply;
mod gate;

pub use gate::Gate;

pub(crate) use apply::{Applied, Lingering, before_handshake, greet};

use crate::record::Kind;
use entryway_ldap_types::ResultCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What goes wrong from now on. The first rule that applies to an operation is used, alone.
#[derive(Debug, Default, Clone)]
pub struct FaultPlan {
    connect: Option<ConnectFault>,
    rules: Vec<Rule>,
}

/// What goes wrong before the first operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFault {
    /// The connection is accepted, and that is all.
    Silence,
    /// The connection is closed as soon as it is accepted.
    Close,
    /// These bytes are sent in place of anything else, then nothing.
    Bytes(Vec<u8>),
    /// Where a TLS handshake is due, on either port, the client's first flight gets no answer.
    StallHandshake,
}

/// What goes wrong with an operation.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is carried out and not answered.
    Silence,
    /// The connection is closed instead of an answer.
    Close,
    /// It is answered, and the connection dropped: in TLS without `close_notify`, which many servers
    /// never send.
    AnswerAndDrop,
    /// The connection is reset instead of an answer, as by a machine that has restarted.
    Reset,
    /// It is answered, and the connection reset.
    AnswerAndReset,
    /// The last message of the answer is cut in the middle, and the connection closed.
    CloseMidMessage,
    /// The last message of the answer is cut in the middle, and nothing comes any more.
    HalfThenSilence,
    /// Bytes that are no LDAP, then nothing.
    Garbage,
    /// 600 KB of elements inside one another, in the frame of a message.
    DeepNesting,
    /// The header of a message of 2 GiB, then some of it, then nothing.
    HugeLength,
    /// The answer carries the message id of the operation before; 0 for the first one of a connection,
    /// which makes it an unsolicited one of no known kind.
    StaleId,
    /// The answer carries a message id that was never used.
    ForeignId,
    /// Entries, and never an end; not even an abandon stops them, only closing does.
    EndlessEntries,
    /// It is not carried out and answered with this code.
    Answer {
        /// The code.
        code: ResultCode,
        /// The diagnostic message.
        diagnostic: String,
    },
    /// It is not carried out; a Notice of Disconnection comes, and the connection is closed.
    Notice {
        /// The notice's code.
        code: ResultCode,
        /// Its diagnostic message.
        diagnostic: String,
    },
    /// It is carried out, and the answer waits at the gate; of a StartTLS it comes, and TLS does not. Later operations are answered meanwhile;
    /// an abandon does not take the answer back.
    Hold(Gate),
    /// It is carried out, and each byte of the answer waits at the gate by itself.
    Drip(Gate),
    /// It is not carried out and answered with a referral to these (RFC 4511 §4.1.10).
    Refer(Vec<String>),
    /// It is answered, and before the end stands that it continues at these, one alternative each (RFC 4511 §4.5.3).
    Continue(Vec<String>),
    /// Answers are kept until there are this many on the connection, and then sent last first.
    Reverse(usize),
    /// The last message of the answer is sent twice.
    Duplicate,
    /// The answer is of another kind of operation.
    WrongKind,
    /// After the answer come these bytes, in the same write. After a StartTLS response they are in
    /// clear and must not be believed.
    Append(Vec<u8>),
}

/// A fault, and the operations that it meets.
#[derive(Debug, Clone)]
pub struct Rule {
    kind: Option<Kind>,
    connection: Option<u64>,
    skip: u64,
    times: u64,
    fault: Fault,
}

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }
    /// Every connection meets this before anything else.
    pub fn on_connect(self, fault: ConnectFault) -> Self {
        Self {
            connect: Some(fault),
            ..self
        }
    }
    /// Every operation of this kind goes wrong.
    pub fn on(self, kind: Kind, fault: Fault) -> Self {
        self.rule(Rule::on(kind, fault))
    }
    /// Adds a rule behind those that are there.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}

impl Rule {
    /// Every operation of this kind.
    pub fn on(kind: Kind, fault: Fault) -> Self {
        Self {
            kind: Some(kind),
            ..Self::on_any(fault)
        }
    }
    /// Every operation.
    pub fn on_any(fault: Fault) -> Self {
        Self {
            kind: None,
            connection: None,
            skip: 0,
            times: u64::MAX,
            fault,
        }
    }
    /// The first `count` such operations go well.
    pub fn after(self, count: u64) -> Self {
        Self {
            skip: count,
            ..self
        }
    }
    /// Only so many operations go wrong.
    pub fn times(self, count: u64) -> Self {
        Self {
            times: count,
            ..self
        }
    }
    /// Only operations of this connection, as [`crate::Received::connection`] counts them.
    pub fn connection(self, number: u64) -> Self {
        Self {
            connection: Some(number),
            ..self
        }
    }

    /// Whether the rule meets this operation; counts it if so.
    fn meets(&mut self, kind: Kind, connection: u64) -> bool {
        let concerns = self.kind.is_none_or(|wanted| wanted == kind)
            && self.connection.is_none_or(|wanted| wanted == connection);
        if !concerns || self.times == 0 {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times -= 1;
        true
    }
}

/// The plan in force.
#[derive(Default)]
pub(crate) struct Faults(Mutex<FaultPlan>);

impl Faults {
    pub(crate) fn set(&self, plan: FaultPlan) {
        *self.lock() = plan;
    }
    /// The fault that this operation meets.
    pub(crate) fn next(&self, kind: Kind, connection: u64) -> Option<Fault> {
        self.lock()
            .rules
            .iter_mut()
            .find_map(|rule| rule.meets(kind, connection).then(|| rule.fault.clone()))
    }
    fn on_connect(&self) -> Option<ConnectFault> {
        self.lock().connect.clone()
    }
    fn lock(&self) -> MutexGuard<'_, FaultPlan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
