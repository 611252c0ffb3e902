//! What a site tells, put under its name: key by key.

use super::{BETWEEN, Whose};
use crate::lookup::books::{AddressBooksJson, BookEntryJson, BookJson, BookPageJson};
use crate::lookup::browse::{BrowsedJson, DomainJson, PageJson, RowJson};
use crate::lookup::cards::CardJson;
use crate::lookup::found::{GapJson, MatchJson, MatchesJson, PersonJson, ResolvedJson, ResultJson};
use crate::lookup::groups::{
    GroupJson, GroupsOfJson, InGroupJson, MemberJson, MembersJson, StepJson, UnresolvedJson,
};
use crate::lookup::texts::{Id, Texts};
use entryway_login::Subject;
use entryway_lookup::EntryId;
use std::borrow::Cow;

/// Something that a site tells. Each names all of its keys: a new one does not compile until somebody has said what it is.
pub(super) trait Placed {
    fn place(&mut self, whose: Whose<'_>);
}

impl<T: Placed> Placed for Vec<T> {
    fn place(&mut self, whose: Whose<'_>) {
        for one in self {
            one.place(whose);
        }
    }
}

impl<T: Placed> Placed for Option<T> {
    fn place(&mut self, whose: Whose<'_>) {
        if let Some(one) = self {
            one.place(whose);
        }
    }
}

/// The subject of that person's session here.
impl Placed for Id<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let subject = format!("{}:{}", whose.site.name, self.0.subject().0);
        if let Some(id) = EntryId::from_subject(Subject(subject)) {
            self.0 = Cow::Owned(id);
        }
    }
}

impl Whose<'_> {
    /// What has namesakes here.
    fn under(self, text: &mut Cow<'_, str>) {
        *text = self.site.under(text).into();
    }

    /// What may be one of our own addresses is not taken.
    fn mail(self, mail: &mut Option<Cow<'_, str>>) {
        mail.take_if(|address| !self.site.has_mail(address));
    }

    /// Fields of a card or of an address book: those that hold addresses, alone or in a row.
    fn fields(self, fields: &mut Texts<'_>) {
        let is_mail = |name: &str| matches!(&*name.to_ascii_lowercase(), "mail" | "email");
        let are_own = |text: &str| text.split(", ").all(|one| self.site.has_mail(one.trim()));
        fields
            .0
            .retain(|(name, text)| !is_mail(name) || are_own(text));
    }

    fn number(self, gid: &mut Option<u32>) {
        gid.take_if(|_| !self.site.takes.accounts);
    }

    fn cursor(self, cursor: &mut Option<Cow<'_, str>>) {
        if let Some(cursor) = cursor {
            *cursor = format!("{}{BETWEEN}{cursor}", self.connector).into();
        }
    }
}

impl Placed for GapJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            domain,
            code: _,
            text: _,
            may_pass: _,
        } = self;
        whose.under(domain);
    }
}

impl Placed for MatchJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let is_group = self.kind.is_group();
        let Self {
            id,
            kind: _,
            name,
            description: _,
            mail,
            login_name,
            domain,
            dn: _,
        } = self;
        id.place(whose);
        if is_group {
            whose.under(name);
        }
        whose.mail(mail);
        if let Some(login_name) = login_name {
            whose.under(login_name);
        }
        whose.under(domain);
    }
}

impl Placed for MatchesJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            matches,
            next,
            partial: _,
            gaps,
        } = self;
        matches.place(whose);
        whose.cursor(next);
        gaps.place(whose);
    }
}

impl Placed for PersonJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { person, attributes } = self;
        person.place(whose);
        let taken = &whose.site.takes.attributes;
        attributes
            .0
            .retain(|(name, _)| taken.iter().any(|one| one.eq_ignore_ascii_case(name)));
    }
}

impl Placed for ResultJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            query: _,
            outcome: _,
            code: _,
            text: _,
            matches,
            partial: _,
            gaps,
        } = self;
        matches.place(whose);
        gaps.place(whose);
    }
}

impl Placed for CardJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            id,
            name: _,
            fields,
            has_photo: _,
            partial: _,
            gaps,
        } = self;
        id.place(whose);
        whose.fields(fields);
        gaps.place(whose);
    }
}

/// What stands for a group that nobody shows.
const HIDDEN: &str = "…";

impl Placed for StepJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { name, id } = self;
        if name != HIDDEN {
            whose.under(name);
        }
        id.place(whose);
    }
}

impl Placed for GroupJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            group,
            gid,
            partial: _,
            gaps,
        } = self;
        group.place(whose);
        whose.number(gid);
        gaps.place(whose);
    }
}

impl Placed for MembersJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            group,
            members,
            next,
            unresolved,
            partial: _,
            gaps,
        } = self;
        group.place(whose);
        members.place(whose);
        whose.cursor(next);
        unresolved.place(whose);
        gaps.place(whose);
    }
}

impl Placed for MemberJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { entry, path } = self;
        entry.place(whose);
        path.place(whose);
    }
}

impl Placed for UnresolvedJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            value: _,
            why: _,
            count: _,
            path,
        } = self;
        path.place(whose);
    }
}

impl Placed for GroupsOfJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            entry,
            groups,
            partial: _,
            gaps,
        } = self;
        entry.place(whose);
        groups.place(whose);
        gaps.place(whose);
    }
}

impl Placed for InGroupJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { group, gid, path } = self;
        group.place(whose);
        whose.number(gid);
        path.place(whose);
    }
}

impl Placed for DomainJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            name,
            base: _,
            page_size: _,
        } = self;
        whose.under(name);
    }
}

impl Placed for PageJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            rows,
            offset: _,
            total: _,
            next,
            previous,
            as_of: _,
            partial: _,
            gaps,
        } = self;
        rows.place(whose);
        whose.cursor(next);
        whose.cursor(previous);
        gaps.place(whose);
    }
}

impl Placed for RowJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let is_group = self.kind.is_group();
        let Self {
            kind: _,
            id,
            name,
            description: _,
            mail,
            dn: _,
        } = self;
        id.place(whose);
        if is_group {
            whose.under(name);
        }
        whose.mail(mail);
    }
}

impl Placed for BookJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            name: _,
            title: _,
            domains,
            fields: _,
            min_length: _,
            shown: _,
            max: _,
        } = self;
        for domain in domains.iter_mut().flatten() {
            whose.under(domain);
        }
    }
}

impl Placed for BookPageJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            entries,
            next,
            capped_from: _,
            partial: _,
            gaps,
        } = self;
        entries.place(whose);
        whose.cursor(next);
        gaps.place(whose);
    }
}

impl Placed for BookEntryJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self {
            id,
            domain,
            name: _,
            group: _,
            fields,
        } = self;
        id.place(whose);
        whose.under(domain);
        whose.fields(fields);
    }
}

impl Placed for ResolvedJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { results } = self;
        results.place(whose);
    }
}

impl Placed for BrowsedJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { domains } = self;
        domains.place(whose);
    }
}

impl Placed for AddressBooksJson<'_> {
    fn place(&mut self, whose: Whose<'_>) {
        let Self { address_books } = self;
        address_books.place(whose);
    }
}
