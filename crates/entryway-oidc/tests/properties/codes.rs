//! Codes, brought by anybody, any number of times.

use super::support::*;
use super::{assert_ends, many};
use entryway_oidc::*;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone)]
enum Act {
    Ask {
        scope: &'static str,
    },
    Redeem {
        code: usize,
        by: &'static str,
        wrong: bool,
    },
    Wait(u64),
    SignOut,
}

fn act() -> impl Strategy<Value = Act> {
    let scope = prop::sample::select(vec![
        "openid",
        "openid profile offline_access",
        "team email",
        "openid admin",
    ]);
    let by = prop::sample::select(vec!["app", "app", "other"]);
    prop_oneof![
        3 => scope.prop_map(|scope| Act::Ask { scope }),
        6 => (0..4usize, by, prop::bool::weighted(0.2)).prop_map(|(code, by, wrong)| Act::Redeem { code, by, wrong }),
        1 => (0..50u64).prop_map(Act::Wait),
        1 => Just(Act::SignOut),
    ]
}

#[test]
fn a_code_is_redeemed_at_most_once_and_gives_no_more_than_was_asked() {
    let acts = prop::collection::vec(act(), 1..25);
    let down = prop::collection::hash_set(1..60usize, 0..4);
    let mut all = HashSet::new();
    many(600, (acts, down), |(acts, down)| {
        let mut run = run(vec![confidential("app"), confidential("other")]);
        let mut codes: Vec<(String, Scopes)> = Vec::new();
        let mut redeemed: HashMap<usize, TokenAnswer> = HashMap::new();
        run.world.outage = Outage::At(down);
        for act in acts {
            match act {
                Act::Ask { scope } => {
                    if let Authorized::Answer(response) =
                        run.authorize(&asking_with("app", "scope", scope))
                        && let Some(code) = value(&query(&sent_to(&response)), "code")
                    {
                        codes.push((code, scopes(scope)));
                    }
                }
                Act::Wait(seconds) => run.now = Timestamp(run.now.0 + seconds),
                Act::SignOut => {
                    run.world.ended.insert(session("jane").id);
                    run.world.log_in(BrowserSession {
                        id: SessionId(format!("session at {}", run.now.0).into()),
                        ..session("jane")
                    });
                }
                Act::Redeem { code, by, wrong } => {
                    let Some((text, asked)) = codes.get(code).cloned() else {
                        continue;
                    };
                    let mut pairs = redeeming(&text);
                    if wrong {
                        pairs = without(pairs, "code_verifier");
                    }
                    match run.token(by_basic(by, &pairs)) {
                        Ok(answer) => {
                            assert!(by == "app" && !wrong, "by another, or without proof");
                            assert!(
                                answer.scopes.is_within(&asked),
                                "{} of {asked}",
                                answer.scopes
                            );
                            assert!(redeemed.insert(code, answer).is_none(), "twice");
                            all.insert("redeemed");
                        }
                        Err(refused) => {
                            let replayed = redeemed.get(&code);
                            // A replay that is answered at all, by whomever, has ended what the code gave.
                            if let Some(first) =
                                replayed.filter(|_| refused.problem == Problem::Code)
                            {
                                let access = first.access.fingerprint();
                                assert!(
                                    !run.world.access.contains_key(&access),
                                    "tokens outlive a replay"
                                );
                                all.insert("replayed");
                            }
                            all.insert(refused.problem.code().as_str());
                        }
                    }
                }
            }
        }
        assert!(run.world.taken.values().all(|count| *count == 1));
        String::new()
    });
    let ends = all.iter().map(|end| ((*end).to_owned(), 1)).collect();
    assert_ends(
        &ends,
        &[
            "redeemed",
            "replayed",
            "invalid_grant",
            "temporarily_unavailable",
        ],
    );
}
