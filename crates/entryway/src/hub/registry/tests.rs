use super::*;
use entryway_bridge::Text;
use entryway_bridge::message::{Ready, Unready};
use entryway_config::SiteCertificate;
use entryway_login::SiteTakes;
use std::sync::atomic::AtomicBool;

/// A tunnel without a connection.
struct Fake {
    connector: ConnectorId,
    report: Mutex<Arc<Report>>,
    outstanding: AtomicUsize,
    latency: Option<Duration>,
    draining: AtomicBool,
    silent: AtomicBool,
    clock_wrong: AtomicBool,
}

impl Line for Fake {
    fn connector(&self) -> ConnectorId {
        self.connector
    }
    fn report(&self) -> Arc<Report> {
        Arc::clone(&self.report.lock())
    }
    fn outstanding(&self) -> usize {
        self.outstanding.load(Ordering::Relaxed)
    }
    fn latency(&self) -> Option<Duration> {
        self.latency
    }
    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
    fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }
    fn is_clock_wrong(&self) -> bool {
        self.clock_wrong.load(Ordering::Relaxed)
    }
}

fn id(number: u8) -> ConnectorId {
    ConnectorId::from_bits([number; 10])
}

fn report(abilities: &[Ability]) -> Report {
    let ready = Ability::ALL.into_iter().map(|ability| Ready {
        ability,
        not_because: (!abilities.contains(&ability)).then_some(Unready::DirectoriesDown),
    });
    Report {
        ready: ready.collect(),
        draining: false,
        max_in_flight: 4,
        started_ms: 1,
        software: Text::cut("test"),
        certificate_url: None,
    }
}

fn line(number: u8, latency_ms: Option<u64>) -> Arc<Fake> {
    Arc::new(Fake {
        connector: id(number),
        report: Mutex::new(Arc::new(report(&[Ability::Password]))),
        outstanding: AtomicUsize::new(0),
        latency: latency_ms.map(Duration::from_millis),
        draining: AtomicBool::new(false),
        silent: AtomicBool::new(false),
        clock_wrong: AtomicBool::new(false),
    })
}

/// Where a connector takes certificates.
fn url(number: u8) -> Arc<str> {
    format!("https://cert-{number}.plant-a.example").into()
}

/// One that does, there.
fn taking(number: u8, latency_ms: Option<u64>) -> Arc<Fake> {
    let line = line(number, latency_ms);
    *line.report.lock() = Arc::new(Report {
        certificate_url: Text::new(&*url(number)),
        ..report(&[Ability::Certificate])
    });
    line
}

fn settings(name: &str, max_outstanding: usize) -> SiteSettings {
    SiteSettings {
        name: name.into(),
        suffixes: Vec::new(),
        clients: Vec::new(),
        lookups: Vec::new(),
        certificate: None,
        takes: SiteTakes::default(),
        max_outstanding,
    }
}

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

fn registry() -> Registry<Fake> {
    let registry = Registry::default();
    assert!(registry.configure(&[settings("plant-a", 100)]).is_empty());
    registry
}

fn picked(registry: &Registry<Fake>, wanted: Wanted<'_>) -> Result<ConnectorId, NoLine> {
    let picked = registry.pick("plant-a", Ability::Password, wanted);
    picked.map(|picked| picked.line.connector)
}

fn any(registry: &Registry<Fake>) -> Result<ConnectorId, NoLine> {
    picked(registry, Wanted::default())
}

#[test]
fn the_one_with_the_fewest_questions_is_asked_and_the_quicker_of_two() {
    let registry = registry();
    let (slow, quick, busy) = (line(1, Some(80)), line(2, Some(20)), line(3, Some(1)));
    busy.outstanding.store(1, Ordering::Relaxed);
    for one in [&slow, &quick, &busy, &line(4, None)] {
        assert!(registry.add(&site(), one, false).unwrap().is_none());
    }
    assert_eq!(any(&registry), Ok(id(2)));
    quick.outstanding.store(2, Ordering::Relaxed);
    assert_eq!(any(&registry), Ok(id(1)));
}

#[test]
fn browsers_are_sent_to_no_silent_one_even_where_there_is_no_other() {
    let registry = Registry::default();
    let certificate = SiteCertificate {
        urls: [1, 2].map(url).into(),
        addresses: Vec::new(),
        at_once: false,
    };
    registry.configure(&[SiteSettings {
        certificate: Some(certificate),
        ..settings("plant-a", 100)
    }]);
    let (first, quicker) = (taking(1, Some(80)), taking(2, Some(1)));
    for one in [&first, &quicker] {
        assert!(registry.add(&site(), one, false).unwrap().is_none());
    }
    let sent = || registry.certificate_url("plant-a");
    let to = |number: u8| Ok(url(number));
    assert_eq!(sent(), to(1));
    first.silent.store(true, Ordering::Relaxed);
    quicker.outstanding.store(3, Ordering::Relaxed);
    assert_eq!(sent(), to(2));
    quicker.draining.store(true, Ordering::Relaxed);
    assert_eq!(sent(), Err(NoCertificate::Silent));
    quicker.draining.store(false, Ordering::Relaxed);
    first.silent.store(false, Ordering::Relaxed);
    assert_eq!(sent(), to(1));
    first.outstanding.store(4, Ordering::Relaxed);
    assert_eq!(sent(), to(2));
}

#[test]
fn one_that_gives_no_sign_of_life_is_asked_where_there_is_no_other() {
    let registry = registry();
    let (silent, busy) = (line(1, Some(1)), line(2, Some(80)));
    busy.outstanding.store(3, Ordering::Relaxed);
    silent.silent.store(true, Ordering::Relaxed);
    for one in [&silent, &busy] {
        assert!(registry.add(&site(), one, false).unwrap().is_none());
    }
    assert_eq!(any(&registry), Ok(id(2)));
    assert!(registry.is_silent("plant-a", &id(1)) && !registry.is_silent("plant-a", &id(2)));
    // It may be back any moment, and nobody else can be asked.
    busy.draining.store(true, Ordering::Relaxed);
    assert_eq!(any(&registry), Ok(id(1)));
    busy.draining.store(false, Ordering::Relaxed);
    silent.silent.store(false, Ordering::Relaxed);
    assert_eq!(any(&registry), Ok(id(1)));
}

#[test]
fn who_is_not_ready_is_not_asked() {
    let registry = registry();
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
    let (one, other) = (line(1, None), line(2, None));
    registry.add(&site(), &one, false).unwrap();
    registry.add(&site(), &other, false).unwrap();
    *one.report.lock() = Arc::new(report(&[Ability::Lookups]));
    assert_eq!(any(&registry), Ok(id(2)));
    other.draining.store(true, Ordering::Relaxed);
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
    assert_eq!(registry.ready("plant-a"), [Ability::Lookups]);
    let certificate = registry.pick("plant-a", Ability::Certificate, Wanted::default());
    assert_eq!(certificate.err(), Some(NoLine::NoneReady));
    let elsewhere = registry.pick("plant-b", Ability::Password, Wanted::default());
    assert_eq!(elsewhere.err(), Some(NoLine::Unknown));
}

#[test]
fn a_connector_that_is_drained_is_asked_nothing_until_it_is_resumed() {
    let registry = registry();
    registry.add(&site(), &line(1, None), true).unwrap();
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
    registry.set_draining(id(1).as_str(), false);
    assert_eq!(any(&registry), Ok(id(1)));
    registry.set_draining(id(1).as_str(), true);
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
    // Sessions that were made through it go on.
    let only = id(1);
    let again = Wanted {
        only: Some(&only),
        draining: true,
        ..Wanted::default()
    };
    assert_eq!(picked(&registry, again), Ok(id(1)));
}

#[test]
fn one_connector_alone_or_any_but_some() {
    let registry = registry();
    registry.add(&site(), &line(1, None), false).unwrap();
    registry.add(&site(), &line(2, None), false).unwrap();
    let only = |number: u8| {
        let id = id(number);
        picked(
            &registry,
            Wanted {
                only: Some(&id),
                ..Wanted::default()
            },
        )
    };
    assert_eq!(only(2), Ok(id(2)));
    assert_eq!(only(3), Err(NoLine::NoneReady));
    let without = |numbers: &[u8]| {
        let ids: Vec<_> = numbers.iter().map(|number| id(*number)).collect();
        picked(
            &registry,
            Wanted {
                without: &ids,
                ..Wanted::default()
            },
        )
    };
    assert_eq!(without(&[1]), Ok(id(2)));
    assert_eq!(without(&[1, 2]), Err(NoLine::NoneReady));
}

#[test]
fn load_is_shed_where_connectors_or_the_site_have_enough() {
    let registry = registry();
    let one = line(1, None);
    registry.add(&site(), &one, false).unwrap();
    one.outstanding.store(4, Ordering::Relaxed);
    assert_eq!(any(&registry), Err(NoLine::Busy));
    one.outstanding.store(0, Ordering::Relaxed);
    registry.configure(&[settings("plant-a", 2)]);
    let pick = || registry.pick("plant-a", Ability::Password, Wanted::default());
    let (first, second) = (pick(), pick());
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(pick().err(), Some(NoLine::Busy));
    drop(first);
    assert!(pick().is_ok());
    // Others keep their room: a refused question has given its place back.
    drop(second);
    let places: Vec<_> = (0..2).map(|_| pick()).collect();
    assert!(places.iter().all(Result::is_ok));
}

#[test]
fn who_dials_again_takes_the_place_of_the_tunnel_before() {
    let registry = registry();
    let (before, after) = (line(1, None), line(1, None));
    registry.add(&site(), &before, false).unwrap();
    let replaced = registry.add(&site(), &after, false).unwrap().unwrap();
    assert!(Arc::ptr_eq(&replaced, &before));
    // The end of the one before is heard late.
    registry.remove(&site(), &before);
    assert_eq!(any(&registry), Ok(id(1)));
    registry.remove(&site(), &after);
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
}

#[test]
fn tunnels_outlive_a_configuration_unless_their_site_is_gone() {
    let registry = registry();
    let (one, other) = (line(1, None), line(2, None));
    registry.configure(&[settings("plant-a", 5), settings("plant-b", 5)]);
    registry.add(&site(), &one, false).unwrap();
    let elsewhere = SiteName::parse("plant-b").unwrap();
    registry.add(&elsewhere, &other, false).unwrap();
    let gone = registry.configure(&[settings("plant-a", 7), settings("plant-c", 7)]);
    assert_eq!(gone.len(), 1);
    assert!(Arc::ptr_eq(&gone[0], &other));
    assert_eq!(any(&registry), Ok(id(1)));
    assert!(!registry.has("plant-b") && registry.has("plant-c"));
    assert_eq!(
        registry.add(&elsewhere, &other, false).err(),
        Some(NoLine::Unknown)
    );
}

#[test]
fn a_connector_is_taken_out_wherever_it_is() {
    let registry = registry();
    let one = line(1, None);
    registry.add(&site(), &one, false).unwrap();
    assert!(registry.take(id(2).as_str()).is_none());
    let taken = registry.take(id(1).as_str()).unwrap();
    assert!(Arc::ptr_eq(&taken, &one));
    assert_eq!(any(&registry), Err(NoLine::NoneReady));
    assert!(registry.seen().is_empty());
}

#[test]
fn what_a_connector_says_anew_is_told_as_a_change() {
    let registry = registry();
    let one = line(1, None);
    registry.add(&site(), &one, false).unwrap();
    *one.report.lock() = Arc::new(report(&[Ability::Lookups]));
    let changed = registry.reported(&site(), &one);
    assert_eq!(changed, (vec![Ability::Password], vec![Ability::Lookups]));
    assert_eq!(registry.reported(&site(), &one), (vec![], vec![]));
    // One that has been replaced says nothing any more.
    assert_eq!(registry.reported(&site(), &line(1, None)), (vec![], vec![]));
}

#[test]
fn two_thousand_sites_do_not_make_a_choice_slow() {
    let registry = Registry::default();
    let sites: Vec<_> = (0..2000)
        .map(|at| settings(&format!("site-{at}"), 10))
        .collect();
    registry.configure(&sites);
    for at in 0..2000 {
        let site = SiteName::parse(&format!("site-{at}")).unwrap();
        for number in 0..2 {
            registry.add(&site, &line(number, None), false).unwrap();
        }
    }
    assert_eq!(registry.seen().len(), 4000);
    // What is chosen from is the site's own two.
    for at in 0..2000 {
        let name = format!("site-{at}");
        assert!(
            registry
                .pick(&name, Ability::Password, Wanted::default())
                .is_ok()
        );
    }
}

#[test]
fn whoever_has_typed_nothing_leaves_half_to_those_who_have() {
    let lesser = Wanted {
        share: Share::Half,
        ..Wanted::default()
    };
    let full = |registry: &Registry<Fake>| {
        let picked = registry.pick("plant-a", Ability::Password, lesser);
        picked.err()
    };
    // Of one connector, which takes four.
    let registry = registry();
    let one = line(1, None);
    assert!(registry.add(&site(), &one, false).unwrap().is_none());
    let pick = || registry.pick("plant-a", Ability::Password, lesser);
    let held = [pick().ok(), pick().ok()];
    assert!(held.iter().all(Option::is_some));
    one.outstanding.store(2, Ordering::Relaxed);
    assert_eq!(full(&registry), Some(NoLine::Busy));
    assert_eq!(any(&registry), Ok(id(1)));
    drop(held);
    assert_eq!(full(&registry), None);
    // Of the site, whatever its connectors take.
    registry.configure(&[settings("plant-a", 2)]);
    let held = pick().ok();
    assert_eq!(full(&registry), Some(NoLine::Busy));
    assert_eq!(any(&registry), Ok(id(1)));
    drop(held);
    assert_eq!(full(&registry), None);
}

#[test]
fn whoever_looks_people_up_leaves_the_rest_to_those_who_log_in() {
    let of = |share| Wanted {
        share,
        ..Wanted::default()
    };
    let registry = registry();
    let one = line(1, None);
    assert!(registry.add(&site(), &one, false).unwrap().is_none());
    let pick = |share| registry.pick("plant-a", Ability::Password, of(share));
    // Of four, one; and it takes nothing of the half.
    let looked_up = pick(Share::Quarter).ok();
    assert!(looked_up.is_some());
    assert_eq!(pick(Share::Quarter).err(), Some(NoLine::Busy));
    let held = [pick(Share::Half).ok(), pick(Share::Half).ok()];
    assert!(held.iter().all(Option::is_some));
    assert_eq!(pick(Share::Half).err(), Some(NoLine::Busy));
    assert_eq!(any(&registry), Ok(id(1)));
    drop(looked_up);
    assert!(pick(Share::Quarter).is_ok());
    // Of the site too, and never nothing.
    registry.configure(&[settings("plant-a", 1)]);
    drop(held);
    assert!(pick(Share::Quarter).is_ok());
}

#[test]
fn why_nobody_is_asked_is_told() {
    let registry = registry();
    let why = |site: &str, ability| registry.not_ready(site, ability);
    assert_eq!(why("plant-b", Ability::Lookups), Some(Err(NoLine::Unknown)));
    assert_eq!(
        why("plant-a", Ability::Lookups),
        Some(Err(NoLine::NoneReady))
    );
    let one = line(1, None);
    assert!(registry.add(&site(), &one, false).unwrap().is_none());
    assert_eq!(
        why("plant-a", Ability::Lookups),
        Some(Ok(Unready::DirectoriesDown))
    );
    assert_eq!(why("plant-a", Ability::Password), None);
    registry.set_draining(one.connector.as_str(), true);
    assert_eq!(
        why("plant-a", Ability::Password),
        Some(Ok(Unready::Stopping))
    );
}

#[test]
fn browsers_are_sent_where_somebody_answers_whose_clock_is_right() {
    let registry = registry();
    let urls = [1, 2].map(url);
    let place = || registry.certificate_url_of("plant-a", &urls);
    assert_eq!(place(), Err(NoCertificate::NoConnector));
    let [one, two] = [1, 2].map(|number| taking(number, None));
    for line in [&one, &two] {
        registry.add(&site(), line, false).unwrap();
    }
    two.outstanding.store(1, Ordering::Relaxed);
    assert_eq!(place(), Ok(url(1)));
    one.silent.store(true, Ordering::Relaxed);
    assert_eq!(place(), Ok(url(2)));
    // Where a clock is wrong and another is silent, what passes by itself is told.
    two.clock_wrong.store(true, Ordering::Relaxed);
    assert_eq!(place(), Err(NoCertificate::Silent));
    one.silent.store(false, Ordering::Relaxed);
    assert_eq!(place(), Ok(url(1)));
    one.clock_wrong.store(true, Ordering::Relaxed);
    assert_eq!(place(), Err(NoCertificate::ClockWrong));
    assert_eq!(registry.figures()[0].ready, [0, 0, 2]);
}
