//! The stable codes of everything that can be wrong, one row each. A code keeps its meaning for
//! good; one that is no longer used stays retired.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The configuration does not load.
    Error,
    /// It loads; somebody should look.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal, $severity:ident, $title:literal;)*) => {
        /// What is wrong. The long text of each stands in `code/help.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Code { $($name),* }

        impl Code {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The code, its severity and its title.
            const fn row(self) -> (&'static str, Severity, &'static str) {
                match self { $(Self::$name => ($code, Severity::$severity, $title)),* }
            }
        }
    };
}

codes! {
    Syntax = "C001", Error, "the text is not TOML";
    Unreadable = "C002", Error, "a file of the configuration cannot be read";
    UnknownKey = "C003", Error, "no such setting";
    WrongType = "C004", Error, "a value of the wrong type";
    UnknownWord = "C005", Error, "a word that this setting does not know";
    OutOfRange = "C006", Error, "a number or a duration out of its range";
    NotDuration = "C007", Error, "not a duration";
    Conflict = "C008", Error, "one setting written in two files";
    Override = "C009", Error, "an environment variable that overrides nothing";
    Listen = "C010", Error, "not an address to listen on";
    ListenClear = "C011", Warning, "HTTP without TLS beyond this machine";
    Include = "C012", Error, "an include that cannot be followed";
    NoDomain = "C013", Error, "no domain is configured";
    BadName = "C014", Error, "a name that cannot be used";
    UnknownDomain = "C015", Error, "a domain that does not exist";
    DefaultTwice = "C016", Error, "a default domain named twice";
    NoDefault = "C017", Warning, "bare login names find nobody";
    Claimed = "C018", Error, "two domains claim one name";
    NoToken = "C019", Warning, "nobody may call the API";
    ClearText = "C020", Error, "passwords would travel in clear text";
    ClearTextAllowed = "C021", Warning, "passwords travel in clear text";
    NoEffect = "C022", Warning, "a setting without effect";
    ServerAddress = "C023", Error, "not the address of an LDAP server";
    MixedCatalog = "C024", Error, "domain and global catalog ports in one domain";
    Missing = "C025", Error, "a required setting is missing";
    NotDn = "C026", Error, "not a distinguished name";
    NotFilter = "C027", Error, "not a search filter";
    Placeholder = "C028", Error, "a placeholder that cannot be filled";
    NotAttribute = "C029", Error, "not an attribute name";
    TwoSearches = "C030", Error, "both a search attribute and a filter";
    OutsideBase = "C031", Error, "people outside the domain";
    SecretAttribute = "C032", Error, "an attribute that is never shown";
    MapOption = "C033", Error, "an option that this map cannot have";
    NameNotAsked = "C034", Error, "a filter that does not ask for the name";
    SecretSource = "C035", Error, "a secret that says not, or twice, where it is";
    SecretUnavailable = "C036", Error, "a secret that cannot be had";
    SecretUnusable = "C037", Error, "a secret that cannot be used";
    SecretInline = "C038", Warning, "a secret in the configuration file";
    SecretExposed = "C039", Warning, "a secret file that others can read";
    TrustFile = "C040", Error, "a trust file that cannot be used";
    Empty = "C041", Error, "nothing where something is needed";
    DeadlineShort = "C042", Warning, "a deadline shorter than what it covers";
    UnknownClass = "C043", Error, "a user class that does not exist";
    NotAbsolute = "C044", Error, "not an absolute path";
    TokenTwice = "C045", Error, "two API callers share a name or a secret";
    NoHome = "C046", Warning, "nothing gives a home folder";
    NeverUsed = "C047", Warning, "a row that is never reached";
    BindContradiction = "C048", Error, "an anonymous bind with a name or a password";
    LostRestriction = "C049", Error, "a filter whose restrictions another search would lose";
    SuffixAsked = "C050", Warning, "a filter that no bare name fits";
    NamelessDomain = "C051", Error, "a domain without a name";
    RowTwice = "C052", Error, "two rows share a name";
    NotExpression = "C053", Error, "not a usable expression";
    NotPattern = "C054", Error, "not a usable regular expression";
    UnderOrPattern = "C055", Error, "a DN filter without, or with two, rules";
    NotAddress = "C056", Error, "not a network";
    NotGroup = "C057", Error, "not a group";
    RangeBackwards = "C058", Error, "a range that holds nothing";
    StoreAddress = "C059", Error, "not the address of a store";
    StoreForgets = "C060", Warning, "a store that forgets";
    EveryAttribute = "C061", Warning, "a session carries every attribute";
    PricedRows = "C062", Warning, "rows whose cost grows with their number";
    NobodyNamed = "C063", Error, "a pattern that no name fits";
    StoreUnverified = "C064", Warning, "a store that is not verified";
    IdentityFile = "C066", Error, "a client certificate that cannot be used";
    StorePassword = "C067", Error, "a password that does not open its file";
    BindExternal = "C068", Error, "a bind by certificate without one, or without TLS";
    FindLoginClear = "C070", Warning, "who a login name belongs to is asked in clear text";
    NothingEncrypted = "C071", Warning, "nothing is encrypted";
    ServerTwice = "C072", Error, "one server stands in the list twice";
    TwoSources = "C073", Error, "servers both written and found in DNS";
    NameServer = "C074", Error, "not the address of a name server";
    Unverified = "C080", Error, "passwords would go to servers that nobody verified";
    UnverifiedAllowed = "C081", Warning, "passwords go to servers that nobody verified";
    NotPin = "C082", Error, "not a certificate to pin";
    TrustedHost = "C083", Error, "not a host to trust";
    RevocationList = "C084", Error, "a revocation list that cannot be used";
    NothingToSpeak = "C085", Error, "no TLS version or cipher suite is left";
    PinsUnverified = "C086", Error, "pins that nothing is held to";
    TrustWritable = "C087", Warning, "a file that says whom to believe and that others can write";
    MetricsOpen = "C090", Warning, "metrics beyond this machine";
    NotMoment = "C091", Error, "not a day and not a moment";
    TokenExpired = "C092", Warning, "a token that does not hold any more";
    EveryProxy = "C093", Warning, "everybody is trusted as a proxy";
    PublicUrl = "C094", Error, "not the address of a website";
    ListenerCertificate = "C095", Error, "a certificate of the listener that cannot be used";
    ListenerExpired = "C096", Warning, "a certificate of the listener that does not hold";
    NotIssuer = "C100", Error, "not an issuer";
    NoSso = "C101", Error, "an application without single sign-on";
    NotRedirect = "C102", Error, "a URI that cannot be registered";
    NotScope = "C103", Error, "not a scope";
    ClientKeys = "C104", Error, "keys of an application that cannot be used";
    ClientUnfit = "C105", Error, "settings of an application that do not fit together";
    SecretGuessable = "C106", Warning, "a secret that can be guessed";
    SecretShared = "C107", Warning, "a secret of two applications";
    NotClaim = "C108", Error, "a claim that no rule makes";
    NotColour = "C109", Error, "not a colour";
    LogoFile = "C110", Error, "an image that cannot be shown";
    NotLink = "C111", Error, "not a link";
    NotPage = "C112", Error, "not a page that a rule can be for";
    PublicUnfit = "C113", Error, "a page that is public and is not";
    NoProxy = "C114", Error, "forward authentication that believes nobody";
    SharedCookies = "C115", Warning, "hosts that see each other's cookies";
    CertificateNoSso = "C116", Error, "certificates without a page that asks for them";
    CertificateUrl = "C117", Error, "not an address under which browsers could show a certificate";
    CertificateRule = "C118", Error, "a certificate that would be anybody's, or nobody's";
    CertificateTrust = "C119", Error, "authorities that issue certificates to anybody";
    NoHub = "C120", Error, "a site without a hub";
    HubAddress = "C121", Error, "not an address that connectors could dial";
    SiteClaimed = "C122", Error, "a site that claims what another has";
    SiteClient = "C123", Error, "an application of a site that does not exist";
    SiteCertificate = "C124", Error, "half of what people of a site need to show a certificate";
    SiteNetworks = "C125", Error, "browsers that would be sent to two places";
    CertificateIncomplete = "C126", Warning, "certificates that nobody can show now";
    Proxy = "C140", Error, "not a proxy that a connector could use";
    ProxyAccount = "C141", Error, "half of an account at a proxy";
    NoProxyEntry = "C142", Error, "an exclusion that excludes nothing";
    ConnectorListen = "C143", Error, "a connector that others could reach";
}

impl Code {
    pub(crate) fn as_str(self) -> &'static str {
        self.row().0
    }
    pub(crate) fn severity(self) -> Severity {
        self.row().1
    }
    pub(crate) fn title(self) -> &'static str {
        self.row().2
    }
    fn help(self) -> &'static str {
        let heading = format!("\n## {}\n", self.as_str());
        let section = HELP
            .split_once(heading.as_str())
            .map_or("", |(_, rest)| rest);
        section
            .split_once("\n## ")
            .map_or(section, |(own, _)| own)
            .trim()
    }
}

const HELP: &str = include_str!("code/help.md");

/// The long text of a code, with an example and the remedy: `entryway help C020`. Case does not matter.
pub fn help(code: &str) -> Option<String> {
    let found = Code::ALL
        .iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(code))?;
    Some(format!(
        "{}[{}]: {}\n\n{}\n",
        found.severity().as_str(),
        found.as_str(),
        found.title(),
        found.help()
    ))
}

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    Code::ALL.iter().map(|code| code.as_str())
}

#[cfg(test)]
mod tests;
