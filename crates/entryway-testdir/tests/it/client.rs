//! A client that asks one thing after another and waits for no answer longer than [`DEADLINE`].

use bytes::BytesMut;
use entryway_ldap_proto::client::{BindResult, Connection, Event, OperationResult};
use entryway_ldap_proto::{
    DerefAliases, Limits, MessageId, ProtocolError, ReceivedControl, RequestControl, SearchRequest,
};
use entryway_ldap_types::{AttributeName, Entry, Filter, Password, ResultCode, Scope};
use entryway_testdir::{Directory, Options, TestServer};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) const LDIF: &str = "\
dn: dc=corp,dc=example
objectClass: domain
dc: corp

dn: ou=people,dc=corp,dc=example
objectClass: organizationalUnit

dn: uid=ada,ou=people,dc=corp,dc=example
objectClass: person
cn: Ada Lovelace
mail: ada@corp.example
sAMAccountName: ada
userPassword: right horse

dn: uid=bob,ou=people,dc=corp,dc=example
objectClass: person
cn: Bob
sAMAccountName: bob
userAccountControl: 514
pwdAccountLockedTime: 000001010000Z
userPassword: bob-right

dn: uid=cay,ou=people,dc=corp,dc=example
objectClass: person
cn: Cay
pwdReset: TRUE
userPassword: cay-right
";
pub(crate) const PEOPLE: &str = "ou=people,dc=corp,dc=example";
pub(crate) const ADA: &str = "uid=ada,ou=people,dc=corp,dc=example";
pub(crate) const ADA_PASSWORD: &str = "right horse";

pub(crate) async fn start(options: Options) -> TestServer {
    TestServer::start(Directory::from_ldif(LDIF).unwrap(), options)
        .await
        .unwrap()
}

/// What came instead of an event.
#[derive(Debug)]
pub(crate) enum Failure {
    Closed,
    Reset,
    Silent,
    Protocol(ProtocolError),
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(crate) struct Client {
    pub(crate) ldap: Connection,
    stream: Option<Box<dyn Stream>>,
    input: BytesMut,
}

impl Client {
    fn over(stream: impl Stream + 'static) -> Self {
        Self {
            ldap: Connection::new(Limits::CLIENT),
            stream: Some(Box::new(stream)),
            input: BytesMut::new(),
        }
    }
    pub(crate) async fn plain(server: &TestServer) -> Self {
        Self::over(TcpStream::connect(server.ldap_addr()).await.unwrap())
    }
    pub(crate) async fn ldaps(server: &TestServer, trust: &str, name: &str) -> io::Result<Self> {
        Ok(Self::over(
            handshake(TcpStream::connect(server.ldaps_addr()).await?, trust, name).await?,
        ))
    }
    /// Whether nothing comes for a while: there is no other way to see silence. A server that is only
    /// slow makes this true too, so it proves little, and never fails by chance.
    pub(crate) async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(200), self.event())
            .await
            .is_err()
    }

    /// Writes what was submitted.
    pub(crate) async fn send(&mut self) {
        let stream = self.stream.as_mut().unwrap();
        // A server that closed already is for the next read to notice.
        let _ = stream.write_all_buf(self.ldap.outbound()).await;
        let _ = stream.flush().await;
    }
    pub(crate) async fn event(&mut self) -> Result<Event, Failure> {
        tokio::time::timeout(DEADLINE, async {
            loop {
                if let Some(event) = self
                    .ldap
                    .receive(&mut self.input)
                    .map_err(Failure::Protocol)?
                {
                    return Ok(event);
                }
                match self
                    .stream
                    .as_mut()
                    .unwrap()
                    .read_buf(&mut self.input)
                    .await
                {
                    Ok(1..) => {}
                    Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                        return Err(Failure::Reset);
                    }
                    Ok(0) | Err(_) => return Err(Failure::Closed),
                }
            }
        })
        .await
        .unwrap_or(Err(Failure::Silent))
    }
    pub(crate) async fn start_tls(
        &mut self,
        trust: &str,
        name: &str,
    ) -> Result<OperationResult, Failure> {
        self.ldap.start_tls().unwrap();
        self.send().await;
        let Event::ExtendedDone { result, .. } = self.event().await? else {
            panic!("another event")
        };
        if result.code == ResultCode::SUCCESS {
            let stream = handshake(self.stream.take().unwrap(), trust, name)
                .await
                .map_err(|_| Failure::Closed)?;
            self.stream = Some(Box::new(stream));
            self.ldap
                .tls_established(&self.input)
                .map_err(Failure::Protocol)?;
        }
        Ok(result)
    }

    pub(crate) async fn bind(&mut self, dn: &str, password: &str) -> Result<BindResult, Failure> {
        self.bind_with(dn, password, &[RequestControl::PasswordPolicy])
            .await
    }
    pub(crate) async fn bind_with(
        &mut self,
        dn: &str,
        password: &str,
        controls: &[RequestControl],
    ) -> Result<BindResult, Failure> {
        let password = Password::new(password.as_bytes().to_vec()).unwrap();
        self.ldap.bind_simple(dn, &password, controls).unwrap();
        self.bound().await
    }
    pub(crate) async fn bound(&mut self) -> Result<BindResult, Failure> {
        self.send().await;
        match self.event().await? {
            Event::BindDone { result, .. } => Ok(result),
            other => panic!("{other:?}"),
        }
    }
    /// Binds as [`ADA`].
    pub(crate) async fn bound_as_ada(mut self) -> Self {
        assert_eq!(
            self.bind(ADA, ADA_PASSWORD).await.unwrap().code,
            ResultCode::SUCCESS
        );
        self
    }

    pub(crate) fn ask(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
    ) -> MessageId {
        self.ldap
            .search(&request(base, scope, filter, attributes), 1000, &[])
            .unwrap()
    }
    pub(crate) async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
    ) -> Result<(Vec<Entry>, OperationResult), Failure> {
        let (entries, result, _) = self
            .search_with(&request(base, scope, filter, attributes), &[])
            .await?;
        Ok((entries, result))
    }
    pub(crate) async fn search_with(
        &mut self,
        request: &SearchRequest,
        controls: &[RequestControl],
    ) -> Result<(Vec<Entry>, OperationResult, Vec<ReceivedControl>), Failure> {
        self.ldap.search(request, 20_000, controls).unwrap();
        self.send().await;
        let mut entries = Vec::new();
        loop {
            match self.event().await? {
                Event::Entry { entry, .. } => entries.push(entry),
                Event::SearchDone {
                    result, controls, ..
                } => return Ok((entries, result, controls)),
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(crate) fn request(
    base: &str,
    scope: Scope,
    filter: &str,
    attributes: &[&str],
) -> SearchRequest {
    SearchRequest {
        base: base.into(),
        scope,
        deref: DerefAliases::Never,
        size_limit: 0,
        time_limit: 0,
        types_only: false,
        filter: Filter::parse(filter).unwrap().into(),
        attributes: attributes
            .iter()
            .map(|&name| attribute(name))
            .collect::<Vec<_>>()
            .into(),
    }
}

pub(crate) fn attribute(name: &str) -> AttributeName {
    AttributeName::parse(name).unwrap()
}

/// The texts of an attribute.
pub(crate) fn texts(entry: &Entry, name: &str) -> Vec<String> {
    entry
        .values(&attribute(name))
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}

/// A client's TLS that trusts one authority and wants one name.
pub(crate) async fn handshake<S: Stream>(
    stream: S,
    trust: &str,
    name: &str,
) -> io::Result<tokio_rustls::client::TlsStream<S>> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trust.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    tokio::time::timeout(DEADLINE, connecting)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Sends raw bytes and reads until the server closes.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(DEADLINE, socket.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}
