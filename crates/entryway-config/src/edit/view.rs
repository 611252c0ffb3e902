//! Domains as they are in force: every setting with its value and where that comes from.

use super::keys::{self, Found};
use super::leaves::{self, Leaf};
use super::value::{self, Shown};
use super::{table_of, verdict};
use crate::catalogue::{self, Default, Setting};
use crate::gather::gather;
use crate::place::Texts;
use crate::report::{Problems, Report};
use crate::resolve::dialect;
use crate::sources::Sources;
use crate::tree::{Entry, Table, Value};
use serde_json::Value as Json;

/// One domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainView {
    /// As it is written.
    pub name: String,
    /// `entryway.toml:12`.
    pub place: String,
    /// Its place among the domains that bare names are looked up in, counted from 1.
    pub default: Option<usize>,
    /// Every setting, in the order of the reference page.
    pub values: Vec<ValueView>,
}

/// One setting of a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueView {
    /// Below the domain: `people.base`.
    pub key: String,
    /// For people: TOML on one line; or words, where other settings or the directory decide.
    pub text: String,
    /// For programs; null where nothing is set, or words are all there is. A secret is where it comes
    /// from, and `"***"` if it stands in the configuration itself.
    pub json: Json,
    /// Who says so.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `entryway.toml:12`, or `$ENTRYWAY__domain__staff__base`.
    Written(String),
    /// Nobody wrote it.
    Default,
}

/// Every domain of a configuration.
pub struct Domains {
    /// In the order in which they are written.
    pub list: Vec<DomainView>,
    /// What somebody should look at; its errors, if any, are secrets that cannot be had here.
    pub report: Report,
}

impl DomainView {
    /// A setting by its key below the domain.
    pub fn value(&self, key: &str) -> Option<&ValueView> {
        self.values.iter().find(|value| value.key == key)
    }
}

/// Reads every domain. Secrets that cannot be had here, but perhaps by the daemon, are no hindrance.
///
/// # Errors
///
/// When the configuration does not load.
pub fn domains(sources: &Sources) -> Result<Domains, Report> {
    let report = verdict::report(sources);
    if !verdict::only_unavailable(&report) {
        return Err(report);
    }
    let (mut texts, problems) = (Texts::default(), Problems::default());
    let Some(gathered) = gather(sources, &mut texts, &problems) else {
        return Err(problems.into_report(texts));
    };
    let root = &gathered.root;
    let order = written_order(root).unwrap_or_else(|| only_domain(root));
    let entries = domain_table(root).map(|table| table.entries.as_slice());
    let list = entries
        .unwrap_or_default()
        .iter()
        .map(|entry| {
            Reader {
                root,
                entry,
                texts: &texts,
            }
            .domain(&order)
        })
        .collect();
    Ok(Domains { list, report })
}

/// `[domain]`.
pub(super) fn domain_table(root: &Table) -> Option<&Table> {
    table_of(root, "domain")
}

/// `login.default_domains`, where that is written.
pub(super) fn written_order(root: &Table) -> Option<Vec<String>> {
    let Value::Array(nodes) = &table_of(root, "login")?.get("default_domains")?.node.value else {
        return None;
    };
    let text = |node: &crate::tree::Node| match &node.value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    Some(nodes.iter().filter_map(text).collect())
}

/// Where no order is written, the only domain is the default one.
pub(super) fn only_domain(root: &Table) -> Vec<String> {
    match domain_table(root).map(|table| table.entries.as_slice()) {
        Some([only]) => vec![only.key.clone()],
        _ => Vec::new(),
    }
}

struct Reader<'a> {
    root: &'a Table,
    entry: &'a Entry,
    texts: &'a Texts,
}

/// The catalogue's spelling of what is below a domain.
const DOMAIN: &str = "domain.<name>.";

impl Reader<'_> {
    fn domain(&self, order: &[String]) -> DomainView {
        let name = &self.entry.key;
        let leaves = leaves::below(&["domain", name], &self.entry.node);
        let mut values = Vec::new();
        let mut rows_shown: Vec<&str> = Vec::new();
        for setting in catalogue::all() {
            let Some(key) = setting.path.strip_prefix(DOMAIN) else {
                continue;
            };
            if let Some((rows, _)) = key.split_once("[]") {
                if !rows_shown.contains(&rows) {
                    rows_shown.push(rows);
                    let own = format!("{rows}[");
                    let is_own = |leaf: &&Leaf<'_>| {
                        leaf.keys
                            .iter()
                            .skip(2)
                            .cloned()
                            .collect::<Vec<_>>()
                            .join(".")
                            .starts_with(&own)
                    };
                    values.extend(leaves.iter().filter(is_own).map(|leaf| self.written(leaf)));
                }
                continue;
            }
            let before = values.len();
            let is_own = |leaf: &&Leaf<'_>| matches!(keys::find_written(&leaf.path()), Found::Setting(own) if own.path == setting.path);
            values.extend(leaves.iter().filter(is_own).map(|leaf| self.written(leaf)));
            if values.len() == before {
                values.extend(self.default(key, setting));
            }
        }
        DomainView {
            name: name.clone(),
            place: self.texts.line_of(self.entry.key_place),
            default: order
                .iter()
                .position(|one| one.eq_ignore_ascii_case(name))
                .map(|at| at + 1),
            values,
        }
    }

    fn written(&self, leaf: &Leaf<'_>) -> ValueView {
        let Shown { toml, json } = value::shown(&leaf.path(), leaf.node);
        ValueView {
            key: leaf
                .keys
                .iter()
                .skip(2)
                .cloned()
                .collect::<Vec<_>>()
                .join("."),
            text: toml,
            json,
            origin: Origin::Written(self.texts.line_of(leaf.node.place)),
        }
    }

    fn default(&self, key: &str, setting: &Setting) -> Vec<ValueView> {
        let view = |key: &str, shown: Shown, origin| ValueView {
            key: key.to_owned(),
            text: shown.toml,
            json: shown.json,
            origin,
        };
        if key.contains('<') {
            let is_written = self
                .table()
                .is_some_and(|table| table.get("maps").is_some());
            return match (key, is_written) {
                ("maps.<attribute>", false) => dialect::maps(self.dialect())
                    .into_iter()
                    .map(|(target, from)| {
                        view(
                            &format!("maps.{}", target.as_str()),
                            text(from.as_str()),
                            Origin::Default,
                        )
                    })
                    .collect(),
                _ => Vec::new(),
            };
        }
        let nothing = |text: &str| Shown {
            toml: text.to_owned(),
            json: Json::Null,
        };
        let (shown, origin) = match setting.default {
            Default::Value(toml) => (value::from_toml(toml), Origin::Default),
            Default::None | Default::Required => (nothing("none"), Origin::Default),
            Default::Derived(words) => self
                .derived(key)
                .unwrap_or_else(|| (nothing(words), Origin::Default)),
        };
        vec![view(key, shown, origin)]
    }

    /// What another setting or the dialect decides, as far as that can be known here.
    fn derived(&self, key: &str) -> Option<(Shown, Origin)> {
        let whole_filter = || self.people()?.get("filter");
        match key {
            "tls.trust"
            | "tls.identity"
            | "tls.min_version"
            | "tls.max_version"
            | "tls.ciphers"
            | "tls.verify"
            | "tls.pins"
            | "tls.trusted_hosts"
            | "tls.allow_common_name"
            | "tls.crls" => self.global(key),
            "people.base" | "groups.base" => {
                let entry = self.table()?.get("base")?;
                let shown = value::shown(&["domain", &self.entry.key, "base"], &entry.node);
                Some((shown, Origin::Written(self.texts.line_of(entry.node.place))))
            }
            "people.object_class" | "people.search_attribute" => {
                if let Some(filter) = whole_filter() {
                    let words = "as `people.filter` says".to_owned();
                    let place = self.texts.line_of(filter.node.place);
                    return Some((
                        Shown {
                            toml: words,
                            json: Json::Null,
                        },
                        Origin::Written(place),
                    ));
                }
                let default = if key == "people.object_class" {
                    text(dialect::object_class(self.dialect()))
                } else {
                    text(dialect::search_attribute(self.dialect()).as_str())
                };
                Some((default, Origin::Default))
            }
            "people.id_attribute" => match dialect::id_attributes(self.dialect()).as_slice() {
                [only] => Some((text(only.as_str()), Origin::Default)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The setting of the same name for all domains.
    fn global(&self, key: &str) -> Option<(Shown, Origin)> {
        let (section, own) = key.split_once('.')?;
        match table_of(self.root, section).and_then(|table| table.get(own)) {
            Some(entry) => Some((
                value::shown(&[section, own], &entry.node),
                Origin::Written(self.texts.line_of(entry.node.place)),
            )),
            None => match catalogue::setting(key)?.default {
                Default::Value(toml) => Some((value::from_toml(toml), Origin::Default)),
                _ => None,
            },
        }
    }

    fn table(&self) -> Option<&Table> {
        match &self.entry.node.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    fn people(&self) -> Option<&Table> {
        table_of(self.table()?, "people")
    }

    fn dialect(&self) -> crate::settings::Dialect {
        let written = self.table().and_then(|table| table.get("dialect"));
        match written.map(|entry| &entry.node.value) {
            Some(Value::String(word) | Value::Bare(word)) => dialect::of_word(word),
            _ => crate::settings::Dialect::Auto,
        }
    }
}

fn text(text: &str) -> Shown {
    let json = Json::from(text);
    Shown {
        toml: toml_edit::Value::from(text).to_string(),
        json,
    }
}
