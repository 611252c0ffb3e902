//! Attributes with many values, told in parts (MS-ADTS §3.1.1.3.1.3.3): `member;range=0-1499`, then
//! `member;range=1500-*`, as Active Directory has it.

use crate::directory::{StoredAttribute, StoredValue};
use crate::search::Selection;
use std::borrow::Cow;

/// The name and the values of what is told of an attribute; all of it where `most` is 0.
pub(crate) fn part<'a>(
    stored: &'a StoredAttribute,
    selection: &Selection,
    most: usize,
) -> (Cow<'a, str>, &'a [StoredValue]) {
    let all = stored.values.as_slice();
    let asked = selection.range_of(stored.name.base());
    if most == 0 || (asked.is_none() && all.len() <= most) {
        return (Cow::Borrowed(stored.name.as_str()), all);
    }
    let (first, last) = asked.unwrap_or((0, None));
    let end = last
        .map_or(usize::MAX, |last| last.saturating_add(1))
        .min(first.saturating_add(most))
        .min(all.len());
    let values = all.get(first..end).unwrap_or_default();
    let to = if end == all.len() {
        "*".to_owned()
    } else {
        end.saturating_sub(1).to_string()
    };
    let name = format!("{};range={first}-{to}", stored.name.base());
    (Cow::Owned(name), values)
}

/// The bounds in the option `range=0-1499` or `range=1500-*`.
pub(crate) fn bounds(option: &str) -> Option<(usize, Option<usize>)> {
    let (name, bounds) = option.split_once('=')?;
    let (first, last) = bounds.split_once('-')?;
    let last = match last {
        "*" => None,
        last => Some(last.parse().ok()?),
    };
    name.eq_ignore_ascii_case("range")
        .then(|| Some((first.parse().ok()?, last)))?
}
