use super::{LoggedOperation, StatsLog};

const LOG: &str = "\
65a0 conn=1000 fd=12 ACCEPT from IP=127.0.0.1:40000 (IP=127.0.0.1:3890)
65a0 conn=1000 op=0 BIND dn=\"cn=entryway,ou=services,dc=example,dc=org\" method=128
65a0 conn=1000 op=0 BIND dn=\"cn=entryway,ou=services,dc=example,dc=org\" mech=SIMPLE bind_ssf=0 ssf=0
65a0 conn=1000 op=0 RESULT tag=97 err=0 qtime=0.000009 etime=0.000101 text=
65a0 conn=1000 op=1 SRCH base=\"ou=people,dc=example,dc=org\" scope=2 deref=0 filter=\"(&(objectClass=person)(uid=st\\2Ar))\"
65a0 conn=1000 op=1 SRCH attr=uid cn
65a0 conn=1000 op=1 SEARCH RESULT tag=101 err=0 nentries=1 text=
65a0 conn=1001 fd=13 ACCEPT from IP=127.0.0.1:40001 (IP=127.0.0.1:3890)
65a0 conn=1001 op=0 BIND dn=\"uid=st*r,ou=people,dc=example,dc=org\" method=128
65a0 conn=1001 op=0 RESULT tag=97 err=49 text=
65a0 conn=1001 fd=13 closed
";

#[test]
fn counts_each_bind_once_with_its_code() {
    let log = StatsLog::of_runs(&[], LOG);
    assert_eq!(
        log.binds_as("uid=st*r,ou=people,dc=example,dc=org"),
        [Some(49)]
    );
    assert_eq!(
        log.binds_as("cn=entryway,ou=services,dc=example,dc=org"),
        [Some(0)]
    );
    assert_eq!(
        log.binds_but("cn=entryway,ou=services,dc=example,dc=org"),
        [&LoggedOperation::Bind {
            dn: "uid=st*r,ou=people,dc=example,dc=org".to_owned(),
            code: Some(49)
        }]
    );
}

#[test]
fn reads_the_filter_whole() {
    assert_eq!(
        StatsLog::of_runs(&[], LOG).filters(),
        ["(&(objectClass=person)(uid=st\\2Ar))"]
    );
}

#[test]
fn is_quiet_when_every_connection_is_closed() {
    assert!(!StatsLog::of_runs(&[], LOG).is_quiet());
    assert!(
        StatsLog::of_runs(
            &[],
            &format!("{LOG}65a0 conn=1000 fd=12 closed (connection lost)\n")
        )
        .is_quiet()
    );
}

#[test]
fn runs_are_told_apart() {
    let log = StatsLog::of_runs(&[LOG.to_owned()], LOG);
    let person = "uid=st*r,ou=people,dc=example,dc=org";
    assert_eq!(log.binds_as(person), [Some(49), Some(49)]);
    assert!(StatsLog::of_runs(&[LOG.to_owned()], "").is_quiet());
}
