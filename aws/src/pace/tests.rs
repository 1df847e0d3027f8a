use super::*;

const RATE: Rate = Rate { steady: 100.0, burst: 20.0, parallel: 10 };

/// Call for some seconds without a pause, with answers at once; `refuses` says which call, made then, the service refuses.
/// Tells how many were made and how many were done.
fn call_for(
    pace: &mut Pace,
    start: Instant,
    seconds: u64,
    mut refuses: impl FnMut(u32, Duration) -> bool,
) -> (u32, u32) {
    let (mut now, mut made, mut done) = (start, 0, 0);
    pace.wait(true, now);
    while now < start + Duration::from_secs(seconds) {
        match pace.take(now) {
            Err(later) => now = later,
            Ok(()) if refuses(made, now - start) => {
                made += 1;
                pace.refused(now, now);
            }
            Ok(()) => {
                (made, done) = (made + 1, done + 1);
                pace.done(now, now);
            }
        }
    }
    (made, done)
}

/// A service that bears so many calls in each second.
fn bears(calls: u32) -> impl FnMut(u32, Duration) -> bool {
    let mut borne = (0, 0);
    move |_, at| {
        let all = if borne.0 == at.as_secs() { borne.1 + 1 } else { 1 };
        borne = (at.as_secs(), all);
        all > calls
    }
}

#[test]
fn a_burst_is_free_and_then_calls_come_at_the_steady_rate() {
    let start = Instant::now();
    let mut pace = Pace::new(Rate { steady: 10.0, burst: 2.0, parallel: 1 }, start);
    assert_eq!((pace.take(start), pace.take(start)), (Ok(()), Ok(())));
    let next = start + Duration::from_millis(100);
    assert_eq!(pace.take(start), Err(next));
    assert_eq!(pace.take(next), Ok(()), "the token is there when it was said to be");
    let later = start + Duration::from_secs(60);
    assert_eq!((pace.take(later), pace.take(later)), (Ok(()), Ok(())), "a rest fills the bucket");
    assert!(pace.take(later).is_err(), "and no more than fills it");
}

#[test]
fn it_grows_by_a_quarter_a_second_to_eight_times_the_start_and_its_places_with_it() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    for seconds in 1..=20 {
        let from = start + Duration::from_secs(seconds - 1);
        call_for(&mut pace, from, 1, |_, _| false);
        let (wanted, speed) = (100.0 * 1.25f64.powi(seconds as i32).min(8.0), pace.speed.now());
        assert!((speed / wanted - 1.0).abs() < 0.02, "after {seconds} s: {speed} instead of {wanted}");
        assert_eq!(pace.places(), (speed / 10.0).round() as usize);
    }
    assert_eq!(pace.places(), 80);
}

#[test]
fn it_does_not_grow_while_nobody_waits_or_nothing_is_answered() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    for seconds in 0..60 {
        let now = start + Duration::from_secs(seconds);
        pace.done(now, now);
    }
    assert_eq!(pace.speed.now(), 100.0, "nobody waits");
    let now = start + Duration::from_secs(60);
    pace.wait(true, now);
    let later = now + Duration::from_secs(600);
    pace.done(now, later);
    assert!(pace.speed.now() < 103.0, "one answer after ten minutes: {}", pace.speed.now());
}

#[test]
fn it_falls_once_a_second_however_many_calls_are_refused() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    let at = |millis: u64| start + Duration::from_millis(millis);
    (0..50).for_each(|_| pace.refused(start, at(50)));
    assert!((pace.speed.now() - 80.0).abs() < 0.1, "{}", pace.speed.now());
    (1..100).for_each(|n| pace.refused(start, at(n * 100)));
    assert!((pace.speed.now() - 80.0).abs() < 0.1, "what was sent before says nothing of it");
    (0..11).for_each(|n| pace.refused(at(10_000), at(10_000 + n * 90)));
    assert!((pace.speed.now() - 80.0).abs() < 0.1, "a second from the first answer on");
    pace.refused(at(10_000), at(11_000));
    assert!((pace.speed.now() - 64.0).abs() < 0.1, "{}", pace.speed.now());
}

#[test]
fn it_comes_back_quickly_to_just_below_what_was_refused() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    pace.refused(start, start);
    let mut speeds = Vec::new();
    for seconds in 0..12 {
        call_for(&mut pace, start + Duration::from_millis(1_000 * seconds + 1), 1, |_, _| false);
        speeds.push(pace.speed.now().round());
    }
    assert!(speeds[2] >= 97.0 && speeds[4] >= 99.0, "{speeds:?}");
    assert!(
        speeds[6] <= 101.0 && speeds[8] >= 102.0 && speeds[11] >= 115.0,
        "and then tries more: {speeds:?}"
    );
}

#[test]
fn calls_refused_by_chance_leave_more_than_half_of_the_rate() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    let mut least = f64::MAX;
    let (mut made, mut done) = (0, 0);
    for seconds in 0..60 {
        let of = call_for(&mut pace, start + Duration::from_secs(seconds), 1, |n, _| n % 10 < 3);
        (made, done, least) = (made + of.0, done + of.1, least.min(pace.speed.now()));
    }
    assert!(made > 74 * 60 && done > 51 * 60, "{made} made, {done} done");
    assert!(least >= 50.0, "{least} calls a second");
    // Now it bears few, in the midst of what would be borne as chance.
    assert!(pace.speed.now() > 80.0);
    call_for(&mut pace, start + Duration::from_secs(60), 8, bears(20));
    assert!(pace.speed.now() < 50.0, "{} calls a second", pace.speed.now());
}

#[test]
fn who_comes_later_gets_a_share() {
    let start = Instant::now();
    let mut borne = bears(400);
    let mut paces = [Pace::new(RATE, start), Pace::new(RATE, start)];
    let mut done = [0, 0];
    // In steps of a hundredth of a second; the second one comes after 30, and both are watched from 60 to 180.
    for step in 0..18_000 {
        let now = start + Duration::from_millis(step * 10);
        let callers = if step < 3_000 { 1 } else { 2 };
        for (pace, done) in paces.iter_mut().zip(&mut done).take(callers) {
            pace.wait(true, now);
            while pace.take(now).is_ok() {
                if borne(0, now - start) {
                    pace.refused(now - Duration::from_millis(5), now);
                } else {
                    pace.done(now, now);
                    *done += u32::from(step >= 6_000);
                }
            }
        }
    }
    assert!(done[0] <= 2 * done[1] && done[1] <= 2 * done[0], "{done:?}");
}

#[test]
fn a_service_that_bears_a_tenth_is_not_overrun() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    let (made, done) = call_for(&mut pace, start, 60, bears(10));
    assert!(done >= 9 * 60, "what it bears is used: {done} done");
    assert!(made < 20 * 60, "the rest is kept away: {made} made");
    let from = start + Duration::from_secs(70);
    call_for(&mut pace, from, 20, |_, _| false);
    let (made, _) = call_for(&mut pace, from + Duration::from_secs(20), 10, |_, _| false);
    assert!(made >= 99 * 10, "the pace recovers: {made} made");
}

#[test]
fn who_is_refused_at_the_lowest_pace_is_not_called_too_often() {
    let start = Instant::now();
    let mut pace = Pace::new(RATE, start);
    let (mut least, mut most) = (f64::MAX, 0.0f64);
    for seconds in 0..60 {
        call_for(&mut pace, start + Duration::from_secs(seconds), 1, |_, _| true);
        (least, most) =
            (least.min(pace.speed.now()), most.max(if seconds > 20 { pace.speed.now() } else { 0.0 }));
    }
    assert!((5.0..6.0).contains(&least) && (49.0..51.0).contains(&most), "{least} to {most}");
}
