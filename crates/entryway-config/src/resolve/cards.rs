//! `[domain.X.cards]`: where business cards come from, when not from where everything else does.

use crate::context::Context;
use crate::resolve::address::{Address, addresses};
use crate::resolve::bind;
use crate::resolve::encryption::{self, Plan};
use crate::resolve::tls::{self, Tls};
use crate::section::Section;
use crate::settings::{CardsSettings, ServiceBind};

/// What a domain has that its cards may take over.
pub(super) struct Inherited<'a> {
    pub(super) addresses: Option<&'a [Address]>,
    pub(super) bind: Option<&'a ServiceBind>,
    pub(super) tls: &'a Tls,
    pub(super) plan: &'a Plan,
}

/// How cards are read.
pub(super) struct Cards {
    /// By which rules, on whichever servers.
    pub(super) plan: Plan,
    /// With servers, a bind or a trust of their own; `None` for the domain's.
    pub(super) apart: Option<CardsSettings>,
    /// Whether they use the permission to send passwords in clear.
    pub(super) uses_permission: bool,
}

/// `None` when a part of it, or of what it takes over, is wrong.
pub(super) fn cards(
    domain: &Section<'_>,
    inherited: &Inherited<'_>,
    cx: &Context<'_>,
) -> Option<Cards> {
    let cards = domain.section("cards");
    let plan = inherited.plan.of_cards(&cards);
    let own = |key: &str| cards.entry(key).is_some();
    let own_addresses = own("servers").then(|| addresses(&cards, cx));
    let own_bind = if own("bind") {
        Some(bind::bind(&cards, cx)?)
    } else {
        None
    };
    let tls = tls::below(&cards.section("tls"), inherited.tls, cx);
    let list = match &own_addresses {
        Some(own) => own.usable()?,
        None => inherited.addresses?,
    };
    let bind = own_bind.as_ref().or(inherited.bind)?;
    if matches!(bind, ServiceBind::External)
        && !bind::external(&cards, &tls.settings, plan.in_clear(list), cx)
    {
        return None;
    }
    if own("encrypt") || own("servers") || own("bind") {
        let whose = if own("bind") { &cards } else { domain };
        encryption::judge_cards(list, &plan, Some((bind, bind::place(whose))), cx);
    }
    let apart = own("servers") || own("bind") || own("tls");
    let carries = encryption::carries_passwords(&plan, Some(bind));
    if apart {
        tls.scope.check(cards.place, plan.permission, carries, cx);
    }
    let unverified = apart && tls.scope.accepts_anybody() && carries;
    Some(Cards {
        apart: apart.then(|| CardsSettings {
            servers: encryption::of_cards(list, &plan, bind),
            bind: bind.clone(),
            tls: tls.settings,
            clear_text_passwords: plan.lets_passwords_out(),
        }),
        uses_permission: unverified || encryption::uses_permission(&plan, Some(bind)),
        plan,
    })
}
