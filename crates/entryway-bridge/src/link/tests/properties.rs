//! Whatever is done and however the bytes are cut.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What may happen next.
#[derive(Debug, Clone)]
enum Act {
    Ask(usize),
    Cancel(usize),
    Reply(usize, usize),
    GiveUp(usize),
    Report(u16),
    ToHub(usize),
    ToConnector(usize),
    Ping,
    Drain,
}

fn act() -> impl Strategy<Value = Act> {
    let size = prop_oneof![0..40usize, 60_000..70_000usize, 200_000..300_000usize];
    prop_oneof![
        4 => (0..40_000usize).prop_map(Act::Ask),
        1 => any::<usize>().prop_map(Act::Cancel),
        3 => (any::<usize>(), size).prop_map(|(which, size)| Act::Reply(which, size)),
        1 => any::<usize>().prop_map(Act::GiveUp),
        1 => (0..6u16).prop_map(Act::Report),
        4 => (1..200_000usize).prop_map(Act::ToHub),
        4 => (1..200_000usize).prop_map(Act::ToConnector),
        1 => Just(Act::Ping),
        1 => Just(Act::Drain),
    ]
}

/// Two ends on a wire that holds what was written and not yet read.
struct Run {
    pair: Pair,
    asked: Vec<RequestId>,
    delivered: Vec<RequestId>,
    ends: BTreeMap<RequestId, usize>,
}

impl Run {
    fn new() -> Self {
        let limits = Limits {
            reply_budget: 0,
            ..Limits::default()
        };
        Self {
            pair: Pair::open(limits, 4),
            asked: Vec::new(),
            delivered: Vec::new(),
            ends: BTreeMap::new(),
        }
    }
    fn act(&mut self, act: &Act) {
        let pick = |ids: &[RequestId], which: usize| ids.get(which % ids.len().max(1)).copied();
        match act {
            Act::Ask(length) => {
                if let Ok((id, _)) = self.pair.ask(Method::Lookup, &vec![1; *length]) {
                    self.asked.push(id);
                }
            }
            Act::Cancel(which) => {
                if let Some(id) = pick(&self.asked, *which)
                    && self.pair.hub.cancel(id)
                {
                    *self.ends.entry(id).or_default() += 1;
                }
            }
            Act::Reply(which, length) => {
                if let Some(id) = pick(&self.delivered, *which) {
                    let _ = self.pair.connector.reply(id, reply(vec![2; *length]));
                }
            }
            Act::GiveUp(which) => {
                if let Some(id) = pick(&self.delivered, *which) {
                    self.pair.connector.give_up(id);
                }
            }
            Act::Report(in_flight) => self.pair.connector.report(&report(*in_flight)).unwrap(),
            Act::ToHub(most) => self.hub_reads(*most),
            Act::ToConnector(most) => self.connector_reads(*most),
            Act::Ping => self.pair.hub.ping(1),
            Act::Drain => self.pair.connector.drain(),
        }
        assert!(self.pair.hub.promised() <= MAX_REPLY, "beyond the budget");
    }
    fn hub_reads(&mut self, most: usize) {
        let written = self.pair.connector.outbound();
        let piece = written.split_to(written.len().min(most));
        self.pair.at_hub.extend_from_slice(&piece);
        while let Some(event) = self.pair.hub.receive(&mut self.pair.at_hub).unwrap() {
            if let HubEvent::Replied(id, _) | HubEvent::Refused(id, _) | HubEvent::GivenUp(id) =
                event
            {
                *self.ends.entry(id).or_default() += 1;
            }
        }
    }
    fn connector_reads(&mut self, most: usize) {
        let written = self.pair.hub.outbound();
        let piece = written.split_to(written.len().min(most));
        self.pair.at_connector.extend_from_slice(&piece);
        while let Some(event) = self
            .pair
            .connector
            .receive(&mut self.pair.at_connector)
            .unwrap()
        {
            if let ConnectorEvent::Asked(id, delivered) = event {
                assert_eq!(delivered.body.len(), delivered.head.length as usize);
                self.delivered.push(id);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Replied, refused, given up, cancelled or lost: one of them, once. And two ends of this protocol never find
    /// fault with each other.
    #[test]
    fn each_request_has_exactly_one_end(acts in proptest::collection::vec(act(), 1..80), lost: bool) {
        let mut run = Run::new();
        for act in &acts {
            run.act(act);
        }
        if !lost {
            // Everything is answered, and everything arrives.
            for _ in 0..1000 {
                run.connector_reads(usize::MAX);
                for id in run.delivered.clone() {
                    let _ = run.pair.connector.reply(id, reply(vec![3; 5]));
                }
                run.hub_reads(usize::MAX);
            }
            prop_assert_eq!(run.pair.hub.outstanding(), 0);
            prop_assert_eq!(run.pair.connector.outstanding(), 0);
            prop_assert_eq!(run.pair.hub.promised(), 0);
        }
        for (id, _) in run.pair.hub.end() {
            *run.ends.entry(id).or_default() += 1;
        }
        for id in &run.asked {
            prop_assert_eq!(run.ends.get(id), Some(&1), "{:?}", id);
        }
        prop_assert_eq!(run.ends.len(), run.asked.len());
    }

    /// However the bytes are cut, the same events come.
    #[test]
    fn cuts_do_not_matter(cuts in proptest::collection::vec(1..5000usize, 1..50), replies in proptest::collection::vec(0..3000usize, 1..4)) {
        let (mut whole, mut cut) = (Pair::open(Limits::default(), 8), Pair::open(Limits::default(), 8));
        let mut said = BytesMut::new();
        for pair in [&mut whole, &mut cut] {
            let ids: Vec<RequestId> = replies.iter().map(|_| pair.ask(Method::Lookup, b"x").unwrap().0).collect();
            pair.connector_reads();
            for (id, length) in ids.iter().zip(&replies) {
                pair.connector.reply(*id, reply(vec![1; *length])).unwrap();
            }
            pair.connector.report(&report(3)).unwrap();
            pair.connector.drain();
            pair.connector.bye(&Bye::new(ByeCode::Done, ""));
            said = pair.connector.outbound().split();
        }
        let at_once = {
            let mut input = said.clone();
            let mut events = Vec::new();
            while let Some(event) = whole.hub.receive(&mut input).unwrap() {
                events.push(format!("{event:?}"));
            }
            events
        };
        let mut events = Vec::new();
        let mut input = BytesMut::new();
        let mut cuts = cuts.iter().cycle();
        while !said.is_empty() {
            let piece = said.split_to(said.len().min(*cuts.next().unwrap()));
            input.extend_from_slice(&piece);
            while let Some(event) = cut.hub.receive(&mut input).unwrap() {
                events.push(format!("{event:?}"));
            }
        }
        prop_assert_eq!(events, at_once);
    }
}
