//! What holds of every result, whatever the domains answer.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use entryway_ldap_types::{Dn, Filter, FilterTemplate, Placeholder};
use entryway_login::{Fault, Subject};
use entryway_lookup::{
    DomainMatches, EntryId, Kind, Kinds, MailDomains, Match, Missing, ResolveOutcome, TypedRules,
    Wanted, classify, collated, fold, merge, with_stars,
};
use proptest::prelude::*;

fn a_match(domain: usize) -> impl Strategy<Value = Match> {
    ("[a-c ]{0,4}", 0..6_u32, any::<bool>()).prop_map(move |(name, id, person)| Match {
        id: EntryId::from_subject(Subject(format!("d{domain}:{id}"))).unwrap(),
        kind: if person { Kind::Person } else { Kind::Group },
        name,
        description: None,
        mail: None,
        login_name: None,
        domain: format!("d{domain}").into(),
        dn: format!("cn={id}").into(),
    })
}

fn missing() -> impl Strategy<Value = Missing> {
    prop_oneof![
        Just(Missing::Unanswered(Fault::Deadline)),
        Just(Missing::Unanswered(Fault::DirectoryUnreachable)),
        Just(Missing::ServerLimit(3)),
    ]
}

fn answer(domain: usize) -> impl Strategy<Value = DomainMatches> {
    (
        prop::collection::vec(a_match(domain), 0..4),
        prop::collection::vec(missing(), 0..2),
    )
        .prop_map(move |(matches, missing)| DomainMatches {
            domain: format!("d{domain}").into(),
            matches,
            missing,
        })
}

fn answers() -> impl Strategy<Value = Vec<DomainMatches>> {
    (0..4_usize).prop_flat_map(|count| (0..count).map(answer).collect::<Vec<_>>())
}

fn wanted() -> impl Strategy<Value = Wanted> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 1..5_u32).prop_map(
        |(unique, first, all_domains, limit)| Wanted {
            kinds: Kinds::Both,
            unique,
            first,
            all_domains,
            limit,
        },
    )
}

proptest! {
    #[test]
    fn unique_names_somebody_only_when_everybody_answered_and_there_is_one(
        answers in answers(), wanted in wanted(), typed in "[a-c ]{0,3}",
    ) {
        let wanted = Wanted { unique: true, ..wanted };
        let result = merge(&typed, &typed, wanted, answers.clone());
        prop_assert!(result.matches.len() <= 1);
        if result.matches.is_empty() {
            prop_assert!(result.outcome != ResolveOutcome::Matched);
        } else {
            prop_assert_eq!(result.outcome, ResolveOutcome::Matched);
            prop_assert!(result.gaps.is_empty());
            // Of the domains that count, none is missing anything and no other entry matches.
            let found = &result.matches[0];
            for answer in &answers {
                prop_assert!(answer.missing.is_empty());
                prop_assert!(answer.matches.iter().all(|other| other.id == found.id));
                if !wanted.all_domains && *answer.domain == *found.domain {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_result_without_a_gap_is_all_that_was_asked_for(
        answers in answers(), wanted in wanted(), typed in "[a-c ]{0,3}",
    ) {
        let wanted = Wanted { unique: false, first: false, ..wanted };
        let result = merge(&typed, &typed, wanted, answers.clone());
        prop_assert_eq!(result.gaps.is_empty(), result.outcome != ResolveOutcome::Partial);
        if result.gaps.is_empty() {
            let mut ids: Vec<_> = Vec::new();
            for answer in &answers {
                ids.extend(answer.matches.iter().map(|entry| entry.id.to_string()));
                if !wanted.all_domains && !answer.matches.is_empty() {
                    break;
                }
            }
            ids.sort();
            ids.dedup();
            let mut found: Vec<_> = result.matches.iter().map(|one| one.id.to_string()).collect();
            found.sort();
            prop_assert_eq!(found, ids);
        }
        prop_assert!(result.matches.len() <= wanted.limit as usize);
    }

    #[test]
    fn exact_matches_stand_before_those_that_begin_so_and_those_before_others(
        answers in answers(), typed in "[a-c]{1,2}",
    ) {
        let wanted = Wanted {
            kinds: Kinds::Both, unique: false, first: false, all_domains: true, limit: 100,
        };
        let result = merge(&typed, &typed, wanted, answers);
        let ranks: Vec<u8> = result.matches.iter().map(|entry| {
            let name = fold(&entry.name);
            if name == typed { 0 } else if name.starts_with(&typed) { 1 } else { 2 }
        }).collect();
        prop_assert!(ranks.is_sorted(), "{:?}", ranks);
        for pair in result.matches.windows(2) {
            let same = entryway_lookup::rank(&typed, &pair[0]) == entryway_lookup::rank(&typed, &pair[1]);
            prop_assert!(!same || collated(&pair[0].name) <= collated(&pair[1].name));
        }
    }

    #[test]
    fn an_id_survives_a_url(domain in "[!-.0-9;-?A-\\[\\]-~]{1,8}", identity in "\\PC{1,20}") {
        let subject = Subject(format!("{domain}:{identity}"));
        let id = EntryId::from_subject(subject.clone()).unwrap();
        let text = id.to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:=,~".contains(&byte)));
        prop_assert_eq!(EntryId::parse(&text).map(|read| read.subject().clone()), Some(subject));
    }

    #[test]
    fn whatever_is_typed_has_a_form_or_a_reason(typed in "\\PC{0,40}|[a-z=,@.*/\\\\{}:-]{0,40}") {
        let mail_domains = MailDomains::default();
        let rules = TypedRules { min_length: 2, mail_domains: &mail_domains, domains: &[] };
        let _ = classify(&typed, &rules);
    }

    #[test]
    fn a_typed_star_never_takes_a_restriction_away(typed in "[a*()\\\\]{1,8}") {
        let template = FilterTemplate::parse(
            "(&(objectClass=person)(!(uid=svc{text}))(|(cn={text}*)(uid={text})))",
            &[Placeholder::Text],
        ).unwrap();
        let filter = template.fill(&|_| Some(typed.as_bytes())).unwrap();
        let widened = with_stars(filter.clone(), &typed);
        let parts = |filter: &Filter| match filter {
            Filter::And(parts) => parts[..2].to_vec(),
            _ => Vec::new(),
        };
        prop_assert_eq!(parts(&widened), parts(&filter));
        prop_assert!(!widened.to_string().contains("(cn=*)"), "{}", widened);
        prop_assert_eq!(Filter::parse(&widened.to_string()).unwrap(), widened);
    }

    #[test]
    fn names_of_entries_are_told_from_names_of_people(rdn in "[a-z]{1,5}", value in "[a-zA-Z ]{1,8}") {
        prop_assume!(!value.trim().is_empty());
        let mail_domains = MailDomains::default();
        let rules = TypedRules { min_length: 2, mail_domains: &mail_domains, domains: &[] };
        let dn = format!("{rdn}={value},dc=x");
        let expected = Dn::parse(&dn).unwrap();
        prop_assert_eq!(classify(&dn, &rules), Ok(entryway_lookup::Typed::Dn(expected)));
    }
}
