//! Whole requests in one line.

use super::*;

/// A provider and its world.
pub(crate) struct Run {
    pub(crate) provider: Arc<Provider>,
    pub(crate) world: Tables,
    pub(crate) now: Timestamp,
}

pub(crate) fn run(clients: Vec<ClientSettings>) -> Run {
    run_of(provider(), clients)
}

pub(crate) fn run_of(provider: Provider, clients: Vec<ClientSettings>) -> Run {
    Run {
        provider: Arc::new(provider),
        world: Tables::new(clients).logged_in("jane"),
        now: NOW,
    }
}

impl Run {
    pub(crate) fn go_on(&mut self, pending: Pending) -> Authorized {
        let step = authorize(Arc::clone(&self.provider), pending, self.now);
        self.world.walk(step)
    }
    pub(crate) fn authorize(&mut self, pairs: &[(&str, &str)]) -> Authorized {
        self.go_on(pending(pairs))
    }
    pub(crate) fn token(&mut self, request: ClientRequest) -> Result<TokenAnswer, Refused> {
        let step = token(Arc::clone(&self.provider), request, self.now);
        self.world.walk(step)
    }
    pub(crate) fn userinfo(&mut self, request: ClientRequest) -> Told {
        let step = userinfo(Arc::clone(&self.provider), request, self.now);
        self.world.walk(step)
    }
    pub(crate) fn groups(&mut self, request: ClientRequest) -> Result<GroupsTold, Refused> {
        let step = groups(Arc::clone(&self.provider), request, self.now);
        self.world.walk(step)
    }
    pub(crate) fn introspect(
        &mut self,
        request: ClientRequest,
    ) -> Result<serde_json::Map<String, Value>, Refused> {
        let step = introspect(Arc::clone(&self.provider), request, self.now);
        self.world.walk(step)
    }
    pub(crate) fn revoke(&mut self, request: ClientRequest) -> Result<(), Refused> {
        let step = revoke(&self.provider, request, self.now);
        self.world.walk(step)
    }
    pub(crate) fn logout(
        &mut self,
        pairs: &[(&str, &str)],
        confirmed: Option<SessionId>,
    ) -> Logout {
        let request = LogoutRequest {
            parameters: parameters(pairs),
            confirmed,
        };
        let step = logout(Arc::clone(&self.provider), request, self.now);
        self.world.walk(step)
    }

    /// A code for a request that is granted.
    pub(crate) fn code(&mut self, pairs: &[(&str, &str)]) -> String {
        let response = answered(self.authorize(pairs));
        assert_eq!(response.problem, None);
        value(&query(&sent_to(&response)), "code").unwrap()
    }
    /// The tokens for a code, by the client `app`.
    pub(crate) fn redeem(&mut self, code: &str) -> Result<TokenAnswer, Refused> {
        self.token(by_basic("app", &redeeming(code)))
    }
    /// Both.
    pub(crate) fn tokens(&mut self) -> TokenAnswer {
        let code = self.code(&asking("app"));
        ok(self.redeem(&code))
    }
    pub(crate) fn refresh(&mut self, token: &str) -> Result<TokenAnswer, Refused> {
        self.token(by_basic("app", &refreshing(token)))
    }
    /// The refresh token of an answer.
    pub(crate) fn refreshed(&mut self, token: &str) -> String {
        let answer = ok(self.refresh(token));
        answer.refresh.unwrap().expose().to_owned()
    }
}

pub(crate) fn redeeming(code: &str) -> Pairs<'_> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

pub(crate) fn refreshing(token: &str) -> Pairs<'_> {
    vec![("grant_type", "refresh_token"), ("refresh_token", token)]
}

pub(crate) fn without<'a>(mut pairs: Pairs<'a>, name: &str) -> Pairs<'a> {
    pairs.retain(|(other, _)| *other != name);
    pairs
}

pub(crate) fn with<'a>(pairs: Pairs<'a>, name: &'a str, value: &'a str) -> Pairs<'a> {
    let mut pairs = without(pairs, name);
    pairs.push((name, value));
    pairs
}
