use super::{ByRole, Role};

#[test]
fn each_role_has_its_own_value() {
    let names = ByRole::each(Role::as_str);
    for role in Role::ALL {
        assert_eq!(*names.of(role), role.as_str());
    }
    let mut changed = names;
    *changed.of_mut(Role::Cards) = "other";
    let differ: Vec<Role> = names
        .iter()
        .zip(changed.iter())
        .filter(|((_, one), (_, other))| one != other)
        .map(|((role, _), _)| role)
        .collect();
    assert_eq!(differ, [Role::Cards]);
}

#[test]
fn keys_are_the_names_as_the_configuration_spells_them() {
    for role in Role::ALL {
        assert_eq!(role.key(), role.as_str().replace('-', "_"));
    }
}
