//! Servers that are none.

use anyhow::{Context, Result, bail};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Accepts connections and says nothing: the kernel completes the handshake of what waits in the
/// listen queue, and nobody ever reads.
#[derive(Debug)]
pub struct SilentServer(TcpListener);

impl SilentServer {
    /// Listens on a free port.
    pub fn start() -> Result<Self> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .map(Self)
            .context("cannot listen")
    }

    /// Where.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }
}

/// A black hole: its listen queue is full, so the kernel drops the first packet of everybody who comes, and says
/// nothing.
#[derive(Debug)]
pub struct FullServer {
    listener: Socket,
    _queue: Vec<TcpStream>,
}

impl FullServer {
    /// Listens on a free port, and fills its queue.
    pub fn start() -> Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).context("cannot listen")?;
        listener.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
        listener.listen(0)?;
        let address = address_of(&listener)?;
        let mut queue = Vec::new();
        // A queue of none holds one; more than a few mean that this kernel does it otherwise.
        while queue.len() < 16 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(waiting) => queue.push(waiting),
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    return Ok(Self {
                        listener,
                        _queue: queue,
                    });
                }
                Err(error) => return Err(error).context("the queue cannot be filled"),
            }
        }
        bail!("expected the listen queue to be full, found that it takes more")
    }

    /// Where.
    pub fn address(&self) -> Result<SocketAddr> {
        address_of(&self.listener)
    }
}

fn address_of(listener: &Socket) -> Result<SocketAddr> {
    let address = listener.local_addr()?.as_socket();
    address.context("a listener has no address")
}

/// Accepts connections and resets each at once.
#[derive(Debug)]
pub struct ResettingServer {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl ResettingServer {
    /// Listens on a free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen")?;
        let address = listener.local_addr()?;
        let ends = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ends);
        let accepting = thread::spawn(move || {
            for accepted in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                // Closed with a lingering time of none, a connection is reset.
                if let Ok(accepted) = accepted {
                    let _ = Socket::from(accepted).set_linger(Some(Duration::ZERO));
                }
            }
        });
        Ok(Self {
            address,
            ends,
            accepting: Some(accepting),
        })
    }

    /// Where.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for ResettingServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // The last connection wakes it.
        if TcpStream::connect(self.address).is_ok()
            && let Some(accepting) = self.accepting.take()
        {
            let _ = accepting.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FullServer, ResettingServer};
    use std::io::{ErrorKind, Read};
    use std::net::TcpStream;
    use std::time::Duration;

    #[test]
    fn a_full_queue_answers_nobody() {
        let server = FullServer::start().unwrap();
        let address = server.address().unwrap();
        let wait = Duration::from_millis(100);
        let error = TcpStream::connect_timeout(&address, wait).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_connection_is_reset() {
        let server = ResettingServer::start().unwrap();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let error = stream.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}
