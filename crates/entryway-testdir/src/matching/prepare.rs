//! From a filter to tests, and to the few entries that can match it.

use super::{Parts, Selector, Test};
use crate::directory::Directory;
use crate::schema::{self, Rule};
use entryway_ldap_types::{AttributeName, Dn, Filter};
use std::collections::HashSet;

/// Active Directory's matching rules (MS-ADTS §3.1.1.3.4.4).
const BIT_AND: &str = "1.2.840.113556.1.4.803";
const BIT_OR: &str = "1.2.840.113556.1.4.804";
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

impl Directory {
    /// Prepares a filter for this directory. Decoded filters are nested to a bounded depth.
    pub(crate) fn prepare(&self, filter: &Filter) -> Test {
        match filter {
            Filter::And(parts) => Test::All(parts.iter().map(|part| self.prepare(part)).collect()),
            Filter::Or(parts) => Test::Any(parts.iter().map(|part| self.prepare(part)).collect()),
            Filter::Not(part) => Test::Not(Box::new(self.prepare(part))),
            // Every entry has classes (RFC 4512 §2.4), also where the LDIF leaves them out.
            Filter::Present(name) if &*schema::key(name) == "objectclass" => Test::All(Vec::new()),
            Filter::Present(name) => match self.select(name) {
                Some(attribute) => Test::Present(attribute),
                None => Test::Undefined,
            },
            Filter::Equal(name, value) | Filter::Approx(name, value) => {
                self.typed(name, value, |attribute, _, normal| Test::Equal {
                    attribute,
                    normal,
                })
            }
            Filter::GreaterOrEqual(name, value) => {
                self.typed(name, value, |attribute, rule, normal| Test::Ordered {
                    attribute,
                    rule,
                    normal,
                    greater: true,
                })
            }
            Filter::LessOrEqual(name, value) => {
                self.typed(name, value, |attribute, rule, normal| Test::Ordered {
                    attribute,
                    rule,
                    normal,
                    greater: false,
                })
            }
            Filter::Substrings {
                attribute,
                initial,
                any,
                last,
            } => self
                .substrings(attribute, initial.as_deref(), any, last.as_deref())
                .unwrap_or(Test::Undefined),
            Filter::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            } => self
                .extensible(attribute.as_ref(), rule.as_deref(), value, *dn_attributes)
                .unwrap_or(Test::Undefined),
        }
    }

    /// The numbers, ascending, of entries among which are all that match; `None` when no index helps.
    pub(crate) fn candidates(&self, test: &Test) -> Option<Vec<usize>> {
        match test {
            Test::Equal { attribute, normal } => {
                self.indexed(attribute.key(), normal).map(<[usize]>::to_vec)
            }
            Test::Among(numbers) => {
                let mut numbers: Vec<usize> = numbers.iter().copied().collect();
                numbers.sort_unstable();
                Some(numbers)
            }
            Test::All(tests) => tests
                .iter()
                .filter_map(|test| self.candidates(test))
                .min_by_key(Vec::len),
            Test::Any(tests) => {
                let mut all = tests
                    .iter()
                    .map(|test| self.candidates(test))
                    .collect::<Option<Vec<_>>>()?
                    .concat();
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            _ => None,
        }
    }

    /// An attribute that somebody has. Of others nothing is known, not even that they are absent.
    fn select(&self, name: &AttributeName) -> Option<Selector> {
        let attribute = Selector::new(name);
        self.knows(attribute.key()).then_some(attribute)
    }

    fn typed(
        &self,
        name: &AttributeName,
        value: &[u8],
        test: impl FnOnce(Selector, Rule, Vec<u8>) -> Test,
    ) -> Test {
        let Some(attribute) = self.select(name) else {
            return Test::Undefined;
        };
        let rule = Rule::of(attribute.key());
        match rule.normal(value) {
            Some(normal) => test(attribute, rule, normal),
            None => Test::Undefined,
        }
    }

    fn substrings(
        &self,
        name: &AttributeName,
        initial: Option<&[u8]>,
        any: &[Vec<u8>],
        last: Option<&[u8]>,
    ) -> Option<Test> {
        let attribute = self.select(name)?;
        let rule = Rule::of(attribute.key());
        // `Some(None)` is a part that is not there, `None` one that is not of this type.
        let part = |part: Option<&[u8]>| match part {
            Some(part) => rule.normal_part(part).map(Some),
            None => Some(None),
        };
        let parts = Parts {
            initial: part(initial)?,
            any: any
                .iter()
                .map(|part| rule.normal_part(part))
                .collect::<Option<_>>()?,
            last: part(last)?,
        };
        Some(Test::Substrings { attribute, parts })
    }

    fn extensible(
        &self,
        name: Option<&AttributeName>,
        rule: Option<&str>,
        value: &[u8],
        in_dn: bool,
    ) -> Option<Test> {
        let attribute = match name {
            Some(name) => Some(self.select(name)?),
            None => None,
        };
        match (rule, attribute) {
            (Some(rule @ (BIT_AND | BIT_OR)), Some(attribute)) => {
                let mask = std::str::from_utf8(value).ok()?.parse().ok()?;
                Some(Test::Bits {
                    attribute,
                    mask,
                    all: rule == BIT_AND,
                })
            }
            (Some(IN_CHAIN), Some(attribute)) => {
                let start = self.find(&Dn::parse(std::str::from_utf8(value).ok()?).ok()?);
                let down = match attribute.key() {
                    "memberof" => true,
                    "member" | "uniquemember" => false,
                    _ => return None,
                };
                Some(Test::Among(
                    start
                        .map(|start| self.chain(start, down))
                        .unwrap_or_default(),
                ))
            }
            (Some(rule), attribute) => {
                let rule = Rule::named(rule)?;
                let normal = rule.normal(value)?;
                Some(Test::EqualBy {
                    attribute,
                    rule,
                    normal,
                    in_dn,
                })
            }
            (None, Some(attribute)) => {
                let rule = Rule::of(attribute.key());
                let normal = rule.normal(value)?;
                Some(Test::EqualBy {
                    attribute: Some(attribute),
                    rule,
                    normal,
                    in_dn,
                })
            }
            (None, None) => None,
        }
    }

    /// Everything that is in a group at any depth, or every group that something is in. Groups that
    /// hold each other end the walk like any other that was seen.
    fn chain(&self, start: usize, down: bool) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut walk = vec![start];
        while let Some(entry) = walk.pop().and_then(|at| self.entry(at)) {
            let next = if down { &entry.members } else { &entry.groups };
            walk.extend(next.iter().copied().filter(|&at| found.insert(at)));
        }
        found
    }
}
