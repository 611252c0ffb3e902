//! Who is in which group.

use std::fmt::Write;

/// How many groups stand between the outermost and the person.
pub(crate) const DEPTH: usize = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberOf {
    /// Of everybody.
    Written,
    /// Of those in the large group alone: 389 takes minutes for them.
    WrittenOfTheLarge,
    /// Of nobody.
    ByServer,
}

/// Entries as one kind of server has them.
pub(crate) struct Cast {
    pub(crate) base: &'static str,
    pub(crate) active_directory: bool,
    /// Of whom `memberOf` is written beside the groups; of the others the server works it out.
    pub(crate) member_of: MemberOf,
    /// Members of the large group.
    pub(crate) big: usize,
}

impl Cast {
    pub(crate) fn people(&self) -> String {
        format!("ou=people,{}", self.base)
    }

    pub(crate) fn groups(&self) -> String {
        format!("ou=groups,{}", self.base)
    }

    pub(crate) fn person_dn(&self, name: &str) -> String {
        let attribute = if self.active_directory { "CN" } else { "uid" };
        format!("{attribute}={name},{}", self.people())
    }

    pub(crate) fn group_dn(&self, name: &str) -> String {
        format!("cn={},{}", name.replace(',', "\\,"), self.groups())
    }

    /// Units, people and groups, in an order in which each comes after what it names.
    pub(crate) fn ldif(&self) -> String {
        let mut text = String::new();
        for unit in ["people", "groups"] {
            writeln!(
                text,
                "dn: ou={unit},{}\nobjectClass: organizationalUnit\nou: {unit}\n",
                self.base
            )
            .unwrap();
        }
        // Active Directory makes the others of the first one: see `Directory::enlarge`.
        let big = if self.active_directory { 1 } else { self.big };
        let big: Vec<String> = (0..big).map(|at| format!("p{at:05}")).collect();
        let named = ["ada", "bob", "carol", "dora", "eve", "fay", "gil"];
        let groups = self.static_groups(&big);
        // Who is in which, for `memberOf` where nobody else writes it.
        for name in named.into_iter().chain(big.iter().map(String::as_str)) {
            self.person(&mut text, name, &groups);
        }
        for (name, members) in &groups {
            self.group(&mut text, name, members, &groups);
        }
        self.open_groups(&mut text);
        text
    }

    /// Each with the names of its members.
    fn static_groups(&self, big: &[String]) -> Vec<(String, Vec<String>)> {
        let of = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut groups = vec![("n01".to_owned(), of(&["ada"]))];
        for at in 2..=DEPTH + 1 {
            groups.push((format!("n{at:02}"), vec![format!("n{:02}", at - 1)]));
        }
        groups.extend((0..500).map(|at| (format!("w{at:03}"), of(&["bob"]))));
        // Active Directory lets nobody name what is not there yet: see `cycle`.
        let first = if self.active_directory {
            of(&["carol"])
        } else {
            of(&["carol", "c3"])
        };
        groups.push(("c1".to_owned(), first));
        groups.push(("c2".to_owned(), of(&["c1"])));
        groups.push(("c3".to_owned(), of(&["c2"])));
        groups.push(("R, D".to_owned(), of(&["dora"])));
        groups.push(("outer".to_owned(), of(&["R, D"])));
        groups.push(("big".to_owned(), big.to_vec()));
        groups.push(("dns".to_owned(), of(&["eve"])));
        groups
    }

    fn dn_of(&self, name: &str, groups: &[(String, Vec<String>)]) -> String {
        if groups.iter().any(|(group, _)| group == name) {
            self.group_dn(name)
        } else {
            self.person_dn(name)
        }
    }

    fn person(&self, text: &mut String, name: &str, groups: &[(String, Vec<String>)]) {
        let dn = self.person_dn(name);
        let gid = if name == "gil" { 100 } else { 7 };
        let town = if name == "fay" { "Bern" } else { "Basel" };
        if self.active_directory {
            writeln!(
                text,
                "dn: {dn}\nobjectClass: user\nsAMAccountName: u-{name}\nuid: {name}\nl: {town}\ngidNumber: {gid}\n"
            )
            .unwrap();
            return;
        }
        write!(
            text,
            "dn: {dn}\nobjectClass: inetOrgPerson\nobjectClass: posixAccount\nuid: {name}\ncn: {name}\nsn: {name}\nl: {town}\nuidNumber: 1\ngidNumber: {gid}\nhomeDirectory: /\n"
        )
        .unwrap();
        self.member_of(text, name, groups);
    }

    fn group(
        &self,
        text: &mut String,
        name: &str,
        members: &[String],
        groups: &[(String, Vec<String>)],
    ) {
        writeln!(text, "dn: {}", self.group_dn(name)).unwrap();
        if self.active_directory {
            writeln!(
                text,
                "objectClass: group\nsAMAccountName: g-{}",
                name.replace(", ", "-")
            )
            .unwrap();
        } else {
            writeln!(text, "objectClass: groupOfNames\ncn: {name}").unwrap();
        }
        for member in members {
            writeln!(text, "member: {}", self.dn_of(member, groups)).unwrap();
        }
        if self.active_directory {
            text.push('\n');
        } else {
            self.member_of(text, name, groups);
        }
    }

    /// `slapadd` passes the overlay by that would write it.
    fn member_of(&self, text: &mut String, name: &str, groups: &[(String, Vec<String>)]) {
        let is_written = |group: &str| match self.member_of {
            MemberOf::Written => true,
            MemberOf::WrittenOfTheLarge => group == "big",
            MemberOf::ByServer => false,
        };
        if self.member_of == MemberOf::WrittenOfTheLarge && name.starts_with('p') {
            writeln!(text, "objectClass: nsMemberOf").unwrap();
        }
        for (group, members) in groups.iter().filter(|(group, _)| is_written(group)) {
            // The large group alone is long, and nobody else is in it.
            let is_in = if group == "big" {
                name.starts_with('p')
            } else {
                members.iter().any(|member| member == name)
            };
            if is_in {
                writeln!(text, "memberOf: {}", self.group_dn(group)).unwrap();
            }
        }
        text.push('\n');
    }

    /// `c1` gets `c3` as a member, as LDIF of a change.
    pub(crate) fn cycle(&self) -> String {
        format!(
            "dn: {}\nchangetype: modify\nadd: member\nmember: {}\n",
            self.group_dn("c1"),
            self.group_dn("c3")
        )
    }

    /// Groups of login names, and groups that are a search.
    fn open_groups(&self, text: &mut String) {
        // An auxiliary class there.
        let class = if self.active_directory {
            "group\nsAMAccountName: g-wheel\nobjectClass: posixGroup"
        } else {
            "posixGroup"
        };
        writeln!(
            text,
            "dn: {}\nobjectClass: {class}\ncn: wheel\ngidNumber: 100\nmemberUid: eve\n",
            self.group_dn("wheel")
        )
        .unwrap();
        for (name, base, filter) in [
            ("bern", self.people(), "(l=Bern)"),
            ("berns", self.groups(), "(cn=bern)"),
        ] {
            writeln!(text, "dn: {}\nobjectClass: groupOfURLs\ncn: {name}\nmemberURL: ldap:///{base}??sub?{filter}\n", self.group_dn(name)).unwrap();
        }
    }
}
