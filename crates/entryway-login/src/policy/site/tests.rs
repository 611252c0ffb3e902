use super::*;
use crate::UserType;

fn site(takes: SiteTakes) -> SitePolicy {
    SitePolicy {
        name: "plant-a".into(),
        suffixes: vec!["plant.example".to_owned()],
        clients: Vec::new(),
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes,
        rule: RuleId(1),
    }
}

#[test]
fn people_are_looked_up_by_those_who_are_named_and_by_nobody_else() {
    let site = SitePolicy {
        clients: vec!["portal".to_owned()],
        lookups: vec!["phonebook".to_owned(), "wiki".to_owned()],
        ..site(SiteTakes::default())
    };
    for (caller, shown) in [
        ("phonebook", true),
        ("client wiki", true),
        ("portal", false),
        ("client portal", false),
        ("forward wiki", false),
        ("Wiki", false),
        ("", false),
    ] {
        assert_eq!(site.shows_to(caller), shown, "{caller}");
    }
}

/// Somebody whose site says all that it can say.
fn jane() -> SiteSession {
    let group = Group {
        domain: "staff".into(),
        name: "admins".into(),
        dn: None,
        gid: Some(0),
        path: vec!["all".into()],
    };
    SiteSession {
        subject: "staff:u-1".to_owned(),
        name: "jane".to_owned(),
        uid: Some(0),
        gid: Some(0),
        home: Some("/root".to_owned()),
        user_type: Some(UserType::Real),
        shell: Some("/bin/sh".to_owned()),
        system_user: Some("root".to_owned()),
        user_class: Some("operators".into()),
        groups: Some(SessionGroups {
            groups: vec![group],
            partial: true,
        }),
        email: Some("jane@plant.example".to_owned()),
        display_name: Some("Jane Doe".to_owned()),
        attributes: vec![
            ("department".into(), vec!["presses".to_owned()]),
            ("role".into(), vec!["administrator".to_owned()]),
        ],
        ..SiteSession::default()
    }
}

#[test]
fn nobody_of_a_site_is_mistaken_for_somebody_here() {
    let (jane, left_out) = site(SiteTakes::default()).take(jane());
    assert_eq!(jane.name, "plant-a/jane");
    assert_eq!(jane.user_class.as_deref(), Some("plant-a/operators"));
    let groups = jane.groups.unwrap();
    let [group] = &*groups.groups else { panic!() };
    assert_eq!(
        (&*group.domain, &*group.name),
        ("plant-a", "plant-a/admins")
    );
    assert_eq!((group.gid, group.path.len()), (None, 0));
    assert!(groups.partial);
    assert_eq!((jane.uid, jane.gid, jane.user_type), (None, None, None));
    assert_eq!(
        (jane.home, jane.shell, jane.system_user),
        (None, None, None)
    );
    assert_eq!((jane.email, jane.attributes.len()), (None, 0));
    assert_eq!(jane.display_name.as_deref(), Some("Jane Doe"));
    let all = [LeftOut::Email, LeftOut::Account, LeftOut::Attribute];
    assert_eq!(left_out, all);
}

#[test]
fn what_is_wanted_of_a_site_is_taken() {
    let takes = SiteTakes {
        mail_domains: vec!["plant.example".to_owned()],
        accounts: true,
        attributes: vec!["department".to_owned()],
    };
    let (taken, left_out) = site(takes.clone()).take(jane());
    assert_eq!((taken.uid, taken.home.as_deref()), (Some(0), Some("/root")));
    assert_eq!(taken.email.as_deref(), Some("jane@plant.example"));
    assert_eq!(taken.groups.unwrap().groups[0].gid, Some(0));
    let names: Vec<_> = taken.attributes.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["department"]);
    assert_eq!(left_out, [LeftOut::Attribute]);
    for (address, is_taken) in [
        ("jane@PLANT.example", true),
        ("jane@corp.example", false),
        ("jane@plant.example@corp.example", false),
        ("jane@sub.plant.example", false),
        ("plant.example", false),
        ("jane@plant.example.", false),
        // One address, and nothing that another program reads as two, or as another's.
        ("ceo@corp.example@plant.example", false),
        ("ceo@corp.example,jane@plant.example", false),
        ("ceo@corp.example jane@plant.example", false),
        ("<ceo>jane@plant.example", false),
        ("jane>@plant.example", false),
        ("\"ceo,\"jane@plant.example", false),
        ("j'ane@plant.example", false),
        ("@plant.example", false),
    ] {
        let mut session = jane();
        session.email = Some(address.to_owned());
        let (taken, _) = site(takes.clone()).take(session);
        assert_eq!(taken.email.is_some(), is_taken, "{address}");
    }
}

#[test]
fn what_a_site_does_not_say_is_not_left_out() {
    let bare = SiteSession {
        subject: "staff:u-1".to_owned(),
        name: "jane".to_owned(),
        ..SiteSession::default()
    };
    let (_, left_out) = site(SiteTakes::default()).take(bare);
    assert_eq!(left_out, []);
}
