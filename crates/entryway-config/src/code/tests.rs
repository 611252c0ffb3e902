use super::{Code, HELP, help};

#[test]
fn every_code_is_unique_and_explained() {
    for (index, code) in Code::ALL.iter().enumerate() {
        assert!(
            Code::ALL[..index]
                .iter()
                .all(|other| other.as_str() != code.as_str()),
            "{} twice",
            code.as_str()
        );
        let text = code.help();
        assert!(text.contains("```"), "{} has no example", code.as_str());
        assert!(
            text.lines().count() >= 3,
            "{} is not explained",
            code.as_str()
        );
    }
}

#[test]
fn every_explanation_has_a_code() {
    for heading in HELP.lines().filter_map(|line| line.strip_prefix("## ")) {
        assert!(
            Code::ALL.iter().any(|code| code.as_str() == heading),
            "{heading} is no code"
        );
    }
}

#[test]
fn help_is_found_in_any_case() {
    assert!(help("c020").is_some_and(|text| text.starts_with("error[C020]: ")));
    assert!(help("C019").is_some_and(|text| text.starts_with("warning[C019]: ")));
    assert_eq!(help("C000"), None);
    assert_eq!(help(""), None);
}
