use super::{Course, Finishing, Unheard};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);

/// Hangs up on a login that waits for an answer; says whether it went on to its end.
async fn goes_on(tried: bool) -> bool {
    let (course, unheard) = (Arc::new(Course::default()), Arc::new(Unheard::default()));
    let (answer, answered) = oneshot::channel::<()>();
    let (end, ended) = oneshot::channel::<bool>();
    let seen = Arc::clone(&course);
    let login = async move {
        if tried {
            seen.password_goes_out();
        }
        let _ = answered.await;
        let _ = end.send(seen.is_unheard());
    };
    let mut login = Box::pin(Finishing::new(login, course, &unheard));
    let waited = std::future::poll_fn(|context| {
        std::task::Poll::Ready(login.as_mut().poll(context).is_pending())
    });
    assert!(waited.await);
    drop(login);
    assert_eq!(unheard.count(), usize::from(tried));
    let _ = answer.send(());
    timeout(SOON, unheard.ended()).await.expect("an end");
    assert_eq!(unheard.count(), 0);
    timeout(SOON, ended)
        .await
        .expect("an end")
        .unwrap_or_default()
}

#[tokio::test]
async fn a_login_that_tried_a_password_is_finished_without_its_caller() {
    assert!(goes_on(true).await);
}

#[tokio::test]
async fn a_login_that_tried_none_is_given_up() {
    assert!(!goes_on(false).await);
}

#[tokio::test]
async fn a_login_that_is_heard_is_not_unheard() {
    let (course, unheard) = (Arc::new(Course::default()), Arc::new(Unheard::default()));
    let seen = Arc::clone(&course);
    let login = async move {
        seen.password_goes_out();
        tokio::task::yield_now().await;
        seen.is_unheard()
    };
    assert!(!Finishing::new(login, course, &unheard).await);
    assert_eq!(unheard.count(), 0);
}

#[tokio::test]
async fn a_login_that_panics_is_not_run_again() {
    let (course, unheard) = (Arc::new(Course::default()), Arc::new(Unheard::default()));
    let seen = Arc::clone(&course);
    let login = async move {
        seen.password_goes_out();
        panic!("of the test");
    };
    let login = Finishing::new(login, course, &unheard);
    assert!(tokio::spawn(login).await.is_err());
    assert_eq!(unheard.count(), 0);
}
