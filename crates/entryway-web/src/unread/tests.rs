use super::Impatient;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::{Instant, advance};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_given_up() {
    let (here, _there) = duplex(8);
    let mut here = Impatient::new(here, PATIENCE);
    let began = Instant::now();
    let error = here.write_all(b"more than eight").await.expect_err("full");
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(began.elapsed(), PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_a_little_now_and_then_is_waited_for() {
    let (here, mut there) = duplex(8);
    let mut here = Impatient::new(here, PATIENCE);
    let writing = tokio::spawn(async move { here.write_all(&[b'x'; 64]).await });
    let mut taken = [0; 8];
    for _ in 0..8 {
        tokio::task::yield_now().await;
        advance(PATIENCE * 2 / 3).await;
        there.read_exact(&mut taken).await.expect("eight bytes");
    }
    writing.await.expect("no panic").expect("written");
}
