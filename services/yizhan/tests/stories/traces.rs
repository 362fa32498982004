//! What joins all that one command does, in whichever service.

use events::words::Service;

use crate::campus::Campus;

#[test]
fn the_trace_of_a_caller_is_that_of_the_events_of_its_command() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let mut open = campus.home().yizhan();
    open.args(["case", "open", "water-leak", "--place", "dorm-7-402"])
        .env("YIZHAN_URL", campus.url())
        .env("YIZHAN_TOKEN", desk.token())
        .env("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert!(open.status().unwrap().success());
    // A trace that is none is nobody's; the case is opened all the same.
    open.env("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(open.status().unwrap().success());
    campus.settle();

    let cases = "select count(distinct key) from delivery.outbox
                 where subject like '%.workorder.%' or subject like 'intake.case.%'";
    let traced = "select count(distinct key) from delivery.outbox
                  where (subject like '%.workorder.%' or subject like 'intake.case.%')
                    and convert_from(payload, 'UTF8')
                        like '%\"00-4bf92f3577b34da6a3ce929d0e0e4736-%'";
    for service in [Service::Intake, Service::Dispatch] {
        let counts = [cases, traced].map(|query| campus.count(service, query));
        assert_eq!(counts, [2, 1], "{service}");
    }
}
