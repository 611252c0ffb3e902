//! The rows of the hub: `[hub]` and `[site.X]`.

use super::Default::{Derived, None, Required, Value};
use super::Setting;
use super::Shape::{Boolean, Duration, Integer, Text, Texts, Word, Words};

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "hub.url", shape: Text, default: Required, example: r#""https://hub.corp.example""#,
        doc: "Under which URL connectors reach this hub: `https://`, a host, perhaps a port and a path. `entryway hub ticket create` prints it, and connectors keep it. `http://` is for this machine alone, to try it out. Without a `[hub]` table no connector is let in. See docs/hub.md." },
    Setting { path: "hub.nodes", shape: Texts, default: Derived("`hub.url` alone"), example: r#"["https://hub-1.corp.example", "https://hub-2.corp.example"]"#,
        doc: "The URL of each node, where several share one PostgreSQL: a connector keeps a tunnel to each. It is told of the list when it enrols and each time it dials, so that a change reaches it by itself." },
    Setting { path: "hub.certificate_life", shape: Duration(DAY, 3650 * DAY), default: Value(r#""90d""#), example: r#""30d""#,
        doc: "How long the certificate of a connector holds. It renews itself when a third is left; one that was switched off for longer needs a new ticket." },
    Setting { path: "hub.ticket_life", shape: Duration(MINUTE, 30 * DAY), default: Value(r#""1h""#), example: r#""24h""#,
        doc: "How long a ticket holds that was made without `--expires`." },
    Setting { path: "hub.challenges", shape: Integer(1, 1_000_000), default: Value("1200"), example: "6000",
        doc: "How many challenges one network (an IPv4 address, an IPv6 /64) may ask for in a minute: each page and each `client_address` that logs in a site's person needs one, and an office shares an address. Whoever asks for more is answered 429, and when to come again. See docs/sealed-passwords.md." },

    Setting { path: "site.<name>.suffixes", shape: Texts, default: Value("[]"), example: r#"["plant-a.example"]"#,
        doc: "What stands after the `@` in the login names of this site's people. Each belongs to one site, or one domain. `plant-a/jane` names the site whatever stands here." },
    Setting { path: "site.<name>.clients", shape: Texts, default: Value("[]"), example: r#"["portal"]"#,
        doc: "Applications (`[client.<name>]`) and callers (`[[token]]`, by name) that are this site's: a bare login name that somebody types there is looked for at the site alone." },
    Setting { path: "site.<name>.applications", shape: Texts, default: Derived("every one that is no other site's"), example: r#"["portal"]"#,
        doc: "At which applications and callers this site's people may log in, beside those in `clients`; `[]` is at those alone, and `\"*\"` at every one that is not in another site's `clients`. Where this is not written, your own applications let people of every site in: what each of them may do there is for the application to decide." },
    Setting { path: "site.<name>.lookups", shape: Texts, default: Value("[]"), example: r#"["portal"]"#,
        doc: "Applications (`[client.<name>]`) and callers (`[[token]]`, by name) that look this site's people and groups up, below `/api/v1/sites/NAME/`, with the scopes that the same takes here. Nobody else does, whoever logs its people in; a client of another site cannot. Where this is empty its connectors are asked no look-ups. What they show is for the site to decide." },
    Setting { path: "site.<name>.methods", shape: Words(&["password", "certificate"]), default: Value(r#"["password"]"#), example: r#"["password", "certificate"]"#,
        doc: "What people of this site prove themselves with: their password always, and with `certificate` a certificate in their browser, at a connector of the site (`[site.<name>.certificate]`). A reload that adds `certificate` is refused while no connector of the site is ready for it. See docs/hub.md." },
    Setting { path: "site.<name>.mail_domains", shape: Texts, default: Derived("`suffixes`"), example: r#"["plant-a.example"]"#,
        doc: "Of which domains this site's mail addresses are taken; each belongs to one site. What stands elsewhere is left out: a site is another company, and an application may know its people by their address." },
    Setting { path: "site.<name>.attributes", shape: Texts, default: Value("[]"), example: r#"["department"]"#,
        doc: "Which custom attributes are taken of what this site lets out." },
    Setting { path: "site.<name>.accounts", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether uid, gid, home folder, shell, type and system user are taken as this site says them. On a machine of yours they mean your accounts: whoever is trusted with them can be anybody there." },
    Setting { path: "site.<name>.max_outstanding", shape: Integer(1, 100_000), default: Value("500"), example: "50",
        doc: "How many questions may be on their way to this site from one node. One more is answered at once: busy, try again." },
    Setting { path: "site.<name>.enabled", shape: Boolean, default: Value("true"), example: "false",
        doc: "A site that is switched off is asked nothing: its tunnels are closed, and its connectors told why. Its names, suffixes and clients stay its own, and whoever logs in by them is told that the site is not in reach: nobody else gets their passwords." },
    Setting { path: "site.<name>.description", shape: Text, default: None, example: r#""the plant in the north""#,
        doc: "For whoever reads the file." },

    Setting { path: "site.<name>.certificate.urls", shape: Texts, default: Required, example: r#"["https://cert.plant-a.example:8444"]"#,
        doc: "Where browsers may be sent to show their certificates: `certificate_login.url` of the site's connectors. A browser goes to none that a connector does not say it is ready at, and nothing that a connector says sends one anywhere else." },
    Setting { path: "site.<name>.certificate.addresses", shape: Texts, default: Required, example: r#"["192.0.2.0/24"]"#,
        doc: "Networks whose browsers are offered it, as this hub sees them: the public addresses of the site, say. No other site, and not `certificate_login.addresses`, may have an address of them." },
    Setting { path: "site.<name>.certificate.offer", shape: Word(&["button", "redirect"]), default: Value(r#""button""#), example: r#""redirect""#,
        doc: "How it is offered: `button` on the page with the password, or `redirect`: the browser is sent there at once, and sees that page when it has no certificate, or none that lets anybody in. Neither while no connector is ready." },
];
