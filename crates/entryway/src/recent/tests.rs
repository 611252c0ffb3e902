use super::*;
use std::time::Duration;

#[test]
fn what_is_old_is_forgotten() {
    let recent = Recent::new();
    let at = |seconds| recent.began + Duration::from_secs(seconds);
    let accepts = |seconds| {
        let (minute, hour) = recent.counts(at(seconds));
        (minute.accept, hour.accept)
    };
    recent.count(at(0), |counts| &mut counts.accept);
    recent.count(at(0), |counts| &mut counts.reject);
    recent.count(at(59), |counts| &mut counts.accept);
    assert_eq!(accepts(59), (2, 2));
    // The first second is sixty seconds ago.
    assert_eq!(accepts(60), (1, 2));
    assert_eq!(accepts(119), (0, 2));
    assert_eq!(accepts(3599), (0, 2));
    assert_eq!(accepts(3600), (0, 0));
    // Its place in the ring is taken by another.
    recent.count(at(3600), |counts| &mut counts.accept);
    assert_eq!(accepts(3600), (1, 1));
    let (minute, _) = recent.counts(at(59));
    assert_eq!(minute.reject, 0, "its second was reused");
}
