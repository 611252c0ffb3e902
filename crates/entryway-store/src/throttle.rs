//! The throttle: how many failures are counted, for whom, and until when nobody is asked.
