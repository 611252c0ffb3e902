//! How much a peer may make us hold.

/// Bounds that every decoder keeps. A message over one of them is an error, never an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes, header included; judged when the header is seen.
    pub message_bytes: usize,
    /// Largest message in bytes where none can be large: before a search or another operation with
    /// much to answer is asked, and while a bind or StartTLS is answered. So nobody who sits in front of
    /// TLS, or of the service bind, makes us hold more.
    pub brief_message_bytes: usize,
    /// Most URLs of one reference or referral: a URL costs its sender 2 bytes, and us an allocation.
    pub urls: usize,
    /// Deepest filter that is decoded; a single assertion is one level.
    pub nesting: u8,
    /// Most nodes of one filter: a node costs its sender 3 bytes and us some hundred.
    pub filter_nodes: usize,
    /// Most attributes of one entry.
    pub attributes_per_entry: usize,
    /// Most values of one entry, over all its attributes: a value costs its sender 2 bytes and us 32.
    pub values_per_entry: usize,
    /// Most controls of one message.
    pub controls_per_message: usize,
    /// Most references and intermediate responses of one operation.
    pub side_replies: u32,
    /// Most operations outstanding on a client connection.
    pub outstanding: usize,
    /// Most abandoned operations whose reply may still come before the connection asks to be closed.
    pub abandoned: usize,
}

impl Limits {
    /// What a client grants a directory server: messages of 16 MiB.
    pub const CLIENT: Self = Self {
        message_bytes: 16 << 20,
        brief_message_bytes: 64 << 10,
        urls: 64,
        nesting: 32,
        filter_nodes: 4096,
        attributes_per_entry: 4096,
        values_per_entry: 500_000,
        controls_per_message: 32,
        side_replies: 1000,
        outstanding: 4096,
        abandoned: 1024,
    };
    /// What a server grants its clients: messages of 1 MiB.
    pub const SERVER: Self = Self {
        message_bytes: 1 << 20,
        ..Self::CLIENT
    };
}
