//! The closed lists of what may be wrong with a request, and the one table that says which error of which
//! specification each is.

/// The error codes that leave, as the specifications spell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest,
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6.
    AccountSelectionRequired,
    /// OpenID Connect Core §3.1.2.6.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
}

impl ErrorCode {
    /// As it stands in `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InteractionRequired => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

macro_rules! problems {
    ($($name:ident: $code:ident, $text:literal;)*) => {
        /// What is wrong, for the log and for the application's developer. It repeats nothing of what was sent: the
        /// text goes to places where that would be believed to be ours.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Problem {
            $(#[doc = $text] $name,)*
        }

        impl Problem {
            /// Each of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Which error it is.
            pub fn code(self) -> ErrorCode {
                match self { $(Self::$name => ErrorCode::$code,)* }
            }
            /// As `error_description`: ASCII without `"` and `\` (RFC 6749 §4.1.2.1).
            pub fn description(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

problems! {
    TooMuch: InvalidRequest, "the request has more parameters, or longer ones, than are read";
    Repeated: InvalidRequest, "a parameter is included more than once";
    NoClient: InvalidRequest, "`client_id` is missing";
    UnknownClient: InvalidRequest, "no client of that `client_id` is registered";
    NoRedirect: InvalidRequest, "`redirect_uri` is missing";
    UnknownRedirect: InvalidRequest, "`redirect_uri` is none that is registered for this client";
    NoResponseType: InvalidRequest, "`response_type` is missing";
    ResponseType: UnsupportedResponseType, "expected `response_type` `code`";
    ResponseMode: InvalidRequest, "expected `response_mode` `query` or `form_post`";
    RequestObject: RequestNotSupported, "`request` is not supported";
    RequestUri: RequestUriNotSupported, "`request_uri` is not supported";
    Registration: RegistrationNotSupported, "`registration` is not supported";
    State: InvalidRequest, "expected a `state` of printable ASCII, at most 4096 bytes";
    Nonce: InvalidRequest, "expected a `nonce` without control characters, at most 1024 bytes";
    NoScope: InvalidScope, "`scope` is missing";
    Scope: InvalidScope, "expected `scope` to be words of printable ASCII, one blank between two";
    NothingGranted: InvalidScope, "no scope of the request is open to this client";
    WiderScope: InvalidScope, "`scope` asks for more than was granted";
    NoChallenge: InvalidRequest, "`code_challenge` is missing, and this client must use PKCE";
    ChallengeMethod: InvalidRequest, "expected `code_challenge_method` `S256`: the transformation is not supported";
    Challenge: InvalidRequest, "expected a `code_challenge` of 43 characters of base64url";
    Prompt: InvalidRequest, "expected `prompt` `none` alone, or of `login`, `consent` and `select_account`";
    MaxAge: InvalidRequest, "expected `max_age` to be a number of seconds";
    LoginHint: InvalidRequest, "expected a `login_hint` without control characters, at most 1024 bytes";
    Hint: InvalidRequest, "`id_token_hint` is no ID token of this issuer";
    HintClient: InvalidRequest, "`client_id` is not the one that the ID token was issued to";
    LoginRequired: LoginRequired, "the person is not logged in, or not recently enough";
    SomebodyElse: LoginRequired, "somebody else is logged in than `id_token_hint` names";
    AccountSelection: AccountSelectionRequired, "the person has to choose an account";
    InteractionRequired: InteractionRequired, "the person has to do something first";
    ConsentRequired: ConsentRequired, "the person has not agreed";
    Denied: AccessDenied, "the person or the rules of this installation said no";
    Unavailable: TemporarilyUnavailable, "something that is needed for an answer does not answer: try again later";
    Broken: ServerError, "this server cannot do what its configuration says";
    NoClientProof: InvalidClient, "the client did not say who it is";
    ClientProof: InvalidClient, "the client is unknown, or its authentication failed";
    ManyProofs: InvalidRequest, "the client uses more than one way to authenticate";
    NoGrantType: InvalidRequest, "`grant_type` is missing";
    GrantType: UnsupportedGrantType, "expected `grant_type` `authorization_code`, `refresh_token` or `client_credentials`";
    GrantNotAllowed: UnauthorizedClient, "this client may not use this grant";
    NoCode: InvalidRequest, "`code` is missing";
    Code: InvalidGrant, "the code is unknown, expired, used, or was issued to another client";
    RedirectMismatch: InvalidGrant, "`redirect_uri` is not that of the authorization request";
    NoVerifier: InvalidGrant, "`code_verifier` is missing";
    Verifier: InvalidGrant, "`code_verifier` does not fit the `code_challenge`";
    UnaskedVerifier: InvalidGrant, "`code_verifier` is sent, and the authorization request had no `code_challenge`";
    NoRefreshToken: InvalidRequest, "`refresh_token` is missing";
    RefreshToken: InvalidGrant, "the refresh token is unknown, expired, revoked, or was issued to another client";
    RefreshReused: InvalidGrant, "the refresh token was used before: all tokens of this grant are revoked";
    SessionEnded: InvalidGrant, "the session has ended";
    NotWelcome: InvalidGrant, "the person may no longer log in";
    NoToken: InvalidRequest, "`token` is missing";
    OtherClientsToken: InvalidGrant, "the token was issued to another client";
    PublicClient: InvalidClient, "this is for clients that authenticate";
    NoBearer: InvalidToken, "an access token is needed";
    ManyBearers: InvalidRequest, "the access token is sent in more than one way";
    Bearer: InvalidToken, "the access token is unknown, expired or revoked";
    BearerScope: InsufficientScope, "the access token lacks a scope that is needed here";
    ClaimRule: InvalidToken, "a rule of this installation for a claim fails for this person";
    UnknownPostLogout: InvalidRequest, "`post_logout_redirect_uri` is none that is registered for this client";
}

impl From<crate::Repeated> for Problem {
    fn from(_: crate::Repeated) -> Self {
        Self::Repeated
    }
}

impl From<crate::TooMuch> for Problem {
    fn from(_: crate::TooMuch) -> Self {
        Self::TooMuch
    }
}

impl From<crate::Unavailable> for Problem {
    fn from(_: crate::Unavailable) -> Self {
        Self::Unavailable
    }
}

#[cfg(test)]
mod tests;
