//! The look-ups at the sites of a hub: each as it is here, below another path. They are made of those, so that neither can
//! have what the other has not.

use super::{ID, OPERATIONS};
use crate::lookup;
use crate::operation::{Form, Needs, Operation, Parameter, Verb};
use axum::routing::{get, post};
use http::Method;
use std::sync::LazyLock;

/// Everything before what a look-up is below.
const HERE: &str = "/api/v1/";
/// The same of a site.
const THERE: &str = "/api/v1/sites/{site}/";

const SITE: Parameter = Parameter {
    name: "site",
    about: "The site's name, as the configuration has it.",
    form: Form::Text { most: 64 },
    ..ID
};

/// What a look-up at a site may be refused with, beside what it is here.
const OF_SITE: [u16; 7] = [400, 401, 403, 404, 429, 502, 503];

/// An operation at sites.
pub(crate) struct AtSites {
    /// As it is here.
    pub(crate) here: &'static Operation,
    /// As it is there.
    pub(crate) there: Operation,
}

/// All of them.
pub(crate) static AT_SITES: LazyLock<Vec<AtSites>> = LazyLock::new(|| {
    let lookups = OPERATIONS.iter().filter(|it| it.is_lookup());
    lookups.filter_map(|here| at_sites(here)).collect()
});

/// Made once for the process: what it is made of is leaked, as a static is.
fn at_sites(here: &'static Operation) -> Option<AtSites> {
    let below = here.path.strip_prefix(HERE)?;
    let mut problems: Vec<u16> = here.problems.iter().copied().chain(OF_SITE).collect();
    problems.sort_unstable();
    problems.dedup();
    let parameters = [SITE].into_iter().chain(here.parameters.iter().copied());
    let parameters: Vec<Parameter> = parameters.collect();
    let there = Operation {
        id: format!("site_{}", here.id).leak(),
        path: format!("{THERE}{below}").leak(),
        summary: format!("{}, at a site of a hub", here.summary).leak(),
        needs: match here.needs {
            // Whose site it is decides who sees anything of it.
            Needs::PublicOr(scope) => Needs::Scope(scope),
            needs => needs,
        },
        parameters: parameters.leak(),
        problems: problems.leak(),
        to: match here.method {
            Verb::Post => || post(lookup::at_site),
            Verb::Get | Verb::Delete => || get(lookup::at_site),
        },
        ..*here
    };
    Some(AtSites { here, there })
}

/// What is asked at a path of a site: the operation, the site, and the path of the same here.
pub(crate) fn at_site(method: &Method, path: &str) -> Option<(&'static AtSites, String, String)> {
    let mut all = AT_SITES.iter();
    let asked = all.find(|it| it.there.method.is(method) && it.there.is_at(path))?;
    let variables = asked.there.variables(path)?;
    let site = variables.first()?;
    let (_, below) = path.strip_prefix(HERE)?.split_once('/')?;
    let (_, below) = below.split_once('/')?;
    Some((asked, (*site).to_owned(), format!("{HERE}{below}")))
}
