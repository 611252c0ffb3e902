//! Refresh tokens, brought in any order at any time.

use super::support::*;
use super::{assert_ends, many};
use entryway_oidc::*;
use proptest::prelude::*;
use std::collections::HashSet;

/// A second account of the rules, in other words: which of the tokens that were ever given out may be used.
#[derive(Default)]
struct Model {
    tokens: Vec<String>,
    /// Index of the one that holds.
    live: usize,
    /// Index of the one it replaced, and until when that may come again.
    again: Option<(usize, u64)>,
    over: bool,
}

impl Model {
    fn may(&self, token: usize, now: u64) -> bool {
        let again = self
            .again
            .is_some_and(|(index, until)| index == token && now < until);
        !self.over && (token == self.live || again)
    }
    fn used(&mut self, token: usize, next: String, now: u64) {
        if token == self.live {
            self.again = Some((token, now + 10));
        }
        self.tokens.push(next);
        self.live = self.tokens.len() - 1;
    }
}

#[test]
fn reuse_always_revokes_and_nothing_else_does() {
    let act = (
        any::<prop::sample::Index>(),
        0..6u64,
        prop::bool::weighted(0.7),
    );
    let mut all = HashSet::new();
    many(500, prop::collection::vec(act, 1..30), |acts| {
        let mut run = run(vec![confidential("app")]);
        let mut model = Model::default();
        model
            .tokens
            .push(run.tokens().refresh.unwrap().expose().to_owned());
        for (index, waited, newest) in acts {
            run.now = Timestamp(run.now.0 + waited);
            let token = if newest {
                model.live
            } else {
                index.index(model.tokens.len())
            };
            let text = model.tokens[token].clone();
            let may = model.may(token, run.now.0);
            match run.refresh(&text) {
                Ok(answer) => {
                    assert!(may, "a token that was used before");
                    all.insert(if token == model.live {
                        "rotated"
                    } else {
                        "repeated"
                    });
                    model.used(
                        token,
                        answer.refresh.unwrap().expose().to_owned(),
                        run.now.0,
                    );
                }
                Err(refused) => {
                    assert!(!may, "refused: {refused:?}");
                    let expected = if model.over {
                        Problem::RefreshToken
                    } else {
                        Problem::RefreshReused
                    };
                    assert_eq!(refused.problem, expected);
                    model.over = true;
                    all.insert("revoked");
                }
            }
            let family = run.world.families.values().next().unwrap();
            assert_eq!(family.revoked, model.over);
            assert!(!model.over || run.world.access.is_empty());
        }
        String::new()
    });
    let ends = all.iter().map(|end| ((*end).to_owned(), 1)).collect();
    assert_ends(&ends, &["rotated", "repeated", "revoked"]);
}

/// Two who hold the same token, each going on with what they were given: as soon as the first one comes again after the
/// other has come, or is found out before, nobody has anything.
#[test]
fn whoever_copies_a_token_is_noticed_whatever_the_grace() {
    let times = prop::collection::vec(0..15u64, 3);
    let ends = many(300, (times, 0..5usize), |(times, before)| {
        let mut run = run(vec![confidential("app")]);
        let mut token = run.tokens().refresh.unwrap().expose().to_owned();
        for _ in 0..before {
            run.now = Timestamp(run.now.0 + 60);
            token = run.refreshed(&token);
        }
        let mut held = [token.clone(), token];
        let mut end = "";
        for (turn, waited) in times.into_iter().enumerate() {
            run.now = Timestamp(run.now.0 + waited);
            let who = turn % 2;
            match run.refresh(&held[who]) {
                Ok(answer) => held[who] = answer.refresh.unwrap().expose().to_owned(),
                Err(_) => {
                    end = if turn == 1 {
                        "at once"
                    } else {
                        "at the next use"
                    }
                }
            }
            if !end.is_empty() {
                break;
            }
        }
        assert!(
            run.world.families.values().all(|family| family.revoked),
            "two go on side by side"
        );
        end.to_owned()
    });
    assert_ends(&ends, &["at once", "at the next use"]);
}

#[test]
fn scopes_never_widen() {
    let words = [
        "openid",
        "profile",
        "email",
        "groups",
        "offline_access",
        "team",
        "read",
        "admin",
    ];
    let subset = prop::sample::subsequence(words.to_vec(), 0..=words.len());
    let asked = prop::collection::vec(subset.clone(), 1..8);
    let mut all = HashSet::new();
    many(500, (subset, asked), |(first, asked)| {
        let mut run = run(vec![confidential("app")]);
        let first = first.join(" ");
        let authorized = run.authorize(&asking_with("app", "scope", &first));
        let Authorized::Answer(response) = authorized else {
            panic!("no answer");
        };
        let Some(code) = value(&query(&sent_to(&response)), "code") else {
            return String::new();
        };
        let tokens = ok(run.redeem(&code));
        let granted = tokens.scopes;
        assert!(granted.is_within(&scopes(&first)));
        let mut token = tokens.refresh.unwrap().expose().to_owned();
        for asked in asked {
            let asked = asked.join(" ");
            let pairs = with(refreshing(&token), "scope", &asked);
            match run.token(by_basic("app", &pairs)) {
                Ok(answer) => {
                    assert!(
                        answer.scopes.is_within(&granted),
                        "{} of {granted}",
                        answer.scopes
                    );
                    assert!(asked.is_empty() || answer.scopes.is_within(&scopes(&asked)));
                    token = answer.refresh.unwrap().expose().to_owned();
                    all.insert("granted");
                }
                Err(refused) => {
                    assert_eq!(refused.problem, Problem::WiderScope);
                    assert!(!scopes(&asked).is_within(&granted));
                    all.insert("refused");
                }
            }
        }
        assert!(
            run.world
                .access
                .values()
                .all(|access| access.scopes.is_within(&granted))
        );
        String::new()
    });
    let ends = all.iter().map(|end| ((*end).to_owned(), 1)).collect();
    assert_ends(&ends, &["granted", "refused"]);
}
