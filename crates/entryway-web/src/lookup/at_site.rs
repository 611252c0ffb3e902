//! Looking people up at a site of a hub: the same question, asked of a connector there.
//!
//! Who may ask is decided here, what is shown there. What a connector sends back is somebody else's: it is read as the answer
//! that it has to be, and written anew.

mod answer;
mod question;

use super::negotiate::{self, CardForm, card_form};
use super::resolve;
use super::watched::Watched;
use crate::bearer::Shown;
use crate::operation::Needs;
use crate::refusal::Refusal;
use crate::{App, Caller, Generation, RelayedVerb, SiteAsked, SiteRefused, bearer, body, routes};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_login::SitePolicy;
use entryway_lookup::content_tag;
use entryway_wire::ResolveRequest;
use http::{HeaderMap, HeaderValue, header};
use question::Question;
use std::sync::Arc;

/// Most texts that a list of `resolve` may ask for: the site has its own bound.
const MOST: u32 = 100_000;

/// `/api/v1/sites/{site}/…`.
pub(crate) async fn at_site(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let (asked, name, path) = routes::at_site(&head.method, path).ok_or(Refusal::NotFound)?;
    let caller = who(&head.headers, &generation, asked.there.needs).await?;
    let no_site = || Refusal::Site(SiteRefused::NoSite);
    let sites = generation.sites.as_ref().ok_or_else(no_site)?;
    let site = sites.site(&name).ok_or_else(no_site)?;
    if !site.shows_to(&caller.name) {
        return Err(Refusal::Site(SiteRefused::Foreign {
            caller: Arc::clone(&caller.name),
            site: Arc::clone(&site.name),
        }));
    }
    let question = Question::read(asked.here, site, &path, head.uri.query())?;
    let resolve = match asked.here.body {
        Some(_) => Some(texts(&app, &caller, &head.headers, body).await?),
        None => None,
    };
    let rules = &generation.lookups.rules;
    let seen = Seen {
        operation: asked.here,
        site,
        path: &path,
        caller: &caller,
        headers: &head.headers,
        queries: resolve.as_ref().map_or(&[][..], |asked| &asked.queries),
        form: match asked.here.id == routes::CARD.id {
            true => Some(card_form(&head.headers).ok_or(Refusal::NotAcceptable)?),
            false => None,
        },
        public_url: rules.public_url.as_deref(),
    };
    let count = seen.queries.len().max(1);
    let watched = Watched::begin_many(&app, asked.there.id, Some(&*caller), count)?;
    let watched = watched.at(&site.name);
    let if_none_match = seen.held();
    let is_conditional = if_none_match.is_some();
    let told = sites.ask(
        site,
        SiteAsked {
            verb: match resolve {
                Some(_) => RelayedVerb::Post,
                None => RelayedVerb::Get,
            },
            path: question.path,
            body: resolve.as_ref().map(|asked| at_home(site, asked)),
            if_none_match,
            caller: Arc::clone(&caller.name),
            only: question.only,
            deadline: rules.due(),
        },
    );
    let told = match told.await {
        Ok(reply) => answer::answered(&seen, &reply, is_conditional),
        Err(refused) => Err(Refusal::Site(refused)),
    };
    match told {
        Ok(answer::Answered {
            partial,
            found,
            mut response,
        }) => {
            watched.answered(partial, found);
            let headers = response.headers_mut();
            headers.insert(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            );
            Ok(response)
        }
        Err(refusal) => {
            watched.ended(answer::outcome(&refusal));
            Err(refusal)
        }
    }
}

/// A look-up that is under way, as its answer needs it.
struct Seen<'a> {
    operation: &'static crate::operation::Operation,
    site: &'a SitePolicy,
    /// Of the same question here.
    path: &'a str,
    caller: &'a Caller,
    headers: &'a HeaderMap,
    /// What was typed, each of them, where many are asked at once.
    queries: &'a [String],
    /// How a card is to be told.
    form: Option<CardForm>,
    public_url: Option<&'a str>,
}

impl Seen<'_> {
    /// What stands behind the site's tag of a card: the form, and what is made of a card here.
    fn mark(&self, form: CardForm) -> String {
        let made = content_tag(&(
            &*self.site.name,
            &self.site.takes.mail_domains,
            self.public_url,
        ));
        format!(".{made:016x}-{}", form.name())
    }

    /// What the client has already, as the site names it; nothing where that is nothing, or longer than is asked.
    fn held(&self) -> Option<String> {
        if self.form.is_none() && self.operation.id != routes::PHOTO.id {
            return None;
        }
        if negotiate::held(self.headers).any(|known| known == "*") {
            return Some("*".to_owned());
        }
        let mark = self.form.map(|form| self.mark(form));
        let own = negotiate::held(self.headers).filter_map(|known| {
            let tag = known.strip_prefix('"')?.strip_suffix('"')?;
            let tag = match &mark {
                None => tag,
                Some(mark) => tag.strip_suffix(mark.as_str())?,
            };
            answer::is_tag(tag).then(|| format!("\"{tag}\""))
        });
        let mut all = String::new();
        for tag in own {
            if all.len() + tag.len() + 2 > MOST_HELD {
                break;
            }
            if !all.is_empty() {
                all.push_str(", ");
            }
            all.push_str(&tag);
        }
        (!all.is_empty()).then_some(all)
    }
}

/// Most bytes of what a client has already: the bridge takes no more. What is behind that is sent again.
const MOST_HELD: usize = 256;

async fn who<'g>(
    headers: &HeaderMap,
    generation: &'g Generation,
    needs: Needs,
) -> Result<Shown<'g>, Refusal> {
    match needs {
        Needs::Scope(scope) | Needs::PublicOr(scope) => {
            bearer::authorize(headers, generation, scope).await
        }
        Needs::SomeOf(scopes) => bearer::authorize_any(headers, generation, scopes).await,
        Needs::Nothing => Err(Refusal::NoToken),
    }
}

/// The body of `resolve`, and whether the caller may ask for the kinds in it: the site does not know its scopes.
async fn texts(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<ResolveRequest, Refusal> {
    let most = app.limits.resolve_bytes;
    let body = body::read_json(headers, body, &app.limits, most).await?;
    let asked =
        ResolveRequest::from_json(&body, MOST, 1).map_err(|error| Refusal::Malformed { error })?;
    resolve::allow(caller, asked.kinds)?;
    Ok(asked)
}

/// The same as the site knows it.
fn at_home(site: &SitePolicy, asked: &ResolveRequest) -> String {
    let queries = asked.queries.iter();
    let domains = asked.domains.iter();
    ResolveRequest {
        queries: queries
            .map(|text| question::typed(site, text).to_owned())
            .collect(),
        domains: domains
            .map(|name| question::domain(site, name).to_owned())
            .collect(),
        ..asked.clone()
    }
    .to_json()
}
