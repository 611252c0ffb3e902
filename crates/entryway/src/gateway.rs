//! The login of this process: the pure flow, driven in the world that the configuration names; then written down, and
//! answered no earlier than a refusal may be.

mod course;
mod release;

use crate::explain::note_throttle;
use crate::ids;
use crate::kept::Kept;
use crate::record;
use crate::told::Telling;
use crate::witness::{Kind, Submitted, Witness, cut};
use crate::world::{Asked, World};
use course::Finishing;
pub(crate) use course::{Course, Unheard};
use entryway_config::RuleBook;
use entryway_directory::{Domains, Finder};
use entryway_login::{
    Asserted, AssertedSays, Attempt, Clock, Decided, Decision, Device, Fault, LoginId, LoginPolicy,
    LoginService, Record, Shown, Stage, Step, SubmittedPassword, Trace, TraceEntry, begin,
    begin_asserted, begin_certificate, begin_change, drive_from,
};
pub(crate) use release::Release;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Logins that may end in a refusal at a time: under way, or refused and held. One more is asked nothing and told
/// "overloaded": refused and not held it would tell by its time what it was, and only a refusal told "overloaded" would
/// tell that it was one.
const HELD_MAX: usize = 8192;
/// What a record may take beyond its login's deadline: a login that ended at its deadline is written down too.
const RECORD_GRACE: Duration = Duration::from_millis(100);

/// One configuration's logins. Replaced as a whole on reload. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Inner>);

struct Inner {
    policy: Arc<LoginPolicy>,
    places: Arc<RuleBook>,
    world: World,
    witnesses: Vec<Arc<dyn Witness>>,
    room: Arc<Semaphore>,
    held: AtomicUsize,
}

/// What somebody wants who shows a password.
enum Wish {
    /// To be let in.
    Login,
    /// Another password.
    Change(SubmittedPassword),
    /// To be let in by this.
    Certificate(Shown),
}

impl Wish {
    /// Whether nothing is shown to anybody, and nothing is written down.
    fn explains(&self, attempt: &Attempt) -> bool {
        matches!(self, Self::Login) && matches!(attempt.password, SubmittedPassword::NotAsked)
    }
}

/// Room for a login that may end in a refusal, until it has left.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Gateway {
    /// Logins of `policy` in `world`, seen by `witnesses`.
    pub(crate) fn new(
        policy: Arc<LoginPolicy>,
        places: Arc<RuleBook>,
        world: World,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> Self {
        Self::holding(HELD_MAX, policy, places, world, witnesses)
    }

    /// The same, with room for `held_max` logins.
    pub(crate) fn holding(
        held_max: usize,
        policy: Arc<LoginPolicy>,
        places: Arc<RuleBook>,
        world: World,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> Self {
        Self(Arc::new(Inner {
            policy,
            places,
            world,
            witnesses,
            room: Arc::new(Semaphore::new(held_max)),
            held: AtomicUsize::new(0),
        }))
    }

    /// The domains, for probes, metrics and the end.
    pub(crate) fn domains(&self) -> &Domains {
        &self.0.world.domains
    }

    /// What answers look-ups.
    pub(crate) fn finder(&self) -> &Arc<Finder> {
        &self.0.world.finder
    }

    /// What outlives a request.
    pub(crate) fn kept(&self) -> &Arc<Kept> {
        &self.0.world.kept
    }

    /// What the login needs to know beforehand.
    pub(crate) fn policy(&self) -> &Arc<LoginPolicy> {
        &self.0.policy
    }

    /// Where its rules were written.
    pub(crate) fn places(&self) -> &RuleBook {
        &self.0.places
    }

    /// Refusals that wait for their time now.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Decides a login; `used` is let go when nothing of this configuration is asked any more. Dropped before its
    /// end, a login whose password may have been tried goes on to its record by itself.
    pub(crate) fn decide(
        &self,
        attempt: Attempt,
        used: impl Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send>> {
        self.run(attempt, Wish::Login, None, used)
    }

    /// The same for a change of the password to `new`: as a login it has room, is held, written down and seen, and ends
    /// in [`Decision::Changed`] in the place of an accept.
    pub(crate) fn change(
        &self,
        attempt: Attempt,
        new: SubmittedPassword,
        used: impl Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send>> {
        self.run(attempt, Wish::Change(new), None, used)
    }

    /// Either of them for a hub, which is told by `telling`: a login, or where there is one a change to `new`.
    pub(crate) fn decide_telling(
        &self,
        attempt: Attempt,
        new: Option<SubmittedPassword>,
        telling: Arc<dyn Telling>,
        used: impl Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send>> {
        let wish = new.map_or(Wish::Login, Wish::Change);
        self.run(attempt, wish, Some(telling), used)
    }

    /// The same for whoever showed a certificate.
    pub(crate) fn decide_certificate(
        &self,
        attempt: Attempt,
        shown: Shown,
        telling: Option<Arc<dyn Telling>>,
        used: impl Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send>> {
        self.run(attempt, Wish::Certificate(shown), telling, used)
    }

    /// Decides about somebody whose certificate a site's connector has judged: asked as a revalidation is, and a login.
    pub(crate) async fn decide_asserted(&self, attempt: Attempt, asserted: Asserted) -> Decided {
        let (id, deadline) = (attempt.id, attempt.deadline);
        let began = match asserted.says {
            AssertedSays::Refused(_) => began_at_the_site(&attempt),
            AssertedSays::LetIn(_) | AssertedSays::NoVerdict => attempt.started,
        };
        let release = self.release(began).await;
        let submitted = Submitted {
            kind: Kind::Login,
            login_name: asserted.site.to_string(),
            ..Submitted::of(&attempt)
        };
        let place = self.place();
        let step = match place.is_some() {
            true => begin_asserted(attempt, asserted, Arc::clone(self.policy())),
            false => no_room(id),
        };
        let decided = self.follow(submitted, step, deadline).await;
        self.hold(decided, place, release).await
    }

    fn run(
        &self,
        attempt: Attempt,
        wish: Wish,
        telling: Option<Arc<dyn Telling>>,
        used: impl Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send>> {
        let inner = Arc::clone(&self.0);
        let explained = wish.explains(&attempt);
        let started = attempt.started;
        let course = Arc::new(Course::default());
        let place = self.place();
        let has_place = explained || place.is_some();
        let login = {
            let (inner, course) = (Arc::clone(&inner), Arc::clone(&course));
            async move {
                let decided = inner
                    .decide(attempt, wish, telling, has_place, &course)
                    .await;
                drop(used);
                decided
            }
        };
        let login = Finishing::new(login, course, &inner.world.kept.unheard);
        Box::pin(async move {
            if explained {
                return login.await;
            }
            let release = inner.release(started).await;
            let decided = login.await;
            inner.hold(decided, place, release).await
        })
    }

    /// Room for one more question that may end in a refusal: taken before anything is asked. [`no_room`] answers
    /// whoever finds none.
    pub(crate) fn place(&self) -> Option<Place> {
        let permit = Arc::clone(&self.0.room).try_acquire_owned().ok()?;
        Some(Place { _permit: permit })
    }

    /// Follows any other question than a login from its first step; written down as a login is.
    pub(crate) async fn follow(&self, submitted: Submitted, step: Step, by: Instant) -> Decided {
        let course = Course::default();
        self.0.drive(submitted, step, None, Some(by), &course).await
    }

    /// When a refusal of what was asked at `started` may leave: set before anything is asked.
    pub(crate) async fn release(&self, started: Instant) -> Release {
        self.0.release(started).await
    }

    /// Holds a refusal until any other would leave, and its place so long.
    pub(crate) async fn hold(
        &self,
        decided: Decided,
        place: Option<Place>,
        release: Release,
    ) -> Decided {
        self.0.hold(decided, place, release).await
    }
}

impl Inner {
    async fn decide(
        &self,
        attempt: Attempt,
        wish: Wish,
        telling: Option<Arc<dyn Telling>>,
        has_place: bool,
        course: &Course,
    ) -> Decided {
        let device = attempt.device.clone();
        let explained = wish.explains(&attempt);
        let mut submitted = Submitted {
            telling,
            ..Submitted::of(&attempt)
        };
        let (address, at) = (attempt.client_address, attempt.at);
        let record_by = (!explained).then_some(attempt.deadline);
        let policy = Arc::clone(&self.policy);
        let step = match wish {
            Wish::Change(new) => {
                submitted.kind = Kind::PasswordChange;
                match has_place {
                    true => begin_change(attempt, new, policy),
                    false => no_room(attempt.id),
                }
            }
            Wish::Certificate(shown) => {
                submitted.kind = Kind::Login;
                submitted.login_name = cut(shown.certificate.name());
                match has_place {
                    true => begin_certificate(attempt, shown, policy),
                    false => no_room(attempt.id),
                }
            }
            Wish::Login if has_place => begin(attempt, policy),
            Wish::Login => no_room(attempt.id),
        };
        let mut decided = self.drive(submitted, step, device, record_by, course).await;
        note_throttle(&mut decided, &self.world.kept.throttle, address, at);
        decided
    }

    /// What goes out with an accept. `device` keeps its number where it is the person's own.
    fn seal(&self, decided: &mut Decided, device: Option<Device>) {
        if let Decision::Accept(session) = &decided.decision {
            let own = device.filter(|device| *device.identity == *session.subject.0);
            let device = own.map(|device| device.id);
            decided.tokens = (self.world.kept.seals).tokens(session, SystemTime::now(), device);
        }
    }

    /// To the decision, and into the record where there is a time for that.
    async fn drive(
        &self,
        submitted: Submitted,
        step: Step,
        device: Option<Device>,
        record_by: Option<Instant>,
        course: &Course,
    ) -> Decided {
        let recorder = &self.world.kept.recorder;
        let expected = record_by.map(|until| (recorder.expect(), until));
        let mut watched = Watched {
            login: self,
            submitted: Some(submitted),
        };
        let world = Asked {
            world: &self.world,
            course,
        };
        let mut decided = drive_from(&world, &Monotonic, step).await;
        self.seal(&mut decided, device);
        if let (Some(submitted), Some((expected, until))) = (&watched.submitted, expected) {
            let told = match &submitted.telling {
                Some(telling) => telling.tell(&decided).await,
                None => None,
            };
            let (policy, places) = (&self.policy, &self.places);
            let entry = record::entry(submitted, &decided, policy, places, told.as_ref());
            let until = until.max(Instant::now() + RECORD_GRACE);
            if recorder.write(entry, expected, until).await.is_err() {
                // Nobody is told a decision that nobody can look up.
                decided = decided.withdrawn(Fault::StoreUnavailable);
            }
        }
        if let Some(mut submitted) = watched.submitted.take() {
            submitted.unheard = course.is_unheard();
            for witness in &self.witnesses {
                witness.decided(&submitted, &decided, &self.policy);
            }
        }
        decided
    }

    async fn release(&self, started: Instant) -> Release {
        Release::set(started + self.policy.reject_after).await
    }

    /// No refusal leaves earlier than any other.
    async fn hold(&self, decided: Decided, place: Option<Place>, release: Release) -> Decided {
        if matches!(decided.decision, Decision::Reject(_)) && !release.is_past() {
            let _held = Held::one_more(&self.held);
            release.come().await;
        }
        drop(place);
        decided
    }
}

impl LoginService for Gateway {
    fn login(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        self.decide(attempt, ())
    }
}

/// When a login that was refused at a site began there: its id says so. The site has held that refusal, and it is not held
/// for as long again. A clock there that is ahead makes it wait no longer than a login that begins here.
fn began_at_the_site(attempt: &Attempt) -> Instant {
    let there = u64::try_from(ids::submitted_ms(attempt.id)).unwrap_or_default();
    let there = UNIX_EPOCH + Duration::from_millis(there);
    let since = attempt.at.duration_since(there).unwrap_or_default();
    attempt
        .started
        .checked_sub(since)
        .unwrap_or(attempt.started)
}

/// What is asked nothing, because nobody could hold its refusal.
pub(crate) fn no_room(id: LoginId) -> Step {
    let fault = Fault::Overloaded;
    let why = Record::Stopped {
        fault,
        problem: "too many logins are under way or wait for the time of their refusal",
        stage: Stage::LoginName,
    };
    at_once(id, why, Decision::Indeterminate(fault))
}

/// What is decided before anybody is asked, with why.
pub(crate) fn at_once(id: LoginId, why: Record, decision: Decision) -> Step {
    let records = [why, Record::Decided(decision.verdict())];
    let entry = |record| TraceEntry {
        record,
        at: Duration::ZERO,
        took: None,
    };
    Step::Decided(Box::new(Decided {
        id,
        decision,
        trace: Trace {
            entries: records.map(entry).into(),
        },
        took: Duration::ZERO,
        tokens: None,
        settle: Vec::new(),
    }))
}

/// A refusal that waits, counted.
struct Held<'a>(&'a AtomicUsize);

impl<'a> Held<'a> {
    fn one_more(held: &'a AtomicUsize) -> Self {
        held.fetch_add(1, Ordering::Relaxed);
        Self(held)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A login under way. Dropped before its decision, it was abandoned, and that is told too.
struct Watched<'a> {
    login: &'a Inner,
    submitted: Option<Submitted>,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Some(submitted) = self.submitted.take() {
            for witness in &self.login.witnesses {
                witness.abandoned(&submitted);
            }
        }
    }
}

struct Monotonic;

impl Clock for Monotonic {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

#[cfg(test)]
mod tests;
