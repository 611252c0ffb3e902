use super::*;
use crate::UserType;
use crate::support::defaults;

#[test]
fn defaults_fill_what_is_unset() {
    let mut draft = Draft {
        uid: Some(7),
        ..Draft::default()
    };
    let filled = apply_defaults(&defaults(), Platform::Unix, &mut draft);
    let expected = [
        (MapTarget::Gid, "10000".to_owned()),
        (MapTarget::Shell, "/bin/sh".to_owned()),
        (MapTarget::UserType, "virtual".to_owned()),
    ];
    assert_eq!(filled, expected);
    assert_eq!(
        (draft.uid, draft.gid, draft.user_type),
        (Some(7), Some(10_000), Some(UserType::Virtual))
    );
}

#[test]
fn each_platform_has_its_own_defaults() {
    let defaults = Defaults {
        system_user: Some("svc".to_owned()),
        ..defaults()
    };
    let targets = |platform| -> Vec<MapTarget> {
        apply_defaults(&defaults, platform, &mut Draft::default())
            .into_iter()
            .map(|(target, _)| target)
            .collect()
    };
    assert_eq!(targets(Platform::None), [], "nothing is made up");
    assert_eq!(
        targets(Platform::Unix),
        [
            MapTarget::Uid,
            MapTarget::Gid,
            MapTarget::Shell,
            MapTarget::UserType
        ]
    );
    assert_eq!(
        targets(Platform::Windows),
        [MapTarget::Gid, MapTarget::UserType, MapTarget::SystemUser]
    );
}

#[test]
fn a_default_never_replaces_an_unusable_value() {
    let invalid = [
        MapTarget::Uid,
        MapTarget::Gid,
        MapTarget::Shell,
        MapTarget::UserType,
    ];
    let mut draft = Draft {
        invalid: invalid.map(|target| (target, "is odd".to_owned())).into(),
        ..Draft::default()
    };
    assert!(apply_defaults(&defaults(), Platform::Unix, &mut draft).is_empty());
    // Each is named once: as unusable.
    assert_eq!(missing(Platform::Unix, &draft), [MapTarget::Home]);
    assert_eq!(
        check(&[MapTarget::Home], &draft),
        Err(Reason::InvalidAttribute)
    );
}

#[test]
fn what_each_platform_requires() {
    use MapTarget::{Gid, Home, Shell, Uid, UserType};
    let nothing = Draft::default();
    assert_eq!(
        missing(Platform::Unix, &nothing),
        [Uid, Gid, Home, UserType, Shell]
    );
    assert_eq!(missing(Platform::Windows, &nothing), [Gid, Home, UserType]);
    assert_eq!(missing(Platform::None, &nothing), []);
    assert_eq!(check(&[Home], &nothing), Err(Reason::MissingAttribute));
    assert_eq!(check(&[], &nothing), Ok(()));
}
