//! The object identifiers that this protocol end knows by name.

/// StartTLS extended operation (RFC 4511 §4.14).
pub const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// Notice of Disconnection (RFC 4511 §4.4.1): unsolicited, message id 0.
pub const NOTICE_OF_DISCONNECTION: &str = "1.3.6.1.4.1.1466.20036";
/// "Who am I?" extended operation (RFC 4532).
pub const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
/// Password modify extended operation (RFC 3062).
pub const PASSWORD_MODIFY: &str = "1.3.6.1.4.1.4203.1.11.1";
/// Simple paged results control (RFC 2696), request and response.
pub const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";
/// Password policy control (draft-behera-ldap-password-policy-10), request and response.
pub const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";
/// ManageDsaIT control (RFC 3296): referral objects are returned as entries.
pub const MANAGE_DSA_IT: &str = "2.16.840.1.113730.3.4.2";
