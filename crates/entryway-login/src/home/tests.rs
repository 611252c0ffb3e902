use super::*;
use crate::RuleId;

fn check_component(name: &str, platform: Platform, expected: Option<&str>) {
    assert_eq!(
        component(name, platform).err().as_deref(),
        expected,
        "{name:?} {platform:?}"
    );
}

#[test]
fn names_that_may_be_a_folder() {
    for name in [
        "jdoe",
        "j.doe",
        "..jdoe",
        "jörg",
        "名前",
        "a b",
        "a#b",
        "a;b",
        "a,b",
        "a+b",
        "a(b)",
        "a*b",
        "jane@x.example",
        "🙂",
    ] {
        check_component(name, Platform::Unix, None);
    }
    check_component(&"x".repeat(255), Platform::Unix, None);
}

#[test]
fn names_that_may_not_and_the_character_that_is_why() {
    for platform in [Platform::Unix, Platform::Windows] {
        check_component("a<b", platform, Some("the name holds `<`"));
        check_component("a>b", platform, Some("the name holds `>`"));
        check_component("a\"b", platform, Some("the name holds `\"`"));
        check_component("a/b", platform, Some("the name holds `/`"));
        check_component("../b", platform, Some("the name holds `/`"));
        check_component("a\\b", platform, Some("the name holds `\\`"));
        check_component("a:b", platform, Some("the name holds `:`"));
        check_component(
            "a\0b",
            platform,
            Some("the name holds the control character U+0000"),
        );
        check_component(
            "a\u{85}b",
            platform,
            Some("the name holds the control character U+0085"),
        );
        check_component(
            ".",
            platform,
            Some("the name is `.`, which is another folder"),
        );
        check_component(
            "..",
            platform,
            Some("the name is `..`, which is another folder"),
        );
        check_component("", platform, Some("the name is empty"));
        check_component(
            " jdoe",
            platform,
            Some("the name begins or ends with a blank"),
        );
        check_component(
            "jdoe\u{a0}",
            platform,
            Some("the name begins or ends with a blank"),
        );
    }
    check_component(
        &"x".repeat(256),
        Platform::Unix,
        Some("the name has 256 bytes, expected at most 255"),
    );
}

#[test]
fn windows_refuses_more() {
    check_component("a*b", Platform::Windows, Some("the name holds `*`"));
    check_component("a?b", Platform::Windows, Some("the name holds `?`"));
    check_component("jdoe.", Platform::Windows, Some("the name ends with `.`"));
    check_component(
        "NUL",
        Platform::Windows,
        Some("the name stands for a device"),
    );
    check_component(
        "com7.txt",
        Platform::Windows,
        Some("the name stands for a device"),
    );
    for device in [
        "con",
        "PRN",
        "aux.tar.gz",
        "COM0",
        "com¹",
        "COM².txt",
        "lpt3",
        "LPT³",
        "CONIN$",
        "conout$",
        "ConIn$.log",
        "nul .txt",
    ] {
        check_component(
            device,
            Platform::Windows,
            Some("the name stands for a device"),
        );
        check_component(device, Platform::Unix, None);
    }
    for name in ["complete", "com", "com10", "com⁴", "lpt¹²", "conin", "con$"] {
        check_component(name, Platform::Windows, None);
    }
    check_component("nul", Platform::Unix, None);
}

fn check_absolute(path: &str, platform: Platform, expected: bool) {
    assert_eq!(
        absolute(path, platform).is_ok(),
        expected,
        "{path:?} {platform:?}"
    );
}

#[test]
fn absolute_paths() {
    for path in ["/", "/home/jdoe", "/home/..jdoe"] {
        check_absolute(path, Platform::Unix, true);
    }
    for path in [
        "",
        "home/jdoe",
        "~jdoe",
        "C:\\Users\\jdoe",
        "/home/../etc",
        "/home/..",
        "/home/a\0b",
        "/home/a\nb",
    ] {
        check_absolute(path, Platform::Unix, false);
    }
    for path in ["C:\\Users\\jdoe", "d:/jdoe", "\\\\server\\share"] {
        check_absolute(path, Platform::Windows, true);
    }
    for path in ["/home/jdoe", "C:jdoe", "C:\\Users\\..\\x", "Users"] {
        check_absolute(path, Platform::Windows, false);
    }
}

fn row(class: Option<&str>, prefix: &str, rule: u32) -> crate::HomeFolder {
    crate::HomeFolder {
        class: class.map(Box::from),
        prefix: prefix.to_owned(),
        rule: RuleId(rule),
    }
}

#[test]
fn the_row_of_the_class_comes_before_the_one_for_everybody() {
    for (class, home) in [
        (Some("engineers"), "/srv/e/jdoe"),
        (Some("others"), "/srv/all/jdoe"),
        (None, "/srv/all/jdoe"),
    ] {
        let rows = vec![
            row(None, "/srv/all", 2),
            row(Some("engineers"), "/srv/e", 1),
        ];
        let mut draft = Draft::default();
        apply(
            &HomeFolders::new(rows),
            class,
            Platform::Unix,
            "jdoe",
            &mut draft,
        );
        assert_eq!(draft.home.as_deref(), Some(home), "{class:?}");
    }
}

#[test]
fn the_first_row_for_everybody_gives_the_home() {
    let rows = vec![
        row(Some("engineers"), "/srv/e", 1),
        row(None, "/srv/all/", 2),
        row(None, "/srv/late", 3),
    ];
    let mut draft = Draft::default();
    let expected = HomeResult::FromRow {
        home: "/srv/all/jdoe".to_owned(),
        rule: RuleId(2),
    };
    assert_eq!(
        apply(
            &HomeFolders::new(rows),
            None,
            Platform::Unix,
            "jdoe",
            &mut draft
        ),
        expected
    );
    assert_eq!(draft.home.as_deref(), Some("/srv/all/jdoe"));
}

#[test]
fn a_mapped_home_stays() {
    let mut draft = Draft {
        home: Some("/mapped".to_owned()),
        ..Draft::default()
    };
    assert_eq!(
        apply(
            &HomeFolders::new(vec![row(None, "/srv", 1)]),
            None,
            Platform::Unix,
            "a<b",
            &mut draft
        ),
        HomeResult::AlreadySet
    );
    assert_eq!(draft.home.as_deref(), Some("/mapped"));
}

#[test]
fn an_unusable_mapped_home_is_not_replaced() {
    let mut draft = Draft {
        invalid: vec![(MapTarget::Home, "is relative".to_owned())],
        ..Draft::default()
    };
    assert_eq!(
        apply(
            &HomeFolders::new(vec![row(None, "/srv", 1)]),
            None,
            Platform::Unix,
            "jdoe",
            &mut draft
        ),
        HomeResult::NoRow
    );
    assert_eq!(draft.home, None);
}

#[test]
fn a_root_prefix_does_not_double_the_slash() {
    let mut draft = Draft::default();
    apply(
        &HomeFolders::new(vec![row(None, "/", 1)]),
        None,
        Platform::Unix,
        "jdoe",
        &mut draft,
    );
    assert_eq!(draft.home.as_deref(), Some("/jdoe"));
}

#[test]
fn no_row_no_home() {
    let mut draft = Draft::default();
    assert_eq!(
        apply(
            &HomeFolders::new(vec![row(Some("engineers"), "/srv", 1)]),
            None,
            Platform::Unix,
            "jdoe",
            &mut draft
        ),
        HomeResult::NoRow
    );
    assert_eq!(draft.home, None);
}
